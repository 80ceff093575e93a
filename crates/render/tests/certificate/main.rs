//! Whole certificates: what they say, what they carry, that they do not change.

mod pages;
mod samples;

use std::path::Path;

use render::sample::{LONGEST, USUAL};
use render::{Bilingual, Design, Press, RenderError, Signatory, Subject, Title, words};

use crate::pages::Pages;
use crate::samples::{full, particulars, shared, signed};

fn press() -> Press {
    Press::new(&Design::klasik().unwrap(), shared()).unwrap()
}

fn printed(press: &Press, name: &str, particulars: &render::Particulars) -> Vec<u8> {
    press.print(&signed(name), particulars).unwrap()
}

/// Compares with a file of `tests/certificate/snapshots`; `UPDATE_SNAPSHOTS=1` writes it.
fn same_as_snapshot(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificate/snapshots").join(file);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{file}");
}

#[test]
fn short_rendering_says() {
    same_as_snapshot("short.txt", &Pages::read(&printed(&press(), USUAL, &particulars())).text());
}

#[test]
fn full_rendering_says() {
    same_as_snapshot("full.txt", &Pages::read(&printed(&press(), LONGEST, &full())).text());
}

#[test]
fn screen_readers_say() {
    same_as_snapshot("short-spoken.txt", &Pages::read(&printed(&press(), USUAL, &particulars())).spoken());
    same_as_snapshot("full-spoken.txt", &Pages::read(&printed(&press(), LONGEST, &full())).spoken());
    let subjects = (0..40).map(|i| Subject { id: format!("Uji {i}"), en: String::new(), hours: 1 }).collect();
    let press =
        Press::new(&Design::klasik().unwrap(), render::Shared { subjects, test_band: true, ..shared() }).unwrap();
    let spoken = Pages::read(&printed(&press, "山田 Contoh", &full())).spoken();
    assert_eq!(spoken.matches("Table\n").count(), 4, "{spoken}");
    assert_eq!(spoken.matches("TR\n").count(), 40 + 4 + 1, "{spoken}");
}

#[test]
fn short_rendering_tells_nothing_private() {
    let mut bytes = printed(&press(), USUAL, &particulars());
    let pages = Pages::read(&bytes);
    let private = full().private.unwrap();
    bytes.extend_from_slice(pages.everything().as_bytes());
    for secret in [private.nip, private.jabatan, private.unit_kerja, private.pangkat_golongan].into_iter().flatten() {
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{secret}");
    }
    assert!(!pages.text().contains("Pemerintah Kota Contoh"), "instansi is shown only where it is wanted");
    let wanted = Press::new(&Design::klasik().unwrap(), render::Shared { show_instansi: true, ..shared() }).unwrap();
    assert!(Pages::read(&printed(&wanted, USUAL, &particulars())).text().contains("Pemerintah Kota Contoh"));
}

#[test]
fn same_input_gives_the_same_bytes() {
    let first = printed(&press(), USUAL, &particulars());
    assert!(first == printed(&press(), USUAL, &particulars()), "another press prints the same bytes");
    let press = press();
    printed(&press, "Ñandú Ḟiktif 山田", &full());
    assert!(first == printed(&press, USUAL, &particulars()), "what was printed before leaves no trace");
    assert_ne!(first, printed(&press, LONGEST, &particulars()));
}

#[test]
fn credential_is_attached_byte_for_byte() {
    for name in [USUAL, "Uji \"&<>\" Ñ"] {
        let signed = signed(name);
        let pages = Pages::read(&press().print(&signed, &particulars()).unwrap());
        assert_eq!(pages.attachment("credential.json"), signed.text().as_bytes());
        pages.check_association();
    }
}

#[test]
fn names_are_said_as_they_are_written() {
    let press = press();
    for name in [
        "Uji",
        "I Made Contoh",
        "MUHAMMAD FIKTIF",
        "Dr. Ir. H. Misal Fiktif, S.T., M.T., Ph.D.",
        "Thífa Qué Offi Fjord Affluent",
        "Ñandú Øst Žižek Șan Đặng Ḟiktif",
        "Ma'ruf Contoh-Fiktif O’Uji",
        "q\u{303}uji ﬁktif",
        "山田 Contoh Ωмега",
        LONGEST,
    ] {
        let pages = Pages::read(&printed(&press, name, &particulars()));
        // A long name may stand on two lines.
        assert!(pages.text().replace('\n', " ").contains(name), "{name}: {}", pages.text());
    }
}

#[test]
fn nothing_leaves_the_page_and_nothing_overlaps() {
    let long = |word: &str, length: usize| {
        let text: String = word.chars().chain([' ']).cycle().take(length).collect();
        Bilingual::new(text.trim(), text.trim())
    };
    let crowded = render::Shared {
        title: Title::Completion,
        test_band: true,
        agency: long("Lembaga Contoh", 120),
        programme: long("Pelatihan Contoh", 180),
        partners: vec!["Mitra Misal yang Panjang Sekali Namanya".into(); 6],
        signatory: Signatory { office: long("Kepala Pusat", 120).id, name: LONGEST.into() },
        criteria: long("hadir selalu", 590),
        host: "sertifikat.pusat-pelatihan.lembaga-contoh.example".into(),
        ..shared()
    };
    // How near to the edge texts may come: within the border, where there is one.
    for (design, inner) in [("klasik", 16.6), ("modern", 9.0), ("potret", 12.0)] {
        for shared in [shared(), crowded.clone()] {
            let press = Press::new(&Design::built_in(design).unwrap(), shared).unwrap();
            for name in ["Uji", USUAL, LONGEST, &"W".repeat(80), &"Wm ".repeat(27), &"iw".repeat(40)] {
                for particulars in [particulars(), full()] {
                    let pages = Pages::read(&printed(&press, name, &particulars));
                    pages.check_places(&format!("{design}: {name}"), inner);
                    assert_eq!(pages.qr(), particulars.qr);
                    pages.spoken();
                }
            }
        }
    }
}

