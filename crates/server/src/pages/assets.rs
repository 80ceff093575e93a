//! The templates and the stylesheet: embedded in the binary, replaceable in `DIR/templates`.

use std::path::{Path, PathBuf};

use axum::http::HeaderValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// Where pages are replaced, in `DIR/templates`.
const FOLDER: &str = "pages";

/// The largest override that is read.
const MAX_TEMPLATE_BYTES: u64 = 512 * 1024;

/// A small ribbon, inlined so that a page asks for nothing else.
pub(super) const FAVICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%231f4f85' stroke-width='2' stroke-linejoin='round'%3E%3Ccircle cx='12' cy='9' r='6'/%3E%3Cpath d='m8 14-1 8 5-3 5 3-1-8M9.500 9l2 2 3-4'/%3E%3C/svg%3E";

const TEMPLATES: [(&str, &str); 34] = [
    ("layout.html", include_str!("../../../../templates/pages/layout.html")),
    ("parts.html", include_str!("../../../../templates/pages/parts.html")),
    ("result.html", include_str!("../../../../templates/pages/result.html")),
    ("start.html", include_str!("../../../../templates/pages/start.html")),
    ("upload.html", include_str!("../../../../templates/pages/upload.html")),
    ("help.html", include_str!("../../../../templates/pages/help.html")),
    ("privacy.html", include_str!("../../../../templates/pages/privacy.html")),
    ("api.html", include_str!("../../../../templates/pages/api.html")),
    ("achievement.html", include_str!("../../../../templates/pages/achievement.html")),
    ("v/index.html", include_str!("../../../../templates/pages/v/index.html")),
    ("error.html", include_str!("../../../../templates/pages/error.html")),
    ("holder/open.html", include_str!("../../../../templates/pages/holder/open.html")),
    ("holder/lost.html", include_str!("../../../../templates/pages/holder/lost.html")),
    ("holder/page.html", include_str!("../../../../templates/pages/holder/page.html")),
    ("desk/base.html", include_str!("../../../../templates/pages/desk/base.html")),
    ("desk/layout.html", include_str!("../../../../templates/pages/desk/layout.html")),
    ("desk/parts.html", include_str!("../../../../templates/pages/desk/parts.html")),
    ("desk/sign-in.html", include_str!("../../../../templates/pages/desk/sign-in.html")),
    ("desk/message.html", include_str!("../../../../templates/pages/desk/message.html")),
    ("desk/password.html", include_str!("../../../../templates/pages/desk/password.html")),
    ("desk/resume.html", include_str!("../../../../templates/pages/desk/resume.html")),
    ("desk/users.html", include_str!("../../../../templates/pages/desk/users.html")),
    ("desk/user.html", include_str!("../../../../templates/pages/desk/user.html")),
    ("desk/certificates.html", include_str!("../../../../templates/pages/desk/certificates.html")),
    ("desk/certificate.html", include_str!("../../../../templates/pages/desk/certificate.html")),
    ("desk/act.html", include_str!("../../../../templates/pages/desk/act.html")),
    ("desk/cohorts.html", include_str!("../../../../templates/pages/desk/cohorts.html")),
    ("desk/new-cohort.html", include_str!("../../../../templates/pages/desk/new-cohort.html")),
    ("desk/progress.html", include_str!("../../../../templates/pages/desk/progress.html")),
    ("desk/cohort.html", include_str!("../../../../templates/pages/desk/cohort.html")),
    ("desk/mails.html", include_str!("../../../../templates/pages/desk/mails.html")),
    ("desk/letter.html", include_str!("../../../../templates/pages/desk/letter.html")),
    ("desk/corrections.html", include_str!("../../../../templates/pages/desk/corrections.html")),
    ("desk/audit.html", include_str!("../../../../templates/pages/desk/audit.html")),
];
const STYLES: [(&str, &str); 2] = [
    ("base.css", include_str!("../../../../templates/pages/base.css")),
    ("public.css", include_str!("../../../../templates/pages/public.css")),
];

const DESK_STYLES: [(&str, &str); 2] =
    [STYLES[0], ("desk/desk.css", include_str!("../../../../templates/pages/desk/desk.css"))];
const DESK_SCRIPT: (&str, &str) = ("desk/desk.js", include_str!("../../../../templates/pages/desk/desk.js"));

/// What a page of the desk may load: its one stylesheet, its one script, pictures and answers of our own.
pub(super) const DESK_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Why the templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// An override cannot be read.
    #[error("template {}: {cause}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// An override is larger than any template of ours.
    #[error("template {} has {bytes} bytes, at most {limit} are read", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// A template does not parse.
    #[error("template {name}: {cause}")]
    Syntax {
        /// Its file name.
        name: &'static str,
        /// Where and why.
        cause: Box<minijinja::Error>,
    },
}

