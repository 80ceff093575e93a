//! The sixth check, for files with pages: does what a person sees on them say what the signed credential says?
//!
//! A forger who edits a certificate's text and leaves the attachment alone must not be told *valid*. So what our
//! certificates print (`render/src/layout.rs`) is looked for word by word. Whoever makes the page look unlike ours gets no
//! further than *could not be compared*.

mod search;

use super::{Finding, Judged};
use crate::credential::Facts;
use crate::document::{Difference, Field, MAX_SEEN, Visible, VisiblePage};
use crate::problem::{Problem, ProblemKind};
use crate::time::parse_date_time_stamp;
use crate::words;
use jiff::civil::Date;
use jiff::tz::Offset;
use search::{Edges, Text, fold};

/// The smallest name that counts as readable, in points of an A4 page. The smallest that our designs print is larger.
const LEAST_NAME: f32 = 9.0;
/// The same for every other text.
const LEAST_TEXT: f32 = 4.0;
/// A text this much of the name's size competes with it.
const LOUD: f32 = 0.8;
/// Texts up to this size never do: a signatory's name is printed at up to 12.5 points, whatever the holder's needs.
const QUIET: f32 = 13.5;
/// The name is at least this much of the size of the programme's title.
const NAME_TO_PROGRAMME: f32 = 0.75;

const NUMBER: &str = "Nomor / Number: ";
const GRADE: &str = "Predikat / Grade: ";
/// Sentences that only our pages have.
const OURS: [&str; 3] =
    [NUMBER, "diberikan kepada / awarded to", "atas keberhasilannya menyelesaikan / for successfully completing"];
/// Large words that our pages print beside what the credential says.
const HEADINGS: [&str; 7] = [
    "SERTIFIKAT",
    "CERTIFICATE",
    "SURAT TANDA TAMAT PELATIHAN",
    "CERTIFICATE OF COMPLETION",
    "MATA PELATIHAN",
    "SUBJECTS",
    "UJI COBA, bukan sertifikat asli / TEST, not a real certificate",
];

/// Compares the pages with what is signed.
pub(super) fn judge(facts: &Facts, visible: &Visible) -> (Judged, Vec<Difference>) {
    let undecided = |kind, detail: &str| (Err(Finding::Undecided(Problem::new(kind, "pages", detail))), Vec::new());
    let (pages, made_by_us) = match visible {
        Visible::Unread(why) => return undecided(ProblemKind::PageUnread, why),
        Visible::Pages { pages, ours } => (pages, *ours),
    };
    let (Some(name), Some(number), Some(first)) = (&facts.name, &facts.number, pages.first()) else {
        return undecided(ProblemKind::PageForeign, "no name, no number or no page to compare");
    };
    let texts: Vec<Text> = pages.iter().map(Text::of).collect();
    let mut sheet = Sheet { text: &texts[0], facts, differences: Vec::new() };
    sheet.compare(name, number);
    sheet.link(first);
    sheet.further_pages(&texts[1..], name, number);
    sheet.loud(&texts, name);
    let differences = sheet.differences;
    if differences.is_empty() {
        return (Ok(()), differences);
    }
    let fields: Vec<&str> = differences.iter().map(|difference| difference.field.code()).collect();
    let at = fields.join(", ");
    if made_by_us || OURS.iter().any(|sentence| texts[0].find(sentence, Edges::Free, 0.0).is_some()) {
        let detail: Vec<String> = differences.iter().map(|each| each.what(crate::Lang::En)).collect();
        return (Err(Finding::Fails(Problem::new(ProblemKind::PageDiffers, at, detail.join(" ")))), differences);
    }
    let detail = format!("not found on the page: {at}");
    (Err(Finding::Undecided(Problem::new(ProblemKind::PageForeign, "pages", detail))), Vec::new())
}

/// The first page, being compared.
struct Sheet<'a> {
    text: &'a Text,
    facts: &'a Facts,
    differences: Vec<Difference>,
}

