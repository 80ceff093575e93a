//! Every template, strictly, in every shape.

use std::path::Path;

use vc::Lang;

use super::plain::{AchievementPage, ApiPage, ErrorPage, HelpPage, PrivacyPage, StartPage, UploadPage};
use super::result::ResultPage;
use super::verify::VerifyPage;
use super::{Page, Pages, samples};
use crate::desk::{
    ActPage, AuditPage, CertificatePage, CertificatesPage, CohortPage, CohortsPage, CorrectionsPage, LetterPage,
    MailsPage, MessagePage, NewCohortPage, PasswordPage, ResumePage, SignInPage, UserPage, UsersPage,
};
use crate::holder::{HolderPage, LostPage, OpenPage};

/// LOOK.md, 9: the whole page, its stylesheet included.
const PAGE_BYTES: usize = 25_000;

fn all() -> Vec<(String, String)> {
    fn render<P: Page>(pages: &Pages, out: &mut Vec<(String, String)>) {
        for (name, page) in P::samples(&samples::shell) {
            let html = pages.html(&page).unwrap_or_else(|error| panic!("{name}: {error:#}"));
            out.push((name, html));
        }
    }
    let pages = Pages::load(None).unwrap();
    let mut out = Vec::new();
    render::<ResultPage>(&pages, &mut out);
    render::<StartPage>(&pages, &mut out);
    render::<UploadPage>(&pages, &mut out);
    render::<HelpPage>(&pages, &mut out);
    render::<PrivacyPage>(&pages, &mut out);
    render::<ApiPage>(&pages, &mut out);
    render::<AchievementPage>(&pages, &mut out);
    render::<VerifyPage>(&pages, &mut out);
    render::<ErrorPage>(&pages, &mut out);
    render::<OpenPage>(&pages, &mut out);
    render::<LostPage>(&pages, &mut out);
    render::<HolderPage>(&pages, &mut out);
    out
}

/// `PIAGAM_PAGES=FOLDER` also writes them, to be looked at in a browser.
#[test]
fn every_page_renders_small_and_without_what_the_policy_forbids() {
    let folder = std::env::var_os("PIAGAM_PAGES");
    for (name, html) in all() {
        if let Some(folder) = &folder {
            std::fs::write(Path::new(folder).join(format!("{name}.html")), &html).unwrap();
        }
        assert!(html.len() < PAGE_BYTES, "{name} has {} bytes", html.len());
        for forbidden in ["style=\"", " onclick", "javascript:", "src=\"", "<link rel=\"stylesheet"] {
            assert!(!html.contains(forbidden), "{name} contains {forbidden}");
        }
        // One page has a script, and so says its policy in a static copy too.
        let scripted = name.starts_with("verify.");
        for marked in ["<script", "http-equiv"] {
            assert_eq!(html.contains(marked), scripted, "{name}: {marked}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        let lang = if name.ends_with(".en") { "<html lang=\"en\">" } else { "<html lang=\"id\">" };
        assert!(html.contains(lang), "{name}");
        assert!(!html.contains("UJI COBA"), "{name}");
    }
}

#[test]
fn only_a_valid_report_is_green_and_offers_files() {
    for (name, page) in samples::results() {
        let html = Pages::load(None).unwrap().html(&page).unwrap();
        let valid = ["valid.", "nip-", "uploaded.", "as-issued.", "not-as-issued.", "longest."]
            .iter()
            .any(|start| name.starts_with(start));
        assert_eq!(html.contains("data-v=\"ok\""), valid, "{name}");
        assert!(valid || !html.contains("class=\"panel downloads\""), "{name}");
    }
}

#[test]
fn facts_are_hidden_where_they_mean_nothing() {
    for (name, page) in samples::results() {
        let html = Pages::load(None).unwrap().html(&page).unwrap();
        let state = name.split('.').next().unwrap();
        let hidden =
            ["tampered", "unreadable", "malformed", "unknown-code", "no-code", "no-longer-stored", "no-credential"]
                .contains(&state);
        let shown = html.contains("Contohsari");
        assert_eq!(shown, !hidden, "{name}");
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(!title.contains("Contohsari") && !html.contains("og:title\" content=\"Dr."), "{name}");
    }
}

#[test]
fn what_strangers_type_is_escaped() {
    let typed = all().into_iter().find(|(name, _)| name == "no-code.id").unwrap().1;
    assert!(typed.contains("value=\"7KQM &lt;b&gt;4XWP&lt;/b&gt;\""));
}

#[test]
fn a_test_installation_wears_the_band() {
    let config = crate::config::Config::parse(
        "base_url = \"http://localhost:8080\"\n[issuer]\nname_id = \"L\"\n",
        Path::new("x"),
    )
    .unwrap();
    for (lang, words) in [(Lang::Id, "UJI COBA, bukan sertifikat asli"), (Lang::En, "TEST, not a real certificate")] {
        let html = Pages::load(None).unwrap().html(&StartPage::new(&config, lang, "/", true)).unwrap();
        assert!(html.contains(words));
    }
}

/// The words of each page, as `tests/pages/NAME.txt` keeps them. `PIAGAM_BLESS=1 cargo test -p server` writes them anew.
#[test]
fn the_words_are_those_that_were_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let bless = std::env::var_os("PIAGAM_BLESS").is_some();
    let mut wrong = Vec::new();
    for (name, html) in all() {
        let path = folder.join(format!("{name}.txt"));
        let words = words_of(&html);
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &words).unwrap();
        } else if std::fs::read_to_string(&path).ok().as_deref() != Some(words.as_str()) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "words changed on {wrong:?}: look at them, then run with PIAGAM_BLESS=1");
}

