//! A design as one text: its `design.toml`, and behind it the files that it names. What is frozen with a batch is this text, so
//! that nothing can go missing in ten years.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use rustybuzz::ttf_parser::{Face, Permissions};
use sha2::{Digest, Sha256};

use crate::RenderError;
use crate::design::File;

/// The designs that come with the program.
pub const BUILT_IN: [&str; 3] = ["klasik", "modern", "potret"];

/// The largest file of a design, in bytes.
pub const MAX_FILE: usize = 4 << 20;
/// All files of a design together, in bytes.
const MAX_FILES: usize = 8 << 20;
/// Fonts of designs that are kept open. They stay until the program ends.
const MAX_OWN_FONTS: usize = 64;

/// Where the files begin in the text of a design.
const FILES: &str = "\n[files]\n";

/// The text of a design from its `design.toml` and the files that it names; `read` gives their bytes by name, or why not.
///
/// # Errors
/// [`RenderError::Design`] names the file, and the line of `design.toml`.
pub fn bundle(design: &str, toml: &str, read: impl Fn(&str) -> Result<Vec<u8>, String>) -> Result<String, RenderError> {
    let wrong = |reason: String| RenderError::Design { design: design.to_owned(), reason };
    let file = File::read(toml).map_err(wrong)?;
    let fonts = file.fonts.names().into_iter().filter(|name| embedded_font(name).is_none());
    let names: BTreeSet<&str> = fonts.chain(file.art.picture.iter().map(|p| p.file.as_str())).collect();
    let mut text = toml.to_owned();
    let mut total = 0;
    let mut is_first = file.files.is_empty();
    for name in names {
        if file.files.contains_key(name) {
            continue;
        }
        let at = line_of(toml, name);
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
        if !plain || name.starts_with('/') || name.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
            return Err(wrong(format!("design.toml, line {at}: {name:?} is no plain file name")));
        }
        let bytes = read(name).map_err(|reason| wrong(format!("design.toml, line {at}: {name}: {reason}")))?;
        total += bytes.len();
        if bytes.len() > MAX_FILE || total > MAX_FILES {
            let limit = if bytes.len() > MAX_FILE { MAX_FILE } else { MAX_FILES };
            return Err(wrong(format!("{name}: the design grows to {total} bytes here, at most {limit} are read")));
        }
        if is_first {
            text.push_str(FILES);
            is_first = false;
        }
        // Infallible: a String takes every write.
        let _ = writeln!(text, "\"{name}\" = \"{}\"", BASE64.encode(&bytes));
    }
    Ok(text)
}

/// A design taken apart again.
pub struct Parts {
    /// Its `design.toml`.
    pub toml: String,
    /// Its own files, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The parts of a text that [`bundle`] made.
///
/// # Errors
/// [`RenderError::Design`] if it is no such text.
pub fn unbundle(design: &str, text: &str) -> Result<Parts, RenderError> {
    let wrong = |reason: String| RenderError::Design { design: design.to_owned(), reason };
    let file = File::read(text).map_err(wrong)?;
    let mut files = BTreeMap::new();
    for name in file.files.keys() {
        files.insert(name.clone(), file.bytes(name).map_err(wrong)?);
    }
    let toml = text.split_once(FILES).map_or(text, |(toml, _)| toml);
    Ok(Parts { toml: toml.to_owned(), files })
}

/// The text of a built-in design.
///
/// # Errors
/// [`RenderError::Design`] for another name.
pub fn built_in(name: &str) -> Result<String, RenderError> {
    let toml = match name {
        "klasik" => include_str!("../../../templates/certificate/klasik/design.toml"),
        "modern" => include_str!("../../../templates/certificate/modern/design.toml"),
        "potret" => include_str!("../../../templates/certificate/potret/design.toml"),
        _ => {
            let reason = format!("it is not built in; there are {}", BUILT_IN.join(", "));
            return Err(RenderError::Design { design: name.to_owned(), reason });
        }
    };
    bundle(name, toml, |file| built_in_file(name, file).ok_or_else(|| "there is no such file".to_owned()))
}

/// A file of a built-in design, for an override that changes only some.
pub fn built_in_file(design: &str, file: &str) -> Option<Vec<u8>> {
    let bytes: &[u8] = match (design, file) {
        ("modern", "garis.svg") => include_bytes!("../../../templates/certificate/modern/garis.svg"),
        ("potret", "sudut.svg") => include_bytes!("../../../templates/certificate/potret/sudut.svg"),
        _ => return None,
    };
    Some(bytes.to_vec())
}

/// The line of `design.toml` that names a file.
fn line_of(toml: &str, name: &str) -> usize {
    toml.lines().position(|line| line.contains(name)).map_or(1, |at| at + 1)
}

/// A font that comes with the program.
pub(crate) fn embedded_font(name: &str) -> Option<&'static [u8]> {
    match name {
        "ebgaramond/EBGaramond12-Regular.ttf" => {
            Some(include_bytes!("../../../templates/certificate/fonts/ebgaramond/EBGaramond12-Regular.ttf"))
        }
        "ebgaramond/EBGaramond12-Italic.ttf" => {
            Some(include_bytes!("../../../templates/certificate/fonts/ebgaramond/EBGaramond12-Italic.ttf"))
        }
        "notosans/NotoSans-Regular.ttf" => {
            Some(include_bytes!("../../../templates/certificate/fonts/notosans/NotoSans-Regular.ttf"))
        }
        _ => None,
    }
}

