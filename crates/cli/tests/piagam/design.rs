//! `piagam design`: what comes with the program, and a design of one's own from the copy to the certificate.

use std::ffi::OsStr;
use std::fs;

use crate::house::{Home, piagam, programme, run, sample, sheet, tool};

#[test]
fn built_in_designs_are_listed_and_clean() {
    let listed = run(&mut piagam(["design", "list"])).exits(0).out;
    let checked = run(&mut piagam(["design", "check"])).exits(0).out;
    for name in ["klasik", "modern", "potret"] {
        assert!(listed.contains(name), "{listed}");
        assert!(checked.contains(&format!("{name}: baik / good")), "{checked}");
    }
}

#[test]
fn the_list_tells_what_was_changed_from_what_only_lies_there() {
    let home = Home::new();
    let folder = home.path("templates/certificate");
    for name in ["klasik", "modern"] {
        let from = sample(&format!("certificate/{name}/design.toml"));
        fs::create_dir_all(folder.join(name)).unwrap();
        fs::copy(from, folder.join(name).join("design.toml")).unwrap();
    }
    fs::copy(sample("certificate/modern/garis.svg"), folder.join("modern/garis.svg")).unwrap();
    home.run(["design", "copy", "potret", "sendiri"]).exits(0);
    let listed = || home.run(["design", "list"]).exits(0).out;
    let line = |name: &str| listed().lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    for name in ["klasik", "modern", "potret"] {
        assert!(line(name).ends_with("bawaan / built in"), "{}", listed());
    }
    assert!(line("sendiri").ends_with("milik instalasi / the installation's own"), "{}", listed());
    fs::write(folder.join("modern/garis.svg"), "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
        .unwrap();
    assert!(line("modern").ends_with("changed by the installation"), "{}", listed());
    fs::write(folder.join("klasik/design.toml"), "not a design").unwrap();
    assert!(line("klasik").ends_with("changed by the installation"), "{}", listed());
}

#[test]
fn a_preview_is_a_sound_file_and_a_picture_to_scan() {
    let home = Home::bare();
    fs::create_dir(&home.dir).unwrap();
    for design in ["klasik", "modern", "potret"] {
        let (pdf, png) = (home.path("contoh.pdf"), home.path("contoh.png"));
        for out in [&pdf, &png] {
            let named =
                ["design", "preview", design, "--full", "--name", "I Made Uji, S.Kom.", "--out"].map(OsStr::new);
            run(&mut piagam(named.iter().copied().chain([out.as_os_str()]))).exits(0);
        }
        tool("qpdf", "qpdf", &["--check".as_ref(), pdf.as_os_str()]);
        let printed = tool("pdftotext", "poppler-utils", &["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()]);
        let printed = String::from_utf8(printed).unwrap();
        assert!(printed.contains("I Made Uji, S.Kom.") && printed.contains("UJI COBA"), "{printed}");
        let how = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"].map(OsStr::new);
        let read = tool("zbarimg", "zbar-tools", &[&how[..], &[png.as_os_str()]].concat());
        assert!(read.starts_with(b"https://sertifikat.contoh.example/v"), "{}", String::from_utf8_lossy(&read));
    }
    run(&mut piagam(["design", "preview", "klasik", "--out", "contoh.doc"])).fails(2, "akhiran", "ending");
    run(&mut piagam(["design", "preview", "lain"])).fails(2, "tidak ada desain", "no certificate design");
}

#[test]
fn a_design_of_ones_own_from_the_copy_to_the_certificate() {
    let home = Home::new();
    home.run(["design", "copy", "modern", "sendiri"]).exits(0);
    home.run(["design", "copy", "modern", "sendiri"]).fails(4, "tidak dapat ditulis", "cannot be written");
    home.run(["design", "check", "sendiri"]).exits(0);

    let folder = home.path("templates/certificate/sendiri");
    let toml = fs::read_to_string(folder.join("design.toml")).unwrap();
    let change = |from: &str, to: &str| {
        assert!(toml.contains(from), "{from}");
        fs::write(folder.join("design.toml"), toml.replacen(from, to, 1)).unwrap();
    };
    change("name_width = ", "name_width = 40.0 # ");
    let found = home.run(["design", "check", "sendiri"]).exits(1).out;
    assert!(found.contains("style.name") && found.contains("paling kecil") && found.contains("at least"), "{found}");

    // Every mistake is named with its file and line, before anything is issued.
    let own = fs::read_to_string(programme("ai-fundamentals")).unwrap().replace("\"klasik\"", "\"sendiri\"");
    let own = home.write("sendiri.toml", own);
    let script = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>\n<script>x()</script></svg>";
    for (from, to, art, words) in [
        ("file = \"garis.svg\"", "file = \"hilang.svg\"", None, ["hilang.svg", "line"]),
        ("[page]", "[page]\ntinggi = 3", None, ["tinggi", "line"]),
        ("[page]", "[page]", Some(script), ["script", "line 2"]),
        ("[page]", "[page]", Some("<svg><![CDATA["), ["garis.svg", "line"]),
    ] {
        change(from, to);
        if let Some(art) = art {
            fs::write(folder.join("garis.svg"), art).unwrap();
        }
        let wrong = home.issue(&sheet("cohort-25.xlsx"), &own, &["--no-pdf"]).fails(4, "desain", "design");
        assert!(words.iter().all(|word| wrong.err.contains(word)), "{}", wrong.err);
        let checked = home.run(["design", "check", "sendiri"]).exits(1);
        assert!(words.iter().all(|word| checked.err.contains(word)), "{}", checked.err);
        assert!(home.list().is_empty());
    }

    fs::remove_dir_all(&folder).unwrap();
    home.run(["design", "copy", "potret", "sendiri"]).exits(0);
    let out = home.path("hasil");
    home.issue(&sheet("cohort-25.xlsx"), &own, &["--out", out.to_str().unwrap()]).exits(0);
    let pdf = &home.files("hasil", "pdf")[0];
    let about = String::from_utf8(tool("pdfinfo", "poppler-utils", &[pdf.as_os_str()])).unwrap();
    assert!(about.contains("595.276 x 841.89"), "upright, as the design is: {about}");
}
