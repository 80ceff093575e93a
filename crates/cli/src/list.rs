//! `piagam list`: every certificate, one a line.

use crate::failure::Failure;
use crate::installation;
use clap::Args;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Certificate, Filter, PAGE_MAX, Page, State};

/// Lists the certificates in the order of their issuing.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  piagam list --dir DIR --json | jq -r 'select(.state == \"revoked\") | .number'")]
pub(crate) struct List {
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

impl List {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let store = installation::open_for_reading(&self.dir).await?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut page = Page { after: 0, limit: PAGE_MAX };
        let mut count = 0_u64;
        loop {
            let certificates = store.certificates(&Filter::default(), page).await?;
            let Some(last) = certificates.last() else { break };
            page.after = last.serial;
            for certificate in &certificates {
                let line = match self.json {
                    true => to_json(certificate).to_string(),
                    false => to_text(certificate),
                };
                match writeln!(out, "{line}") {
                    // Whoever reads has seen enough: `| head`.
                    Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
                    other => other.map_err(|error| Failure::system("stdout", &error))?,
                }
                count += 1;
            }
        }
        out.flush().map_err(|error| Failure::system("stdout", &error))?;
        if count == 0 && !self.json {
            anstream::eprintln!("Belum ada sertifikat. Terbitkan dengan `piagam issue`.");
            anstream::eprintln!("There are no certificates yet. Issue some with `piagam issue`.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn to_json(certificate: &Certificate) -> Value {
    json!({
        "id": certificate.id,
        "number": certificate.number,
        "code": store::shown_code(&certificate.code),
        "status_list": certificate.status_list,
        "status_index": certificate.status_index,
        "state": state_code(certificate.state),
        "programme": certificate.programme_title,
        "name": certificate.name,
        "issued_at": certificate.issued_at.map(vc::date_time_stamp),
    })
}

fn to_text(certificate: &Certificate) -> String {
    format!(
        "{:<10} {}  {}  {}",
        state_code(certificate.state),
        store::shown_code(&certificate.code),
        certificate.number,
        certificate.name.as_deref().unwrap_or("-"),
    )
}

/// The stable word for a state.
pub(crate) fn state_code(state: State) -> &'static str {
    match state {
        State::Reserved => "reserved",
        State::Issued => "issued",
        State::Suspended => "suspended",
        State::Revoked => "revoked",
        State::Superseded => "superseded",
        State::Erased => "erased",
    }
}
