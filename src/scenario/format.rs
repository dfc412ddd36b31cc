//! The version of the scenario format that a file is written in.

use super::document::Document;
use super::issue::{Issue, Issues};
use toml::Spanned;
use toml::de::DeValue;

/// The version that this program reads.
pub(super) const FORMAT: u32 = 2;

/// What a file means in this format that it did not mean in the one before, and how to say what was meant: what a migration writes, and what
/// no key says.
const CHANGES: &str = "what means something else in format 2, and how to say what was meant:
- a contract's term is each tranche's own, from its acceptance: terms = \"common\"
- capacity leaves after its term: after_term = \"continues\"
- GPUs without site power are not billed: power_risk = \"buyer\"
- exclusivity binds services too: exclusivity.workloads = [..]
- an option says from when and until when it may be exercised: exercise_by is now exercise_until
- a minimum is due on what was delivered, brokers and services look at the price of one more unit of work, dependence counts whole gangs, and what
  lay with a vendor that defaults is lost: no key says these the old way";

/// Whether this program reads the version of a file; says so if it does not.
pub(super) fn is_readable(document: &Document<'_>, name: &str, issues: &mut Issues) -> bool {
    let node = document.root.get("format");
    let format: Option<u32> = match node.map(Spanned::get_ref) {
        None => Some(1),
        Some(DeValue::Integer(number)) => number.as_str().parse().ok(),
        Some(_) => None,
    };
    if format == Some(FORMAT) {
        return true;
    }
    let title = match (node, format) {
        (None, _) => {
            format!("this scenario does not say its format: it is read as format 1, and this program reads format {FORMAT}")
        }
        (_, Some(format)) => format!("this scenario is in format {format}; this program reads format {FORMAT}"),
        (_, None) => format!("`format` must be a whole number; this program reads format {FORMAT}"),
    };
    let help = match format {
        Some(format) if format > FORMAT => "use a newer version of skyberth".to_owned(),
        Some(1) => {
            format!(
                "`skyberth check --migrate {name}` writes it in format {FORMAT}; for a new file, write format = {FORMAT}\n{CHANGES}"
            )
        }
        _ => format!("write format = {FORMAT}"),
    };
    issues.push(Issue::error(title, node.map(Spanned::span)).help(help));
    false
}
