//! Scenarios that come with the program, so that the first command needs no file.

/// Name and text of each.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("openai-2025-11", include_str!("../../scenarios/openai-2025-11.toml")),
    ("openai-2026-06", include_str!("../../scenarios/openai-2026-06.toml")),
    ("quickstart", include_str!("../../scenarios/quickstart.toml")),
];

/// The text of a built-in scenario.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
