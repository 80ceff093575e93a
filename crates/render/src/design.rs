//! A design: page, colours, fonts, type styles and places, read from `templates/certificate/<design>/design.toml`.
//!
//! Lengths in a design are millimetres from the top left corner of the page, type sizes are points.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::Deserialize;

use crate::picture::Picture;
use crate::{RenderError, bundle};

/// Points in a millimetre.
pub(crate) const MM: f32 = 72.0 / 25.4;

/// How a certificate looks: [`Design::built_in`], or read from a text that [`bundle`](crate::bundle) made.
#[derive(Clone)]
pub struct Design {
    pub(crate) file: File,
    pub(crate) fonts: Vec<FontFile>,
    /// The art, in the order of `art.picture`.
    pub(crate) pictures: Vec<Arc<Picture>>,
}

/// A font of a design, with its bytes.
#[derive(Debug, Clone)]
pub(crate) struct FontFile {
    pub(crate) name: String,
    pub(crate) data: &'static [u8],
}

/// `design.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) page: Page,
    pub(crate) colours: BTreeMap<String, Colour>,
    pub(crate) fonts: Fonts,
    pub(crate) style: Styles<Style>,
    pub(crate) front: Front,
    pub(crate) annex: Annex,
    pub(crate) art: Art,
    /// What the design names beside its `design.toml`, in Base64: so one text is a whole design.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// Font files by role; `fallback` serves characters that the others lack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fonts {
    pub(crate) serif: String,
    pub(crate) italic: String,
    pub(crate) sans: String,
    pub(crate) fallback: String,
}

/// Which of the fonts a style uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FontRole {
    Serif,
    Italic,
    Sans,
    Fallback,
}

