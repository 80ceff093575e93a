//! The sentences of the band and of the note below it.

use vc::{Lang, Report, State};

use super::facts::halves;
use super::{Asked, Note};
use crate::words;

/// The state's meaning, with the date and the reason that the report knows.
pub(super) fn says(report: &Report, meaning: &str, asked: Asked<'_>) -> String {
    let (zone, lang) = (asked.zone(), asked.lang);
    let day = |stamp: Option<&String>| stamp.and_then(|stamp| words::day_of(stamp, &zone, lang));
    let facts = report.facts.as_ref();
    let since = day(report.since.as_ref());
    let first = match (report.state, lang, since) {
        (State::Valid, _, _) => facts
            .and_then(|facts| halves(facts.issuer_name.as_deref(), lang))
            .map(|(name, _)| format!("{} {name}. {meaning}", asked.pick("Diterbitkan oleh", "Issued by"))),
        (State::Revoked, Lang::Id, Some(since)) => Some(format!("Dicabut oleh penerbit pada {since}.")),
        (State::Revoked, Lang::En, Some(since)) => Some(format!("Revoked by the issuer on {since}.")),
        (State::Suspended, Lang::Id, Some(since)) => {
            Some(format!("Ditangguhkan sejak {since}. Jangan gunakan sebagai bukti sampai penerbit memulihkannya."))
        }
        (State::Suspended, Lang::En, Some(since)) => {
            Some(format!("Suspended since {since}. Do not use it as evidence until the issuer reinstates it."))
        }
        (State::Superseded, Lang::Id, Some(since)) => {
            Some(format!("Versi terbaru terbit pada {since}. Minta versi terbaru kepada pemegangnya."))
        }
        (State::Superseded, Lang::En, Some(since)) => {
            Some(format!("A newer version was issued on {since}. Ask the holder for it."))
        }
        (State::Differs, ..) => {
            let differences: Vec<String> = report.differences.iter().map(|each| each.what(lang)).collect();
            Some(format!("{} {meaning}", differences.join(" ")))
        }
        (State::Expired, ..) => day(facts.and_then(|facts| facts.valid_until.as_ref()))
            .map(|day| format!("{} {day}. {meaning}", asked.pick("Berakhir pada", "It expired on"))),
        (State::NotYetValid, ..) => day(facts.and_then(|facts| facts.valid_from.as_ref()))
            .map(|day| format!("{} {day}. {meaning}", asked.pick("Mulai berlaku pada", "In force from"))),
        _ => None,
    };
    let advice = vc::sentences(report, lang).advice;
    let open = matches!(
        report.state,
        State::StatusUnknown
            | State::IssuerUnavailable
            | State::Undecidable
            | State::Tampered
            | State::Malformed
            | State::Unreadable
            | State::UnknownIssuer
            | State::PageUnchecked
    );
    let mut says = first.unwrap_or_else(|| if open { format!("{meaning} {advice}") } else { meaning.to_owned() });
    if let (State::Revoked | State::Suspended, Some(reason)) = (report.state, report.reason) {
        says.push_str(&format!(" {} {}.", asked.pick("Alasan:", "Reason:"), reason.wording(lang)));
    }
    says
}

/// What to do now.
pub(super) fn advice(state: State, asked: Asked<'_>) -> Note {
    let note = |kind, strong, text: &str| Note { kind, strong, text: text.into() };
    let pick = |id, en| asked.pick(id, en);
    match state {
        State::Valid | State::StatusUnknown | State::IssuerUnavailable | State::Undecidable => note(
            "info",
            pick("Bandingkan dengan kertas dan KTP.", "Compare with the paper and the identity card."),
            pick(
                "Kami memeriksa data penerbit, bukan lembar kertasnya. Nama, program, dan nomor harus sama persis.",
                "We check the issuer's record, not the sheet of paper. Name, programme and number must be exactly the same.",
            ),
        ),
        State::Superseded => note(
            "info",
            pick("Jangan pakai versi ini.", "Do not use this version."),
            pick(
                "Data di bawah adalah versi lama; sebagian isinya sudah diperbaiki.",
                "What is shown below is the old version; part of it has been corrected.",
            ),
        ),
        State::Suspended => note(
            "warn",
            pick("Tunda keputusan Anda.", "Postpone your decision."),
            pick(
                "Jangan gunakan sebagai bukti sampai penerbit memulihkannya. Periksa lagi nanti dengan kode yang sama.",
                "Do not use it as evidence until the issuer reinstates it. Check again later with the same code.",
            ),
        ),
        State::NotYetValid => note(
            "info",
            pick("Tunggu tanggal mulainya.", "Wait for its first day."),
            pick("Periksa lagi setelah masa berlakunya mulai.", "Check again once its validity period has begun."),
        ),
        State::Revoked | State::Expired => Note {
            kind: "info",
            strong: pick("Jangan terima sebagai bukti.", "Do not accept it as evidence."),
            text: match asked.lang {
                Lang::Id => format!(
                    "Bila perlu penjelasan, hubungi {} di alamat pada halaman Bantuan, bukan nomor yang tertulis di kertas.",
                    asked.config.issuer.short()
                ),
                Lang::En => format!(
                    "If you need an explanation, ask {} at the address on the Help page, not at a number printed on the paper.",
                    asked.config.issuer.english()
                ),
            },
        },
        State::UnknownIssuer => note(
            "warn",
            pick("Siapa pun dapat menandatangani berkasnya sendiri.", "Anybody can sign a file of their own."),
            pick(
                "Nama penerbit di dalam berkas ini tidak kami benarkan. Minta sertifikat dari penerbit yang Anda kenal.",
                "We do not confirm the issuer's name in this file. Ask for a certificate from an issuer that you know.",
            ),
        ),
        State::Differs => note(
            "bad",
            pick("Jangan terima berkas ini.", "Do not accept this file."),
            pick(
                "Data di bawah adalah yang ditandatangani penerbit; halaman berkasnya menyatakan lain. Minta berkas asli kepada pemegang.",
                "What is shown below is what the issuer signed; the file's page says something else. Ask the holder for the original.",
            ),
        ),
        State::PageUnchecked => note(
            "warn",
            pick("Jangan berpegang pada halamannya.", "Do not go by the page."),
            pick(
                "Bandingkan nama, program, dan nomor di bawah dengan yang tertulis di halaman berkas: semuanya harus sama persis.",
                "Compare the name, programme and number below with what the file's page says: they must be exactly the same.",
            ),
        ),
        State::Tampered => note(
            "bad",
            pick("Isi berkas sengaja tidak ditampilkan.", "The content is not shown on purpose."),
            pick(
                "Bila isinya berubah, nama dan nomor di dalamnya tidak dapat dipercaya.",
                "If the content was changed, the name and the number in it cannot be relied on.",
            ),
        ),
        State::Unreadable | State::Malformed => note(
            "bad",
            pick("Isi berkas tidak ditampilkan.", "The content is not shown."),
            pick(
                "Minta berkas asli kepada pemegang, atau periksa lewat kode verifikasi.",
                "Ask the holder for the original file, or check the verification code.",
            ),
        ),
    }
}
