//! The errors in Indonesian. English is each error's own `Display` and `next`.

use vc::Lang;

use crate::{Act, Broken, LocateError, State, StoreError};

impl StoreError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match lang {
            Lang::Id => (self.what_id(), self.next_id().to_owned()),
            Lang::En => (self.to_string(), self.next().to_owned()),
        }
    }

    fn what_id(&self) -> String {
        match self {
            Self::NoDatabase { path } => format!("tidak ada basis data di {}", path.display()),
            Self::Empty { path } => {
                format!("basis data {} kosong: berkas itu rusak atau isinya terhapus", path.display())
            }
            Self::ReadOnly { detail } => format!("basis data dapat dibaca tetapi tidak dapat ditulis: {detail}"),
            Self::CannotOpen { path, detail } => {
                format!("basis data {} tidak dapat dibuka: {detail}", path.display())
            }
            Self::Newer { found, known } => {
                format!("basis data memakai skema versi {found}, piagam ini mengenal sampai versi {known}")
            }
            Self::Older { found, known } => format!(
                "basis data memakai skema versi {found}, piagam ini memerlukan versi {known}, dan berkasnya dibuka hanya untuk dibaca"
            ),
            Self::Behind { found, known } => {
                format!("basis data memakai skema versi {found}, piagam ini memerlukan versi {known}")
            }
            Self::Address { detail } => format!("URL basis data tidak dapat dipakai: {detail}"),
            Self::Unreachable { detail } => format!("basis data tidak dapat dihubungi: {detail}"),
            Self::Unfit { detail } => format!("basis data tidak sesuai: {detail}"),
            Self::OtherMigration { version } => {
                format!("migrasi {version} pada basis data bukan migrasi milik piagam ini")
            }
            Self::Corrupt { detail } => format!("basis data rusak atau bukan basis data: {detail}"),
            Self::Busy => "proses lain menulis ke basis data lebih lama daripada waktu yang diizinkan".to_owned(),
            Self::Full => "penyimpanan tempat basis data sudah penuh".to_owned(),
            Self::UnknownCertificate { id } => format!("tidak ada sertifikat {id}"),
            Self::UnknownBatch { id } => format!("tidak ada kelompok penerbitan {id}"),
            Self::IllegalStep { id, from, act } => {
                format!("sertifikat {id} berstatus {}; sertifikat itu tidak dapat {}", state_id(*from), act_id(*act))
            }
            Self::ReissueUnderWay { id, successor } => {
                format!("sertifikat {id} sedang digantikan oleh {successor}, yang belum ditandatangani")
            }
            Self::PersonTaken => "seseorang dalam daftar sudah memiliki sertifikat pada angkatan ini".to_owned(),
            Self::Taken { what, value } => format!("{what} {value} sudah dipakai"),
            Self::KeyNumberTaken { number, stored, given } => {
                format!("kunci nomor {number} adalah {stored}, bukan {given}")
            }
            Self::ListsFull { max } => format!("{max} daftar status sudah penuh semua"),
            Self::Unfinished { batch, unsigned } => {
                format!("kelompok penerbitan {batch} masih memiliki {unsigned} sertifikat yang belum ditandatangani")
            }
            Self::UnknownUser { id } => format!("tidak ada pengguna {}", id.0),
            Self::UnknownDraft { id } => format!("tidak ada draf {id}"),
            Self::DraftMoved { id } => format!("draf {id} sudah diubah sejak terakhir dilihat"),
            Self::Unreadable { what, value } => {
                format!("basis data memuat '{value}' sebagai {what}, yang tidak dapat dibaca piagam ini")
            }
            Self::Database { detail, .. } => format!("basis data menolak: {detail}"),
        }
    }

    fn next_id(&self) -> &'static str {
        match self {
            Self::NoDatabase { .. } => {
                "Sebutkan folder yang benar dengan --dir, atau pulihkan basis data dari cadangan; `piagam init --dir DIR --base-url URL` memulai yang baru."
            }
            Self::Empty { .. } => {
                "Pulihkan cadangan terakhir. Hanya bila belum pernah ada yang diterbitkan: hapus basis data itu dan piagam.toml, lalu jalankan `piagam init`."
            }
            Self::ReadOnly { .. } => {
                "Beri hak tulis atas berkas dan foldernya kepada pengguna yang menjalankan piagam, lalu ulangi."
            }
            Self::CannotOpen { .. } => "Pastikan nama itu sebuah berkas dan foldernya boleh dimasuki serta ditulis.",
            Self::Newer { .. } => "Pasang piagam lebih baru yang menulisnya. Basis data tidak diubah.",
            Self::Older { .. } => "Buka sekali dengan hak tulis (misalnya `piagam doctor --dir DIR`) agar diperbarui.",
            Self::Behind { .. } => {
                "Hentikan setiap piagam yang melayani dari basis data itu, jalankan `piagam migrate --dir DIR` satu kali, lalu nyalakan kembali."
            }
            Self::Address { .. } => {
                "Tulis postgres://PENGGUNA@HOST/NAMA, dengan karakter khusus pada kata sandi sebagai %XX; lihat `piagam init --help`."
            }
            Self::Unreachable { .. } => {
                "Pastikan PostgreSQL berjalan, URL menunjuk ke sana, dan nama pengguna serta kata sandinya benar (DATABASE_URL, PGPASSWORD, atau ~/.pgpass); `piagam doctor --dir DIR` mencobanya."
            }
            Self::Unfit { .. } => {
                "Buat basis data pada PostgreSQL 13 atau lebih baru: createdb --encoding UTF8 --template template0 NAMA"
            }
            Self::OtherMigration { .. } => "Pakai piagam yang membuat basis data ini, atau pulihkan cadangan.",
            Self::Corrupt { .. } => "Biarkan berkas itu apa adanya dan pulihkan cadangan terakhir ke folder lain.",
            Self::Busy => {
                "Tunggu sampai proses lain selesai, atau hentikan proses itu, lalu ulangi perintah yang sama."
            }
            Self::Full => "Kosongkan ruang, lalu ulangi perintah yang sama: pekerjaan dilanjutkan dari titik terakhir.",
            Self::UnknownCertificate { .. } | Self::UnknownBatch { .. } => {
                "Cari id-nya dengan `piagam list --dir DIR --json`."
            }
            Self::IllegalStep { .. } => {
                "Lihat statusnya dengan `piagam list --dir DIR --json`. Dicabut dan digantikan bersifat tetap."
            }
            Self::ReissueUnderWay { .. } => "Ulangi penerbitan ulang yang sama: yang sudah dimulai akan diselesaikan.",
            Self::PersonTaken => "Ulangi perintah yang sama: daftar dibandingkan lagi dengan yang sudah diterbitkan.",
            Self::Taken { .. } => "Ulangi perintah yang sama: nilai baru akan diundi.",
            Self::KeyNumberTaken { .. } => {
                "Kembalikan berkas kunci yang benar ke DIR/keys, atau buat kunci baru dengan `piagam keys new`."
            }
            Self::ListsFull { .. } => "Mulai penerbit baru (alamat dasar lain) dan hubungi pembuat piagam.",
            Self::Unfinished { .. } => "Ulangi perintah yang sama: sisanya akan ditandatangani.",
            Self::UnknownUser { .. } => "Lihat daftarnya dengan `piagam users list --dir DIR`.",
            Self::UnknownDraft { .. } => "Buka daftar angkatan di meja penerbitan.",
            Self::DraftMoved { .. } => {
                "Muat ulang halamannya, lihat keadaannya sekarang, lalu ulangi bila masih perlu."
            }
            Self::Unreadable { .. } => "Pasang piagam lebih baru yang menulisnya, atau pulihkan cadangan.",
            Self::Database { .. } => "Jalankan `piagam doctor --dir DIR` untuk melihat masalah pada basis data.",
        }
    }
}

