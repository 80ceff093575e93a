//! The words that the script of `/v` says, in the page's language, from where the other pages have them.

use serde_json::{Map, Value, json};
use vc::compact::CompactError;
use vc::{Check, CheckName, Lang, Outcome, Problem, ProblemKind, Reason, State};

use crate::config::Config;
use crate::pages::result::{Asked, advice_words};

/// The states that the page can come to.
const STATES: [State; 11] = [
    State::Valid,
    State::Revoked,
    State::Suspended,
    State::Superseded,
    State::Expired,
    State::NotYetValid,
    State::Tampered,
    State::UnknownIssuer,
    State::IssuerUnavailable,
    State::StatusUnknown,
    State::Undecidable,
];

/// How each check can end there, under the name that the script gives it.
const ENDS: [(CheckName, &str, Outcome, Option<ProblemKind>); 16] = [
    (CheckName::Proof, "pass", Outcome::Pass, None),
    (CheckName::Proof, "fail", Outcome::Fail, Some(ProblemKind::Signature)),
    (CheckName::Proof, "unknown", Outcome::Unknown, Some(ProblemKind::IssuerDocument)),
    (CheckName::Issuer, "pass", Outcome::Pass, None),
    (CheckName::Issuer, "unknown", Outcome::Unknown, Some(ProblemKind::IssuerUnknown)),
    (CheckName::Issuer, "skipped", Outcome::Skipped, None),
    (CheckName::Status, "pass", Outcome::Pass, None),
    (CheckName::Status, "revoked", Outcome::Fail, Some(ProblemKind::Revoked)),
    (CheckName::Status, "suspended", Outcome::Fail, Some(ProblemKind::Suspended)),
    (CheckName::Status, "superseded", Outcome::Fail, Some(ProblemKind::Superseded)),
    (CheckName::Status, "unknown", Outcome::Unknown, Some(ProblemKind::StatusUnobtainable)),
    (CheckName::Status, "skipped", Outcome::Skipped, None),
    (CheckName::Validity, "pass", Outcome::Pass, None),
    (CheckName::Validity, "expired", Outcome::Fail, Some(ProblemKind::Expired)),
    (CheckName::Validity, "not-yet-valid", Outcome::Fail, Some(ProblemKind::NotYetValid)),
    (CheckName::Validity, "skipped", Outcome::Skipped, None),
];

/// What stands between and beside, in the order in which `templates/pages/v/show.js` takes it.
const LABELS: [(&str, &str); 27] = [
    ("Diterbitkan oleh", "Issued by"),
    ("Berakhir pada", "It expired on"),
    ("Mulai berlaku pada", "In force from"),
    ("Sejak", "Since"),
    ("Alasan:", "Reason:"),
    ("Diperiksa", "Checked"),
    ("Periksa lagi", "Check again"),
    ("Isi menurut data penerbit", "Content according to the issuer"),
    ("Nama", "Name"),
    ("Program pelatihan", "Programme"),
    ("Nomor sertifikat", "Certificate number"),
    ("Jam pelajaran", "Hours"),
    ("Predikat", "Grade"),
    ("Waktu pelatihan", "Training dates"),
    ("Tanggal terbit", "Issued on"),
    ("Berlaku sampai", "Valid until"),
    ("Angkatan", "Cohort"),
    ("Penerbit", "Issuer"),
    ("Halaman dan unduhan sertifikat ini", "Page and downloads of this certificate"),
    ("Keterangan dan mata pelatihan", "Description and subjects"),
    ("Versi terbaru sertifikat ini", "The newer version of this certificate"),
    ("Yang kami periksa", "What we checked"),
    ("Data status", "Status data of"),
    ("Masa berlaku: tanpa batas", "Validity period: no end"),
    ("Sertifikat ini tidak kedaluwarsa.", "This certificate does not expire."),
    ("Periksa sertifikat lain", "Check another certificate"),
    ("pemeriksaan sertifikat", "certificate check"),
];

/// Each text once, in `pool`, between bars; everything else names texts by their place there.
#[derive(Default)]
struct Pool(Vec<String>);

impl Pool {
    fn put<T: Into<String>>(&mut self, texts: impl IntoIterator<Item = T>) -> Value {
        texts.into_iter().map(|text| json!(self.place(text.into()))).collect()
    }

