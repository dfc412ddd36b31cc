//! The board: standings, in groups of statistically indistinguishable policies.

use super::{CONFIDENCE, Candidate, End, Goal, Ranking, RankingError, Rules, Runner, Standing, mean};
use crate::kernel::math;
use crate::kernel::random::Address;
use crate::metrics::catalog::Direction;
use crate::metrics::ledger::Category;
use crate::model::Model;
use crate::study::comparison::significant;
use crate::study::schema::SCHEMA_VERSION;
use crate::study::statistics::{mean_within, or_range, paired_difference, t_quantile};
use crate::study::summary::rounded;
use std::collections::BTreeSet;

/// Puts together what policies showed.
///
/// # Errors
///
/// When no policy has a result.
pub(super) fn board(
    model: &Model,
    candidates: &[Candidate],
    runners: &[Runner],
    (rules, objectives): (&Rules, &[Goal]),
    indifference: Option<f64>,
    end: End,
) -> Result<Ranking, RankingError> {
    let address = Address::stream(model.seed, 0, "bootstrap");
    let standing: Vec<usize> = (0..runners.len()).filter(|&place| runners[place].failed.is_none()).collect();
    let better: Vec<&[f64]> = runners.iter().map(Runner::decisive).collect();
    let values: Vec<Vec<f64>> =
        better.iter().map(|values| values.iter().map(|value| rules.metric.sign() * value).collect()).collect();
    // Who is still in the race has met the most futures.
    let racing = standing.iter().copied().filter(|&place| runners[place].in_race);
    let Some(best) = racing.reduce(|best, other| if mean(better[other]) > mean(better[best]) { other } else { best }) else {
        return Err(RankingError::NoResult(runners.iter().find_map(|runner| runner.failed.clone()).unwrap_or_default()));
    };
    let behind = |place: usize| {
        let n = better[place].len().min(better[best].len());
        mean(&better[best][..n]) - mean(&better[place][..n])
    };
    let mut order = standing;
    order.sort_by(|&a, &b| {
        (a != best).cmp(&(b != best)).then(behind(a).total_cmp(&behind(b))).then(candidates[a].name.cmp(&candidates[b].name))
    });
    // By the first futures alone, which all policies met.
    let goals: Vec<Vec<f64>> = (order.iter())
        .map(|&place| runners[place].utilities.iter().map(|values| mean(&values[..rules.first as usize])).collect())
        .collect();
    let groups = groups(&order, &values, &looks(rules));
    let (shape, bounds) = (rules.metric.metric.shape, rules.metric.metric.range.bounds(Category::reversals(model)));
    let rows = order.iter().zip(groups).enumerate().map(|(row, (&place, group))| {
        let n = values[place].len().min(values[best].len());
        let own = mean_within(&values[place], CONFIDENCE, shape, bounds);
        let pair = paired_difference(&values[place][..n], &values[best][..n], CONFIDENCE, address, shape).estimate;
        let differences: Vec<f64> = values[place].iter().zip(&values[best]).map(|(own, best)| own - best).collect();
        let pair = or_range(pair, &differences[..n], [f64::NEG_INFINITY, f64::INFINITY]);
        Standing {
            group,
            policy: candidates[place].name.clone(),
            n: values[place].len(),
            mean: Some(own.mean).filter(|mean| mean.is_finite()).map(rounded),
            low: own.low.map(rounded),
            high: own.high.map(rounded),
            method: own.method.at(own.n),
            difference: Some(pair.mean).filter(|mean| mean.is_finite()).map(rounded),
            difference_low: pair.low.map(rounded),
            difference_high: pair.high.map(rounded),
            difference_method: pair.method.at(n),
            better_in: better[place].iter().zip(better[best]).filter(|(own, best)| own > best).count(),
            in_race: runners[place].in_race,
            objectives: (goals[row].iter().zip(objectives))
                .map(|(goal, (objective, _))| goal.is_finite().then(|| rounded(objective.sign() * goal)))
                .collect(),
            unfinished_share: rounded(mean(&runners[place].unfinished[..rules.first as usize])),
            on_front: (0..goals.len()).all(|other| !dominates(&goals[other], &goals[row])),
        }
    });
    let failed =
        candidates.iter().zip(runners).filter_map(|(candidate, runner)| Some((candidate.name.clone(), runner.failed.clone()?)));
    let stopped = candidates.iter().zip(runners).filter(|(_, runner)| runner.stopped).map(|(candidate, _)| candidate.name.clone());
    Ok(Ranking {
        schema_version: SCHEMA_VERSION,
        scenario: model.name.clone(),
        title: model.title.clone(),
        start: model.calendar.start().to_string(),
        end: model.calendar.last_day().to_string(),
        seed: model.seed,
        metric: rules.metric.metric.name.to_owned(),
        of: rules.metric.of.clone(),
        more_is_better: rules.metric.metric.direction == Direction::Higher,
        indifference: indifference.map(rounded),
        end_reason: end,
        standings: rows.collect(),
        objectives: objectives.iter().map(|(objective, _)| objective.metric.name.to_owned()).collect(),
        failed: failed.collect(),
        stopped: stopped.collect(),
    })
}

