//! The plain tokens between a PDF's objects: where a text ends, where a stream begins, the numbers of the cross-reference.

/// Where an object's text ends (before `endobj`, `startxref` or its stream), and where its stream's bytes begin (7.3.8.1).
pub(super) fn end_of_text(text: &[u8]) -> (usize, Option<usize>) {
    let mut at = 0;
    while let Some(found) = text[at..].iter().position(|&byte| byte == b'e' || byte == b's').map(|i| at + i) {
        let rest = &text[found..];
        if rest.starts_with(b"endobj") || rest.starts_with(b"startxref") {
            return (found, None);
        }
        if let Some(after) = rest.strip_prefix(b"stream")
            && text[..found].trim_ascii_end().ends_with(b">>")
            && let Some(line_end) = line_end(after)
        {
            return (found, Some(found + b"stream".len() + line_end));
        }
        at = found + 1;
    }
    (text.len(), None)
}

/// Where the first value ends, when nothing else marks it: in an object stream the next object follows at once.
pub(super) fn end_of_value(text: &[u8]) -> usize {
    let start = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let (mut depth, mut in_string, mut escaped) = (0usize, 0usize, false);
    for (at, byte) in text.iter().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string > 0 => escaped = true,
            b'(' => in_string += 1,
            b')' => in_string = in_string.saturating_sub(1),
            _ if in_string > 0 => {}
            b'<' | b'[' => depth += 1,
            b'>' | b']' => depth = depth.saturating_sub(1),
            byte if depth == 0 && byte.is_ascii_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

/// `stream` is followed by CR LF or LF; a lone CR is wrong and seen.
fn line_end(after: &[u8]) -> Option<usize> {
    let spaces = after.iter().take_while(|&&byte| byte == b' ').count();
    match &after[spaces..] {
        [b'\r', b'\n', ..] => Some(spaces + 2),
        [b'\n' | b'\r', ..] => Some(spaces + 1),
        _ => None,
    }
}

pub(super) fn ends_stream(rest: &[u8]) -> bool {
    let rest = &rest[..rest.len().min(16)];
    rest.trim_ascii_start().starts_with(b"endstream")
}

/// At most eight bytes.
pub(super) fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

pub(super) fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

pub(super) fn rfind(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).rposition(|window| window == pattern)
}

/// Reads the few plain tokens that the structure itself is made of.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at: at.min(bytes.len()) }
    }

    fn skip_space(&mut self) {
        self.at += self.bytes[self.at..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0c | 0))
            .count();
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.skip_space();
        let digits = self.bytes[self.at..].iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
        let value = std::str::from_utf8(&self.bytes[self.at..self.at + digits]).ok()?.parse().ok()?;
        self.at += digits;
        Some(value)
    }

    pub(super) fn letter(&mut self) -> Option<u8> {
        self.skip_space();
        let letter = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(letter)
    }

    pub(super) fn word(&mut self, word: &[u8]) -> bool {
        self.skip_space();
        let found = self.bytes[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }
}
