//! Every statement of `src/sql/` is prepared on both databases: one that only one of them understands is found here, though
//! no test happens to run it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection, Executor, SqlSafeStr};
use store::postgres::PostgresStore;
use store::sqlite::SqliteStore;

use crate::world::{PostgresDatabase, SqliteFile};

/// What statements begin with.
const VERBS: [&str; 4] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];

#[tokio::test]
async fn every_statement_is_understood_by_both_databases() {
    let statements = statements();
    assert!(
        statements.len() > 100,
        "only {} statements were found: the reading of sources is broken",
        statements.len()
    );
    let (file, database) = (SqliteFile::new(), PostgresDatabase::new());
    SqliteStore::create(file.path()).await.unwrap().close().await;
    PostgresStore::create(&database.address).await.unwrap().close().await;
    let mut sqlite = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.path().display())).await.unwrap();
    let mut postgres = sqlx::PgConnection::connect(database.address.without_password()).await.unwrap();
    let mut refused = Vec::new();
    for (statement, place) in statements {
        let text = || AssertSqlSafe(statement.clone()).into_sql_str();
        if let Err(error) = sqlite.prepare(text()).await {
            refused.push(format!("{place}: SQLite: {error}: {statement}"));
        }
        if let Err(error) = postgres.prepare(text()).await {
            refused.push(format!("{place}: PostgreSQL: {error}: {statement}"));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

/// The statements in the sources, with the file that each stands in. Those that are put together while the program runs
/// are left to the other tests.
fn statements() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let sources: Vec<(PathBuf, Vec<Token>)> =
        sources().into_iter().map(|path| (path.clone(), tokens(&fs::read_to_string(path).unwrap()))).collect();
    let mut macros = BTreeMap::new();
    for _ in 0..2 {
        macros = sources.iter().flat_map(|(_, tokens)| self::macros(tokens, &macros)).collect::<BTreeMap<_, _>>();
    }
    for (path, tokens) in &sources {
        let constants = constants(tokens);
        for (at, token) in tokens.iter().enumerate() {
            let statement = match token {
                Token::Call(name) if name == "concat" => arguments(tokens, at).concat(),
                Token::Call(name) if macros.contains_key(name) => filled(&macros[name], &arguments(tokens, at)),
                Token::Text(_) if macros.values().flatten().any(|part| part == token) => continue,
                Token::Text(text) => constants
                    .iter()
                    .fold(text.clone(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value)),
                _ => continue,
            };
            let whole = !statement.ends_with([' ', '(']) && !statement.contains(['{', '~']);
            if whole && VERBS.iter().any(|verb| statement.starts_with(verb)) {
                found.insert(statement, path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}

fn sources() -> Vec<PathBuf> {
    let sql = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql");
    let mut folders = vec![sql];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// As much of Rust as it takes: texts, macro calls, places of a macro, and other words.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Call(String),
    Place(String),
    Word(String),
    Close,
}

fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if c == '"' {
            let (text, after) = literal(&rest[1..]);
            tokens.push(Token::Text(text));
            rest = after;
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let end = rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest.len(), |end| end + 1);
            let word = rest[..end].to_owned();
            rest = &rest[end..];
            tokens.push(match rest.strip_prefix("!(") {
                Some(after) => {
                    rest = after;
                    Token::Call(word)
                }
                None if c == '$' => Token::Place(word),
                None => Token::Word(word),
            });
        } else {
            if c == ')' {
                tokens.push(Token::Close);
            }
            rest = rest.strip_prefix("'\"'").unwrap_or(&rest[c.len_utf8()..]);
        }
    }
    tokens
}

/// A text up to its closing quote, and what follows it.
fn literal(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut characters = source.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (text, &source[at + 1..]),
            '\\' => match characters.next() {
                Some((at, '\n')) => {
                    let after = source[at..].find(|c: char| !c.is_whitespace()).map_or(source.len(), |end| at + end);
                    characters = source.char_indices();
                    while characters.clone().next().is_some_and(|(index, _)| index < after) {
                        characters.next();
                    }
                }
                Some((_, other)) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    (text, "")
}

/// The texts up to the end of a call.
fn arguments(tokens: &[Token], call: usize) -> Vec<String> {
    let inside = tokens[call + 1..].iter().take_while(|token| **token != Token::Close);
    inside
        .map(|token| match token {
            Token::Text(text) => text.clone(),
            // Not known here: the statement is no whole one.
            _ => "~".to_owned(),
        })
        .collect()
}

/// Our macros that are a statement with places in it: what stands between the places. One may be made of another.
fn macros(tokens: &[Token], known: &BTreeMap<String, Vec<Token>>) -> Vec<(String, Vec<Token>)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let called = tokens[at..].iter().position(|token| matches!(token, Token::Call(_)));
        if *token == Token::Word("macro_rules".to_owned())
            && let (Some(Token::Word(name)), Some(called)) = (tokens.get(at + 1), called)
            && let Token::Call(callee) = &tokens[at + called]
        {
            let given = tokens[at + called + 1..].iter().take_while(|token| **token != Token::Close).cloned();
            let mut given = given.filter(|token| matches!(token, Token::Text(_) | Token::Place(_)));
            let body = match known.get(callee) {
                None => given.collect(),
                Some(body) => body
                    .iter()
                    .filter_map(|part| if matches!(part, Token::Place(_)) { given.next() } else { Some(part.clone()) })
                    .collect(),
            };
            found.push((name.clone(), body));
        }
    }
    found
}

fn filled(body: &[Token], arguments: &[String]) -> String {
    let mut arguments = arguments.iter();
    body.iter()
        .map(|token| match token {
            Token::Text(text) => text.clone(),
            _ => arguments.next().cloned().unwrap_or_default(),
        })
        .collect()
}

/// Constants that hold a text, by name.
fn constants(tokens: &[Token]) -> BTreeMap<String, String> {
    let of = |window: &[Token]| match window {
        [Token::Word(keyword), Token::Word(name), Token::Word(kind), Token::Text(text)]
            if keyword == "const" && kind == "str" =>
        {
            Some((name.clone(), text.clone()))
        }
        _ => None,
    };
    tokens.windows(4).filter_map(of).collect()
}
