//! The scenario format described by itself: a JSON schema, and a reference made from it.

use super::defaults::marked_default;
use super::sections::{SCHEMA, SECTIONS};
use super::spec::defaults::NOT_WITH;
use serde_json::{Map, Value};

/// The JSON schema of a scenario file.
#[must_use]
pub fn schema() -> String {
    serde_json::to_string_pretty(&*SCHEMA).unwrap_or_default() + "\n"
}

/// The reference of the scenario format as Markdown, from the schema: a section a table, a row a key.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Scenario reference\n\nMade from the program's own types by `skyberth schema --markdown`. A scenario is a TOML file; keys that are \
         not listed here are errors. Durations are texts such as `\"30 min\"`, dates are written without quotes. Keys in **bold** are required.\n",
    );
    section(&mut text, "The file", &SCHEMA);
    let mut names: Vec<&String> = SCHEMA["$defs"].as_object().into_iter().flat_map(Map::keys).collect();
    names.sort_by_key(|name| (place(name), heading(name)));
    for name in names {
        section(&mut text, &heading(name), &SCHEMA["$defs"][name.as_str()]);
    }
    text
}

/// The heading of a type: the table as written where its description begins with that, or its name
/// in words.
fn heading(name: &str) -> String {
    let described = SCHEMA["$defs"][name]["description"].as_str().unwrap_or_default();
    if let Some((table, _)) = described.strip_prefix("`[").and_then(|rest| rest.split_once("]`")) {
        return table.trim_matches(['[', ']']).to_owned();
    }
    let stem = name.strip_suffix("Spec").unwrap_or(name).replace("double", "number");
    let mut words = String::new();
    for c in stem.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(if c == '_' { ' '.to_lowercase() } else { c.to_lowercase() });
    }
    words
}

/// The place of a type in the reference: sections in the order of the file, each followed by the
/// tables within it; then all others.
fn place(name: &str) -> usize {
    let heading = heading(name);
    let section = heading.split('.').next().unwrap_or_default();
    SECTIONS.iter().position(|known| known.name == section).unwrap_or(SECTIONS.len())
}

/// The place that a heading can be linked to.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace('.', "").replace(' ', "-")
}

fn section(text: &mut String, name: &str, definition: &Value) {
    let description = definition["description"].as_str().unwrap_or_default();
    text.push_str(&format!("\n## {name}\n\n{}\n", folded(description)));
    if let Some(properties) = definition["properties"].as_object() {
        keys(text, properties, definition);
    }
    let variants: Vec<&Value> = ["oneOf", "anyOf"].iter().filter_map(|key| definition[key].as_array()).flatten().collect();
    if !variants.is_empty() {
        text.push_str("\nOne of:\n\n");
        for variant in variants {
            text.push_str(&format!("- {}\n", choice(variant)));
        }
    }
}

fn keys(text: &mut String, properties: &Map<String, Value>, definition: &Value) {
    let required: Vec<&str> = definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    text.push_str("\n| key | type | meaning |\n|---|---|---|\n");
    for (key, property) in properties {
        let shown = if required.contains(&key.as_str()) { format!("**`{key}`**") } else { format!("`{key}`") };
        let meaning = folded(property["description"].as_str().unwrap_or_default());
        let cell = format!("{meaning}{}", told_default(property)).replace('|', "\\|");
        text.push_str(&format!("| {shown} | {} | {cell} |\n", kind(property)));
    }
    for (other, excluded) in definition[NOT_WITH].as_object().into_iter().flatten() {
        let excluded: Vec<String> =
            excluded.as_array().into_iter().flatten().filter_map(Value::as_str).map(|key| format!("`{key}`")).collect();
        text.push_str(&format!("\n`{other}` cannot stand beside {}.\n", excluded.join(", ")));
    }
}

/// The sentence on a key's default: the one that `compile` reads.
fn told_default(property: &Value) -> String {
    marked_default(property, |value| format!("`{value}`")).map_or_else(String::new, |default| format!(" Default: {default}."))
}

/// A variant of an enumeration as it is written.
fn choice(variant: &Value) -> String {
    let meaning = folded(variant["description"].as_str().unwrap_or_default());
    let written = if let Some(word) = variant["const"].as_str() {
        format!("`\"{word}\"`")
    } else if let Some((word, inner)) = variant["properties"].as_object().and_then(|properties| properties.iter().next()) {
        let fields = inner["properties"]
            .as_object()
            .map(|fields| fields.keys().map(|key| format!("{key} = ..")).collect::<Vec<_>>().join(", "));
        fields.map_or_else(
            || format!("`{{ {word} = .. }}` with {}", kind(inner)),
            |fields| format!("`{{ {word} = {{ {fields} }} }}`"),
        )
    } else {
        kind(variant)
    };
    let mut text = if meaning.is_empty() { written } else { format!("{written}: {meaning}") };
    let inner = variant["properties"].as_object().and_then(|properties| properties.values().next());
    for (key, field) in inner.and_then(|inner| inner["properties"].as_object()).into_iter().flatten() {
        text.push_str(&format!("\n  - `{key}`, {}: {}", kind(field), folded(field["description"].as_str().unwrap_or_default())));
    }
    text
}

/// A property's type in words, with a link to its section.
fn kind(property: &Value) -> String {
    if let Some(reference) = property["$ref"].as_str() {
        let heading = heading(&reference.rsplit('/').next().unwrap_or(reference).replace("%20", " "));
        return format!("[{heading}](#{})", anchor(&heading));
    }
    if let Some(variants) = property["anyOf"].as_array() {
        return variants.iter().filter(|variant| variant["type"] != "null").map(kind).collect::<Vec<_>>().join(" or ");
    }
    let values = &property["additionalProperties"];
    if values.is_object() {
        let what = if values["$ref"].is_string() { "tables" } else { "table" };
        return format!("{what} of {}", kind(values));
    }
    let word = |name: &str| match name {
        "array" if property["prefixItems"].is_array() => {
            let parts: Vec<String> = property["prefixItems"].as_array().into_iter().flatten().map(kind).collect();
            format!("pair of {}", parts.join(" and "))
        }
        "array" => format!("list of {}", kind(&property["items"])),
        "integer" => "whole number".to_owned(),
        "null" => String::new(),
        "string" => "text".to_owned(),
        "boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    };
    match &property["type"] {
        Value::String(name) => word(name),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").map(word).collect::<Vec<_>>().join(" or ")
        }
        _ => String::new(),
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
