//! Who is in the sheet already: the same person twice, two persons with one name, address or number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sha2::{Digest, Sha256};

use super::Recipient;
use crate::text::fold;

/// Everybody seen so far. Keys are digests, so that a large sheet stays small in memory: 64 bits, where
/// two of 200,000 texts meet by chance once in a thousand million sheets.
#[derive(Default)]
pub(super) struct People {
    persons: HashMap<u64, u32>,
    names: HashMap<u64, u32>,
    emails: HashMap<u64, u32>,
    numbers: HashMap<u64, u32>,
    number_seen_twice: bool,
}

/// What one more row has in common with earlier ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The row of the same person.
    pub(super) person: Option<u32>,
    /// The row of another person with this name.
    pub(super) name: Option<u32>,
    /// The row of another person with this address.
    pub(super) email: Option<u32>,
    /// The row of the first other person with this certificate number; told once for the sheet.
    pub(super) number: Option<u32>,
}

impl People {
    pub(super) fn meet(&mut self, recipient: &Recipient) -> Seen {
        let row = recipient.row;
        let mut seen = Seen { person: meet(&mut self.persons, &recipient.person_key(), row), ..Seen::default() };
        let name = Some(fold(&recipient.name)).filter(|name| !name.is_empty());
        let name = name.and_then(|name| meet(&mut self.names, &name, row));
        let email = recipient.email.as_ref().and_then(|email| meet(&mut self.emails, &email.to_lowercase(), row));
        let number = recipient.number.as_ref().and_then(|number| meet(&mut self.numbers, number, row));
        if seen.person.is_none() {
            seen.name = name;
            seen.email = email;
            seen.number = number.filter(|_| !self.number_seen_twice);
            self.number_seen_twice |= number.is_some();
        }
        seen
    }
}

fn meet(known: &mut HashMap<u64, u32>, text: &str, row: u32) -> Option<u32> {
    let digest = Sha256::digest(text);
    let start = digest.first_chunk::<8>().copied().unwrap_or_default();
    match known.entry(u64::from_be_bytes(start)) {
        Entry::Occupied(first) => Some(*first.get()),
        Entry::Vacant(place) => {
            place.insert(row);
            None
        }
    }
}
