//! What a page or form draws, cut down to what shows a QR code.

use lopdf::Object;
use lopdf::content::{Content, Operation};

/// Coordinates beyond this lie on no page.
const MAX_COORDINATE: f32 = 100_000.0;
/// Operands of one operation.
const MAX_OPERANDS: usize = 32;

/// Operations kept, and how much they may cost.
pub(super) struct Drawn {
    pub(super) bytes: Vec<u8>,
    /// Shapes that are painted.
    pub(super) paints: usize,
    /// The names of the pictures and forms drawn, each time.
    pub(super) used: Vec<Vec<u8>>,
}

/// The operations of `stream` that remain; `None` when it cannot be read.
pub(super) fn reduce(stream: &[u8]) -> Option<Drawn> {
    let content = Content::decode(stream).ok()?;
    let mut drawn = Drawn { bytes: Vec::new(), paints: 0, used: Vec::new() };
    let mut kept = Vec::new();
    for operation in content.operations {
        let Some(operation) = keep(operation) else { continue };
        match operation.operator.as_str() {
            "f" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" => drawn.paints += 1,
            "Do" => {
                drawn.used.extend(operation.operands.first().and_then(|name| name.as_name().ok()).map(<[u8]>::to_vec))
            }
            _ => {}
        }
        kept.push(operation);
    }
    drawn.bytes = Content { operations: kept }.encode().ok()?;
    Some(drawn)
}

/// ISO 32000-2, Annex A. Lines in place of curves: flattening a curve may take as many steps as its coordinates are large.
fn keep(operation: Operation) -> Option<Operation> {
    let Operation { operator, mut operands } = operation;
    operands.truncate(MAX_OPERANDS);
    let operator = match (operator.as_str(), operands.len()) {
        ("c", 6) => {
            operands.drain(..4);
            "l"
        }
        ("v" | "y", 4) => {
            operands.drain(..2);
            "l"
        }
        ("F", _) => "f",
        (same @ ("q" | "Q" | "cm" | "w" | "J" | "j" | "M" | "m" | "l" | "h" | "re" | "f" | "f*" | "B" | "B*"), _) => {
            same
        }
        (same @ ("b" | "b*" | "S" | "s" | "n" | "W" | "W*" | "CS" | "cs" | "SC" | "sc" | "SCN" | "scn"), _) => same,
        (same @ ("G" | "g" | "RG" | "rg" | "K" | "k" | "Do"), _) => same,
        _ => return None,
    };
    operands.iter_mut().for_each(clamp);
    let plain = |operand: &Object| matches!(operand, Object::Integer(_) | Object::Real(_) | Object::Name(_));
    operands.iter().all(plain).then(|| Operation::new(operator, operands))
}

fn clamp(operand: &mut Object) {
    let value = match operand {
        Object::Integer(value) => *value as f32,
        Object::Real(value) => *value,
        _ => return,
    };
    if value.is_nan() || value.abs() > MAX_COORDINATE {
        *operand = Object::Real(if value.is_nan() { 0.0 } else { value.clamp(-MAX_COORDINATE, MAX_COORDINATE) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shows_a_code_remains() {
        let stream = b"q [0.001] 0 d 1 0 0 1 99999999 5 cm 0 0 m 1 2 3 4 5 6 c 7 8 l S BT /F1 9 Tf (BI) Tj ET\n\
            /Sh1 sh BI /W 9 /H 9 ID xxxxxxxxx EI /Im1 Do /Pattern cs /P1 scn 0 0 9 9 re f* Q";
        let drawn = reduce(stream).unwrap();
        let text = String::from_utf8(drawn.bytes).unwrap();
        for gone in ["d\n", " Tj", "sh", "BI", " c\n"] {
            assert!(!text.contains(gone), "{gone:?} in {text}");
        }
        assert!(text.contains("5 6 l") && text.contains("100000 5 cm") && text.contains("/Im1 Do"), "{text}");
        assert_eq!((drawn.paints, drawn.used), (2, vec![b"Im1".to_vec()]));
    }
}
