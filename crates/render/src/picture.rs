//! The art of a design: SVG as paths, PNG as pixels. What a page cannot hold, or what would reach outside, is named with its line.

use lopdf::{Dictionary, Stream, dictionary};
use usvg::tiny_skia_path::{PathSegment, Point};
use usvg::{FillRule, LineCap, LineJoin, Node, Paint, PaintOrder, roxmltree};

use crate::ink::{colour, number};

/// The largest SVG in bytes.
const MAX_SVG: usize = 1 << 20;
/// Elements of an SVG, at most.
const MAX_ELEMENTS: usize = 20_000;
/// Attributes of an element, at most: the parser compares each with all before it.
const MAX_ATTRIBUTES: usize = 512;
/// Namespace declarations, at most: for the parser an element has all those of its parents.
const MAX_NAMESPACES: usize = 256;
/// Path pieces of an SVG after all repetitions, at most.
const MAX_PIECES: usize = 100_000;
/// Pixels of a PNG, at most: A4 at 300 dots per inch has 8.7 million.
const MAX_PIXELS: u64 = 12_000_000;
/// What decoding may need beside the pixels.
const MAX_DECODER_BYTES: usize = 96 << 20;

/// Art ready for a page.
pub(crate) enum Picture {
    /// Operators in the picture's own units, downwards from its upper left corner.
    Drawing {
        width: f32,
        height: f32,
        operators: Vec<u8>,
    },
    Pixels {
        width: f32,
        height: f32,
        image: Stream,
    },
}

impl Picture {
    /// Recognised by content. The error names the line where there is one.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(b"\x89PNG") { pixels(bytes) } else { drawing(bytes) }
    }

    pub(crate) fn size(&self) -> (f32, f32) {
        match self {
            Self::Drawing { width, height, .. } | Self::Pixels { width, height, .. } => (*width, *height),
        }
    }
}

fn drawing(bytes: &[u8]) -> Result<Picture, String> {
    if bytes.len() > MAX_SVG {
        return Err(format!("the SVG has {} bytes, at most {MAX_SVG} are read", bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is neither PNG nor SVG".to_owned())?;
    if let Some((line, words)) = dear(text) {
        return Err(format!("line {line}: {words}"));
    }
    let options =
        roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: MAX_ELEMENTS as u32, ..Default::default() };
    let document =
        roxmltree::Document::parse_with_options(text, options).map_err(|e| format!("line {}: {e}", e.pos().row))?;
    let line = |node: roxmltree::Node<'_, '_>| document.text_pos_at(node.range().start).row;
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        if let Some(reason) = reaches_outside(node) {
            return Err(format!("line {}: {reason}", line(node)));
        }
    }
    let tree = usvg::Tree::from_xmltree(&document, &usvg::Options::default()).map_err(|e| e.to_string())?;
    let mut drawing = Drawing { out: Vec::new(), pieces: 0 };
    drawing.group(tree.root()).map_err(|(kind, words)| {
        // Paths have lost their lines; the element that brings what cannot be printed is still in the text.
        let culprit = document.descendants().find(|n| kind.iter().any(|k| n.has_tag_name(*k) || names(*n, k)));
        culprit.map_or_else(|| words.to_owned(), |node| format!("line {}: {words}", line(node)))
    })?;
    Ok(Picture::Drawing { width: tree.size().width(), height: tree.size().height(), operators: drawing.out })
}

/// What a parser that compares and copies would take long over, and its line: found before anything is parsed.
fn dear(text: &str) -> Option<(usize, String)> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    if let Some((at, _)) = text.match_indices("xmlns").nth(MAX_NAMESPACES) {
        return Some((line(at), format!("it declares more than {MAX_NAMESPACES} namespaces")));
    }
    let mut start = 0;
    // A tag reaches to the next `<` at most.
    for tag in text.split('<') {
        if tag.matches('=').nth(MAX_ATTRIBUTES).is_some() {
            return Some((line(start), format!("an element has more than {MAX_ATTRIBUTES} attributes")));
        }
        start += tag.len() + 1;
    }
    None
}

