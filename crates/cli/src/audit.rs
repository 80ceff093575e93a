//! `piagam audit`: the chain of events, followed from its first to its last.

use crate::failure::{Failure, INVALID, USAGE};
use crate::installation::{self, Installation};
use crate::output::printable;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Broken, Head, PAGE_MAX, Store, StoreError};

/// Verifies and exports the audit trail.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Follows the chain: no event was changed, removed or put in between
    #[command(
        after_help = "Examples:\n  piagam audit verify --dir DIR\n  piagam audit verify --dir DIR --head 812:5f0c...\n\n\
        Prints the head, NUMBER:HASH. Keep it elsewhere: a later run with --head shows that nothing up to it was cut \
        off. Exit code 1 when the chain is broken."
    )]
    Verify {
        /// The data directory
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// A head that was printed before, and has to be in the chain
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
    /// Prints the events, one JSON object a line
    #[command(
        after_help = "Examples:\n  piagam audit export --dir DIR > jejak.jsonl\n  piagam audit export --dir DIR --object ID"
    )]
    Export {
        /// The data directory
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Only what happened to this certificate, batch, draft or user
        #[arg(long, value_name = "ID")]
        object: Option<String>,
    },
}

impl Audit {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            AuditCommand::Verify { dir, head } => {
                let head = head.as_deref().map(parse_head).transpose()?;
                verify(&installation::open(&dir).await?, head).await
            }
            AuditCommand::Export { dir, object } => export(&installation::open(&dir).await?, object.as_deref()).await,
        }
    }
}

/// Follows the chain to its end, which it gives; `seen` sees the head after every event.
pub(crate) async fn follow(store: &dyn Store, mut seen: impl FnMut(&Head)) -> Result<Result<Head, Broken>, StoreError> {
    let mut head = Head::default();
    loop {
        let events = store.events(None, head.number, PAGE_MAX).await?;
        if events.is_empty() {
            return Ok(Ok(head));
        }
        for event in &events {
            head = match head.follow(event) {
                Ok(next) => next,
                Err(broken) => return Ok(Err(broken)),
            };
            seen(&head);
        }
    }
}

async fn verify(installation: &Installation, expected: Option<Head>) -> Result<ExitCode, Failure> {
    let mut met = expected.is_none();
    let followed = follow(installation.store.as_ref(), |head| met = met || expected.as_ref() == Some(head)).await?;
    let head = match followed {
        Ok(head) => head,
        Err(broken) => return Ok(tell_broken(&broken)),
    };
    if !met {
        let number = expected.map_or(0, |head| head.number);
        anstream::eprintln!(
            "Rantai terputus: kepala {number} yang disebut tidak ada di dalamnya; ujungnya terpotong atau ditulis ulang.\n  \
             The chain is broken: head {number} is not in it; its end was cut off or written anew.\n  \
             -> Pulihkan cadangan yang masih memuatnya. / Restore a backup that still has it."
        );
        return Ok(ExitCode::from(INVALID));
    }
    anstream::println!("Utuh / sound: {} kejadian / events", head.number);
    anstream::println!("Kepala / head: {}:{}", head.number, head.hash);
    Ok(ExitCode::SUCCESS)
}

fn tell_broken(broken: &Broken) -> ExitCode {
    anstream::eprintln!(
        "Rantai terputus: {}.\n  The chain is broken: {broken}.\n  \
         -> Bandingkan dengan cadangan terakhir; jangan mengubah basis data ini. / Compare with the last backup; leave \
         this database as it is.",
        broken.in_indonesian()
    );
    ExitCode::from(INVALID)
}

async fn export(installation: &Installation, object: Option<&str>) -> Result<ExitCode, Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut after = 0;
    loop {
        let events = installation.store.events(object, after, PAGE_MAX).await?;
        let Some(last) = events.last() else { break };
        after = last.number;
        for event in &events {
            let new = &event.event;
            let line = serde_json::json!({
                "number": event.number, "at": new.at.to_string(), "actor": new.actor, "act": new.act,
                "object": new.object, "reason": new.reason, "note": new.note.as_ref().map(|note| &note.text),
                "noteHash": event.note_hash, "hash": event.hash,
            });
            writeln!(out, "{line}").map_err(|error| Failure::system("stdout", &error))?;
        }
    }
    out.flush().map_err(|error| Failure::system("stdout", &error))?;
    Ok(ExitCode::SUCCESS)
}

fn parse_head(text: &str) -> Result<Head, Failure> {
    let parsed = text.split_once(':').and_then(|(number, hash)| {
        let hexadecimal = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = number.parse().ok()?;
        hexadecimal.then(|| Head { number, hash: hash.to_owned() })
    });
    parsed.ok_or_else(|| {
        let text = printable(text);
        Failure::new(
            USAGE,
            (format!("--head {text} bukan NOMOR:HASH"), "Salin seluruh baris kepala dari `piagam audit verify`."),
            (format!("--head {text} is no NUMBER:HASH"), "Copy the whole head line of `piagam audit verify`."),
        )
    })
}
