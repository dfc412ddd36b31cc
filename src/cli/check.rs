//! `skyberth check`.

mod printed;

use super::arguments::CheckArguments;
use super::print::print;
use super::{Exit, scenario};
use printed::Checked;
use skyberth::model::Model;
use skyberth::scenario::{Source, defaults_in_use, load};

/// Prints all problems of a scenario, and what it assumes.
pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let source = match scenario::source(&arguments.scenario) {
        Ok(source) => source,
        Err(exit) => return exit,
    };
    let loaded = load(&source);
    scenario::complain(&loaded.issues, &source);
    let Some(model) = loaded.model else { return Exit::Invalid };
    let broken = broken_variants(&source, &model);
    if broken > 0 {
        let plural = if broken == 1 { "variant has" } else { "variants have" };
        anstream::eprintln!("{}: {broken} {plural} errors", source.name);
        return Exit::Invalid;
    }
    print(&Checked { model: &model, defaults: &defaults_in_use(&source) }, arguments.format)
}

/// Says what is wrong with the variants of a scenario that is itself sound; how many are wrong.
fn broken_variants(source: &Source, model: &Model) -> usize {
    let variants = model.comparison.variants.iter().map(|variant| Source { variant: Some(variant.key.clone()), ..source.clone() });
    let complains = |source: &Source| {
        let loaded = load(source);
        if loaded.model.is_none() {
            anstream::eprint!("{}", loaded.issues.render(source, true));
        }
        loaded.model.is_none()
    };
    variants.filter(complains).count()
}
