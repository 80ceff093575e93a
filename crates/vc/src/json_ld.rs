//! Strict JSON-LD 1.1: expansion straight to quads (JSON-LD 1.1 API, 5.1 and 8), always in safe mode.
//!
//! Whatever a lenient processor would drop is an error here, because what is dropped is not signed:
//! undefined terms, relative IRIs, `null` values, free-floating values. Constructs that credentials
//! do not need (`@import`, `@nest`, `@index`, `@included`, `@reverse`, id and type maps, a base IRI, explicit blank node
//! identifiers) are refused, never skipped.

mod active;
mod names;

use crate::jcs;
use crate::problem::{Problem, ProblemKind};
use crate::rdfc::{Quad, RdfTerm};
use active::{ActiveContext, Coercion, Scope, Term, is_keyword};
use serde_json::{Map, Number, Value};
use std::sync::Arc;

/// Most quads that a document may have.
const MAX_QUADS: usize = 50_000;
/// Most `@context` members in a document: compiling one costs more than reading a statement.
const MAX_CONTEXTS: usize = 128;

const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
const RDF_LANG_STRING: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
const I18N: &str = "https://www.w3.org/ns/i18n#";

/// The quads of a document.
///
/// # Errors
/// [`ProblemKind::Context`], [`ProblemKind::Term`], [`ProblemKind::JsonLd`], [`ProblemKind::Number`]
/// and [`ProblemKind::WorkLimit`], each naming the member.
pub fn to_quads(document: &Value) -> Result<Vec<Quad>, Problem> {
    let Value::Object(members) = document else {
        return Err(refuse(ProblemKind::JsonLd, "", "a document is an object"));
    };
    let context = match members.get("@context") {
        Some(local) => ActiveContext::of_document(local)?,
        None => Arc::default(),
    };
    let contexts = count_contexts(document);
    if contexts > MAX_CONTEXTS {
        let detail = format!("{contexts} contexts, at most {MAX_CONTEXTS} are applied");
        return Err(refuse(ProblemKind::WorkLimit, "@context", detail));
    }
    let mut walk = Walk { quads: Vec::with_capacity(64), blanks: 0, graph: None };
    let own: Vec<_> = members.iter().filter(|(name, _)| *name != "@context").collect();
    match own.as_slice() {
        // A document that is nothing but @graph speaks of the default graph.
        [(name, content)] if context.expand_vocab(name).as_deref() == Some("@graph") => {
            walk.graph_content(&context, content)?
        }
        _ => walk.free_node(context, members)?,
    }
    Ok(walk.quads)
}

fn count_contexts(value: &Value) -> usize {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| usize::from(name == "@context") + count_contexts(value)).sum()
        }
        Value::Array(items) => items.iter().map(count_contexts).sum(),
        _ => 0,
    }
}

struct Walk {
    quads: Vec<Quad>,
    blanks: usize,
    /// The name of the graph that quads go to; `None` for the default graph.
    graph: Option<RdfTerm>,
}

/// What a node has told of itself before its properties are walked.
struct NodeHead<'a> {
    context: Arc<ActiveContext>,
    subject: RdfTerm,
    types: Vec<String>,
    /// The members that are properties, with the expanded name.
    properties: Vec<(&'a str, String, &'a Value)>,
}

impl Walk {
    fn blank(&mut self) -> RdfTerm {
        self.blanks += 1;
        RdfTerm::Blank(format!("b{}", self.blanks - 1))
    }

    fn push(&mut self, subject: RdfTerm, predicate: &str, object: RdfTerm) -> Result<(), Problem> {
        if self.quads.len() >= MAX_QUADS {
            return Err(refuse(ProblemKind::WorkLimit, "", format!("more than {MAX_QUADS} statements")));
        }
        let graph = self.graph.clone();
        self.quads.push(Quad { subject, predicate: predicate.to_owned(), object, graph });
        Ok(())
    }

    fn graph_content(&mut self, context: &Arc<ActiveContext>, content: &Value) -> Result<(), Problem> {
        for item in items(content) {
            let Value::Object(members) = item else {
                return Err(refuse(ProblemKind::JsonLd, "@graph", "holds a value that belongs to no node"));
            };
            let context = inherited(context, "@graph", None, members)?;
            self.free_node(context, members)?;
        }
        Ok(())
    }

    /// A node that no property leads to: it must say something, or it would be dropped.
    fn free_node(&mut self, context: Arc<ActiveContext>, members: &Map<String, Value>) -> Result<(), Problem> {
        let before = self.quads.len();
        self.node(context, members)?;
        match self.quads.len() > before {
            true => Ok(()),
            false => Err(refuse(ProblemKind::JsonLd, "", "the object says nothing: it is empty or only an id")),
        }
    }

