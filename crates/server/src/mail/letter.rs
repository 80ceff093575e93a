//! What a mail says: templates in `templates/mail/KIND/` (subject, text, HTML), in both languages one after the other,
//! replaceable in `DIR/templates/mail`.

use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;
use store::{Certificate, MailKind};
use vc::Lang;

use crate::pages::{TemplateError, escape, overridden};
use crate::{App, take, words};

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../templates/mail/", $name)))),+]
    };
}

const TEMPLATES: [(&str, &str); 15] = embedded![
    "layout.html",
    "parts.html",
    "parts.txt",
    "issued/subject.txt",
    "issued/text.txt",
    "issued/html.html",
    "corrected/subject.txt",
    "corrected/text.txt",
    "corrected/html.html",
    "link/subject.txt",
    "link/text.txt",
    "link/html.html",
    "declined/subject.txt",
    "declined/text.txt",
    "declined/html.html",
];

/// The templates of all mails, compiled once for each language.
pub(crate) struct Letters {
    indonesian: Environment<'static>,
    english: Environment<'static>,
}

/// What a template may name, as `letter`, in one language.
#[derive(Debug, Clone, Serialize)]
struct Letter<'a> {
    name: &'a str,
    programme: &'a str,
    cohort: &'a str,
    number: &'a str,
    /// The one-time link.
    link: &'a str,
    /// The day on which it ends.
    until: String,
    /// Where a new one is had.
    renew: String,
    issuer: &'a str,
    host: &'a str,
    contact: &'a str,
}

#[derive(Serialize)]
struct Context<'a> {
    letter: Letter<'a>,
}

/// What is told, in no language yet.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Which mail it is.
    pub(crate) kind: MailKind,
    /// To whom, with titles.
    pub(crate) name: String,
    /// The programme, in Indonesian and in English.
    pub(crate) programme: (String, String),
    /// The cohort.
    pub(crate) cohort: String,
    /// The certificate's number.
    pub(crate) number: String,
    /// The one-time link.
    pub(crate) link: String,
    /// When it ends.
    pub(crate) until: Timestamp,
}

/// A mail in words.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// The subject.
    pub(crate) subject: String,
    /// Plain text, Indonesian first.
    pub(crate) text: String,
    /// The same as HTML.
    pub(crate) html: String,
}

impl Told {
    /// What is told of a certificate.
    pub(crate) async fn of(
        app: &App,
        kind: MailKind,
        certificate: &Certificate,
        link: String,
        until: Timestamp,
    ) -> store::Result<Self> {
        Ok(Self {
            kind,
            name: certificate.name.clone().unwrap_or_default(),
            programme: take::programme_titles(app, certificate).await?,
            cohort: certificate.cohort_name.clone(),
            number: certificate.number.clone(),
            link,
            until,
        })
    }
}

impl Letters {
    /// Compiles the embedded templates, each replaced by the file of its name in `overrides` where there is one.
    pub(crate) fn load(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        Ok(Self { indonesian: environment(overrides, Lang::Id)?, english: environment(overrides, Lang::En)? })
    }

    /// Writes a mail.
    pub(crate) fn write(&self, app: &App, told: &Told) -> Result<Written, minijinja::Error> {
        let render = |lang: Lang, part: &str| -> Result<String, minijinja::Error> {
            let environment = if lang == Lang::Id { &self.indonesian } else { &self.english };
            let template = environment.get_template(&format!("{}/{part}", told.kind.code()))?;
            let context = Context { letter: letter(app, told, lang) };
            Ok(template.render(minijinja::value::Serde(&context))?.trim().to_owned())
        };
        let subject = format!("{} / {}", render(Lang::Id, "subject.txt")?, render(Lang::En, "subject.txt")?);
        let text = format!("{}\n\n---\n\n{}\n", render(Lang::Id, "text.txt")?, render(Lang::En, "text.txt")?);
        let html = self.indonesian.get_template("layout.html")?.render(minijinja::context! {
            subject => subject.clone(),
            test => app.config.is_local(),
            indonesian => Value::from_safe_string(render(Lang::Id, "html.html")?),
            english => Value::from_safe_string(render(Lang::En, "html.html")?),
        })?;
        let test = if app.config.is_local() {
            "UJI COBA, bukan sertifikat asli / TEST, not a real certificate\n\n"
        } else {
            ""
        };
        Ok(Written { subject, text: format!("{test}{text}"), html })
    }
}

fn letter<'a>(app: &'a App, told: &'a Told, lang: Lang) -> Letter<'a> {
    let (id, en) = (&told.programme.0, &told.programme.1);
    Letter {
        name: &told.name,
        programme: if lang == Lang::Id { id } else { en },
        cohort: &told.cohort,
        number: &told.number,
        link: &told.link,
        until: words::day(told.until, &app.office.zone, lang),
        renew: format!("{}/tautan", app.config.base_url),
        issuer: if lang == Lang::Id { &app.config.issuer.name_id } else { app.config.issuer.english() },
        host: app.config.host(),
        contact: &app.config.issuer.contact,
    }
}

/// The message that goes over the wire; `None` when it cannot be one.
pub(crate) fn message(from: &Mailbox, to: &Address, id: &str, at: Timestamp, written: Written) -> Option<String> {
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(written.subject)
        .message_id(Some(id.to_owned()))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(at.as_second().unsigned_abs()))
        .multipart(MultiPart::alternative_plain_html(written.text, written.html))
        .ok()?;
    // RFC 3834: out-of-office programs do not answer it.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
    String::from_utf8(message.formatted()).ok()
}

fn environment(overrides: Option<&Path>, lang: Lang) -> Result<Environment<'static>, TemplateError> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let tight = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    env.set_syntax(tight.map_err(|cause| TemplateError::Syntax { name: "syntax", cause: Box::new(cause) })?);
    env.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    env.set_formatter(|out, state, value| {
        let text = value.to_string();
        let plain = value.is_safe() || *state.auto_escape() == AutoEscape::None;
        let done = if plain { out.write_str(&text) } else { escape(out, &text) };
        done.map_err(|_| minijinja::ErrorKind::WriteFailure.into())
    });
    env.add_function("t", move |id: &str, en: &str| match lang {
        Lang::Id => id.to_owned(),
        Lang::En => en.to_owned(),
    });
    for (name, embedded) in TEMPLATES {
        let source = overridden(overrides, "mail", name)?.unwrap_or_else(|| embedded.to_owned());
        env.add_template_owned(name, source).map_err(|cause| TemplateError::Syntax { name, cause: Box::new(cause) })?;
    }
    Ok(env)
}
