//! A cohort is a template: all its credentials are one document but for a few slots.
//!
//! The template is frozen with the batch, so that a batch that is finished next week, or a code that is rebuilt in
//! ten years, gives the same documents. Slots are filled by JSON pointer after parsing, never by text substitution.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Unsigned;
use vc::compact::{self, Fixed, Place, Slot, SlotKind};
use vc::{Award, Cryptosuite, Draft, Key, Problem, ProblemKind, StatusEntry, VerificationMethod, date_time_stamp};

use crate::office::Office;
use crate::programme::{Programme, Words};

/// What all credentials of a batch share, and the issuer's name as the PDF prints it. It is published as it is frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// The issuer's name in both languages, for the PDF.
    #[serde(rename = "issuerName")]
    pub issuer_name: Words,
    /// The credential, empty where it varies, and where that is.
    #[serde(flatten)]
    pub form: compact::Template,
}

/// Stand for the values of slots while their places are looked for.
const MARK: Fields = Fields {
    id: "00000000-0000-4000-8000-00000000beef",
    valid_from: "2020-01-01T00:00:01Z",
    valid_until: Some("2020-01-01T00:00:02Z"),
    name: "slot:name",
    number: "slot:number",
    grade: Some("slot:grade"),
    status_list: 254,
    status_index: 131_071,
};

/// The values of one certificate.
#[derive(Debug, Clone, Copy)]
struct Fields<'a> {
    id: &'a str,
    valid_from: &'a str,
    valid_until: Option<&'a str>,
    name: &'a str,
    number: &'a str,
    grade: Option<&'a str>,
    status_list: u32,
    status_index: u32,
}

impl Template {
    /// The template of a programme's cohort.
    ///
    /// # Errors
    /// What makes its credentials unfit to be signed.
    pub fn of(office: &Office, programme: &Programme) -> Result<Self, Vec<Problem>> {
        let whole = draft_value(award(office, programme, MARK))?;
        let bare = |fields: Fields| draft_value(award(office, programme, fields));
        let place = |prefix: String, value: String| Place { at: places(&whole, &format!("{prefix}{value}")), prefix };
        let lists = status_prefix(office);
        let fixed = Fixed {
            id: place(id_prefix(office), MARK.id.to_owned()),
            valid_from: place(String::new(), MARK.valid_from.to_owned()),
            status_list: place(lists.clone(), MARK.status_list.to_string()),
            status_entry: place(lists, format!("{}#{}", MARK.status_list, MARK.status_index)),
            status_index: place(String::new(), MARK.status_index.to_string()),
        };
        let slot = |name: &str, kind, value: &str, without| {
            let at = places(&whole, value);
            Slot { name: name.to_owned(), kind, at, without }
        };
        let without_grade = missing(&whole, &bare(Fields { grade: None, ..MARK })?);
        let without_until = missing(&whole, &bare(Fields { valid_until: None, ..MARK })?);
        let slots = vec![
            slot("name", SlotKind::Text, MARK.name, Vec::new()),
            slot("number", SlotKind::Text, MARK.number, Vec::new()),
            slot("grade", SlotKind::Text, MARK.grade.unwrap_or_default(), without_grade),
            slot("validUntil", SlotKind::Time, MARK.valid_until.unwrap_or_default(), without_until),
        ];
        let form = compact::Template::new(whole, fixed, slots)
            .map_err(|error| vec![Problem::new(ProblemKind::Member, "", error.to_string())])?;
        let (id, en) = (office.issuer.name_id.clone(), office.issuer.name_en.clone());
        Ok(Self { issuer_name: Words { id, en }, form })
    }

