//! Names that people write, and mistype.

/// The allowed name that is closest to what was written, if it is close at all.
#[must_use]
pub fn nearest<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let lower = written.to_lowercase();
    allowed
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), *name))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, name)| distance <= 1 + name.len().max(written.len()) / 3)
        .map(|(_, name)| name)
}
