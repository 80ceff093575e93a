//! `piagam verify`: files, standard input and URLs.

use crate::failure::{Failure, INVALID, OTHER, UNDECIDED, USAGE};
use crate::installation;
use crate::output;
use clap::Args;
use fetch::{FetchPolicy, Fetcher};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use store::Store;
use vc::{Evidence, Lang, Policy, Report, Verdict};

/// Verifies certificates: JSON or PDF files, standard input, addresses.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    piagam verify sertifikat.pdf --dir DIR\n  \
    piagam verify sertifikat.pdf --issuer did:web:sertifikat.example\n  \
    piagam verify https://sertifikat.example/v/ABCD-EFGH-JKLM-NPQR\n  \
    cat sertifikat.json | piagam verify - --json --issuer did:web:sertifikat.example\n\n\
    Whose certificates are trusted: those of --dir, those of each --issuer, and those of the host that you typed \
    in an address. Every other issuer is unknown, and the verdict is that it could not be decided.")]
pub(crate) struct Verify {
    /// A file, - for standard input, or an address that starts with https:// (http:// for localhost)
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// Print JSON: one object, an array for several inputs
    #[arg(long)]
    json: bool,
    /// Never use the network
    #[arg(long)]
    offline: bool,
    /// Trust the issuer of this data directory, and use what it has published
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Trust this issuer (can be given several times)
    #[arg(long, value_name = "DID")]
    issuer: Vec<String>,
}

/// What one input came to.
enum Answer {
    Judged(Box<Report>),
    /// No credential was found in it, so nothing could be judged.
    NoCredential {
        code: &'static str,
        exit: u8,
        id: String,
        en: String,
        next_id: String,
        next_en: String,
    },
}

impl Verify {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        if let Some(odd) = self.issuer.iter().find(|did| !did.starts_with("did:")) {
            return Err(Failure::new(
                USAGE,
                (format!("--issuer {odd}: bukan DID."), "Tulis seperti did:web:sertifikat.example."),
                (format!("--issuer {odd}: not a DID."), "Write it like did:web:sertifikat.example."),
            ));
        }
        let store = match &self.dir {
            Some(dir) => Some(installation::open_for_reading(dir).await?),
            None => None,
        };
        let fetcher = Fetcher::new(FetchPolicy { allow_http_localhost: true, offline: self.offline });
        let mut answers = Vec::new();
        for input in &self.inputs {
            answers.push((input, self.answer(input, store.as_ref(), &fetcher).await?));
        }
        match self.json {
            true => print_json(&answers),
            false => answers.iter().for_each(|(input, answer)| print_text(input, answer)),
        }
        Ok(ExitCode::from(answers.iter().map(|(_, answer)| exit_code(answer)).fold(0, worse)))
    }

    async fn answer(&self, input: &str, store: Option<&Arc<dyn Store>>, fetcher: &Fetcher) -> Result<Answer, Failure> {
        let mut trusted = self.issuer.clone();
        if let Some(store) = store {
            trusted.extend(server::trusted_issuers(store.as_ref()).await?.into_iter().map(|issuer| issuer.did));
        }
        let bytes = match is_address(input) {
            true => {
                // The host that a person typed is the host that this person trusts.
                trusted.extend(origin(input).map(vc::did_web));
                match fetcher.get(input).await {
                    Ok(fetched) => fetched.bytes,
                    Err(error) => return Ok(unreachable_address(&error)),
                }
            }
            false => match read(input) {
                Ok(bytes) => bytes,
                Err(error) => return Ok(unreadable(input, &error)),
            },
        };
        let extracted = match extract::extract(&bytes) {
            Ok(extracted) => extracted,
            Err(error) => return Ok(not_extracted(&error)),
        };
        let text = extracted.text.as_bytes();
        let mut evidence = match store {
            Some(store) => server::own_evidence(store.as_ref(), text).await?,
            None => Evidence::default(),
        };
        fetch::gather(text, &mut evidence, fetcher).await;
        let report = vc::verify(text, &evidence, &Policy::known(trusted), jiff::Timestamp::now());
        Ok(Answer::Judged(Box::new(report)))
    }
}

fn is_address(input: &str) -> bool {
    input.starts_with("https://") || input.starts_with("http://")
}

fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    Some(url[host..].find(['/', '?', '#']).map_or(url, |end| &url[..host + end]))
}

fn read(input: &str) -> std::io::Result<Vec<u8>> {
    match input {
        "-" => extract::read_bounded(std::io::stdin().lock()),
        _ => std::fs::File::open(Path::new(input)).and_then(extract::read_bounded),
    }
}

fn unreadable(input: &str, error: &std::io::Error) -> Answer {
    Answer::NoCredential {
        code: "input-unreadable",
        exit: OTHER,
        id: format!("{input} tidak dapat dibaca: {error}."),
        en: format!("{input} cannot be read: {error}."),
        next_id: "Periksa nama berkas dan hak aksesnya, lalu ulangi.".to_owned(),
        next_en: "Check the file's name and its permissions, then try again.".to_owned(),
    }
}

fn not_extracted(error: &extract::ExtractError) -> Answer {
    Answer::NoCredential {
        code: error.code(),
        exit: UNDECIDED,
        id: error.what(Lang::Id),
        en: error.what(Lang::En),
        next_id: error.next(Lang::Id),
        next_en: error.next(Lang::En),
    }
}

fn unreachable_address(error: &fetch::FetchError) -> Answer {
    Answer::NoCredential {
        code: "address-unreachable",
        exit: UNDECIDED,
        id: error.what(Lang::Id),
        en: error.what(Lang::En),
        next_id: error.next(Lang::Id),
        next_en: error.next(Lang::En),
    }
}

fn exit_code(answer: &Answer) -> u8 {
    match answer {
        Answer::Judged(report) => match report.verdict {
            Verdict::Valid => 0,
            Verdict::Invalid => INVALID,
            Verdict::Indeterminate => UNDECIDED,
        },
        Answer::NoCredential { exit, .. } => *exit,
    }
}

/// Of several inputs the worst counts: invalid, then failures, then undecided.
fn worse(a: u8, b: u8) -> u8 {
    [INVALID, OTHER, UNDECIDED].into_iter().find(|code| a == *code || b == *code).unwrap_or(0)
}

fn print_text(input: &str, answer: &Answer) {
    match answer {
        Answer::Judged(report) => output::print_report(input, report),
        Answer::NoCredential { id, en, next_id, next_en, .. } => {
            let style = output::style_of(Verdict::Indeterminate);
            anstream::println!("{input}\n{style}[?] {id}{style:#}\n    {next_id}\n    {en}\n    {next_en}");
        }
    }
}

fn print_json(answers: &[(&String, Answer)]) {
    let mut objects: Vec<Value> = answers.iter().map(|(input, answer)| to_json(input, answer)).collect();
    let printed = match objects.len() {
        1 => objects.remove(0),
        _ => Value::Array(objects),
    };
    anstream::println!("{printed:#}");
}

fn to_json(input: &str, answer: &Answer) -> Value {
    let mut object = match answer {
        Answer::Judged(report) => report.to_json(),
        Answer::NoCredential { code, id, en, next_id, next_en, .. } => json!({
            "verdict": Verdict::Indeterminate.code(),
            "state": code,
            "message": { "id": id, "en": en },
            "next": { "id": next_id, "en": next_en },
            "checks": vc::CheckName::ALL.map(|name| json!({ "name": name.code(), "outcome": "skipped", "problem": null })),
        }),
    };
    object["input"] = json!(input);
    object
}
