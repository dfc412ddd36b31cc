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

/// Whether a character is not seen but does something: control characters, which a terminal obeys, and marks that turn the direction of text, by which
/// a name can look like another.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A text without hidden characters.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().filter(|&c| !is_hidden(c)).collect()
}

/// A text whose hidden characters are made visible, lines apart: no file can write to a terminal by what it is called or holds.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) && c != '\n' { '\u{fffd}' } else { c }).collect()
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