    /// Expansion of a node object (5.1.2, steps 8 to 14). Gives the term that stands for the node.
    fn node(&mut self, context: Arc<ActiveContext>, members: &Map<String, Value>) -> Result<RdfTerm, Problem> {
        let head = self.head(context, members)?;
        for iri in &head.types {
            self.push(head.subject.clone(), RDF_TYPE, RdfTerm::Iri(iri.clone()))?;
        }
        for (name, expanded, value) in &head.properties {
            self.property(&head, name, expanded, value)?;
        }
        Ok(head.subject)
    }

    fn head<'a>(
        &mut self,
        context: Arc<ActiveContext>,
        members: &'a Map<String, Value>,
    ) -> Result<NodeHead<'a>, Problem> {
        // Steps 10 and 11: type-scoped contexts, in code-point order of the types, each looked up in
        // the context that was active before any of them.
        let before = context.clone();
        let mut context = context;
        let mut scoped: Vec<&str> = Vec::new();
        for (_, value) in members.iter().filter(|(name, _)| before.expand_vocab(name).as_deref() == Some("@type")) {
            scoped.extend(items(value).iter().filter_map(Value::as_str));
        }
        scoped.sort_unstable();
        for name in scoped {
            context = context.apply_scoped(name, before.term(name).map(Arc::as_ref), Scope::Type)?;
        }
        let mut subject = None;
        let mut types = Vec::new();
        let mut properties = Vec::with_capacity(members.len());
        for (name, value) in members.iter().filter(|(name, _)| *name != "@context") {
            let expanded = context.expand_vocab(name).filter(|iri| is_keyword(iri) || is_absolute_iri(iri));
            let Some(expanded) = expanded else {
                return Err(refuse(ProblemKind::Term, name, "no context defines this term"));
            };
            bound(names::MEMBERS, &expanded, name)?;
            match expanded.as_str() {
                "@id" if subject.is_some() => return Err(refuse(ProblemKind::JsonLd, name, "more than one id")),
                "@id" => subject = Some(RdfTerm::Iri(node_id(&context, name, value)?)),
                "@type" => types.extend(node_types(&before, name, value)?),
                _ => properties.push((name.as_str(), expanded, value)),
            }
        }
        let subject = subject.unwrap_or_else(|| self.blank());
        Ok(NodeHead { context, subject, types, properties })
    }

    fn property(&mut self, head: &NodeHead<'_>, name: &str, expanded: &str, value: &Value) -> Result<(), Problem> {
        let definition = head.context.term(name).cloned();
        match expanded {
            "@graph" => {
                let outer = self.graph.replace(head.subject.clone());
                self.graph_content(&head.context, value)?;
                self.graph = outer;
                return Ok(());
            }
            keyword if is_keyword(keyword) => {
                return Err(refuse(ProblemKind::JsonLd, name, format!("{keyword} is not supported here")));
            }
            _ => {}
        }
        let context = head.context.apply_scoped(name, definition.as_deref(), Scope::Property)?;
        let objects = self.values(&context, definition.as_deref(), name, value)?;
        for object in objects {
            self.push(head.subject.clone(), expanded, object)?;
        }
        Ok(())
    }

    /// The terms that the value of a property stands for (5.1.2, step 13).
    fn values(
        &mut self,
        context: &Arc<ActiveContext>,
        term: Option<&Term>,
        name: &str,
        value: &Value,
    ) -> Result<Vec<RdfTerm>, Problem> {
        if let Some(Term { coercion: Some(Coercion::Json), .. }) = term {
            return Ok(vec![json_literal(name, value)?]);
        }
        let container = term.map(|term| term.container).unwrap_or_default();
        if container.language
            && let Value::Object(map) = value
        {
            return language_map(context, term, name, map);
        }
        if container.graph {
            return items(value).iter().map(|item| self.graph_value(context, term, name, item)).collect();
        }
        if container.list && !is_list_object(context, value) {
            let items: Vec<&Value> = items(value).iter().collect();
            return Ok(vec![self.list(context, term, name, &items)?]);
        }
        let mut terms = Vec::new();
        self.flat_values(context, term, name, value, &mut terms)?;
        Ok(terms)
    }

    fn flat_values(
        &mut self,
        context: &Arc<ActiveContext>,
        term: Option<&Term>,
        name: &str,
        value: &Value,
        terms: &mut Vec<RdfTerm>,
    ) -> Result<(), Problem> {
        match value {
            Value::Array(items) => {
                for item in items {
                    self.flat_values(context, term, name, item, terms)?;
                }
            }
            Value::Object(members) => match object_kind(context, members) {
                ObjectKind::Set(inner) => self.flat_values(context, term, name, inner, terms)?,
                _ => terms.push(self.object(context, term, name, members)?),
            },
            scalar => terms.push(scalar_term(context, term, name, scalar)?),
        }
        Ok(())
    }

    /// A value object, list object or node object that is the value of a property.
    fn object(
        &mut self,
        context: &Arc<ActiveContext>,
        term: Option<&Term>,
        name: &str,
        members: &Map<String, Value>,
    ) -> Result<RdfTerm, Problem> {
        let context = inherited(context, name, term, members)?;
        match object_kind(&context, members) {
            ObjectKind::Value => value_object(&context, name, members),
            ObjectKind::List(list) => {
                let items: Vec<&Value> = items(list).iter().collect();
                self.list(&context, term, name, &items)
            }
            ObjectKind::Set(_) => Err(refuse(ProblemKind::JsonLd, name, "@set has no place here")),
            ObjectKind::Node => self.node(context, members),
        }
    }

    /// A value of a `@graph` container: its content goes to a graph of its own.
    fn graph_value(
        &mut self,
        context: &Arc<ActiveContext>,
        term: Option<&Term>,
        name: &str,
        value: &Value,
    ) -> Result<RdfTerm, Problem> {
        let Value::Object(members) = value else {
            return Err(refuse(ProblemKind::JsonLd, name, "has to be an object"));
        };
        let graph_name = self.blank();
        let outer = self.graph.replace(graph_name.clone());
        let before = self.quads.len();
        self.object(context, term, name, members)?;
        self.graph = outer;
        match self.quads.len() > before {
            true => Ok(graph_name),
            false => Err(refuse(ProblemKind::JsonLd, name, "the object says nothing: it is empty or only an id")),
        }
    }

    /// RDF list conversion (8.4): `rdf:first` and `rdf:rest` down to `rdf:nil`.
    fn list(
        &mut self,
        context: &Arc<ActiveContext>,
        term: Option<&Term>,
        name: &str,
        items: &[&Value],
    ) -> Result<RdfTerm, Problem> {
        let mut rest = RdfTerm::Iri(RDF_NIL.to_owned());
        for item in items.iter().rev() {
            let first = match item {
                Value::Array(inner) => self.list(context, term, name, &inner.iter().collect::<Vec<_>>())?,
                Value::Object(members) => self.object(context, term, name, members)?,
                scalar => scalar_term(context, term, name, scalar)?,
            };
            let node = self.blank();
            self.push(node.clone(), RDF_FIRST, first)?;
            self.push(node.clone(), RDF_REST, rest)?;
            rest = node;
        }
        Ok(rest)
    }
}

