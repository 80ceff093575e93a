//! What stands on a certificate's page, and what is signed inside: the same, or found to differ.

mod forge;
mod samples;

use std::time::Instant;

use forge::{add_page, annotate, appended, cover, edited, first_page, paint, place, reset, text};
use jiff::civil::date;
use lopdf::{Object, Stream, dictionary};
use render::{Bilingual, Shared, sample};
use samples::{Sample, crowded, report};
use vc::{Lang, Outcome, Report, State, Verdict};

const DESIGNS: [&str; 3] = ["klasik", "modern", "potret"];
const FORGER: &str = "Budi Palsu Fiktif, S.Kom.";

/// Every design, every rendering, every length: no certificate of ours is called different.
#[test]
fn what_we_print_is_what_we_sign() {
    assert_eq!(DESIGNS, render::BUILT_IN);
    let names = [
        "Uji",
        sample::USUAL,
        sample::LONGEST,
        "I Ñoman Žižek-Müller d'Øst Contoh",
        "Contohsuryaningratkusumawardhanifiktif, S.Kom.",
        "q\u{303}uji ﬁktif",
        "山田 Contoh Ωмега",
        "Đặng Ðuro Ḟiktif Offi Fjord Affluent",
        &"Wm ".repeat(27),
    ];
    for design in DESIGNS {
        for shared in [sample::usual(), crowded()] {
            for name in names {
                for (full, grade) in [(false, None), (true, Some("Sangat Memuaskan"))] {
                    let name = name.trim().to_owned();
                    let sample = Sample { shared: shared.clone(), name, grade, full, ..Sample::usual(design) };
                    let report = report(&sample.pdf());
                    let what = format!("{design}, {}, full: {full}: {:?}", sample.name, report.differences);
                    assert_eq!(report.page.as_ref().map(|page| page.outcome), Some(Outcome::Pass), "{what}");
                    assert_eq!((report.verdict, report.state), (Verdict::Valid, State::Valid), "{what}");
                }
            }
        }
    }
}

/// Found to differ, in these fields.
fn differs(what: &str, pdf: &[u8], fields: &[&str]) -> Report {
    let report = report(pdf);
    let found: Vec<&str> = report.differences.iter().map(|difference| difference.field.code()).collect();
    assert_eq!((report.verdict, report.state), (Verdict::Invalid, State::Differs), "{what}: {:?}", report.page);
    assert_eq!(found, fields, "{what}");
    // What is signed is told all the same.
    assert_eq!(report.facts.as_ref().and_then(|facts| facts.name.as_deref()), Some(sample::USUAL), "{what}");
    report
}

#[test]
fn a_page_set_anew_around_a_genuine_credential_is_found() {
    for design in DESIGNS {
        let genuine = Sample::usual(design);
        assert_eq!(report(&reset(&genuine, &genuine)).state, State::Valid);
        let forged = |change: fn(&mut Sample), fields: &[&str]| {
            let mut page = genuine.clone();
            change(&mut page);
            differs(design, &reset(&genuine, &page), fields)
        };
        let report = forged(|page| page.name = FORGER.into(), &["name", "page"]);
        assert_eq!(report.differences[0].seen.as_deref(), Some(FORGER));
        assert_eq!(report.differences[0].signed, sample::USUAL);
        for lang in [Lang::Id, Lang::En] {
            let said = report.differences[0].what(lang);
            assert!(said.contains(FORGER) && said.contains(sample::USUAL), "{said}");
        }
        forged(|page| page.name.push_str(", M.Sc."), &["name", "page"]);
        forged(|page| page.name = page.name.replace("Siti", "Siri"), &["name", "page"]);
        let report = forged(|page| page.number = "00018/AI-CAMPUS/II/VIII/2026".into(), &["number", "page"]);
        assert_eq!(report.differences[0].seen.as_deref(), Some("00018/AI-CAMPUS/II/VIII/2026"));
        forged(|page| page.shared.programme.id.push_str(" Lanjut"), &["programme"]);
        forged(|page| page.shared.programme.en = "Advanced AI".into(), &["programme"]);
        forged(|page| page.shared.ends = date(2026, 8, 13), &["period"]);
        forged(|page| page.shared.starts = date(2026, 8, 1), &["period"]);
        forged(|page| page.shared.hours = 120, &["period", "hours"]);
        forged(|page| page.grade = Some("Memuaskan"), &["grade"]);
        forged(|page| page.issued = date(2025, 8, 14), &["issued"]);
        let report = forged(|page| page.url = "https://palsu.example/v/ABCD-EFGH-JKLM-NPQR".into(), &["link"]);
        assert_eq!(report.differences[0].seen.as_deref(), Some("https://palsu.example/v/ABCD-EFGH-JKLM-NPQR"));
        forged(|page| page.shared.host = "palsu.example".into(), &["link"]);
    }
}

