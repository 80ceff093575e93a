//! The stylesheet of the page `/v`: of the one that all pages share, the rules that it can use.

/// The stylesheet of the page whose sources these are. `css` is what [`crate::pages`] minified: no comments, no braces in
/// strings, no rules nested but in `@media`.
pub(super) fn of(css: &str, sources: &[&str]) -> String {
    used(&constant(&format!("{css}{OWN}")), sources)
}

/// What only this page has.
const OWN: &str = "[tabindex=\"-1\"]:focus{outline:0;box-shadow:none}video{width:100%}\
    #tempel p{margin-top:12px}";

/// Names that have one value in the whole sheet become that value.
fn constant(css: &str) -> String {
    let Some((values, rest)) = css.strip_prefix(":root{").and_then(|css| css.split_once('}')) else {
        return css.to_owned();
    };
    let (mut kept, mut out) = (Vec::new(), rest.to_owned());
    for declaration in values.split(';') {
        match declaration.split_once(':') {
            Some((name, value)) if !rest.contains(&format!("{name}:")) => {
                out = out.replace(&format!("var({name})"), value);
            }
            _ => kept.push(declaration),
        }
    }
    format!(":root{{{}}}{out}", kept.join(";"))
}

/// The rules whose classes are all named in one of the sources.
fn used(css: &str, sources: &[&str]) -> String {
    let between = |c: Option<char>| c.is_some_and(|c| matches!(c, '"' | '\'' | '`' | ' '));
    let named = |class: &str| {
        sources.iter().any(|source| {
            source.match_indices(class).any(|(at, _)| {
                between(source[..at].chars().next_back()) && between(source[at + class.len()..].chars().next())
            })
        })
    };
    let mut out = String::new();
    let mut rest = css;
    while let Some((selectors, after)) = rest.split_once('{') {
        if selectors.starts_with("@media") {
            let end = block_end(after);
            let inner = used(&after[..end], sources);
            if !inner.is_empty() {
                out.push_str(&format!("{selectors}{{{inner}}}"));
            }
            rest = after.get(end + 1..).unwrap_or_default();
            continue;
        }
        let (rule, after) = after.split_once('}').unwrap_or((after, ""));
        let kept: Vec<&str> = selectors.split(',').filter(|one| classes(one).all(named)).collect();
        if !kept.is_empty() {
            out.push_str(&format!("{}{{{rule}}}", kept.join(",")));
        }
        rest = after;
    }
    out
}

/// Where the block ends whose opening brace was just passed.
fn block_end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

fn classes(selector: &str) -> impl Iterator<Item = &str> {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    selector.split('.').skip(1).map(move |rest| rest.split(|c| !name(c)).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_changes_is_said_in_place() {
        let css = ":root{--a:#fff;--b:1px}i{c:var(--a);d:var(--b)}@media print{:root{--b:2px}}";
        assert_eq!(constant(css), ":root{--b:1px}i{c:#fff;d:var(--b)}@media print{:root{--b:2px}}");
    }

    #[test]
    fn what_no_source_names_is_left_out() {
        let css = ":root{--a:1}.kept,.gone b{c:d}.gone{e:f}@media print{.gone{x:y}}@media (min-width:9px){.kept>i{a:b}.gone{c:d}}p{g:h}";
        assert_eq!(used(css, &["class=\"kept\""]), ":root{--a:1}.kept{c:d}@media (min-width:9px){.kept>i{a:b}}p{g:h}");
    }
}