/// The context in which an object below a property is read: a type-scoped context of the parent that
/// does not propagate has ended (5.1.2, step 7), the property's own context counts on top of what is
/// left (step 8), then the object's own `@context` (step 9).
fn inherited(
    context: &Arc<ActiveContext>,
    name: &str,
    term: Option<&Term>,
    members: &Map<String, Value>,
) -> Result<Arc<ActiveContext>, Problem> {
    let expands_to = |key: &str, keyword: &str| context.expand_vocab(key).as_deref() == Some(keyword);
    let only_id = members.len() == 1 && members.keys().all(|key| expands_to(key, "@id"));
    let is_value = members.keys().any(|key| expands_to(key, "@value"));
    let context = match &context.previous {
        Some(previous) if !only_id && !is_value => previous.apply_scoped(name, term, Scope::Property)?,
        _ => context.clone(),
    };
    match members.get("@context") {
        Some(local) => context.apply(local),
        None => Ok(context),
    }
}

enum ObjectKind<'a> {
    Value,
    List(&'a Value),
    Set(&'a Value),
    Node,
}

fn object_kind<'a>(context: &ActiveContext, members: &'a Map<String, Value>) -> ObjectKind<'a> {
    for (name, value) in members {
        match context.expand_vocab(name).as_deref() {
            Some("@value") => return ObjectKind::Value,
            Some("@list") if members.len() == 1 => return ObjectKind::List(value),
            Some("@set") if members.len() == 1 => return ObjectKind::Set(value),
            _ => {}
        }
    }
    ObjectKind::Node
}

fn is_list_object(context: &ActiveContext, value: &Value) -> bool {
    value.as_object().is_some_and(|members| matches!(object_kind(context, members), ObjectKind::List(_)))
}

