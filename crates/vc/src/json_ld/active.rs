//! Context processing: JSON-LD 1.1 API, 4.1 (context), 4.2 (term definition), 5.2 (IRI expansion).
//!
//! Contexts are compiled once: an [`ActiveContext`] is immutable, remembers what its term-scoped
//! contexts compile to, and the chains of embedded contexts are kept for the process's lifetime.

use super::{is_absolute_iri, is_language_tag, refuse};
use crate::context::embedded;
use crate::problem::{Problem, ProblemKind};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Longest chain of contexts within contexts.
const MAX_CONTEXTS: usize = 16;
/// How many chains of embedded contexts are kept compiled.
const MAX_COMPILED: usize = 64;

/// How the values of a term are read (`@type` in a term definition).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coercion {
    Id,
    Vocab,
    Json,
    None,
    Datatype(String),
}

/// The containers of a term that are supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Container {
    pub(super) list: bool,
    pub(super) set: bool,
    pub(super) graph: bool,
    pub(super) language: bool,
}

/// A term definition.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Term {
    /// The IRI or keyword; `None` when the term is explicitly unmapped.
    pub(super) id: Option<String>,
    pub(super) coercion: Option<Coercion>,
    pub(super) container: Container,
    pub(super) language: Option<Option<String>>,
    pub(super) direction: Option<Option<String>>,
    pub(super) context: Option<Arc<Value>>,
    protected: bool,
    prefix: bool,
}

/// What terms mean at one place of a document.
#[derive(Debug, Default)]
pub(crate) struct ActiveContext {
    terms: HashMap<String, Arc<Term>>,
    vocab: Option<String>,
    pub(super) language: Option<String>,
    /// The context to return to when a type-scoped context does not propagate.
    pub(super) previous: Option<Arc<ActiveContext>>,
    scoped: Mutex<HashMap<(String, Scope), Arc<ActiveContext>>>,
}

/// Why a term's own context is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    Property,
    Type,
}

#[derive(Clone, Copy)]
struct Mode {
    override_protected: bool,
    propagate: bool,
    depth: usize,
}

static COMPILED: LazyLock<Mutex<HashMap<Vec<String>, Arc<ActiveContext>>>> = LazyLock::new(Mutex::default);

impl ActiveContext {
    /// The context of a whole document: its `@context` applied to the empty one.
    pub(super) fn of_document(local: &Value) -> Result<Arc<Self>, Problem> {
        let urls = match local {
            Value::Array(items) => items.iter().map_while(|item| item.as_str().map(str::to_owned)).collect(),
            Value::String(url) => vec![url.clone()],
            _ => Vec::new(),
        };
        let start = Self::of_embedded(&urls)?;
        match local {
            Value::Array(items) if items.len() == urls.len() => Ok(start),
            Value::Array(items) => start.apply(&Value::Array(items[urls.len()..].to_vec())),
            Value::String(_) => Ok(start),
            other => start.apply(other),
        }
    }

    fn of_embedded(urls: &[String]) -> Result<Arc<Self>, Problem> {
        let kept = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept().get(urls) {
            return Ok(found.clone());
        }
        let mut context = Arc::new(Self::default());
        for url in urls {
            context = context.apply(&Value::String(url.clone()))?;
        }
        let mut kept = kept();
        if kept.len() < MAX_COMPILED {
            kept.insert(urls.to_vec(), context.clone());
        }
        Ok(context)
    }

    /// Applies an `@context` found inside a document.
    pub(super) fn apply(self: &Arc<Self>, local: &Value) -> Result<Arc<Self>, Problem> {
        self.process(local, Mode { override_protected: false, propagate: true, depth: 0 })
    }

    /// Applies the context that the definition of `term` carries, if any.
    pub(super) fn apply_scoped(
        self: &Arc<Self>,
        term: &str,
        definition: Option<&Term>,
        scope: Scope,
    ) -> Result<Arc<Self>, Problem> {
        let Some(local) = definition.and_then(|definition| definition.context.as_ref()) else {
            return Ok(self.clone());
        };
        let key = (term.to_owned(), scope);
        let kept = || self.scoped.lock().unwrap_or_else(PoisonError::into_inner);
        // The same term may be looked up in another context (type-scoped terms are): what is kept
        // is only reused when it was compiled from this very definition.
        let own = self.terms.get(term).and_then(|term| term.context.as_ref());
        let reusable = own.is_some_and(|own| Arc::ptr_eq(own, local));
        if reusable && let Some(found) = kept().get(&key) {
            return Ok(found.clone());
        }
        let property = scope == Scope::Property;
        let applied = self.process(local, Mode { override_protected: property, propagate: property, depth: 0 })?;
        if reusable {
            kept().insert(key, applied.clone());
        }
        Ok(applied)
    }

