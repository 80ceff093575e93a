//! A page of a finished PDF as a picture, for previews on a screen.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use crate::RenderError;

/// Most pixels of a picture on its longer side.
pub const MAX_SIDE: f32 = 8_000.0;

/// A page, counted from zero, of a PDF that this crate made, as PNG with `dpi` pixels per inch.
///
/// # Errors
/// [`RenderError::Pdf`] if there is no such page, or the picture would be larger than [`MAX_SIDE`].
pub fn page_png(pdf: &[u8], page: usize, dpi: f32) -> Result<Vec<u8>, RenderError> {
    let failed = |reason: String| RenderError::Pdf { reason };
    let pdf = Pdf::new(pdf.to_vec()).map_err(|e| failed(format!("{e:?}")))?;
    let pages = pdf.pages();
    let page = pages.get(page).ok_or_else(|| failed(format!("it has {} pages", pages.len())))?;
    let scale = dpi / 72.0;
    let (width, height) = page.render_dimensions();
    let side = width.max(height) * scale;
    if side.is_nan() || side > MAX_SIDE {
        return Err(failed(format!("at {dpi} dpi a side would have more than {MAX_SIDE} pixels")));
    }
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let render_settings = RenderSettings { hinting: false, ..RenderSettings::default() };
    let pixels = render(page, &RenderCache::new(), &InterpreterSettings::default(), &render_settings, &settings);
    // The ground is opaque, so the pixels are as they look.
    let rgb: Vec<u8> = pixels.data_as_u8_slice().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, u32::from(pixels.width()), u32::from(pixels.height()));
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rgb));
    written.map_err(|e| failed(e.to_string()))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Design, sample};

    #[test]
    fn a_preview_becomes_a_picture_whose_code_can_be_read() {
        let pdf = sample::preview(&Design::klasik().unwrap(), sample::USUAL, false).unwrap();
        let bytes = page_png(&pdf, 0, 150.0).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (width, height) = (info.width as usize, info.height as usize);
        assert_eq!((width, height), (1753, 1240));
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[(y * width + x) * 3 + 1]);
        assert_eq!(image.detect_grids()[0].decode().unwrap().1, sample::particulars(false).qr);
        assert!(page_png(&pdf, 9, 150.0).is_err() && page_png(&pdf, 0, 9e9).is_err());
        assert!(page_png(&pdf, 0, f32::NAN).is_err() && page_png(b"rubbish", 0, 72.0).is_err());
    }
}
