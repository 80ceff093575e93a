//! What stands where: the texts of a cohort and of one certificate, set and placed.

use printpdf::Op;

use crate::design::{Align, Column, Design, MM, Styles};
use crate::ink::Placed;
use crate::typeset::{Glyphs, Line, Pen, Typesetter};
use crate::{Particulars, Private, RenderError, Shared, art, words};

/// A design opened for use.
pub(crate) struct Layout {
    pub(crate) design: Design,
    pub(crate) set: Typesetter,
    pub(crate) pens: Styles<Pen>,
}

/// What a cohort shares, in place.
pub(crate) struct Cohort {
    /// Border, on every page.
    pub(crate) frame: Vec<Op>,
    pub(crate) front: Page,
    /// The texts under the name; moves with the number of lines above it.
    pub(crate) body: Block,
    /// Pages of subjects.
    pub(crate) annex: Vec<Page>,
    /// The words above the name.
    given: Vec<Line>,
    number_top: f32,
    place_top: f32,
    code_top: f32,
    reference_top: f32,
}

/// Ornament and texts of a page, to be drawn in this order.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) art: Vec<Op>,
    pub(crate) lines: Vec<Placed>,
    /// Rows of its table so far.
    pub(crate) rows: u16,
}

/// Lines around x = 0, downwards from y = 0.
pub(crate) struct Block {
    pub(crate) lines: Vec<Placed>,
    pub(crate) height: f32,
}

/// What one certificate says beside its cohort.
pub(crate) struct Sheet<'a> {
    pub(crate) name: &'a str,
    pub(crate) number: &'a str,
    pub(crate) grade: Option<&'a str>,
    pub(crate) particulars: &'a Particulars,
}

/// One certificate, in place.
pub(crate) struct Certificate {
    pub(crate) front: Vec<Placed>,
    pub(crate) annex: Vec<Placed>,
    /// Where the body goes: scale, x, y.
    pub(crate) body: [f32; 3],
    /// Where the rule under the name goes: x, y, scale.
    pub(crate) rule: [f32; 3],
}

impl Layout {
    pub(crate) fn new(design: &Design) -> Result<Self, RenderError> {
        let set = Typesetter::new(design)?;
        let pens = design.file.style.try_map(|name, style| set.pen(design, name, style))?;
        Ok(Self { design: design.clone(), set, pens })
    }

    /// Sets everything that the certificates of a cohort have in common.
    pub(crate) fn cohort(&self, shared: &Shared) -> Cohort {
        let mut front = Page { art: art::seal(&self.design), ..Page::default() };
        front.art.extend(art::photo(&self.design));
        self.test_band(shared, &mut front);
        let number_top = self.head(shared, &mut front);
        let place_top = self.signature(shared, &mut front);
        let code_top = self.around_the_qr(shared, &mut front);
        self.foot(shared, &mut front);
        let (annex, reference_top) = self.annex(shared);
        Cohort {
            frame: art::frame(&self.design),
            front,
            body: self.body(shared),
            annex,
            given: self.set.fit(
                &self.pens.lead,
                "diberikan kepada / awarded to",
                self.design.file.front.body.width * MM,
            ),
            number_top,
            place_top,
            code_top,
            reference_top,
        }
    }

    /// Sets what one certificate adds.
    pub(crate) fn certificate(&self, cohort: &Cohort, shared: &Shared, sheet: &Sheet<'_>) -> Certificate {
        let front = &self.design.file.front;
        let head = Column { y: 0.0, ..front.head.clone() };
        let mut fixed = self.stack_at(&head, cohort.number_top);
        fixed.add(&self.pens.number, &format!("Nomor / Number: {}", sheet.number));

        let issued = sheet.particulars.issued;
        let mut place = self.stack_at(&self.sign_column(), cohort.place_top);
        place.add(&self.pens.place, &format!("{}, {}", shared.place, words::date_id(issued)));
        place.add(&self.pens.place_en, &words::date_en(issued));

        let (mut lines, body, rule) = self.person_and_body(cohort, shared, sheet, fixed.y);
        lines.extend(fixed.lines);
        lines.extend(place.lines);
        let mut code = self.stack_at(&self.qr_column(), cohort.code_top);
        code.add(&self.pens.code, &words::grouped(&sheet.particulars.code));
        lines.extend(code.lines);

        let mut reference = self.stack_at(&self.design.file.annex.head, cohort.reference_top);
        if !cohort.annex.is_empty() {
            reference.add(&self.pens.annex_reference, &format!("Sertifikat Nomor {} · {}", sheet.number, sheet.name));
        }
        Certificate { front: lines, annex: reference.lines, body, rule }
    }