fn node_id(context: &ActiveContext, name: &str, value: &Value) -> Result<String, Problem> {
    let text = value.as_str().ok_or_else(|| refuse(ProblemKind::Id, name, "an id is a string"))?;
    absolute(context.expand_id(text), name)
}

fn node_types(context: &ActiveContext, name: &str, value: &Value) -> Result<Vec<String>, Problem> {
    let types = items(value).iter().map(|item| {
        let text = item.as_str().ok_or_else(|| refuse(ProblemKind::Type, name, "a type is a string"))?;
        match context.expand_vocab(text).filter(|iri| is_absolute_iri(iri)) {
            Some(iri) => {
                bound(names::TYPES, &iri, text)?;
                checked_iri(iri, name)
            }
            None => Err(refuse(ProblemKind::Term, name, format!("no context defines the type {text:?}"))),
        }
    });
    types.collect()
}

/// Value expansion (5.3) and object to RDF conversion (8.3) of a scalar.
fn scalar_term(context: &ActiveContext, term: Option<&Term>, name: &str, value: &Value) -> Result<RdfTerm, Problem> {
    let coercion = term.and_then(|term| term.coercion.as_ref());
    match (value, coercion) {
        (Value::String(text), Some(Coercion::Id)) => Ok(RdfTerm::Iri(absolute(context.expand_id(text), name)?)),
        (Value::String(text), Some(Coercion::Vocab)) => {
            let iri = context.expand_vocab(text).unwrap_or_else(|| text.clone());
            Ok(RdfTerm::Iri(absolute(iri, name)?))
        }
        (value, Some(Coercion::Datatype(datatype))) => literal(name, value, Some(datatype.clone())),
        (Value::String(text), _) => {
            let language = term.and_then(|term| term.language.clone()).unwrap_or_else(|| context.language.clone());
            let direction = term.and_then(|term| term.direction.clone()).flatten();
            Ok(string_literal(text, language, direction))
        }
        (value, _) => literal(name, value, None),
    }
}

fn string_literal(text: &str, language: Option<String>, direction: Option<String>) -> RdfTerm {
    let (datatype, language) = match (language, direction) {
        (language, Some(direction)) => (format!("{I18N}{}_{direction}", language.unwrap_or_default()), None),
        (Some(language), None) => (RDF_LANG_STRING.to_owned(), Some(language)),
        (None, None) => (format!("{XSD}string"), None),
    };
    RdfTerm::Literal { value: text.to_owned(), datatype, language }
}

/// Object to RDF conversion (8.3, steps 7 to 12) of a value with an optional datatype.
fn literal(name: &str, value: &Value, datatype: Option<String>) -> Result<RdfTerm, Problem> {
    let (value, native) = match value {
        Value::String(text) => (text.clone(), "string"),
        Value::Bool(flag) => (flag.to_string(), "boolean"),
        Value::Number(number) => number_literal(name, number, datatype.as_deref())?,
        Value::Null => return Err(refuse(ProblemKind::Term, name, "null would be dropped; leave the member out")),
        _ => return Err(refuse(ProblemKind::JsonLd, name, "neither a value nor an object")),
    };
    Ok(RdfTerm::Literal { value, datatype: datatype.unwrap_or_else(|| format!("{XSD}{native}")), language: None })
}

/// Data round tripping (8.6): integers as digits, everything else in canonical `xsd:double` form.
fn number_literal(name: &str, number: &Number, datatype: Option<&str>) -> Result<(String, &'static str), Problem> {
    let mut text = String::new();
    jcs::write_number(number, &mut text).map_err(|problem| Problem { at: name.to_owned(), ..problem })?;
    let double = number.as_f64().unwrap_or(f64::NAN);
    let wants_double = datatype == Some("http://www.w3.org/2001/XMLSchema#double");
    match (text.contains('.'), text.contains('e')) {
        (false, false) if !wants_double => Ok((text, "integer")),
        // Without a point but with an exponent implementations disagree (1e-7 becomes "0" in some).
        (false, true) => Err(refuse(ProblemKind::Number, name, format!("{text} is written differently elsewhere"))),
        _ => {
            let scientific = format!("{double:.15e}");
            let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
            let mantissa = mantissa.trim_end_matches('0');
            let point = if mantissa.ends_with('.') { "0" } else { "" };
            Ok((format!("{mantissa}{point}E{exponent}"), "double"))
        }
    }
}

fn json_literal(name: &str, value: &Value) -> Result<RdfTerm, Problem> {
    let value = jcs::canonicalize(value).map_err(|problem| Problem { at: name.to_owned(), ..problem })?;
    Ok(RdfTerm::Literal { value, datatype: RDF_JSON.to_owned(), language: None })
}