impl FontRole {
    pub(crate) const ALL: [Self; 4] = [Self::Serif, Self::Italic, Self::Sans, Self::Fallback];
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Style {
    pub(crate) font: FontRole,
    /// Size in points.
    pub(crate) size: f32,
    /// Down to this size a text stays on one line before it is broken.
    #[serde(default)]
    pub(crate) min: Option<f32>,
    /// Lines at most.
    #[serde(default = "one")]
    pub(crate) lines: usize,
    /// Letter spacing in thousandths of the size.
    #[serde(default)]
    pub(crate) tracking: f32,
    /// Line height in sizes.
    #[serde(default = "leading")]
    pub(crate) leading: f32,
    /// Space above, in millimetres, where texts are stacked.
    #[serde(default)]
    pub(crate) before: f32,
    /// Name of a colour.
    pub(crate) colour: String,
    /// OpenType features beside the usual ones.
    #[serde(default)]
    pub(crate) features: Vec<String>,
}

fn one() -> usize {
    1
}

fn centre() -> Align {
    Align::Centre
}

fn leading() -> f32 {
    1.22
}

macro_rules! styles {
    ($($name:ident)*) => {
        /// One per kind of text: the styles of a file, or what was made of them.
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Styles<T> {
            $(pub(crate) $name: T,)*
        }

        impl<T> Styles<T> {
            pub(crate) fn all(&self) -> Vec<&T> {
                vec![$(&self.$name),*]
            }

            /// With the name of each.
            pub(crate) fn try_map<U, E>(&self, f: impl Fn(&'static str, &T) -> Result<U, E>) -> Result<Styles<U>, E> {
                Ok(Styles { $($name: f(stringify!($name), &self.$name)?,)* })
            }
        }
    };
}

styles! {
    band agency agency_en title title_en number lead name person programme programme_en details details_en grade
    place place_en office signatory caption host code foot foot_en annex_title annex_title_en annex_reference
    table_head row row_en row_hours total note note_en
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// A column of stacked texts: `x` is its left edge, centre or right edge as `align` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) align: Align,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Front {
    pub(crate) head: Column,
    pub(crate) body: Body,
    pub(crate) qr: QrPlace,
    pub(crate) sign: Sign,
    pub(crate) foot: Column,
    /// A frame for a photograph; none by default.
    #[serde(default)]
    pub(crate) photo: Option<Photo>,
}

/// A frame for a photograph that is glued or printed in later.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Photo {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// The part that grows and shrinks with its texts, between the head and a lower edge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    pub(crate) x: f32,
    #[serde(default = "centre")]
    pub(crate) align: Align,
    /// Least space to the number above.
    pub(crate) gap: f32,
    pub(crate) bottom: f32,
    /// Width of the name and the lines under it.
    pub(crate) name_width: f32,
    /// Width of the other texts.
    pub(crate) width: f32,
    /// The rule under the name: its width; 0 for none.
    pub(crate) rule: f32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QrPlace {
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// Width of the symbol without its quiet zone; at least 35.
    pub(crate) size: f32,
    /// Where the words stand: gap to the symbol.
    pub(crate) gap: f32,
    pub(crate) text_width: f32,
    #[serde(default = "centre")]
    pub(crate) align: Align,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sign {
    pub(crate) x: f32,
    /// Top of the block.
    pub(crate) y: f32,
    /// Top of the official's name.
    pub(crate) name_y: f32,
    pub(crate) width: f32,
    #[serde(default = "centre")]
    pub(crate) align: Align,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Annex {
    pub(crate) head: Column,
    pub(crate) table: Table,
    pub(crate) notes: Column,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    /// Heights of a row: what is wished, what is needed for two lines, what is needed for one.
    pub(crate) row: f32,
    pub(crate) row_two: f32,
    pub(crate) row_one: f32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Art {
    pub(crate) line: String,
    /// Also the colour of rules and hairlines.
    pub(crate) fine: String,
    pub(crate) pale: String,
    pub(crate) tint: String,
    /// The guilloche border.
    #[serde(default)]
    pub(crate) border: Option<Border>,
    #[serde(default)]
    pub(crate) seal: Option<Seal>,
    /// Radius of the pale rosette behind the text; 0 for none.
    #[serde(default)]
    pub(crate) watermark: f32,
    pub(crate) test_band: TestBand,
    #[serde(default)]
    pub(crate) picture: Vec<PicturePlace>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Border {
    /// Its outer edge, distance from the page's edge.
    pub(crate) outer: f32,
    /// Width of the guilloche band.
    pub(crate) band: f32,
}

/// Art from a file, as high as its width makes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PicturePlace {
    /// SVG or PNG beside `design.toml`.
    pub(crate) file: String,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    #[serde(default)]
    pub(crate) pages: Pages,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pages {
    #[default]
    First,
    Every,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seal {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) radius: f32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestBand {
    /// Distance from the left and right edge of the page.
    pub(crate) inset: f32,
    pub(crate) y: f32,
    pub(crate) height: f32,
    pub(crate) colour: String,
}

/// An sRGB colour, `#rrggbb` in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Colour(pub(crate) [u8; 3]);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let hex = text.strip_prefix('#').filter(|h| h.len() == 6 && h.is_ascii());
        let byte = |i: usize| hex.and_then(|h| u8::from_str_radix(&h[i..i + 2], 16).ok());
        match (byte(0), byte(2), byte(4)) {
            (Some(r), Some(g), Some(b)) => Ok(Self([r, g, b])),
            _ => Err(format!("{text:?} is no colour of the form #rrggbb")),
        }
    }
}

impl Design {
    /// The built-in design *klasik*: guilloche border and seal, A4 landscape.
    ///
    /// # Errors
    /// Never with the files of this repository; the tests read them.
    pub fn klasik() -> Result<Self, RenderError> {
        Self::built_in("klasik")
    }

    /// A design of [`BUILT_IN`](crate::BUILT_IN).
    ///
    /// # Errors
    /// [`RenderError::Design`] for a name that is not among them.
    pub fn built_in(name: &str) -> Result<Self, RenderError> {
        Self::from_toml(name, &bundle::built_in(name)?)
    }

    /// A design from a text that [`bundle`](crate::bundle) made, or from a `design.toml` that names no files of its own.
    ///
    /// # Errors
    /// [`RenderError::Design`] names file, line and field.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, RenderError> {
        let wrong = |reason: String| RenderError::Design { design: name.to_owned(), reason };
        let file = File::read(text).map_err(wrong)?;
        let mut fonts = Vec::new();
        for wanted in file.fonts.names() {
            let data = match bundle::embedded_font(wanted) {
                Some(data) => data,
                None => {
                    let bytes = file.bytes(wanted).map_err(wrong)?;
                    bundle::own_font(&bytes).map_err(|reason| wrong(format!("{wanted}: {reason}")))?
                }
            };
            fonts.push(FontFile { name: wanted.to_owned(), data });
        }
        let mut pictures = Vec::new();
        for place in &file.art.picture {
            let bytes = file.bytes(&place.file).map_err(wrong)?;
            let picture = Picture::read(&bytes).map_err(|reason| wrong(format!("{}: {reason}", place.file)))?;
            pictures.push(Arc::new(picture));
        }
        Ok(Self { file, fonts, pictures })
    }

    /// The design's name.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    pub(crate) fn colour(&self, name: &str) -> Colour {
        self.file.colours.get(name).copied().unwrap_or(Colour([0, 0, 0]))
    }
}

impl Fonts {
    /// In the order of [`FontRole::ALL`].
    pub(crate) fn names(&self) -> [&str; 4] {
        [&self.serif, &self.italic, &self.sans, &self.fallback]
    }
}

impl File {
    /// `design.toml`, with the line of what is wrong.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let file: Self = toml::from_str(text).map_err(|e| format!("design.toml: {}", e.to_string().trim_end()))?;
        file.check().map_err(|reason| format!("design.toml: {reason}"))?;
        Ok(file)
    }

    /// A file that came with the design.
    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, String> {
        let text = self.files.get(name).ok_or_else(|| format!("{name}: there is no such file beside design.toml"))?;
        BASE64.decode(text).map_err(|e| format!("{name}: its Base64 is damaged: {e}"))
    }

    /// What the types cannot say: every colour that is used is defined, the QR code is large enough.
    fn check(&self) -> Result<(), String> {
        const SMALLEST_QR: f32 = 35.0;
        let art = [&self.art.line, &self.art.fine, &self.art.pale, &self.art.tint, &self.art.test_band.colour];
        for colour in self.style.all().into_iter().map(|s| &s.colour).chain(art) {
            if !self.colours.contains_key(colour) {
                return Err(format!("colour {colour:?} is used but not in [colours]"));
            }
        }
        if self.front.qr.size < SMALLEST_QR {
            return Err(format!(
                "front.qr.size is {} mm, at least {SMALLEST_QR} are needed to scan a print",
                self.front.qr.size
            ));
        }
        if self.style.all().iter().any(|s| !(1.0..=400.0).contains(&s.size) || s.lines == 0) {
            return Err("a style has a size outside 1 to 400 points, or no line".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_designs_are_read() {
        for name in crate::BUILT_IN {
            assert_eq!(Design::built_in(name).unwrap().name(), name);
        }
        assert!(Design::built_in("lain").err().unwrap().to_string().contains("klasik"));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let good = include_str!("../../../templates/certificate/klasik/design.toml");
        let error =
            |from: &str, to: &str| Design::from_toml("uji", &good.replacen(from, to, 1)).err().unwrap().to_string();
        assert!(error("[page]", "[page]\ndepth = 1").contains("depth"));
        assert!(error("ink = \"#", "ink = \"").contains("#rrggbb"));
        assert!(error("EBGaramond12-Regular", "Nirgends").contains("Nirgends"));
        assert!(error("colour = \"ink\"", "colour = \"lila\"").contains("lila"));
        assert!(error("size = 40.0", "size = 20.0").contains("35"));
        assert!(error("[page]", "[page").contains("line"));
    }
}
