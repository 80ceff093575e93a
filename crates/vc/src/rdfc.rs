//! RDF Dataset Canonicalization (RDFC-1.0, W3C Recommendation of May 2024), with SHA-256.

use crate::problem::{Problem, ProblemKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Most work in Hash N-Degree Quads, in quads read and labels copied: a limit against poisoned datasets (7.1).
/// Credentials need a few hundred; a dataset made to be slow needs exponentially many.
const MAX_N_DEGREE_WORK: usize = 100_000;

/// An RDF term.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RdfTerm {
    /// An IRI.
    Iri(String),
    /// A blank node, by its label without `_:`.
    Blank(String),
    /// A literal.
    Literal {
        /// The lexical form.
        value: String,
        /// The datatype's IRI.
        datatype: String,
        /// The language tag, for `rdf:langString` only.
        language: Option<String>,
    },
}

/// A statement in a graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quad {
    /// An IRI or blank node.
    pub subject: RdfTerm,
    /// An IRI.
    pub predicate: String,
    /// Any term.
    pub object: RdfTerm,
    /// The graph's name, an IRI or blank node; `None` for the default graph.
    pub graph: Option<RdfTerm>,
}

/// The canonical N-Quads document (4.4.3 Canonicalization Algorithm, 5 Serialization).
///
/// # Errors
/// [`ProblemKind::WorkLimit`] when telling the blank nodes apart would take too long.
pub fn canonicalize(quads: &[Quad]) -> Result<String, Problem> {
    let mut lines = match quads.iter().any(|quad| blanks(quad).next().is_some()) {
        false => quads.iter().map(|quad| line(quad, |label| label.to_owned())).collect::<Vec<_>>(),
        true => {
            let issuer = Canonicalizer::new(quads).run()?;
            let name = |label: &str| issuer.issued.get(label).cloned().unwrap_or_default();
            quads.iter().map(|quad| line(quad, name)).collect()
        }
    };
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.concat())
}

/// Identifier issuer (4.5).
#[derive(Clone)]
struct Issuer {
    prefix: &'static str,
    issued: HashMap<String, String>,
    order: Vec<String>,
}

impl Issuer {
    fn new(prefix: &'static str) -> Self {
        Self { prefix, issued: HashMap::new(), order: Vec::new() }
    }

    fn issue(&mut self, label: &str) -> String {
        if let Some(known) = self.issued.get(label) {
            return known.clone();
        }
        let id = format!("{}{}", self.prefix, self.order.len());
        self.issued.insert(label.to_owned(), id.clone());
        self.order.push(label.to_owned());
        id
    }
}

struct Canonicalizer<'a> {
    /// The quads that mention each blank node (step 2).
    mentions: BTreeMap<&'a str, Vec<&'a Quad>>,
    first_degree: HashMap<&'a str, String>,
    canonical: Issuer,
    work: usize,
}

impl<'a> Canonicalizer<'a> {
    fn new(quads: &'a [Quad]) -> Self {
        let mut mentions: BTreeMap<&str, Vec<&Quad>> = BTreeMap::new();
        for quad in quads {
            for label in blanks(quad) {
                let of_label = mentions.entry(label).or_default();
                // A quad that names the node twice counts once.
                if !of_label.last().is_some_and(|last| std::ptr::eq(*last, quad)) {
                    of_label.push(quad);
                }
            }
        }
        let first_degree = mentions.iter().map(|(label, quads)| (*label, hash_first_degree(label, quads))).collect();
        Self { mentions, first_degree, canonical: Issuer::new("c14n"), work: 0 }
    }

    /// Steps 3 to 5 of 4.4.3.
    fn run(mut self) -> Result<Issuer, Problem> {
        let mut by_hash: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for label in self.mentions.keys() {
            by_hash.entry(self.first_degree[label].clone()).or_default().push(label);
        }
        for labels in by_hash.values().filter(|labels| labels.len() == 1) {
            self.canonical.issue(labels[0]);
        }
        for labels in by_hash.values().filter(|labels| labels.len() > 1) {
            let mut paths = Vec::new();
            for label in labels {
                if self.canonical.issued.contains_key(*label) {
                    continue;
                }
                let mut temporary = Issuer::new("b");
                temporary.issue(label);
                paths.push(self.hash_n_degree(label, temporary)?);
            }
            paths.sort_by(|a, b| a.0.cmp(&b.0));
            for (_, issuer) in paths {
                for label in issuer.order {
                    self.canonical.issue(&label);
                }
            }
        }
        Ok(self.canonical)
    }

    /// Hash Related Blank Node (4.7).
    fn hash_related(&self, related: &str, quad: &Quad, issuer: &Issuer, position: char) -> String {
        let mut input = String::from(position);
        if position != 'g' {
            input.extend(["<", &quad.predicate, ">"]);
        }
        let known = self.canonical.issued.get(related).or_else(|| issuer.issued.get(related));
        match known {
            Some(id) => input.extend(["_:", id]),
            None => input.push_str(&self.first_degree[related]),
        }
        sha256_hex(&input)
    }

