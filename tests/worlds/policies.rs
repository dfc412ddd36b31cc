//! Every policy against the second scheduler.

use crate::compare::{agrees, agrees_in};
use crate::draw::Kind;

/// The parts of a policy; the broker is the world's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) order: &'static str,
    pub(crate) backfill: &'static str,
    pub(crate) placement: &'static str,
    pub(crate) preemption: &'static str,
}

impl Policy {
    pub(crate) const fn new(order: &'static str, backfill: &'static str) -> Self {
        Self { order, backfill, placement: "best_fit", preemption: "none" }
    }

    pub(crate) fn name(&self) -> String {
        format!("{}+{}+{}+{}", self.order, self.backfill, self.placement, self.preemption)
    }
}

/// A test for each backfill rule with an order.
macro_rules! queues {
    ($($order:ident)*) => {$(
        mod $order {
            use super::{Kind, Policy, agrees};

            #[test]
            fn none() {
                agrees(&Policy::new(stringify!($order), "none"), Kind::Counts);
            }

            #[test]
            fn skip() {
                agrees(&Policy::new(stringify!($order), "skip"), Kind::Counts);
            }

            #[test]
            fn easy() {
                agrees(&Policy::new(stringify!($order), "easy"), Kind::Counts);
            }

            #[test]
            fn conservative() {
                agrees(&Policy::new(stringify!($order), "conservative"), Kind::Counts);
            }
        }
    )*};
}

queues!(fifo sjf smallest largest edf priority f1 wfp3);

mod fair {
    use super::{Kind, Policy, agrees};

    #[test]
    fn none() {
        agrees(&Policy::new("fair", "none"), Kind::Teams);
    }

    #[test]
    fn skip() {
        agrees(&Policy::new("fair", "skip"), Kind::Teams);
    }

    #[test]
    fn easy() {
        agrees(&Policy::new("fair", "easy"), Kind::Teams);
    }

    #[test]
    fn anew() {
        agrees(&Policy { preemption: "by_order", ..Policy::new("fair", "skip") }, Kind::StoppingTeams);
    }
}

/// Teams with quotas, each test for an order with a backfill rule.
mod quotas {
    use super::{Kind, Policy, agrees};

    macro_rules! orders {
        ($($backfill:ident: $($order:ident)*;)*) => {$(
            mod $backfill {
                use super::{Kind, Policy, agrees};
                $(
                    #[test]
                    fn $order() {
                        agrees(&Policy::new(stringify!($order), stringify!($backfill)), Kind::Quotas);
                    }
                )*
            }
        )*};
    }

    orders!(none: fifo sjf priority; skip: fifo smallest largest fair; easy: fifo edf wfp3 fair;);

    #[test]
    fn priority_stops_others() {
        agrees(&Policy { preemption: "priority", ..Policy::new("priority", "easy") }, Kind::Quotas);
    }
}

/// Checkpoints, and GPUs that are evicted.
mod evictions {
    use super::{Kind, Policy, agrees};

    #[test]
    fn queues() {
        for (order, backfill) in [("fifo", "none"), ("sjf", "skip"), ("fifo", "easy"), ("sjf", "conservative")] {
            agrees(&Policy::new(order, backfill), Kind::Evictions);
        }
    }

    #[test]
    fn priority_stops_others() {
        agrees(&Policy { preemption: "priority", ..Policy::new("priority", "easy") }, Kind::Evictions);
    }

    #[test]
    fn anew() {
        for order in ["srtf", "srsf", "largest"] {
            agrees(&Policy { preemption: "by_order", ..Policy::new(order, "skip") }, Kind::Evictions);
        }
    }
}

#[test]
fn priority_stops_others() {
    agrees(&Policy { preemption: "priority", ..Policy::new("priority", "easy") }, Kind::Stopping);
}

/// A test for each order by which clusters are packed anew.
macro_rules! anew {
    ($kind:ident: $($order:ident)*) => {$(
        #[test]
        fn $order() {
            agrees(&Policy { preemption: "by_order", ..Policy::new(stringify!($order), "skip") }, Kind::$kind);
        }
    )*};
}

mod anew {
    use super::{Kind, Policy, agrees};

    anew!(Stopping: srtf srsf smallest largest);
    anew!(Levels: las las2d gittins);
}

/// A test for each placement on nodes with a backfill rule.
macro_rules! nodes {
    ($placement:ident: $($backfill:ident)*) => {
        mod $placement {
            use super::{Kind, Policy, agrees};
            $(
                #[test]
                fn $backfill() {
                    let placed = |order| Policy { placement: stringify!($placement), ..Policy::new(order, stringify!($backfill)) };
                    agrees(&placed("fifo"), Kind::Nodes);
                    agrees(&placed("sjf"), Kind::Nodes);
                }
            )*
        }
    };
}

nodes!(best_fit: none skip);
nodes!(consolidate: none skip);

/// Long queues, in which an index may go wrong that is right in short ones.
#[test]
fn crowds_queue() {
    let mut passed = 0;
    for order in ["fifo", "sjf", "smallest", "largest", "edf", "priority", "f1", "wfp3"] {
        for backfill in ["none", "skip", "easy", "conservative"] {
            let policy = Policy::new(order, backfill);
            let fates = agrees_in(&policy, Kind::Crowd, 0).unwrap_or_default();
            let waited = fates.iter().filter(|(job, fate)| fate.start > Some(job.submit)).count();
            assert!(waited * 4 > fates.len(), "{order} {backfill}: only {waited} waited");
            passed += usize::from(order == "fifo") * fates.windows(2).filter(|pair| pair[1].1.start < pair[0].1.start).count();
        }
    }
    assert!(passed > 100, "only {passed} passed another");
}

#[test]
fn crowds_are_packed_anew() {
    for order in ["srtf", "srsf", "smallest", "largest", "las", "las2d", "gittins"] {
        let policy = Policy { preemption: "by_order", ..Policy::new(order, "skip") };
        let fates = agrees_in(&policy, Kind::Crowd, 0).unwrap_or_default();
        let stopped = fates.iter().filter(|(_, fate)| fate.preemptions > 0).count();
        assert!(stopped > 30, "{order}: only {stopped} were stopped");
    }
}
