//! Shares of futures in words: in how many of how many, and what that allows.

use super::number::Style;
use crate::study::Row;
use crate::study::statistics::exact_binomial;

/// The probability that an interval covers the truth.
const CONFIDENCE: f64 = 0.95;

/// In how many of `n` futures something is so, given its share of them.
pub(super) fn count(share: f64, n: usize) -> usize {
    (share * n as f64).round() as usize
}

/// `5 of 16`, and between what probabilities that leaves it \[%\], as `11.0..58.7`.
pub(super) fn seen(row: &Row) -> Option<(String, String)> {
    let share = row.mean.filter(|share| share.is_finite())?;
    let seen = count(share, row.n);
    Some((format!("{seen} of {}", row.n), between(seen, row.n)))
}

/// Between what probabilities something lies that is so in `count` of `n` futures \[%\].
pub(super) fn between(count: usize, n: usize) -> String {
    let (low, high) = exact_binomial(count, n.max(1), CONFIDENCE);
    let [low, high] = [low, high].map(|share| Style::Percent.show(share));
    format!("{low}..{high}")
}

/// The largest probability that something has which is so in none of `n` futures \[%\].
pub(super) fn none_allows(n: usize) -> String {
    Style::Percent.show(exact_binomial(0, n.max(1), CONFIDENCE).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::catalog::OVERLOADED_SHARE;

    #[test]
    fn shares_of_futures_say_what_they_allow() {
        let row = |mean, n| Row { n, mean, ..Row::of(&OVERLOADED_SHARE, "workload", "w", "total") };
        assert_eq!(seen(&row(Some(5.0 / 16.0), 16)), Some(("5 of 16".to_owned(), "11.0..58.7".to_owned())));
        assert_eq!(seen(&row(Some(0.0), 16)), Some(("0 of 16".to_owned(), "0.0..20.6".to_owned())));
        assert_eq!(seen(&row(None, 0)), None);
        assert_eq!((none_allows(16).as_str(), none_allows(72).as_str()), ("20.6", "5.0"));
    }
}