/// A font of a design, checked, and kept for the life of the program: presses borrow from it, and the same font is kept once.
pub(crate) fn own_font(bytes: &[u8]) -> Result<&'static [u8], String> {
    static KEPT: Mutex<BTreeMap<[u8; 32], &'static [u8]>> = Mutex::new(BTreeMap::new());
    if bytes.starts_with(b"OTTO") || bytes.starts_with(b"ttcf") {
        return Err("only single fonts with TrueType outlines can be embedded; convert it to .ttf".to_owned());
    }
    let face = Face::parse(bytes, 0).map_err(|e| format!("the font cannot be read: {e}"))?;
    if face.permissions() == Some(Permissions::Restricted) {
        return Err("its maker does not allow embedding; choose another font".to_owned());
    }
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MAX_OWN_FONTS && !kept.contains_key(&digest) {
        return Err(format!("{MAX_OWN_FONTS} other fonts are in use already; start the program again"));
    }
    Ok(kept.entry(digest).or_insert_with(|| Vec::leak(bytes.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Design;

    fn klasik() -> String {
        built_in("klasik").unwrap()
    }

    #[test]
    fn mistakes_in_files_are_named() {
        let with = |picture: &str, bytes: &[u8]| {
            let toml = format!("{}\n[[art.picture]]\nfile = \"{picture}\"\nx = 1.0\ny = 1.0\nwidth = 9.0\n", klasik());
            let text =
                bundle("uji", &toml, |_| if bytes.is_empty() { Err("hilang".to_owned()) } else { Ok(bytes.to_vec()) });
            text.and_then(|text| Design::from_toml("uji", &text)).err().unwrap().to_string()
        };
        for (name, bytes, words) in [
            ("a.svg", &b""[..], ["line 3", "hilang"]),
            ("../a.svg", b"x", ["line 3", "plain file name"]),
            ("/etc/a.svg", b"x", ["line 3", "plain file name"]),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>\n<script/></svg>", ["a.svg", "line 2"]),
            ("a.svg", &[b' '; MAX_FILE + 1], ["a.svg", "bytes"]),
        ] {
            let message = with(name, bytes);
            assert!(words.iter().all(|word| message.contains(word)), "{message}");
        }
    }

    #[test]
    fn fonts_of_a_design_are_checked() {
        let font = embedded_font("notosans/NotoSans-Regular.ttf").unwrap();
        let toml = klasik().replace("serif = \"ebgaramond/EBGaramond12-Regular.ttf\"", "serif = \"huruf.ttf\"");
        let design = |bytes: &[u8]| {
            bundle("uji", &toml, |_| Ok(bytes.to_vec())).and_then(|text| Design::from_toml("uji", &text))
        };
        assert!(design(font).is_ok());
        for damaged in [&font[..100], b"rubbish", b"OTTO", &[]] {
            let message = design(damaged).err().unwrap().to_string();
            assert!(message.contains("huruf.ttf"), "{message}");
        }
    }
}