/// Scripts, events and everything that is not in the file itself.
fn reaches_outside(node: roxmltree::Node<'_, '_>) -> Option<String> {
    let name = node.tag_name().name();
    if ["script", "foreignObject", "iframe", "audio", "video", "handler", "set"].contains(&name)
        || name.starts_with("animate")
    {
        return Some(format!("<{name}> has no place in a certificate"));
    }
    for attribute in node.attributes() {
        let value = attribute.value().trim();
        if attribute.name().starts_with("on") {
            return Some(format!("the script in {}=\"...\" has no place in a certificate", attribute.name()));
        }
        if attribute.name() == "href" && !value.starts_with('#') {
            return Some(format!("it refers to {:?}, which is not in the file", shortened(value)));
        }
        if loads(value) {
            return Some(format!("{}=\"{}\" refers to another file", attribute.name(), shortened(value)));
        }
    }
    let is_css = name == "style" && node.text().is_some_and(|css| css.contains("@import") || loads(css));
    is_css.then(|| "the style sheet refers to another file".to_owned())
}

/// Whether CSS names something by `url(...)` that is not in the file.
fn loads(css: &str) -> bool {
    css.split("url(").skip(1).any(|rest| !rest.trim_start().trim_start_matches(['"', '\'']).starts_with('#'))
}

fn names(node: roxmltree::Node<'_, '_>, property: &str) -> bool {
    node.attribute(property).is_some() || node.attribute("style").is_some_and(|style| style.contains(property))
}

fn shortened(value: &str) -> String {
    value.chars().take(60).collect()
}

/// What cannot be drawn: elements or attributes that bring it, and the words for it.
type Beyond = (&'static [&'static str], &'static str);

struct Drawing {
    out: Vec<u8>,
    pieces: usize,
}

impl Drawing {
    fn group(&mut self, group: &usvg::Group) -> Result<(), Beyond> {
        if group.clip_path().is_some() {
            return Err((&["clipPath", "clip-path"], "clip paths are not printed; cut the shapes themselves"));
        }
        if group.mask().is_some() || !group.filters().is_empty() {
            return Err((&["mask", "filter"], "masks and filters are not printed; use plain shapes"));
        }
        if group.opacity().get() < 1.0 || group.blend_mode() != usvg::BlendMode::Normal {
            return Err((&["opacity", "mix-blend-mode"], "transparency is not printed; use the mixed colour itself"));
        }
        group.children().iter().try_for_each(|node| -> Result<(), Beyond> {
            match node {
                Node::Group(group) => self.group(group),
                Node::Path(path) => self.path(path),
                Node::Image(_) => Err((&["image"], "a picture within an SVG is not printed; make it a PNG of its own")),
                Node::Text(_) => Err((&["text"], "text within an SVG is not printed; turn it into paths")),
            }
        })
    }

    fn path(&mut self, path: &usvg::Path) -> Result<(), Beyond> {
        if !path.is_visible() {
            return Ok(());
        }
        self.pieces += path.data().len();
        if self.pieces > MAX_PIECES {
            return Err((&["use"], "it has more than 100000 path pieces"));
        }
        self.out.extend_from_slice(b"q ");
        let t = path.abs_transform();
        for v in [t.sx, t.ky, t.kx, t.sy, t.tx, t.ty] {
            number(&mut self.out, v);
        }
        self.out.extend_from_slice(b"cm\n");
        let mut operator = b"n\n".as_slice();
        if let Some(fill) = path.fill() {
            colour(&mut self.out, plain(fill.paint(), fill.opacity().get())?, "rg");
            operator = if fill.rule() == FillRule::EvenOdd { b"f*\n" } else { b"f\n" };
        }
        if let Some(stroke) = path.stroke() {
            colour(&mut self.out, plain(stroke.paint(), stroke.opacity().get())?, "RG");
            self.pen(stroke);
            operator = match (path.fill().map(usvg::Fill::rule), path.paint_order()) {
                (None, _) => b"S\n",
                (Some(_), PaintOrder::StrokeAndFill) => {
                    return Err((&["paint-order"], "strokes under their fill are not printed; draw the shape twice"));
                }
                (Some(FillRule::EvenOdd), _) => b"B*\n",
                (Some(FillRule::NonZero), _) => b"B\n",
            };
        }
        self.outline(path.data());
        self.out.extend_from_slice(operator);
        self.out.extend_from_slice(b"Q\n");
        Ok(())
    }

