//! The errors of keys and of the issue walk in Indonesian. English is each error's own `Display` and `next`.

use store::KeyRole;
use vc::Lang;

use crate::fault::{IssueError, join};
use crate::keyring::{KeyringError, SignError};

impl KeyringError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match (self, lang) {
            (Self::Store(error), lang) => error.words(lang),
            (other, Lang::En) => (other.to_string(), other.next().to_owned()),
            (other, Lang::Id) => (other.what_id(), other.next_id().to_owned()),
        }
    }

    fn what_id(&self) -> String {
        match self {
            Self::NoKey { role, did } => {
                let purpose = match role {
                    KeyRole::Certificates => "sertifikat",
                    KeyRole::Api => "API",
                };
                format!("{did} belum memiliki kunci untuk {purpose}")
            }
            Self::NotOpen => "sertifikat ini diterbitkan di alamat lain, yang kuncinya tidak terbuka".to_owned(),
            Self::Missing { path } => format!("berkas kunci {} tidak ada", path.display()),
            Self::CannotRead { path, detail } => {
                format!("berkas kunci {} tidak dapat dibaca: {detail}", path.display())
            }
            Self::CannotWrite { path, detail } => {
                format!("berkas kunci {} tidak dapat ditulis: {detail}", path.display())
            }
            Self::Exists { path } => format!("berkas kunci {} sudah ada", path.display()),
            Self::TooOpen { path, mode } => {
                format!(
                    "berkas kunci {} dapat dibaca orang lain (hak akses {mode:04o}, seharusnya 0600)",
                    path.display()
                )
            }
            Self::Malformed { path, detail } => format!("{} bukan berkas kunci: {detail}", path.display()),
            Self::Unencrypted { path } => format!("kunci di {} tidak terenkripsi", path.display()),
            Self::PassphraseNeeded { path } => {
                format!("kunci di {} terenkripsi dan kata sandi tidak diberikan", path.display())
            }
            Self::WrongPassphrase { path } => format!("kata sandi tidak membuka {}", path.display()),
            Self::EmptyPassphrase => "kata sandi kosong".to_owned(),
            Self::OtherKey { path, stored, found } => format!(
                "{} memuat {found}, sedangkan kunci penerbit bernomor sama yang diumumkan adalah {stored}",
                path.display()
            ),
            Self::ExampleKey { base_url } => {
                format!("kunci contoh bersifat umum: hanya untuk localhost, bukan untuk {base_url}")
            }
            Self::NoNumberLeft { max } => format!("{max} nomor kunci sudah terpakai semua"),
            Self::CannotEncrypt { detail } => format!("kunci tidak dapat dienkripsi: {detail}"),
            Self::Store(error) => error.words(Lang::Id).0,
        }
    }

    fn next_id(&self) -> &'static str {
        match self {
            Self::NoKey { .. } => "Buat kunci dengan `piagam keys new --dir DIR`.",
            Self::NotOpen => {
                "Pastikan berkas kunci alamat itu ada di DIR/keys; bila kata sandinya lain, isi PIAGAM_PASSPHRASE_K1 \
                 (untuk k1.pem), lalu ulangi perintah yang sama."
            }
            Self::Missing { .. } => {
                "Kembalikan berkas itu dari salinan Anda, atau buat kunci baru dengan `piagam keys new --dir DIR`; \
                 yang sudah ditandatangani tetap dapat diperiksa."
            }
            Self::CannotRead { .. } => "Beri hak baca atas berkas itu kepada pengguna yang menjalankan piagam.",
            Self::CannotWrite { .. } => {
                "Beri hak tulis atas folder itu kepada pengguna yang menjalankan piagam, dan pastikan ruang tersedia."
            }
            Self::Exists { .. } => "Ulangi perintah yang sama: nomor berikutnya dipakai.",
            Self::TooOpen { .. } => {
                "Jalankan `chmod 600` atas berkas itu; bila orang lain pernah dapat membacanya, buat kunci baru dengan `piagam keys new`."
            }
            Self::Malformed { .. } | Self::OtherKey { .. } => {
                "Kembalikan berkas yang benar, atau buat kunci baru dengan `piagam keys new --dir DIR`."
            }
            Self::Unencrypted { .. } => {
                "Enkripsikan dengan `openssl pkcs8 -topk8 -scrypt -in LAMA -out BARU`, atau buat kunci baru dengan `piagam keys new --dir DIR`."
            }
            Self::PassphraseNeeded { .. } => "Ketik saat diminta, atau isi PIAGAM_PASSPHRASE.",
            Self::WrongPassphrase { .. } => {
                "Coba lagi; kata sandi yang hilang tidak dapat dipulihkan, tetapi kunci baru dapat dibuat dengan `piagam keys new`."
            }
            Self::EmptyPassphrase => {
                "Pilih kata sandi, sebaiknya beberapa kata, dan simpan terpisah dari berkas kunci."
            }
            Self::ExampleKey { .. } => "Buat kunci sungguhan dengan `piagam keys new --dir DIR`.",
            Self::NoNumberLeft { .. } => "Mulai penerbit baru dengan alamat dasar lain.",
            Self::CannotEncrypt { .. } => "Coba lagi; bila tetap gagal, laporkan kepada pembuat piagam.",
            Self::Store(_) => "Lihat baris di atas.",
        }
    }
}

