//! The stylesheet of the page `/v`: of the one that all pages share, the rules that it can use.

/// What only this page has.
pub(super) const OWN: &str = "[tabindex=\"-1\"]:focus{outline:0;box-shadow:none}video{width:100%;border-radius:8px}\
    form .btn,#tempel{margin-top:12px}";

/// The rules of `css` whose classes are all named in one of the sources. `css` is what [`crate::pages`] minified: no
/// comments, no braces in strings, no rules nested but in `@media`.
pub(super) fn used(css: &str, sources: &[&str]) -> String {
    let named = |class: &str| sources.iter().any(|source| source.contains(class));
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
    fn what_no_source_names_is_left_out() {
        let css = ":root{--a:1}.kept,.gone b{c:d}.gone{e:f}@media print{.gone{x:y}}@media (min-width:9px){.kept>i{a:b}.gone{c:d}}p{g:h}";
        assert_eq!(used(css, &["class=\"kept\""]), ":root{--a:1}.kept{c:d}@media (min-width:9px){.kept>i{a:b}}p{g:h}");
    }
}