/// A value object: `@value` with `@type`, or with `@language` and `@direction`.
fn value_object(context: &ActiveContext, name: &str, members: &Map<String, Value>) -> Result<RdfTerm, Problem> {
    let (mut value, mut datatype, mut language, mut direction) = (None, None, None, None);
    for (member, content) in members {
        let keyword = context.expand_vocab(member).unwrap_or_default();
        match (keyword.as_str(), content) {
            ("@context", _) => {}
            ("@value", content) => value = Some(content),
            ("@type", Value::String(text)) => datatype = context.expand_vocab(text),
            ("@language", Value::String(tag)) if is_language_tag(tag) => language = Some(tag.to_ascii_lowercase()),
            ("@direction", Value::String(text)) if text == "ltr" || text == "rtl" => direction = Some(text.clone()),
            _ => {
                return Err(refuse(
                    ProblemKind::LanguageValue,
                    name,
                    format!("{member} has no place in a value object"),
                ));
            }
        }
    }
    let value = value.ok_or_else(|| refuse(ProblemKind::LanguageValue, name, "a value object without @value"))?;
    match (datatype.as_deref(), value) {
        (Some("@json"), value) if language.is_none() && direction.is_none() => json_literal(name, value),
        (Some(iri), value) if language.is_none() && direction.is_none() && is_absolute_iri(iri) => {
            literal(name, value, Some(iri.to_owned()))
        }
        (Some(_), _) => Err(refuse(ProblemKind::Term, name, "the value's type is no absolute IRI, or has a language")),
        (None, Value::String(text)) => Ok(string_literal(text, language, direction)),
        (None, value) if language.is_none() && direction.is_none() => literal(name, value, None),
        (None, _) => Err(refuse(ProblemKind::LanguageValue, name, "only a string has a language")),
    }
}

/// A language map (5.1.2, step 13.7).
fn language_map(
    context: &ActiveContext,
    term: Option<&Term>,
    name: &str,
    map: &Map<String, Value>,
) -> Result<Vec<RdfTerm>, Problem> {
    let direction = term.and_then(|term| term.direction.clone()).flatten();
    let mut terms = Vec::new();
    for (tag, value) in map {
        let language = match context.expand_vocab(tag).as_deref() {
            Some("@none") => None,
            _ if is_language_tag(tag) => Some(tag.to_ascii_lowercase()),
            _ => return Err(refuse(ProblemKind::LanguageValue, name, format!("{tag:?} is no language tag"))),
        };
        for item in items(value) {
            let Value::String(text) = item else {
                return Err(refuse(ProblemKind::LanguageValue, name, "a language map holds strings"));
            };
            terms.push(string_literal(text, language.clone(), direction.clone()));
        }
    }
    Ok(terms)
}

/// What the checks read by name may only be written under that name. Otherwise a holder could give a member its IRI
/// for a name, or an alias: the signed statements would stay the same, and the checks would not find it.
fn bound(table: &[(&str, &[&str])], iri: &str, name: &str) -> Result<(), Problem> {
    match table.iter().find(|(bound, _)| *bound == iri) {
        Some((_, names)) if !names.contains(&name) => {
            Err(refuse(ProblemKind::Term, name, format!("means {iri}, which has to be called {}", names[0])))
        }
        _ => Ok(()),
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn absolute(iri: String, name: &str) -> Result<String, Problem> {
    match is_absolute_iri(&iri) {
        true => checked_iri(iri, name),
        false => Err(refuse(ProblemKind::Term, name, format!("{iri:?} is no absolute URL"))),
    }
}

fn checked_iri(iri: String, name: &str) -> Result<String, Problem> {
    if iri.starts_with("_:") {
        return Err(refuse(ProblemKind::JsonLd, name, "explicit blank node identifiers are refused"));
    }
    Ok(iri)
}

/// An IRI with a scheme and without the characters that N-Quads forbids inside `<>`.
pub(crate) fn is_absolute_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let well_formed = scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let forbidden = |c: char| c <= ' ' || "<>\"{}|^`\\".contains(c) || c.is_control();
    (well_formed || scheme == "_") && !rest.is_empty() && !text.contains(forbidden)
}

/// The lexical form of BCP 47 that JSON-LD processors check.
pub(crate) fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let sized = |part: &str| (1..=8).contains(&part.len());
    sized(primary)
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| sized(part) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn refuse(kind: ProblemKind, at: &str, detail: impl Into<String>) -> Problem {
    Problem::new(kind, at, detail)
}