impl SignError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match lang {
            Lang::En => (self.to_string(), self.next().to_owned()),
            Lang::Id => (
                format!("{} tidak menandatangani: {}", self.method, self.detail),
                "Pastikan token terpasang dan menjawab, lalu ulangi perintah yang sama: pekerjaan dilanjutkan dari titik terakhir."
                    .to_owned(),
            ),
        }
    }
}

impl IssueError {
    /// What is wrong, and what to do next, in one language.
    pub fn words(&self, lang: Lang) -> (String, String) {
        match (self, lang) {
            (Self::Store(error), lang) => error.words(lang),
            (Self::Locate(error), lang) => error.words(lang),
            (Self::Keyring(error), lang) => error.words(lang),
            (Self::Sign(error), lang) => error.words(lang),
            (Self::Render(error), lang) => error.words(lang),
            (other, Lang::En) => (other.to_string(), other.next().to_owned()),
            (other, Lang::Id) => (other.what_id(), other.next_id().to_owned()),
        }
    }

    fn what_id(&self) -> String {
        match self {
            Self::SheetHasProblems { count } => format!("daftar memuat {count} kesalahan; tidak ada yang diterbitkan"),
            Self::Conflicts(conflicts) => format!(
                "{} baris berbeda dari sertifikat yang sudah diterbitkan; tidak ada yang diterbitkan",
                conflicts.len()
            ),
            Self::Programme => "berkas program memuat kesalahan dan tidak dapat dibekukan".to_owned(),
            Self::Credential { id, problems } => {
                format!("kredensial sertifikat {id} tidak dapat ditandatangani: {}", join(problems))
            }
            Self::Published { url, problems } => format!("{url} tidak dapat ditandatangani: {}", join(problems)),
            Self::Frozen { what, batch, detail } => {
                format!("salinan beku ({what}) kelompok penerbitan {batch} tidak dapat dibaca: {detail}")
            }
            Self::Unproven { id, found } => {
                format!("kode QR pada PDF jadi sertifikat {id} tidak terbaca ({found} kode lain terbaca)")
            }
            Self::NothingToDeliver { id, state } => {
                format!("sertifikat {id} berstatus '{state}': tidak ada yang dapat diserahkan")
            }
            Self::Name { name, detail } => format!("'{name}' tidak dapat menjadi nama: {detail}"),
            Self::TriedOut { base_url } => format!(
                "sertifikat ini diterbitkan di {base_url} sebagai uji coba; sertifikat itu tidak dapat menjadi sertifikat sungguhan"
            ),
            Self::Reason { code } => format!("alasan '{code}' hanya untuk penerbitan ulang"),
            Self::CannotWrite { path, detail } => format!("{} tidak dapat ditulis: {detail}", path.display()),
            Self::CannotRead { path, detail } => format!("{} tidak dapat dibaca: {detail}", path.display()),
            Self::NoDesign { name } => format!("tidak ada desain sertifikat '{name}'"),
            Self::Worker { detail } => format!("proses pembantu berhenti di luar dugaan: {detail}"),
            Self::Render(_) | Self::Sign(_) | Self::Keyring(_) | Self::Locate(_) | Self::Store(_) => {
                self.words(Lang::Id).0
            }
        }
    }