impl Broken {
    /// What is wrong, in Indonesian.
    pub fn in_indonesian(&self) -> String {
        match self {
            Self::Hash { number, stored, computed } => {
                format!("kejadian {number} memiliki hash {stored}, isinya menghasilkan {computed}")
            }
            Self::Gap { before, found } => {
                format!("kejadian {found} mengikuti kejadian {before}: yang di antaranya hilang")
            }
            Self::Note { number } => format!("catatan kejadian {number} bukan yang ditulis dahulu"),
        }
    }
}

impl LocateError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match (self, lang) {
            (Self::Store(error), lang) => error.words(lang),
            (other, Lang::En) => (other.to_string(), other.next().to_owned()),
            (Self::NotFound { text }, Lang::Id) => (
                format!("tidak ada sertifikat dengan id, kode, atau nomor '{text}'"),
                "Periksa penulisannya, atau cari dengan `piagam list --dir DIR --json`.".to_owned(),
            ),
            (Self::Several { text, count }, Lang::Id) => (
                format!("{count} sertifikat memiliki nomor '{text}'"),
                "Sebutkan yang dimaksud dengan id atau kode verifikasinya (`piagam list --dir DIR --json`).".to_owned(),
            ),
        }
    }
}

fn state_id(state: State) -> &'static str {
    match state {
        State::Reserved => "belum ditandatangani",
        State::Issued => "berlaku",
        State::Suspended => "ditangguhkan",
        State::Revoked => "dicabut",
        State::Superseded => "digantikan",
        State::Erased => "dihapus datanya",
    }
}

fn act_id(act: Act) -> &'static str {
    match act {
        Act::Revoke => "dicabut",
        Act::Suspend => "ditangguhkan",
        Act::Reinstate => "dipulihkan",
        Act::Supersede => "digantikan",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_it_with_what_to_do_next() {
        let error = StoreError::Newer { found: 9, known: 1 };
        for lang in [Lang::Id, Lang::En] {
            let (what, next) = error.words(lang);
            assert!(what.contains('9') && what.contains('1') && !next.is_empty(), "{what} {next}");
        }
        let located = LocateError::Store(StoreError::Busy);
        assert_eq!(located.words(Lang::Id), StoreError::Busy.words(Lang::Id));
    }
}
