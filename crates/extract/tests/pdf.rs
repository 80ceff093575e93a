//! Credentials out of PDFs: the ways they are attached, and the ways files go wrong.

mod common;

use common::{Make, credential, document, pdf, write};
use extract::{ExtractError, Extracted, MAX_CREDENTIAL, Source, extract};
use lopdf::{EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary};

fn found(name: &str) -> Result<Extracted, ExtractError> {
    Ok(Extracted { text: credential(), source: Source::PdfAttachment { name: name.into() } })
}

#[test]
fn every_way_of_attaching_gives_the_same_bytes() {
    for object_streams in [false, true] {
        for compress in [false, true] {
            for (in_names, in_af) in [(true, true), (true, false), (false, true)] {
                let make = Make { object_streams, compress, in_names, in_af, ..Make::default() };
                assert_eq!(extract(&pdf(&make)), found("credential.json"));
            }
        }
    }
}

#[test]
fn media_type_wins_over_name_and_name_is_enough() {
    let by_type = Make { name: "lampiran.bin", ..Make::default() };
    assert_eq!(extract(&pdf(&by_type)), found("lampiran.bin"));
    let by_name = Make { name: "My-Credential.JSON", media_type: None, ..Make::default() };
    assert_eq!(extract(&pdf(&by_name)), found("My-Credential.JSON"));
    let neither = Make { name: "invoice.xml", media_type: Some("text/xml"), ..Make::default() };
    assert_eq!(extract(&pdf(&neither)), Err(ExtractError::NoCredentialInPdf));
    let unattached = Make { in_names: false, in_af: false, ..Make::default() };
    assert_eq!(extract(&pdf(&unattached)), Err(ExtractError::NoCredentialInPdf));
}

#[test]
fn bytes_before_the_header_and_after_the_end_do_not_matter() {
    let mut bytes = b"X-Gateway: ok\r\n\r\n".to_vec();
    bytes.extend(pdf(&Make::default()));
    bytes.extend(b"\r\n-- scanned --\r\n".repeat(100));
    assert_eq!(extract(&bytes), found("credential.json"));
}

#[test]
fn an_encrypted_file_is_called_so() {
    let mut document = document(&Make::default());
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "pemilik",
        user_password: "",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    assert_eq!(extract(&write(&mut document, false)), Err(ExtractError::PdfEncrypted));
}

#[test]
fn a_file_cut_at_any_place_is_damaged_and_nothing_else() {
    for object_streams in [false, true] {
        // Not compressed, so that the file is long enough to be cut in many places.
        let make = Make { object_streams, compress: false, content: large_credential(), ..Make::default() };
        let whole = pdf(&make);
        assert!(whole.len() > 100_000);
        for end in (0..whole.len()).step_by(997) {
            match extract(&whole[..end]) {
                Err(ExtractError::PdfDamaged { .. }) => {}
                Err(ExtractError::NotRecognised) if end < 5 => {}
                other => panic!("cut at {end}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_damaged_cross_reference_is_called_so() {
    let whole = pdf(&Make::default());
    let at = whole.windows(9).rposition(|window| window == b"startxref").unwrap();
    for replacement in [&b"startxref\n7\n%%EOF"[..], b"startxref\n99999999999999999999\n%%EOF", b"startxref\nx\n%%EOF"]
    {
        let bytes = [&whole[..at], replacement].concat();
        assert!(matches!(extract(&bytes), Err(ExtractError::PdfDamaged { .. })));
    }
    // Every offset in the table wrong by one.
    let table = whole.windows(4).rposition(|window| window == b"xref").unwrap();
    let table = whole[..table].windows(5).rposition(|window| window == b"\nxref").unwrap_or(table);
    let shifted = [b"%PDF-1.7\n%", &whole[9..table], b" ", &whole[table..]].concat();
    assert!(extract(&shifted).is_err());
}

#[test]
fn a_bomb_is_refused_by_its_unpacked_size() {
    let mut content = b"{\"a\":\"".to_vec();
    content.resize(300_000_000, b'x');
    let bytes = pdf(&Make { content, ..Make::default() });
    assert!(bytes.len() < 2_000_000);
    assert_eq!(extract(&bytes), Err(ExtractError::TooLarge { limit: MAX_CREDENTIAL, got: MAX_CREDENTIAL + 1 }));
}

#[test]
fn a_bomb_in_a_bomb_is_refused() {
    let mut inner = Stream::new(dictionary! {}, vec![b' '; 100_000_000]);
    inner.compress().unwrap();
    let mut outer = Stream::new(dictionary! {}, inner.content);
    outer.compress().unwrap();
    let mut document = document(&Make::default());
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream.dict.has_type(b"EmbeddedFile")
        {
            stream.dict.set("Filter", vec!["FlateDecode".into(), "FlateDecode".into()]);
            stream.set_content(outer.content.clone());
        }
    }
    assert!(matches!(extract(&write(&mut document, false)), Err(ExtractError::TooLarge { .. })));
}

#[test]
fn structures_that_would_cost_gigabytes_are_refused_at_once() {
    let xref_stream = |dict: &str, data: &str| {
        let body = format!(
            "%PDF-1.7\n1 0 obj\n<< /Type /XRef {dict} /Length {} >>\nstream\n{data}\nendstream\nendobj\nstartxref\n9\n%%EOF",
            data.len()
        );
        extract(body.as_bytes())
    };
    for dict in [
        "/W [1 999999999999 1] /Size 5 /Root 1 0 R",
        "/W [0 0 0] /Size 9000000000000000000 /Root 1 0 R",
        "/W [1 1 1] /Index [0 9223372036854775807] /Size 5 /Root 1 0 R",
        "/W [1 1 1] /Index [9223372036854775807 9223372036854775807] /Size 5 /Root 1 0 R",
        "/W [-1 1 1] /Size 5 /Root 1 0 R",
        "/W [1 1 1] /Size 5 /Root 1 0 R /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 999999999999 >>",
        "/W [1 1 1] /Size 5 /Root 1 0 R /Prev 9",
        "/W [1 1 1] /Size 5 /Root 1 0 R /Filter 1 0 R",
    ] {
        let outcome = xref_stream(dict, "abcabcabc");
        assert!(matches!(outcome, Err(ExtractError::PdfDamaged { .. })), "{dict}: {outcome:?}");
    }
}

#[test]
fn circles_and_depth_end() {
    let body = |catalog: &str| {
        let head = format!("%PDF-1.7\n1 0 obj\n{catalog}\nendobj\n");
        format!(
            "{head}xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n{}\n%%EOF",
            head.len()
        )
    };
    assert!(extract(body("1 0 R").as_bytes()).is_err());
    assert!(extract(body("<< /Names 1 0 R /EmbeddedFiles 1 0 R /Kids [1 0 R 1 0 R] >>").as_bytes()).is_err());
    assert!(extract(body(&"[".repeat(200_000)).as_bytes()).is_err());
    assert!(extract(body(&"<< /A ".repeat(30_000)).as_bytes()).is_err());
    assert!(extract(body(&format!("<< /Names {}{} >>", "[".repeat(90), "]".repeat(90))).as_bytes()).is_err());
}

fn large_credential() -> Vec<u8> {
    format!("{{\"a\": \"{}\"}}", "contoh ".repeat(20_000)).into_bytes()
}
