//! What one certificate adds to the plate: its texts, its QR code, its link, its credential; and the end of the file.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};
use sha2::{Digest, Sha256};

use crate::design::{Align, MM};
use crate::ink::{Placed, begin, colour, hex, number, utf16};
use crate::layout::{Certificate, Layout};
use crate::plate::{Place, Plate, slot};
use crate::qr::{QUIET_ZONE, Qr};
use crate::structure::{self, key};
use crate::{Particulars, RenderError, xmp};

/// What the program calls itself in a PDF.
pub(crate) const PRODUCER: &str = concat!("Piagam ", env!("CARGO_PKG_VERSION"));

/// What the PDF says about itself.
pub(crate) struct About<'a> {
    pub(crate) title: String,
    pub(crate) author: &'a str,
    pub(crate) particulars: &'a Particulars,
    /// The bytes of the signed credential, attached as they are.
    pub(crate) credential: &'a [u8],
}

/// The finished PDF.
pub(crate) fn print(
    layout: &Layout,
    plate: &Plate,
    certificate: &Certificate,
    about: &About<'_>,
) -> Result<Vec<u8>, RenderError> {
    let mut file = File { bytes: Vec::with_capacity(plate.bytes.len() + 24_000), places: plate.places.clone() };
    file.bytes.extend_from_slice(&plate.bytes);

    file.stream(slot::FRONT, "", &front(layout, plate, certificate, &about.particulars.qr)?);
    if plate.has_annex {
        file.stream(slot::ANNEX, "", &annex(plate, &certificate.annex));
    }
    file.section(plate, certificate);
    file.link(layout, &about.particulars.url);
    let date = about.particulars.issued.strftime("%Y%m%d");
    let size = about.credential.len();
    let subtype = format!("/Type/EmbeddedFile/Subtype/application#2Fvc/Params<</Size {size}/ModDate(D:{date})>>");
    file.stream(slot::CREDENTIAL, &subtype, about.credential);

    let mut digest = Sha256::new_with_prefix(plate.fingerprint);
    digest.update(&file.bytes[plate.bytes.len()..]);
    digest.update(about.title.as_bytes());
    digest.update(about.particulars.issued.to_string().as_bytes());
    let id: [u8; 32] = digest.finalize().into();
    let id: [u8; 16] = std::array::from_fn(|i| id[i]);

    // Metadata stays readable without decompressing, for archives.
    let packet = xmp::packet(about, &id);
    file.plain(slot::XMP, "/Type/Metadata/Subtype/XML", packet.as_bytes());
    file.info(about);
    Ok(file.finish(plate, &id))
}

fn front(layout: &Layout, plate: &Plate, certificate: &Certificate, code: &str) -> Result<Vec<u8>, RenderError> {
    let mut out = Vec::with_capacity(8_000);
    rule(layout, certificate.rule, &mut out);
    for (number, group) in structure::own_groups(&certificate.front) {
        begin(&mut out, certificate.front[group.start].tag.name(), number);
        for placed in &certificate.front[group] {
            placed.write(plate, &mut out);
        }
        out.extend_from_slice(b"EMC\n");
    }
    begin(&mut out, "Figure", structure::QR);
    qr(layout, code, &mut out)?;
    out.extend_from_slice(b"EMC\n");
    // Where the body that follows begins; it restores the graphics state itself.
    let [scale, x, y] = certificate.body;
    out.extend_from_slice(b"q ");
    for v in [scale, 0.0, 0.0, scale, x, y] {
        number(&mut out, v);
    }
    out.extend_from_slice(b"cm\n");
    Ok(out)
}

fn annex(plate: &Plate, lines: &[Placed]) -> Vec<u8> {
    let mut out = Vec::new();
    begin(&mut out, "P", structure::REFERENCE);
    for placed in lines {
        placed.write(plate, &mut out);
    }
    out.extend_from_slice(b"EMC\n");
    out
}

/// The rule under the name; where it is centred, with a lozenge in its middle.
fn rule(layout: &Layout, [x, y, scale]: [f32; 3], out: &mut Vec<u8>) {
    const GAP: f32 = 5.5;
    let place = &layout.design.file.front.body;
    let half = place.rule * MM / 2.0;
    if half <= 0.0 {
        return;
    }
    out.extend_from_slice(b"/Artifact BMC q ");
    for v in [scale, 0.0, 0.0, scale, x, y] {
        number(out, v);
    }
    out.extend_from_slice(b"cm 0.6 w\n");
    let fine = layout.design.colour(&layout.design.file.art.fine).0;
    colour(out, fine, "RG");
    colour(out, fine, "rg");
    // Infallible: a Vec takes every write.
    let _ = match place.align {
        Align::Left => writeln!(out, "0 0 m {:.2} 0 l S Q EMC", 2.0 * half),
        Align::Right => writeln!(out, "0 0 m {:.2} 0 l S Q EMC", -2.0 * half),
        Align::Centre => writeln!(
            out,
            "{:.2} 0 m -{GAP} 0 l {GAP} 0 m {half:.2} 0 l S -3.4 0 m 0 2.2 l 3.4 0 l 0 -2.2 l f Q EMC",
            -half
        ),
    };
}

