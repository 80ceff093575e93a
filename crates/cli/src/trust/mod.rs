//! `piagam trust`: bundles of the issuers that this person trusts, kept for verifying without a network.

pub(crate) mod shelf;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use fetch::{FetchPolicy, Fetcher};
use jiff::Timestamp;
use vc::Lang;
use vc::trust::{TrustBundle, TrustError};

use crate::failure::{Failure, OTHER, USAGE};
use crate::output::{self, printable};
use shelf::{Shelf, Step};

/// Keeps the keys, templates and status lists of issuers, for verifying without a network.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    piagam trust fetch sertifikat.example\n  \
    piagam trust list\n  \
    piagam trust add kepercayaan.json\n  \
    piagam verify --offline foto.jpg\n\n\
    Whoever is kept here is trusted by piagam verify. The first bundle of an issuer pins its keys: compare the \
    fingerprint that is shown with one that you have from elsewhere. A later one has to be signed by a key that is \
    known, and nothing in it may be older than what is kept.")]
pub(crate) struct Trust {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    place: Place,
}

/// Where bundles are kept.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Place {
    /// Where bundles are kept, instead of the user's data directory
    #[arg(long, value_name = "DIR", env = "PIAGAM_TRUST_DIR", global = true)]
    trust_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Gets an issuer's bundle from its host and keeps it
    Fetch {
        /// The host, such as sertifikat.example
        #[arg(value_name = "HOST")]
        host: String,
    },
    /// Shows what is kept, and how old it is
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Keeps a bundle from a file
    Add {
        /// The bundle, as published at https://HOST/trust.json
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Forgets an issuer, its pinned keys too
    Remove {
        /// Its DID, such as did:web:sertifikat.example
        #[arg(value_name = "DID")]
        did: String,
    },
}

impl Place {
    pub(crate) fn shelf(&self) -> Result<Shelf, Failure> {
        Shelf::at(self.trust_dir.clone())
    }
}

impl Trust {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let shelf = self.place.shelf()?;
        match self.act {
            Act::Fetch { host } => fetch(&shelf, &host).await?,
            Act::Add { file } => {
                let bytes = std::fs::File::open(&file).and_then(extract::read_bounded);
                let bundle = read(&bytes.map_err(|error| Failure::file(&file, &error))?)?;
                keep(&shelf, &bundle)?;
            }
            Act::List { json } => list(&shelf, json)?,
            Act::Remove { did } => remove(&shelf, &did)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn fetch(shelf: &Shelf, host: &str) -> Result<(), Failure> {
    let typed = host.trim_end_matches('/');
    let did = vc::did_web(typed);
    let Some(url) = vc::did_web_url(&did).and_then(|url| Some(url.strip_suffix("/.well-known/did.json")?.to_owned()))
    else {
        return Err(Failure::new(
            USAGE,
            (format!("{host}: bukan nama host."), "Tulis seperti sertifikat.example."),
            (format!("{host}: not a host name."), "Write it like sertifikat.example."),
        ));
    };
    let fetcher = Fetcher::new(FetchPolicy { allow_http_localhost: true, offline: false });
    let fetched = fetcher.get(&format!("{url}/trust.json")).await.map_err(|error| unfetched(&error))?;
    let bundle = read(&fetched.bytes)?;
    if bundle.issuer() != did {
        return Err(refused(&TrustError::OtherIssuer { expected: did, got: bundle.issuer().to_owned() }));
    }
    keep(shelf, &bundle)
}

/// Checks a bundle against the one that is kept, and keeps it.
fn keep(shelf: &Shelf, bundle: &TrustBundle) -> Result<(), Failure> {
    let step = shelf.keep(bundle, Timestamp::now())?;
    let issuer = printable(bundle.issuer());
    match step {
        Step::First => anstream::println!("Dipercaya mulai sekarang / trusted from now on: {issuer}"),
        Step::Newer => anstream::println!("Diperbarui / brought up to date: {issuer}"),
        Step::Same => anstream::println!("Sudah yang terbaru / up to date already: {issuer}"),
    }
    print(bundle);
    if step == Step::First {
        anstream::println!(
            "    Cocokkan kunci ini dengan yang diumumkan penerbit. / Compare this key with the one the issuer announces."
        );
    }
    Ok(())
}

fn list(shelf: &Shelf, json: bool) -> Result<(), Failure> {
    let kept = shelf.all()?;
    for path in &kept.unreadable {
        anstream::eprintln!("{} tidak terbaca. / {} cannot be read.", path.display(), path.display());
    }
    if json {
        let all: Vec<_> = kept.bundles.iter().map(to_json).collect();
        anstream::println!("{:#}", serde_json::Value::Array(all));
        return Ok(());
    }
    if kept.bundles.is_empty() {
        anstream::println!("Belum ada. / None yet.\n  -> piagam trust fetch HOST");
    }
    for bundle in &kept.bundles {
        anstream::println!("{}", printable(bundle.issuer()));
        print(bundle);
    }
    Ok(())
}

fn print(bundle: &TrustBundle) {
    let age = match bundle.until() < Timestamp::now() {
        true => " (lewat masanya / out of date)",
        false => "",
    };
    let row = |label: &str, value: &str| anstream::println!("    {label:<30} {}", printable(value));
    row("Host", &bundle.hosts().join(", "));
    row("Status per / as of", &output::day(bundle.from()));
    row("Berlaku sampai / until", &format!("{}{age}", output::day(bundle.until())));
    for (id, key) in bundle.keys() {
        row(&format!("Kunci / key {}", id.rsplit('#').next().unwrap_or_default()), &key);
    }
    row("Pola / templates", &bundle.templates().count().to_string());
    row("Daftar status / status lists", &bundle.lists().len().to_string());
}

fn to_json(bundle: &TrustBundle) -> serde_json::Value {
    serde_json::json!({
        "issuer": bundle.issuer(),
        "hosts": bundle.hosts(),
        "validFrom": vc::date_time_stamp(bundle.from()),
        "validUntil": vc::date_time_stamp(bundle.until()),
        "keys": bundle.keys().into_iter().map(|(id, key)| serde_json::json!({ "id": id, "publicKeyMultibase": key })).collect::<Vec<_>>(),
        "templates": bundle.templates().collect::<Vec<_>>(),
        "statusLists": bundle.lists().iter().map(|(url, at)| (url.clone(), vc::date_time_stamp(*at).into())).collect::<serde_json::Map<_, _>>(),
    })
}

fn remove(shelf: &Shelf, did: &str) -> Result<(), Failure> {
    match shelf.remove(did)? {
        true => anstream::println!("Dilupakan / forgotten: {}", printable(did)),
        false => {
            return Err(Failure::new(
                USAGE,
                (format!("{did} tidak tersimpan."), "Lihat piagam trust list."),
                (format!("{did} is not kept."), "See piagam trust list."),
            ));
        }
    }
    Ok(())
}

/// A bundle's bytes, read.
pub(crate) fn read(bytes: &[u8]) -> Result<TrustBundle, Failure> {
    TrustBundle::parse(bytes).map_err(|error| refused(&error))
}

/// A bundle that is not taken.
pub(crate) fn refused(error: &TrustError) -> Failure {
    Failure::new(OTHER, error.words(Lang::Id), error.words(Lang::En))
}

fn unfetched(error: &fetch::FetchError) -> Failure {
    let (id, en) = (Lang::Id, Lang::En);
    Failure::new(OTHER, (error.what(id), error.next(id)), (error.what(en), error.next(en)))
}
