//! What can be wrong with a programme file.

use std::fmt;

use vc::Lang;

use crate::kinds::{fill, kinds};

/// One problem of a programme file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeProblem {
    /// The line of the file, from 1.
    pub line: usize,
    /// The key, with its table: `programme.title.en`.
    pub key: String,
    /// The value as written, shortened; empty if there is none.
    pub value: String,
    /// Which rule does not hold.
    pub kind: ProgrammeProblemKind,
    /// The two sides of the comparison, as the kind's sentence names them.
    pub(super) values: Vec<String>,
}

impl ProgrammeProblem {
    /// What is wrong.
    pub fn reason(&self, lang: Lang) -> String {
        fill(self.kind.words(lang).0, &self.values)
    }

    /// What to do.
    pub fn mend(&self, lang: Lang) -> String {
        fill(self.kind.words(lang).1, &self.values)
    }

    /// `Baris 3: programme.title.en: reason mend`, in one line.
    pub fn sentence(&self, lang: Lang) -> String {
        let word = match lang {
            Lang::Id => "Baris",
            Lang::En => "Line",
        };
        format!("{word} {}: {}: {} {}", self.line, self.key, self.reason(lang), self.mend(lang))
    }
}

impl fmt::Display for ProgrammeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Lang::En))
    }
}

impl std::error::Error for ProgrammeProblem {}

kinds! {
    /// The rules a programme file can break. The code is stable and meant for programs.
    ProgrammeProblemKind;
    /// Not TOML.
    Syntax "programme_syntax"
        { "Berkas program tidak dapat dibaca sebagai TOML: {0}." / "Perbaiki baris ini; bandingkan dengan contoh di templates/programmes." }
        { "The programme file cannot be read as TOML: {0}." / "Mend this line; compare it with a sample in templates/programmes." }
    /// Larger than a programme file can be.
    TooLarge "programme_too_large"
        { "Berkas program berukuran {0} byte, paling besar {1}." / "Pastikan berkas ini memang berkas program." }
        { "The programme file has {0} bytes, at most {1} are read." / "Check that this is a programme file." }
    /// A key that nobody reads.
    UnknownKey "programme_unknown_key"
        { "Kunci ini tidak dikenal." / "Hapus, atau pakai salah satu dari: {0}." }
        { "This key is not known." / "Remove it, or use one of: {0}." }
    /// A key that must be there.
    Missing "programme_missing"
        { "Kunci {0} belum ada." / "Tambahkan kunci itu di bagian ini." }
        { "The key {0} is missing." / "Add it to this table." }
    /// A value of another type.
    WrongType "programme_wrong_type"
        { "Nilainya {0}, seharusnya {1}." / "Tulis ulang nilainya." }
        { "The value is of type {0}, expected {1}." / "Write the value again." }
    /// An empty text or list.
    Empty "programme_empty"
        { "Nilainya kosong." / "Isi, dalam kedua bahasa bila ada dua." }
        { "The value is empty." / "Fill it in, in both languages where there are two." }
    /// Too many characters or entries.
    TooLong "programme_too_long"
        { "Panjangnya {0}, paling banyak {1}." / "Persingkat." }
        { "Its length is {0}, at most {1}." / "Shorten it." }
    /// A control or bidirectional character.
    Character "programme_character"
        { "Teks memuat karakter tersembunyi {0}." / "Hapus karakter itu, atau ketik ulang teksnya." }
        { "The text holds the hidden character {0}." / "Remove the character, or type the text again." }
    /// A code or design name of another shape.
    Shape "programme_shape"
        { "Nilai ini hanya boleh memuat huruf, angka, dan tanda hubung, paling banyak {0} karakter." / "Tulis misalnya AI-DASAR." }
        { "This value takes letters, digits and hyphens only, at most {0} characters." / "Write for example AI-DASAR." }
    /// A number outside its range.
    Range "programme_range"
        { "Nilainya {0}, seharusnya {1}." / "Perbaiki angkanya." }
        { "The value is {0}, expected {1}." / "Correct the number." }
    /// Neither of the two document titles.
    DocumentTitle "programme_document_title"
        { "Judul dokumen ini tidak dikenal." / "Pakai SERTIFIKAT atau SURAT TANDA TAMAT PELATIHAN." }
        { "This document title is not known." / "Use SERTIFIKAT or SURAT TANDA TAMAT PELATIHAN." }
    /// The declared hours are not the sum of the subjects.
    HoursDisagree "programme_hours_disagree"
        { "Jumlah JP tertulis {0}, tetapi jumlah JP mata pelatihan {1}." / "Samakan keduanya, atau hapus kunci hours." }
        { "The hours declared are {0}, but the subjects add up to {1}." / "Make them agree, or remove the key hours." }
    /// Grades not in falling order.
    GradeOrder "programme_grade_order"
        { "Batas predikat {0} tidak lebih rendah dari batas sebelumnya, {1}." / "Urutkan predikat dari yang tertinggi." }
        { "The threshold {0} is not below the one before, {1}." / "List the grades from the highest down." }
    /// Two grades with the same words.
    GradeTwice "programme_grade_twice"
        { "Predikat {0} ditulis dua kali." / "Beri setiap predikat nama yang berbeda." }
        { "The grade {0} is listed twice." / "Give each grade words of its own." }
    /// A pattern token that does not exist.
    PatternToken "programme_pattern_token"
        { "Bagian {0} dalam pola nomor tidak dikenal." / "Pakai {seq:00000}, {program}, {angkatan}, {angkatan:romawi}, {bulan_romawi}, {tahun}, atau {kode}." }
        { "The piece {0} of the number pattern is not known." / "Use {seq:00000}, {program}, {angkatan}, {angkatan:romawi}, {bulan_romawi}, {tahun} or {kode}." }
    /// Last day before first day.
    DateOrder "programme_date_order"
        { "Tanggal selesai {0} mendahului tanggal mulai {1}." / "Perbaiki salah satunya." }
        { "The last day {0} comes before the first day {1}." / "Correct one of them." }
    /// Two kinds of expiry.
    ExpiryTwice "programme_expiry_twice"
        { "Masa berlaku ditulis dua kali: valid_years dan valid_until." / "Pakai salah satu." }
        { "The validity is given twice: valid_years and valid_until." / "Use one of them." }
}
