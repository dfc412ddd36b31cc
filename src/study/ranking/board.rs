//! The board: who stands where, in groups that can be told apart.

use super::{CONFIDENCE, Candidate, End, Ranking, RankingError, Rules, Runner, Standing, mean, sign};
use crate::kernel::random::Address;
use crate::model::Model;
use crate::study::comparison::{Direction, direction, significant};
use crate::study::statistics::{estimate_mean, paired_difference};
use crate::study::summary::rounded;

/// Puts together what policies showed.
///
/// # Errors
///
/// When no policy has a result.
pub(super) fn board(
    model: &Model,
    candidates: &[Candidate],
    runners: &[Runner],
    (rules, objectives): (&Rules, &[&str]),
    indifference: Option<f64>,
    end: End,
) -> Result<Ranking, RankingError> {
    let address = Address::stream(model.seed, 0, "bootstrap");
    let standing: Vec<usize> = (0..runners.len()).filter(|&place| runners[place].failed.is_none()).collect();
    let better: Vec<&[f64]> = runners.iter().map(Runner::decisive).collect();
    let values: Vec<Vec<f64>> =
        better.iter().map(|values| values.iter().map(|value| sign(&rules.metric) * value).collect()).collect();
    // Who is still in the race has met the most futures.
    let racing = standing.iter().copied().filter(|&place| runners[place].in_race);
    let Some(best) = racing.reduce(|best, other| if mean(better[other]) > mean(better[best]) { other } else { best }) else {
        return Err(RankingError::Nobody(runners.iter().find_map(|runner| runner.failed.clone()).unwrap_or_default()));
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
    let groups = groups(&order, &values, address);
    let rows = order.iter().zip(groups).enumerate().map(|(row, (&place, group))| {
        let n = values[place].len().min(values[best].len());
        let own = estimate_mean(&values[place], CONFIDENCE, address);
        let pair = paired_difference(&values[place][..n], &values[best][..n], CONFIDENCE, address).estimate;
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
            better_in: better[place].iter().zip(better[best]).filter(|(own, best)| own > best).count(),
            in_race: runners[place].in_race,
            objectives: (goals[row].iter().zip(objectives))
                .map(|(goal, metric)| goal.is_finite().then(|| rounded(sign(metric) * goal)))
                .collect(),
            on_front: (0..goals.len()).all(|other| !dominates(&goals[other], &goals[row])),
        }
    });
    let failed =
        candidates.iter().zip(runners).filter_map(|(candidate, runner)| Some((candidate.name.clone(), runner.failed.clone()?)));
    let stopped = candidates.iter().zip(runners).filter(|(_, runner)| runner.stopped).map(|(candidate, _)| candidate.name.clone());
    Ok(Ranking {
        scenario: model.name.clone(),
        title: model.title.chars().filter(|c| !c.is_control()).collect(),
        start: model.calendar.start().to_string(),
        end: model.calendar.last_day().to_string(),
        seed: model.seed,
        metric: rules.metric.clone(),
        more_is_better: direction(&rules.metric) == Direction::More,
        indifference: indifference.map(rounded),
        end_reason: end,
        standings: rows.collect(),
        objectives: objectives.iter().map(|&metric| metric.to_owned()).collect(),
        failed: failed.collect(),
        stopped: stopped.collect(),
    })
}

/// Whether one is at least as good in all objectives that both have, and better in one.
fn dominates(one: &[f64], other: &[f64]) -> bool {
    let pairs = || one.iter().zip(other).filter(|(one, other)| one.is_finite() && other.is_finite());
    pairs().all(|(one, other)| one >= other) && pairs().any(|(one, other)| one > other)
}

/// Groups from the best on: the first of a group leads it, and the next policy whose paired difference from the leader stands, all that follow
/// looked at together (Holm), leads the next.
fn groups(order: &[usize], values: &[Vec<f64>], address: Address) -> Vec<usize> {
    let mut groups = vec![1; order.len()];
    let mut leader = 0;
    while leader < order.len() {
        let followers = &order[leader + 1..];
        let differs = |place: usize, level: f64| {
            let (own, lead) = (&values[place], &values[order[leader]]);
            let n = own.len().min(lead.len());
            let found = paired_difference(&own[..n], &lead[..n], 1.0 - level, address).estimate;
            found.low.zip(found.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
        };
        let strength =
            |&place: &usize| (1..=followers.len()).take_while(|&j| differs(place, (1.0 - CONFIDENCE) / j as f64)).count();
        let strengths: Vec<usize> = followers.iter().map(strength).collect();
        let Some(next) = significant(&strengths).into_iter().position(|stands| stands) else { break };
        leader += next + 1;
        let group = groups[leader - 1] + 1;
        groups[leader..].fill(group);
    }
    groups
}
