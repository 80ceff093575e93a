//! What can be wrong with a row of the sheet, and what somebody should look at.
//!
//! To add a rule: a line in the table here, the check in `row.rs`, a case in `tests.rs`, a row in
//! the sheet of mistakes (`examples/make_samples.rs`).

use vc::Lang;

use super::column::Column;
use crate::kinds::{fill, kinds};

/// The most characters of a cell that a finding repeats.
pub(super) const MAX_SHOWN_CHARS: usize = 120;

/// A row that cannot be issued as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The row as the spreadsheet numbers it, from 1.
    pub row: u32,
    /// The column.
    pub column: Column,
    /// The cell as read, shortened; empty for an empty cell.
    pub value: String,
    /// Which rule does not hold.
    pub kind: RowProblemKind,
    /// The two sides of the comparison, as the kind's sentence names them.
    pub(super) values: Vec<String>,
}

/// A row that can be issued but that somebody should look at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowWarning {
    /// The row as the spreadsheet numbers it, from 1. A warning about a column names the header's row.
    pub row: u32,
    /// The column.
    pub column: Column,
    /// The cell as read, shortened; empty for an empty cell.
    pub value: String,
    /// What is unusual.
    pub kind: RowWarningKind,
    /// The two sides of the comparison, as the kind's sentence names them.
    pub(super) values: Vec<String>,
}

macro_rules! sentences {
    ($Finding:ident) => {
        impl $Finding {
            /// The stable code, for programs.
            pub fn code(&self) -> &'static str {
                self.kind.code()
            }

            /// What is wrong, with both sides of the comparison.
            pub fn reason(&self, lang: Lang) -> String {
                fill(self.kind.words(lang).0, &self.values)
            }

            /// What to do.
            pub fn mend(&self, lang: Lang) -> String {
                fill(self.kind.words(lang).1, &self.values)
            }

            /// `Baris 7: reason mend`.
            pub fn sentence(&self, lang: Lang) -> String {
                let word = match lang {
                    Lang::Id => "Baris",
                    Lang::En => "Row",
                };
                format!("{word} {}: {} {}", self.row, self.reason(lang), self.mend(lang))
            }
        }
    };
}

sentences!(RowProblem);
sentences!(RowWarning);