    fn pen(&mut self, stroke: &usvg::Stroke) {
        number(&mut self.out, stroke.width().get());
        self.out.extend_from_slice(b"w ");
        self.out.extend_from_slice(match stroke.linecap() {
            LineCap::Butt => b"0 J ",
            LineCap::Round => b"1 J ",
            LineCap::Square => b"2 J ",
        });
        self.out.extend_from_slice(match stroke.linejoin() {
            LineJoin::Miter | LineJoin::MiterClip => b"0 j ",
            LineJoin::Round => b"1 j ",
            LineJoin::Bevel => b"2 j ",
        });
        number(&mut self.out, stroke.miterlimit().get());
        self.out.extend_from_slice(b"M ");
        if let Some(dashes) = stroke.dasharray() {
            self.out.push(b'[');
            for dash in dashes {
                number(&mut self.out, *dash);
            }
            self.out.extend_from_slice(b"] ");
            number(&mut self.out, stroke.dashoffset());
            self.out.extend_from_slice(b"d ");
        }
    }

    fn outline(&mut self, path: &usvg::tiny_skia_path::Path) {
        let mut pen = Point::zero();
        for segment in path.segments() {
            let (points, operator): (&[Point], &[u8]) = match &segment {
                PathSegment::MoveTo(p) => (&[*p], b"m\n"),
                PathSegment::LineTo(p) => (&[*p], b"l\n"),
                // PDF knows cubic curves only.
                PathSegment::QuadTo(c, p) => (&[towards(pen, *c), towards(*p, *c), *p], b"c\n"),
                PathSegment::CubicTo(a, b, p) => (&[*a, *b, *p], b"c\n"),
                PathSegment::Close => (&[], b"h\n"),
            };
            for point in points {
                number(&mut self.out, point.x);
                number(&mut self.out, point.y);
                pen = *point;
            }
            self.out.extend_from_slice(operator);
        }
    }
}

/// Two thirds of the way.
fn towards(from: Point, to: Point) -> Point {
    Point::from_xy(from.x + (to.x - from.x) * 2.0 / 3.0, from.y + (to.y - from.y) * 2.0 / 3.0)
}

fn plain(paint: &Paint, opacity: f32) -> Result<[u8; 3], Beyond> {
    if opacity < 1.0 {
        return Err((
            &["opacity", "fill-opacity", "stroke-opacity"],
            "transparency is not printed; use the mixed colour itself",
        ));
    }
    match paint {
        Paint::Color(colour) => Ok([colour.red, colour.green, colour.blue]),
        _ => Err((
            &["linearGradient", "radialGradient", "pattern"],
            "gradients and patterns are not printed; use plain colours",
        )),
    }
}

fn pixels(bytes: &[u8]) -> Result<Picture, String> {
    let limits = png::Limits { bytes: MAX_DECODER_BYTES };
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let wrong = |e: png::DecodingError| format!("the PNG cannot be read: {e}");
    let (width, height) = decoder.read_header_info().map_err(wrong)?.size();
    let count = u64::from(width) * u64::from(height);
    if count > MAX_PIXELS {
        return Err(format!("the PNG has {width} x {height} pixels, at most {MAX_PIXELS} are printed"));
    }
    let mut reader = decoder.read_info().map_err(wrong)?;
    let mut buffer = vec![0; reader.output_buffer_size().ok_or("the PNG is too large")?];
    let frame = reader.next_frame(&mut buffer).map_err(wrong)?;
    buffer.truncate(frame.buffer_size());
    let (space, data) = match frame.color_type {
        png::ColorType::Grayscale => ("DeviceGray", buffer),
        png::ColorType::Rgb => ("DeviceRGB", buffer),
        png::ColorType::GrayscaleAlpha => ("DeviceGray", on_white::<1>(&buffer)),
        _ => ("DeviceRGB", on_white::<3>(&buffer)),
    };
    let dictionary: Dictionary = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(width),
        "Height" => i64::from(height),
        "ColorSpace" => space,
        "BitsPerComponent" => 8,
    };
    let image = Stream::new(dictionary, data).with_compression(true);
    Ok(Picture::Pixels { width: width as f32, height: height as f32, image })
}

