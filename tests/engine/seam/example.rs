//! The example of a policy of one's own.

#[path = "../../../examples/custom_policy.rs"]
mod custom_policy;

#[test]
fn it_runs() {
    custom_policy::main().expect("it ranks its policy");
}

#[test]
fn it_is_short() {
    let text = include_str!("../../../examples/custom_policy.rs");
    assert!(text.lines().count() <= 40, "{} lines", text.lines().count());
    for own in ["order", "broker", "Candidate::custom"] {
        assert!(text.contains(own), "{own}");
    }
}
