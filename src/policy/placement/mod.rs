//! Which nodes.

mod clustering;
mod dot_product;
mod drawn;
mod expected;
mod fgd;
mod first_fit;
mod fit;
mod packing;
mod score;
mod scored;

pub use clustering::Clustering;
pub use dot_product::DotProduct;
pub use drawn::Drawn;
pub use fgd::{GradientDescent, Target};
pub use first_fit::FirstFit;
pub use fit::{LooseFit, TightFit};
pub use packing::Packing;
pub use score::{Largest, Placer, Score};
pub use scored::ByScore;

use super::registry::{Build, Context, Need, Row};
use crate::fleet::nodes::Nodes;
use crate::fleet::{Domains, Fill, Lease};
use std::sync::Arc;

/// All placements of scenarios.
pub(super) const ROWS: &[Row<Build<dyn Placement>>] = &[
    placement("best_fit", "the fullest node and domain that fit", |context| {
        if context.model.has_shares() { by_score(context, |largest| Arc::new(TightFit(largest))) } else { Box::new(BestFit) }
    }),
    placement("pack_domain", "as few NVLink domains as possible", |_| Box::new(PackDomain)).cannot(&[Need::Shares]),
    placement("consolidate", "as few nodes as possible, the first of equals (Helios)", |_| Box::new(Consolidate))
        .cannot(&[Need::Shares]),
    placement("first_fit", "the first partly used node that fits; shares GPUs", |context| {
        by_score(context, |_| Arc::new(FirstFit))
    }),
    placement("worst_fit", "the node and GPU left with the most room; shares GPUs", |context| {
        by_score(context, |largest| Arc::new(LooseFit(largest)))
    }),
    placement("dot_product", "the fullest node by free x asked for (Tetris); shares GPUs", |context| {
        by_score(context, |largest| Arc::new(DotProduct(largest)))
    }),
    placement("clustering", "where gangs of as many GPUs are (Gandiva); shares GPUs", |context| {
        by_score(context, |largest| Arc::new(Clustering(largest)))
    }),
    placement("packing", "shared GPUs, then used nodes, then free ones; shares GPUs", |context| {
        by_score(context, |_| Arc::new(Packing))
    }),
    placement("fgd", "where what expected jobs cannot use grows the least; shares GPUs", |context| {
        by_score(context, |largest| Arc::new(GradientDescent(Target::of_model(context.model, largest.gpus()))))
    }),
];

const fn placement(name: &'static str, meaning: &'static str, build: Build<dyn Placement>) -> Row<Build<dyn Placement>> {
    Row::new(name, meaning, build)
}

fn by_score(context: &Context<'_>, score: impl Fn(Largest) -> Arc<dyn Score>) -> Box<dyn Placement> {
    Box::new(ByScore::of(context.model, score))
}

/// A placement of tasks on a list of nodes by a score.
pub struct ScoreRow {
    /// The name on the command line.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
    build: fn(Largest, &Target) -> Arc<dyn Score>,
}

/// Placements on lists of nodes: for tasks that may ask for shares of GPUs.
pub const SCORES: &[ScoreRow] = &[
    score_row("first_fit", "the first node that fits", |_, _| Arc::new(FirstFit)),
    score_row("best_fit", "the node and GPU that are left with the least room", |largest, _| Arc::new(TightFit(largest))),
    score_row("worst_fit", "the node and GPU that are left with the most room", |largest, _| Arc::new(LooseFit(largest))),
    score_row("dot_product", "the node whose free CPU and GPUs point away from the task's (Tetris)", |largest, _| {
        Arc::new(DotProduct(largest))
    }),
    score_row("clustering", "where tasks with as many GPUs are (Gandiva)", |largest, _| Arc::new(Clustering(largest))),
    score_row("packing", "shared GPUs first, then free ones of used nodes, then free nodes", |_, _| Arc::new(Packing)),
    score_row("fgd", "where what expected tasks cannot use grows the least (fragmentation gradient descent)", |_, target| {
        Arc::new(GradientDescent(target.clone()))
    }),
    score_row("random", "any node and GPU that fit", |_, _| Arc::new(Drawn)),
];

const fn score_row(name: &'static str, meaning: &'static str, build: fn(Largest, &Target) -> Arc<dyn Score>) -> ScoreRow {
    ScoreRow { name, meaning, build }
}

/// The placement of a name, for an empty list of nodes and the tasks that are expected there.
#[must_use]
pub fn score(name: &str, nodes: &Nodes, target: &Target) -> Option<Arc<dyn Score>> {
    SCORES.iter().find(|row| row.name == name).map(|row| (row.build)(Largest::of(nodes), target))
}

/// Chooses nodes of a cluster for a gang.
pub trait Placement: Send {
    /// Leases the gang, or nothing where it does not fit.
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease>;

    /// Leases a share of one GPU [thousandths of a GPU], or nothing where it does not fit or the placement shares no GPUs.
    fn place_share(&self, _domains: &mut Domains, _milli: u32) -> Option<Lease> {
        None
    }

    /// Whether it looks at nodes one by one, and shares GPUs: the engine then keeps a book of partly used nodes, which is slower.
    fn looks_at_nodes(&self) -> bool {
        false
    }

    /// Whether it chooses by the identity of nodes: the engine then gives every domain one, which is slower.
    fn needs_identity(&self) -> bool {
        false
    }
}

/// The fullest node and domain that fit: partly used domains are filled up before a free one is opened.
#[derive(Clone, Copy, Debug)]
pub struct BestFit;

/// As few NVLink domains as possible: whole free ones, the remainder in the fullest domain that holds it.
#[derive(Clone, Copy, Debug)]
pub struct PackDomain;

/// As the simulator of Helios places gangs: small ones on the node with the fewest free GPUs that fits, larger ones on whole free nodes, the
/// rest on the emptiest of the others; of equals the first node. A gang that must stay inside one domain is placed as by best fit.
#[derive(Clone, Copy, Debug)]
pub struct Consolidate;

impl Placement for Consolidate {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        if within_domain { domains.take(gpus, true, Fill::PartialFirst) } else { domains.take_consolidated(gpus) }
    }

    fn needs_identity(&self) -> bool {
        true
    }
}

impl Placement for BestFit {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        domains.take(gpus, within_domain, Fill::PartialFirst)
    }
}

impl Placement for PackDomain {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        domains.take(gpus, within_domain, Fill::WholeFirst)
    }
}
