//! A PDF with the credential attached: named in the document's name tree (ISO 32000-2, 7.11.4) or associated with the
//! document by `/AF` (14.13), as every PDF of ours has it.

mod file;
mod page;
mod token;
mod visible;

pub(crate) use page::pages;
pub(crate) use visible::visible;

use lopdf::{Dictionary, Object, decode_text_string};

use crate::{ExtractError, Extracted, MAX_CREDENTIAL, Source, json};
use file::{File, RawStream};

/// Attachments looked at; ours have one.
const MAX_ATTACHMENTS: usize = 256;
/// Levels of a name tree; two suffice for a million names.
const MAX_TREE_DEPTH: usize = 8;
/// The header may stand after some bytes of a gateway's own (ISO 32000-2, Annex I: within the first 1,024).
const HEADER_WITHIN: usize = 1024;

/// One attached file: how it is called and where its bytes are.
struct Attachment {
    name: String,
    content: Object,
}

/// How much an attachment looks like a credential; the smaller the better.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    CredentialMediaType,
    CredentialName,
    Json,
}

/// Is there a PDF header near the beginning?
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    // A JSON text may speak of PDFs; a PDF does not begin as a JSON text.
    !json::looks_like(bytes) && token::find(&bytes[..bytes.len().min(HEADER_WITHIN)], b"%PDF-").is_some()
}

/// The attachment that looks most like a credential.
pub(crate) fn extract(bytes: &[u8]) -> Result<Extracted, ExtractError> {
    let mut file = File::open(bytes)?;
    let root = file.trailer.get(b"Root").cloned().unwrap_or(Object::Null);
    let Object::Dictionary(catalog) = file.resolve(&root)? else {
        return Err(ExtractError::PdfDamaged { reason: "no catalog" });
    };

    let mut best: Option<(Likeness, String, RawStream<'_>)> = None;
    let mut damage = None;
    for attachment in attachments(&mut file, &catalog)? {
        let stream = match file.stream(&attachment.content) {
            Ok(stream) => stream,
            // Another attachment may be whole.
            Err(error) => {
                damage = Some(error);
                continue;
            }
        };
        let Some(likeness) = likeness(&stream.dict, &attachment.name) else {
            continue;
        };
        if best.as_ref().is_none_or(|(best, ..)| likeness < *best) {
            best = Some((likeness, attachment.name, stream));
        }
    }
    let (_, name, stream) = best.ok_or(damage.unwrap_or(ExtractError::NoCredentialInPdf))?;

    let data = file.unpack(&stream, MAX_CREDENTIAL)?;
    let data = data.ok_or(ExtractError::TooLarge { limit: MAX_CREDENTIAL, got: MAX_CREDENTIAL + 1 })?;
    if !json::looks_like(&data) {
        return Err(ExtractError::NoCredentialInPdf);
    }
    Ok(Extracted { text: json::extract(&data)?, source: Source::PdfAttachment { name } })
}

/// All attachments: the associated files first, then the name tree.
fn attachments(file: &mut File<'_>, catalog: &Dictionary) -> Result<Vec<Attachment>, ExtractError> {
    let mut specifications = Vec::new();
    if let Ok(associated) = catalog.get(b"AF")
        && let Object::Array(list) = file.resolve(associated)?
    {
        specifications.extend(list.into_iter().take(MAX_ATTACHMENTS));
    }
    if let Some(names) = dictionary(file, catalog, b"Names")?
        && let Some(tree) = dictionary(file, &names, b"EmbeddedFiles")?
    {
        walk_names(file, &tree, MAX_TREE_DEPTH, &mut specifications)?;
    }

    let mut found = Vec::new();
    for specification in specifications.iter().take(2 * MAX_ATTACHMENTS) {
        if let Object::Dictionary(specification) = file.resolve(specification)? {
            found.extend(attachment(file, &specification)?);
        }
    }
    Ok(found)
}

/// A name tree (7.9.6): leaves hold names and values in turn.
fn walk_names(
    file: &mut File<'_>,
    node: &Dictionary,
    depth: usize,
    found: &mut Vec<Object>,
) -> Result<(), ExtractError> {
    if depth == 0 {
        return Err(ExtractError::PdfDamaged { reason: "name tree too deep" });
    }
    if let Ok(names) = node.get(b"Names")
        && let Object::Array(names) = file.resolve(names)?
    {
        found.extend(names.into_iter().skip(1).step_by(2).take((2 * MAX_ATTACHMENTS).saturating_sub(found.len())));
    }
    if let Ok(kids) = node.get(b"Kids")
        && let Object::Array(kids) = file.resolve(kids)?
    {
        for kid in kids.iter().take(MAX_ATTACHMENTS) {
            if found.len() >= 2 * MAX_ATTACHMENTS {
                break;
            }
            if let Object::Dictionary(kid) = file.resolve(kid)? {
                walk_names(file, &kid, depth - 1, found)?;
            }
        }
    }
    Ok(())
}

/// A file specification (7.11.3) with an embedded file; others name files outside.
fn attachment(file: &mut File<'_>, specification: &Dictionary) -> Result<Option<Attachment>, ExtractError> {
    let Some(embedded) = dictionary(file, specification, b"EF")? else {
        return Ok(None);
    };
    let Some(content) = [b"UF".as_slice(), b"F"].iter().find_map(|key| embedded.get(key).ok()).cloned() else {
        return Ok(None);
    };
    let mut name = String::new();
    for key in [b"UF".as_slice(), b"F"] {
        if let Ok(value) = specification.get(key)
            && let Ok(text) = decode_text_string(&file.resolve(value)?)
        {
            name = text;
            break;
        }
    }
    Ok(Some(Attachment { name, content }))
}

fn dictionary(file: &mut File<'_>, parent: &Dictionary, key: &[u8]) -> Result<Option<Dictionary>, ExtractError> {
    let Ok(value) = parent.get(key) else {
        return Ok(None);
    };
    Ok(match file.resolve(value)? {
        Object::Dictionary(dictionary) => Some(dictionary),
        _ => None,
    })
}

fn likeness(stream: &Dictionary, name: &str) -> Option<Likeness> {
    let media_type = stream.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    let name = name.to_ascii_lowercase();
    match media_type {
        b"application/vc" | b"application/vc+ld+json" => Some(Likeness::CredentialMediaType),
        _ if name.ends_with(".json") && name.contains("credential") => Some(Likeness::CredentialName),
        b"application/json" | b"application/ld+json" => Some(Likeness::Json),
        _ if name.ends_with(".json") || name.ends_with(".jsonld") => Some(Likeness::Json),
        _ => None,
    }
}
