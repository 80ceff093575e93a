//! The template: one document that all certificates of a batch share, empty where they vary.
//!
//! Values are put in by JSON pointer (RFC 6901) after the document has been parsed, never by text substitution: a
//! name made of quotes and braces stays a name.

use super::CompactError;
use crate::json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Names this form of template.
const FORMAT: &str = "piagam-template-1";

/// Longest template document that is read, in bytes.
const MAX_BYTES: usize = 128 * 1024;

/// Most slots of a template.
const MAX_SLOTS: usize = 16;

/// Most places that one value is put in.
const MAX_PLACES: usize = 8;

/// What all credentials of a batch share. A number is given to it by who publishes it, at `/templates/{number}`; what
/// is published under a number never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    format: String,
    credential: Value,
    fixed: Fixed,
    slots: Vec<Slot>,
}

/// Where the fields go that every record has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fixed {
    /// The credential's id: what stands before the UUID, and where.
    pub id: Place,
    /// `validFrom`.
    pub valid_from: Place,
    /// The status list's URL: what stands before its number, and where.
    pub status_list: Place,
    /// That URL, `#` and the index.
    pub status_entry: Place,
    /// The index alone, as text.
    pub status_index: Place,
}

/// A value's places in the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Place {
    /// What stands before the value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// JSON pointers to empty strings.
    pub at: Vec<String>,
}

/// A value whose length varies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// What it is called: `name`, `number`, `grade`, `validUntil`.
    pub name: String,
    /// How it is written in the record.
    pub kind: SlotKind,
    /// JSON pointers to empty strings.
    pub at: Vec<String>,
    /// JSON pointers to the members that a credential without this value does not have. When there are none, the
    /// value cannot be missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// How a slot's value is written in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotKind {
    /// UTF-8, at most 255 bytes.
    Text,
    /// Seconds since 2020-01-01T00:00:00Z, four bytes; in the credential an `xsd:dateTimeStamp` in whole seconds, `Z`.
    Time,
}

/// The values of one certificate, as they stand in its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields<'a> {
    /// The last part of the credential's id: a UUID.
    pub id: &'a str,
    /// `validFrom`, an `xsd:dateTimeStamp`.
    pub valid_from: &'a str,
    /// The number of its status list.
    pub status_list: u32,
    /// Its entry there.
    pub status_index: u32,
    /// The slots, in the template's order.
    pub slots: Vec<Option<&'a str>>,
}

impl Template {
    /// A template of its parts. What stands in the places is emptied.
    ///
    /// # Errors
    /// [`CompactError::Template`] for places that do not exist.
    pub fn new(credential: Value, fixed: Fixed, slots: Vec<Slot>) -> Result<Self, CompactError> {
        let mut template = Self { format: FORMAT.to_owned(), credential, fixed, slots };
        let pointers: Vec<String> = template.places().cloned().collect();
        for pointer in pointers {
            put(&mut template.credential, &pointer, "");
        }
        template.checked()
    }

    /// Reads a published template. Other members than a template's are passed over.
    ///
    /// # Errors
    /// [`CompactError::Template`], with what is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, CompactError> {
        if text.len() > MAX_BYTES {
            return Err(refuse(format!("{} bytes, at most {MAX_BYTES} are read", text.len())));
        }
        let value = json::parse(text).map_err(|problem| refuse(problem.to_string()))?;
        let template: Self = serde_json::from_value(value).map_err(|error| refuse(error.to_string()))?;
        template.checked()
    }

    /// The slots, in the order in which a record has them.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Where the fields go that every record has.
    pub fn fixed(&self) -> &Fixed {
        &self.fixed
    }

    /// The credential, empty where it varies.
    pub fn credential(&self) -> &Value {
        &self.credential
    }

    /// The issuer that its credentials name.
    pub fn issuer(&self) -> &str {
        let issuer = &self.credential["issuer"];
        issuer.as_str().or_else(|| issuer["id"].as_str()).unwrap_or_default()
    }

    /// The unsigned credential of these values. A slot without a value leaves out what belongs to it.
    pub fn fill(&self, fields: &Fields) -> Value {
        let mut credential = self.credential.clone();
        let Fixed { id, valid_from, status_list, status_entry, status_index } = &self.fixed;
        let (list, index) = (fields.status_list, fields.status_index);
        for (place, value) in [
            (id, fields.id.to_owned()),
            (valid_from, fields.valid_from.to_owned()),
            (status_list, list.to_string()),
            (status_entry, format!("{list}#{index}")),
            (status_index, index.to_string()),
        ] {
            let value = format!("{}{value}", place.prefix);
            place.at.iter().for_each(|pointer| put(&mut credential, pointer, &value));
        }
        for (slot, value) in self.slots.iter().zip(&fields.slots) {
            match value {
                Some(value) => slot.at.iter().for_each(|pointer| put(&mut credential, pointer, value)),
                None => slot.without.iter().for_each(|pointer| leave_out(&mut credential, pointer)),
            }
        }
        credential
    }

    fn places(&self) -> impl Iterator<Item = &String> {
        let Fixed { id, valid_from, status_list, status_entry, status_index } = &self.fixed;
        let fixed = [id, valid_from, status_list, status_entry, status_index].map(|place| &place.at);
        fixed.into_iter().chain(self.slots.iter().map(|slot| &slot.at)).flatten()
    }

    fn checked(self) -> Result<Self, CompactError> {
        if self.format != FORMAT {
            return Err(refuse(format!("its form is {:?}, this version reads {FORMAT}", self.format)));
        }
        if !self.credential.is_object() || self.credential.get("proof").is_some() {
            return Err(refuse("the credential is no object without a proof".to_owned()));
        }
        if self.slots.len() > MAX_SLOTS {
            return Err(refuse(format!("{} slots, at most {MAX_SLOTS}", self.slots.len())));
        }
        let mut seen = std::collections::BTreeSet::new();
        for pointer in self.places() {
            if self.credential.pointer(pointer) != Some(&Value::String(String::new())) || !seen.insert(pointer) {
                return Err(refuse(format!("{pointer:?} is no empty string of the credential, or has two values")));
            }
        }
        for slot in &self.slots {
            let there = |pointer: &&String| !pointer.is_empty() && self.credential.pointer(pointer).is_some();
            if slot.at.is_empty() || slot.at.len() > MAX_PLACES || !slot.without.iter().all(|p| there(&p)) {
                return Err(refuse(format!(
                    "slot {:?} has no place, too many, or leaves out what is not there",
                    slot.name
                )));
            }
        }
        Ok(self)
    }
}

fn refuse(reason: String) -> CompactError {
    CompactError::Template { reason }
}

fn put(document: &mut Value, pointer: &str, text: &str) {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = Value::String(text.to_owned());
    }
}

fn leave_out(document: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(members) = document.pointer_mut(parent).and_then(Value::as_object_mut) {
        Map::shift_remove(members, &name.replace("~1", "/").replace("~0", "~"));
    }
}
