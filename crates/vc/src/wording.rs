//! What a report says to people, in Indonesian and English: one wording for page, CLI and API.

use crate::problem::ProblemKind;
use crate::report::{Check, CheckName, Outcome, Report, State};

/// A language of pages, PDFs, mails and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Indonesian, the legal text.
    Id,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }
}

/// The sentences for a report's state. Dates and reasons are the report's own members; who shows
/// them formats them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentences {
    /// One or two words.
    pub kicker: &'static str,
    /// The sentence.
    pub headline: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do now.
    pub advice: &'static str,
}

macro_rules! sentences {
    ($($state:ident $lang:ident $kicker:literal $headline:literal $meaning:literal $advice:literal)*) => {
        /// The sentences of a report.
        pub fn sentences(report: &Report, lang: Lang) -> Sentences {
            state_sentences(report.state, lang)
        }

        /// The sentences of a state: what a report of that state says.
        pub fn state_sentences(state: State, lang: Lang) -> Sentences {
            match (state, lang) {
                $((State::$state, Lang::$lang) => Sentences {
                    kicker: $kicker, headline: $headline, meaning: $meaning, advice: $advice,
                },)*
            }
        }
    };
}

sentences! {
    Valid Id "Berlaku" "Sertifikat ini asli dan masih berlaku"
        "Isinya tidak berubah sejak diterbitkan."
        "Bandingkan nama, program, dan nomor di layar dengan kertas dan KTP."
    Valid En "In force" "This certificate is authentic and in force"
        "Its content has not changed since it was issued."
        "Compare the name, programme and number on screen with the print and an identity card."
    Superseded Id "Digantikan" "Sertifikat ini sudah digantikan"
        "Versi terbaru sudah terbit."
        "Minta versi terbaru kepada pemegangnya."
    Superseded En "Replaced" "This certificate has been replaced"
        "A newer version has been issued."
        "Ask the holder for the newer version."
    Suspended Id "Ditangguhkan" "Sertifikat ini ditangguhkan sementara"
        "Penerbit menangguhkan sertifikat ini untuk sementara."
        "Jangan gunakan sebagai bukti sampai penerbit memulihkannya."
    Suspended En "Suspended" "This certificate is temporarily suspended"
        "The issuer has suspended it for the time being."
        "Do not use it as evidence until the issuer reinstates it."
    StatusUnknown Id "Belum selesai diperiksa" "Asli, tetapi statusnya belum dapat diperiksa"
        "Sertifikat ini mungkin sudah dicabut."
        "Periksa ulang saat daring."
    StatusUnknown En "Not fully checked" "Authentic, but its status could not be checked"
        "It may have been revoked."
        "Check again when online."
    IssuerUnavailable Id "Belum selesai diperiksa" "Keaslian sertifikat ini belum dapat diperiksa"
        "Kunci penerbit belum dapat diperoleh."
        "Periksa ulang saat daring."
    IssuerUnavailable En "Not fully checked" "This certificate could not be checked"
        "The issuer's keys could not be obtained."
        "Check again when online."
    UnknownIssuer Id "Penerbit tidak dikenal" "Penerbit berkas ini tidak dikenal"
        "Tanda tangannya utuh, tetapi bukan milik penerbit yang kami percaya."
        "Jangan terima sebagai bukti sebelum penerbitnya dipastikan."
    UnknownIssuer En "Unknown issuer" "The issuer of this file is unknown"
        "The signature is intact, but not from an issuer we trust."
        "Do not accept it as evidence before the issuer is confirmed."
    Undecidable Id "Belum selesai diperiksa" "Sertifikat ini tidak dapat diperiksa seluruhnya"
        "Sebagian isinya memakai cara yang tidak kami kenal."
        "Tanyakan kepada penerbit."
    Undecidable En "Not fully checked" "This certificate could not be checked completely"
        "Part of it uses a method that we do not know."
        "Ask the issuer."
    Revoked Id "Tidak berlaku" "Sertifikat ini telah dicabut dan tidak berlaku"
        "Penerbit telah mencabut sertifikat ini."
        "Jangan terima sebagai bukti."
    Revoked En "Not in force" "This certificate has been revoked and is not in force"
        "The issuer has revoked it."
        "Do not accept it as evidence."
    Expired Id "Kedaluwarsa" "Sertifikat ini asli, tetapi masa berlakunya telah berakhir"
        "Isinya tidak berubah sejak diterbitkan."
        "Minta sertifikat yang masih berlaku."
    Expired En "Expired" "This certificate is authentic, but has expired"
        "Its content has not changed since it was issued."
        "Ask for one that is in force."
    NotYetValid Id "Belum berlaku" "Sertifikat ini belum mulai berlaku"
        "Isinya tidak berubah sejak diterbitkan."
        "Periksa lagi setelah tanggal mulai berlaku."
    NotYetValid En "Not yet in force" "This certificate is not yet in force"
        "Its content has not changed since it was issued."
        "Check again after its first day."
    Tampered Id "Tidak dapat dipercaya" "Isi sertifikat ini telah diubah"
        "Isinya tidak cocok dengan tanda tangan penerbit."
        "Minta berkas asli kepada pemegang, atau pindai kode QR di kertasnya."
    Tampered En "Not to be trusted" "The content of this certificate has been changed"
        "It does not match the issuer's signature."
        "Ask the holder for the original file, or scan the QR code on the paper."
    Differs Id "Berbeda" "Tulisan di berkas ini berbeda dari sertifikat yang ditandatangani"
        "Yang ditandatangani adalah data yang tampil di sini, bukan tulisan di halaman berkasnya."
        "Jangan terima berkas ini; minta berkas asli kepada pemegang."
    Differs En "Differs" "What this file shows differs from the certificate that was signed"
        "Signed is what is shown here, not what stands on the file's page."
        "Do not accept this file; ask the holder for the original."
    PageUnchecked Id "Belum selesai diperiksa" "Kredensialnya asli, tetapi halaman berkas ini belum dapat dicocokkan"
        "Yang diperiksa hanya kredensial di dalamnya, bukan yang terlihat di halaman."
        "Percayai hanya nama, program, dan nomor yang tampil di sini."
    PageUnchecked En "Not fully checked" "The credential is authentic, but the page of this file could not be compared"
        "Only the credential inside was checked, not what the page shows."
        "Rely only on the name, programme and number shown here."
    Malformed Id "Tidak dapat dipercaya" "Kredensial ini tidak mengikuti standar"
        "Susunannya keliru sehingga tidak dapat dipercaya."
        "Minta berkas asli kepada pemegang."
    Malformed En "Not to be trusted" "This credential does not follow the standard"
        "Its form is wrong, so it cannot be relied on."
        "Ask the holder for the original file."
    Unreadable Id "Tidak terbaca" "Berkas ini bukan kredensial yang dapat dibaca"
        "Isinya bukan JSON yang utuh."
        "Minta berkas asli kepada pemegang."
    Unreadable En "Unreadable" "This file is not a credential that can be read"
        "It is not intact JSON."
        "Ask the holder for the original file."
}

