//! Something in a text is changed at random: numbers, words, lines, bytes.

/// A sequence of draws (splitmix64), the same for the same seed everywhere.
pub struct Draws(u64);

impl Draws {
    pub fn new(seed: u64) -> Self {
        let mut draws = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        draws.next();
        draws
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let place = self.below(things.len());
        &things[place]
    }
}

/// Numbers that programs stumble over.
const NUMBERS: [&str; 30] = [
    "0",
    "1",
    "-1",
    "2",
    "7",
    "0.5",
    "0.001",
    "0.999",
    "1.5",
    "100",
    "1000",
    "65536",
    "1e6",
    "1e9",
    "1e12",
    "1e18",
    "1e300",
    "1e-300",
    "nan",
    "inf",
    "-inf",
    "2147483647",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "0.1",
    "3",
    "16",
    "99999",
];

/// Words that mean something somewhere.
const WORDS: [&str; 34] = [
    "\"\"",
    "\"0 s\"",
    "\"1 ms\"",
    "\"1 s\"",
    "\"1 h\"",
    "\"1 d\"",
    "\"200 y\"",
    "\"-1 d\"",
    "\"all\"",
    "\"H100\"",
    "\"GB200\"",
    "\"aws\"",
    "\"own\"",
    "\"world\"",
    "\"easy\"",
    "\"conservative\"",
    "\"fifo\"",
    "\"las2d\"",
    "\"fair\"",
    "\"priority\"",
    "\"srtf\"",
    "\"gittins\"",
    "\"consolidate\"",
    "\"fgd\"",
    "\"skip\"",
    "\"none\"",
    "\"any\"",
    "\"office\"",
    "true",
    "[]",
    "{}",
    "2026-01-01",
    "2199-12-31",
    "\"\u{202e}\u{0}\"",
];

/// Numbers that most keys take, so that there is something to run.
const PLAIN: [&str; 14] = ["0", "1", "2", "3", "4", "8", "16", "100", "0.1", "0.5", "0.9", "1.5", "1000", "50000"];

/// A text with up to three changes, mostly one.
pub fn damaged(text: &str, draws: &mut Draws) -> String {
    let mut text = text.to_owned();
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    for _ in 0..*draws.pick(&[1, 1, 1, 2, 3]) {
        text = match draws.below(24) {
            0..4 => replaced(&text, draws, is_number, &NUMBERS),
            20..24 | 4..8 => replaced(&text, draws, is_number, &PLAIN),
            8..12 => replaced(&text, draws, |c| c.is_ascii_alphanumeric() || matches!(c, '"' | '_' | ' '), &WORDS),
            12 => exchanged(&text, draws),
            13..15 => with_lines(&text, draws, |lines, at, _| {
                lines.remove(at);
            }),
            15 => with_lines(&text, draws, |lines, at, _| lines.insert(at, lines[at].clone())),
            16 => with_lines(&text, draws, |lines, at, other| lines.swap(at, other)),
            17 => with_lines(&text, draws, |lines, at, other| lines.insert(at, lines[other].clone())),
            18 => {
                let at = boundary(&text, draws);
                let inserted =
                    *draws.pick(&["[", "]", "{", "}", "=", "\"", "\n", "#", ",", ".", "\u{0}", "\u{202e}", "é", "-", "'"]);
                format!("{}{inserted}{}", &text[..at], &text[at..])
            }
            _ => {
                let at = boundary(&text, draws);
                if draws.below(10) == 0 {
                    text[..at].to_owned()
                } else {
                    text[..at].chars().chain(text[at..].chars().skip(1)).collect()
                }
            }
        };
    }
    text
}

fn boundary(text: &str, draws: &mut Draws) -> usize {
    let mut at = draws.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Runs of characters of a kind behind an equals sign, a bracket, a comma or a blank, where values are.
fn values(text: &str, is_part: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut begin, mut before) = (None, '\n');
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        match begin {
            None if is_part(c) && c != ' ' && matches!(before, ' ' | '[' | ',' | '=' | '\t') => begin = Some(at),
            Some(from) if !is_part(c) => {
                found.push((from, at));
                begin = None;
            }
            _ => {}
        }
        before = c;
    }
    found
}

fn replaced(text: &str, draws: &mut Draws, is_part: impl Fn(char) -> bool, by: &[&str]) -> String {
    let values = values(text, is_part);
    if values.is_empty() {
        return text.to_owned();
    }
    let &(from, to) = draws.pick(&values);
    format!("{}{}{}", &text[..from], draws.pick(by), &text[to..])
}

/// Two values change places.
fn exchanged(text: &str, draws: &mut Draws) -> String {
    let values = values(text, |c| !matches!(c, '\n' | ',' | '[' | ']' | '{' | '}' | '\t'));
    if values.len() < 2 {
        return text.to_owned();
    }
    let (one, other) = (*draws.pick(&values), *draws.pick(&values));
    let (first, second) = (one.min(other), one.max(other));
    if first.1 > second.0 {
        return text.to_owned();
    }
    let [a, b] = [&text[first.0..first.1], &text[second.0..second.1]];
    format!("{}{b}{}{a}{}", &text[..first.0], &text[first.1..second.0], &text[second.1..])
}

fn with_lines(text: &str, draws: &mut Draws, change: impl FnOnce(&mut Vec<String>, usize, usize)) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if !lines.is_empty() {
        let (at, other) = (draws.below(lines.len()), draws.below(lines.len()));
        change(&mut lines, at, other);
    }
    lines.join("\n") + "\n"
}
