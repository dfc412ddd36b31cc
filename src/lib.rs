//! Skyberth: a discrete-event simulator of GPU capacity bought from several clouds.
//!
//! # Load a scenario and run it
//!
//! ```
//! use skyberth::{scenario, study};
//!
//! let text = scenario::built_in("quickstart").expect("it is built in");
//! let mut source = scenario::Source::new("quickstart", text);
//! source.sets.push("scenario.replications=2".to_owned());
//! let loaded = scenario::load(&source);
//! let model = loaded.model.expect("it has no errors");
//! let finished = study::run(&model, study::Run::default(), &study::Progress::default()).expect("the accounts balance");
//! let summary = study::summarise(&model, &finished);
//! let utilisation = summary.get("utilisation_share", "all", "all", "total").expect("it is a figure of every summary");
//! assert!(utilisation.mean.is_some_and(|share| share > 0.0 && share <= 1.0));
//! ```
//!
//! # Build a model in code
//!
//! A [`scenario::ModelBuilder`] needs no file. What is not said has the default that it has in one.
//!
//! ```
//! use skyberth::scenario::{ModelBuilder, law};
//!
//! let model = ModelBuilder::new("2026-01-01", "2026-03-31")
//!     .vendor("aws")
//!     .cluster("virginia", "H100", |cluster| cluster.region("us-va").gpus(256).gpus_from("2026-02-01", 256))
//!     .vendor("oracle")
//!     .cluster("texas", "GB200", |cluster| cluster.region("us-tx").gpus_from("2026-02-15", 144).slips(0.3, law::exponential(20)))
//!     .workload("training", |workload| workload.jobs_per_day(30).gpus(32).duration(law::lognormal("8 h", 1.0).max("7 d")))
//!     .service("chat", "llama3.1-70b-h100", |service| service.tokens_per_s(5000))
//!     .policy("easy")
//!     .build()?;
//! assert_eq!((model.clusters.len(), model.replications), (2, 16));
//! # Ok::<(), skyberth::scenario::BuildError>(())
//! ```
//!
//! # Write a policy, have it checked, and rank it
//!
//! A policy sees a [`policy::View`] and acts through a [`policy::Plan`]. [`testing::check_policy`]
//! puts it to the contract that every policy must hold to, and [`study::ranking::rank`] compares it
//! with others on the same futures.
//!
//! ```
//! use skyberth::metrics::catalog;
//! use skyberth::policy::{Plan, placement::BestFit};
//! use skyberth::scenario::{ModelBuilder, law};
//! use skyberth::study::ranking::{Candidate, Rules, rank};
//! use skyberth::study::{PolicyFactory, Progress, Run};
//! use skyberth::testing::check_policy;
//!
//! /// Starts every job that fits on the cluster with most free GPUs.
//! fn emptiest_first(plan: &mut Plan<'_>) {
//!     for job in plan.waiting() {
//!         let view = plan.view();
//!         if let Some(cluster) = view.choose(job, |cluster| -(view.free_gpus(cluster) as f64)) {
//!             let _ = plan.start(job, cluster, &BestFit);
//!         }
//!     }
//! }
//! check_policy(|| Box::new(emptiest_first))?;
//!
//! let model = ModelBuilder::new("2026-01-01", "2026-01-31")
//!     .vendor("aws")
//!     .cluster("east", "H100", |cluster| cluster.region("us-va").gpus(64))
//!     .cluster("west", "H100", |cluster| cluster.region("us-or").gpus(64))
//!     .workload("mixed", |workload| workload.busy_gpus(100).gpus(law::table([(8, 0.8), (64, 0.2)])).duration("6 h"))
//!     .build()?;
//! let mine = PolicyFactory::new("emptiest first", |_| Box::new(emptiest_first));
//! let candidates = [Candidate::custom(mine), Candidate::named("easy", &model)?];
//! let rules = Rules { metric: (&catalog::WAIT_S_MEAN).into(), indifference: 0.01, first: 4, most: 4 };
//! let (board, _) = rank(&model, &candidates, &rules, Run::default(), &Progress::default())?.ok_or("interrupted")?;
//! assert_eq!(board.standings.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! Data flows one way, and imports only go down: text -> [`scenario`] (spec, then [`model`]) ->
//! [`sim`] (the world, deciding by [`policy`] on the [`fleet`]) -> [`metrics`] -> [`study`]
//! (replications and their statistics) -> [`report`] -> the program.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

pub mod fleet;
pub mod kernel;
pub mod metrics;
pub mod model;
pub mod policy;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod sim;
pub mod study;
pub mod testing;
pub mod units;
pub mod workload;
