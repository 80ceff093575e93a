//! The badge of a batch, and the picture beside a shared link: drawn when first asked for, because most runs need neither.

use std::sync::{Arc, Mutex, PoisonError};

use render::{Badge, Design, RenderError, Shared};

/// What they are drawn from, and what was drawn.
pub(super) struct Pictures {
    design: Design,
    shared: Shared,
    badge: Mutex<Option<Arc<Badge>>>,
    preview: Mutex<Option<Arc<[u8]>>>,
}

impl Pictures {
    /// With nothing drawn.
    pub(super) fn new(design: Design, shared: Shared) -> Self {
        Self { design, shared, badge: Mutex::default(), preview: Mutex::default() }
    }

    pub(super) fn badge(&self) -> Result<Arc<Badge>, RenderError> {
        once(&self.badge, || Badge::new(&self.design, &self.shared).map(Arc::new))
    }

    pub(super) fn preview(&self) -> Result<Arc<[u8]>, RenderError> {
        once(&self.preview, || render::preview_png(&self.design, &self.shared).map(Arc::from))
    }
}

/// Who comes while it is being drawn waits for it.
fn once<T: Clone>(kept: &Mutex<Option<T>>, make: impl FnOnce() -> Result<T, RenderError>) -> Result<T, RenderError> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = kept.as_ref() {
        return Ok(made.clone());
    }
    let made = make()?;
    *kept = Some(made.clone());
    Ok(made)
}
