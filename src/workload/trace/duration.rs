//! Lengths of time as people and schedulers write them.

/// Seconds of `H:MM:SS`, `MM:SS`, `D-HH:MM:SS` (and `D-HH:MM`, `D-HH`, as Slurm takes them) or `2 days, H:MM:SS`, each with a fraction
/// behind the seconds or without. None where the text is none of these.
pub(super) fn seconds(text: &str) -> Option<f64> {
    match days(text) {
        Some((days, clock)) => {
            let parts: Vec<&str> = clock.split(':').collect();
            let hours = whole(parts.first()?).filter(|hours| *hours < 24.0)?;
            let [minutes, seconds] = match parts[1..] {
                [] => [0.0, 0.0],
                [minutes] => [sixtieth(minutes)?, 0.0],
                [minutes, seconds] => [sixtieth(minutes)?, second(seconds)?],
                _ => return None,
            };
            Some(whole(days)? * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds)
        }
        None => match text.split(':').collect::<Vec<_>>()[..] {
            [hours, minutes, seconds] => Some(whole(hours)? * 3600.0 + sixtieth(minutes)? * 60.0 + second(seconds)?),
            [minutes, seconds] => Some(whole(minutes)? * 60.0 + second(seconds)?),
            _ => None,
        },
    }
}

/// Whether a length of time is written with one colon, which stands between minutes and seconds, not between hours and minutes.
pub(super) fn is_minutes_and_seconds(text: &str) -> bool {
    text.matches(':').count() == 1 && days(text).is_none()
}

/// Splits off the days: `2-03:04:05`, `2 days, 3:04:05`, `2 days 03:04:05`.
fn days(text: &str) -> Option<(&str, &str)> {
    let Some((days, clock)) = text.split_once(" day") else { return text.split_once('-') };
    let clock = clock.strip_prefix('s').unwrap_or(clock);
    Some((days, clock.strip_prefix(',').unwrap_or(clock).trim_start()))
}

/// A whole number, without a sign.
fn whole(text: &str) -> Option<f64> {
    let number: u32 = text.parse().ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(f64::from(number))
}

/// A whole number below 60.
fn sixtieth(text: &str) -> Option<f64> {
    whole(text).filter(|number| *number < 60.0)
}

/// Seconds below 60, which may have a fraction.
fn second(text: &str) -> Option<f64> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, "0"));
    sixtieth(digits)?;
    text.parse().ok().filter(|_| !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_schedulers_write_them() {
        for (text, expected) in [
            ("0:00:03", 3.0),
            ("1-02:00:16", 93_616.0),
            ("4-03:50", 359_400.0),
            ("2-05", 190_800.0),
            ("90:00", 5400.0),
            ("01:02.5", 62.5),
            ("26:00:16", 93_616.0),
            ("1 day, 2:00:16", 93_616.0),
            ("2 days 00:00:01.250", 172_801.25),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        let wrong =
            "1:60 1:2:60 1:60:00 1-24:00:00 -1:00 +1:00 1:-2 1: :1 1:2:3:4 1-2:3:4:5 x-1 1.5:00 1:00. 1:1e1 1-1-1 UNLIMITED";
        for text in wrong.split(' ').chain(["", "1 day", "-1 days, 2:00:00", "4294967296:00"]) {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert!(is_minutes_and_seconds("90:00") && !is_minutes_and_seconds("1-02:00") && !is_minutes_and_seconds("1:00:00"));
    }
}
