//! From a text to the steps of a formula.

use super::{DEEPEST, FUNCTIONS, Formula, FormulaError, LONGEST, Operator, Step};
use std::ops::Range;

struct Parser<'t> {
    text: &'t str,
    names: &'t [&'t str],
    /// How far the text has been read [bytes].
    at: usize,
    depth: usize,
    steps: Vec<Step>,
    mentioned: Vec<bool>,
}

type Parsed = Result<(), FormulaError>;

pub(super) fn parse(text: &str, names: &[&str]) -> Result<Formula, FormulaError> {
    let mut parser = Parser { text, names, at: 0, depth: 0, steps: Vec::new(), mentioned: vec![false; names.len()] };
    if text.len() > LONGEST {
        return Err(mistake(0..text.len(), format!("a formula of {} bytes is too long (limit {LONGEST})", text.len())));
    }
    parser.comparison()?;
    parser.space();
    if parser.at < text.len() {
        let rest = parser.at..parser.word_end();
        let closes = text[parser.at..].starts_with(')');
        let what = if closes { "this `)` closes nothing" } else { "an operator is missing before this" };
        return Err(mistake(rest, what.to_owned()));
    }
    Ok(Formula { steps: parser.steps, mentioned: parser.mentioned })
}

fn mistake(span: Range<usize>, what: String) -> FormulaError {
    FormulaError { span, what, name: None, function: None }
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Where the word, the number or the single character here ends.
    fn word_end(&self) -> usize {
        let rest = self.rest();
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
        self.at + if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) }
    }

    /// Takes one of these, in the order given, if it comes next.
    fn take<T: Copy>(&mut self, symbols: &[(&str, T)]) -> Option<T> {
        self.space();
        let (symbol, meaning) = symbols.iter().find(|(symbol, _)| self.rest().starts_with(symbol))?;
        self.at += symbol.len();
        Some(*meaning)
    }

    /// What comes next, or a little of the end where nothing does.
    fn here(&mut self) -> Range<usize> {
        self.space();
        if self.at < self.text.len() {
            return self.at..self.word_end();
        }
        let trimmed = self.text.trim_end();
        trimmed.char_indices().next_back().map_or(0..0, |(at, _)| at..trimmed.len())
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(mistake(self.here(), format!("more than {DEEPEST} levels inside one another are too many")));
        }
        read(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn comparison(&mut self) -> Parsed {
        use Operator::{Greater, GreaterOrEqual, Less, LessOrEqual};
        self.sum()?;
        let symbols = [("<=", LessOrEqual), (">=", GreaterOrEqual), ("<", Less), (">", Greater)];
        if let Some(operator) = self.take(&symbols) {
            self.sum()?;
            self.steps.push(Step::Binary(operator));
        }
        Ok(())
    }

    fn sum(&mut self) -> Parsed {
        self.product()?;
        while let Some(operator) = self.take(&[("+", Operator::Add), ("-", Operator::Subtract)]) {
            self.product()?;
            self.steps.push(Step::Binary(operator));
        }
        Ok(())
    }

    fn product(&mut self) -> Parsed {
        self.sign()?;
        while let Some(operator) = self.take(&[("*", Operator::Multiply), ("/", Operator::Divide)]) {
            self.sign()?;
            self.steps.push(Step::Binary(operator));
        }
        Ok(())
    }

    fn sign(&mut self) -> Parsed {
        match self.take(&[("-", true), ("+", false)]) {
            Some(negative) => {
                self.deeper(Self::sign)?;
                self.steps.extend(negative.then_some(Step::Negate));
                Ok(())
            }
            None => self.power(),
        }
    }

    fn power(&mut self) -> Parsed {
        self.value()?;
        if self.take(&[("^", ())]).is_some() {
            self.deeper(Self::sign)?;
            self.steps.push(Step::Binary(Operator::Power));
        }
        Ok(())
    }

    fn value(&mut self) -> Parsed {
        self.space();
        match self.rest().chars().next() {
            Some('(') => {
                let open = self.at;
                self.at += 1;
                self.deeper(Self::comparison)?;
                self.close(open)
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.name(),
            _ => Err(mistake(self.here(), "a number, a name or a `(` belongs here".to_owned())),
        }
    }

    fn close(&mut self, open: usize) -> Parsed {
        if self.take(&[(")", ())]).is_some() {
            return Ok(());
        }
        self.space();
        if self.at < self.text.len() {
            return Err(mistake(self.here(), "an operator or a `)` belongs here".to_owned()));
        }
        Err(mistake(open..open + 1, "this `(` is not closed".to_owned()))
    }

    fn number(&mut self) -> Parsed {
        let from = self.at;
        let mut end = self.word_end();
        // The sign of an exponent is part of the number.
        if self.text[from..end].ends_with(['e', 'E']) && self.text[end..].starts_with(['+', '-']) {
            self.at = end + 1;
            end = self.word_end();
        }
        self.at = end;
        let written = &self.text[from..end];
        match written.replace('_', "").parse::<f64>() {
            Ok(number) if number.is_finite() => self.steps.push(Step::Number(number)),
            _ => return Err(mistake(from..end, format!("`{written}` is not a number"))),
        }
        Ok(())
    }

    fn name(&mut self) -> Parsed {
        let from = self.at;
        self.at = self.word_end();
        let span = from..self.at;
        let name = &self.text[span.clone()];
        self.space();
        if self.rest().starts_with('(') {
            return self.call(name.to_owned(), span);
        }
        let Some(place) = self.names.iter().position(|known| *known == name) else {
            let is_function = FUNCTIONS.iter().any(|(known, ..)| *known == name);
            let what = if is_function {
                format!("`{name}` is a function: its values follow in ( )")
            } else {
                format!("unknown name `{name}`")
            };
            let name = Some(name.to_owned()).filter(|_| !is_function);
            return Err(FormulaError { name, ..mistake(span, what) });
        };
        self.mentioned[place] = true;
        self.steps.push(Step::Name(place));
        Ok(())
    }

    fn call(&mut self, name: String, span: Range<usize>) -> Parsed {
        let Some(&(_, function, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            let what = format!("unknown function `{name}`");
            return Err(FormulaError { function: Some(name), ..mistake(span, what) });
        };
        let open = self.at;
        self.at += 1;
        let mut count = 0;
        loop {
            self.deeper(Self::comparison)?;
            count += 1;
            if self.take(&[(",", ())]).is_none() {
                break;
            }
        }
        self.close(open)?;
        if !(least..=most).contains(&count) {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(mistake(span, format!("`{name}` takes {wanted} values, not {count}")));
        }
        self.steps.push(Step::Call(function, count));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 3] = ["a", "b_s", "c"];

    fn value(text: &str) -> f64 {
        let formula = parse(text, &NAMES).unwrap_or_else(|error| panic!("{text}: {error}"));
        formula.value(&[2.0, 3.0, 5.0])
    }

    #[test]
    fn formulas_mean_what_they_mean_on_paper() {
        for (text, expected) in [
            ("1 - 2 - 3", -4.0),
            ("8 / 2 / 2", 2.0),
            ("8/2*2", 8.0),
            ("-2^2", -4.0),
            ("2^-1", 0.5),
            ("2^3^2", 512.0),
            ("(1+2)*3", 9.0),
            ("1e3 + 1.5E-3 + 2_000 + .5", 3000.5015),
            ("max(1, min(5, 3), -2)", 3.0),
            ("a * b_s ^ 2 - -c", 23.0),
            ("log10(100) + ln(1) + log2(8) + exp(0) + sqrt(16) + abs(-1)", 11.0),
            ("floor(2.7) + ceil(2.2)", 5.0),
            ("if(a < b_s, 10, 20) + (c >= 5) + (a > c)", 11.0),
            ("if(0, 0/0, 7)", 7.0),
            ("1 / 0", f64::INFINITY),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        for text in ["0 / 0", "max(1, 0/0)", "min(0/0, 1)", "if(0/0, 1, 2)", "0/0 < 1", "ln(-1)"] {
            assert!(value(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, part, words) in [
            ("a + wait", "wait", "unknown name `wait`"),
            ("a + sin(c)", "sin", "unknown function `sin`"),
            ("a +", "+", "belongs here"),
            ("", "", "belongs here"),
            ("a + * c", "*", "belongs here"),
            ("(a + c", "(", "not closed"),
            ("max(a, (c)", "(", "not closed"),
            ("a + c)", ")", "closes nothing"),
            ("a c", "c", "operator is missing"),
            ("2(3)", "(", "operator is missing"),
            ("(a c)", "c", "an operator or a `)`"),
            ("1..2", "1..2", "not a number"),
            ("1e999", "1e999", "not a number"),
            ("max(a)", "max", "takes 2 to 16 values, not 1"),
            ("if(a, c)", "if", "takes 3 values, not 2"),
            ("min + 1", "min", "is a function"),
            ("a + ü", "ü", "unknown name"),
            ("a + €", "€", "belongs here"),
            ("a < b_s < c", "<", "operator is missing"),
        ] {
            let error = parse(text, &NAMES).expect_err(text);
            assert_eq!(&text[error.span.clone()], part, "{text}: {error}");
            assert!(error.what.contains(words), "{text}: {error}");
        }
        assert!(parse(&"(".repeat(LONGEST), &NAMES).expect_err("deep").what.contains("too many"));
        assert!(parse(&"-".repeat(LONGEST), &NAMES).expect_err("deep").what.contains("too many"));
        assert!(parse(&" ".repeat(LONGEST + 1), &NAMES).expect_err("long").what.contains("too long"));
    }

    /// A tree, how it is written, and its value.
    fn tree() -> impl Strategy<Value = (String, f64)> {
        let leaf = prop_oneof![
            (0u32..100).prop_map(|number| (number.to_string(), f64::from(number))),
            Just(("a".to_owned(), 2.0)),
            Just(("b_s".to_owned(), 3.0)),
            Just(("c".to_owned(), 5.0)),
        ];
        leaf.prop_recursive(6, 64, 2, |inner| {
            (inner.clone(), inner, 0..7).prop_map(|((left, x), (right, y), operator)| match operator {
                0 => (format!("({left} + {right})"), x + y),
                1 => (format!("({left}-{right})"), x - y),
                2 => (format!("({left}) * ({right})"), x * y),
                3 => (format!("(({left})/({right}))"), x / y),
                4 => (format!("max({left}, {right})"), if x.is_nan() || y.is_nan() { f64::NAN } else { x.max(y) }),
                5 => (format!("-({left})"), -x),
                _ => (format!("if({left} > {right},{left},{right})"), if x.is_nan() || y.is_nan() { f64::NAN } else { x.max(y) }),
            })
        })
    }

    proptest! {
        #[test]
        fn any_tree_is_read_as_it_is_written((text, expected) in tree()) {
            if text.len() <= LONGEST {
                let found = value(&text);
                prop_assert!(found == expected || (found.is_nan() && expected.is_nan()), "{text}: {found}, not {expected}");
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a-c_0-9.eE+*/^()<>=, é-]{0,60}|\\PC{0,40}") {
            match parse(&text, &NAMES) {
                Ok(formula) => { let _ = formula.value(&[1.0, 2.0, 3.0]); }
                Err(error) => { let _ = &text[error.span]; }
            }
        }
    }
}