    /// The bytes that are frozen and published.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a template has only strings as keys")
    }

    /// Reads frozen bytes.
    ///
    /// # Errors
    /// Why they are no template of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        compact::Template::parse(bytes).map_err(|error| error.to_string())?;
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// The credential of a reserved certificate, not yet checked.
    pub fn fill(&self, unsigned: &Unsigned) -> Draft {
        let certificate = &unsigned.certificate;
        let valid_until = certificate.valid_until.map(date_time_stamp);
        self.fill_fields(Fields {
            id: &certificate.id.to_string(),
            valid_from: &date_time_stamp(certificate.valid_from),
            valid_until: valid_until.as_deref(),
            name: certificate.name.as_deref().unwrap_or_default(),
            number: &certificate.number,
            grade: unsigned.details.public["credential_grade"].as_str(),
            status_list: certificate.status_list,
            status_index: certificate.status_index,
        })
    }

    fn fill_fields(&self, fields: Fields) -> Draft {
        let value = |slot: &Slot| match slot.name.as_str() {
            "name" => Some(fields.name),
            "number" => Some(fields.number),
            "grade" => fields.grade,
            _ => fields.valid_until,
        };
        Draft::from_value(self.form.fill(&compact::Fields {
            id: fields.id,
            valid_from: fields.valid_from,
            status_list: fields.status_list,
            status_index: fields.status_index,
            slots: self.form.slots().iter().map(value).collect(),
        }))
    }
}

/// What stands before the UUID in a credential's id.
fn id_prefix(office: &Office) -> String {
    format!("{}/credentials/", office.issuer.base_url)
}

/// What stands before the number in the URL of a status list.
fn status_prefix(office: &Office) -> String {
    format!("{}/status/{}/", office.issuer.base_url, vc::Purpose::Revocation.name())
}