    /// The name, the lines under it and the cohort's body, spread between the head and the body's lower edge. What does not fit
    /// in full size is set smaller as a whole.
    fn person_and_body(
        &self,
        cohort: &Cohort,
        shared: &Shared,
        sheet: &Sheet<'_>,
        head: f32,
    ) -> (Vec<Placed>, [f32; 3], [f32; 3]) {
        const RULE: f32 = 3.4 * MM;
        const WIDEST_GAP: f32 = 5.0 * MM;
        let place = &self.design.file.front.body;
        let column = Column { x: 0.0, y: 0.0, width: place.name_width, align: place.align };
        let mut stack = self.stack_at(&column, 0.0);
        stack.add_lines(&self.pens.lead, cohort.given.clone());
        stack.add(&self.pens.name, sheet.name);
        let rule_y = stack.y - RULE * 0.45;
        stack.y -= RULE;
        for text in person(shared, sheet.particulars) {
            stack.add(&self.pens.person, &text);
        }
        let above = stack.lines.len();
        let body_y = stack.y;
        stack.y -= cohort.body.height;
        if let Some(grade) = sheet.grade {
            stack.add(&self.pens.grade, &format!("Predikat / Grade: {grade}"));
        }

        let top = head - place.gap * MM;
        let room = top - self.at_depth(place.bottom);
        let scale = (room / -stack.y).min(1.0);
        let slack = room + stack.y * scale;
        let gap = (slack * 0.25).min(WIDEST_GAP);
        let (x, top) = (place.x * MM, top - (slack - gap) * 0.45);
        let mut lines = stack.lines;
        for (i, placed) in lines.iter_mut().enumerate() {
            let shift = if i < above { 0.0 } else { gap };
            placed.line.scale(scale);
            (placed.x, placed.y) = (x + placed.x * scale, top + placed.y * scale - shift);
        }
        (lines, [scale, x, top + body_y * scale - gap], [x, top + rule_y * scale, scale])
    }

    fn head(&self, shared: &Shared, page: &mut Page) -> f32 {
        let mut stack = self.stack(&self.design.file.front.head);
        stack.add(&self.pens.agency, &shared.agency.id.to_uppercase());
        stack.add(&self.pens.agency_en, &shared.agency.en);
        let (title, title_en) = shared.title.words();
        stack.add(&self.pens.title, title);
        stack.add(&self.pens.title_en, title_en);
        page.lines.extend(stack.lines);
        stack.y
    }

    fn body(&self, shared: &Shared) -> Block {
        let place = &self.design.file.front.body;
        let column = Column { x: 0.0, y: 0.0, width: place.width, align: place.align };
        let mut stack = self.stack_at(&column, 0.0);
        stack.add(&self.pens.lead, "atas keberhasilannya menyelesaikan / for successfully completing");
        stack.add(&self.pens.programme, &shared.programme.id);
        stack.add(&self.pens.programme_en, &shared.programme.en);
        stack.add_all(&self.pens.details, &details_id(shared));
        stack.add_all(&self.pens.details_en, &details_en(shared));
        Block { height: -stack.y, lines: stack.lines }
    }

