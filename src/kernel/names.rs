//! Names and numbers as people write them.

/// The allowed name that is closest to what was written, if it is close at all.
#[must_use]
pub fn nearest<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    allowed
        .iter()
        .map(|name| (distance(written, name), *name))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, name)| distance <= 1 + name.len().max(written.len()) / 3)
        .map(|(_, name)| name)
}

/// Sorts things by how close their names are to what was written; those that are equally close stay in order.
pub fn by_nearness<T>(written: &str, things: &mut [T], name: impl Fn(&T) -> &str) {
    things.sort_by_cached_key(|thing| distance(written, name(thing)));
}

/// A count with its thousands set apart.
#[must_use]
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Typing mistakes between two names, in either case.
fn distance(written: &str, name: &str) -> usize {
    strsim::damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase())
}