/// White ground with the quiet zone, and all dark modules as one path in units of a module.
fn qr(layout: &Layout, code: &str, out: &mut Vec<u8>) -> Result<(), RenderError> {
    let place = &layout.design.file.front.qr;
    let qr = Qr::new(code)?;
    let module = place.size * MM / qr.width() as f32;
    out.extend_from_slice(b"q ");
    for v in [module, 0.0, 0.0, -module] {
        // Four decimals and more: an error here would grow with every module.
        let _ = write!(out, "{v:.6} ");
    }
    number(out, place.x * MM);
    number(out, layout.at_depth(place.y));
    let (quiet, side) = (QUIET_ZONE, qr.width() + 2 * QUIET_ZONE);
    let _ = writeln!(out, "cm 1 g -{quiet} -{quiet} {side} {side} re f 0 g");
    for (x, y, w, h) in qr.rectangles() {
        let _ = writeln!(out, "{x} {y} {w} {h} re");
    }
    out.extend_from_slice(b"f Q\n");
    Ok(())
}

/// A file that grows by objects.
struct File {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

impl File {
    fn object(&mut self, number: u32, body: impl FnOnce(&mut Vec<u8>)) {
        self.places[number as usize] = Place::At(self.bytes.len());
        let _ = writeln!(self.bytes, "{number} 0 obj");
        body(&mut self.bytes);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    fn stream(&mut self, number: u32, entries: &str, content: &[u8]) {
        let mut packer = ZlibEncoder::new(Vec::with_capacity(content.len() / 2), Compression::new(6));
        // Infallible: a Vec takes every write.
        let _ = packer.write_all(content);
        let packed = packer.finish().unwrap_or_default();
        self.plain(number, &format!("{entries}/Filter/FlateDecode"), &packed);
    }

    fn plain(&mut self, number: u32, entries: &str, content: &[u8]) {
        self.object(number, |out| {
            let _ = writeln!(out, "<<{entries}/Length {}>>stream", content.len());
            out.extend_from_slice(content);
            out.extend_from_slice(b"\nendstream");
        });
    }

    /// The first page's section: its elements in reading order, but for those that this certificate lacks.
    fn section(&mut self, plate: &Plate, certificate: &Certificate) {
        let own = structure::own_groups(&certificate.front);
        self.object(slot::SECTION, |out| {
            let _ = write!(out, "<</Type/StructElem/S/Sect/P {} 0 R/K[", plate.document);
            for kid in &plate.kids {
                if kid.own.is_none_or(|number| own.iter().any(|(has, _)| *has == number)) {
                    let _ = write!(out, "{} 0 R ", kid.element);
                }
            }
            out.extend_from_slice(b"]>>");
        });
    }

    /// The link over the QR code and the words under it, printed with the page, without a border.
    fn link(&mut self, layout: &Layout, url: &str) {
        const WORDS: f32 = 12.0;
        let place = &layout.design.file.front.qr;
        let (left, right) = (place.x * MM, (place.x + place.size) * MM);
        let (top, bottom) = (layout.at_depth(place.y), layout.at_depth(place.y + place.size + place.gap + WORDS));
        self.object(slot::LINK, |out| {
            let _ = write!(out, "<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/StructParent {}/Rect[", key::LINK);
            for v in [left, bottom, right, top] {
                number(out, v);
            }
            out.extend_from_slice(b"]/Contents<");
            hex(out, &utf16(&format!("Periksa keaslian sertifikat / verify the certificate: {url}")));
            out.extend_from_slice(b">/A<</S/URI/URI<");
            hex(out, url.as_bytes());
            out.extend_from_slice(b">>>>>");
        });
    }

    fn info(&mut self, about: &About<'_>) {
        let issued = about.particulars.issued.strftime("%Y%m%d").to_string();
        self.object(slot::INFO, |out| {
            out.extend_from_slice(b"<<");
            for (key, value) in [
                ("Title", about.title.as_str()),
                ("Author", about.author),
                ("Creator", PRODUCER),
                ("Producer", PRODUCER),
            ] {
                let _ = write!(out, "/{key}<");
                hex(out, &utf16(value));
                out.push(b'>');
            }
            let _ = write!(out, "/CreationDate(D:{issued})/ModDate(D:{issued})>>");
        });
    }

    /// The cross-reference stream, which is the trailer too (ISO 32000-1, 7.5.8): five bytes an object for where it is, two
    /// for its place in an object stream.
    fn finish(mut self, plate: &Plate, id: &[u8; 16]) -> Vec<u8> {
        let start = self.bytes.len();
        self.places[slot::PLACES as usize] = Place::At(start);
        let mut table = Vec::with_capacity(self.places.len() * 7);
        for place in &self.places {
            let (kind, at, within) = match *place {
                Place::Free => (0, 0, 0),
                Place::At(offset) => (1, offset as u32, 0),
                Place::Within(container, at) => (2, container, at),
            };
            table.push(kind);
            table.extend_from_slice(&at.to_be_bytes());
            table.extend_from_slice(&within.to_be_bytes());
        }
        let mut entries = format!(
            "/Type/XRef/W[1 4 2]/Size {}/Root {} 0 R/Info {} 0 R/ID",
            self.places.len(),
            plate.catalog,
            slot::INFO
        )
        .into_bytes();
        for bracket in [b"[<", b"><"] {
            entries.extend_from_slice(bracket);
            hex(&mut entries, id);
        }
        entries.extend_from_slice(b">]");
        self.stream(slot::PLACES, &String::from_utf8_lossy(&entries), &table);
        let _ = writeln!(self.bytes, "startxref\n{start}\n%%EOF");
        self.bytes
    }
}
