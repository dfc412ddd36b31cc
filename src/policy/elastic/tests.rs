//! Sharing out, against every way there is.

use super::members::{Goal, Member};
use super::shares::{GivingWay, share_out};
use crate::model::elastic::{Elastic, Sizes};
use crate::model::scaling::Scaling;
use crate::policy::facts::JobFacts;
use crate::units::{ClusterId, SimTime, Span};
use proptest::prelude::*;
use std::sync::Arc;

fn member(sequence: u64, (scaling, max): (Scaling, u64), asked: u64, held: u64) -> Member {
    let sizes = Sizes::MultiplesOf(1).list(1, max, 100).unwrap_or_default();
    let asked_rate = scaling.speed(asked, 8);
    Member {
        job: sequence as u32,
        sequence,
        cluster: ClusterId(0),
        elastic: Arc::new(Elastic::new(sizes, scaling, Span::ZERO, &[8])),
        asked,
        asked_rate,
        held,
        gpus: held,
        most: u64::MAX,
        is_fixed: false,
        cost: Span::ZERO,
        age: Span::HOUR,
        left: Span::HOUR,
        facts: JobFacts::submitted(sequence, SimTime::ZERO, asked, Span::HOUR),
    }
}

fn scaling() -> impl Strategy<Value = Scaling> {
    prop_oneof![Just(Scaling::Linear), (0.2f64..1.0).prop_map(Scaling::Power), (0.0f64..0.5).prop_map(Scaling::Amdahl),]
}

/// The largest sum that there is by giving jobs from one GPU to all that they can have, `gpus` in all.
fn best(members: &[Member], gpus: u64, goal: Goal, max: u64) -> f64 {
    let Some((first, rest)) = members.split_first() else { return 0.0 };
    let others = rest.len() as u64;
    let most = gpus.saturating_sub(others).min(max);
    let value = |size: u64| goal.of(first.speedup(size)) + best(rest, gpus - size, goal, max);
    (1..=most).map(value).fold(f64::NEG_INFINITY, f64::max)
}

proptest! {
    /// What goes step by step to whom gains most is the best there is, where each further GPU gains less.
    #[test]
    fn greedy_is_as_good_as_any(
        jobs in prop::collection::vec((scaling(), 1u64..8), 1..4), more in 0u64..14, harmonic in prop::bool::ANY
    ) {
        let goal = if harmonic { Goal::HarmonicMean } else { Goal::Speedups };
        let mut members: Vec<Member> =
            (0..).zip(jobs).map(|(sequence, (scaling, asked))| member(sequence, (scaling, 8), asked, 1)).collect();
        let all = members.len() as u64 + more;
        let left = share_out(&mut members, more, goal);
        let held: u64 = members.iter().map(|member| member.gpus).sum();
        prop_assert_eq!(held + left, all);
        let found: f64 = members.iter().map(|member| goal.of(member.speedup(member.gpus))).sum();
        let expected = best(&members, all, goal, 8);
        prop_assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{} of {}", found, expected);
    }

    /// So is giving up.
    #[test]
    fn giving_way_loses_as_little_as_can_be(jobs in prop::collection::vec((scaling(), 1u64..8), 1..4), gpus in 1u64..20) {
        let goal = Goal::Speedups;
        let members: Vec<Member> =
            (0..).zip(jobs).map(|(sequence, (scaling, asked))| member(sequence, (scaling, 8), asked, 8)).collect();
        let all = 8 * members.len() as u64;
        let mut giving = GivingWay::new(members, goal);
        let can = gpus <= all - giving.members.len() as u64;
        prop_assert_eq!(giving.free_up(gpus), can);
        if can {
            prop_assert_eq!(giving.freed(), gpus);
            let found: f64 = giving.members.iter().map(|member| goal.of(member.speedup(member.gpus))).sum();
            let expected = best(&giving.members, all - gpus, goal, 8);
            prop_assert!((found - expected).abs() < 1e-6 * expected, "{} of {}", found, expected);
        }
    }
}

#[test]
fn equal_jobs_share_equally() {
    for goal in [Goal::Speedups, Goal::HarmonicMean] {
        let mut members: Vec<Member> = (0..3).map(|sequence| member(sequence, (Scaling::Linear, 20), 12, 1)).collect();
        assert_eq!(share_out(&mut members, 20, goal), 0);
        assert_eq!(members.iter().map(|member| member.gpus).collect::<Vec<_>>(), [8, 8, 7]);
    }
}
