//! What lies behind the texts: border and pictures, as forms that every page paints first.

use lopdf::{Dictionary, Document, ObjectId};

use crate::design::{MM, Pages};
use crate::ink::number;
use crate::layout::Layout;
use crate::picture::Picture;
use crate::plate::{form_dictionary, packed};

/// Content streams that paint the background of the first page and of the others.
pub(crate) struct Backgrounds {
    pub(crate) first: ObjectId,
    pub(crate) others: ObjectId,
}

/// Makes the forms, adds them to `forms` and gives the streams that paint them.
pub(crate) fn forms(
    out: &mut Document,
    layout: &Layout,
    frame: Vec<u8>,
    resources: &Dictionary,
    forms: &mut Dictionary,
) -> Backgrounds {
    let every = form(out, layout, frame, Pages::Every, resources);
    forms.set("A", every);
    let only_first = layout.design.file.art.picture.iter().any(|p| p.pages == Pages::First);
    if only_first {
        let first = form(out, layout, Vec::new(), Pages::First, resources);
        forms.set("C", first);
    }
    let paint = |out: &mut Document, names: &[u8]| out.add_object(packed(Dictionary::new(), names.to_vec()));
    let others = paint(out, b"/Artifact BMC q /A Do Q EMC\n");
    let first = if only_first { paint(out, b"/Artifact BMC q /A Do Q q /C Do Q EMC\n") } else { others };
    Backgrounds { first, others }
}

fn form(out: &mut Document, layout: &Layout, mut content: Vec<u8>, pages: Pages, resources: &Dictionary) -> ObjectId {
    let design = &layout.design;
    let mut images = Dictionary::new();
    for (i, (place, picture)) in design.file.art.picture.iter().zip(&design.pictures).enumerate() {
        if place.pages != pages {
            continue;
        }
        let (width, height) = picture.size();
        let scale = place.width * MM / width;
        content.extend_from_slice(b"q ");
        match &**picture {
            Picture::Drawing { operators, .. } => {
                // Six decimals: an error here would grow with the picture.
                content.extend_from_slice(format!("{scale:.6} 0 0 -{scale:.6} ").as_bytes());
                number(&mut content, place.x * MM);
                number(&mut content, layout.at_depth(place.y));
                content.extend_from_slice(b"cm\n");
                content.extend_from_slice(operators);
            }
            Picture::Pixels { image, .. } => {
                let name = format!("I{i}");
                let bottom = layout.at_depth(place.y) - height * scale;
                for v in [width * scale, 0.0, 0.0, height * scale, place.x * MM, bottom] {
                    number(&mut content, v);
                }
                content.extend_from_slice(format!("cm /{name} Do ").as_bytes());
                images.set(name, out.add_object(image.clone()));
            }
        }
        content.extend_from_slice(b"Q\n");
    }
    let page = &design.file.page;
    let mut resources = resources.clone();
    if !images.is_empty() {
        resources.set("XObject", images);
    }
    let corners = [0.0, 0.0, page.width * MM, page.height * MM];
    let dictionary: Dictionary = form_dictionary(corners, &resources);
    out.add_object(packed(dictionary, content))
}
