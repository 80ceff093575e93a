//! Pixels out of a PNG or JPEG.

use std::io::Cursor;

use ::png::{ColorType, Decoder, Limits, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Grey, MAX_PIXELS};
use crate::ExtractError;

/// What a JPEG starts with: start of image, and the first byte of the next marker.
const JPEG: &[u8] = b"\xff\xd8\xff";
/// What a PNG starts with (PNG, 5.2).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The most pixels of a picture that has to be held whole, with more than a byte for each, before it is grey: an
/// interlaced PNG, a JPEG whose scans refine each other.
const MAX_PIXELS_WHOLE: usize = 25_000_000;
/// The longest side that a JPEG can say.
const MAX_SIDE: usize = 65_535;
/// Scans of a JPEG; a progressive one has about ten.
const MAX_SCANS: usize = 64;
/// Memory for what a PNG carries beside its pixels.
const MAX_PNG_EXTRAS: usize = 1_000_000;

/// Is this a picture that [`decode`] may read?
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(JPEG) || bytes.starts_with(PNG)
}

/// Its pixels.
pub(crate) fn decode(bytes: &[u8]) -> Result<Grey, ExtractError> {
    if bytes.starts_with(PNG) { png(bytes) } else { jpeg(bytes) }
}

fn png(bytes: &[u8]) -> Result<Grey, ExtractError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_PNG_EXTRAS });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|_| damaged("the header of the PNG"))?;
    let (width, height) = (header.width as usize, header.height as usize);
    let most = if header.interlaced { MAX_PIXELS_WHOLE } else { MAX_PIXELS };
    check_size(width, height, most)?;
    // A row is held as it is, 16 bits a channel.
    decoder.set_limits(Limits { bytes: MAX_PNG_EXTRAS + 64 * width });
    let mut reader = decoder.read_info().map_err(|_| damaged("the PNG up to its pixels"))?;
    let colour = reader.output_color_type().0;
    let mut grey = Vec::with_capacity(width * height);
    if reader.info().interlaced {
        let size = reader.output_buffer_size().ok_or_else(|| too_large(width, height, most))?;
        let mut whole = vec![0; size];
        reader.next_frame(&mut whole).map_err(|_| damaged("the pixels of the PNG"))?;
        push_grey(colour, &whole, &mut grey);
    } else {
        while let Some(row) = reader.next_row().map_err(|_| damaged("the pixels of the PNG"))? {
            push_grey(colour, row.data(), &mut grey);
        }
    }
    Ok(Grey::new(width, grey))
}

/// Transparent pixels are seen on white paper.
fn push_grey(colour: ColorType, samples: &[u8], grey: &mut Vec<u8>) {
    let on_white = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    match colour {
        ColorType::Grayscale | ColorType::Indexed => grey.extend_from_slice(samples),
        ColorType::GrayscaleAlpha => grey.extend(samples.chunks_exact(2).map(|p| on_white(p[0], p[1]))),
        ColorType::Rgb => grey.extend(samples.chunks_exact(3).map(|p| luma(p[0], p[1], p[2]))),
        ColorType::Rgba => grey.extend(samples.chunks_exact(4).map(|p| on_white(luma(p[0], p[1], p[2]), p[3]))),
    }
}

fn jpeg(bytes: &[u8]) -> Result<Grey, ExtractError> {
    let options = DecoderOptions::new_safe()
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| damaged("the header of the JPEG"))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| damaged("a JPEG without a size"))?;
    let most = if is_progressive(bytes) { MAX_PIXELS_WHOLE } else { MAX_PIXELS };
    check_size(width, height, most)?;
    let is_grey = matches!(decoder.input_colorspace(), Some(ColorSpace::YCbCr | ColorSpace::Luma));
    if !is_grey {
        check_size(width, height, MAX_PIXELS_WHOLE)?;
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::RGB));
    }
    let samples = decoder.decode().map_err(|_| damaged("the pixels of the JPEG"))?;
    if is_grey {
        return Ok(Grey::new(width, samples));
    }
    let mut grey = Vec::with_capacity(width * height);
    push_grey(ColorType::Rgb, &samples, &mut grey);
    Ok(Grey::new(width, grey))
}

/// Whether the frame is one whose scans refine each other (ITU T.81, B.1.1.3: SOF2). Only markers of that shape are
/// looked for; what merely resembles one costs a smaller bound.
fn is_progressive(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|marker| marker == [0xff, 0xc2])
}

/// ITU-R BT.601, in 256ths.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8) as u8
}

fn check_size(width: usize, height: usize, most: usize) -> Result<(), ExtractError> {
    match width.saturating_mul(height) {
        0 => Err(damaged("a picture without pixels")),
        pixels if pixels > most => Err(too_large(width, height, most)),
        _ => Ok(()),
    }
}

fn too_large(width: usize, height: usize, limit: usize) -> ExtractError {
    ExtractError::PictureTooLarge { limit, got: width.saturating_mul(height) }
}

fn damaged(reason: &'static str) -> ExtractError {
    ExtractError::ImageDamaged { reason }
}
