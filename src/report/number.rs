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

/// A number for people: three significant digits with k, M, B, T.
#[must_use]
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    let magnitude = value.abs();
    for (limit, scale, letter) in [(1e15, 1e15, "P"), (1e12, 1e12, "T"), (1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k")] {
        if magnitude >= limit * 0.9995 {
            return format!("{}{letter}", three(value / scale));
        }
    }
    three(value)
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
    } else {
        format!("{value:.1e}")
    }
}

/// A time for people [s]: `0 s`, `43 s`, `12 min`, `3.4 h`, `2.1 d`.
#[must_use]
pub fn time(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "-".to_owned();
    }
    for (unit, length) in [("d", 86_400.0), ("h", 3600.0), ("min", 60.0)] {
        if seconds >= length * 1.5 {
            return format!("{} {unit}", three(seconds / length));
        }
    }
    if seconds < 0.05 { "0 s".to_owned() } else { format!("{} s", three(seconds)) }
}

/// A share for people: `93.4`, in percent.
#[must_use]
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1}", share * 100.0) } else { "-".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_three_digits() {
        let shown: Vec<String> = [0.0, 0.5, 12.34, 999.6, 1234.0, 12_345.0, 2.5e6, 999_960.0, 3.8e10].map(short).to_vec();
        assert_eq!(shown, ["0", "0.50", "12.3", "1000", "1234", "12.3k", "2.50M", "1.00M", "38.0B"]);
        assert_eq!([0.0, 43.0, 700.0, 12_000.0, 200_000.0].map(time), ["0 s", "43.0 s", "11.7 min", "3.33 h", "2.31 d"]);
    }

    #[test]
    fn files_get_nine_digits() {
        assert_eq!(exact(Some(1.0 / 3.0)), "0.333333333");
        assert_eq!(exact(Some(38e9)), "38000000000");
        assert_eq!(exact(Some(f64::NAN)), "");
        assert_eq!(exact(None), "");
    }
}
