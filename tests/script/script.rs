//! The script of the page `/v` is what `verify.js` and `show.js` make, only smaller.

use std::fs;
use std::path::Path;

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// `PIAGAM_BLESS=1 cargo test -p piagam-script` writes it anew.
#[test]
fn the_small_script_is_made_of_the_sources() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/pages/v");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let small = minified(&format!("(()=>{{'use strict';\n{}\n{}}})();", read("verify.js"), read("show.js")));
    if std::env::var_os("PIAGAM_BLESS").is_some() {
        fs::write(folder.join("script.min.js"), &small).unwrap();
    }
    let kept = fs::read_to_string(folder.join("script.min.js")).unwrap_or_default();
    assert!(kept == small, "verify.js or show.js changed: run with PIAGAM_BLESS=1, then the tests of the page");
}

fn minified(source: &str) -> String {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, SourceType::script()).parse();
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let mut program = parsed.program;
    let options = MinifierOptions {
        mangle: Some(MangleOptions::default()),
        mangle_properties: None,
        compress: Some(CompressOptions::smallest()),
    };
    let made = Minifier::new(options).minify(&allocator, &mut program);
    let options = CodegenOptions { minify: true, comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    Codegen::new().with_options(options).with_scoping(made.scoping).build(&program).code
}
