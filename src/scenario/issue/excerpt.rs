//! The lines of a text that a problem is about.

use annotate_snippets::{AnnotationKind, Group, Origin, Snippet};
use std::ops::Range;

/// Lines longer than this are shown in part [bytes]: setting them takes time, and no one reads them.
const LONGEST: usize = 2000;
/// As much of such a line is shown before and behind the place [bytes].
const AROUND: usize = 60;

/// Adds the lines around a place of a text to a group, with the place underlined. Only those lines are handed on, so that the time it takes does
/// not grow with the text.
pub(super) fn of<'t>((name, text, place): (&'t str, &'t str, Range<usize>), label: Option<String>, group: Group<'t>) -> Group<'t> {
    let first = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
    let mut last = text[place.end..].find('\n').map_or(text.len(), |length| place.end + length + 1);
    // What ends behind a line break belongs to the line that ends there.
    if place.end > place.start && text[..place.end].ends_with('\n') {
        last = place.end;
    }
    let line = 1 + text[..first].bytes().filter(|&byte| byte == b'\n').count();
    if last - first <= LONGEST {
        let annotation = AnnotationKind::Primary.span(place.start - first..place.end - first).label(label);
        return group.element(Snippet::source(&text[first..last]).path(name).line_start(line).annotation(annotation));
    }
    // Of a long text, the beginning of the place on its first line.
    let line_end = text[place.start..].find('\n').map_or(text.len(), |length| place.start + length);
    let from = floor(text, place.start.saturating_sub(AROUND).max(first));
    let to = floor(text, (place.start + 2 * AROUND).min(line_end));
    let end = place.end.min(floor(text, place.start + AROUND)).min(to).max(place.start);
    let column = 1 + text[first..place.start].chars().count();
    let annotation = AnnotationKind::Primary.span(place.start - from..end - from).label(label);
    group
        .element(Origin::path(name).line(line).char_column(column))
        .element(Snippet::source(&text[from..to]).line_start(line).annotation(annotation))
}

/// The start of the character that a byte belongs to.
fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
