//! Numbers as text: in files with nine significant digits, for people with three.

/// A number in a file: nine significant digits, no exponent where it can be helped, nothing where there is none.
#[must_use]
pub fn exact(value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return String::new() };
    if value == 0.0 {
        return "0".to_owned();
    }
    let rounded: f64 = format!("{value:.8e}").parse().unwrap_or(value);
    if (1e-5..1e18).contains(&rounded.abs()) { rounded.to_string() } else { format!("{rounded:e}") }
}

/// How a kind of figure is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A count or an amount: three significant digits with k, M, B, T.
    Amount,
    /// A time [s]: in s, min, h or d.
    Time,
    /// A share: in percent, without the sign.
    Percent,
    /// A whole number.
    Whole,
}

impl Style {
    /// A figure and its interval: both in the unit that suits the figure, which is written once.
    #[must_use]
    pub fn with_interval(self, mean: f64, interval: Option<(f64, f64)>) -> (String, Option<String>) {
        // Ends that are far beyond the figure need a unit of their own size, or they would have many digits.
        let largest = interval.map_or(0.0, |(low, high)| low.abs().max(high.abs()));
        let (scale, unit) = self.unit(if mean == 0.0 { largest } else { mean.abs().max(largest / 1000.0) });
        let show = |value: f64| self.digits(value / scale);
        // Nothing has no unit: the range beside it has.
        let is_nothing = mean == 0.0 && self == Self::Amount;
        let (own, of_range) = if is_nothing { ("", unit) } else { (unit, "") };
        let shown = if mean.is_finite() { format!("{}{own}", show(mean)) } else { "-".to_owned() };
        (shown, interval.map(|(low, high)| format!("{}..{}{of_range}", show(low), show(high))))
    }

    /// A difference and its interval, which may lie on either side of zero.
    #[must_use]
    pub fn signed_with_interval(self, difference: f64, interval: Option<(f64, f64)>) -> (String, Option<String>) {
        // The unit suits the largest of the three, so that none needs many digits.
        let ends = interval.into_iter().flat_map(|(low, high)| [low.abs(), high.abs()]);
        let (scale, unit) = self.unit(ends.fold(difference.abs(), f64::max));
        let show = |value: f64| {
            let scaled = value / scale;
            let digits = self.digits(scaled.abs());
            // What rounds to nothing has no sign.
            let is_nothing = digits.chars().all(|c| matches!(c, '0' | '.'));
            if scaled < 0.0 && !is_nothing { format!("-{digits}") } else { digits }
        };
        (format!("{}{unit}", show(difference)), interval.map(|(low, high)| format!("{}..{}", show(low), show(high))))
    }

    /// A difference with its sign, and its interval, in the unit that suits the largest of them.
    #[must_use]
    pub fn difference(self, difference: f64, interval: Option<(f64, f64)>) -> (String, Option<String>) {
        let (shown, interval) = self.signed_with_interval(difference, interval);
        let is_nothing = !shown.contains(|c: char| c.is_ascii_digit() && c != '0');
        let plus = if difference > 0.0 && !is_nothing { "+" } else { "" };
        (format!("{plus}{shown}"), interval)
    }

    /// A figure alone.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        self.with_interval(value, None).0
    }

    /// The size of the unit that suits a figure, and its sign.
    pub(super) fn unit(self, value: f64) -> (f64, &'static str) {
        let magnitude = value.abs();
        let pick = |units: &[(f64, f64, &'static str)], least: (f64, &'static str)| {
            units.iter().find(|(from, _, _)| magnitude >= *from).map_or(least, |&(_, scale, unit)| (scale, unit))
        };
        match self {
            Self::Amount => pick(
                &[(0.9995e15, 1e15, "P"), (0.9995e12, 1e12, "T"), (0.9995e9, 1e9, "B"), (0.9995e6, 1e6, "M"), (0.9995e4, 1e3, "k")],
                (1.0, ""),
            ),
            Self::Time => pick(&[(129_600.0, 86_400.0, " d"), (5400.0, 3600.0, " h"), (90.0, 60.0, " min")], (1.0, " s")),
            Self::Percent => (0.01, ""),
            Self::Whole => (1.0, ""),
        }
    }

    fn digits(self, value: f64) -> String {
        match self {
            Self::Time if value < 0.05 => "0".to_owned(),
            Self::Amount | Self::Time => three(value),
            Self::Percent => format!("{value:.1}"),
            Self::Whole => format!("{value:.0}"),
        }
    }
}

fn three(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 99.95 {
        format!("{value:.0}")
    } else if magnitude >= 9.995 {
        format!("{value:.1}")
    } else if magnitude >= 0.0995 || magnitude == 0.0 {
        let text = format!("{value:.2}");
        if magnitude == 0.0 { "0".to_owned() } else { text }
    } else if magnitude >= 0.009_95 {
        format!("{value:.3}")
    } else if magnitude >= 0.000_95 {
        format!("{value:.4}")
    } else {
        format!("{value:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_three_digits() {
        let shown = [0.0, 0.5, 12.34, 999.6, 1234.0, 12_345.0, 2.5e6, 999_960.0, 3.8e10].map(|value| Style::Amount.show(value));
        let small = [0.09, 0.0166, 0.0033, 0.000_96, 0.000_9].map(|value| Style::Amount.show(value));
        assert_eq!(small, ["0.090", "0.017", "0.0033", "0.0010", "9.0e-4"]);
        assert_eq!(shown, ["0", "0.50", "12.3", "1000", "1234", "12.3k", "2.50M", "1.00M", "38.0B"]);
        assert_eq!(
            [0.0, 43.0, 700.0, 12_000.0, 200_000.0].map(|value| Style::Time.show(value)),
            ["0 s", "43.0 s", "11.7 min", "3.33 h", "2.31 d"]
        );
    }

    #[test]
    fn an_interval_is_in_the_unit_of_its_figure() {
        let shown = Style::Time.with_interval(26_424.0, Some((13_068.0, 56_880.0)));
        assert_eq!(shown, ("7.34 h".to_owned(), Some("3.63..15.8".to_owned())));
        let shown = Style::Amount.with_interval(17.3e6, Some((0.9e6, 18e6)));
        assert_eq!(shown, ("17.3M".to_owned(), Some("0.90..18.0".to_owned())));
    }

    #[test]
    fn files_get_nine_digits() {
        assert_eq!(exact(Some(1.0 / 3.0)), "0.333333333");
        assert_eq!(exact(Some(38e9)), "38000000000");
        assert_eq!(exact(Some(f64::NAN)), "");
        assert_eq!(exact(None), "");
    }
}