    fn next_id(&self) -> &'static str {
        match self {
            Self::SheetHasProblems { .. } => "Perbaiki baris yang disebut, lalu ulangi perintah yang sama.",
            Self::Conflicts(_) => {
                "Kembalikan baris seperti semula, atau perbaiki sertifikat dengan `piagam reissue ID --name NAMA`; lalu ulangi perintah yang sama."
            }
            Self::Programme => "Perbaiki baris yang disebut, lalu ulangi perintah yang sama.",
            Self::Credential { .. } => {
                "Periksa baris dan berkas programnya; setelah diperbaiki, ulangi perintah yang sama."
            }
            Self::Published { .. } => "Jalankan `piagam doctor --dir DIR`; dokumen terbitan terakhir tetap berlaku.",
            Self::Frozen { .. } => "Jalankan `piagam doctor --dir DIR`, dan pulihkan cadangan bila basis data rusak.",
            Self::Unproven { .. } => {
                "Jangan serahkan apa pun. Periksa desainnya dengan `piagam design check`, perbaiki, lalu terbitkan ulang sertifikat ini."
            }
            Self::NothingToDeliver { .. } => "Lihat statusnya dengan `piagam list --dir DIR --json`.",
            Self::Name { .. } => "Tulis nama seperti yang akan tercetak pada sertifikat, lengkap dengan gelar.",
            Self::TriedOut { .. } => {
                "Terbitkan daftar dengan nama yang benar di alamat sekarang: hasil uji coba tidak dihitung di sana."
            }
            Self::Reason { .. } => "Pilih alasan lain, atau terbitkan ulang dengan `piagam reissue ID --name NAMA`.",
            Self::CannotWrite { .. } => {
                "Pastikan folder boleh ditulis dan ruang tersedia, lalu ulangi perintah yang sama."
            }
            Self::CannotRead { .. } => "Pastikan berkas ada dan boleh dibaca.",
            Self::NoDesign { .. } => {
                "Tulis `design = \"klasik\"` dalam berkas program, atau letakkan desainnya di DIR/templates/certificate."
            }
            Self::Worker { .. } => "Ulangi perintah yang sama: pekerjaan dilanjutkan dari titik terakhir.",
            Self::Render(_) | Self::Sign(_) | Self::Keyring(_) | Self::Locate(_) | Self::Store(_) => {
                "Lihat baris di atas."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_errors_keep_their_own_words() {
        let inner = || store::StoreError::Full;
        let expected = inner().words(Lang::Id);
        assert_eq!(IssueError::Store(inner()).words(Lang::Id), expected);
        assert_eq!(IssueError::Keyring(KeyringError::Store(inner())).words(Lang::Id), expected);
        assert_eq!(KeyringError::Store(inner()).words(Lang::Id), expected);
    }

    #[test]
    fn both_languages_carry_both_sides() {
        let error = KeyringError::TooOpen { path: "k1.pem".into(), mode: 0o644 };
        for lang in [Lang::Id, Lang::En] {
            let (what, next) = error.words(lang);
            assert!(what.contains("0644") && what.contains("0600") && next.contains("chmod 600"), "{what}");
        }
        let error = IssueError::SheetHasProblems { count: 3 };
        assert!(error.words(Lang::Id).0.contains('3') && error.words(Lang::En).0.contains('3'));
    }
}
