//! The tables hold together.

use super::*;
use crate::model::policy::{BROKER, ELASTIC, PLACEMENT, PRESET};
use std::collections::BTreeSet;

#[test]
fn every_listed_name_is_read_and_written_alike_and_stands_for_a_part() {
    let vendors: Vendors<'_> = &|_| Some(VendorId(0));
    for Entry { part: kind, name, .. } in entries().filter(|entry| entry.name != "expr") {
        let text = if name == "single" { "single:azure" } else { name };
        assert_eq!(PartName::parse(text).to_string(), text);
        let choice = PolicyChoice::default().with(kind, text, vendors).unwrap_or_else(|error| panic!("{kind} {text}: {error}"));
        let policy = match kind {
            Kind::Preset => text.to_owned(),
            Kind::Elastic => format!("{PRESET}+{text}"),
            Kind::Broker => format!("{PRESET}/{text}"),
            Kind::Placement => format!("{PRESET}/{BROKER}/{text}"),
            _ => continue,
        };
        assert_eq!(PolicyName::parse(&policy).to_string(), policy);
        let named = PolicyChoice::named(&policy, &PolicyChoice::default(), vendors).expect("registered parts");
        assert_eq!(PolicyChoice { name: choice.name.clone(), ..named }, choice, "{policy}");
    }
}

#[test]
fn every_order_is_a_preset_by_its_name_and_with_easy_backfilling() {
    for order in names(Kind::Order).filter(|order| *order != "expr") {
        assert!(names(Kind::Preset).any(|preset| preset == order), "{order}");
        let easy = PolicyChoice::preset(&format!("{order}-easy")).expect("a preset");
        let expected = PolicyChoice::default().with(Kind::Order, order, &|_| None).expect("an order");
        assert!(easy.decides_alike(&expected), "{order}-easy");
    }
}

#[test]
fn the_names_of_defaults_are_registered() {
    for (kind, name) in [(Kind::Preset, PRESET), (Kind::Broker, BROKER), (Kind::Placement, PLACEMENT), (Kind::Elastic, ELASTIC)] {
        assert!(names(kind).any(|known| known == name), "{kind} `{name}`");
    }
    assert_eq!(PolicyChoice::default(), PolicyChoice::preset(PRESET).expect("a preset"));
}

#[test]
fn no_two_parts_of_a_kind_have_one_name() {
    for kind in Kind::ALL {
        let unique: BTreeSet<&str> = names(kind).collect();
        assert_eq!(unique.len(), names(kind).count(), "{kind}");
    }
}

#[test]
fn arguments_that_mean_nothing_are_refused_with_what_would_be_right() {
    let wrong = |kind: Kind, name: &str, what: &str, help: Option<&str>| {
        let error = PolicyChoice::default().with(kind, name, &|_| None).expect_err("it is wrong");
        assert_eq!((error.to_string().as_str(), error.help().as_deref()), (what, help));
    };
    wrong(Kind::Preset, "esay", "unknown preset `esay`", None);
    wrong(
        Kind::Preset,
        "fair:soon",
        "invalid usage half-life `soon`",
        Some("write days or hours: fair:7d or fair:12h, for example"),
    );
    wrong(Kind::Order, "las:kueue", "the order `las` has no variant `kueue`", Some("write las or las:tiresias"));
    wrong(Kind::Preset, "wfp3-easy:7d", "the order `wfp3` takes no argument, and `:7d` is one", None);
    wrong(Kind::Broker, "single", "the broker `single` needs a vendor", Some("name one: single:azure, for example"));
    wrong(Kind::Broker, "single:nowhere", "unknown vendor `nowhere`", None);
    wrong(Kind::Placement, "best_fit:azure", "the placement `best_fit` takes no argument, and `:azure` is one", None);
}