/// Transparent pixels over white paper.
fn on_white<const N: usize>(pixels: &[u8]) -> Vec<u8> {
    let mixed = |pixel: &[u8]| {
        let alpha = u32::from(pixel[N]);
        std::array::from_fn::<u8, N, _>(|i| ((u32::from(pixel[i]) * alpha + 255 * (255 - alpha)) / 255) as u8)
    };
    pixels.chunks_exact(N + 1).flat_map(mixed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(svg: &str) -> String {
        Picture::read(svg.as_bytes()).err().unwrap()
    }

    #[test]
    fn shapes_become_paths() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><defs><path id="a" d="M0 0h4v4z"/></defs>
            <g transform="translate(2 1)"><use href="#a" fill="#f00"/><circle r="2" fill="none" stroke="#123456" stroke-width=".5"/></g></svg>"##;
        let Picture::Drawing { width, height, operators } = Picture::read(svg.as_bytes()).unwrap() else { panic!() };
        let text = String::from_utf8(operators).unwrap();
        assert_eq!((width, height), (20.0, 10.0));
        assert!(text.contains("1 0 0 rg") && text.contains("0.5 w"), "{text}");
    }

    #[test]
    fn what_reaches_outside_is_named_with_its_line() {
        let svg = |inside: &str| {
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">\n<g>\n{inside}\n</g></svg>")
        };
        for (inside, word) in [
            ("<script>alert(1)</script>", "script"),
            ("<rect width='1' height='1' onload='x()'/>", "onload"),
            ("<image href='https://contoh.example/a.png' width='1' height='1'/>", "contoh.example"),
            ("<use href='lain.svg#a'/>", "lain.svg"),
            ("<rect style='fill:url(http://contoh.example/#a)' width='1' height='1'/>", "another file"),
            ("<style>@import 'a.css';</style>", "style sheet"),
            ("<foreignObject/>", "foreignObject"),
            ("<rect width='5' height='5' opacity='.5'/>", "transparency"),
            (
                "<linearGradient id='a'><stop offset='0'/><stop offset='1' stop-color='#fff'/></linearGradient><rect fill='url(#a)' width='5' height='5'/>",
                "gradients",
            ),
            ("<broken", "line"),
        ] {
            let reason = refused(&svg(inside));
            assert!(reason.contains(word) && (reason.contains("line 3") || inside == "<broken"), "{inside}: {reason}");
        }
        assert!(
            refused("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>")
                .contains("DTD")
        );
    }

    #[test]
    fn what_would_keep_a_parser_busy_is_refused_before_it_is_parsed() {
        let svg = |inside: &str| {
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">\n{inside}</svg>")
        };
        let many = |count: usize, name: &str| (0..count).map(|i| format!(" {name}{i}=\"u{i}\"")).collect::<String>();
        let begin = std::time::Instant::now();
        for (inside, words) in [
            (format!("<g{}/>", many(60_000, "a")), "line 2: an element has more than 512 attributes"),
            (format!("<g{}/>", many(513, "a")), "line 2: an element has more than 512 attributes"),
            (format!("<g{}/>", many(40_000, "xmlns:n")), "line 2: it declares more than 256 namespaces"),
        ] {
            assert_eq!(refused(&svg(&inside)), words);
        }
        assert!(begin.elapsed().as_secs() < 2, "{:?}", begin.elapsed());
        for (count, name) in [(512, "a"), (255, "xmlns:n")] {
            let inside = format!("<g{}/><path d=\"M0 0h9v9z\"/>", many(count, name));
            assert!(Picture::read(svg(&inside).as_bytes()).is_ok(), "{count} {name}");
        }
    }

    #[test]
    fn huge_and_broken_pixels_are_refused_before_they_are_read() {
        let mut bytes = Vec::new();
        png::Encoder::new(&mut bytes, 10_000, 10_000).write_header().unwrap();
        assert!(refused_bytes(&bytes).contains("10000 x 10000"));
        assert!(refused_bytes(b"\x89PNG\r\n\x1a\nrubbish").contains("cannot be read"));
        let svg = vec![b' '; MAX_SVG + 1];
        assert!(refused_bytes(&svg).contains("bytes"));
    }

    fn refused_bytes(bytes: &[u8]) -> String {
        Picture::read(bytes).err().unwrap()
    }

    #[test]
    fn transparent_pixels_lie_on_white() {
        assert_eq!(on_white::<3>(&[0, 0, 0, 0, 10, 20, 30, 255]), [255, 255, 255, 10, 20, 30]);
    }
}
