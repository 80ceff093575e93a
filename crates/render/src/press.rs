//! The press: a design and a cohort make a plate once; each certificate is printed from it.

use crate::design::Design;
use crate::layout::{Certificate, Cohort, Layout, Sheet};
use crate::plate::Plate;
use crate::print::{self, About};
use crate::typeset::Glyphs;
use crate::{Particulars, RenderError, Shared};

/// Longest text of any single field, in characters.
pub const MAX_TEXT: usize = 600;
/// Most subjects of a programme.
pub const MAX_SUBJECTS: usize = 200;

/// Letters that names are made of: set beforehand, so that nearly every name prints from the prepared plate.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 .,;:-/()&'’‘“”–—·+@_#*%!?\"°[] \
    ÀÁÂÃÄÅĀĂĄÆÇĆČĐÐÈÉÊËĒĖĘĞÌÍÎÏĪİŁÑŃÒÓÔÕÖØŌŐŒŚŞŠȘŢȚÙÚÛÜŪŰÝŸŹŻŽÞ àáâãäåāăąæçćčđðèéêëēėęğìíîïīıłñńòóôõöøōőœśşšșßţțùúûüūűýÿźżžþ";
/// Letters that may form ligatures with each other or change beside each other.
const PAIRED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.'’";
/// Signs whose height may follow that of their neighbours, and kinds of neighbours.
const SIGNS: &str = "-–—/.,:;()[]&·'’‘“”@+";
const NEIGHBOURS: &[(char, char)] = &[
    ('A', 'A'),
    ('A', 'a'),
    ('a', 'A'),
    ('a', 'a'),
    ('0', '0'),
    ('0', 'A'),
    ('A', '0'),
    ('0', 'a'),
    ('a', '0'),
    (' ', 'A'),
    (' ', 'a'),
    (' ', '0'),
    ('A', ' '),
    ('a', ' '),
    ('0', ' '),
    (')', ' '),
    ('.', ' '),
];

/// A design made ready for one cohort. Printing needs no more than what differs.
pub struct Press {
    layout: Layout,
    shared: Shared,
    cohort: Cohort,
    /// What every plate of this press embeds.
    glyphs: Glyphs,
    plate: Plate,
}

impl Press {
    /// Prepares what all certificates of a cohort share: border, texts, fonts, pages of subjects.
    ///
    /// # Errors
    /// [`RenderError`] names a field that is too long, or what is wrong with the design.
    pub fn new(design: &Design, shared: Shared) -> Result<Self, RenderError> {
        check(&shared)?;
        let layout = Layout::new(design)?;
        let cohort = layout.cohort(&shared);
        let mut glyphs = Glyphs::new();
        cohort.collect(&mut glyphs);
        repertoire(&layout, &shared, &mut glyphs);
        let plate = Plate::new(&layout, &cohort, &glyphs)?;
        Ok(Self { layout, shared, cohort, glyphs, plate })
    }

    /// The PDF of one certificate. Name and number are the credential's, the grade too if it has one; the attached bytes
    /// are the credential's own. The same input gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError::Missing`] if the credential has no name or number, [`RenderError::TooLong`] for a field beyond all bounds.
    pub fn print(&self, signed: &vc::Signed, particulars: &Particulars) -> Result<Vec<u8>, RenderError> {
        let facts = signed.facts();
        let name = facts.name.as_deref().ok_or(RenderError::Missing { field: "name" })?;
        let number = facts.number.as_deref().ok_or(RenderError::Missing { field: "licenseNumber" })?;
        let grade = facts.grade.as_deref().or(particulars.grade.as_deref());
        self.print_sheet(&Sheet { name, number, grade, particulars }, signed.text().as_bytes())
    }

    pub(crate) fn print_sheet(&self, sheet: &Sheet<'_>, credential: &[u8]) -> Result<Vec<u8>, RenderError> {
        check_sheet(sheet)?;
        let certificate = self.layout.certificate(&self.cohort, &self.shared, sheet);
        let (title, _) = self.shared.title.words();
        let about = About {
            title: format!("{title} {} - {}", sheet.number, sheet.name),
            author: &self.shared.agency.id,
            particulars: sheet.particulars,
            credential,
        };
        if self.plate.covers(certificate.front.iter().chain(&certificate.annex)) {
            print::print(&self.layout, &self.plate, &certificate, &about)
        } else {
            print::print(&self.layout, &self.special(&certificate)?, &certificate, &about)
        }
    }

    /// A plate with the rare glyphs of one certificate.
    fn special(&self, certificate: &Certificate) -> Result<Plate, RenderError> {
        let mut glyphs = self.glyphs.clone();
        for placed in certificate.front.iter().chain(&certificate.annex) {
            placed.line.collect(&mut glyphs);
        }
        Plate::new(&self.layout, &self.cohort, &glyphs)
    }
}

