//! The chain of events: whoever changes, removes or inserts one has to change every hash after it.
//!
//! The hash of an event is SHA-256, in hexadecimal, over these fields in this order: the hash of the event before it
//! (the first one: the empty text), its number, its time in milliseconds since 1970, actor, act, object, reason, hash of
//! the note. A field is its length in bytes (8 bytes, big-endian) and its bytes; numbers are written in decimal; a
//! field that is absent is eight bytes of `ff`. The hash of a note is SHA-256 over its salt and its text, as two fields.
//!
//! Cutting off the end leaves a shorter chain that is sound in itself: keep the head ([`Head`]) elsewhere and compare.

use sha2::{Digest, Sha256};

use crate::{Event, Note};

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of the last event; 0 when there is none.
    pub number: i64,
    /// Its hash; empty when there is none.
    pub hash: String,
}

/// What was found wrong in the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An event is not what it was when it was written, or one before it is missing.
    #[error("event {number} has the hash {stored}, its content gives {computed}")]
    Hash {
        /// The event.
        number: i64,
        /// What is stored.
        stored: String,
        /// What it should be.
        computed: String,
    },
    /// Numbers follow each other without a gap.
    #[error("event {found} follows event {before}: what was between them is missing")]
    Gap {
        /// The last event seen.
        before: i64,
        /// The one that follows.
        found: i64,
    },
    /// A note is not the one that was written.
    #[error("the note of event {number} is not the one that was written")]
    Note {
        /// The event.
        number: i64,
    },
}

impl Head {
    /// The head after an event with these fields, without looking at what is stored.
    pub(crate) fn after(&self, number: i64, at: i64, event: Fields<'_>) -> Self {
        let mut digest = Sha256::new();
        field(&mut digest, Some(&self.hash));
        field(&mut digest, Some(&number.to_string()));
        field(&mut digest, Some(&at.to_string()));
        for text in [Some(event.actor), Some(event.act), Some(event.object), event.reason, event.note_hash] {
            field(&mut digest, text);
        }
        Self { number, hash: hexadecimal(&digest.finalize()) }
    }

    /// Follows the chain by one event.
    ///
    /// # Errors
    /// [`Broken`], and then the chain is not worth following further.
    pub fn follow(&self, event: &Event) -> Result<Self, Broken> {
        if event.number != self.number + 1 {
            return Err(Broken::Gap { before: self.number, found: event.number });
        }
        let new = &event.event;
        if let (Some(note), Some(hash)) = (&new.note, &event.note_hash)
            && note.hash() != *hash
        {
            return Err(Broken::Note { number: event.number });
        }
        let fields = Fields {
            actor: &new.actor,
            act: &new.act,
            object: &new.object,
            reason: new.reason.as_deref(),
            note_hash: event.note_hash.as_deref(),
        };
        let computed = self.after(event.number, new.at.as_millisecond(), fields);
        if computed.hash != event.hash {
            let number = event.number;
            return Err(Broken::Hash { number, stored: event.hash.clone(), computed: computed.hash });
        }
        Ok(computed)
    }
}

impl Note {
    /// What the chain covers.
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        field(&mut digest, Some(&self.salt));
        field(&mut digest, Some(&self.text));
        hexadecimal(&digest.finalize())
    }
}

/// What of an event is hashed beside its number and time.
pub(crate) struct Fields<'a> {
    pub(crate) actor: &'a str,
    pub(crate) act: &'a str,
    pub(crate) object: &'a str,
    pub(crate) reason: Option<&'a str>,
    pub(crate) note_hash: Option<&'a str>,
}

fn field(digest: &mut Sha256, text: Option<&str>) {
    match text {
        Some(text) => {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text.as_bytes());
        }
        None => digest.update(u64::MAX.to_be_bytes()),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewEvent;
    use jiff::Timestamp;

    fn chain(count: i64) -> Vec<Event> {
        let mut head = Head::default();
        (1..=count)
            .map(|number| {
                let note = (number == 2).then(|| Note { salt: "garam".to_owned(), text: "salah ketik".to_owned() });
                let event = NewEvent {
                    at: Timestamp::from_second(number).unwrap(),
                    actor: "cli".to_owned(),
                    act: "revoke".to_owned(),
                    object: format!("{number}"),
                    reason: (number % 2 == 0).then(|| "data-error".to_owned()),
                    note,
                };
                let note_hash = event.note.as_ref().map(Note::hash);
                let fields = Fields {
                    actor: &event.actor,
                    act: &event.act,
                    object: &event.object,
                    reason: event.reason.as_deref(),
                    note_hash: note_hash.as_deref(),
                };
                head = head.after(number, event.at.as_millisecond(), fields);
                Event { number, event, note_hash, hash: head.hash.clone() }
            })
            .collect()
    }

    fn verify(events: &[Event]) -> Result<Head, Broken> {
        events.iter().try_fold(Head::default(), |head, event| head.follow(event))
    }

    #[test]
    fn a_sound_chain_is_followed_to_its_head() {
        let events = chain(5);
        assert_eq!(verify(&events).unwrap(), Head { number: 5, hash: events[4].hash.clone() });
        assert_eq!(
            events[0].hash, "482961cd3a4ce94f717ea0b553a934ec4819c2ef6a2c2dc4177ae52e6835886c",
            "the documented form: an auditor may compute it without this code"
        );
    }

    #[test]
    fn an_erased_note_leaves_the_chain_sound() {
        let mut events = chain(3);
        events[1].event.note = None;
        assert!(verify(&events).is_ok());
        events[1].event.note = Some(Note { salt: "garam".to_owned(), text: "lain".to_owned() });
        assert_eq!(verify(&events), Err(Broken::Note { number: 2 }));
    }

    #[test]
    fn every_change_breaks_it() {
        let changes: [fn(&mut Event); 6] = [
            |event| event.event.actor.push('x'),
            |event| event.event.act = "suspend".to_owned(),
            |event| event.event.object = "9".to_owned(),
            |event| event.event.reason = None,
            |event| event.event.at = Timestamp::from_second(99).unwrap(),
            |event| event.note_hash = None,
        ];
        for change in changes {
            let mut events = chain(4);
            change(&mut events[1]);
            assert!(matches!(verify(&events), Err(Broken::Hash { number: 2, .. })));
        }
        let mut events = chain(4);
        events.remove(1);
        assert_eq!(verify(&events), Err(Broken::Gap { before: 1, found: 3 }));
    }
}