impl Sheet<'_> {
    fn compare(&mut self, name: &str, number: &str) {
        let found = self.text.find(name, Edges::Whole, LEAST_NAME);
        let programme = self.programme();
        let outsized = programme.is_some_and(|size| found.as_ref().is_some_and(|f| f.size < NAME_TO_PROGRAMME * size));
        if found.is_none() || outsized {
            let seen = self.loudest(name).filter(|_| found.is_none());
            self.differs(Field::Name, name, seen);
        }
        self.labelled(Field::Number, NUMBER, Some(number));
        self.labelled(Field::Grade, GRADE, self.facts.grade.clone().as_deref());
        self.period();
        self.issued();
    }

    /// A line that begins with a label: there must be one with the signed value, and none with another.
    fn labelled(&mut self, field: Field, label: &str, signed: Option<&str>) {
        let label = fold(label);
        let other = |line: &str| {
            let rest = line.strip_prefix(label.as_str())?;
            let begins = signed.is_some_and(|signed| fold(signed).starts_with(rest));
            (!begins).then(|| rest.to_owned())
        };
        let seen = self.text.folded().find_map(other);
        let missing = signed
            .is_some_and(|signed| self.text.find(&format!("{label}{signed}"), Edges::Whole, LEAST_TEXT).is_none());
        // A grade may be printed that the issuer keeps out of the credential: nothing is signed to compare it with.
        if missing || (seen.is_some() && signed.is_some()) {
            self.differs(field, signed.unwrap_or_default(), seen);
        }
    }

    /// Both halves of the title, wherever it is split. Gives the size of the first.
    fn programme(&mut self) -> Option<f32> {
        let title = self.facts.programme.as_deref()?;
        let find = |half: &str| self.text.find(half, Edges::Whole, LEAST_TEXT);
        let both = |(at, mark): (usize, &str)| {
            let (id, en) = (find(&title[..at])?, find(&title[at + mark.len()..])?);
            Some(id.size.max(en.size))
        };
        let size = title.match_indices(" / ").find_map(both).or_else(|| find(title).map(|found| found.size));
        if size.is_none() {
            self.differs(Field::Programme, title, None);
        }
        size
    }

    fn period(&mut self) {
        let hours = self.facts.hours.as_ref().and_then(|hours| hours.parse::<u32>().ok());
        let day = |stamp: &Option<String>| stamp.as_deref().and_then(day_of);
        if let (Some(starts), Some(ends)) = (day(&self.facts.starts), day(&self.facts.ends)) {
            let (id, en) = (words::period_id(starts, ends), words::period_en(starts, ends));
            let en = hours.map_or(en.clone(), |hours| format!("{en}, {}", words::hours_en(hours)));
            if !self.says(&format!("pada {id}")) || !self.says(&en) {
                self.differs(Field::Period, &id, None);
            }
        }
        if let Some(hours) = hours
            && !self.says(&format!("selama {}", words::hours_id(hours)))
        {
            self.differs(Field::Hours, &words::hours_id(hours), None);
        }
    }

    fn issued(&mut self) {
        let days = issue_days(self.facts);
        let printed =
            |day: &Date| self.says(&format!(", {}", words::date_id(*day))) && self.says(&words::date_en(*day));
        if let Some(day) = days.first().filter(|_| !days.iter().any(printed)) {
            self.differs(Field::Issued, &words::date_id(*day), None);
        }
    }

    fn says(&self, text: &str) -> bool {
        self.text.find(text, Edges::Free, LEAST_TEXT).is_some()
    }

    /// The printed address is the issuer's, and no link leads elsewhere. Programs that save a page anew leave links out.
    fn link(&mut self, page: &VisiblePage) {
        let Some(origin) = self.facts.id.as_deref().and_then(origin) else { return };
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let elsewhere = page.links.iter().find(|link| self::origin(link) != Some(origin));
        if elsewhere.is_some() || self.text.find(host, Edges::Whole, LEAST_TEXT).is_none() {
            self.differs(Field::Link, origin, elsewhere.cloned());
        }
    }

    /// Every further page names the certificate that it belongs to.
    fn further_pages(&mut self, texts: &[Text], name: &str, number: &str) {
        let reference = format!("Sertifikat Nomor {number} · {name}");
        for (at, text) in texts.iter().enumerate() {
            if text.find(&reference, Edges::Whole, LEAST_TEXT).is_none() {
                self.differs(Field::Page, "", Some((at + 2).to_string()));
            }
        }
    }

    /// No second text is as large as the name, but for those that the credential or every certificate has.
    fn loud(&mut self, texts: &[Text], name: &str) {
        let Some(found) = self.text.find(name, Edges::Whole, LEAST_NAME) else { return };
        let limit = (LOUD * found.size).max(QUIET);
        let known = self.known(name);
        let others = || texts[1..].iter().find_map(|text| text.loudest(limit, None, &known));
        if let Some(seen) = self.text.loudest(limit, Some(&found), &known).or_else(others) {
            self.differs(Field::Added, "", Some(seen));
        }
    }

    /// What stands where the name should.
    fn loudest(&self, name: &str) -> Option<String> {
        self.text.loudest(QUIET, None, &self.known(name))
    }

    /// Large texts that may be there.
    fn known(&self, name: &str) -> Vec<String> {
        let issuer = self.facts.issuer_name.as_deref().unwrap_or_default();
        let programme = self.facts.programme.as_deref().unwrap_or_default();
        let texts = HEADINGS.into_iter().chain([name, issuer, programme]);
        texts.flat_map(|text| [fold(text), fold(&text.to_uppercase())]).collect()
    }

    fn differs(&mut self, field: Field, signed: &str, seen: Option<String>) {
        let seen = seen.map(|seen| seen.chars().filter(|c| !c.is_control()).take(MAX_SEEN).collect());
        self.differences.push(Difference { field, signed: signed.to_owned(), seen });
    }
}

/// The day that a dateTimeStamp names where it was written.
fn day_of(stamp: &str) -> Option<Date> {
    parse_date_time_stamp(stamp)?;
    stamp.get(..10)?.parse().ok()
}

/// The days that `validFrom` may be printed as. The issuer's zone is not in the credential; its offset stands at the days of
/// the training, and may be an hour another in summer.
fn issue_days(facts: &Facts) -> Vec<Date> {
    let Some(at) = facts.valid_from.as_deref().and_then(parse_date_time_stamp) else { return Vec::new() };
    let offset = facts.ends.as_deref().or(facts.starts.as_deref()).and_then(offset_of).unwrap_or(Offset::UTC);
    let mut days: Vec<Date> = [0, 3_600, -3_600]
        .into_iter()
        .filter_map(|shift| Offset::from_seconds(offset.seconds() + shift).ok())
        .map(|offset| offset.to_datetime(at).date())
        .collect();
    days.dedup();
    days
}

/// `+07:00` at the end of a dateTimeStamp.
fn offset_of(stamp: &str) -> Option<Offset> {
    let at = stamp.len().checked_sub(6)?;
    let (sign, rest) = (stamp.get(at..=at)?, stamp.get(at + 1..)?);
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3_600 + minutes.parse::<i32>().ok()? * 60;
    match sign {
        "+" => Offset::from_seconds(seconds).ok(),
        "-" => Offset::from_seconds(-seconds).ok(),
        _ => None,
    }
}

/// `https://host:port` of an address.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    Some(url[host..].find(['/', '?', '#']).map_or(url, |end| &url[..host + end]))
}