/// One line for a check: its name and a natural state word, and what lies behind it.
pub fn check_line(check: &Check, lang: Lang) -> (String, &'static str) {
    let name = match (check.name, lang) {
        (CheckName::Proof, Lang::Id) => "Isi dan tanda tangan",
        (CheckName::Proof, Lang::En) => "Content and signature",
        (CheckName::Issuer, Lang::Id) => "Penerbit",
        (CheckName::Issuer, Lang::En) => "Issuer",
        (CheckName::Status, Lang::Id) => "Status",
        (CheckName::Status, Lang::En) => "Status",
        (CheckName::Validity, Lang::Id) => "Masa berlaku",
        (CheckName::Validity, Lang::En) => "Validity period",
        (CheckName::Schema, Lang::Id) => "Susunan data",
        (CheckName::Schema, Lang::En) => "Data model",
        (CheckName::Page, Lang::Id) => "Tulisan di halaman",
        (CheckName::Page, Lang::En) => "Text on the page",
    };
    let (word, detail) = match &check.problem {
        Some(problem) => (failure_word(problem.kind, check.outcome, lang), problem.what(lang)),
        None => pass_words(check, lang),
    };
    (format!("{name}: {word}"), detail)
}

fn pass_words(check: &Check, lang: Lang) -> (&'static str, &'static str) {
    if check.outcome == Outcome::Skipped {
        return match lang {
            Lang::Id => ("tidak dinilai", "Tidak ada artinya selama pemeriksaan sebelumnya gagal."),
            Lang::En => ("not judged", "It has no meaning while an earlier check fails."),
        };
    }
    match (check.name, lang) {
        (CheckName::Proof, Lang::Id) => ("utuh", "Tidak berubah sejak diterbitkan."),
        (CheckName::Proof, Lang::En) => ("intact", "Unchanged since it was issued."),
        (CheckName::Issuer, Lang::Id) => ("cocok", "Ditandatangani dengan kunci resmi penerbit."),
        (CheckName::Issuer, Lang::En) => ("matches", "Signed with the issuer's official key."),
        (CheckName::Status, Lang::Id) => ("aktif", "Tidak dicabut, ditangguhkan, atau digantikan."),
        (CheckName::Status, Lang::En) => ("active", "Neither revoked, suspended nor replaced."),
        (CheckName::Validity, Lang::Id) => ("berlaku", "Hari ini termasuk dalam masa berlakunya."),
        (CheckName::Validity, Lang::En) => ("in force", "Today lies within its validity period."),
        (CheckName::Schema, Lang::Id) => ("sesuai", "Mengikuti standar kredensial W3C."),
        (CheckName::Schema, Lang::En) => ("conforms", "It follows the W3C credential standard."),
        (CheckName::Page, Lang::Id) => {
            ("cocok", "Nama, nomor, program, tanggal, dan tautan di halaman sama dengan yang ditandatangani.")
        }
        (CheckName::Page, Lang::En) => {
            ("matches", "Name, number, programme, dates and link on the page are those that were signed.")
        }
    }
}

