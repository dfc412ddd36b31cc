//! Random moves, with every lease replayed at full identity.

use super::*;
use crate::fleet::ReplicaBlocks;
use crate::fleet::nodes::Node;
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

#[derive(Clone, Debug)]
enum Shared {
    Grow(u64),
    /// A share, on the nth node that has room for it.
    Share(u32, usize),
    Gang(u32, usize),
    Large(u64, bool),
    Release(usize),
    Fail(usize),
}

fn shared_moves() -> impl Strategy<Value = Vec<Shared>> {
    let one = prop_oneof![
        (1u64..6).prop_map(Shared::Grow),
        (prop::sample::select(vec![100u32, 250, 500, 999, 1]), 0usize..9).prop_map(|(milli, node)| Shared::Share(milli, node)),
        (prop::sample::select(vec![100u32, 250, 500]), 0usize..3).prop_map(|(milli, node)| Shared::Share(milli, node)),
        (1u32..8, 0usize..9).prop_map(|(gpus, node)| Shared::Gang(gpus, node)),
        (1u64..40, any::<bool>()).prop_map(|(gpus, within)| Shared::Large(gpus, within)),
        (0usize..50).prop_map(Shared::Release),
        (0usize..50).prop_map(Shared::Release),
        (0usize..50).prop_map(Shared::Fail),
    ];
    prop::collection::vec(one, 1..150)
}

/// Every lease with full identity, in thousandths: no GPU holds more than a whole, no node more GPUs than it has, and the rest is free.
fn check_shared(domains: &Domains, leases: &[(Lease, u64)]) {
    assert!(domains.is_consistent());
    let mut cuts: BTreeMap<(u32, u32, u16), u64> = BTreeMap::new();
    let mut gangs: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for piece in leases.iter().flat_map(|(lease, _)| &lease.pieces) {
        match piece.as_share() {
            Some((cut, milli)) => *cuts.entry((piece.domain, piece.slot, cut)).or_default() += u64::from(milli),
            None => *gangs.entry((piece.domain, piece.slot)).or_default() += u64::from(piece.gpus),
        }
    }
    for (&(domain, slot, cut), &milli) in &cuts {
        assert!(milli <= 1000, "GPU {cut} of node {slot} of domain {domain} holds {milli} thousandths");
        *gangs.entry((domain, slot)).or_default() += 1;
    }
    for (place, gpus) in gangs.into_iter().filter(|&(_, gpus)| gpus > 0) {
        let free = domains.partial[place.0 as usize].shared[place.1 as usize];
        assert_eq!(gpus + u64::from(free), u64::from(domains.node_gpus), "node {place:?}");
    }
    let leased: u64 = leases.iter().map(|&(_, milli)| milli).sum();
    assert_eq!(leased + domains.milli_free(), domains.installed_gpus() * 1000);
    let room = cuts.values().map(|milli| 1000 - milli).max().unwrap_or(0);
    assert_eq!(u64::from(domains.largest_share()), if domains.free_gpus() > 0 { 1000 } else { room });
    for (node, place) in domains.partly_used() {
        assert_eq!(node.gpus.len() as u32, domains.node_gpus, "node {place:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_thousandth_of_a_gpu_is_ever_leased_twice(
        moves in shared_moves(), shape in prop::sample::select(vec![(8u32, 8u32), (4, 12), (2, 6), (1, 1)])
    ) {
        let (node, domain) = shape;
        let mut domains = Domains::with_book(node, domain);
        let mut leases: Vec<(Lease, u64)> = Vec::new();
        for one in moves {
            match one {
                Shared::Grow(nodes) => domains.grow(nodes),
                Shared::Share(milli, nth) => {
                    let fits = |free: u16| u32::from(free) >= milli;
                    let mut rooms: Vec<(Option<Place>, u16)> = Vec::new();
                    for (node, place) in domains.partly_used() {
                        rooms.extend(node.gpus.iter().filter(|&&free| fits(free)).map(|&free| (Some(place), free)));
                    }
                    rooms.extend(domains.free_node().map(|_| (None, 1000)));
                    prop_assert_eq!(!rooms.is_empty(), milli <= domains.largest_share());
                    if let Some(&(place, free)) = rooms.get(nth % rooms.len().max(1)) {
                        let lease = domains.take_share(place, free, milli as u16);
                        prop_assert!(lease.is_some());
                        leases.extend(lease.map(|lease| (lease, u64::from(milli))));
                    }
                }
                Shared::Gang(gpus, nth) if gpus < node => {
                    let fits = |node: &Node| node.whole_free() >= gpus;
                    let mut rooms: Vec<Option<Place>> = domains.partly_used().filter(|(node, _)| fits(node)).map(|(_, place)| Some(place)).collect();
                    rooms.extend(domains.free_node().map(|_| None));
                    prop_assert_eq!(!rooms.is_empty(), domains.fits(gpus.into(), false));
                    if let Some(&place) = rooms.get(nth % rooms.len().max(1)) {
                        let lease = domains.take_at(place, gpus);
                        prop_assert!(lease.is_some());
                        leases.extend(lease.map(|lease| (lease, u64::from(gpus) * 1000)));
                    }
                }
                Shared::Large(gpus, within) => {
                    let lease = domains.take(gpus, within, Fill::PartialFirst);
                    leases.extend(lease.map(|lease| (lease, gpus * 1000)));
                }
                Shared::Release(index) if !leases.is_empty() => {
                    let (lease, _) = leases.swap_remove(index % leases.len());
                    domains.release(lease);
                }
                Shared::Fail(index) if !leases.is_empty() => {
                    let (lease, _) = leases.swap_remove(index % leases.len());
                    let (kept, gpus) = domains.release_all_but_a_node(lease);
                    leases.push((kept, gpus * 1000));
                }
                Shared::Gang(..) | Shared::Release(_) | Shared::Fail(_) => {}
            }
            check_shared(&domains, &leases);
        }
        for (lease, _) in leases.drain(..) {
            domains.release(lease);
        }
        prop_assert_eq!(domains.partly_used().count(), 0);
        prop_assert_eq!(domains.milli_free(), domains.installed_gpus() * 1000);
    }
}
