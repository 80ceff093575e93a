//! What is logged, in a process of its own: a log has one subscriber.

#[allow(dead_code)] // The other tests need all of it.
#[path = "service/world.rs"]
mod world;

use world::World;

#[tokio::test]
async fn the_log_names_patterns_and_nobody() {
    let settings = "[mail]\nhost = \"localhost\"\nsecurity = \"none\"\nsender = \"sertifikat@contoh.example\"\n";
    let world = World::with_settings(settings).await;
    let certificate = world.issue(&["Peserta Contoh Satu"], None).await.remove(0);
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let code = store::shown_code(&certificate.code);
    for path in [
        format!("/v/{code}"),
        format!("/v?kode={code}"),
        format!("/credentials/{}", certificate.id),
        format!("/credentials/{}/kredensial.json", certificate.id),
        format!("/records/{}", certificate.id),
    ] {
        world.get(&path).await;
    }
    let text = world.store.signed_text(certificate.id, store::Suite::Jcs).await.unwrap().unwrap();
    world.upload("", text.as_bytes()).await;
    world.post("/credentials/verify", format!(r#"{{"verifiableCredential": {text}}}"#)).await;
    let link = format!("/ambil/{}", "A".repeat(43));
    world.get(&link).await;
    world.post(&link, "").await;
    let form = |path: &str, body: String| {
        let request = axum::http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        world.ask(request.body(axum::body::Body::from(body)).unwrap())
    };
    form("/tautan", "surel=orang.hilang%40contoh.example".to_owned()).await;
    form(&format!("/v/{code}/nip"), format!("nip={}", world::NIP)).await;
    let lines: String = log.text().lines().filter(|line| line.contains("server::")).collect();
    for pattern in [
        "/v/{code}",
        "/credentials/{id}",
        "/credentials/verify",
        "/periksa",
        "/ambil/{token}",
        "/tautan",
        "/v/{code}/nip",
    ] {
        assert!(lines.contains(pattern), "{pattern}: {lines}");
    }
    for secret in
        [code.as_str(), &certificate.code, "Peserta", &certificate.number, &link[7..], "orang.hilang", world::NIP]
    {
        assert!(!log.text().contains(secret), "{secret}: {}", log.text());
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
