//! A PNG badge with the credential baked in: an `iTXt` chunk with the keyword `openbadgecredential` (Open Badges 3.0, 5.3.1).
//!
//! Only the chunks are walked, each with its checksum; no pixel is ever decoded. The credential's own chunk is read whatever
//! its checksum says: who changed it is found out by the signature, which says more. Compressed text is read too, although
//! the standard forbids it: there are image tools that compress whatever text they find.

use std::io::Read;

use flate2::Crc;
use flate2::read::ZlibDecoder;

use crate::{ExtractError, Extracted, MAX_CREDENTIAL, Source, baked};

/// What every PNG starts with (PNG, 5.2).
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The keyword of Open Badges 3.0.
const KEYWORD: &[u8] = b"openbadgecredential";
/// The largest length of a chunk (PNG, 5.3).
const MAX_CHUNK: usize = 0x7fff_ffff;
/// Length, type and checksum around a chunk's data.
const AROUND_DATA: usize = 12;

/// Is this a PNG?
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// The credential's text. The whole file is walked, because a second credential would be a riddle, not an answer.
pub(crate) fn extract(bytes: &[u8]) -> Result<Extracted, ExtractError> {
    let mut rest = &bytes[SIGNATURE.len().min(bytes.len())..];
    let mut found = None;
    let mut is_first = true;
    loop {
        let chunk = Chunk::next(&mut rest)?;
        match (&chunk.name, is_first) {
            (b"IHDR", true) | (_, false) => {}
            (_, true) => return Err(damaged("the first chunk is not IHDR")),
        }
        is_first = false;
        if &chunk.name == b"iTXt" && keyword(chunk.data) == Some(KEYWORD) {
            if found.replace(credential(chunk.data)?).is_some() {
                return Err(ExtractError::SeveralCredentials);
            }
        } else if !chunk.is_sound {
            return Err(damaged("the checksum of a chunk is wrong"));
        } else if &chunk.name == b"IEND" {
            break;
        }
    }
    let text = found.ok_or(ExtractError::NoCredentialInImage)?;
    Ok(Extracted { text: baked(&text)?, source: Source::BakedPng })
}

struct Chunk<'a> {
    name: [u8; 4],
    data: &'a [u8],
    /// Whether the checksum is right.
    is_sound: bool,
}

impl<'a> Chunk<'a> {
    /// Takes the next one off, whole.
    fn next(rest: &mut &'a [u8]) -> Result<Self, ExtractError> {
        let cut_off = || damaged("it is cut off");
        let word = |at: usize| -> Option<[u8; 4]> { rest.get(at..at + 4)?.try_into().ok() };
        let length = u32::from_be_bytes(word(0).ok_or_else(cut_off)?) as usize;
        if length > MAX_CHUNK {
            return Err(damaged("a chunk has an impossible length"));
        }
        let name = word(4).ok_or_else(cut_off)?;
        let data = rest.get(8..8 + length).ok_or_else(cut_off)?;
        let told = u32::from_be_bytes(word(8 + length).ok_or_else(cut_off)?);
        let mut sum = Crc::new();
        sum.update(&rest[4..8 + length]);
        *rest = &rest[AROUND_DATA + length..];
        Ok(Self { name, data, is_sound: sum.sum() == told })
    }
}

fn keyword(data: &[u8]) -> Option<&[u8]> {
    until_nul(data).map(|(keyword, _)| keyword)
}

/// The text of an `iTXt` chunk (PNG, 11.3.3.4).
fn credential(data: &[u8]) -> Result<Vec<u8>, ExtractError> {
    let malformed = || damaged("an iTXt chunk is malformed");
    let (_keyword, rest) = until_nul(data).ok_or_else(malformed)?;
    let (&[flag, method], rest) = rest.split_first_chunk::<2>().ok_or_else(malformed)?;
    let (_language, rest) = until_nul(rest).ok_or_else(malformed)?;
    let (_translated, text) = until_nul(rest).ok_or_else(malformed)?;
    match (flag, method) {
        (0, _) if text.len() > MAX_CREDENTIAL => too_large(text.len()),
        (0, _) => Ok(text.to_vec()),
        (1, 0) => inflated(text),
        _ => Err(malformed()),
    }
}

/// Never more than one byte above the limit is unpacked.
fn inflated(text: &[u8]) -> Result<Vec<u8>, ExtractError> {
    let mut out = Vec::new();
    let read = ZlibDecoder::new(text).take(MAX_CREDENTIAL as u64 + 1).read_to_end(&mut out);
    read.map_err(|_| damaged("the compressed text cannot be unpacked"))?;
    match out.len() {
        length if length > MAX_CREDENTIAL => too_large(length),
        _ => Ok(out),
    }
}

fn until_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

fn too_large<T>(got: usize) -> Result<T, ExtractError> {
    Err(ExtractError::TooLarge { limit: MAX_CREDENTIAL, got })
}

fn damaged(reason: &'static str) -> ExtractError {
    ExtractError::ImageDamaged { reason }
}
