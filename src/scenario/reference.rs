//! The scenario format described by itself: a JSON schema, and a reference made from it.

use super::spec::ScenarioSpec;
use serde_json::{Map, Value};

/// The JSON schema of a scenario file.
#[must_use]
pub fn schema() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(ScenarioSpec)).unwrap_or_default() + "\n"
}

/// The reference of the scenario format as Markdown, from the schema: a section a table, a row a key.
#[must_use]
pub fn markdown() -> String {
    let schema = serde_json::to_value(schemars::schema_for!(ScenarioSpec)).unwrap_or_default();
    let mut text = String::from(
        "# Scenario reference\n\nMade from the program's own types by `skyberth schema --markdown`. A scenario is a TOML file; keys that are \
         not listed here are errors. Durations are texts such as `\"30 min\"`, dates are written without quotes. Keys in **bold** are required.\n",
    );
    section(&mut text, "The file", &schema);
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        section(&mut text, name, definition);
    }
    text
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
        let meaning = folded(property["description"].as_str().unwrap_or_default()).replace('|', "\\|");
        text.push_str(&format!("| {shown} | {} | {meaning} |\n", kind(property)));
    }
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
    if meaning.is_empty() { written } else { format!("{written}: {meaning}") }
}

/// A property's type in words, with a link to its section.
fn kind(property: &Value) -> String {
    if let Some(reference) = property["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(variants) = property["anyOf"].as_array() {
        return variants.iter().filter(|variant| variant["type"] != "null").map(kind).collect::<Vec<_>>().join(" or ");
    }
    if property["additionalProperties"].is_object() {
        return format!("tables of {}", kind(&property["additionalProperties"]));
    }
    let word = |name: &str| match name {
        "array" => format!("list of {}", kind(&property["items"])),
        "integer" => "whole number".to_owned(),
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