fn failure_word(kind: ProblemKind, outcome: Outcome, lang: Lang) -> &'static str {
    match (kind, lang) {
        (ProblemKind::Revoked, Lang::Id) => "dicabut",
        (ProblemKind::Revoked, Lang::En) => "revoked",
        (ProblemKind::Suspended, Lang::Id) => "ditangguhkan",
        (ProblemKind::Suspended, Lang::En) => "suspended",
        (ProblemKind::Superseded, Lang::Id) => "digantikan",
        (ProblemKind::Superseded, Lang::En) => "replaced",
        (ProblemKind::Expired, Lang::Id) => "berakhir",
        (ProblemKind::Expired, Lang::En) => "expired",
        (ProblemKind::NotYetValid, Lang::Id) => "belum mulai",
        (ProblemKind::NotYetValid, Lang::En) => "not begun",
        (ProblemKind::Signature, Lang::Id) => "berubah",
        (ProblemKind::Signature, Lang::En) => "changed",
        (ProblemKind::PageDiffers, Lang::Id) => "berbeda",
        (ProblemKind::PageDiffers, Lang::En) => "differs",
        (ProblemKind::IssuerUnknown, Lang::Id) => "tidak dikenal",
        (ProblemKind::IssuerUnknown, Lang::En) => "unknown",
        (_, Lang::Id) if outcome == Outcome::Unknown => "belum dapat diperiksa",
        (_, Lang::En) if outcome == Outcome::Unknown => "could not be checked",
        (_, Lang::Id) => "tidak sesuai",
        (_, Lang::En) => "does not conform",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_words_and_a_next_step_in_both_languages() {
        for kind in ProblemKind::ALL {
            let problem = crate::Problem::new(*kind, "", "");
            for lang in [Lang::Id, Lang::En] {
                assert!(problem.what(lang).ends_with('.') && problem.next(lang).ends_with('.'), "{}", kind.code());
            }
            assert!(!kind.rule().is_empty());
        }
    }
}
