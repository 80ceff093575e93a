//! Codes before the camera and in pictures.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::chromium::{Browser, Tab};
use crate::house::{Home, text, tool};

/// The first page of a certificate as a photograph would have it.
fn photograph(home: &Home, pdf: &Path, format: &str) -> PathBuf {
    let picture = home.path("foto");
    // An even number of pixels each way, as cameras have.
    let how =
        ["-r", "110", "-f", "1", "-l", "1", "-x", "0", "-y", "0", "-W", "1280", "-H", "900", "-singlefile", format];
    let how = how.map(OsStr::new);
    tool("pdftoppm", "poppler-utils", &[&how[..], &[pdf.as_os_str(), picture.as_os_str()]].concat());
    picture.with_extension(format.trim_start_matches('-').replace("jpeg", "jpg"))
}

fn opened<'a>(browser: &'a Browser, home: &Home) -> Tab<'a> {
    let tab = browser.tab();
    tab.open(&format!("{}/v", home.base()));
    tab.wait("document.getElementById('mulai') && !document.getElementById('pindai').hidden");
    tab
}

#[test]
fn the_camera_reads_a_certificate_in_the_page() {
    let home = Home::demo(&[]);
    let _server = home.serve();
    let pdf = &home.files("certificates", "pdf")[3];
    let still = photograph(&home, pdf, "-jpeg");
    // A film of one picture.
    let film = home.path("film.mjpeg");
    std::fs::copy(still, &film).unwrap();
    let browser = Browser::start(&[
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        &format!("--use-file-for-fake-video-capture={}", film.display()),
    ]);
    let tab = opened(&browser, &home);
    tab.value("document.getElementById('mulai').click()");
    let (colour, said) = tab.judged();
    assert_eq!(colour, "ok", "{said}");
}

#[test]
fn pictures_are_read_on_the_device() {
    let home = Home::demo(&[]);
    let server = home.serve();
    let pdf = &home.files("certificates", "pdf")[3];
    let browser = Browser::start(&[]);
    let tab = opened(&browser, &home);
    choose(&tab, &photograph(&home, pdf, "-png"));
    let (colour, said) = tab.judged();
    assert_eq!(colour, "ok", "{said}");
    assert!(home.list().iter().any(|each| said.contains(text(each, "name"))), "{said}");
    assert!(!server.told().contains("/periksa"), "nothing is uploaded");
    // No code, and no picture at all.
    for (name, bytes) in [("kosong.png", &b"\x89PNG\r\n\x1a\nrusak"[..]), ("teks.png", b"bukan gambar")] {
        let tab = opened(&browser, &home);
        choose(&tab, &home.write(name, bytes));
        tab.wait("document.getElementById('kabar').textContent.includes('tidak terbaca')");
    }
    // No camera here.
    let tab = opened(&browser, &home);
    tab.value("document.getElementById('mulai').click()");
    tab.wait("document.getElementById('kabar').textContent.includes('Kamera tidak dapat dipakai')");
}

fn choose(tab: &Tab<'_>, file: &Path) {
    tab.choose("#gambar", file);
}