kinds! {
    /// The rules a row can break. The code is stable and meant for programs.
    RowProblemKind;
    /// No name.
    NameMissing "name_missing"
        { "Nama kosong." / "Isi nama peserta, atau hapus baris ini." }
        { "The name is empty." / "Fill in the participant's name, or delete the row." }
    /// A name of one or two characters.
    NameShort "name_short"
        { "Nama berisi {0} karakter, paling sedikit {1}." / "Tulis nama lengkap sesuai dokumen kepegawaian." }
        { "The name has {0} characters, at least {1} are needed." / "Write the full name as in the personnel record." }
    /// A name longer than the certificate can carry.
    NameLong "name_long"
        { "Nama berisi {0} karakter, paling banyak {1}." / "Pindahkan gelar ke kolom gelar, atau singkat nama." }
        { "The name has {0} characters, at most {1} fit." / "Move titles to their own columns, or shorten the name." }
    /// A name that is too long with its titles.
    TitlesLong "titles_long"
        { "Nama dengan gelar berisi {0} karakter, paling banyak {1}." / "Singkat gelar depan atau gelar belakang." }
        { "The name with titles has {0} characters, at most {1} fit." / "Shorten the titles." }
    /// Digits or an e-mail address where the name should be.
    NameNotAName "name_not_a_name"
        { "Kolom nama memuat {0}, yang bukan bagian dari nama." / "Tulis nama saja; pindahkan nomor dan surel ke kolomnya." }
        { "The name holds {0}, which is no part of a name." / "Write the name only; move numbers and e-mail addresses to their columns." }
    /// A hidden, control or undecodable character.
    Character "character"
        { "Teks memuat karakter tersembunyi atau rusak ({0})." / "Ketik ulang sel ini tanpa menyalin dari dokumen lain." }
        { "The text holds a hidden or broken character ({0})." / "Type the cell again instead of pasting it." }
    /// More text than a cell may hold.
    CellLong "cell_long"
        { "Sel berisi {0} karakter, paling banyak {1}." / "Persingkat isi sel." }
        { "The cell has {0} characters, at most {1} are read." / "Shorten the cell." }
    /// A spreadsheet error such as #N/A.
    CellError "cell_error"
        { "Sel berisi galat rumus {0}." / "Perbaiki rumusnya, atau ganti dengan nilai yang benar." }
        { "The cell holds the formula error {0}." / "Mend the formula, or replace it by the right value." }
    /// One cell merged over several rows in a column that tells persons apart.
    Merged "merged"
        { "Sel ini digabung dengan baris {0}, padahal kolom ini berbeda untuk setiap orang." / "Pisahkan sel yang digabung dan isi setiap baris." }
        { "The cell is merged with row {0}, but this column differs for every person." / "Unmerge the cells and fill in every row." }
    /// A NIP stored as a number.
    NipNumeric "nip_numeric"
        { "NIP terbaca sebagai angka sehingga digit terakhir dapat berubah." / "Ubah format kolom NIP menjadi Teks lalu ketik ulang NIP dari sumber asli." }
        { "the NIP was read as a number, so its last digits may be wrong." / "Format the column as text and retype it from the source." }
    /// Another number of digits than 18.
    NipLength "nip_length"
        { "NIP berisi {0} angka, seharusnya 18." / "Periksa NIP pada sumber asli; nomor lain ditulis di kolom Identitas Lain." }
        { "The NIP has {0} digits, it should have 18." / "Check it at the source; other numbers belong in the column Identitas Lain." }
    /// Letters in a NIP.
    NipCharacter "nip_character"
        { "NIP memuat {0}, seharusnya hanya angka." / "Tulis 18 angka; identitas lain ditulis di kolom Identitas Lain." }
        { "The NIP holds {0}, it should be digits only." / "Write the 18 digits; other identities belong in the column Identitas Lain." }
    /// The first eight digits are no plausible birth date.
    NipBirth "nip_birth"
        { "Delapan angka pertama NIP ({0}) bukan tanggal lahir yang wajar." / "Periksa NIP pada sumber asli." }
        { "The first eight digits of the NIP ({0}) are no plausible birth date." / "Check the NIP at the source." }
    /// The appointment year does not fit.
    NipYear "nip_year"
        { "Tahun pengangkatan dalam NIP {0}, seharusnya antara {1}." / "Periksa angka ke-9 sampai ke-12 pada sumber asli." }
        { "The year of appointment in the NIP is {0}, expected {1}." / "Check digits 9 to 12 at the source." }
    /// Digits 13 and 14 are neither a month nor those of a contract.
    NipMonth "nip_month"
        { "Angka ke-13 dan ke-14 NIP {0}, seharusnya 01-12 (PNS) atau 21-29 (PPPK)." / "Periksa NIP pada sumber asli." }
        { "Digits 13 and 14 of the NIP are {0}, expected 01-12 (PNS) or 21-29 (PPPK)." / "Check the NIP at the source." }
    /// Digit 15 is neither 1 nor 2.
    NipSex "nip_sex"
        { "Angka ke-15 NIP {0}, seharusnya 1 atau 2." / "Periksa NIP pada sumber asli." }
        { "Digit 15 of the NIP is {0}, expected 1 or 2." / "Check the NIP at the source." }
    /// Serial number 000: the trace of a number that a spreadsheet rounded.
    NipSerial "nip_serial"
        { "Tiga angka terakhir NIP 000, tanda bahwa aplikasi lembar kerja membulatkannya." / "Ubah format kolom NIP menjadi Teks lalu ketik ulang NIP dari sumber asli." }
        { "The NIP ends in 000, the trace of a spreadsheet that rounded it." / "Format the column as text and retype the NIP from the source." }
    /// A valid NIP in another column.
    NipElsewhere "nip_elsewhere"
        { "Kolom ini memuat NIP." / "Pindahkan ke kolom NIP." }
        { "This column holds a NIP." / "Move it to the NIP column." }
    /// A population number, which must not be in the sheet.
    Nik "nik"
        { "Isinya tampak seperti NIK (16 angka). NIK tidak boleh ada di lembar ini." / "Hapus NIK; bila perlu, isi NIP atau kolom Identitas Lain." }
        { "This looks like a NIK (16 digits). The sheet must not hold any." / "Delete it; use the NIP or the column Identitas Lain instead." }
    /// Not one e-mail address.
    Email "email"
        { "Isinya bukan satu alamat surel." / "Tulis satu alamat, misalnya nama@instansi.example." }
        { "This is not one e-mail address." / "Write one address, for example nama@instansi.example." }
    /// Neither LULUS nor TIDAK LULUS.
    OutcomeMissing "outcome_missing"
        { "Hasil kelulusan kosong." / "Isi LULUS atau TIDAK LULUS." }
        { "The outcome is empty." / "Write LULUS or TIDAK LULUS." }
    /// Another word for the outcome.
    OutcomeUnknown "outcome_unknown"
        { "Hasil kelulusan ini tidak dikenal." / "Isi LULUS atau TIDAK LULUS." }
        { "This outcome is not known." / "Write LULUS or TIDAK LULUS." }
    /// Not a number.
    ScoreUnreadable "score_unreadable"
        { "Nilai tidak terbaca sebagai angka." / "Tulis angka 0 sampai 100, misalnya 93,50." }
        { "The score cannot be read as a number." / "Write a number from 0 to 100, for example 93,50." }
    /// Below 0 or above 100.
    ScoreRange "score_range"
        { "Nilai {0}, seharusnya 0 sampai 100." / "Periksa nilai, termasuk koma desimalnya." }
        { "The score is {0}, expected 0 to 100." / "Check the score and its decimal comma." }
    /// Passed with a score below the lowest grade.
    ScoreBelowPass "score_below_pass"
        { "Nilai {0} di bawah batas lulus {1}, tetapi keterangannya LULUS." / "Perbaiki nilai, atau ubah keterangan menjadi TIDAK LULUS." }
        { "The score {0} is below the pass mark {1}, but the outcome is LULUS." / "Correct the score, or change the outcome to TIDAK LULUS." }
    /// A grade that the programme does not define.
    GradeUnknown "grade_unknown"
        { "Predikat ini tidak ada dalam program." / "Pakai salah satu dari: {0}." }
        { "The programme has no such grade." / "Use one of: {0}." }
    /// Grade and score contradict each other.
    GradeDisagrees "grade_disagrees"
        { "Nilai {0} berarti predikat {1}, bukan yang tertulis." / "Perbaiki nilai atau predikat." }
        { "The score {0} earns the grade {1}, not the one written." / "Correct the score or the grade." }
    /// Not the programme's hours.
    HoursDisagree "hours_disagree"
        { "Jumlah JP tertulis {0}, sedangkan program {1} JP." / "Samakan dengan program, atau pilih program yang benar." }
        { "The hours are {0}, the programme has {1} JP." / "Make them agree, or choose the right programme." }
    /// Not a date.
    DateUnreadable "date_unreadable"
        { "Tanggal tidak terbaca." / "Tulis hari, bulan, tahun, misalnya 12-08-2026 atau 12 Agustus 2026." }
        { "The date cannot be read." / "Write day, month, year, for example 12-08-2026 or 12 Agustus 2026." }
    /// Not the cohort's first or last day.
    DateDisagrees "date_disagrees"
        { "Tanggal {0} berbeda dari tanggal angkatan, {1}." / "Samakan dengan angkatan, atau perbaiki berkas program." }
        { "The date {0} differs from the cohort's, {1}." / "Make them agree, or correct the programme file." }
    /// Birth date and NIP contradict each other.
    BirthDisagrees "birth_disagrees"
        { "Tanggal lahir {0} berbeda dari yang ada dalam NIP, {1}." / "Periksa tanggal lahir dan NIP pada sumber asli." }
        { "The birth date {0} differs from the one in the NIP, {1}." / "Check the birth date and the NIP at the source." }
    /// A certificate number that cannot be printed.
    NumberLong "number_long"
        { "Nomor sertifikat berisi {0} karakter, paling banyak {1}." / "Persingkat nomor, atau kosongkan agar dibuat dari pola." }
        { "The certificate number has {0} characters, at most {1} fit." / "Shorten it, or leave it empty to get one from the pattern." }
    /// The same NIP in an earlier row.
    SameNip "same_nip"
        { "Orang ini sudah ada di baris {0}: NIP-nya sama." / "Hapus salah satu baris, atau perbaiki NIP yang keliru." }
        { "This person is already in row {0}: same NIP." / "Delete one of the rows, or correct the wrong NIP." }
    /// The same e-mail address in an earlier row, and no NIP.
    SameEmail "same_email"
        { "Baris {0} memakai surel yang sama, dan tanpa NIP keduanya terbaca sebagai satu orang." / "Hapus salah satu baris, isi NIP, atau pakai surel masing-masing." }
        { "Row {0} has the same e-mail address, and without a NIP both are read as one person." / "Delete one of the rows, fill in the NIP, or give each their own address." }
    /// The same name and agency in an earlier row, and nothing else to tell them apart.
    SameName "same_name"
        { "Nama dan instansi ini sudah ada di baris {0}, dan tidak ada NIP atau surel yang membedakan." / "Hapus salah satu baris, atau isi NIP atau surel." }
        { "Row {0} has the same name and agency, and no NIP or e-mail address tells them apart." / "Delete one of the rows, or fill in a NIP or an e-mail address." }
    /// The template's sample row, still there.
    SampleRow "sample_row"
        { "Ini baris contoh dari templat." / "Hapus baris contoh." }
        { "This is the sample row of the template." / "Delete the sample row." }
    /// A participant below the totals.
    AfterTotal "after_total"
        { "Baris ini berada di bawah baris jumlah (baris {0})." / "Pindahkan ke atas baris jumlah, atau hapus baris jumlah itu." }
        { "This row stands below the totals (row {0})." / "Move it above the totals, or delete the row of totals." }
}