    /// Hash N-Degree Quads (4.8). Follows the reading of the public implementations in step 3: a
    /// related node that several quads lead to is listed once for each.
    fn hash_n_degree(&mut self, label: &str, mut issuer: Issuer) -> Result<(String, Issuer), Problem> {
        self.spend(1 + self.mentions.get(label).map_or(0, Vec::len) + issuer.order.len())?;
        let mut related: BTreeMap<String, Vec<&'a str>> = BTreeMap::new();
        let quads = self.mentions.get(label).cloned().unwrap_or_default();
        for quad in quads {
            for (position, term) in [('s', Some(&quad.subject)), ('o', Some(&quad.object)), ('g', quad.graph.as_ref())]
            {
                let Some(RdfTerm::Blank(other)) = term else { continue };
                if other != label {
                    let hash = self.hash_related(other, quad, &issuer, position);
                    related.entry(hash).or_default().push(other);
                }
            }
        }
        let mut data = String::new();
        for (hash, labels) in related {
            data.push_str(&hash);
            let mut chosen: Option<(String, Issuer)> = None;
            let mut permutation = Permutation::new(labels);
            while let Some(order) = permutation.next() {
                self.spend(1 + order.len() + issuer.order.len())?;
                if let Some(better) = self.path(&order, &issuer, chosen.as_ref().map(|(path, _)| path.as_str()))? {
                    chosen = Some(better);
                }
            }
            if let Some((path, best)) = chosen {
                data.push_str(&path);
                issuer = best;
            }
        }
        Ok((sha256_hex(&data), issuer))
    }

    /// Step 5.4 of 4.8: the path of one order of the related nodes, if it beats the chosen one.
    fn path(
        &mut self,
        order: &[&'a str],
        issuer: &Issuer,
        chosen: Option<&str>,
    ) -> Result<Option<(String, Issuer)>, Problem> {
        let beaten = |path: &str| chosen.is_some_and(|chosen| path.len() >= chosen.len() && path > chosen);
        let mut copy = issuer.clone();
        let mut path = String::new();
        let mut recursion = Vec::new();
        for label in order {
            match self.canonical.issued.get(*label) {
                Some(id) => path.extend(["_:", id]),
                None => {
                    if !copy.issued.contains_key(*label) {
                        recursion.push(*label);
                    }
                    path.extend(["_:", &copy.issue(label)]);
                }
            }
            if beaten(&path) {
                return Ok(None);
            }
        }
        for label in recursion {
            let (hash, deeper) = self.hash_n_degree(label, copy.clone())?;
            path.extend(["_:", &copy.issue(label), "<", &hash, ">"]);
            copy = deeper;
            if beaten(&path) {
                return Ok(None);
            }
        }
        Ok(match chosen {
            Some(chosen) if path.as_str() >= chosen => None,
            _ => Some((path, copy)),
        })
    }

    fn spend(&mut self, work: usize) -> Result<(), Problem> {
        self.work += work;
        match self.work > MAX_N_DEGREE_WORK {
            true => {
                let detail = format!("telling the unnamed nodes apart takes more than {MAX_N_DEGREE_WORK} steps");
                Err(Problem::new(ProblemKind::WorkLimit, "", detail))
            }
            false => Ok(()),
        }
    }
}

/// Hash First Degree Quads (4.6): the node itself is `_:a`, every other blank node `_:z`.
fn hash_first_degree(label: &str, quads: &[&Quad]) -> String {
    let name = |other: &str| if other == label { "a" } else { "z" }.to_owned();
    let mut lines: Vec<String> = quads.iter().map(|quad| line(quad, name)).collect();
    lines.sort_unstable();
    sha256_hex(&lines.concat())
}

fn blanks(quad: &Quad) -> impl Iterator<Item = &str> {
    [Some(&quad.subject), Some(&quad.object), quad.graph.as_ref()].into_iter().flatten().filter_map(|term| match term {
        RdfTerm::Blank(label) => Some(label.as_str()),
        _ => None,
    })
}

/// One line of canonical N-Quads (RDFC-1.0, 5), blank nodes named by `name`.
fn line(quad: &Quad, name: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(200);
    write_term(&quad.subject, &name, &mut out);
    out.extend([" <", &quad.predicate, "> "]);
    write_term(&quad.object, &name, &mut out);
    if let Some(graph) = &quad.graph {
        out.push(' ');
        write_term(graph, &name, &mut out);
    }
    out.push_str(" .\n");
    out
}

fn write_term(term: &RdfTerm, name: &impl Fn(&str) -> String, out: &mut String) {
    match term {
        RdfTerm::Iri(iri) => out.extend(["<", iri, ">"]),
        RdfTerm::Blank(label) => out.extend(["_:", &name(label)]),
        RdfTerm::Literal { value, datatype, language } => {
            out.push('"');
            write_escaped(value, out);
            out.push('"');
            match language {
                Some(tag) => out.extend(["@", tag]),
                None if datatype != "http://www.w3.org/2001/XMLSchema#string" => out.extend(["^^<", datatype, ">"]),
                None => {}
            }
        }
    }
}

fn write_escaped(value: &str, out: &mut String) {
    let mut clean = 0;
    for (at, byte) in value.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x09 => "\\t",
            0x0a => "\\n",
            0x0c => "\\f",
            0x0d => "\\r",
            0x00..=0x1f | 0x7f => {
                out.push_str(&value[clean..at]);
                out.push_str(&format!("\\u{byte:04X}"));
                clean = at + 1;
                continue;
            }
            _ => continue,
        };
        out.push_str(&value[clean..at]);
        out.push_str(escape);
        clean = at + 1;
    }
    out.push_str(&value[clean..]);
}

fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

/// The distinct orders of a list, in lexicographic order.
struct Permutation<'a> {
    next: Option<Vec<&'a str>>,
}

impl<'a> Permutation<'a> {
    fn new(mut items: Vec<&'a str>) -> Self {
        items.sort_unstable();
        Self { next: Some(items) }
    }

    fn next(&mut self) -> Option<Vec<&'a str>> {
        let current = self.next.take()?;
        let mut following = current.clone();
        if let Some(pivot) = (1..following.len()).rev().find(|&at| following[at - 1] < following[at]) {
            let successor = (pivot..following.len()).rev().find(|&at| following[at] > following[pivot - 1]);
            following.swap(pivot - 1, successor.unwrap_or(pivot));
            following[pivot..].reverse();
            self.next = Some(following);
        }
        Some(current)
    }
}
