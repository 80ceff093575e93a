//! The colour space of every page: a minimal sRGB profile (IEC 61966-2-1) after ICC.1:2001-04, made here from the standard's
//! own numbers, so that no licence comes with it.

/// What the profile and the output intent call it.
pub(crate) const NAME: &str = "sRGB IEC61966-2.1";

/// Steps of the tone curve.
const STEPS: u16 = 256;
const HEADER: usize = 128;

/// The profile's bytes.
pub(crate) fn srgb() -> Vec<u8> {
    let curve = curve();
    // Primaries adapted to D50 by Bradford, as s15Fixed16 numbers.
    let tags: [(&[u8; 4], Vec<u8>); 7] = [
        (b"desc", description()),
        (b"cprt", copyright()),
        (b"wtpt", xyz([0xf6d6, 0x1_0000, 0xd32d])),
        (b"rXYZ", xyz([0x6fa2, 0x38f5, 0x0390])),
        (b"gXYZ", xyz([0x6299, 0xb785, 0x18da])),
        (b"bXYZ", xyz([0x24a0, 0x0f84, 0xb6cf])),
        (b"rTRC", curve),
    ];
    // The three tone curves are one.
    let names: [&[u8; 4]; 9] = [b"desc", b"cprt", b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"];
    let start = HEADER + 4 + names.len() * 12;
    let (mut places, mut data) = (Vec::new(), Vec::new());
    for (_, bytes) in &tags {
        places.push((start + data.len(), bytes.len()));
        data.extend_from_slice(bytes);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut out = header(start + data.len());
    put(&mut out, names.len() as u32);
    for (i, name) in names.into_iter().enumerate() {
        let (at, length) = places[i.min(places.len() - 1)];
        out.extend_from_slice(name);
        put(&mut out, at as u32);
        put(&mut out, length as u32);
    }
    out.extend_from_slice(&data);
    out
}

/// ICC.1:2001-04, 6.1: a display profile, RGB to XYZ, version 2.1; its date is the version's.
fn header(size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER);
    put(&mut out, size as u32);
    out.extend_from_slice(&[0; 4]);
    put(&mut out, 0x0210_0000);
    out.extend_from_slice(b"mntrRGB XYZ ");
    for part in [2026_u16, 1, 1, 0, 0, 0] {
        out.extend_from_slice(&part.to_be_bytes());
    }
    out.extend_from_slice(b"acsp");
    out.extend_from_slice(&[0; 28]);
    for part in [0xf6d6, 0x1_0000, 0xd32d] {
        put(&mut out, part);
    }
    out.resize(HEADER, 0);
    out
}

/// 6.5.17, with the empty Unicode and ScriptCode parts that it must have.
fn description() -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    put(&mut out, NAME.len() as u32 + 1);
    out.extend_from_slice(NAME.as_bytes());
    out.resize(out.len() + 1 + 4 + 4 + 2 + 1 + 67, 0);
    out
}

fn copyright() -> Vec<u8> {
    b"text\0\0\0\0No copyright, use freely\0".to_vec()
}

fn xyz(parts: [u32; 3]) -> Vec<u8> {
    let mut out = b"XYZ \0\0\0\0".to_vec();
    for part in parts {
        put(&mut out, part);
    }
    out
}

/// 6.5.3: the transfer function of IEC 61966-2-1, 5.2.
fn curve() -> Vec<u8> {
    let mut out = b"curv\0\0\0\0".to_vec();
    put(&mut out, u32::from(STEPS));
    for i in 0..STEPS {
        let v = f64::from(i) / f64::from(STEPS - 1);
        let linear = if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        out.extend_from_slice(&((linear * 65535.0).round() as u16).to_be_bytes());
    }
    out
}

fn put(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_is_whole() {
        let profile = srgb();
        assert_eq!(&profile[..4], (profile.len() as u32).to_be_bytes());
        assert!(profile.len() < 1_200 && profile.len().is_multiple_of(4), "{} bytes", profile.len());
        for entry in profile[HEADER + 4..][..9 * 12].chunks(12) {
            let number =
                |at: usize| u32::from_be_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
            assert!(number(4) % 4 == 0 && number(4) + number(8) <= profile.len());
        }
    }
}
