//! Defaults of keys, each written once beside its table. `compile` reads a default through the
//! method of the key's name, and the schema carries it to the reference and to `skyberth check`.

use crate::model::catalog::Catalog;
use schemars::Schema;
use serde_json::Value;

/// Schema keyword: where a value comes from before the constant in `default` is taken.
pub(in crate::scenario) const AFTER: &str = "x-default-after";
/// Schema keyword: what holds without the key, where that is not a value of the key.
pub(in crate::scenario) const WORDS: &str = "x-default-words";
/// Schema keyword of a table: keys that cannot stand beside another key.
pub(in crate::scenario) const NOT_WITH: &str = "x-not-with";

/// Declares the defaults of a table's optional keys, one line a key:
///
/// - `key: Type = value;` is the value of a key that is left out;
/// - `key: Type = value, after "words";` is the value where what the words name gives none;
/// - `key => "words";` says what holds without the key, where no value of the key says it.
///
/// A line with a value makes a method of the key's name that returns the key as written, or its
/// default. The method is the only way for `compile` to learn the default: a line that `compile`
/// does not read is dead code, and rustc reports it.
macro_rules! defaults {
    ($spec:ident { $($key:ident $(: $kind:ty = $value:expr)? $(, after $after:literal)? $(=> $words:literal)?;)* }) => {
        #[allow(clippy::allow_attributes, clippy::redundant_closure_for_method_calls, reason = "values are any expression")]
        impl $spec {
            $($(
                #[doc = concat!("`", stringify!($key), "` as written, or its default.")]
                pub(in crate::scenario) fn $key(&self) -> $kind {
                    Clone::clone(&self.$key).unwrap_or_else(|| $value)
                }
            )?)*

            fn tell_defaults(schema: &mut schemars::Schema) {
                // Each line names a key of the table.
                let _ = |spec: &Self| { $(let _ = &spec.$key;)* };
                $({
                    let value: &[serde_json::Value] = &[$(serde_json::to_value::<$kind>($value).unwrap_or_default())?];
                    let words: &[(&str, &str)] = &[
                        $(($crate::scenario::spec::defaults::AFTER, $after),)?
                        $(($crate::scenario::spec::defaults::WORDS, $words),)?
                    ];
                    $crate::scenario::spec::defaults::tell(schema, stringify!($key), value, words);
                })*
            }
        }
    };
}
pub(super) use defaults;

/// Notes a key's default in the schema of its table.
pub(super) fn tell(schema: &mut Schema, key: &str, value: &[Value], words: &[(&str, &str)]) {
    let property = schema.get_mut("properties").and_then(|properties| properties.get_mut(key));
    let Some(property) = property.and_then(Value::as_object_mut) else { return };
    property.extend(value.iter().map(|value| ("default".to_owned(), value.clone())));
    property.extend(words.iter().map(|&(keyword, text)| (keyword.to_owned(), text.into())));
}

/// A figure of the catalog about failures and recovery. The catalog's tests hold that it is there.
pub(super) fn reliability(name: &str) -> f64 {
    Catalog::builtin().reliability(name).map_or(f64::NAN, |fact| fact.value)
}

/// A parameter of the catalog's law of delays.
pub(in crate::scenario) fn slip(name: &str) -> f64 {
    Catalog::builtin().slip(name).map_or(f64::NAN, |fact| fact.value)
}
