//! A credential whose issuer is on the network: gathered, then judged.

use fetch::{FetchPolicy, Fetcher, gather};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vc::{Cryptosuite, Draft, Evidence, Issuers, Key, Need, Policy, State, Verdict, VerificationMethod, WhyNot};

const LOCAL: FetchPolicy = FetchPolicy { allow_http_localhost: true, offline: false };

/// Serves `document` at every path.
async fn serve(listener: TcpListener, document: String) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let _ = stream.read(&mut [0; 4096]).await;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", document.len());
        let _ = stream.write_all((head + &document).as_bytes()).await;
    }
}

/// A certificate of an issuer at `origin`, and its DID document.
fn issued(origin: &str) -> (String, String, String) {
    let key = Key::from_seed([9; 32]);
    let did = vc::did_web(origin);
    let method = VerificationMethod::did_web(&did, 1, key.public());
    let draft = Draft::from_value(json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": did,
        "validFrom": "2026-08-12T00:00:00Z",
        "credentialSubject": { "id": "urn:uuid:3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11" }
    }));
    let ready = draft.check().unwrap();
    let to_sign = ready.to_sign(Cryptosuite::EddsaRdfc2022, &method, "2026-08-12T00:00:00Z").unwrap();
    let signature = key.sign(to_sign.bytes());
    let text = to_sign.finish(signature).unwrap().text().to_owned();
    (text, did.clone(), vc::did_document(&did, &[(1, key.public())]).to_string())
}

async fn judged(text: &str, did: &str, policy: FetchPolicy) -> (vc::Report, Evidence) {
    let mut evidence = Evidence::default();
    gather(text.as_bytes(), &mut evidence, &Fetcher::new(policy)).await;
    let known = Policy { issuers: Issuers::Known(vec![did.to_owned()]), ..Policy::any() };
    let now = "2026-11-24T07:05:00Z".parse().unwrap();
    (vc::verify(text.as_bytes(), &evidence, &known, now), evidence)
}

#[tokio::test]
async fn what_the_network_gives_decides_and_what_it_does_not_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let (text, did, document) = issued(&origin);

    // Nobody serves yet, and the listener is there: so offline first.
    let offline = FetchPolicy { offline: true, ..LOCAL };
    let (report, evidence) = judged(&text, &did, offline).await;
    assert_eq!(report.verdict, Verdict::Indeterminate);
    assert_eq!(evidence.get(&Need::Did(did.clone())), Some(Err(&WhyNot::Offline)));

    // A server's own policy never opens localhost.
    let (report, evidence) = judged(&text, &did, FetchPolicy::default()).await;
    assert_eq!(report.verdict, Verdict::Indeterminate);
    assert!(matches!(evidence.get(&Need::Did(did.clone())), Some(Err(WhyNot::Refused(_)))));

    tokio::spawn(serve(listener, document));
    let (report, _) = judged(&text, &did, LOCAL).await;
    assert_eq!((report.verdict, report.state), (Verdict::Valid, State::Valid));
    let (report, _) = judged(&text.replace("0d6e5b1f7a11", "0d6e5b1f7a12"), &did, LOCAL).await;
    assert_eq!(report.state, State::Tampered);
}

#[tokio::test]
async fn text_that_asks_for_nothing_costs_nothing() {
    let mut evidence = Evidence::default();
    gather(b"not even JSON", &mut evidence, &Fetcher::new(LOCAL)).await;
    gather(b"{}", &mut evidence, &Fetcher::new(LOCAL)).await;
}