/// The body's text, one line for each element that has some; links and fields with what they hold.
fn words_of(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let mut out = String::new();
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        for name in ["href=\"", "value=\"", "data-v=\"", "data-c=\"", "action=\""] {
            if let Some((_, rest)) = tag.split_once(name) {
                out.push_str(&format!("[{name}{}\"]\n", rest.split('"').next().unwrap_or_default()));
            }
        }
        let text = text.trim();
        if !text.is_empty() {
            out.push_str(text);
            out.push('\n');
        }
    }
    out
}

/// The desk's pages: strict too, with one stylesheet and one script of our own, and nothing inlined.
#[test]
fn every_page_of_the_desk_renders_without_what_its_policy_forbids() {
    fn render<P: Page>(pages: &Pages, out: &mut Vec<(String, String)>) {
        const { assert!(P::DESK) };
        for (name, page) in P::samples(&samples::shell) {
            out.push((name.clone(), pages.html(&page).unwrap_or_else(|error| panic!("{name}: {error:#}"))));
        }
    }
    let pages = Pages::load(None).unwrap();
    let mut all = Vec::new();
    render::<SignInPage>(&pages, &mut all);
    render::<PasswordPage>(&pages, &mut all);
    render::<ResumePage>(&pages, &mut all);
    render::<MessagePage>(&pages, &mut all);
    render::<UsersPage>(&pages, &mut all);
    render::<UserPage>(&pages, &mut all);
    render::<AuditPage>(&pages, &mut all);
    render::<CohortsPage>(&pages, &mut all);
    render::<NewCohortPage>(&pages, &mut all);
    render::<CohortPage>(&pages, &mut all);
    render::<CertificatesPage>(&pages, &mut all);
    render::<CertificatePage>(&pages, &mut all);
    render::<ActPage>(&pages, &mut all);
    render::<MailsPage>(&pages, &mut all);
    render::<LetterPage>(&pages, &mut all);
    render::<CorrectionsPage>(&pages, &mut all);
    let folder = std::env::var_os("PIAGAM_PAGES");
    for (name, html) in all {
        if let Some(folder) = &folder {
            std::fs::write(Path::new(folder).join(format!("{name}.html")), &html).unwrap();
        }
        assert!(html.starts_with("<!doctype html>"), "{name}: {html}");
        for forbidden in ["<style", "style=\"", " onclick", "javascript:", "src=\"http", "<b>Misalnya"] {
            assert!(!html.contains(forbidden), "{name} contains {forbidden}");
        }
        for once in ["<h1", "<main", "<script", "rel=\"stylesheet\""] {
            assert_eq!(html.matches(once).count(), 1, "{name}: {once}");
        }
        let lang = if name.ends_with(".en") { "<html lang=\"en\">" } else { "<html lang=\"id\">" };
        assert!(html.contains(lang), "{name}");
        let forms = html.matches("method=\"post\"").count();
        let labelled = html.matches("<input").count() + html.matches("<select").count();
        assert!(
            forms > 0
                && labelled
                    <= html.matches("<label").count()
                        + html.matches("type=\"hidden\"").count()
                        + html.matches("aria-label=\"").count(),
            "{name}: a field without a label"
        );
    }
}