/// Whether one is at least as good in all objectives that both have, and better in one.
fn dominates(one: &[f64], other: &[f64]) -> bool {
    let pairs = || one.iter().zip(other).filter(|(one, other)| one.is_finite() && other.is_finite());
    pairs().all(|(one, other)| one >= other) && pairs().any(|(one, other)| one > other)
}

/// Groups from the best on: the first of a group leads it, and the next policy that is told from the leader leads the next. All pairs of policies are
/// looked at together (Holm), since the futures themselves say who leads. O(policies^2 x futures).
fn groups(order: &[usize], values: &[Vec<f64>], looks: &[usize]) -> Vec<usize> {
    let pairs: Vec<(usize, usize)> =
        (0..order.len()).flat_map(|one| (one + 1..order.len()).map(move |other| (one, other))).collect();
    let strength = |&(one, other): &(usize, usize)| strength(&values[order[one]], &values[order[other]], looks, pairs.len());
    let strengths: Vec<usize> = pairs.iter().map(strength).collect();
    let told: BTreeSet<(usize, usize)> =
        pairs.iter().zip(significant(&strengths, pairs.len())).filter(|(_, stands)| *stands).map(|(pair, _)| *pair).collect();
    let mut groups = vec![1; order.len()];
    let mut leader = 0;
    while let Some(next) = (leader + 1..order.len()).find(|&next| told.contains(&(leader, next))) {
        let group = groups[leader] + 1;
        groups[next..].fill(group);
        leader = next;
    }
    groups
}

/// The largest j up to `most` such that a paired t test tells two policies apart at a level of 1 / j of what is allowed, spread over the looks:
/// numbers of futures that were fixed beforehand, so that it does not matter when a race ended. 0 where there is none.
fn strength(one: &[f64], other: &[f64], looks: &[usize], most: usize) -> usize {
    let met = one.len().min(other.len());
    let at = |&n: &usize| {
        let differences: Vec<f64> = one[..n].iter().zip(&other[..n]).map(|(one, other)| one - other).collect();
        let centre = mean(&differences);
        let squares: f64 = differences.iter().map(|difference| (difference - centre) * (difference - centre)).sum();
        let error = math::sqrt(squares / (n as f64 - 1.0) / n as f64);
        let level = |j: usize| (1.0 - CONFIDENCE) / (j * looks.len()) as f64;
        let tells = |j: usize| centre.abs() > t_quantile(1.0 - 0.5 * level(j), n as f64 - 1.0) * error;
        // What holds at a level holds at every larger one.
        let (mut holds, mut fails) = (0, most + 1);
        while fails - holds > 1 {
            let middle = usize::midpoint(holds, fails);
            if tells(middle) { holds = middle } else { fails = middle }
        }
        holds
    };
    looks.iter().filter(|&&n| (2..=met).contains(&n)).map(at).max().unwrap_or(0)
}

/// The numbers of futures at which policies are compared: the first ones, twice as many, and so on.
fn looks(rules: &Rules) -> Vec<usize> {
    let (first, most) = (rules.first.max(1) as usize, rules.most as usize);
    std::iter::successors(Some(first), |n| Some(n * 2)).take_while(|&n| n <= most.max(first)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(seed: u64, policy: usize, futures: usize) -> Vec<f64> {
        let mut draws = Address::stream(seed, 0, "board").number(policy as u64).draws(0);
        (0..futures).map(|_| draws.normal()).collect()
    }

    /// In how many of 400 boards of equal policies one is called different.
    fn split(policies: usize, futures: usize, looks: &[usize]) -> usize {
        let order: Vec<usize> = (0..policies).collect();
        let splits = |seed: u64| {
            let values: Vec<Vec<f64>> = order.iter().map(|&policy| normal(seed, policy, futures)).collect();
            let mut order = order.clone();
            order.sort_by(|&a, &b| mean(&values[a]).total_cmp(&mean(&values[b])));
            groups(&order, &values, looks).last() > Some(&1)
        };
        (0..400).filter(|&seed| splits(seed)).count()
    }

    #[test]
    fn equal_policies_are_told_apart_in_no_more_than_one_board_of_twenty() {
        // 20 of 400 are expected at most, with a standard deviation of 4.4.
        for (policies, futures, looks) in [(2, 16, &[16][..]), (5, 16, &[16]), (20, 30, &[30]), (10, 64, &[16, 32, 64])] {
            let seen = split(policies, futures, looks);
            assert!(seen <= 33, "{seen} of 400 boards of {policies}");
        }
    }

    #[test]
    fn others_are_told_apart_and_groups_follow_their_leaders() {
        let shifted = |policy: usize, by: f64| normal(7, policy, 40).into_iter().map(|value| value + by).collect();
        let values: Vec<Vec<f64>> = vec![shifted(0, 0.0), shifted(1, 0.0), shifted(2, 2.0), shifted(3, 2.1), shifted(4, 9.0)];
        assert_eq!(groups(&[0, 1, 2, 3, 4], &values, &[40]), [1, 1, 2, 2, 3]);
        // Who met too few futures is compared at none of the looks.
        let few: Vec<Vec<f64>> = values.iter().map(|values| values[..10].to_vec()).collect();
        assert_eq!(groups(&[0, 1, 2, 3, 4], &few, &[40]), [1; 5]);
    }
}
