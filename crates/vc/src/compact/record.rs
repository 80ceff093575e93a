//! The record behind the digits: fixed fields, slots, proof, check sum.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use unicode_normalization::is_nfc;

use super::template::{Fields, Slot, SlotKind, Template};
use super::{CompactError, digits};
use crate::suite::{parse_proof_value, proof_value};
use crate::time::{date_time_stamp, parse_date_time_stamp};

/// The first byte.
const FORMAT: u8 = 1;

/// Bytes of the fixed fields.
const HEAD: usize = 28;

/// Bytes of an Ed25519 signature.
const PROOF: usize = 64;

/// Bytes of the check sum.
const SUM: usize = 2;

/// 2020-01-01T00:00:00Z, from which times are counted. Four bytes reach to the year 2156.
const EPOCH: i64 = 1_577_836_800;

/// What the digits say, its slots not yet told apart: that takes the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) template: u16,
    key: u8,
    uuid: [u8; 16],
    valid_from: u32,
    list: u8,
    index: u32,
    slots: Vec<u8>,
    proof: [u8; PROOF],
}

impl Record {
    /// Reads digits: their form, the check sum, the format, the fixed fields.
    pub(super) fn read(text: &str) -> Result<Self, CompactError> {
        let bytes = digits::decode(text)?;
        let short = || CompactError::Length { what: format!("{} bytes", bytes.len()) };
        if bytes.len() < HEAD + PROOF + SUM {
            return Err(short());
        }
        let (body, sum) = bytes.split_last_chunk::<SUM>().ok_or_else(short)?;
        let (expected, found) = (crc16(body), u16::from_be_bytes(*sum));
        if expected != found {
            return Err(CompactError::CheckSum { expected, found });
        }
        let (rest, proof) = body.split_last_chunk::<PROOF>().ok_or_else(short)?;
        let (head, slots) = rest.split_first_chunk::<HEAD>().ok_or_else(short)?;
        let [format, t0, t1, key, uuid @ .., f0, f1, f2, f3, list, i0, i1, i2] = *head;
        if format != FORMAT {
            return Err(CompactError::Newer { format });
        }
        Ok(Self {
            template: u16::from_be_bytes([t0, t1]),
            key,
            uuid,
            valid_from: u32::from_be_bytes([f0, f1, f2, f3]),
            list,
            index: u32::from_be_bytes([0, i0, i1, i2]),
            slots: slots.to_vec(),
            proof: *proof,
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&self.template.to_be_bytes());
        bytes.push(self.key);
        bytes.extend_from_slice(&self.uuid);
        bytes.extend_from_slice(&self.valid_from.to_be_bytes());
        bytes.push(self.list);
        bytes.extend_from_slice(&self.index.to_be_bytes()[1..]);
        bytes.extend_from_slice(&self.slots);
        bytes.extend_from_slice(&self.proof);
        let sum = crc16(&bytes);
        bytes.extend_from_slice(&sum.to_be_bytes());
        bytes
    }

    /// The credential with its proof, as it was stored.
    pub(super) fn rebuild(&self, template: &Template) -> Result<String, CompactError> {
        let values = read_slots(&self.slots, template.slots())?;
        let valid_from = time(self.valid_from);
        let fields = Fields {
            id: &uuid_text(&self.uuid),
            valid_from: &valid_from,
            status_list: u32::from(self.list),
            status_index: self.index,
            slots: values.iter().map(Option::as_deref).collect(),
        };
        let mut credential = template.fill(&fields);
        let method = format!("{}#k{}", template.issuer(), self.key);
        let proof = proof(&credential, &valid_from, &method, &self.proof);
        credential["proof"] = Value::Object(proof);
        Ok(credential.to_string())
    }
}

/// The digits of a signed credential. Whether they carry it is proved by unpacking them again.
pub(super) fn write(signed: &str, template: &Template, number: u16) -> Result<String, CompactError> {
    let other = |what: &'static str| CompactError::NotRebuilt { what };
    let credential: Value = serde_json::from_str(signed).map_err(|_| other("the text"))?;
    let fixed = template.fixed();
    let at = |pointers: &[String]| pointers.first().and_then(|pointer| credential.pointer(pointer)?.as_str());
    let after = |place: &super::Place| at(&place.at).and_then(|text| text.strip_prefix(place.prefix.as_str()));
    let proof = &credential["proof"];
    let key = proof["verificationMethod"].as_str().and_then(|method| method.rsplit_once("#k")).map(|(_, key)| key);
    let list = after(&fixed.status_list).ok_or(other("the status list"))?;
    let index = after(&fixed.status_index).ok_or(other("the status index"))?;
    let fits = |what: &str| CompactError::DoesNotFit { what: what.to_owned() };
    let mut slots = Vec::new();
    for slot in template.slots() {
        write_slot(slot, at(&slot.at), &mut slots)?;
    }
    let record = Record {
        template: number,
        key: key.ok_or(other("the key"))?.parse().map_err(|_| fits("the key number"))?,
        uuid: after(&fixed.id).and_then(uuid_bytes).ok_or(other("the id"))?,
        valid_from: after(&fixed.valid_from).and_then(seconds).ok_or_else(|| fits("validFrom"))?,
        list: list.parse().map_err(|_| fits("the status list's number"))?,
        index: index.parse().ok().filter(|index| *index < 1 << 24).ok_or_else(|| fits("the status index"))?,
        slots,
        proof: proof["proofValue"].as_str().and_then(parse_proof_value).ok_or(other("the proof"))?,
    };
    let text = digits::encode(&record.to_bytes());
    match text.len() > super::MAX_DIGITS {
        true => Err(CompactError::DoesNotFit { what: format!("{} digits", text.len()) }),
        false => Ok(text),
    }
}

/// The proof as `Ready::to_sign` writes it, member for member.
fn proof(credential: &Value, created: &str, method: &str, signature: &[u8; PROOF]) -> Map<String, Value> {
    [
        ("type", json!("DataIntegrityProof")),
        ("cryptosuite", json!("eddsa-jcs-2022")),
        ("created", json!(created)),
        ("verificationMethod", json!(method)),
        ("proofPurpose", json!("assertionMethod")),
        ("@context", credential["@context"].clone()),
        ("proofValue", json!(proof_value(signature))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn write_slot(slot: &Slot, value: Option<&str>, out: &mut Vec<u8>) -> Result<(), CompactError> {
    let fits = || CompactError::DoesNotFit { what: slot.name.clone() };
    let bytes = match (slot.kind, value) {
        (_, None) => Vec::new(),
        (SlotKind::Text, Some(text)) => checked_text(slot, text)?.as_bytes().to_vec(),
        (SlotKind::Time, Some(text)) => seconds(text).ok_or_else(fits)?.to_be_bytes().to_vec(),
    };
    out.push(u8::try_from(bytes.len()).map_err(|_| fits())?);
    out.extend_from_slice(&bytes);
    Ok(())
}

fn read_slots(bytes: &[u8], slots: &[Slot]) -> Result<Vec<Option<String>>, CompactError> {
    let mut rest = bytes;
    let mut values = Vec::with_capacity(slots.len());
    for slot in slots {
        let cut = || CompactError::Length { what: slot.name.clone() };
        let (length, after) = rest.split_first().ok_or_else(cut)?;
        let (value, after) = after.split_at_checked(usize::from(*length)).ok_or_else(cut)?;
        rest = after;
        values.push(read_slot(slot, value)?);
    }
    match rest.is_empty() {
        true => Ok(values),
        false => Err(CompactError::Length { what: format!("{} bytes after the last slot", rest.len()) }),
    }
}

fn read_slot(slot: &Slot, value: &[u8]) -> Result<Option<String>, CompactError> {
    let wrong = |why| CompactError::Text { slot: slot.name.clone(), why };
    if value.is_empty() {
        return if slot.without.is_empty() { Err(wrong("it is empty")) } else { Ok(None) };
    }
    match slot.kind {
        SlotKind::Text => {
            let text = std::str::from_utf8(value).map_err(|_| wrong("it is not UTF-8"))?;
            checked_text(slot, text).map(|text| Some(text.to_owned()))
        }
        SlotKind::Time => {
            let bytes: [u8; 4] = value.try_into().map_err(|_| wrong("a time has four bytes"))?;
            Ok(Some(time(u32::from_be_bytes(bytes))))
        }
    }
}

/// A text that may stand in a slot: composed (NFC), and nothing in it that hides, reverses or commands.
fn checked_text<'t>(slot: &Slot, text: &'t str) -> Result<&'t str, CompactError> {
    let wrong = |why| Err(CompactError::Text { slot: slot.name.clone(), why });
    if text.chars().any(is_refused) {
        return wrong("it has control, direction or invisible characters");
    }
    if !is_nfc(text) {
        return wrong("it is not in composed form (NFC)");
    }
    Ok(text)
}

/// The characters that no slot may have; `COMPACT.md` lists them.
fn is_refused(c: char) -> bool {
    match c {
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' => true,
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => true,
        '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}' => true,
        '\u{E0000}'..='\u{10FFFF}' => true,
        c => c.is_control(),
    }
}

fn time(seconds: u32) -> String {
    Timestamp::from_second(EPOCH + i64::from(seconds)).map(date_time_stamp).unwrap_or_default()
}

fn seconds(text: &str) -> Option<u32> {
    u32::try_from(parse_date_time_stamp(text)?.as_second() - EPOCH).ok()
}

/// `8-4-4-4-12`, small letters.
fn uuid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let hex: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    let mut bytes = [0; 16];
    if hex.len() != 32 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, initial value 0xffff, not reflected, no final XOR. It tells a damaged link
/// from a forged one; it protects nothing.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(crc16(b"123456789"), 0x29b1);
    }

    #[test]
    fn uuids_and_times_come_back() {
        let text = "3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11";
        assert_eq!(uuid_text(&uuid_bytes(text).expect("a UUID")), text);
        for text in ["2020-01-01T00:00:00Z", "2026-08-12T01:02:03Z", "2156-02-07T06:28:15Z"] {
            assert_eq!(time(seconds(text).expect("in range")), text);
        }
        assert_eq!(seconds("2019-12-31T23:59:59Z"), None);
        assert_eq!(seconds("2156-02-07T06:28:16Z"), None);
    }
}
