//! What the QR code of a certificate says: the certificate itself where it fits, else the address of its page.

use store::{BatchId, Certificate};
use vc::compact::{self, CompactError};

use crate::batch::Template;
use crate::fault::IssueError;
use crate::office::Office;

/// Data bits of a symbol of version 13 at level M (ISO/IEC 18004, table 7): at 40 mm its modules are half a
/// millimetre, what a phone reads from a worn print.
const MOST_BITS: usize = 334 * 8;

/// Mode indicator and character count of a byte segment and of a numeric segment, versions 10 to 26.
const HEADS: usize = (4 + 16) + (4 + 12);

/// What a QR code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrText {
    /// The text.
    pub text: String,
    /// Why it is only the address of the page and carries no certificate; `None` when it carries it.
    pub why_not: Option<CompactError>,
}

/// Makes the QR texts of a batch.
pub(crate) struct Carrier {
    office: Office,
    template: Template,
    number: u32,
}

impl Carrier {
    /// With the frozen template of a batch.
    pub(crate) async fn load(office: &Office, batch: BatchId) -> Result<Self, IssueError> {
        let row = office.store.batch(batch).await?.ok_or(store::StoreError::UnknownBatch { id: batch })?;
        let frozen = |detail: String| IssueError::Frozen { what: "template", batch, detail };
        let artifact = office.store.template(row.new.issuer, row.new.template).await?;
        let artifact = artifact.ok_or_else(|| frozen("it is not stored".to_owned()))?;
        Ok(Self {
            office: office.issued_under(row.new.issuer).await?,
            template: Template::from_bytes(&artifact.bytes).map_err(frozen)?,
            number: row.new.template,
        })
    }

    /// The template.
    pub(crate) fn template(&self) -> &Template {
        &self.template
    }

    /// The text of one certificate. `jcs` is its credential with the `eddsa-jcs-2022` proof.
    pub(crate) fn text(&self, certificate: &Certificate, jcs: Option<&str>) -> QrText {
        match self.carrying(jcs) {
            Ok(text) => QrText { text, why_not: None },
            Err(error) => QrText { text: self.office.page_url(certificate), why_not: Some(error) },
        }
    }

    fn carrying(&self, jcs: Option<&str>) -> Result<String, CompactError> {
        let number = u16::try_from(self.number);
        let number = number.map_err(|_| CompactError::DoesNotFit { what: "the template number".to_owned() })?;
        let jcs = jcs.ok_or(CompactError::NotRebuilt { what: "the proof" })?;
        let digits = compact::pack(jcs, &self.template.form, number)?;
        let front = format!("{}/v#", self.office.issuer.base_url);
        if bits(&front, &digits) > MOST_BITS {
            return Err(CompactError::DoesNotFit { what: format!("{} digits", digits.len()) });
        }
        Ok(front + &digits)
    }
}

/// Bits of a byte segment and a numeric segment: ten for three digits (ISO/IEC 18004, 7.4.3).
fn bits(front: &str, digits: &str) -> usize {
    HEADS + 8 * front.len() + digits.len() / 3 * 10 + [0, 4, 7][digits.len() % 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_let_through_fits_version_13_and_no_more() {
        let front = "https://sertifikat.lembaga-contoh.example/v#";
        let longest = (0..1_000).take_while(|count| bits(front, &"7".repeat(*count)) <= MOST_BITS).last().unwrap_or(0);
        let width = |count: usize| render::Qr::new(&format!("{front}{}", "7".repeat(count))).unwrap().width();
        assert_eq!((width(longest), width(longest + 1)), (17 + 4 * 13, 17 + 4 * 14));
    }
}