    fn place(&mut self, text: String) -> usize {
        let text = text.replace('|', "/");
        self.0.iter().position(|kept| *kept == text).unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        })
    }
}

/// Everything that the script says.
pub(super) fn words(config: &Config, lang: Lang) -> Value {
    let mut pool = Pool::default();
    let (mut states, mut ends, mut reasons) = (Map::new(), Map::new(), Map::new());
    let other = if lang == Lang::Id { Lang::En } else { Lang::Id };
    for state in STATES {
        let said = vc::state_sentences(state, lang);
        let elsewhere = vc::state_sentences(state, other).headline;
        // A stranger's keys are not at hand here, so nothing is said about the signature.
        let meaning = match state {
            State::UnknownIssuer => vc::state_sentences(State::IssuerUnavailable, lang).meaning,
            _ => said.meaning,
        };
        // Where the note below says what to do, the band does not.
        let advice = if open(state) { said.advice } else { "" };
        let asked = Asked { config, lang, now: jiff::Timestamp::UNIX_EPOCH, path: None };
        let (kind, strong, text) = advice_words(state, asked);
        let all = [said.kicker, said.headline, meaning, advice, elsewhere, kind, strong, &text];
        states.insert(state.code().to_owned(), pool.put(all));
    }
    for ((code, [kicker, headline, meaning, advice]), (_, there)) in unread(lang).into_iter().zip(unread(other)) {
        states.insert(code.to_owned(), pool.put([kicker, headline, meaning, advice, there[1].clone()]));
    }
    for (name, end, outcome, kind) in ENDS {
        let check = Check { name, outcome, problem: kind.map(|kind| Problem::new(kind, "", "")) };
        let (title, detail) = vc::check_line(&check, lang);
        let check = ends.entry(name.code()).or_insert_with(|| json!({}));
        check[end] = pool.put([title, detail.to_owned()]);
    }
    for reason in Reason::ALL {
        reasons.insert(reason.code().to_owned(), json!(pool.place(reason.wording(lang).to_owned())));
    }
    // At the end and in their order, so that their first place is enough.
    let labels = pool.0.len();
    pool.0.extend(LABELS.map(|(id, en)| if lang == Lang::Id { id.to_owned() } else { en.to_owned() }));
    json!({ "pool": pool.0.join("|"), "states": states, "ends": ends, "reasons": reasons, "labels": labels })
}

/// Whether the band says what to do, as on the other pages.
fn open(state: State) -> bool {
    matches!(
        state,
        State::StatusUnknown | State::IssuerUnavailable | State::Undecidable | State::Tampered | State::UnknownIssuer
    )
}

/// What is said without a credential: kicker, headline, meaning, advice. The script says of a text that is too long that
/// it is no certificate's link, and of a template that cannot be read that something is undecidable.
fn unread(lang: Lang) -> Vec<(&'static str, [String; 4])> {
    let kicker = vc::state_sentences(State::StatusUnknown, lang).kicker;
    let errors = [
        CompactError::NotCompact,
        CompactError::CheckSum { expected: 0, found: 1 },
        CompactError::Newer { format: 2 },
        CompactError::NoTemplate { number: 0 },
    ];
    let mut all: Vec<_> = errors
        .iter()
        .map(|error| {
            let headline = error.what(lang).trim_end_matches('.').to_owned();
            (error.code(), [kicker.to_owned(), headline, String::new(), error.next(lang).to_owned()])
        })
        .collect();
    all.push(("foreign", foreign(lang).map(str::to_owned)));
    all
}

/// A code that leads to a host that is not the issuer's: an alarm, whatever its digits say.
pub(crate) fn foreign(lang: Lang) -> [&'static str; 4] {
    match lang {
        Lang::Id => [
            "Tidak dapat dipercaya",
            "Kode ini mengarah ke alamat lain",
            "Alamat di dalam kode QR bukan alamat penerbit; hasil di sana tidak dapat dipercaya.",
            "Ketik kode verifikasinya di sini, atau hubungi penerbit.",
        ],
        Lang::En => [
            "Not to be trusted",
            "This code leads to another address",
            "The address in the QR code is not the issuer's; do not trust results there.",
            "Type the verification code here, or ask the issuer.",
        ],
    }
}
