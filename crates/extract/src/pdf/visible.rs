//! What a person sees on the pages of a PDF.

mod copy;
mod lines;
mod look;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::kurbo::Rect;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, TransformExt, interpret_page};
use vc::{Visible, VisiblePage};

use copy::{Copy, Unread, copy};
use lines::lines;
use look::{Look, Worn};

/// The longer side of an A4 sheet, in points.
const A4: f64 = 841.89;

/// The pages of a PDF, or why they are not read.
pub(crate) fn visible(bytes: &[u8]) -> Visible {
    let seen = copy(bytes).and_then(|copy| {
        // The interpreter is somebody else's, the file a stranger's: whatever happens in there ends here.
        catch_unwind(AssertUnwindSafe(|| look(&copy))).unwrap_or_else(|cause| {
            Err(Unread::Beyond(cause.downcast_ref::<Worn>().map_or("the interpreter failed", |worn| worn.0)))
        })
    });
    match seen {
        Ok(visible) => visible,
        Err(why) => Visible::Unread(why.to_string()),
    }
}

fn look(copy: &Copy) -> Result<Visible, Unread> {
    let pdf = Pdf::new(copy.bytes.clone()).map_err(|_| Unread::Beyond("a copy that cannot be opened"))?;
    let cache = InterpreterCache::new();
    let lacking = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&lacking);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |_| told.store(true, Ordering::Relaxed)),
        ..InterpreterSettings::default()
    };
    let mut pages = Vec::new();
    for (page, links) in pdf.pages().iter().zip(&copy.links) {
        let (width, height) = page.render_dimensions();
        let sheet = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let longer = sheet.width().max(sheet.height());
        if !longer.is_finite() || longer <= 0.0 {
            return Err(Unread::Beyond("a page without a size"));
        }
        let transform = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(transform, sheet, &cache, pdf.xref(), settings.clone());
        let mut look = Look::new(sheet);
        interpret_page(page, &mut context, &mut look);
        pages.push(VisiblePage { lines: lines(look.signs(), A4 / longer), links: links.clone() });
    }
    // Text in a font that cannot be read would be seen by a person and not by us.
    match lacking.load(Ordering::Relaxed) {
        true => Err(Unread::Beyond("a font or an appearance that cannot be read")),
        false => Ok(Visible::Pages { pages, ours: copy.ours }),
    }
}
