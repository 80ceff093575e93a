//! The whole HTTP interface as an OpenAPI 3.1 document (`GET /openapi.json`), and a page to read it (`GET /api`).
//! A test compares both with `routes.rs`.

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use vc::Lang;

use crate::App;
use crate::asked::Hl;
use crate::pages::Keep;
use crate::pages::plain::{ApiPage, Operation};
use crate::publish::cacheable;

/// The document, without the address of an installation.
const DOCUMENT: &str = include_str!("../../openapi.json");

/// It changes with a release.
const KEPT: &str = "public, max-age=300";

static PARSED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(DOCUMENT).expect("the embedded document is JSON: a test reads it"));

/// `GET /openapi.json`
pub(crate) async fn document(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let mut document = PARSED.clone();
    document["servers"] = json!([{ "url": app.config.base_url }]);
    cacheable(&headers, "application/json", KEPT, document.to_string().into_bytes())
}

/// `GET /api`
pub(crate) async fn page(State(app): State<Arc<App>>, hl: Hl) -> Response {
    let page = ApiPage::new(&app.config, hl.lang(), operations(hl.lang()));
    app.pages.answer(StatusCode::OK, Keep::Minutes, &page)
}

/// Every operation in the order of the document, in the reader's language.
pub(crate) fn operations(lang: Lang) -> Vec<Operation> {
    let summary = if lang == Lang::Id { "x-summary-id" } else { "summary" };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let paths = PARSED["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| methods.as_object().into_iter().flatten().map(move |entry| (path, entry)))
        .map(|(path, (method, operation))| Operation {
            tag: text(&operation["tags"][0]),
            method: method.to_uppercase(),
            path: path.clone(),
            said: text(&operation[summary]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `("GET", "/v/{code}")` for every route of `routes.rs`. A wildcard is written as a plain parameter.
    fn routed() -> BTreeSet<(String, String)> {
        let source = include_str!("../routes.rs");
        let mut found = BTreeSet::new();
        for rest in source.split(".route(\"").skip(1) {
            let (path, rest) = rest.split_once('"').unwrap();
            let handlers = rest.split(".route(").next().unwrap().split(';').next().unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                if handlers.contains(&format!("{method}(")) {
                    found.insert((method.to_uppercase(), path.replace("{*", "{")));
                }
            }
        }
        found
    }

    #[test]
    fn the_document_tells_every_route_and_no_other() {
        let told: BTreeSet<_> = operations(Lang::En).into_iter().map(|o| (o.method, o.path)).collect();
        assert_eq!(told, routed());
        assert!(told.len() > 20);
    }

    #[test]
    fn every_operation_is_complete() {
        let (indonesian, english) = (operations(Lang::Id), operations(Lang::En));
        for operation in indonesian.iter().chain(&english) {
            assert!(!operation.said.is_empty() && !operation.tag.is_empty(), "{operation:?}");
        }
        let mut ids = BTreeSet::new();
        for (path, methods) in PARSED["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
                let named: BTreeSet<_> = operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|parameter| parameter["in"] == "path")
                    .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                    .collect();
                let in_path: BTreeSet<_> =
                    path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
                assert_eq!(named, in_path, "{method} {path}");
                assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        for rest in DOCUMENT.split("\"$ref\": \"#").skip(1) {
            let pointer = rest.split('"').next().unwrap();
            assert!(PARSED.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
