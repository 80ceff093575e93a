//! `piagam design`: looking at designs, checking them, beginning a new one. Needs no installation and no programme.

use crate::failure::{Failure, INVALID, USAGE};
use clap::{Args, Subcommand};
use issuer::deliver::design::{self, Origin};
use render::{RenderError, check, sample};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vc::Lang;

/// Shows and checks the designs of certificates.
#[derive(Debug, Args)]
pub(crate) struct Design {
    #[command(subcommand)]
    command: DesignCommand,
}

#[derive(Debug, Subcommand)]
enum DesignCommand {
    /// Lists the designs: those built in, and those of an installation
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Prints an invented certificate, as PDF or PNG
    #[command(after_help = "Examples:\n  piagam design preview klasik\n  \
        piagam design preview modern --out modern.png\n  \
        piagam design preview potret --full --name \"Prof. Dr. Ir. Contoh, M.Eng.\" --out potret.pdf\n\n\
        A picture shows the first page with 150 pixels per inch.")]
    Preview {
        /// The design's name
        name: String,
        #[command(flatten)]
        place: Place,
        /// The file to write; its ending decides: .pdf or .png [default: NAME.pdf]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The graduate's name
        #[arg(long = "name", value_name = "TEXT", default_value = sample::USUAL)]
        graduate: String,
        /// With the graduate's details, as the full rendering has them
        #[arg(long)]
        full: bool,
    },
    /// Finds texts that do not fit, letters that a font lacks, pale colours; exit code 1 if there are any
    #[command(after_help = "Examples:\n  piagam design check\n  piagam design check sendiri --dir DIR")]
    Check {
        /// The designs' names [default: all]
        names: Vec<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Begins a design of one's own: a copy to change, in DIR/templates/certificate/NEW
    #[command(after_help = "Example:\n  piagam design copy klasik sendiri --dir DIR\n\n\
        Change design.toml and put pictures (SVG, PNG) and fonts (TTF) beside it; `piagam design check` tells what does \
        not fit. A programme file uses it with `design = \"sendiri\"`.")]
    Copy {
        /// The design to begin with
        from: String,
        /// The new design's name: letters, digits, hyphens
        new: String,
        /// The data directory
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Place {
    /// The data directory, for designs of one's own
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

impl Design {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            DesignCommand::List { place } => {
                list(&place.dir);
                Ok(ExitCode::SUCCESS)
            }
            DesignCommand::Preview { name, place, out, graduate, full } => {
                let out = out.unwrap_or_else(|| PathBuf::from(format!("{name}.pdf")));
                preview(&open(&place.dir, &name)?, &graduate, full, &out)
            }
            DesignCommand::Check { names, place } => check_all(&place.dir, names),
            DesignCommand::Copy { from, new, dir } => copy(&dir, &from, &new),
        }
    }
}

fn open(dir: &Path, name: &str) -> Result<render::Design, Failure> {
    Ok(render::Design::from_toml(name, &design::text(dir, name)?)?)
}

fn list(dir: &Path) {
    for name in design::names(dir) {
        let origin = match design::origin(dir, &name) {
            Origin::BuiltIn => "bawaan / built in",
            Origin::Changed => "bawaan, diubah oleh instalasi / built in, changed by the installation",
            Origin::Own => "milik instalasi / the installation's own",
        };
        anstream::println!("{name:<16} {origin}");
    }
}

fn preview(design: &render::Design, graduate: &str, full: bool, out: &Path) -> Result<ExitCode, Failure> {
    const DPI: f32 = 150.0;
    let pdf = sample::preview(design, graduate, full)?;
    let bytes = match out.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("pdf") => pdf,
        Some("png") => render::page_png(&pdf, 0, DPI)?,
        _ => {
            return Err(Failure::new(
                USAGE,
                (format!("{}: akhiran berkas tidak dikenal.", out.display()), "Pakai .pdf atau .png."),
                (format!("{}: the file's ending says nothing.", out.display()), "Use .pdf or .png."),
            ));
        }
    };
    std::fs::write(out, bytes).map_err(|error| Failure::file(out, &error))?;
    anstream::println!("{}", out.display());
    Ok(ExitCode::SUCCESS)
}

fn check_all(dir: &Path, names: Vec<String>) -> Result<ExitCode, Failure> {
    let names = if names.is_empty() { design::names(dir) } else { names };
    let mut clean = true;
    for name in names {
        let findings = match open(dir, &name) {
            Ok(design) => check::check(&design)?,
            Err(failure) => {
                // The others are looked at nevertheless.
                anstream::println!("{name}");
                let _ = failure.tell();
                clean = false;
                continue;
            }
        };
        if findings.is_empty() {
            anstream::println!("{name}: baik / good");
            continue;
        }
        clean = false;
        anstream::println!("{name}: {} temuan / findings", findings.len());
        for finding in findings {
            for lang in [Lang::Id, Lang::En] {
                let (what, next) = finding.words(lang);
                anstream::println!("  {what}\n    -> {next}");
            }
        }
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(INVALID) })
}

fn copy(dir: &Path, from: &str, new: &str) -> Result<ExitCode, Failure> {
    let path = design::copy(dir, from, new)?;
    anstream::println!("{}", path.display());
    anstream::println!("Ubah design.toml, lalu: / Change design.toml, then:");
    anstream::println!("  piagam design check {new} --dir {}", dir.display());
    Ok(ExitCode::SUCCESS)
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Self::new(USAGE, error.words(Lang::Id), error.words(Lang::En))
    }
}
