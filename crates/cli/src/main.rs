//! `piagam`: issues and verifies training certificates.
//!
//! One file per command. Exit codes: 0 valid or done, 1 invalid, 2 usage or a sheet with problems, 3 could not be
//! decided, 4 other failures.

mod audit;
mod backup;
mod change;
mod database;
mod demo;
mod demo_users;
mod design;
mod doctor;
mod export;
mod failure;
mod init;
mod installation;
mod issue;
mod keys;
mod list;
mod migrate;
mod output;
mod serve;
mod trust;
mod users;
mod verify;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Issues and verifies training certificates: W3C Verifiable Credentials with PDF and QR.
#[derive(Debug, Parser)]
#[command(name = "piagam", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 valid or done, 1 invalid, 2 usage or a sheet with problems, 3 could not be \
    decided, 4 other failures.\n\nTry it: piagam demo")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Init(init::Init),
    Keys(keys::Keys),
    Issue(issue::Issue),
    List(list::List),
    Revoke(change::Revoke),
    Suspend(change::Suspend),
    Reinstate(change::Reinstate),
    Reissue(change::Reissue),
    Serve(serve::Serve),
    Verify(verify::Verify),
    Trust(trust::Trust),
    Export(export::Export),
    Doctor(doctor::Doctor),
    Migrate(migrate::Migrate),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Design(design::Design),
    Users(users::Users),
    Audit(audit::Audit),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_logging(matches!(arguments.command, Command::Serve(_)));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::system("runtime", &error).tell(),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Demo(demo) => demo.run().await,
        Command::Init(init) => init.run().await,
        Command::Keys(keys) => keys.run().await,
        Command::Issue(issue) => issue.run().await,
        Command::List(list) => list.run().await,
        Command::Revoke(revoke) => revoke.run().await,
        Command::Suspend(suspend) => suspend.run().await,
        Command::Reinstate(reinstate) => reinstate.run().await,
        Command::Reissue(reissue) => reissue.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Verify(verify) => verify.run().await,
        Command::Trust(trust) => trust.run().await,
        Command::Export(export) => export.run().await,
        Command::Doctor(doctor) => doctor.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::Design(design) => design.run(),
        Command::Users(users) => users.run().await,
        Command::Audit(audit) => audit.run().await,
    }
}

/// Logs go to standard error, so that standard output stays the answer. `RUST_LOG` decides what is told; by itself
/// only the service says more than warnings.
fn start_logging(serving: bool) {
    let default = if serving { "info" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
}