    pub(super) fn term(&self, name: &str) -> Option<&Arc<Term>> {
        self.terms.get(name)
    }

    /// IRI expansion (5.2) with `vocab: true`. The result may be a keyword or relative.
    pub(super) fn expand_vocab(&self, value: &str) -> Option<String> {
        if is_keyword(value) {
            return Some(value.to_owned());
        }
        if let Some(term) = self.terms.get(value) {
            return term.id.clone();
        }
        self.expand_compact(value)
            .or_else(|| self.vocab.as_ref().map(|vocab| format!("{vocab}{value}")))
            .or_else(|| Some(value.to_owned()))
    }

    /// IRI expansion of a document-relative value. There is no base IRI: relative ones stay so.
    pub(super) fn expand_id(&self, value: &str) -> String {
        self.expand_compact(value).unwrap_or_else(|| value.to_owned())
    }

    /// Steps 6.x of 5.2: a compact IRI or an absolute one; `None` when there is no colon.
    fn expand_compact(&self, value: &str) -> Option<String> {
        let (prefix, suffix) = value.split_once(':').filter(|(prefix, _)| !prefix.is_empty())?;
        if prefix == "_" || suffix.starts_with("//") {
            return Some(value.to_owned());
        }
        match self.terms.get(prefix).map(Arc::as_ref) {
            Some(Term { id: Some(id), prefix: true, .. }) => Some(format!("{id}{suffix}")),
            _ => Some(value.to_owned()),
        }
    }

    /// Context processing (4.1.2).
    fn process(self: &Arc<Self>, local: &Value, mode: Mode) -> Result<Arc<Self>, Problem> {
        if mode.depth > MAX_CONTEXTS {
            return Err(refuse(ProblemKind::Context, "@context", format!("more than {MAX_CONTEXTS} nested contexts")));
        }
        let propagate = match local {
            Value::Object(members) => match members.get("@propagate") {
                None => mode.propagate,
                Some(Value::Bool(propagate)) => *propagate,
                Some(other) => return Err(invalid("@propagate", other)),
            },
            _ => mode.propagate,
        };
        let previous = match propagate {
            true => self.previous.clone(),
            false => Some(self.previous.clone().unwrap_or_else(|| self.clone())),
        };
        let items = match local {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut context = self.clone();
        for item in items {
            context = context.process_one(item, mode)?;
        }
        match (&previous, &context.previous) {
            (None, None) => Ok(context),
            (Some(wanted), Some(has)) if Arc::ptr_eq(wanted, has) => Ok(context),
            _ => Ok(Arc::new(Self { previous, ..context.copy() })),
        }
    }

    fn process_one(self: &Arc<Self>, local: &Value, mode: Mode) -> Result<Arc<Self>, Problem> {
        match local {
            Value::Null => {
                if !mode.override_protected && self.terms.values().any(|term| term.protected) {
                    let detail = "null would remove protected terms";
                    return Err(refuse(ProblemKind::Context, "@context", detail));
                }
                Ok(Arc::new(Self { previous: self.previous.clone(), ..Self::default() }))
            }
            Value::String(url) => {
                let Some(document) = embedded(url) else {
                    return Err(refuse(ProblemKind::Context, "@context", format!("unknown context {url:?}")));
                };
                self.process(&document["@context"], Mode { depth: mode.depth + 1, ..mode })
            }
            // A context document in place of a context: the public implementations unwrap it.
            Value::Object(members) if members.len() == 1 && members.contains_key("@context") => {
                self.process(&members["@context"], Mode { depth: mode.depth + 1, ..mode })
            }
            Value::Object(members) => self.define(members, mode).map(Arc::new),
            other => Err(invalid("@context", other)),
        }
    }

    fn copy(&self) -> Self {
        Self {
            terms: self.terms.clone(),
            vocab: self.vocab.clone(),
            language: self.language.clone(),
            previous: self.previous.clone(),
            scoped: Mutex::default(),
        }
    }

    /// Step 5.4 and on of 4.1.2: a context given as a map.
    fn define(&self, local: &Map<String, Value>, mode: Mode) -> Result<Self, Problem> {
        let mut result = self.copy();
        for (name, value) in local.iter().filter(|(name, _)| name.starts_with('@')) {
            match (name.as_str(), value) {
                ("@version", version) if version.as_f64() == Some(1.1) => {}
                ("@vocab", Value::Null) => result.vocab = None,
                ("@vocab", Value::String(vocab)) => {
                    let expanded = self.expand_vocab(vocab).filter(|iri| is_absolute_iri(iri));
                    result.vocab = Some(expanded.ok_or_else(|| invalid("@vocab", value))?);
                }
                ("@language", Value::Null) => result.language = None,
                ("@language", Value::String(tag)) if is_language_tag(tag) => {
                    result.language = Some(tag.to_ascii_lowercase());
                }
                // A default direction is refused: the public implementations lose it in scoped contexts.
                ("@base" | "@direction", Value::Null) | ("@propagate" | "@protected", Value::Bool(_)) => {}
                // @import, a base IRI and anything that looks like a keyword: refused, never skipped.
                _ => return Err(invalid(name, value)),
            }
        }
        let protected = local.get("@protected").and_then(Value::as_bool).unwrap_or(false);
        let mut defining = Defining { local, protected, mode, done: HashMap::new() };
        for name in local.keys().filter(|name| !name.starts_with('@')) {
            defining.term(&mut result, name)?;
        }
        Ok(result)
    }
}

/// Create Term Definition (4.2.2) over one context map.
struct Defining<'a> {
    local: &'a Map<String, Value>,
    protected: bool,
    mode: Mode,
    /// `false` while a term is being defined, so that a cycle is seen.
    done: HashMap<String, bool>,
}