kinds! {
    /// What is unusual about a row. The code is stable and meant for programs.
    RowWarningKind;
    /// Capitals only.
    AllCapitals "all_capitals"
        { "Nama ditulis dengan huruf kapital semua." / "Tulis ulang bila tidak dikehendaki; nama dicetak persis seperti tertulis." }
        { "The name is written in capitals only." / "Write it again if that is not wanted; it is printed exactly as written." }
    /// Small letters only.
    AllSmall "all_small"
        { "Nama ditulis dengan huruf kecil semua." / "Tulis ulang bila tidak dikehendaki; nama dicetak persis seperti tertulis." }
        { "The name is written in small letters only." / "Write it again if that is not wanted; it is printed exactly as written." }
    /// A character that names rarely have.
    UnusualCharacter "unusual_character"
        { "Nama memuat karakter yang jarang ada dalam nama: {0}" / "Pastikan penulisannya benar." }
        { "The name holds a character that names rarely have: {0}" / "Check the spelling." }
    /// Text that a spreadsheet would run.
    Formula "formula"
        { "Teks ini diawali tanda rumus; isinya dibaca sebagai teks biasa." / "Hapus tanda {0} di awal bila bukan bagian dari teks." }
        { "The text starts like a formula; it is read as plain text." / "Remove the leading {0} if it does not belong there." }
    /// A title in the name and again in its own column.
    TitleTwice "title_twice"
        { "Gelar {0} tertulis di kolom nama dan juga di kolom gelar." / "Hapus dari salah satu kolom." }
        { "The title {0} stands in the name and in the titles' column too." / "Remove it from one of them." }
    /// The same name with another identity.
    NameAgain "name_again"
        { "Nama ini juga ada di baris {0} dengan identitas lain." / "Pastikan keduanya orang yang berbeda." }
        { "Row {0} has the same name with another identity." / "Check that they are two persons." }
    /// The same e-mail address for two persons.
    EmailAgain "email_again"
        { "Surel ini juga dipakai di baris {0}." / "Pastikan keduanya boleh menerima surel di alamat yang sama." }
        { "Row {0} uses this e-mail address too." / "Check that both may get their mail there." }
    /// One certificate number for two persons.
    NumberAgain "number_again"
        { "Nomor sertifikat ini juga ada di baris {0}." / "Biarkan bila satu nomor memang berlaku untuk seluruh kegiatan." }
        { "Row {0} has the same certificate number." / "Leave it if one number is meant for the whole event." }
    /// PNS or PPPK without a NIP.
    NipMissing "nip_missing"
        { "Berstatus {0}, tetapi NIP kosong." / "Isi NIP bila ada." }
        { "The status is {0}, but the NIP is empty." / "Fill in the NIP if there is one." }
    /// The status says PNS and the NIP PPPK, or the other way round.
    StatusDisagrees "status_disagrees"
        { "Statusnya {0}, tetapi nomornya bersusunan {1}." / "Periksa status dan NIP pada sumber asli." }
        { "The status is {0}, but the number is built like that of a {1}." / "Check status and NIP at the source." }
    /// Nothing but the name tells who this is.
    WeakIdentity "weak_identity"
        { "Hanya nama yang mengenali orang ini: tidak ada NIP, surel, atau instansi." / "Isi salah satunya bila ada." }
        { "Only the name tells who this is: no NIP, e-mail address or agency." / "Fill in one of them if you can." }
    /// Neither score nor grade.
    GradeMissing "grade_missing"
        { "Nilai dan predikat kosong." / "Isi salah satunya bila predikat hendak dicetak." }
        { "Score and grade are empty." / "Fill in one of them if the grade is to be printed." }
    /// The programme gives no grades.
    GradeUnused "grade_unused"
        { "Program ini tidak memberi predikat; kolom ini tidak dipakai." / "Tidak perlu diubah." }
        { "This programme gives no grades; the column is not used." / "Nothing needs to change." }
    /// No column tells who passed.
    OutcomeColumnMissing "outcome_column_missing"
        { "Tidak ada kolom kelulusan; semua baris dianggap LULUS." / "Tambahkan kolom Keterangan dengan LULUS atau TIDAK LULUS bila ada yang tidak lulus." }
        { "No column tells who passed; all rows are taken as passed." / "Add a column Keterangan with LULUS or TIDAK LULUS if somebody did not." }
    /// A column that the sheet should not have.
    NikColumn "nik_column"
        { "Kolom NIK tidak dibaca dan tidak disimpan." / "Hapus kolom itu dari lembar; sertifikat tidak memerlukannya." }
        { "The NIK column is neither read nor stored." / "Delete it from the sheet; certificates do not need it." }
    /// A hidden column that is read.
    ColumnHidden "column_hidden"
        { "Kolom ini tersembunyi, tetapi tetap dibaca." / "Tampilkan kolomnya dan periksa isinya." }
        { "This column is hidden, but it is read." / "Show the column and check what it holds." }
    /// A hidden row that is read.
    RowHidden "row_hidden"
        { "Baris ini tersembunyi atau tersaring, tetapi tetap dibaca." / "Tampilkan barisnya; hapus bila tidak boleh diterbitkan." }
        { "This row is hidden or filtered out, but it is read." / "Show it, and delete it if it must not be issued." }
    /// The only sheet with participants is hidden.
    SheetHidden "sheet_hidden"
        { "Lembar ini tersembunyi, tetapi hanya lembar ini yang memuat peserta." / "Pastikan ini lembar yang dimaksud." }
        { "This sheet is hidden, but no other one lists participants." / "Check that this is the sheet you mean." }
    /// Rows at the end that list nobody.
    FooterIgnored "footer_ignored"
        { "Mulai baris ini ada {0} baris yang tidak memuat peserta dan dilewati." / "Tidak perlu diubah bila memang catatan atau tanda tangan." }
        { "From here on {0} rows list nobody and are skipped." / "Nothing needs to change if they are notes or signatures." }
    /// The file was decoded as Windows-1252.
    Windows1252 "windows_1252"
        { "Berkas CSV ini dibaca sebagai Windows-1252." / "Periksa nama beraksen; lebih aman simpan sebagai CSV UTF-8." }
        { "This CSV was read as Windows-1252." / "Check names with accents; CSV UTF-8 is safer." }
}