/// The award of one certificate of a programme.
fn award(office: &Office, programme: &Programme, fields: Fields) -> Award {
    let day = |date: jiff::civil::Date| {
        let midnight = date.to_zoned_datetime(office.zone.clone());
        midnight.map_or_else(|_| format!("{date}T00:00:00Z"), |at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    };
    Award {
        id: format!("{}{}", id_prefix(office), fields.id),
        issuer: office.issuer.did.clone(),
        issuer_name: joined(&office.issuer.name_id, &office.issuer.name_en),
        issuer_url: office.site.clone(),
        valid_from: fields.valid_from.to_owned(),
        valid_until: fields.valid_until.map(str::to_owned),
        holder: fields.name.to_owned(),
        number: fields.number.to_owned(),
        achievement: format!("{}/achievements/{}", office.issuer.base_url, programme.code),
        programme: programme.title.joined(),
        description: description(programme).joined(),
        criteria: criteria(programme).joined(),
        term: programme.cohort_words().joined(),
        hours: programme.hours,
        starts: day(programme.cohort.starts),
        ends: day(programme.cohort.ends),
        grade: fields.grade.map(str::to_owned),
        status: StatusEntry {
            list: format!("{}{}", status_prefix(office), fields.status_list),
            index: fields.status_index,
        },
    }
}

/// Description, document title, method, organiser, partners, place and the signatory's office.
fn description(programme: &Programme) -> Words {
    let title = programme.document_title.words();
    let mut both = Words {
        id: format!(
            "{}. {} Metode: {}. Penyelenggara: {}.",
            title.id, programme.description.id, programme.method.id, programme.organiser.id
        ),
        en: format!(
            "{}. {} Method: {}. Organiser: {}.",
            title.en, programme.description.en, programme.method.en, programme.organiser.en
        ),
    };
    if !programme.partners.is_empty() {
        let partners = programme.partners.join(", ");
        both.id.push_str(&format!(" Mitra: {partners}."));
        both.en.push_str(&format!(" Partners: {partners}."));
    }
    let office = &programme.signatory.office;
    both.id.push_str(&format!(" Tempat: {}. Penandatangan: {}.", programme.place, office.id));
    both.en.push_str(&format!(" Place: {}. Signatory: {}.", programme.place, office.en));
    both
}

/// Criteria, then the subjects with their hours.
fn criteria(programme: &Programme) -> Words {
    let subjects = |title: fn(&Words) -> &str| {
        let one = |subject: &crate::programme::Subject| format!("{} ({} JP)", title(&subject.title), subject.hours);
        programme.subjects.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let mut both = programme.criteria.clone();
    if !programme.subjects.is_empty() {
        both.id.push_str(&format!(" Mata pelatihan: {}.", subjects(|words| &words.id)));
        both.en.push_str(&format!(" Subjects: {}.", subjects(|words| &words.en)));
    }
    both
}

fn joined(id: &str, en: &str) -> String {
    match en.is_empty() || en == id {
        true => id.to_owned(),
        false => format!("{id} / {en}"),
    }
}

/// The document of an award. A draft does not show its value, a signed credential does: it is signed with a key that
/// nobody has, and the proof is thrown away.
fn draft_value(award: Award) -> Result<Value, Vec<Problem>> {
    let nobody = Key::from_seed([0; 32]);
    let method = VerificationMethod::did_key(nobody.public());
    let to_sign = award
        .into_draft()
        .check()?
        .to_sign(Cryptosuite::EddsaJcs2022, &method, MARK.valid_from)
        .map_err(|problem| vec![problem])?;
    let signature = nobody.sign(to_sign.bytes());
    let signed = to_sign.finish(signature).map_err(|problem| vec![problem])?;
    let mut value = signed.value().clone();
    if let Some(members) = value.as_object_mut() {
        members.shift_remove("proof");
    }
    Ok(value)
}

/// Where a document has this very text: JSON pointers (RFC 6901).
fn places(document: &Value, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(document, String::new(), &mut |pointer, value| {
        if value.as_str() == Some(text) {
            found.push(pointer.to_owned());
        }
    });
    found
}

/// The members of `whole` that `bare` lacks, the outermost of each.
fn missing(whole: &Value, bare: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    walk(whole, String::new(), &mut |pointer, _| {
        let inside = found.iter().any(|outer| pointer.strip_prefix(outer.as_str()).is_some_and(|p| p.starts_with('/')));
        if bare.pointer(pointer).is_none() && !inside {
            found.push(pointer.to_owned());
        }
    });
    found
}

fn walk(value: &Value, pointer: String, visit: &mut impl FnMut(&str, &Value)) {
    visit(&pointer, value);
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{at}"), visit);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                walk(member, format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::tests::{Desk, programme};

    #[tokio::test]
    async fn a_filled_template_is_the_award() {
        let desk = Desk::new().await;
        let (programme, _) = programme();
        let template = Template::of(&desk.office, &programme).unwrap();
        let again = Template::from_bytes(&template.to_bytes()).unwrap();
        assert_eq!(template, again);
        for (valid_until, grade) in [
            (None, None),
            (Some("2029-08-12T16:59:59Z"), None),
            (None, Some("Memuaskan / Satisfactory")),
            (Some("2029-08-12T16:59:59Z"), Some("Memuaskan / Satisfactory")),
        ] {
            let fields = Fields {
                id: "00000000-0000-4000-8000-000000000001",
                valid_from: "2026-08-12T01:02:03Z",
                valid_until,
                name: "Dr. I Made \"Contoh\" / Uji, M.Si.",
                number: "00001/AI/II/VIII/2026",
                grade,
                status_list: 1,
                status_index: 77,
            };
            assert_eq!(again.fill_fields(fields), award(&desk.office, &programme, fields).into_draft());
            assert!(again.fill_fields(fields).check().is_ok());
        }
    }

    #[tokio::test]
    async fn nothing_that_varies_is_left_in_a_template() {
        let desk = Desk::new().await;
        let (programme, _) = programme();
        let template = Template::of(&desk.office, &programme).unwrap();
        let text = String::from_utf8(template.to_bytes()).unwrap();
        assert!(!text.contains("slot:") && !text.contains("131071") && !text.contains("beef"), "{text}");
        let slots = template.form.slots();
        assert_eq!(
            slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>(),
            ["name", "number", "grade", "validUntil"]
        );
        assert_eq!(slots[0].at.len(), 2, "{slots:?}");
        assert_eq!(
            (slots[2].without.as_slice(), slots[3].without.as_slice()),
            (["/credentialSubject/result".to_owned()].as_slice(), ["/validUntil".to_owned()].as_slice())
        );
    }
}