impl Defining<'_> {
    fn term(&mut self, result: &mut ActiveContext, name: &str) -> Result<(), Problem> {
        match self.done.get(name) {
            Some(true) => return Ok(()),
            Some(false) => return Err(refuse(ProblemKind::JsonLd, name, "the term is defined by itself")),
            None => self.done.insert(name.to_owned(), false),
        };
        let Some(value) = self.local.get(name) else { return Ok(()) };
        if name.is_empty() || is_keyword(name) {
            return Err(refuse(ProblemKind::JsonLd, name, "a keyword cannot be redefined"));
        }
        let simple = value.is_string();
        let wrapped;
        let members = match value {
            Value::Object(members) => members,
            Value::String(_) | Value::Null => {
                wrapped = Map::from_iter([("@id".to_owned(), value.clone())]);
                &wrapped
            }
            other => return Err(invalid(name, other)),
        };
        let previous = result.terms.remove(name);
        let mut term = Term { protected: self.protected, ..Term::default() };
        self.identify(result, &mut term, name, members, simple)?;
        self.describe(result, &mut term, name, members)?;
        self.guard(&mut term, previous.as_deref(), name)?;
        result.terms.insert(name.to_owned(), Arc::new(term));
        self.done.insert(name.to_owned(), true);
        Ok(())
    }

    /// Steps 13 to 18: the IRI mapping.
    fn identify(
        &mut self,
        result: &mut ActiveContext,
        term: &mut Term,
        name: &str,
        members: &Map<String, Value>,
        simple: bool,
    ) -> Result<(), Problem> {
        match members.get("@id") {
            Some(Value::Null) => return Ok(()),
            Some(Value::String(id)) if id != name => {
                let expanded = self.expand(result, id)?;
                let usable = expanded.filter(|iri| is_keyword(iri) || is_absolute_iri(iri));
                let iri = usable.filter(|iri| iri != "@context" && !iri.starts_with("_:"));
                let iri = iri.ok_or_else(|| invalid(name, &members["@id"]))?;
                // Simple terms, and only those, are prefixes when their IRI ends in a delimiter.
                let delimited = iri.ends_with([':', '/', '?', '#', '[', ']', '@']);
                term.prefix = simple && delimited && !name.contains([':', '/']);
                term.id = Some(iri);
            }
            None | Some(Value::String(_)) => {
                let iri = match name.split_once(':') {
                    Some((prefix, suffix)) if !prefix.is_empty() => {
                        if !suffix.starts_with("//") && self.local.contains_key(prefix) {
                            self.term(result, prefix)?;
                        }
                        result.expand_compact(name)
                    }
                    _ => result.vocab.as_ref().map(|vocab| format!("{vocab}{name}")),
                };
                let iri = iri.filter(|iri| is_absolute_iri(iri) && !iri.starts_with("_:"));
                term.id =
                    Some(iri.ok_or_else(|| refuse(ProblemKind::JsonLd, name, "the term maps to no absolute IRI"))?);
            }
            Some(other) => return Err(invalid(name, other)),
        }
        Ok(())
    }

    /// The remaining members of an expanded term definition.
    fn describe(
        &mut self,
        result: &mut ActiveContext,
        term: &mut Term,
        name: &str,
        members: &Map<String, Value>,
    ) -> Result<(), Problem> {
        for (member, value) in members {
            match (member.as_str(), value) {
                ("@id", _) => {}
                ("@protected", Value::Bool(protected)) => term.protected = *protected,
                ("@type", Value::String(text)) => {
                    term.coercion = Some(match self.expand(result, text)?.as_deref() {
                        Some("@id") => Coercion::Id,
                        Some("@vocab") => Coercion::Vocab,
                        Some("@json") => Coercion::Json,
                        Some("@none") => Coercion::None,
                        Some(iri) if is_absolute_iri(iri) => Coercion::Datatype(iri.to_owned()),
                        _ => return Err(invalid(name, value)),
                    });
                }
                ("@container", value) => term.container = container(name, value)?,
                ("@context", value) => term.context = Some(Arc::new(value.clone())),
                ("@language", Value::Null) => term.language = Some(None),
                ("@language", Value::String(tag)) if is_language_tag(tag) => {
                    term.language = Some(Some(tag.to_ascii_lowercase()));
                }
                ("@direction", Value::Null) => term.direction = Some(None),
                ("@direction", Value::String(text)) if text == "ltr" || text == "rtl" => {
                    term.direction = Some(Some(text.clone()));
                }
                ("@prefix", Value::Bool(prefix)) if !name.contains([':', '/']) => term.prefix = *prefix,
                // @reverse, @nest and @index of a term: refused, never skipped. A reverse term could tell a node a second time,
                // out of the place where the checks read it.
                _ => return Err(invalid(name, value)),
            }
        }
        Ok(())
    }

    /// Step 27: a protected term may only be defined again as it is.
    fn guard(&self, term: &mut Term, previous: Option<&Term>, name: &str) -> Result<(), Problem> {
        let Some(previous) = previous.filter(|previous| previous.protected) else { return Ok(()) };
        if self.mode.override_protected {
            return Ok(());
        }
        let same = Term { protected: true, ..term.clone() };
        if same != *previous {
            return Err(refuse(ProblemKind::Context, name, "the term is protected and cannot be redefined"));
        }
        term.protected = true;
        Ok(())
    }

    /// IRI expansion while terms are still being defined.
    fn expand(&mut self, result: &mut ActiveContext, value: &str) -> Result<Option<String>, Problem> {
        let prefix = value.split_once(':').map(|(prefix, _)| prefix);
        for wanted in [Some(value), prefix].into_iter().flatten() {
            if self.local.contains_key(wanted) && self.done.get(wanted) != Some(&true) && !is_keyword(wanted) {
                self.term(result, wanted)?;
            }
        }
        Ok(result.expand_vocab(value))
    }
}

fn container(name: &str, value: &Value) -> Result<Container, Problem> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut container = Container::default();
    for item in items {
        match item.as_str() {
            Some("@list") => container.list = true,
            Some("@set") => container.set = true,
            Some("@graph") => container.graph = true,
            Some("@language") => container.language = true,
            // @id, @type and @index maps: refused, never skipped.
            _ => return Err(invalid(name, value)),
        }
    }
    match container {
        Container { list: true, set: false, graph: false, language: false } | Container { list: false, .. } => {
            Ok(container)
        }
        _ => Err(invalid(name, value)),
    }
}

/// The keywords of JSON-LD 1.1, and everything of their form, which the standard reserves.
pub(super) fn is_keyword(value: &str) -> bool {
    value.strip_prefix('@').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn invalid(at: &str, value: &Value) -> Problem {
    let mut shown = value.to_string();
    if let Some((cut, _)) = shown.char_indices().nth(80) {
        shown.truncate(cut);
    }
    refuse(ProblemKind::JsonLd, at, format!("not supported here: {shown}"))
}
