//! One page of every state, for the tests that render, measure and snapshot them.

use std::path::Path;

use vc::{
    Check, CheckName, Difference, Facts, Field, Lang, Outcome, Problem, ProblemKind, Reason, Report, State, Verdict,
};

use super::Shell;
use super::result::{Asked, Download, NipForm, Own, ResultPage};
use crate::HandedOut;
use crate::config::Config;

/// The installation of the samples: production, so that no band covers the page.
pub(crate) fn config() -> Config {
    let text = r#"
        base_url = "https://sertifikat.contoh.example"
        [issuer]
        name_id = "Lembaga Contoh Negara"
        name_en = "Example State Agency"
        short = "LCN"
        url = "https://contoh.example"
        contact = "bantuan@contoh.example"
    "#;
    Config::parse(text, Path::new("piagam.toml")).expect("the sample configuration is sound")
}

/// A frame in that language.
pub(crate) fn shell(lang: Lang) -> Shell {
    Shell::new(&config(), lang, "Contoh", Some("/v/7KQM-4XWP-9H2D-JT63"))
}

/// Every state in both languages, and the three answers without a report.
pub(crate) fn results() -> Vec<(String, ResultPage)> {
    let config = config();
    let mut pages = Vec::new();
    for lang in [Lang::Id, Lang::En] {
        let asked = Asked {
            config: &config,
            lang,
            now: "2026-11-24T07:05:00Z".parse().expect("a timestamp"),
            path: Some("/v/7KQM-4XWP-9H2D-JT63"),
        };
        let mut add = |name: &str, page| pages.push((format!("{name}.{}", lang.tag()), page));
        for state in State::ALL {
            add(state.code(), ResultPage::of(&report(*state), asked, own()));
        }
        add("unknown-code", ResultPage::unknown_code("7KQM-4XWP-9H2D-JT63", None, asked));
        add(
            "no-code",
            ResultPage::unknown_code(
                "7KQM <b>4XWP</b>",
                Some("Kode berisi 16 huruf dan angka; yang diketik 10."),
                asked,
            ),
        );
        add("no-longer-stored", ResultPage::no_longer_stored(asked));
        let upload = Asked { path: None, ..asked };
        add("no-credential", ResultPage::no_credential("PDF ini tidak memuat kredensial.", "Minta PDF asli.", upload));
        for (name, file) in [
            ("uploaded", None),
            ("as-issued", Some(HandedOut::AsIs(store::RenderingKind::Short))),
            ("not-as-issued", Some(HandedOut::NotAsIs)),
        ] {
            let own = Own { file, ..Own::default() };
            add(name, ResultPage::of(&report(State::Valid), upload, own));
        }
        for (name, kind, answer) in [("nip-match", "ok", "Cocok <b>"), ("nip-other", "bad", "Tidak cocok")] {
            let nip = NipForm { kind, answer, ..NipForm::empty("7KQM-4XWP-9H2D-JT63") };
            add(name, ResultPage::of(&report(State::Valid), asked, Own { nip: Some(nip), ..own() }));
        }
        let mut long = report(State::Valid);
        long.facts = Some(longest());
        add("longest", ResultPage::of(&long, asked, own()));
    }
    pages
}

/// A report as `vc::verify` would give it for this state.
pub(crate) fn report(state: State) -> Report {
    use CheckName as N;
    use Outcome as O;
    use ProblemKind as K;
    let (verdict, at, outcome, kind) = match state {
        State::Valid => (Verdict::Valid, N::Proof, O::Pass, None),
        State::Revoked => (Verdict::Invalid, N::Status, O::Fail, Some(K::Revoked)),
        State::Suspended => (Verdict::Invalid, N::Status, O::Fail, Some(K::Suspended)),
        State::Superseded => (Verdict::Invalid, N::Status, O::Fail, Some(K::Superseded)),
        State::Expired => (Verdict::Invalid, N::Validity, O::Fail, Some(K::Expired)),
        State::NotYetValid => (Verdict::Invalid, N::Validity, O::Fail, Some(K::NotYetValid)),
        State::Tampered => (Verdict::Invalid, N::Proof, O::Fail, Some(K::Signature)),
        State::Unreadable => (Verdict::Invalid, N::Proof, O::Fail, Some(K::Json)),
        State::Malformed => (Verdict::Invalid, N::Schema, O::Fail, Some(K::Schema)),
        State::UnknownIssuer => (Verdict::Indeterminate, N::Issuer, O::Unknown, Some(K::IssuerUnknown)),
        State::IssuerUnavailable => (Verdict::Indeterminate, N::Issuer, O::Unknown, Some(K::IssuerDocument)),
        State::StatusUnknown => (Verdict::Indeterminate, N::Status, O::Unknown, Some(K::StatusUnobtainable)),
        State::Undecidable => (Verdict::Indeterminate, N::Schema, O::Unknown, Some(K::SchemaUnknown)),
        State::Differs => (Verdict::Invalid, N::Page, O::Fail, Some(K::PageDiffers)),
        State::PageUnchecked => (Verdict::Indeterminate, N::Page, O::Unknown, Some(K::PageForeign)),
    };
    let hidden = matches!(state, State::Tampered | State::Unreadable | State::Malformed);
    let found = |name| Check {
        name,
        outcome,
        problem: kind.map(|kind| Problem::new(kind, "credentialStatus", "found one thing, expected another")),
    };
    let checks = N::ALL.map(|name| match (name == at, hidden) {
        (true, _) => found(name),
        (false, true) => Check { name, outcome: O::Skipped, problem: None },
        (false, false) => Check { name, outcome: O::Pass, problem: None },
    });
    let changed = matches!(state, State::Revoked | State::Suspended | State::Superseded);
    let mut facts = facts();
    if state == State::Expired {
        facts.valid_until = Some("2026-10-01T00:00:00+07:00".into());
    }
    if state == State::NotYetValid {
        facts.valid_from = Some("2027-01-01T00:00:00+07:00".into());
    }
    Report {
        verdict,
        state,
        checks,
        page: (at == N::Page).then(|| found(at)),
        differences: if state == State::Differs { differences() } else { Vec::new() },
        facts: (!hidden).then_some(facts),
        since: changed.then(|| "2026-11-20T02:00:00Z".into()),
        reason: changed.then_some(Reason::DataError),
        successor: (state == State::Superseded)
            .then(|| "https://sertifikat.contoh.example/credentials/1b4e28ba-2fa1-41d2-883f-0016d3cca427".into()),
        status_as_of: Some("2026-11-24T07:02:00Z".into()),
    }
}

