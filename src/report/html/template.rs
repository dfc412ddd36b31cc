//! The page's templates. They share the frame with its style, and parts such as charts and tables.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// All of them, by the names by which they call each other.
const TEMPLATES: [(&str, &str); 4] = [
    ("frame.html", include_str!("frame.html")),
    ("parts.html", include_str!("parts.html")),
    ("run.html", include_str!("run.html")),
    ("comparison.html", include_str!("comparison.html")),
];

/// Fills a template. All of the page is data, so that the template escapes all of it.
pub(super) fn render(name: &str, page: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    let mut environment = Environment::new();
    environment.set_syntax(syntax.build().map_err(io::Error::other)?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // All that the templates ask for; the engine's own filters and tests nearly double the time that it takes to build.
    environment.add_test("defined", |value: &Value| !value.is_undefined());
    environment.add_filter("length", |value: &Value| {
        value.len().ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "this has no length"))
    });
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(io::Error::other)?;
    }
    let template = environment.get_template(name).map_err(io::Error::other)?;
    let page = template.render(value(serde_json::to_value(page)?)).map_err(io::Error::other)?;
    out.write_all(page.as_bytes())
}

/// Data as the template engine wants it.
fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(truth) => Value::from(truth),
        serde_json::Value::Number(number) => number.as_u64().map_or_else(|| Value::from(number.as_f64()), Value::from),
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Array(items) => items.into_iter().map(value).collect(),
        serde_json::Value::Object(entries) => {
            entries.into_iter().map(|(key, entry)| (key, value(entry))).collect::<BTreeMap<_, _>>().into()
        }
    }
}
