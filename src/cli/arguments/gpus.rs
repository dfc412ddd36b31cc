//! How many GPUs a machine has.

use std::str::FromStr;

/// GPUs of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GpusArgument {
    /// So many, all alike.
    Any(u64),
    /// So many of each type, in order.
    Types(Vec<(String, u64)>),
}

/// One GPU more than a machine may have.
const ABSURD_GPUS: u64 = 1_000_000_000;
/// Types at most.
const MOST_TYPES: usize = 32;

impl GpusArgument {
    /// How many there are, if they are all alike.
    #[must_use]
    pub const fn any(&self) -> Option<u64> {
        match self {
            Self::Any(gpus) => Some(*gpus),
            Self::Types(_) => None,
        }
    }

    /// The types, if there are several or one that is named.
    #[must_use]
    pub fn types(&self) -> Option<&[(String, u64)]> {
        match self {
            Self::Any(_) => None,
            Self::Types(types) => Some(types),
        }
    }
}

impl FromStr for GpusArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.contains('=') {
            return count(text).map(Self::Any);
        }
        let mut types: Vec<(String, u64)> = Vec::new();
        for part in text.split(',') {
            let Some((name, gpus)) = part.split_once('=') else {
                return Err(format!("`{part}` is not like v100=4: a GPU type and how many there are"));
            };
            let name = name.trim();
            if name.is_empty() || types.iter().any(|(known, _)| known == name) {
                return Err(format!("`{part}`: every GPU type has a name of its own"));
            }
            types.push((name.to_owned(), count(gpus)?));
        }
        if types.len() > MOST_TYPES { Err(format!("at most {MOST_TYPES} GPU types")) } else { Ok(Self::Types(types)) }
    }
}

fn count(text: &str) -> Result<u64, String> {
    let count = text.trim().parse::<u64>().ok().filter(|gpus| (1..ABSURD_GPUS).contains(gpus));
    count.ok_or_else(|| format!("`{}` is no number of GPUs from 1 to 999999999, nor a list such as v100=4,p100=4", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_types_are_told_apart() {
        assert_eq!("12".parse(), Ok(GpusArgument::Any(12)));
        let types = [("v100", 4), ("k80", 2)].map(|(name, gpus)| (name.to_owned(), gpus)).to_vec();
        assert_eq!("v100=4, k80=2".parse(), Ok(GpusArgument::Types(types)));
        for text in ["", "0", "-1", "v100", "v100=", "v100=0", "=4", "v100=4,v100=5", "v100=4,k80", "1000000000"] {
            assert!(text.parse::<GpusArgument>().is_err(), "{text}");
        }
    }
}
