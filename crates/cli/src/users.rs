//! `piagam users`: who may sign in to the desk.

use crate::failure::{Failure, USAGE};
use crate::installation::{self, Installation};
use crate::output::printable;
use clap::{Args, Subcommand, ValueEnum};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use server::desk::account::{Enrolment, is_login, is_name};
use server::desk::vault::Vault;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{NewEvent, NewUser, User, UserChange};

/// Adds, lists, disables and resets the desk's users.
#[derive(Debug, Args)]
pub(crate) struct Users {
    #[command(subcommand)]
    command: UsersCommand,
}

#[derive(Debug, Subcommand)]
enum UsersCommand {
    /// Adds a user and prints what they sign in with, once
    #[command(after_help = "Examples:\n  \
        piagam users add sari@contoh.example --name 'Sari Contohwati' --role operator --dir DIR\n  \
        piagam users add budi@contoh.example --name 'Budi Misalnya' --role approver --dir DIR\n\n\
        Prints a first password, which has to be changed at the first sign-in, a QR code for the authenticator, and \
        recovery codes. None of it can be shown again: hand it over in person.")]
    Add {
        /// What is typed to sign in: the mail address
        #[arg(value_name = "LOGIN")]
        login: String,
        /// The person's name
        #[arg(long, value_name = "NAME")]
        name: String,
        /// What they may do
        #[arg(long, value_enum)]
        role: Role,
        /// The data directory
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Lists the users
    #[command(after_help = "Example:\n  piagam users list --dir DIR --json")]
    List {
        /// The data directory
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Takes a user out of service; their sessions end at once
    #[command(
        after_help = "Example:\n  piagam users disable sari@contoh.example --dir DIR\n\nBack again: piagam users enable"
    )]
    Disable(Target),
    /// Puts a user in service again, and unlocks
    Enable(Target),
    /// Gives a new password, authenticator secret and recovery codes; their sessions end at once
    #[command(after_help = "Example:\n  piagam users reset sari@contoh.example --dir DIR\n\n\
        For the day when the telephone and the recovery codes are lost, or the password is forgotten.")]
    Reset(Target),
    /// Gives another role; their sessions end at once
    #[command(after_help = "Example:\n  piagam users role sari@contoh.example auditor --dir DIR")]
    Role {
        #[command(flatten)]
        target: Target,
        /// What they may do from now on
        #[arg(value_enum)]
        role: Role,
    },
}

#[derive(Debug, Args)]
struct Target {
    /// What is typed to sign in
    #[arg(value_name = "LOGIN")]
    login: String,
    /// The data directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    /// Prepares cohorts
    Operator,
    /// Approves what others prepared; revokes
    Approver,
    /// Users, keys, settings
    Admin,
    /// Reads everything, changes nothing
    Auditor,
}

impl From<Role> for store::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Operator => Self::Operator,
            Role::Approver => Self::Approver,
            Role::Admin => Self::Admin,
            Role::Auditor => Self::Auditor,
        }
    }
}

