//! Random moves, with every lease replayed at full identity.

use super::*;
use crate::fleet::ReplicaBlocks;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Move {
    Grow(u64),
    Take(u64, bool, bool),
    Release(usize),
    Fail(usize),
    Replicas(u64),
    FewerReplicas(u64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        (1u64..40).prop_map(Move::Grow),
        (1u64..200, any::<bool>(), any::<bool>()).prop_map(|(gpus, within, whole)| Move::Take(gpus, within, whole)),
        (1u64..9, any::<bool>(), any::<bool>()).prop_map(|(gpus, within, whole)| Move::Take(gpus, within, whole)),
        (0usize..50).prop_map(Move::Release),
        (0usize..50).prop_map(Move::Fail),
        (1u64..30).prop_map(Move::Replicas),
        (1u64..30).prop_map(Move::FewerReplicas),
    ];
    prop::collection::vec(one, 1..120)
}

/// Replays all leases with full identity: no GPU in two, and what is not leased is free.
fn check(domains: &Domains, leases: &[Lease], replicas: &ReplicaBlocks, gpus_of: impl Fn(&Lease) -> u64) {
    assert!(domains.is_consistent());
    let mut whole = 0_u64;
    let mut nodes: BTreeMap<u32, u32> = BTreeMap::new();
    let mut shared: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for lease in leases.iter().chain(replicas.leases()) {
        whole += u64::from(lease.whole_domains);
        for piece in &lease.pieces {
            *nodes.entry(piece.domain).or_default() += piece.nodes;
            if piece.gpus > 0 {
                *shared.entry((piece.domain, piece.slot)).or_default() += piece.gpus;
            }
        }
    }
    for (&(domain, slot), &gpus) in &shared {
        assert!(gpus <= domains.node_gpus, "node {slot} of domain {domain} holds {gpus} GPUs");
        *nodes.entry(domain).or_default() += 1;
    }
    for (&id, &taken) in &nodes {
        let domain = &domains.partial[id as usize];
        assert_eq!(taken + domain.free_nodes, domain.installed, "domain {id}");
    }
    let leased: u64 = leases.iter().chain(replicas.leases()).map(gpus_of).sum();
    assert_eq!(leased + domains.free_gpus(), domains.installed_gpus());
    assert!(whole * u64::from(domains.domain_gpus()) <= leased);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_gpu_is_ever_leased_twice(moves in moves(), shape in prop::sample::select(vec![(1u32, 1u32), (8, 8), (4, 72), (2, 6)])) {
        let (node, domain) = shape;
        let mut domains = Domains::new(node, domain);
        let mut leases: Vec<Lease> = Vec::new();
        let mut replicas = ReplicaBlocks::default();
        let replica_gpus = node.max(2).min(domain);
        let gpus_of = |lease: &Lease| u64::from(lease.whole_domains) * u64::from(domain)
            + lease.pieces.iter().map(|piece| u64::from(piece.nodes * node + piece.gpus)).sum::<u64>();
        for one in moves {
            match one {
                Move::Grow(nodes) => domains.grow(nodes),
                Move::Take(gpus, within, whole_first) => {
                    let fits = domains.fits(gpus, within);
                    if within {
                        prop_assert!(!fits || gpus <= domains.largest_gang_within_domain());
                    } else {
                        prop_assert_eq!(fits, gpus <= domains.largest_gang());
                    }
                    let fill = if whole_first { Fill::WholeFirst } else { Fill::PartialFirst };
                    let lease = domains.take(gpus, within, fill);
                    prop_assert_eq!(lease.is_some(), fits);
                    if let Some(lease) = lease {
                        prop_assert_eq!(gpus_of(&lease), gpus);
                        if within {
                            prop_assert!(lease.pieces.iter().map(|piece| piece.domain).collect::<std::collections::BTreeSet<_>>().len() + lease.whole_domains as usize <= 1);
                        }
                        leases.push(lease);
                    }
                }
                Move::Release(index) if !leases.is_empty() => {
                    let lease = leases.swap_remove(index % leases.len());
                    domains.release(lease);
                }
                Move::Fail(index) if !leases.is_empty() => {
                    let lease = leases.swap_remove(index % leases.len());
                    let (kept, gpus) = domains.release_all_but_a_node(lease);
                    prop_assert_eq!(gpus_of(&kept), gpus);
                    prop_assert!(gpus <= u64::from(node));
                    leases.push(kept);
                }
                Move::Replicas(count) => {
                    let before = domains.free_gpus();
                    let taken = replicas.grow(&mut domains, replica_gpus, count);
                    prop_assert_eq!(before - domains.free_gpus(), taken * u64::from(replica_gpus));
                }
                Move::FewerReplicas(count) => {
                    let before = replicas.replicas();
                    replicas.shrink(&mut domains, replica_gpus, count);
                    prop_assert_eq!(replicas.replicas(), before.saturating_sub(count));
                }
                Move::Release(_) | Move::Fail(_) => {}
            }
            check(&domains, &leases, &replicas, gpus_of);
        }
    }
}
