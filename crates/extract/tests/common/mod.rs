//! PDFs made with `lopdf`, with a credential attached in the ways seen in the field.
#![allow(dead_code)] // each test file uses a part

use lopdf::{Document, Object, SaveOptions, Stream, StringFormat, dictionary};

/// A credential of ordinary size.
pub(crate) fn credential() -> String {
    let description = "Pelatihan contoh bagi aparatur. ".repeat(60);
    format!(
        r#"{{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"],
 "name": "Siti Contoh, S.Kom. — Jos\u00e9", "description": "{description}", "credentialSubject": {{"id": "did:example:1", "n": 1.50}}}}"#
    )
}

/// How a PDF is to be made.
pub(crate) struct Make {
    pub(crate) name: &'static str,
    pub(crate) media_type: Option<&'static str>,
    pub(crate) in_names: bool,
    pub(crate) in_af: bool,
    pub(crate) object_streams: bool,
    pub(crate) compress: bool,
    pub(crate) content: Vec<u8>,
}

impl Default for Make {
    fn default() -> Self {
        Make {
            name: "credential.json",
            media_type: Some("application/vc"),
            in_names: true,
            in_af: true,
            object_streams: false,
            compress: true,
            content: credential().into_bytes(),
        }
    }
}

/// The document, before it is written.
pub(crate) fn document(make: &Make) -> Document {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let text = document.add_object(Stream::new(dictionary! {}, b"BT ET ".repeat(400)));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => text,
        "MediaBox" => vec![0.into(), 0.into(), 842.into(), 595.into()],
    });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );

    let mut embedded = dictionary! { "Type" => "EmbeddedFile" };
    if let Some(media_type) = make.media_type {
        embedded.set("Subtype", media_type);
    }
    let mut file = Stream::new(embedded, make.content.clone());
    if make.compress {
        file.compress().unwrap();
    }
    let file = document.add_object(file);
    let name = Object::String(make.name.as_bytes().to_vec(), StringFormat::Literal);
    let specification = document.add_object(dictionary! {
        "Type" => "Filespec", "F" => name.clone(), "UF" => name.clone(),
        "AFRelationship" => "Data", "EF" => dictionary! { "F" => file, "UF" => file },
    });

    let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
    if make.in_names {
        let leaf = document.add_object(dictionary! { "Names" => vec![name, specification.into()] });
        catalog.set("Names", dictionary! { "EmbeddedFiles" => dictionary! { "Kids" => vec![leaf.into()] } });
    }
    if make.in_af {
        catalog.set("AF", vec![specification.into()]);
    }
    let catalog = document.add_object(catalog);
    document.trailer.set("Root", catalog);
    document
        .trailer
        .set("ID", vec![Object::string_literal("0123456789abcdef"), Object::string_literal("0123456789abcdef")]);
    document
}

/// The document, written.
pub(crate) fn write(document: &mut Document, object_streams: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options =
        SaveOptions::builder().use_object_streams(object_streams).use_xref_streams(object_streams).compression_level(6);
    document.save_with_options(&mut bytes, options.build()).unwrap();
    bytes
}

/// A PDF made as told.
pub(crate) fn pdf(make: &Make) -> Vec<u8> {
    write(&mut document(make), make.object_streams)
}
