//! Library and program compiled as one crate, so that the compiler sees which public items nothing uses. `.ci/unused` reads its warnings.

#![allow(unused_imports, reason = "what the library re-exports for others")]

extern crate self as skyberth;

#[path = "../src/cli/mod.rs"]
mod cli;
#[path = "../src/fleet/mod.rs"]
mod fleet;
#[path = "../src/kernel/mod.rs"]
mod kernel;
#[path = "../src/metrics/mod.rs"]
mod metrics;
#[path = "../src/model/mod.rs"]
mod model;
#[path = "../src/policy/mod.rs"]
mod policy;
#[path = "../src/replay/mod.rs"]
mod replay;
#[path = "../src/report/mod.rs"]
mod report;
#[path = "../src/scenario/mod.rs"]
mod scenario;
#[path = "../src/sim/mod.rs"]
mod sim;
#[path = "../src/study/mod.rs"]
mod study;
#[path = "../src/testing/mod.rs"]
mod testing;
#[path = "../src/units/mod.rs"]
mod units;
#[path = "../src/workload/mod.rs"]
mod workload;

/// Entry points that only users of the library call.
#[allow(dead_code, reason = "it makes what it calls count as used")]
fn offered(policy: fn() -> Box<dyn policy::Policy>) {
    let _ = testing::check_policy(policy);
    let _ = study::ranking::Candidate::custom;
    let _ = study::run_with;
    let _: scenario::law::AnyLaw<f64> = scenario::law::exponential(1.0).max(2.0);
}

fn main() {
    std::process::exit(cli::main() as i32);
}