    fn signature(&self, shared: &Shared, page: &mut Page) -> f32 {
        let sign = &self.design.file.front.sign;
        let top = self.at_depth(sign.y);
        let mut stack = self.stack_at(&self.sign_column(), top);
        // Room for the place and date that every certificate adds.
        stack.add(&self.pens.place, "Contoh");
        stack.add(&self.pens.place_en, "Contoh");
        stack.lines.clear();
        stack.add(&self.pens.office, &shared.signatory.office);
        let mut name = self.stack_at(&self.sign_column(), self.at_depth(sign.name_y));
        name.add(&self.pens.signatory, &shared.signatory.name);
        page.lines.extend(stack.lines);
        page.lines.extend(name.lines);
        top
    }

    fn sign_column(&self) -> Column {
        let sign = &self.design.file.front.sign;
        Column { x: sign.x, y: sign.y, width: sign.width, align: sign.align }
    }

    /// Returns where the verification code goes: under the host.
    fn around_the_qr(&self, shared: &Shared, page: &mut Page) -> f32 {
        let mut stack = self.stack(&self.qr_column());
        stack.add(&self.pens.caption, "Pindai atau periksa di / scan or verify at");
        stack.add(&self.pens.host, &shared.host);
        page.lines.extend(stack.lines);
        stack.y
    }

    fn qr_column(&self) -> Column {
        let qr = &self.design.file.front.qr;
        let x = match qr.align {
            Align::Left => qr.x,
            Align::Centre => qr.x + qr.size / 2.0,
            Align::Right => qr.x + qr.size,
        };
        Column { x, y: qr.y + qr.size + qr.gap, width: qr.text_width, align: qr.align }
    }

    /// The foot grows upwards from its place.
    fn foot(&self, shared: &Shared, page: &mut Page) {
        let mut stack = self.stack(&self.design.file.front.foot);
        let issuer = &shared.agency.id;
        stack.add(
            &self.pens.foot,
            &format!("Sertifikat ini diterbitkan secara digital oleh {issuer}. Keasliannya dapat diperiksa dengan memindai kode QR."),
        );
        stack.add(
            &self.pens.foot_en,
            "This certificate was issued digitally. Scan the QR code to verify that it is authentic.",
        );
        let height = self.at_depth(self.design.file.front.foot.y) - stack.y;
        page.lines.extend(stack.lines.into_iter().map(|placed| Placed { y: placed.y + height, ..placed }));
    }

    pub(crate) fn test_band(&self, shared: &Shared, page: &mut Page) {
        if !shared.test_band {
            return;
        }
        let band = &self.design.file.art.test_band;
        page.art.extend(art::test_band(&self.design));
        let width = self.design.file.page.width;
        let mut stack = self.stack(&Column { x: width / 2.0, y: band.y, width: width * 0.8, align: Align::Centre });
        let height = self.set.line(&self.pens.band, "x").height;
        stack.y -= (band.height * MM - height) / 2.0;
        stack.add(&self.pens.band, "UJI COBA, bukan sertifikat asli / TEST, not a real certificate");
        page.lines.extend(stack.lines);
    }

    /// Millimetres from the top as points from the bottom.
    pub(crate) fn at_depth(&self, y: f32) -> f32 {
        (self.design.file.page.height - y) * MM
    }

    pub(crate) fn stack(&self, column: &Column) -> Stack<'_> {
        self.stack_at(column, self.at_depth(column.y))
    }

    pub(crate) fn stack_at(&self, column: &Column, y: f32) -> Stack<'_> {
        Stack { set: &self.set, x: column.x * MM, width: column.width * MM, align: column.align, y, lines: Vec::new() }
    }
}

impl Cohort {
    /// All glyphs that the cohort's texts need.
    pub(crate) fn collect(&self, glyphs: &mut Glyphs) {
        let pages = self.annex.iter().chain([&self.front]).flat_map(|p| &p.lines);
        for line in pages.chain(&self.body.lines).map(|placed| &placed.line).chain(&self.given) {
            line.collect(glyphs);
        }
    }
}

