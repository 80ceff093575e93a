//! Why a whole sheet is turned down before any row is looked at.

use std::fmt;

use vc::Lang;

use crate::kinds::{fill, kinds};

/// A sheet that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRefused {
    /// Why.
    pub kind: SheetRefusedKind,
    /// The two sides of the comparison, as the kind's sentence names them.
    values: Vec<String>,
}

impl SheetRefused {
    pub(super) fn new(kind: SheetRefusedKind, values: &[&str]) -> Self {
        Self { kind, values: values.iter().map(|&value| value.to_owned()).collect() }
    }

    /// For a caller who sees the size before reading the file: it is over
    /// [`MAX_SHEET_BYTES`](super::MAX_SHEET_BYTES).
    pub fn too_large(bytes: u64) -> Self {
        let in_mb = |bytes: u64| bytes.div_ceil(1024 * 1024).to_string();
        Self::new(SheetRefusedKind::TooLarge, &[&in_mb(bytes), &in_mb(super::MAX_SHEET_BYTES as u64)])
    }

    /// The stable code, for programs.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// What is wrong.
    pub fn reason(&self, lang: Lang) -> String {
        fill(self.kind.words(lang).0, &self.values)
    }

    /// What to do.
    pub fn mend(&self, lang: Lang) -> String {
        fill(self.kind.words(lang).1, &self.values)
    }
}

impl fmt::Display for SheetRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.reason(Lang::En), self.mend(Lang::En))
    }
}

impl std::error::Error for SheetRefused {}

kinds! {
    /// Why a sheet is refused. The code is stable and meant for programs.
    SheetRefusedKind;
    /// No bytes, or nothing but white space.
    Empty "sheet_empty"
        { "Berkas ini kosong." / "Pilih berkas XLSX atau CSV yang memuat peserta." }
        { "The file is empty." / "Choose an XLSX or CSV file that lists participants." }
    /// More bytes than are read.
    TooLarge "sheet_too_large"
        { "Berkas berukuran {0} MB, paling besar {1} MB." / "Hapus gambar dan lembar lain, atau bagi menjadi beberapa berkas." }
        { "The file has {0} MB, at most {1} MB are read." / "Remove pictures and other sheets, or split it into several files." }
    /// Unpacks to more than is read, or to less honest sizes.
    Bomb "sheet_unpacks_too_large"
        { "Isi berkas ini setelah dibuka melebihi {0} MB." / "Salin kolom peserta ke buku kerja baru, lalu simpan sebagai XLSX." }
        { "Unpacked, this file exceeds {0} MB." / "Copy the participants into a new workbook and save that as XLSX." }
    /// Needs a password.
    Encrypted "sheet_encrypted"
        { "Buku kerja ini dilindungi kata sandi." / "Buka di Excel, hapus kata sandinya, lalu simpan sebagai XLSX." }
        { "This workbook is protected by a password." / "Open it in Excel, remove the password and save it as XLSX." }
    /// Carries macros.
    Macro "sheet_macro"
        { "Buku kerja ini memuat makro." / "Simpan sebagai Buku Kerja Excel (.xlsx) tanpa makro." }
        { "This workbook carries macros." / "Save it as Excel Workbook (.xlsx) without macros." }
    /// The format of before 2007.
    OldFormat "sheet_old_format"
        { "Ini berkas Excel lama (.xls)." / "Buka di Excel, lalu simpan sebagai Buku Kerja Excel (.xlsx)." }
        { "This is an old Excel file (.xls)." / "Open it in Excel and save it as Excel Workbook (.xlsx)." }
    /// Another format.
    OtherFormat "sheet_other_format"
        { "Ini berkas {0}, bukan XLSX atau CSV." / "Simpan sebagai Buku Kerja Excel (.xlsx) atau CSV UTF-8." }
        { "This is a {0} file, not XLSX or CSV." / "Save it as Excel Workbook (.xlsx) or CSV UTF-8." }
    /// Looks like a workbook but cannot be read.
    Unreadable "sheet_unreadable"
        { "Buku kerja ini rusak dan tidak dapat dibaca: {0}." / "Buka di Excel, simpan ulang sebagai XLSX, lalu unggah lagi." }
        { "This workbook is damaged and cannot be read: {0}." / "Open it in Excel, save it again as XLSX and try once more." }
    /// Text in no encoding that we know.
    Encoding "sheet_encoding"
        { "Pengodean huruf berkas CSV ini tidak dikenal (byte {0})." / "Simpan dari Excel sebagai CSV UTF-8 (dipisahkan koma)." }
        { "The character encoding of this CSV is not known (byte {0})." / "Save it from Excel as CSV UTF-8 (comma delimited)." }
    /// A quotation mark that is never closed.
    Quote "sheet_quote"
        { "Tanda kutip pada baris {0} tidak ditutup, sehingga baris berikutnya ikut terbaca sebagai satu sel." / "Hapus atau gandakan tanda kutip itu." }
        { "A quotation mark in row {0} is not closed, so the rows after it are read as one cell." / "Remove the mark, or double it." }
    /// No row looks like a header.
    NoHeader "sheet_no_header"
        { "Tidak ada baris judul kolom yang dikenal dalam {0} baris pertama." / "Beri judul kolom sekurang-kurangnya Nama dan NIP; pakai templat bila perlu." }
        { "No row of column headers is recognised within the first {0} rows." / "Give the columns headers, at least Nama and NIP; use the template if needed." }
    /// A header without a name column.
    NoNameColumn "sheet_no_name_column"
        { "Baris judul {0} tidak memuat kolom Nama." / "Tambahkan kolom Nama, atau beri judul itu pada kolomnya." }
        { "The header in row {0} has no column Nama." / "Add a column Nama, or give the column that header." }
    /// Two columns for one thing.
    ColumnTwice "sheet_column_twice"
        { "Kolom {0} dan kolom {1} berjudul sama artinya." / "Hapus salah satu, atau ganti judulnya." }
        { "The columns {0} and {1} have headers that mean the same." / "Delete one of them, or change its header." }
    /// Two sheets that list participants.
    TwoSheets "sheet_two_sheets"
        { "Dua lembar memuat peserta: {0} dan {1}." / "Sisakan satu lembar; simpan lembar lain sebagai berkas tersendiri." }
        { "Two sheets list participants: {0} and {1}." / "Keep one; save the other as a file of its own." }
    /// Headers and nothing below.
    NoRows "sheet_no_rows"
        { "Tidak ada peserta di bawah baris judul {0}." / "Isi sekurang-kurangnya satu peserta." }
        { "There is nobody below the header in row {0}." / "Fill in at least one participant." }
    /// More rows than one sheet may have.
    TooManyRows "sheet_too_many_rows"
        { "Lembar ini memuat lebih dari {0} peserta." / "Bagi menjadi beberapa berkas." }
        { "The sheet lists more than {0} participants." / "Split it into several files." }
    /// More columns than one sheet may have.
    TooManyColumns "sheet_too_many_columns"
        { "Baris {0} memuat lebih dari {1} kolom." / "Hapus kolom yang tidak diperlukan." }
        { "Row {0} has more than {1} columns." / "Delete the columns that are not needed." }
}
