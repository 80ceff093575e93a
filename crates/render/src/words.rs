//! Numbers, dates and lists as certificates write them.

pub use vc::words::{date_en, date_id, hours_en, hours_id, number, period_en, period_id};

/// Names joined by commas and the last one by `and`: *A, B, dan C*; *A dan B*.
pub fn list(names: &[String], and: &str) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} {and} {second}"),
        [most @ .., last] => format!("{}, {and} {last}", most.join(", ")),
    }
}

/// A verification code in groups of four: `ABCD-EFGH-JKLM-NPQR`.
pub fn grouped(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + code.len() / 4);
    for (i, c) in code.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push('-');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_groups() {
        let names = |n: usize| ["A", "B", "C"][..n].iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(list(&names(0), "dan"), "");
        assert_eq!(list(&names(1), "dan"), "A");
        assert_eq!(list(&names(2), "dan"), "A dan B");
        assert_eq!(list(&names(3), "dan"), "A, B, dan C");
        assert_eq!(grouped("ABCDEFGHJKLMNPQR"), "ABCD-EFGH-JKLM-NPQR");
        assert_eq!(grouped(""), "");
    }
}
