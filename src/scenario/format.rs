//! The version of the scenario format that a file is written in.

use super::document::Document;
use super::issue::{Issue, Issues};
use toml::Spanned;
use toml::de::DeValue;

/// The newest version that this program reads.
pub(super) const FORMAT: u32 = 1;
/// The oldest version that it reads.
const OLDEST: u32 = 1;
/// The version of a file that states none.
pub(super) const UNSTATED: u32 = 1;

/// Whether this program reads the version of a file; says so if it does not.
pub(super) fn is_readable(document: &Document<'_>, issues: &mut Issues) -> bool {
    let node = document.root.get("format");
    let format = match node.map(Spanned::get_ref) {
        None => Some(UNSTATED),
        Some(DeValue::Integer(number)) => number.as_str().parse().ok(),
        Some(_) => None,
    };
    if format.is_some_and(|format| (OLDEST..=FORMAT).contains(&format)) {
        return true;
    }
    let readable = if OLDEST == FORMAT { format!("format {FORMAT}") } else { format!("formats {OLDEST} to {FORMAT}") };
    let title = match format {
        Some(format) => format!("this scenario is in format {format}; this program reads {readable}"),
        None => format!("`format` must be a whole number; this program reads {readable}"),
    };
    let help = match format {
        Some(format) if format > FORMAT => "use a newer version of skyberth".to_owned(),
        _ => format!("write format = {FORMAT}"),
    };
    issues.push(Issue::error(title, node.map(Spanned::span)).help(help));
    false
}