/// Adds the glyphs that certificates may need beside the cohort's own texts.
fn repertoire(layout: &Layout, shared: &Shared, glyphs: &mut Glyphs) {
    let pens = &layout.pens;
    let mut names = LETTERS.to_owned();
    for first in PAIRED.chars() {
        for second in PAIRED.chars() {
            names.extend([' ', first, second]);
        }
    }
    names.push_str(" ffi ffl fff ffj ffb ffh ffk");
    for sign in SIGNS.chars() {
        for (before, after) in NEIGHBOURS {
            names.extend([' ', *before, sign, *after]);
        }
    }
    for pen in [&pens.name, &pens.annex_reference, &pens.person, &pens.number, &pens.grade] {
        layout.set.line(pen, &names).collect(glyphs);
    }
    let mut dates = format!("{} , 0123456789", shared.place);
    for month in 1..=12 {
        let day = jiff::civil::date(2026, month, 1);
        dates.push_str(&format!(" {} {}", crate::words::date_id(day), crate::words::date_en(day)));
    }
    for pen in [&pens.place, &pens.place_en] {
        layout.set.line(pen, &dates).collect(glyphs);
    }
    layout.set.line(&pens.code, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789-").collect(glyphs);
}

/// Whether every text of a cohort has a length that can be set.
pub(crate) fn check(shared: &Shared) -> Result<(), RenderError> {
    let (title, title_en) = shared.title.words();
    for (field, text) in [
        ("title", title),
        ("title", title_en),
        ("agency", &shared.agency.id),
        ("agency", &shared.agency.en),
        ("programme", &shared.programme.id),
        ("programme", &shared.programme.en),
        ("cohort", &shared.cohort),
        ("method", &shared.method.id),
        ("method", &shared.method.en),
        ("organiser", &shared.organiser),
        ("place", &shared.place),
        ("signatory.office", &shared.signatory.office),
        ("signatory.name", &shared.signatory.name),
        ("criteria", &shared.criteria.id),
        ("criteria", &shared.criteria.en),
        ("host", &shared.host),
        ("partners", &shared.partners.join(", ")),
    ] {
        check_length(field, text)?;
    }
    if shared.subjects.len() > MAX_SUBJECTS {
        return Err(RenderError::TooManySubjects { count: shared.subjects.len(), limit: MAX_SUBJECTS });
    }
    shared.subjects.iter().flat_map(|s| [&s.id, &s.en]).try_for_each(|text| check_length("subjects", text))
}

fn check_sheet(sheet: &Sheet<'_>) -> Result<(), RenderError> {
    let particulars = sheet.particulars;
    let private = particulars.private.clone().unwrap_or_default();
    let optional = [
        ("grade", sheet.grade),
        ("instansi", particulars.instansi.as_deref()),
        ("nip", private.nip.as_deref()),
        ("status", private.status.as_deref()),
        ("pangkat_golongan", private.pangkat_golongan.as_deref()),
        ("jabatan", private.jabatan.as_deref()),
        ("unit_kerja", private.unit_kerja.as_deref()),
        ("birth", private.birth.as_deref()),
        ("code", Some(particulars.code.as_str())),
    ];
    check_length("name", sheet.name)?;
    check_length("number", sheet.number)?;
    optional.into_iter().try_for_each(|(field, text)| check_length(field, text.unwrap_or_default()))
}

fn check_length(field: &'static str, text: &str) -> Result<(), RenderError> {
    match text.chars().count() {
        0..=MAX_TEXT => Ok(()),
        length => Err(RenderError::TooLong { field, length, limit: MAX_TEXT }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::LONGEST;
    use crate::samples::{full, particulars, shared};

    #[test]
    fn a_press_is_shared_between_threads() {
        fn check<T: Send + Sync>() {}
        check::<Press>();
    }

    #[test]
    fn usual_names_print_from_the_prepared_plate() {
        let press = Press::new(&Design::klasik().unwrap(), shared()).unwrap();
        for name in [
            LONGEST,
            "Thífa Qué Offi Fjord, S.T.",
            "MUHAMMAD FIKTIF",
            "I Ñoman Žižek-Müller d'Øst",
            "Ma’ruf Contoh (Uji) & 2",
        ] {
            for particulars in [particulars(), full()] {
                let sheet = Sheet {
                    name,
                    number: "00017/AI-CAMPUS/II/VIII/2026",
                    grade: Some("Sangat Memuaskan"),
                    particulars: &particulars,
                };
                let certificate = press.layout.certificate(&press.cohort, &press.shared, &sheet);
                for placed in certificate.front.iter().chain(&certificate.annex) {
                    assert!(press.plate.covers(std::iter::once(placed)), "{}", placed.line.text);
                }
            }
        }
        let sheet = Sheet { name: "Ḟiktif", number: "1", grade: None, particulars: &particulars() };
        let certificate = press.layout.certificate(&press.cohort, &press.shared, &sheet);
        assert!(!press.plate.covers(certificate.front.iter()), "a rare letter needs a plate of its own");
    }
}
