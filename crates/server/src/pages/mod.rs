//! Pages for people: typed contexts, strictly rendered templates, one inlined stylesheet, no script.
//!
//! A page is a struct that knows its template ([`Page`]) and brings samples of every shape it can take; a test renders
//! them all, so that a template which names a member that does not exist never leaves the house.

mod assets;
pub(crate) mod plain;
pub(crate) mod result;
pub(crate) mod shell;
pub(crate) mod verify;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use std::path::Path;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;
use vc::Lang;

pub use assets::TemplateError;
pub(crate) use assets::{digest, overridden};
pub(crate) use shell::Shell;

use assets::Assets;

/// A page's context: what its template may name.
pub(crate) trait Page: Serialize + Sized {
    /// File in `templates/pages`.
    const TEMPLATE: &'static str;

    /// A page of the desk links its stylesheet and script; a public one has its stylesheet inlined and no script.
    const DESK: bool = false;

    /// What every page has around it.
    fn shell(&self) -> &Shell;

    /// One of every shape, named, for the test that renders them all.
    #[cfg(test)]
    fn samples(shell: &dyn Fn(Lang) -> Shell) -> Vec<(String, Self)>;
}

/// How long a page may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// A result: it is only true now.
    Never,
    /// Text that changes with a release.
    Minutes,
}

/// The templates, compiled once for each language, and the policy that allows their one stylesheet.
pub(crate) struct Pages {
    indonesian: Environment<'static>,
    english: Environment<'static>,
    policy: HeaderValue,
    /// The one stylesheet.
    css: String,
    /// The desk's stylesheet and script.
    desk_css: String,
    desk_js: String,
}

impl Pages {
    /// Compiles the embedded templates, each replaced by the file of its name in `overrides` where there is one.
    pub(crate) fn load(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        let assets = Assets::load(overrides)?;
        Ok(Self {
            indonesian: environment(&assets, Lang::Id)?,
            english: environment(&assets, Lang::En)?,
            policy: assets.content_security_policy(),
            css: assets.css,
            desk_css: assets.desk_css,
            desk_js: assets.desk_js,
        })
    }

    /// The desk's stylesheet.
    pub(crate) fn desk_css(&self) -> &str {
        &self.desk_css
    }

    /// The desk's script.
    pub(crate) fn desk_js(&self) -> &str {
        &self.desk_js
    }

    /// The page as HTML.
    pub(crate) fn html<P: Page>(&self, page: &P) -> Result<String, minijinja::Error> {
        let environment = match page.shell().language {
            Lang::Id => &self.indonesian,
            Lang::En => &self.english,
        };
        environment.get_template(P::TEMPLATE)?.render(minijinja::value::Serde(page))
    }

    /// A template as it is written.
    fn source(&self, name: &str) -> Result<String, minijinja::Error> {
        Ok(self.indonesian.get_template(name)?.source().to_owned())
    }

    /// The page as an answer, with the headers that every page has.
    pub(crate) fn answer<P: Page>(&self, status: StatusCode, keep: Keep, page: &P) -> Response {
        match self.html(page) {
            Ok(html) => {
                let mut headers = self.headers(page.shell(), keep);
                if P::DESK {
                    headers.insert(header::CONTENT_SECURITY_POLICY, assets::DESK_POLICY);
                    // Not none: a browser that does not say where a form comes from has to say its origin.
                    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
                }
                (status, headers, html).into_response()
            }
            Err(error) => {
                tracing::error!(template = P::TEMPLATE, %error, "a page could not be rendered");
                (StatusCode::INTERNAL_SERVER_ERROR, "Halaman ini tidak dapat ditampilkan. Coba lagi nanti.\nThis page could not be shown. Try again later.\n")
                    .into_response()
            }
        }
    }

    fn headers(&self, shell: &Shell, keep: Keep) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
        put(header::CONTENT_TYPE, "text/html; charset=utf-8");
        put(header::CONTENT_LANGUAGE, if shell.language == Lang::Id { "id" } else { "en" });
        put(header::CACHE_CONTROL, if keep == Keep::Never { "no-store" } else { "public, max-age=300" });
        put(header::REFERRER_POLICY, "no-referrer");
        put(HeaderName::from_static("x-robots-tag"), "noindex");
        put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        put(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        headers
    }
}

fn environment(assets: &Assets, lang: Lang) -> Result<Environment<'static>, TemplateError> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let tight = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    env.set_syntax(tight.map_err(|cause| TemplateError::Syntax { name: "syntax", cause: Box::new(cause) })?);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_formatter(|out, _, value| {
        let text = value.to_string();
        let done = if value.is_safe() { out.write_str(&text) } else { escape(out, &text) };
        done.map_err(|_| minijinja::ErrorKind::WriteFailure.into())
    });
    // Both languages stand beside each other in the template, so that neither is forgotten.
    env.add_function("t", move |id: &str, en: &str| match lang {
        Lang::Id => id.to_owned(),
        Lang::En => en.to_owned(),
    });
    env.add_global("css", Value::from_safe_string(assets.css.clone()));
    env.add_global("favicon", assets::FAVICON);
    env.add_global("desk_css", Assets::address("/desk/desk.css", &assets.desk_css));
    env.add_global("desk_js", Assets::address("/desk/desk.js", &assets.desk_js));
    let (width, height) = render::PREVIEW_PIXELS;
    env.add_global("preview_width", width);
    env.add_global("preview_height", height);
    for (name, source) in &assets.templates {
        env.add_template_owned(*name, source.clone())
            .map_err(|cause| TemplateError::Syntax { name, cause: Box::new(cause) })?;
    }
    Ok(env)
}

/// The five characters of HTML; a slash stays a slash (minijinja's own escape writes it as an entity, which makes
/// certificate numbers and addresses unreadable in the source).
pub(crate) fn escape(out: &mut dyn std::fmt::Write, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.write_str(&rest[..at])?;
        out.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest)
}