impl Users {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            UsersCommand::Add { login, name, role, dir } => {
                let installation = installation::open(&dir).await?;
                let enrolment = add(&installation, &login, &name, role.into()).await?;
                anstream::println!("Ditambahkan / added: {} ({})", printable(&login), store::Role::from(role).code());
                tell(&installation, login.trim(), &enrolment);
            }
            UsersCommand::List { dir, json } => list(&installation::open(&dir).await?, json).await?,
            UsersCommand::Disable(target) => change(&target, &UserChange::Disable, "user-disable").await?,
            UsersCommand::Enable(target) => change(&target, &UserChange::Enable, "user-enable").await?,
            UsersCommand::Reset(target) => reset(&target).await?,
            UsersCommand::Role { target, role } => {
                change(&target, &UserChange::Role(role.into()), "user-role").await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Adds a user; what they sign in with is told once, by the caller.
pub(crate) async fn add(
    installation: &Installation,
    login: &str,
    name: &str,
    role: store::Role,
) -> Result<Enrolment, Failure> {
    let (login, name) = (login.trim(), name.trim());
    if !is_login(login) {
        return Err(Failure::new(
            USAGE,
            (format!("nama masuk '{}' tidak dapat dipakai", printable(login)), "Pakai alamat surel, tanpa spasi."),
            (format!("the login '{}' cannot be used", printable(login)), "Use a mail address, without spaces."),
        ));
    }
    if !is_name(name) {
        return Err(Failure::new(
            USAGE,
            ("nama pengguna kosong atau terlalu panjang", "Sebutkan namanya dengan --name."),
            ("the user's name is empty or too long", "Say it with --name."),
        ));
    }
    let rng = &mut installation::rng();
    let enrolment = Enrolment::draw(rng);
    let credentials = enrolment.credentials(login, &vault(installation).await?, rng)?;
    let user = NewUser { login: login.to_owned(), name: name.to_owned(), role, credentials };
    installation.store.put_user(&user, &event("user-add", "", role.code())).await.map_err(|error| match error {
        store::StoreError::Taken { what: "login", value } => Failure::new(
            USAGE,
            (
                format!("pengguna {} sudah ada", printable(&value)),
                "Lihat `piagam users list`; `piagam users reset` memberi kata sandi dan kode baru.",
            ),
            (
                format!("the user {} exists already", printable(&value)),
                "See `piagam users list`; `piagam users reset` gives a new password and codes.",
            ),
        ),
        other => other.into(),
    })?;
    Ok(enrolment)
}

/// What secrets are sealed with. Where it is lost there is a new one from here on, and whoever was enrolled with the old
/// one has to be reset too.
pub(crate) async fn vault(installation: &Installation) -> Result<Vault, Failure> {
    let vault = Vault::at(&installation.dir);
    if vault.is_missing() && !installation.store.users().await?.is_empty() {
        anstream::eprintln!(
            "Kunci meja baru dibuat di {0}. Pengguna lain yang didaftarkan dengan kunci lama perlu diatur ulang juga.\n\
             A new key of the desk is made in {0}. Other users who were enrolled with the old one have to be reset too.",
            installation.dir.join(issuer::keyring::KEYS_FOLDER).display()
        );
    }
    vault.make(&mut installation::rng())?;
    Ok(vault)
}

async fn list(installation: &Installation, json: bool) -> Result<(), Failure> {
    let users = installation.store.users().await?;
    if users.is_empty() && !json {
        anstream::println!(
            "Belum ada pengguna. / No users yet.\n  -> piagam users add LOGIN --name NAME --role operator --dir {}",
            installation.dir.display()
        );
    }
    for user in users {
        if json {
            anstream::println!(
                "{}",
                serde_json::json!({
                    "login": user.login, "name": user.name, "role": user.role.code(), "state": state(&user),
                    "recoveryCodesLeft": user.recovery_codes_left, "lastSignIn": user.seen_at.map(|at| at.to_string()),
                })
            );
        } else {
            let seen = user.seen_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
            let (login, name) = (printable(&user.login), printable(&user.name));
            anstream::println!("{login:<32} {:<9} {:<9} {seen:<20} {name}", user.role.code(), state(&user));
        }
    }
    Ok(())
}

/// `active`, `disabled` or `locked`.
fn state(user: &User) -> &'static str {
    match (user.disabled_at, user.locked_until) {
        (Some(_), _) => "disabled",
        (_, Some(until)) if until > jiff::Timestamp::now() => "locked",
        _ => "active",
    }
}

async fn change(target: &Target, change: &UserChange, act: &str) -> Result<(), Failure> {
    let installation = installation::open(&target.dir).await?;
    let user = find(&installation, &target.login).await?;
    let reason = if let UserChange::Role(role) = change { role.code() } else { "" };
    let user = installation.store.change_user(user.id, change, &event(act, &user.id.actor(), reason)).await?;
    anstream::println!("{}  {}  {}", printable(&user.login), user.role.code(), state(&user));
    Ok(())
}

async fn reset(target: &Target) -> Result<(), Failure> {
    let installation = installation::open(&target.dir).await?;
    let user = find(&installation, &target.login).await?;
    let rng = &mut installation::rng();
    let enrolment = Enrolment::draw(rng);
    let new = UserChange::Reset(enrolment.credentials(&user.login, &vault(&installation).await?, rng)?);
    installation.store.change_user(user.id, &new, &event("user-reset", &user.id.actor(), "")).await?;
    anstream::println!("Diatur ulang / reset: {}", printable(&user.login));
    tell(&installation, &user.login, &enrolment);
    Ok(())
}

async fn find(installation: &Installation, login: &str) -> Result<User, Failure> {
    installation.store.user_by_login(login.trim()).await?.ok_or_else(|| {
        let login = printable(login);
        Failure::new(
            USAGE,
            (format!("tidak ada pengguna {login}"), "Lihat daftarnya dengan `piagam users list --dir DIR`."),
            (format!("there is no user {login}"), "See the list with `piagam users list --dir DIR`."),
        )
    })
}

fn event(act: &str, object: &str, reason: &str) -> NewEvent {
    let event = NewEvent::new(jiff::Timestamp::now(), "cli", act, object);
    NewEvent { reason: (!reason.is_empty()).then(|| reason.to_owned()), ..event }
}

/// The one time that these are shown.
fn tell(installation: &Installation, login: &str, enrolment: &Enrolment) {
    let uri = enrolment.otpauth(installation.config.issuer.short(), login);
    anstream::println!("\nMasuk di / sign in at: {}/desk", installation.config.base_url);
    anstream::println!("Kata sandi pertama / first password: {}", enrolment.password);
    anstream::println!("Rahasia autentikator / authenticator secret: {}", enrolment.secret_text());
    if std::io::stdout().is_terminal()
        && let Ok(code) = QrCode::with_error_correction_level(&uri, EcLevel::L)
    {
        // Light on dark is what a terminal is; the other way round a camera reads it too.
        let drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        anstream::println!("Pindai dengan aplikasi autentikator / scan with the authenticator:\n{drawn}");
    } else {
        anstream::println!("{uri}");
    }
    anstream::println!("Kode pemulihan / recovery codes:");
    for pair in enrolment.recovery_codes.chunks(2) {
        anstream::println!("  {}", pair.join("  "));
    }
    anstream::println!(
        "\nTidak ditampilkan lagi. Serahkan langsung kepada orangnya.\nNot shown again. Hand it over in person."
    );
}
