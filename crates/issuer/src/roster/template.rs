//! The workbook that operators are offered: the right headers, the NIP column as text, one sample
//! row, and a sheet that explains.

use rust_xlsxwriter::{DataValidation, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::text::undated;

/// The name in the sample row. A row with it is never issued.
pub(super) const SAMPLE_NAME: &str = "Nama Peserta Contoh";

/// Header, sample, width, and the explanation in both languages.
const COLUMNS: [(&str, &str, f64, &str, &str); 15] = [
    ("No", "1", 5.0, "Nomor urut; tidak dibaca.", "Running number; not read."),
    ("Gelar Depan", "Dr.", 12.0, "Gelar di depan nama; boleh kosong.", "Titles before the name; may be empty."),
    (
        "Nama",
        SAMPLE_NAME,
        34.0,
        "Wajib. Nama tanpa gelar, 3 sampai 80 karakter; dicetak persis seperti tertulis.",
        "Required. The name without titles, 3 to 80 characters; printed exactly as written.",
    ),
    (
        "Gelar Belakang",
        "S.T., M.Si.",
        16.0,
        "Gelar di belakang nama; boleh kosong.",
        "Titles after the name; may be empty.",
    ),
    ("Status", "PNS", 10.0, "PNS, PPPK, atau kata lain untuk peserta lain.", "PNS, PPPK, or another word for others."),
    (
        "NIP/NI PPPK",
        "198607142011012991",
        22.0,
        "18 angka, diketik sebagai teks. Kosongkan bila tidak punya.",
        "18 digits, typed as text. Leave it empty if there is none.",
    ),
    ("Identitas Lain", "", 18.0, "Misalnya NRP. Jangan menulis NIK.", "For example an NRP. Never write a NIK."),
    ("Pangkat/Gol. Ruang", "Penata (III/c)", 22.0, "Pangkat dan golongan ruang.", "Rank and class."),
    ("Jabatan", "Analis Contoh", 28.0, "Jabatan.", "Position."),
    ("Unit Kerja", "Unit Kerja Contoh", 28.0, "Unit kerja.", "Unit."),
    ("Instansi", "Instansi Contoh", 30.0, "Instansi.", "Agency."),
    (
        "Email",
        "nama.contoh@instansi.example",
        30.0,
        "Satu alamat surel; tidak dicetak.",
        "One e-mail address; not printed.",
    ),
    (
        "Nilai",
        "93,50",
        9.0,
        "0 sampai 100, dengan koma desimal; tidak dicetak.",
        "0 to 100, with a decimal comma; not printed.",
    ),
    (
        "Keterangan",
        "LULUS",
        14.0,
        "Wajib. LULUS atau TIDAK LULUS; yang tidak lulus dilewati.",
        "Required. LULUS or TIDAK LULUS; who did not pass is skipped.",
    ),
    (
        "Nomor Sertifikat",
        "",
        24.0,
        "Kosongkan agar nomor dibuat dari pola program.",
        "Leave it empty to get a number from the programme's pattern.",
    ),
];

const STATUS: u16 = 4;
const OUTCOME: u16 = 13;
/// How far down the lists of choices reach.
const LAST_FORM_ROW: u32 = 5_000;

const RULES: [(&str, &str); 6] = [
    (
        "Isi lembar Peserta, satu orang satu baris. Hapus baris contoh.",
        "Fill in the sheet Peserta, one person a row. Delete the sample row.",
    ),
    (
        "Kolom boleh diatur ulang atau dihapus; kolom Nama harus ada.",
        "Columns may be moved or deleted; Nama must stay.",
    ),
    (
        "Kolom NIP berformat Teks. Jangan mengubahnya menjadi angka: digit terakhir akan hilang.",
        "The NIP column is formatted as text. Never turn it into a number: the last digits would be lost.",
    ),
    (
        "Jangan menulis NIK, nomor telepon, atau data lain yang tidak diminta.",
        "Never write a NIK, phone numbers or anything else that is not asked for.",
    ),
    ("Jangan menggabungkan sel.", "Do not merge cells."),
    (
        "Simpan sebagai Buku Kerja Excel (.xlsx), tanpa makro dan tanpa kata sandi.",
        "Save it as Excel Workbook (.xlsx), without macros or a password.",
    ),
];

/// A workbook to fill in. Always the same bytes.
pub fn template_workbook() -> Vec<u8> {
    // Everything written is constant and within the limits of the format; a test opens the result.
    built().unwrap_or_default()
}

fn built() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&undated()?.set_title("Templat peserta"));
    form(workbook.add_worksheet().set_name("Peserta")?)?;
    guide(workbook.add_worksheet().set_name("Petunjuk")?)?;
    workbook.save_to_buffer()
}

fn form(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_border(FormatBorder::Thin).set_text_wrap();
    let head = head.set_align(FormatAlign::VerticalCenter);
    let text = Format::new().set_num_format("@");
    for (column, (header, sample, width, _, _)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        // All columns are text: a spreadsheet then changes neither a NIP nor a decimal comma.
        sheet.set_column_format(column, &text)?;
        sheet.write_string_with_format(0, column, header, &head)?;
        sheet.write_string_with_format(1, column, sample, &text)?;
    }
    let choices = |list: &[&str]| DataValidation::new().allow_list_strings(list);
    let status = choices(&["PNS", "PPPK", "TNI", "Polri", "Tamu"])?.show_error_message(false);
    let outcome = choices(&["LULUS", "TIDAK LULUS"])?;
    sheet.add_data_validation(1, STATUS, LAST_FORM_ROW, STATUS, &status)?;
    sheet.add_data_validation(1, OUTCOME, LAST_FORM_ROW, OUTCOME, &outcome)?;
    sheet.set_freeze_panes(1, 3)?;
    Ok(())
}

fn guide(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_column_width(0, 22)?.set_column_width(1, 62)?.set_column_width(2, 62)?;
    sheet.write_string_with_format(0, 0, "Petunjuk / Guide", &bold)?;
    let mut row = 2;
    for (id, en) in RULES {
        sheet.write_string_with_format(row, 1, id, &wrap)?.write_string_with_format(row, 2, en, &wrap)?;
        row += 1;
    }
    row += 1;
    for (header, _, _, id, en) in COLUMNS {
        sheet.write_string_with_format(row, 0, header, &bold)?;
        sheet.write_string_with_format(row, 1, id, &wrap)?.write_string_with_format(row, 2, en, &wrap)?;
        row += 1;
    }
    Ok(())
}
