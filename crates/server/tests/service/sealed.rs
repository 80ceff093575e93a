//! Authenticators' secrets at rest.

use std::fs;

use axum::http::StatusCode;
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use server::desk::vault::{self, Vault};
use store::Role;

use crate::staff::{PASSWORD, newcomer, signed_in, vault};
use crate::world::World;

async fn begin(world: &World) {
    let rng = &mut ChaCha20Rng::seed_from_u64(4);
    vault::begin(world.store.as_ref(), &Vault::at(&world.office.dir), rng, world.now()).await.unwrap();
}

/// Whether any file of the database holds these bytes.
fn in_the_database(world: &World, bytes: &[u8]) -> bool {
    ["piagam.db", "piagam.db-wal"].iter().any(|name| {
        let file = fs::read(world.office.dir.join(name)).unwrap_or_default();
        file.windows(bytes.len()).any(|part| part == bytes)
    })
}

#[tokio::test]
async fn secrets_of_before_are_sealed_at_the_start_and_nothing_of_them_is_left() {
    let world = World::new().await;
    let mut sari = newcomer(&world, Role::Operator).await;
    let clear = vault(&world).open(&sari.user.login, &sari.user.totp_secret).unwrap();
    assert!(clear.len() == 20 && !in_the_database(&world, &clear));
    // As an earlier version has kept it.
    let database = rusqlite::Connection::open(world.office.dir.join("piagam.db")).unwrap();
    database.execute("UPDATE users SET totp_secret = ?1", [&clear]).unwrap();
    drop(database);
    assert!(in_the_database(&world, &clear));
    let first = sari.first_password();
    assert_eq!(sari.sign_in(&first).await.status, StatusCode::UNPROCESSABLE_ENTITY, "in clear it opens nothing");

    begin(&world).await;
    begin(&world).await;
    assert!(!in_the_database(&world, &clear));
    assert_eq!(sari.sign_in(&first).await.status, StatusCode::SEE_OTHER);
    let events = world.store.events(Some(&sari.user.id.actor()), 0, 100).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.event.act == "user-sealed").count(), 1);
    let mut auditor = signed_in(&world, Role::Auditor).await;
    assert!(auditor.get("/desk/jejak").await.text().contains("Rahasia autentikator disegel"));
}

#[tokio::test]
async fn a_lost_key_is_said_and_none_is_made_in_its_place() {
    let world = World::new().await;
    let mut sari = newcomer(&world, Role::Operator).await;
    let key = world.office.dir.join("keys").join(vault::FILE);
    let kept = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    begin(&world).await;
    assert!(!key.exists(), "the lost one may be found");
    let first = sari.first_password();
    let refused = sari.sign_in(&first).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("kunci meja di server hilang"), "{}", refused.text());
    // Only to those who know the password; and codes that need no key go on.
    assert!(!sari.sign_in(PASSWORD).await.text().contains("kunci meja"));
    let (login, recovery) = (sari.user.login.clone(), sari.recovery_code(0));
    let fields = [("surel", login.as_str()), ("sandi", &first), ("kode", &recovery), ("cara", "pemulihan")];
    assert_eq!(sari.post("/desk/masuk", &fields).await.status, StatusCode::SEE_OTHER);
    // Found again, it is read without a new start.
    fs::write(&key, kept).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(sari.sign_in(&first).await.status, StatusCode::SEE_OTHER);
}