#[test]
fn a_name_painted_over_is_found() {
    for design in DESIGNS {
        let genuine = Sample::usual(design).pdf();
        let at = place(&genuine, sample::USUAL);
        let (x, y, width, size) = at;
        let over = |before: &str, after: &str| {
            edited(&genuine, |document| {
                let page = first_page(document);
                paint(document, page, before, after);
            })
        };
        assert_eq!(report(&over("", "")).state, State::Valid);
        let other = text(FORGER, x, y, size);
        let boxes = cover(at, "1 1 1 rg");
        let covered = [
            ("a white rectangle", format!("{boxes}{other}")),
            ("a rectangle of any colour", cover(at, "0 0 1 0 k").to_string() + &other),
            (
                "a thick white line",
                format!("q 1 1 1 RG {} w {x} {} m {} {1} l S Q {other}", size * 1.5, y + size * 0.3, x + width),
            ),
            (
                "a round shape",
                format!(
                    "q 1 g {x} {} m {x} {} {} {} {} {} c h f Q {other}",
                    y - 20.0,
                    y + 90.0,
                    x + width,
                    y + 90.0,
                    x + width,
                    y - 20.0
                ),
            ),
            (
                "a picture",
                format!(
                    "q {width} 0 0 {} {x} {} cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{7f} EI Q {other}",
                    size * 1.4,
                    y - size * 0.4
                ),
            ),
        ];
        for (what, after) in covered {
            let report = differs(&format!("{design}: {what}"), &over("", &after), &["name"]);
            assert_eq!(seen(&report), FORGER.replace(' ', ""), "{design}: {what}");
        }
        // Nothing in its place, and the new name where there is room.
        differs(design, &over("", &boxes), &["name"]);
        let report = differs(design, &over("", &text(FORGER, 60.0, 30.0, size)), &["added"]);
        assert_eq!(seen(&report), FORGER.replace(' ', ""), "{design}");
        let turned = format!("BT 0 g /F9 {size} Tf 0.99 0.14 -0.14 0.99 60 60 Tm ({FORGER}) Tj ET");
        let report = crate::report(&over("", &turned));
        assert!(report.state == State::Differs && report.differences.iter().any(|d| d.field.code() == "added"));
        // Two names in one place.
        assert_ne!(report_of(&over("", &other)), State::Valid);
    }
}

fn report_of(pdf: &[u8]) -> State {
    report(pdf).state
}

/// What the page says instead, without spaces, which a font without widths leaves to the reader.
fn seen(report: &Report) -> String {
    report.differences[0].seen.as_deref().unwrap_or_default().replace(' ', "")
}

#[test]
fn text_that_nobody_sees_is_not_there() {
    for design in DESIGNS {
        let genuine = Sample::usual(design).pdf();
        let hidden = |before: &str| {
            let pdf = edited(&genuine, |document| {
                let page = first_page(document);
                paint(document, page, before, "");
                // The page's parts set their own colours; a mode of text, a clip and a scale stay.
            });
            report(&pdf)
        };
        for before in
            ["3 Tr", "7 Tr", "0 0 1 1 re W n", "0.05 0 0 0.05 0 0 cm", "1 0 0 1 3000 0 cm", "0 0 0 rg 0 0 900 900 re f"]
        {
            let report = hidden(before);
            assert_eq!(
                (report.verdict, report.state),
                (Verdict::Invalid, State::Differs),
                "{design}: {before}: {:?}",
                report.page
            );
            assert!(
                report.differences.iter().any(|difference| difference.field.code() == "name"),
                "{design}: {before}"
            );
        }
        // A sheet so large that ours is a stamp in its corner.
        let stamp = edited(&genuine, |document| {
            let page = first_page(document);
            let page = document.get_dictionary_mut(page).unwrap();
            page.set("MediaBox", vec![0.into(), 0.into(), 9000.into(), 9000.into()]);
        });
        assert_ne!(report(&stamp).verdict, Verdict::Valid);
    }
}

#[test]
fn a_page_without_its_text_is_no_certificate() {
    for design in DESIGNS {
        let genuine = Sample::usual(design).pdf();
        let only = |content: &str, stranger: bool| {
            let pdf = edited(&genuine, |document| {
                let page = first_page(document);
                let content = document.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
                document.get_dictionary_mut(page).unwrap().set("Contents", content);
                if stranger {
                    document.trailer.remove(b"Info");
                }
            });
            report(&pdf)
        };
        let picture = "q 842 0 0 595 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{7f} EI Q";
        for content in ["", picture] {
            let report = only(content, false);
            assert_eq!((report.verdict, report.state), (Verdict::Invalid, State::Differs), "{design}");
            // A scan with the credential attached is no forgery; nor is it a page that was compared.
            let report = only(content, true);
            assert_eq!((report.verdict, report.state), (Verdict::Indeterminate, State::PageUnchecked), "{design}");
        }
    }
}