#[test]
fn fonts_are_embedded_subsets() {
    let pages = Pages::read(&printed(&press(), USUAL, &particulars()));
    let fonts = pages.fonts();
    assert_eq!(fonts.len(), 3, "{fonts:?}");
    for (name, size) in fonts {
        assert!(name.len() > 7 && name.as_bytes()[6] == b'+', "{name} is no subset");
        assert!((1_000..80_000).contains(&size), "{name} has {size} bytes");
    }
}

#[test]
fn files_are_small() {
    for particulars in [particulars(), full()] {
        let size = printed(&press(), LONGEST, &particulars).len();
        assert!(size < 100_000, "{size} bytes");
    }
}

#[test]
fn the_qr_code_carries_its_text_and_the_link_leads_to_the_page() {
    let pages = Pages::read(&printed(&press(), USUAL, &particulars()));
    assert_eq!(pages.qr(), particulars().qr);
    assert_eq!(pages.links(), [particulars().url]);
    assert!(pages.text().contains(&words::grouped(&particulars().code)));
}

#[test]
fn test_band_is_on_every_page() {
    let press = Press::new(&Design::klasik().unwrap(), render::Shared { test_band: true, ..shared() }).unwrap();
    let pages = Pages::read(&printed(&press, USUAL, &particulars()));
    assert_eq!(pages.text().matches("UJI COBA, bukan sertifikat asli").count(), 2);
    assert!(!Pages::read(&printed(&self::press(), USUAL, &particulars())).text().contains("UJI COBA"));
}

#[test]
fn subjects_fill_as_many_pages_as_they_need() {
    for (count, pages) in [(0, 1), (1, 2), (12, 2), (13, 3), (200, 18)] {
        let subjects = (0..count).map(|i| Subject { id: format!("Uji {i}"), en: String::new(), hours: 1 }).collect();
        let press = Press::new(&Design::klasik().unwrap(), render::Shared { subjects, ..shared() }).unwrap();
        assert_eq!(Pages::read(&printed(&press, USUAL, &particulars())).count(), pages, "{count} subjects");
    }
}

#[test]
fn what_cannot_be_printed_is_refused() {
    let subjects = vec![Subject::default(); 201];
    let many = Press::new(&Design::klasik().unwrap(), render::Shared { subjects, ..shared() });
    assert!(matches!(many, Err(RenderError::TooManySubjects { count: 201, limit: 200 })));
    let long = press().print(&signed(&"x".repeat(601)), &particulars());
    assert!(matches!(long, Err(RenderError::TooLong { field: "name", length: 601, limit: 600 })));
    let nameless = vc::Signed::reopen(r#"{"credentialSubject":{},"proof":{}}"#.into()).unwrap();
    assert!(matches!(press().print(&nameless, &particulars()), Err(RenderError::Missing { field: "name" })));
    let qr = "x".repeat(3_000);
    let endless = press().print(&signed(USUAL), &render::Particulars { qr, ..particulars() });
    assert!(matches!(endless, Err(RenderError::Qr { length: 3_000 })));
}

/// Writes samples to look at: `cargo test -p render -- --ignored samples`.
#[test]
#[ignore = "writes files to look at into the folder for temporary files"]
fn samples_to_look_at() {
    let folder = std::env::temp_dir().join("piagam-render");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |file: &str, bytes: Vec<u8>| std::fs::write(folder.join(format!("{file}.pdf")), bytes).unwrap();
    for design in render::BUILT_IN {
        let press = Press::new(&Design::built_in(design).unwrap(), shared()).unwrap();
        let write = |file: &str, bytes: Vec<u8>| write(&format!("{design}-{file}"), bytes);
        for (file, name, particulars) in [
            ("usual", USUAL, particulars()),
            ("shortest", "Uji", particulars()),
            ("longest", LONGEST, particulars()),
            ("full", USUAL, full()),
            ("full-longest", LONGEST, full()),
            ("foreign", "Ñandú Øst Žižek 山田 Ștefan Đặng q\u{303}", particulars()),
        ] {
            write(file, printed(&press, name, &particulars));
        }
        let subject = |i: u32| Subject {
            id: format!("Mata pelatihan uji nomor {i} dengan judul yang cukup panjang"),
            en: format!("Sample subject number {i} with a rather long title"),
            hours: i,
        };
        let crowded = render::Shared {
            title: Title::Completion,
            test_band: true,
            programme: Bilingual::new(
                "Tata Kelola Pemerintahan Digital dan Pemanfaatan Kecerdasan Artifisial dalam Pelayanan Publik",
                "Digital Governance and the Use of Artificial Intelligence in Public Services",
            ),
            subjects: (1..=20).map(subject).collect(),
            ..shared()
        };
        let press = Press::new(&Design::built_in(design).unwrap(), crowded).unwrap();
        write("crowded", printed(&press, LONGEST, &full()));
    }
}