impl TemplateError {
    /// What to do next.
    pub fn next(&self) -> &'static str {
        "Mend or remove the file in DIR/templates; without it the built-in template is used."
    }
}

/// What the pages are made of.
pub(super) struct Assets {
    pub(super) templates: Vec<(&'static str, String)>,
    pub(super) css: String,
    /// The desk's stylesheet and script.
    pub(super) desk_css: String,
    pub(super) desk_js: String,
}

impl Assets {
    pub(super) fn load(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates = Vec::with_capacity(TEMPLATES.len());
        for (name, embedded) in TEMPLATES {
            templates.push((name, overridden(overrides, FOLDER, name)?.unwrap_or_else(|| embedded.to_owned())));
        }
        let styles = |styles: [(&'static str, &str); 2]| -> Result<String, TemplateError> {
            let mut css = String::new();
            for (name, embedded) in styles {
                css.push_str(&minify(&overridden(overrides, FOLDER, name)?.unwrap_or_else(|| embedded.to_owned())));
            }
            Ok(css)
        };
        let desk_js = overridden(overrides, FOLDER, DESK_SCRIPT.0)?.unwrap_or_else(|| DESK_SCRIPT.1.to_owned());
        Ok(Self { templates, css: styles(STYLES)?, desk_css: styles(DESK_STYLES)?, desk_js })
    }

    /// The address of one of the desk's files: another one with every change of its content.
    pub(super) fn address(path: &str, content: &str) -> String {
        format!("{path}?v={}", &digest(content.as_bytes())[..12])
    }

    /// Nothing but this stylesheet (by its hash), pictures of our own, and forms to ourselves.
    pub(super) fn content_security_policy(&self) -> HeaderValue {
        let policy = format!(
            "default-src 'none'; script-src 'none'; style-src {}; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
            source(&self.css)
        );
        HeaderValue::from_str(&policy).expect("base64 and ASCII make a header value")
    }
}

/// What a policy calls an inlined sheet or script.
pub(super) fn source(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// SHA-256, hexadecimal: a name for bytes that changes when they do.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file that replaces a template, in the folder of its kind.
pub(crate) fn overridden(folder: Option<&Path>, kind: &str, name: &str) -> Result<Option<String>, TemplateError> {
    let Some(path) = folder.map(|folder| folder.join(kind).join(name)) else { return Ok(None) };
    let bytes = match std::fs::metadata(&path) {
        Ok(meta) => meta.len(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(TemplateError::Read { path, cause }),
    };
    if bytes > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::TooLarge { path, bytes, limit: MAX_TEMPLATE_BYTES });
    }
    std::fs::read_to_string(&path).map(Some).map_err(|cause| TemplateError::Read { path, cause })
}

/// Leaves out comments and the white space that only people need. Enough for a stylesheet without strings that hold
/// braces or comment marks, such as ours.
fn minify(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);

    let mut out = String::with_capacity(plain.len());
    let mut space = false;
    for c in plain.chars() {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        let tight = |c: char| matches!(c, '{' | '}' | ';' | ',' | '>');
        // After a colon of a declaration; before one the space may be a combinator (`a :focus`).
        let after_colon = out.ends_with(':');
        if space && !tight(c) && !out.ends_with(tight) && !after_colon && !out.is_empty() {
            out.push(' ');
        }
        if c == '}' && out.ends_with(';') {
            out.pop();
        }
        out.push(c);
        space = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minifying_keeps_the_meaning() {
        let css = "/* a */ .a :focus , .b > i {\n  margin: 0 -1px;\n  width: calc(1px + 2px);\n}\n@media (min-width: 9px) { b { c: d; } }\n";
        assert_eq!(minify(css), ".a :focus,.b>i{margin:0 -1px;width:calc(1px + 2px)}@media (min-width:9px){b{c:d}}");
    }

    #[test]
    fn the_policy_names_the_hash_of_the_inlined_sheet() {
        let assets = Assets::load(None).unwrap();
        let policy = assets.content_security_policy();
        let expected = BASE64_STANDARD.encode(Sha256::digest(assets.css.as_bytes()));
        assert!(policy.to_str().unwrap().contains(&format!("style-src 'sha256-{expected}'")));
        assert!(!assets.css.contains('<'), "the sheet must not be able to end its element");
    }

    #[test]
    fn a_file_in_the_folder_replaces_a_template() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("pages")).unwrap();
        std::fs::write(dir.path().join("pages/base.css"), "b { color: red; }").unwrap();
        let assets = Assets::load(Some(dir.path())).unwrap();
        assert!(assets.css.starts_with("b{color:red}"));
        std::fs::write(dir.path().join("pages/help.html"), vec![b'x'; 600 * 1024]).unwrap();
        assert!(matches!(Assets::load(Some(dir.path())), Err(TemplateError::TooLarge { .. })));
    }
}