#[test]
fn another_producer_makes_nothing_better() {
    let genuine = Sample::usual("klasik");
    let stranger = |pdf: &[u8]| edited(pdf, |document| drop(document.trailer.remove(b"Info")));
    assert_eq!(report_of(&stranger(&genuine.pdf())), State::Valid, "saved by another program, and the same");
    let forged = reset(&genuine, &Sample { name: FORGER.into(), ..genuine.clone() });
    differs("without a producer", &stranger(&forged), &["name", "page"]);
}

#[test]
fn further_pages_belong_to_the_certificate() {
    for design in DESIGNS {
        let genuine = Sample::usual(design).pdf();
        let page = text("SURAT KETERANGAN untuk Budi Palsu", 60.0, 300.0, 12.0);
        let report = differs(design, &edited(&genuine, |document| add_page(document, &page, false)), &["page"]);
        assert_eq!(report.differences[0].seen.as_deref(), Some("3"));
        let before = edited(&genuine, |document| add_page(document, &page, true));
        assert_eq!(report_of(&before), State::Differs);
        // Somebody else's page of subjects.
        let other = Sample {
            shared: Shared { programme: Bilingual::new("A", "B"), ..sample::usual() },
            name: FORGER.into(),
            ..Sample::usual(design)
        };
        differs(
            design,
            &reset(&Sample::usual(design), &Sample { name: sample::USUAL.into(), ..other }),
            &["programme"],
        );
    }
}

#[test]
fn what_is_stuck_on_is_seen() {
    for design in DESIGNS {
        let genuine = Sample::usual(design).pdf();
        let (x, y, width, size) = place(&genuine, sample::USUAL);
        let rect = [x - 2.0, y - 10.0, x + width + 2.0, y + size];
        let stuck = |kind: &str, appearance: Option<&str>| {
            report(&edited(&genuine, |document| annotate(document, kind, appearance, rect)))
        };
        assert_eq!(stuck("FreeText", Some("1 g 0 0 900 900 re f")).state, State::Differs, "{design}");
        assert_eq!(stuck("Stamp", Some("")).state, State::Valid, "{design}: a stamp that shows nothing");
        // Every viewer draws it as it likes.
        let report = stuck("FreeText", None);
        assert_eq!((report.verdict, report.state), (Verdict::Indeterminate, State::PageUnchecked), "{design}");
        let link = edited(&genuine, |document| {
            let page = first_page(document);
            document.get_dictionary_mut(page).unwrap().set("Annots", Vec::<Object>::new());
        });
        assert_eq!(report_of(&link), State::Valid, "{design}: printed again, without its links");
    }
}

#[test]
fn an_update_behind_the_file_is_seen() {
    let genuine = Sample::usual("klasik").pdf();
    let at = place(&genuine, sample::USUAL);
    let forged = appended(&genuine, |document| {
        let page = first_page(document);
        paint(document, page, "", &(cover(at, "1 1 1 rg") + &text(FORGER, at.0, at.1, at.3)));
    });
    differs("an incremental update", &forged, &["name"]);
}

/// Reading and comparing the pages: a few milliseconds in a release, on one core.
#[test]
fn comparing_is_quick() {
    let pdf = Sample { full: true, ..Sample::usual("klasik") }.pdf();
    let pages = (0..5).map(|_| {
        let start = Instant::now();
        report(&pdf);
        start.elapsed()
    });
    let quickest = pages.min().unwrap();
    println!("credential and {} kB of PDF verified in {quickest:?}", pdf.len() / 1000);
    // Unoptimised, beside other tests.
    assert!(quickest.as_millis() < 500, "{quickest:?}");
}

/// A file damaged anywhere is read or is not; it is never called different in what it still shows, and nothing fails.
#[test]
fn damage_is_no_panic_and_no_endless_work() {
    let pdf = Sample::usual("klasik").pdf();
    let mut seed = 7u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    for _ in 0..150 {
        let mut damaged = pdf.clone();
        for _ in 0..1 + random() % 8 {
            let at = random() % damaged.len();
            damaged[at] = (random() % 256) as u8;
        }
        let start = Instant::now();
        assert!(extract::visible(&damaged).is_some());
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
