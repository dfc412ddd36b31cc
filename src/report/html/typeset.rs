//! Numbers set for the eye.

/// A number for the eye: a minus that is as wide as a plus, words for two dots, and powers of ten only where zeros would be many.
pub(super) fn typeset(number: &str) -> String {
    number.split("..").map(typeset_one).collect::<Vec<_>>().join(" to ")
}

fn typeset_one(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("−", rest));
    let (plus, rest) = rest.strip_prefix('+').map_or(("", rest), |rest| ("+", rest));
    let split = rest.split_once("e-").and_then(|(digits, exponent)| Some((digits, exponent.parse::<usize>().ok()?)));
    let text = match split {
        Some((digits, exponent @ 1..=4)) => format!("0.{}{}", "0".repeat(exponent - 1), digits.replace('.', "")),
        Some((digits, exponent)) => {
            let raised = |digit: char| digit.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize));
            format!("{digits}·10⁻{}", exponent.to_string().chars().filter_map(raised).collect::<String>())
        }
        None => rest.replace(' ', "\u{a0}"),
    };
    format!("{sign}{plus}{text}")
}

/// A whole number with a comma between thousands.
pub(super) fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.is_ascii() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::typeset;

    #[test]
    fn numbers_are_set_for_the_eye() {
        assert_eq!(typeset("-6.7e-2..+3.4e-4"), "−0.067 to +0.00034");
        assert_eq!(typeset("-1.2e-12"), "−1.2·10⁻¹²");
        assert_eq!(typeset("3.98 d"), "3.98\u{a0}d");
    }
}
