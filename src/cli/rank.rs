//! `skyberth rank`.

use super::arguments::{Format, RankArguments};
use super::refusal::{failed, invalid, misnamed};
use super::{Exit, progress, scenario};
use skyberth::model::Model;
use skyberth::report::{ranking_csv, ranking_json, ranking_tables, ranking_times, write_file};
use skyberth::study::Run;
use skyberth::study::ranking::{Candidate, CandidateError, End, Ranking, RankingError, Rules, SCENARIO, rank as race};
use std::io;
use std::path::Path;
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
    study.make_folder(&model).map_err(failed)?;
    let progress = progress::stoppable();
    let how = Run { threads: study.threads(candidates.len() * rules.first as usize), records: false, accounts: false };
    let work = || race(&model, &candidates, &rules, how, &progress);
    // At most so many: who is beaten meets no more futures.
    let longest = Model { replications: rules.most, ..model.clone() };
    let outcome = progress::watch_comparison(&longest, candidates.len(), &progress, study.quiet, work);
    let Some((ranking, times)) = outcome.map_err(refuse)? else {
        anstream::eprintln!("interrupted before the first futures were whole: nothing was written");
        return Err(Exit::Interrupted);
    };
    let interrupted = ranking.end_reason == End::Interrupted;
    let folder = study.folder(&model, interrupted);
    write(&ranking, &folder).map_err(failed)?;
    let printed = if study.quiet { Exit::Done } else { print(&ranking, study.format, &candidates, &times)? };
    if interrupted {
        anstream::eprintln!("interrupted: what was found is kept in {}", folder.display());
        return Ok(Exit::Interrupted);
    }
    if !study.quiet {
        anstream::eprintln!("3 files in {}", folder.display());
    }
    // The others stand, but nobody should take the board for whole.
    if !ranking.stopped.is_empty() {
        for (policy, why) in ranking.failed.iter().filter(|(policy, _)| ranking.stopped.contains(policy)) {
            anstream::eprintln!("error: {policy} has no standing: {why}");
        }
        return Ok(Exit::Failed);
    }
    Ok(printed)
}

fn refuse(error: RankingError) -> Exit {
    match error {
        RankingError::Unknown(..) => invalid(error),
        RankingError::NoPolicy(_) => failed(error),
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
    Ok(Rules { metric: arguments.metric.clone(), indifference: percent / 100.0, first, most })
}

/// The policies by name: those that were asked for, else those that the scenario names, else all that are ranked where nobody names any.
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

fn write(ranking: &Ranking, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    write_file(&folder.join("ranking.csv"), |out| ranking_csv(ranking, out))?;
    write_file(&folder.join("ranking.json"), |out| ranking_json(ranking, out))?;
    write_file(&folder.join("ranking.txt"), |out| out.write_all(ranking_tables(ranking).as_bytes()))?;
    Ok(())
}

fn print(ranking: &Ranking, format: Format, candidates: &[Candidate], times: &[Duration]) -> Result<Exit, Exit> {
    let text = match format {
        Format::Table => ranking_tables(ranking) + &ranking_times(&by_time(ranking, candidates, times)),
        Format::Json => scenario::written(|out| ranking_json(ranking, out))?,
        Format::Csv => scenario::written(|out| ranking_csv(ranking, out))?,
    };
    Ok(scenario::print(&text))
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
