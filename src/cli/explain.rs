//! `skyberth explain`.

use super::arguments::{ExplainArguments, each};
use super::print::{print, say};
use super::refusal::{invalid, unknown};
use super::{Exit, progress, scenario};
use skyberth::model::Model;
use skyberth::model::job::JobSource;
use skyberth::report::ExplainReport;
use skyberth::scenario::{Source, WhatIf};
use skyberth::sim::Failure;
use skyberth::study::Selection;
use skyberth::units::WorkloadId;

/// Simulates one replication and prints why jobs waited in it.
pub(super) fn explain(arguments: &ExplainArguments) -> Exit {
    execute(arguments).unwrap_or_else(|exit| exit)
}

fn execute(arguments: &ExplainArguments) -> Result<Exit, Exit> {
    let source = source(arguments)?;
    let mut model = scenario::model(&source, arguments.quiet)?;
    model.seed = arguments.seed.unwrap_or(model.seed);
    model.replications = 1;
    let selection = selection(arguments, &model)?;
    let progress = progress::stoppable();
    let work = || skyberth::study::explain(&model, arguments.replication, selection, &progress);
    let explanation = progress::watch(&model, &progress, arguments.quiet, work).map_err(|failure| match failure {
        Failure::Stopped => {
            say(format_args!("interrupted: nothing is explained"));
            Exit::Interrupted
        }
        failure => {
            say(format_args!("error: {failure}"));
            Exit::Failed
        }
    })?;
    if let Some(job) = selection.job
        && explanation.job.is_none()
    {
        return Err(no_such_job(&model, arguments.replication, job, explanation.submitted[job.0.index()]));
    }
    if arguments.quiet {
        return Ok(Exit::Done);
    }
    let (replication, what_ifs) = (arguments.replication, source.what_ifs.iter().map(WhatIf::name));
    let what_ifs: Vec<String> = what_ifs.chain(source.dropped.iter().map(|vendor| format!("drop {vendor}"))).collect();
    let variant = source.variant.as_deref();
    let report = ExplainReport { model: &model, variant, what_ifs: &what_ifs, replication, selection, explanation: &explanation };
    Ok(print(&report, arguments.format))
}

/// The scenario with everything that is asked about it: one world, in which all of it happens.
fn source(arguments: &ExplainArguments) -> Result<Source, Exit> {
    let mut source = scenario::source(&arguments.scenario)?;
    source.variant.clone_from(&arguments.variant);
    source.dropped.extend(arguments.questions.drop.iter().cloned());
    source.what_ifs = arguments.questions.asked().collect();
    if let Some(what_if) = source.what_ifs.iter().find(|what_if| each(what_if).is_some()) {
        let title = format!("`{} {}` asks for many worlds, and one is explained", what_if.question.flag(), what_if.text);
        return Err(invalid(format!("{title}\nhelp: name a vendor or a cluster, such as aws@2026-10-20+15h")));
    }
    Ok(source)
}

/// What the arguments name.
fn selection(arguments: &ExplainArguments, model: &Model) -> Result<Selection, Exit> {
    let months = || model.calendar.months().iter().map(skyberth::model::calendar::Month::label).collect::<Vec<_>>();
    let month = arguments.month.as_ref().map(|written| {
        let months = months();
        let found = months.iter().position(|month| month == written);
        found.ok_or_else(|| unknown("month", written, months.iter().map(String::as_str)))
    });
    let cluster = arguments.cluster.as_ref().map(|name| {
        let names = || model.clusters.iter().map(|cluster| cluster.name.as_str());
        names().position(|known| known == name).map(Into::into).ok_or_else(|| unknown("cluster", name, names()))
    });
    Ok(Selection {
        job: arguments.job.as_ref().map(|written| job(written, model)).transpose()?,
        workload: arguments.workload.as_ref().map(|name| workload(name, model)).transpose()?,
        month: month.transpose()?,
        cluster: cluster.transpose()?,
    })
}

fn workload(name: &str, model: &Model) -> Result<WorkloadId, Exit> {
    let names = || model.workloads.iter().map(|workload| workload.name.as_str());
    names().position(|known| known == name).map(Into::into).ok_or_else(|| unknown("workload", name, names()))
}

fn job(written: &str, model: &Model) -> Result<(WorkloadId, u64), Exit> {
    let Some((name, ordinal)) = written.rsplit_once(':') else {
        return Err(invalid(format!("`{written}` is not a job\nhelp: a job is written WORKLOAD:ORDINAL, such as training:17")));
    };
    let workload = workload(name, model)?;
    let number = ordinal.parse().ok().filter(|number| *number > 0);
    // Jobs of a trace may be called by their ids as well.
    let by_id = || match &model.workloads[workload.index()].jobs {
        JobSource::Listed(list) => (1..=list.jobs.len() as u64).find(|number| list.id(*number) == ordinal),
        JobSource::Drawn(_) => None,
    };
    let found = number.or_else(by_id);
    Ok((workload, found.ok_or_else(|| invalid(format!("`{written}` is not a job\nhelp: jobs of a workload count from 1")))?))
}

/// How many jobs there are is known only once they are all submitted.
fn no_such_job(model: &Model, replication: u32, (workload, ordinal): (WorkloadId, u64), jobs: u64) -> Exit {
    let name = &model.workloads[workload.index()].name;
    let help = if jobs > 0 { format!("its jobs are {name}:1 to {name}:{jobs}") } else { "it has no jobs".to_owned() };
    invalid(format!("job `{name}:{ordinal}` does not exist in replication {replication}\nhelp: {help}"))
}