/// Texts under each other.
pub(crate) struct Stack<'a> {
    set: &'a Typesetter,
    x: f32,
    width: f32,
    align: Align,
    /// Where the next text starts, points from the bottom.
    pub(crate) y: f32,
    pub(crate) lines: Vec<Placed>,
}

impl Stack<'_> {
    /// Several texts of one kind, without the space between kinds.
    fn add_all(&mut self, pen: &Pen, texts: &[String]) {
        for (i, text) in texts.iter().filter(|t| !t.is_empty()).enumerate() {
            if i > 0 {
                self.y += pen.before();
            }
            self.add(pen, text);
        }
    }

    /// Sets a text into the column; an empty one takes no room.
    pub(crate) fn add(&mut self, pen: &Pen, text: &str) {
        self.add_lines(pen, self.set.fit(pen, text, self.width));
    }

    fn add_lines(&mut self, pen: &Pen, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.y -= pen.before();
        }
        for (i, line) in lines.into_iter().enumerate() {
            let x = match self.align {
                Align::Left => self.x,
                Align::Centre => self.x - line.width / 2.0,
                Align::Right => self.x - line.width,
            };
            let y = self.y - baseline(&line);
            self.y -= line.height;
            self.lines.push(Placed { line, x, y, tag: pen.tag, starts: i == 0, cell: None });
        }
    }
}

/// From the top of a line to its baseline: the capitals stand in the middle of the line's height.
pub(crate) fn baseline(line: &Line) -> f32 {
    const ASCENT: f32 = 0.76;
    (line.height - line.size) / 2.0 + line.size * ASCENT
}

/// What, when and how long; by whom. Each a line where it fits.
fn details_id(shared: &Shared) -> Vec<String> {
    let method = &shared.method.id;
    vec![
        joined([&shared.cohort, &prefixed("dengan metode ", method)], ", "),
        format!(
            "pada {}, selama {}",
            unbroken(&words::period_id(shared.starts, shared.ends)),
            words::hours_id(shared.hours)
        ),
        held_by(shared, "diselenggarakan oleh", "bersama", "dan"),
    ]
}

fn details_en(shared: &Shared) -> Vec<String> {
    let period = words::period_en(shared.starts, shared.ends);
    let what = joined([&shared.method.en, &unbroken(&period), &words::hours_en(shared.hours)], ", ");
    let mut chars = what.chars();
    let what = chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect());
    vec![what, held_by(shared, "held by", "with", "and")]
}

fn held_by(shared: &Shared, by: &str, with: &str, and: &str) -> String {
    let partners = prefixed(&format!(" {with} "), &words::list(&shared.partners, and));
    if shared.organiser.is_empty() { String::new() } else { format!("{by} {}{partners}", shared.organiser) }
}

/// Spaces at which no line is broken.
fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

fn prefixed(prefix: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{prefix}{text}") }
}

fn joined<const N: usize>(parts: [&str; N], by: &str) -> String {
    let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    parts.join(by)
}

/// The lines under the name: all that the full rendering has, of the short one only the agency, and only where it is wanted.
fn person(shared: &Shared, particulars: &Particulars) -> Vec<String> {
    let instansi = particulars.instansi.clone().unwrap_or_default();
    let Some(private) = &particulars.private else {
        return if shared.show_instansi && !instansi.is_empty() { vec![instansi] } else { Vec::new() };
    };
    let text = |field: &'_ Option<String>| field.clone().unwrap_or_default();
    let lines = [
        joined([&identity(private), &text(&private.status), &text(&private.pangkat_golongan)], " · "),
        joined([&text(&private.jabatan), &text(&private.unit_kerja)], ", "),
        instansi,
        prefixed("Lahir: ", &text(&private.birth)),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn identity(private: &Private) -> String {
    let is_pppk = private.status.as_ref().is_some_and(|s| s.eq_ignore_ascii_case("PPPK"));
    let label = if is_pppk { "NI PPPK" } else { "NIP" };
    private.nip.as_ref().map_or_else(String::new, |nip| format!("{label} {nip}"))
}