/// A page that names somebody else, and leads elsewhere.
fn differences() -> Vec<Difference> {
    let difference =
        |field, signed: &str, seen: &str| Difference { field, signed: signed.into(), seen: Some(seen.into()) };
    vec![
        difference(Field::Name, "Dr. Ratna Contohsari, S.T., M.Si.", "Budi Palsu <b>Fiktif</b>, S.Kom."),
        difference(Field::Link, "https://sertifikat.contoh.example", "https://palsu.example/v/7KQM-4XWP-9H2D-JT63"),
    ]
}

fn facts() -> Facts {
    let text = |text: &str| Some(text.to_owned());
    Facts {
        id: text("https://sertifikat.contoh.example/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11"),
        types: vec!["VerifiableCredential".into(), "OpenBadgeCredential".into()],
        issuer: "did:web:sertifikat.contoh.example".into(),
        issuer_name: text("Lembaga Contoh Negara / Example State Agency"),
        name: text("Dr. Ratna Contohsari, S.T., M.Si."),
        number: text("00012/AI-CAMPUS/II/LCN/2026"),
        programme: text(
            "Dasar-Dasar Kecerdasan Artifisial bagi ASN (contoh) / AI Fundamentals for Public Servants (example)",
        ),
        term: text("Angkatan II Tahun 2026 / Cohort II, 2026"),
        hours: text("20"),
        starts: text("2026-08-03T00:00:00+07:00"),
        ends: text("2026-08-28T00:00:00+07:00"),
        grade: text("Sangat Memuaskan"),
        description: text(
            "SERTIFIKAT. Pengenalan AI bagi ASN. Metode: Daring penuh. Penyelenggara: Lembaga Contoh Negara. Mitra: Yayasan Misal. Tempat: Jakarta. Penandatangan: Pejabat Contoh. / CERTIFICATE. An introduction to AI for public servants. Method: Fully online. Organiser: Example State Agency. Partners: Yayasan Misal. Place: Jakarta. Signatory: Sample Official.",
        ),
        criteria: text(
            "Peserta menyelesaikan seluruh mata pelatihan. Mata pelatihan: Cara kerja AI (3 JP); Kemampuan dan keterbatasan AI (3 JP). / The participant completes all subjects. Subjects: How AI works (3 JP); Capabilities and limitations (3 JP).",
        ),
        valid_from: text("2026-09-02T02:00:00Z"),
        valid_until: None,
    }
}

/// Names up to 80 characters, one of them without a place to break.
fn longest() -> Facts {
    let name = format!("Prof. Dr. Ir. {} Contohsari, S.T., M.Si., Ph.D.", "Misal".repeat(8));
    Facts {
        name: Some(name.chars().take(80).collect()),
        number: Some("00012/PELATIHAN-KECERDASAN-ARTIFISIAL-CONTOH/ANGKATAN-XXXVIII/LEMBAGA-CONTOH/2026".into()),
        programme: Some(format!("{} / {}", "Dasar-Dasar Kecerdasan Artifisial bagi ASN ".repeat(3), "AI Fundamentals ".repeat(5))),
        criteria: Some((0..40).map(|n| format!("Mata pelatihan contoh nomor {n} dengan judul yang panjang / A sample subject with a long title: 3 JP\n")).collect()),
        ..facts()
    }
}

fn own() -> Own {
    let file = |label: &str, file: &str| Download {
        label: label.into(),
        href: format!("/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11/{file}"),
    };
    Own {
        code: Some("7KQM-4XWP-9H2D-JT63".into()),
        downloads: vec![
            file("PDF ringkas (78 KB)", "sertifikat.pdf"),
            file("Kredensial JSON (3 KB)", "kredensial.json"),
        ],
        badges: vec![file("PNG (56 KB)", "lencana.png"), file("SVG (31 KB)", "lencana.svg")],
        pictures: vec![file("SVG (2 KB)", "qr.svg"), file("PNG (1 KB)", "qr.png")],
        nip: Some(NipForm::empty("7KQM-4XWP-9H2D-JT63")),
        file: None,
        preview: Some(
            "https://sertifikat.contoh.example/credentials/3f0c2a5e-6a8f-4b0e-9d53-0d6e5b1f7a11/pratinjau.png".into(),
        ),
    }
}

/// The sample programme of the repository.
pub(crate) fn programme() -> issuer::programme::Programme {
    let text = include_str!("../../../../templates/programmes/ai-fundamentals.toml");
    issuer::programme::Programme::parse(text).unwrap()
}
