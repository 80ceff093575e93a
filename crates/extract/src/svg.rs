//! An SVG badge with the credential baked in: the content of `<openbadges:credential>`, as text or CDATA (Open Badges 3.0,
//! 5.3.2). No DTD is read, so there are no entities to expand and nothing is ever loaded.

use roxmltree::{Document, Node, ParsingOptions};

use crate::{ExtractError, Extracted, MAX_CREDENTIAL, Source, baked};

/// The namespace of the element (Open Badges 3.0, 5.3.2.1).
const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";
const SVG: &str = "http://www.w3.org/2000/svg";

/// The largest SVG in bytes: a credential and as much drawing again.
const MAX_SVG: usize = 2 * MAX_CREDENTIAL;
/// Elements, texts and comments, at most.
const MAX_NODES: u32 = 100_000;
/// Namespace declarations, at most: an element copies those of its parents.
const MAX_NAMESPACES: usize = 1_000;
/// Attributes of an element, at most: each is compared with all before it.
const MAX_ATTRIBUTES: usize = 512;
/// The root element must begin within so many bytes of comments and white space.
const ROOT_WITHIN: usize = 4_096;

/// Is this XML whose first element may be an SVG's?
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(crate::BOM).unwrap_or(bytes);
    let start = &bytes[..bytes.len().min(ROOT_WITHIN)];
    let is_xml = start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    is_xml && (contains(start, b"<svg") || contains(start, b":svg"))
}

/// The credential's text.
pub(crate) fn extract(bytes: &[u8]) -> Result<Extracted, ExtractError> {
    let bytes = bytes.strip_prefix(crate::BOM).unwrap_or(bytes);
    if bytes.len() > MAX_SVG {
        return Err(ExtractError::TooLarge { limit: MAX_SVG, got: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|e| ExtractError::NotUtf8 { at: e.valid_up_to() })?;
    if is_dear(text) {
        return Err(damaged("it has more namespaces or attributes than any badge"));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => damaged("it has a document type declaration"),
        roxmltree::Error::NodesLimitReached => damaged("it has more elements than any badge"),
        _ => damaged("it is not well-formed XML"),
    })?;
    if !document.root_element().has_tag_name((SVG, "svg")) {
        return Err(ExtractError::NotRecognised);
    }
    let mut elements = document.descendants().filter(|node| node.has_tag_name((NAMESPACE, "credential")));
    let element = elements.next().ok_or(ExtractError::NoCredentialInImage)?;
    if elements.next().is_some() {
        return Err(ExtractError::SeveralCredentials);
    }
    Ok(Extracted { text: baked(content(element)?.as_bytes())?, source: Source::BakedSvg })
}

fn content(element: Node<'_, '_>) -> Result<String, ExtractError> {
    if element.attribute("verify").is_some() {
        return Err(ExtractError::JwtNotSupported);
    }
    let mut text = String::new();
    for child in element.children() {
        match child.is_element() {
            true => return Err(damaged("there are elements within the credential")),
            false if child.is_text() => text.push_str(child.text().unwrap_or_default()),
            false => {}
        }
    }
    Ok(text)
}

/// Whether a parser that compares and copies would take long over it. A tag reaches to the next `<` at most.
fn is_dear(text: &str) -> bool {
    text.matches("xmlns").take(MAX_NAMESPACES + 1).count() > MAX_NAMESPACES
        || text.split('<').any(|tag| tag.matches('=').take(MAX_ATTRIBUTES + 1).count() > MAX_ATTRIBUTES)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn damaged(reason: &'static str) -> ExtractError {
    ExtractError::ImageDamaged { reason }
}
