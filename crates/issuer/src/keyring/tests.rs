use std::fs;
use std::process::{Command, Stdio};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use store::NewIssuer;
use store::sqlite::SqliteStore;
use tempfile::TempDir;

use super::*;

const PASSPHRASE: &str = "empat kata untuk contoh";

struct Place {
    folder: TempDir,
    store: SqliteStore,
    issuer: Issuer,
    rng: ChaCha8Rng,
}

impl Place {
    async fn new(base_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::create(folder.path().join("piagam.db")).await.unwrap();
        let issuer = NewIssuer {
            did: vc::did_web(base_url),
            base_url: base_url.to_owned(),
            name_id: "Lembaga Contoh".to_owned(),
            name_en: "Sample Agency".to_owned(),
        };
        let issuer = store.put_issuer(&issuer, now()).await.unwrap();
        Self { folder, store, issuer, rng: ChaCha8Rng::seed_from_u64(1) }
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    async fn make(&mut self) -> Result<store::PublicKey, KeyringError> {
        let (dir, rng) = (self.folder.path(), &mut self.rng);
        make_key(&self.store, &self.issuer, dir, KeyRole::Certificates, PASSPHRASE, rng, now()).await
    }

    async fn open(&self, passphrase: Option<&str>) -> Result<FileSigner, KeyringError> {
        open_signer(&self.store, &self.issuer, self.dir(), KeyRole::Certificates, passphrase).await
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_786_500_000).unwrap()
}

#[tokio::test]
async fn a_new_key_signs_and_its_file_is_for_its_owner_only() {
    let mut place = Place::new("https://sertifikat.example").await;
    let made = place.make().await.unwrap();
    let signer = place.open(Some(PASSPHRASE)).await.unwrap();
    assert_eq!((made.number, signer.number()), (1, 1));
    assert_eq!(signer.method().id, "did:web:sertifikat.example#k1");
    assert_eq!(signer.method().key.multikey(), made.multikey);
    let signature = signer.sign(b"contoh").unwrap();
    assert!(signer.method().key.verifies(b"contoh", &signature));

    let path = key_path(place.dir(), 1);
    let pem = fs::read_to_string(&path).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assert!(needs_passphrase(&place.store, &place.issuer, place.dir(), KeyRole::Certificates).await.unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = place.open(Some(PASSPHRASE)).await.unwrap_err();
        assert!(matches!(error, KeyringError::TooOpen { mode: 0o640, .. }), "{error}");
        assert!(error.to_string().contains("mode 0640, expected 0600"));
    }
}

#[tokio::test]
async fn rotation_retires_the_former_key_and_never_reuses_a_number() {
    let mut place = Place::new("https://sertifikat.example").await;
    place.make().await.unwrap();
    place.make().await.unwrap();
    fs::write(key_path(place.dir(), 7), "left behind").unwrap();
    assert_eq!(place.make().await.unwrap().number, 8);
    let keys = place.store.public_keys(place.issuer.id).await.unwrap();
    let retired: Vec<_> = keys.iter().map(|key| (key.number, key.retired_at.is_some())).collect();
    assert_eq!(retired, [(1, true), (2, true), (8, false)]);
    assert_eq!(place.open(Some(PASSPHRASE)).await.unwrap().number(), 8);
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_said() {
    let mut place = Place::new("https://sertifikat.example").await;
    assert!(matches!(place.open(None).await, Err(KeyringError::NoKey { .. })));
    place.make().await.unwrap();
    let path = key_path(place.dir(), 1);
    assert!(matches!(place.open(None).await, Err(KeyringError::PassphraseNeeded { .. })));
    assert!(matches!(place.open(Some("salah")).await, Err(KeyringError::WrongPassphrase { .. })));

    let good = fs::read(&path).unwrap();
    let cut = &good[..good.len() / 2];
    for bytes in [b"".as_slice(), b"No,Nama\n", cut, &[0xff; 64], &[b'a'; 20_000]] {
        fs::write(&path, bytes).unwrap();
        let error = place.open(Some(PASSPHRASE)).await.unwrap_err();
        assert!(matches!(error, KeyringError::Malformed { .. } | KeyringError::CannotRead { .. }), "{error}");
        assert!(!error.next().is_empty());
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(place.open(Some(PASSPHRASE)).await, Err(KeyringError::Missing { .. })));

    let mut other = Place::new("https://lain.example").await;
    other.rng = ChaCha8Rng::seed_from_u64(2);
    other.make().await.unwrap();
    fs::copy(key_path(other.dir(), 1), &path).unwrap();
    let error = place.open(Some(PASSPHRASE)).await.unwrap_err();
    assert!(matches!(error, KeyringError::OtherKey { .. }), "{error}");
}

#[tokio::test]
async fn an_empty_passphrase_makes_no_key() {
    let mut place = Place::new("https://sertifikat.example").await;
    let (dir, rng) = (place.folder.path(), &mut place.rng);
    let made = make_key(&place.store, &place.issuer, dir, KeyRole::Api, "", rng, now()).await;
    assert!(matches!(made, Err(KeyringError::EmptyPassphrase)));
    assert!(!place.dir().join(KEYS_FOLDER).exists());
}

#[tokio::test]
async fn the_example_key_signs_for_localhost_only() {
    let place = Place::new("http://localhost:8080").await;
    let installed = install_example_key(&place.store, &place.issuer, place.dir(), now()).await.unwrap();
    let again = install_example_key(&place.store, &place.issuer, place.dir(), now()).await.unwrap();
    assert_eq!(installed, again);
    assert!(!needs_passphrase(&place.store, &place.issuer, place.dir(), KeyRole::Certificates).await.unwrap());
    place.open(None).await.unwrap();

    let public = Place::new("https://sertifikat.example").await;
    let error = install_example_key(&public.store, &public.issuer, public.dir(), now()).await.unwrap_err();
    assert!(matches!(error, KeyringError::ExampleKey { .. }), "{error}");

    // Copied by hand, it is refused too, even encrypted.
    let mut sly = Place::new("https://sertifikat.example").await;
    let (dir, rng) = (sly.folder.path(), &mut sly.rng);
    let pem = file::encrypted(&example_key(), PASSPHRASE, rng).unwrap();
    add_key(&sly.store, &sly.issuer, dir, KeyRole::Certificates, &example_key(), &pem, now()).await.unwrap();
    assert!(matches!(sly.open(Some(PASSPHRASE)).await, Err(KeyringError::ExampleKey { .. })));
}

#[tokio::test]
async fn no_other_key_may_lie_unencrypted() {
    let place = Place::new("http://localhost:8080").await;
    let key = Key::from_seed([9; 32]);
    let pem = {
        use ed25519::pkcs8::EncodePrivateKey;
        let pair = ed25519::KeypairBytes { secret_key: *key.seed(), public_key: None };
        pair.to_pkcs8_pem(pkcs8::LineEnding::LF).unwrap().to_string()
    };
    add_key(&place.store, &place.issuer, place.dir(), KeyRole::Certificates, &key, &pem, now()).await.unwrap();
    assert!(matches!(place.open(None).await, Err(KeyringError::Unencrypted { .. })));
}

#[tokio::test]
async fn openssl_reads_our_keys_and_we_read_its() {
    if !Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_ok_and(|s| s.success()) {
        return;
    }
    let mut place = Place::new("https://sertifikat.example").await;
    place.make().await.unwrap();
    let path = key_path(place.dir(), 1);
    let opened = Command::new("openssl")
        .args(["pkey", "-noout", "-text", "-passin", &format!("pass:{PASSPHRASE}"), "-in"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    assert!(String::from_utf8_lossy(&opened.stdout).contains("ED25519"));

    let theirs = place.dir().join("theirs.pem");
    let plain = place.dir().join("plain.pem");
    for arguments in [
        vec!["genpkey", "-algorithm", "ed25519", "-out", plain.to_str().unwrap()],
        vec![
            "pkcs8",
            "-topk8",
            "-scrypt",
            "-in",
            plain.to_str().unwrap(),
            "-passout",
            "pass:sandi",
            "-out",
            theirs.to_str().unwrap(),
        ],
    ] {
        assert!(Command::new("openssl").args(&arguments).stderr(Stdio::null()).status().unwrap().success());
    }
    let key = file::open(&theirs, Some("sandi")).unwrap();
    assert_eq!(key.seed(), file::plain(&fs::read_to_string(&plain).unwrap()).unwrap().seed());
}

#[test]
fn secrets_are_not_in_debug_output() {
    let key = Key::from_seed([0x42; 32]);
    let method = VerificationMethod::did_web("did:web:sertifikat.example", 1, key.public());
    let shown = format!("{:?}", FileSigner { number: 1, method, key });
    assert!(!shown.contains("66, 66") && !shown.contains("4242"), "{shown}");
}

#[test]
fn this_machine_is_known_by_its_host() {
    for url in ["http://localhost:8080", "http://127.0.0.1", "https://LOCALHOST/", "localhost"] {
        assert!(is_this_machine(url), "{url}");
    }
    for url in [
        "https://localhost.example",
        "https://sertifikat.example:8080",
        "http://localhost@lain.example",
        "",
        "http://127.0.0.2",
    ] {
        assert!(!is_this_machine(url), "{url}");
    }
}
