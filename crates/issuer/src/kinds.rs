//! One table per family of problems: the code for programs, and for people the reason and the
//! mend in both languages. `{0}`, `{1}` and `{2}` stand for the two sides of the comparison.

macro_rules! kinds {
    ($(#[$outer:meta])* $Kind:ident; $($(#[$doc:meta])* $name:ident $code:literal
        { $id:literal / $id_mend:literal } { $en:literal / $en_mend:literal })*) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $Kind { $($(#[$doc])* $name,)* }

        impl $Kind {
            /// Every kind, for tests that walk them.
            pub const ALL: &'static [$Kind] = &[$(Self::$name,)*];

            /// The stable code, for programs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What is wrong and what to do, still with places for the values.
            fn words(self, lang: vc::Lang) -> (&'static str, &'static str) {
                match (self, lang) {
                    $((Self::$name, vc::Lang::Id) => ($id, $id_mend),
                      (Self::$name, vc::Lang::En) => ($en, $en_mend),)*
                }
            }
        }
    };
}

pub(crate) use kinds;

/// Puts the values into a sentence of the table.
pub(crate) fn fill(sentence: &str, values: &[String]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some(at) = rest.find('{') {
        let place = rest[at + 1..].chars().next().and_then(|c| c.to_digit(10));
        let value = place.and_then(|n| values.get(n as usize));
        match value {
            Some(value) if rest[at + 2..].starts_with('}') => {
                filled.push_str(&rest[..at]);
                filled.push_str(value);
                rest = &rest[at + 3..];
            }
            _ => {
                filled.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_put_in_once_and_braces_in_values_stay() {
        let values = ["{1}".to_owned(), "b".to_owned()];
        assert_eq!(fill("{0} {1} {seq:000} {9} {", &values), "{1} b {seq:000} {9} {");
    }
}
