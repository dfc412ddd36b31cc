//! `skyberth rank`.

use super::arguments::{RankArguments, StudyArguments};
use super::print::{print, say};
use super::refusal::{failed, invalid, misnamed};
use super::{Exit, progress, scenario};
use skyberth::model::Model;
use skyberth::report::{StudyKind, TimedRanking, write_ranking};
use skyberth::study::Run;
use skyberth::study::ranking::{Candidate, CandidateError, End, Objective, Ranking, RankingError, Rules, SCENARIO, rank as race};
use std::time::Duration;

/// Ranks policies on a scenario.
pub(super) fn rank(arguments: &RankArguments) -> Exit {
    execute(arguments).unwrap_or_else(|exit| exit)
}

fn execute(arguments: &RankArguments) -> Result<Exit, Exit> {
    let source = scenario::source(&arguments.scenario)?;
    let mut model = scenario::model(&source, arguments.study.quiet)?;
    let study = &arguments.study;
    study.apply(&mut model);
    let candidates = candidates(&arguments.policies, &model)?;
    let rules = rules(arguments, &model)?;
    let opened = study.open_folder(&model, StudyKind::Ranking).map_err(failed)?;
    let progress = progress::stoppable();
    let how = Run { threads: study.threads(candidates.len() * rules.first as usize), records: false, accounts: false };
    let work = || race(&model, &candidates, &rules, how, &progress);
    // At most so many: who is beaten meets no more futures.
    let longest = Model { replications: rules.most, ..model.clone() };
    let outcome = progress::watch_comparison(&longest, candidates.len(), &progress, study.quiet, work);
    let Some((ranking, times)) = outcome.map_err(refuse)? else {
        say(format_args!("interrupted before the first futures were whole: nothing was written"));
        return Err(Exit::Interrupted);
    };
    let interrupted = ranking.end_reason == End::Interrupted;
    let results = StudyArguments::folder_for(opened, interrupted).map_err(failed)?;
    let folder = results.path().to_owned();
    let written = write_ranking(&ranking, &results.new_files());
    let written = written.and_then(|files| results.replace().map(|()| files)).map_err(failed)?;
    let times = by_time(&ranking, &candidates, &times);
    let printed = if study.quiet { Exit::Done } else { print(&TimedRanking { ranking: &ranking, times }, study.format) };
    if interrupted {
        say(format_args!("interrupted: what was found is kept in {}", folder.display()));
        return Ok(Exit::Interrupted);
    }
    if !study.quiet {
        say(format_args!("{} files in {}", written.len(), folder.display()));
    }
    // The others stand, but the board is not whole.
    if !ranking.stopped.is_empty() {
        for (policy, why) in ranking.failed.iter().filter(|(policy, _)| ranking.stopped.contains(policy)) {
            say(format_args!("error: {policy} has no standing: {why}"));
        }
        return Ok(Exit::Failed);
    }
    Ok(printed)
}

fn refuse(error: RankingError) -> Exit {
    match error {
        RankingError::Objective(_) => invalid(error),
        RankingError::NoResult(_) => failed(error),
    }
}

fn rules(arguments: &RankArguments, model: &Model) -> Result<Rules, Exit> {
    let text = arguments.indifference.trim();
    let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let Some(percent) = percent.filter(|percent| (0.01..=100.0).contains(percent)) else {
        return Err(invalid(format!("`--indifference {text}`: write a share such as 1%, between 0.01% and 100%")));
    };
    let first = model.replications;
    if !arguments.fixed && first < 2 {
        return Err(invalid("a selection needs at least two futures to begin with: raise --replications"));
    }
    let most = if arguments.fixed { first } else { arguments.most.unwrap_or(first.saturating_mul(5)) };
    if most < first {
        return Err(invalid(format!(
            "--most {most} is less than the {first} futures that all policies meet first (--replications)"
        )));
    }
    let metric = Objective::parse(&arguments.metric).map_err(|error| invalid(format!("`--metric`: {error}")))?;
    Ok(Rules { metric, indifference: percent / 100.0, first, most })
}

/// The policies by name: those that were asked for, else those that the scenario names, else all presets that are ranked by default.
fn candidates(asked: &[String], model: &Model) -> Result<Vec<Candidate>, Exit> {
    let asked = if asked.is_empty() { &model.comparison.policies } else { asked };
    let mut list = if asked.is_empty() { Candidate::all(model) } else { Vec::new() };
    for name in asked {
        if list.iter().any(|known| known.name == *name) {
            return Err(invalid(format!("policy `{name}` is listed twice")));
        }
        list.push(Candidate::named(name, model).map_err(|error| match error {
            CandidateError::Name(error) => misnamed(&error, Some(SCENARIO)),
            CandidateError::Refused { .. } => invalid(format!("`--policy`: {error}")),
        })?);
    }
    if list.len() < 2 {
        return Err(invalid("one policy alone cannot be ranked: name another"));
    }
    Ok(list)
}

/// Policies with a standing by the time that a future of theirs takes, the shortest first.
fn by_time(ranking: &Ranking, candidates: &[Candidate], times: &[Duration]) -> Vec<(String, f64)> {
    let standing = |name: &str| ranking.standings.iter().find(|standing| standing.policy == name);
    let each = candidates.iter().zip(times);
    let mut entries: Vec<(String, f64)> = each
        .filter_map(|(one, time)| Some((one.name.clone(), time.as_secs_f64() / standing(&one.name)?.n.max(1) as f64)))
        .collect();
    entries.sort_by(|a, b| a.1.total_cmp(&b.1));
    entries
}
