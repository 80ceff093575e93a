//! What can go wrong between a signed credential and its PDF. Every message has two lines: what is wrong, what to do.

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The credential lacks a field that every certificate shows.
    #[error(
        "the credential has no {field}, which every certificate prints\n  issue it again from a sheet and programme that give it"
    )]
    Missing {
        /// The field, in the words of the credential.
        field: &'static str,
    },

    /// A text is longer than any certificate can hold.
    #[error(
        "{field} has {length} characters, at most {limit} can be printed\n  shorten it in the sheet or the programme file"
    )]
    TooLong {
        /// The field.
        field: &'static str,
        /// What it has.
        length: usize,
        /// What fits, at most.
        limit: usize,
    },

    /// More subjects than any annex can hold.
    #[error(
        "the programme lists {count} subjects, at most {limit} can be printed\n  join subjects in the programme file"
    )]
    TooManySubjects {
        /// What the programme lists.
        count: usize,
        /// What fits, at most.
        limit: usize,
    },

    /// The design file cannot be used.
    #[error("design {design}: {reason}\n  mend design.toml, or remove the override to use the built-in design")]
    Design {
        /// The design's name.
        design: String,
        /// What is wrong, with the line where there is one.
        reason: String,
    },

    /// A font of the design cannot be used.
    #[error("font {font}: {reason}\n  replace the font file by an intact TrueType or OpenType font")]
    Font {
        /// The font's file name.
        font: String,
        /// What is wrong.
        reason: String,
    },

    /// The text is too long for a QR code.
    #[error("{length} bytes do not fit into a QR code\n  use a shorter base URL")]
    Qr {
        /// Bytes that were to be encoded.
        length: usize,
    },

    /// The page could not be written as PDF.
    #[error(
        "the PDF could not be written: {reason}\n  this is a fault in the program; please report it with the design's name"
    )]
    Pdf {
        /// What failed.
        reason: String,
    },
}
