//! What a holder shares: the address of the verification page, words without the name, the way to LinkedIn.

use jiff::ZonedDateTime;
use serde::Serialize;
use store::Certificate;
use vc::Lang;

use crate::App;

/// For the panel *share*.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Share {
    /// The verification page.
    address: String,
    /// What is said beside it; nobody's name in it.
    text: String,
    /// Opens WhatsApp with text and address.
    whatsapp: String,
    /// Opens LinkedIn's form with every field filled in.
    linkedin: String,
    /// The picture beside the link; nobody's name in it.
    picture: String,
}

impl Share {
    pub(super) fn of(app: &App, certificate: &Certificate, programme: &str, address: String, lang: Lang) -> Self {
        let issuer = if lang == Lang::Id { &app.config.issuer.name_id } else { app.config.issuer.english() };
        let local = |at: jiff::Timestamp| at.to_zoned_datetime(app.office.zone.clone());
        let valid_until = certificate.valid_until.map(local);
        let facts = Facts {
            programme,
            issuer,
            number: &certificate.number,
            issued: local(certificate.valid_from),
            expires: valid_until,
            address: &address,
        };
        Self {
            text: text(programme, &certificate.cohort_name, issuer, lang),
            whatsapp: whatsapp(&text(programme, &certificate.cohort_name, issuer, lang), &address),
            linkedin: linkedin(&facts),
            picture: format!("/credentials/{}/pratinjau.png", certificate.id),
            address,
        }
    }

    #[cfg(test)]
    pub(super) fn sample(lang: Lang) -> Self {
        let address = "https://sertifikat.contoh.example/v/7KQM-4XWP-9H2D-JT63";
        let text = text("Dasar-Dasar KA", "II/2026", "Lembaga Contoh", lang);
        Self {
            whatsapp: whatsapp(&text, address),
            text,
            linkedin: linkedin(&tests::facts(address)),
            picture: "/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11/pratinjau.png".into(),
            address: address.into(),
        }
    }
}

fn text(programme: &str, cohort: &str, issuer: &str, lang: Lang) -> String {
    match lang {
        Lang::Id => {
            format!("Saya telah menyelesaikan pelatihan {programme}, {cohort}, dari {issuer}. Periksa sertifikatnya:")
        }
        Lang::En => format!("I have completed the training {programme}, {cohort}, by {issuer}. Check the certificate:"),
    }
}

fn whatsapp(text: &str, address: &str) -> String {
    let query = serde_urlencoded::to_string([("text", format!("{text} {address}"))]).unwrap_or_default();
    // A plus is shown as a plus there.
    format!("https://wa.me/?{}", query.replace('+', "%20"))
}

/// What LinkedIn asks for.
struct Facts<'a> {
    programme: &'a str,
    issuer: &'a str,
    number: &'a str,
    issued: ZonedDateTime,
    expires: Option<ZonedDateTime>,
    address: &'a str,
}

/// LinkedIn's *Add to profile* address: name, organisation, months, number and URL of the certification.
fn linkedin(facts: &Facts<'_>) -> String {
    let mut query = vec![
        ("startTask", "CERTIFICATION_NAME".to_owned()),
        ("name", facts.programme.to_owned()),
        ("organizationName", facts.issuer.to_owned()),
        ("issueYear", facts.issued.year().to_string()),
        ("issueMonth", facts.issued.month().to_string()),
    ];
    if let Some(expires) = &facts.expires {
        query.push(("expirationYear", expires.year().to_string()));
        query.push(("expirationMonth", expires.month().to_string()));
    }
    query.push(("certUrl", facts.address.to_owned()));
    query.push(("certId", facts.number.to_owned()));
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    format!("https://www.linkedin.com/profile/add?{}", query.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn facts(address: &str) -> Facts<'_> {
        Facts {
            programme: "Dasar-Dasar KA + AI",
            issuer: "Lembaga Contoh",
            number: "00012/AI/2026",
            issued: "2026-09-02T09:00:00+07:00[Asia/Jakarta]".parse().unwrap(),
            expires: Some("2029-10-02T09:00:00+07:00[Asia/Jakarta]".parse().unwrap()),
            address,
        }
    }

    #[test]
    fn every_field_is_filled_in() {
        assert_eq!(
            linkedin(&facts("https://contoh.example/v/ABCD")),
            "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=Dasar-Dasar%20KA%20%2B%20AI\
             &organizationName=Lembaga%20Contoh&issueYear=2026&issueMonth=9&expirationYear=2029&expirationMonth=10\
             &certUrl=https%3A%2F%2Fcontoh.example%2Fv%2FABCD&certId=00012%2FAI%2F2026"
        );
        assert!(whatsapp("a b", "https://x.example").starts_with("https://wa.me/?text=a%20b%20https%3A"));
    }
}
