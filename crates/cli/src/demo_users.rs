//! The demo's users: one for each role, whose passwords and secrets lie in a file, so that the desk can be tried out. Only
//! on an installation that lives at localhost.

use crate::failure::Failure;
use crate::installation::{self, Installation};
use issuer::durable;
use serde_json::{Value, json};
use server::desk::account::Enrolment;
use server::desk::vault::Vault;
use std::path::Path;
use store::{Credentials, NewEvent, NewUser, Role, StoreError};

/// The file in the demo's folder.
const FILE: &str = "meja.json";

/// Login, name and role of each.
const USERS: [(&str, &str, Role); 4] = [
    ("penyusun@contoh.example", "Sari Contohwati", Role::Operator),
    ("penyetuju@contoh.example", "Budi Misalnya", Role::Approver),
    ("pengelola@contoh.example", "Wati Fiktif", Role::Admin),
    ("auditor@contoh.example", "Made Uji", Role::Auditor),
];

/// Makes the users that are not there yet, and gives what each signs in with.
pub(crate) async fn make(installation: &Installation) -> Result<Vec<(&'static str, Enrolment)>, Failure> {
    let mut made = Vec::new();
    for ((login, name, role), enrolment) in USERS.into_iter().zip(kept(&installation.dir)?) {
        if installation.store.user_by_login(login).await?.is_none() {
            let vault = Vault::at(&installation.dir);
            vault.make(&mut installation::rng())?;
            let credentials = enrolment.credentials(login, &vault, &mut installation::rng())?;
            let user = NewUser {
                login: login.to_owned(),
                name: name.to_owned(),
                role,
                credentials: Credentials { must_change: false, ..credentials },
            };
            let event = NewEvent::new(jiff::Timestamp::now(), "demo", "user-add", "");
            let event = NewEvent { reason: Some(role.code().to_owned()), ..event };
            match installation.store.put_user(&user, &event).await {
                Ok(_) | Err(StoreError::Taken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        made.push((login, enrolment));
    }
    Ok(made)
}

/// Tells how to sign in.
pub(crate) fn tell(installation: &Installation, users: &[(&'static str, Enrolment)]) {
    let now = jiff::Timestamp::now();
    anstream::println!("\nMeja penerbitan / desk: {}/desk", installation.config.base_url);
    for (login, enrolment) in users {
        anstream::println!("  {login:<26} {}  kode / code {}", enrolment.password, enrolment.code(now));
    }
    anstream::println!("  Kode baru / new codes: piagam demo --codes --dir {}", installation.dir.display());
}

/// What was drawn when the demo was made: written down before anybody is told of it.
fn kept(dir: &Path) -> Result<Vec<Enrolment>, Failure> {
    let path = dir.join(FILE);
    if !path.exists() {
        let rng = &mut installation::rng();
        let drawn: Vec<Value> = USERS
            .iter()
            .map(|(login, _, role)| {
                let enrolment = Enrolment::draw(rng);
                json!({
                    "login": login,
                    "role": role.code(),
                    "password": enrolment.password,
                    "secret": enrolment.secret_text(),
                    "recoveryCodes": enrolment.recovery_codes,
                })
            })
            .collect();
        let text = format!("{:#}\n", Value::Array(drawn));
        durable::write_new(&path, text.as_bytes()).map_err(|error| Failure::file(&path, &error))?;
    }
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
    read(&text).ok_or_else(|| {
        let name = path.display();
        Failure::new(
            crate::failure::OTHER,
            (format!("{name} tidak dapat dibaca"), "Hapus folder demo itu, lalu jalankan lagi."),
            (format!("{name} cannot be read"), "Delete the demo's folder, then run it again."),
        )
    })
}

fn read(text: &str) -> Option<Vec<Enrolment>> {
    let users: Value = serde_json::from_str(text).ok()?;
    let user = |user: &Value| {
        let codes = user["recoveryCodes"].as_array()?.iter();
        let codes = codes.map(|code| code.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?;
        Enrolment::kept(user["password"].as_str()?.to_owned(), user["secret"].as_str()?, codes)
    };
    let read: Vec<Enrolment> = users.as_array()?.iter().map(user).collect::<Option<_>>()?;
    (read.len() == USERS.len()).then_some(read)
}
