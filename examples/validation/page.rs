//! The page, as Markdown.

use super::agreement::Agreement;
use super::closed_forms::{Measured, Queue};
use super::heterogeneous::{DRAWS, RoundAgreement, Ties};
use super::packing::Comparison;
use skyberth::sim::Pass;

const HEAD: &str = "# Validation

What other simulators published, and what theory knows, against what this program gives. This page is made by

```sh
cargo run --release --example validation -- ../shared > docs/validation.md
```

where `../shared` holds the traces and the published schedules (their licences do not let them into this repository). The same comparisons
are tests (`cargo test --test references`), skipped with a message where the folder is absent. Besides them, `cargo test --test worlds`
compares every policy with a slow second scheduler, written from the definitions alone, on random small worlds, job by job.

Agreement means per job: how many of the jobs that the reference lists start, finish or are preempted otherwise here. Zero means that the
schedules are the same.
";

const SECTIONS: [(&str, &str); 3] = [
    (
        "Tiresias",
        "J. Gu et al., \"Tiresias: a GPU cluster manager for distributed deep learning\", NSDI 2019, and its simulator with `count` placement. \
         Whole seconds, any GPUs do, restarts cost nothing. `las2d:tiresias` and `gittins:tiresias` have the quirks of that \
         simulator (a job sinks one level at an event, and the next sinking is expected at (limit - time held) / GPUs); `las2d` has them not, and \
         sinks jobs when they cross a limit.",
    ),
    (
        "Helios",
        "Q. Hu et al., \"Characterization and prediction of deep learning workloads in large-scale GPU datacenters\", SC 2021, and its simulator: two \
         virtual clusters of the Philly trace on 16 nodes of 8 GPUs, placement `consolidate`, a head that does not fit blocks. The published runs \
         take the jobs of 61 days from the virtual cluster's first one in October 2017 on; with `skyberth replay --from 2017-10-01 --to 2017-11-30` \
         three jobs of 2869ce that were submitted on 1 December are not in the replay, and all others agree. The SRTF of that simulator is off by a second a run and \
         is not imitated.",
    ),
    (
        "Batch scheduling",
        "FCFS and EASY on logs of the Parallel Workloads Archive (D. G. Feitelson, Hebrew University): counts of processors, no placement, jobs \
         killed at their estimates. `onepass`: one scheduling pass an instant; `perevent`: a pass after every event, submissions before completions, \
         as the classical simulators do it. The schedules of `perevent` EASY are also those of predictsim and pyss. Names that end in `.swf.gz` are \
         raw logs, read by the rules that made the others from them.",
    ),
];

/// The page.
pub fn page(
    groups: &[Vec<Agreement>; 3],
    (rounds, ties): (&[RoundAgreement], &[Ties]),
    packed: &[Comparison],
    measured: &[(Vec<Measured>, Queue)],
) -> String {
    let mut text = HEAD.to_owned();
    for ((title, about), agreements) in SECTIONS.iter().zip(groups) {
        text.push_str(&format!("\n## {title}\n\n{}\n\n", folded(about)));
        text.push_str("| trace | jobs | GPUs | policy | reference | other starts | other finishes | other preemptions | mean JCT [s] | makespan [s] | preemptions |\n");
        text.push_str("|---|---|---|---|---|---|---|---|---|---|---|\n");
        for agreement in agreements {
            text.push_str(&line(agreement));
        }
        let exact: usize = agreements.iter().filter(|agreement| agreement.is_exact()).map(|agreement| agreement.jobs).sum();
        let all: usize = agreements.iter().map(|agreement| agreement.jobs).sum();
        text.push_str(&format!("\n{all} jobs compared; the schedules with {exact} of them are the same to the second.\n"));
        for agreement in agreements.iter().filter(|agreement| !agreement.note.is_empty()) {
            text.push_str(&folded(&format!("\n`{}` on {}: {}.\n", agreement.setting.preset, agreement.trace, agreement.note)));
        }
    }
    text.push_str(&heterogeneous(rounds, ties));
    text.push_str(&packing(packed));
    text.push_str(&queues(measured));
    text.push_str(LEFT_OUT);
    text
}

fn line(agreement: &Agreement) -> String {
    let setting = &agreement.setting;
    let count = |count: Option<usize>| count.map_or("-".to_owned(), |count| count.to_string());
    let pass = match setting.pass {
        Pass::OncePerInstant => "",
        Pass::AfterEveryEvent => ", perevent",
    };
    format!(
        "| {} | {} | {} | `{}`{pass} | {} | {} | {} | {} | {:.3} | {} | {} |\n",
        agreement.trace,
        agreement.jobs,
        setting.nodes * u64::from(setting.node_gpus),
        setting.preset,
        agreement.reference,
        agreement.starts + agreement.missing,
        count(agreement.finishes),
        count(agreement.preemptions),
        agreement.row.completion_s_mean.unwrap_or(f64::NAN),
        agreement.row.makespan_s,
        agreement.row.preemptions,
    )
}

fn packing(compared: &[Comparison]) -> String {
    let mut text = "
## Packing GPUs and shares of them

Q. Weng et al., \"Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent\", USENIX ATC 2023, and its
simulator, on the openb trace: 1,213 nodes of seven GPU types with 6,212 GPUs, and 8,152 pods that only come, shuffled and then drawn again until
they ask for 130 % of the GPUs. Which part of the GPUs is allocated in the end [%], over 10 shuffles. The shuffles are not the published ones, so that
agreement means that the mean here lies within the published range over shuffles. Worst fit and first fit were not published for this trace.
`skyberth replay PODS --node-list NODES --placement all --demand 1.3` prints the same figures.

| placement | published mean | published range | mean | range | within |
|---|---|---|---|---|---|
"
    .to_owned();
    for Comparison { row, published } in compared {
        let share = |share: f64| format!("{:.2}", share * 100.0);
        let (theirs, range, within) = published.map_or(("-".to_owned(), "-".to_owned(), "-"), |(mean, least, most)| {
            let is_within = (least..=most).contains(&(row.allocation_share_mean * 100.0));
            (format!("{mean:.2}"), format!("{least:.2} to {most:.2}"), if is_within { "yes" } else { "no" })
        });
        text.push_str(&format!(
            "| `{}` | {theirs} | {range} | {} | {} to {} | {within} |\n",
            row.placement,
            share(row.allocation_share_mean),
            share(row.allocation_share_min),
            share(row.allocation_share_max),
        ));
    }
    text
}

fn heterogeneous(rounds: &[RoundAgreement], ties: &[Ties]) -> String {
    let mut text = "
## Gavel

D. Narayanan et al., \"Heterogeneity-Aware Cluster Scheduling Policies for Deep Learning Workloads\", OSDI 2020, and its simulator: jobs in
steps, throughputs by job and GPU type, rounds of 360 s, new shares 1,920 s apart at least, as many V100, P100 and K80, seed 0. The first two
policies need no linear programme: every job finishes as there, to the microsecond. The others have many optima; both programs take the
middle ones, but not the same to the last digit, and what is next to a tie then goes another way. So they are held to within 2 % of the
mean completion time and of the makespan, and where they are farther off, to the range over other optima of the same programmes (below).

| trace | jobs | GPUs | policy | reference | other finishes | mean JCT [s] | there | differs | makespan [s] | there | differs |
|---|---|---|---|---|---|---|---|---|---|---|---|
"
    .to_owned();
    for agreement in rounds {
        let [completion, makespan] = agreement.differences().map(|difference| format!("{:+.2} %", difference * 100.0));
        text.push_str(&format!(
            "| {} | {} | 3 x {} | `{}` | {} | {} | {:.1} | {:.1} | {completion} | {:.1} | {:.1} | {makespan} |\n",
            agreement.trace,
            agreement.jobs,
            agreement.gpus,
            agreement.policy,
            agreement.reference,
            agreement.others,
            agreement.completion[0],
            agreement.completion[1],
            agreement.makespan[0],
            agreement.makespan[1],
        ));
    }
    text.push_str(&format!(
        "
`small_test` has 20 short jobs and four rounds: one job more or less in a round moves both figures by several per cent. In the second round of
`ftf` two jobs of six seconds, which have waited for two minutes, determine the worst ratio, and the shares of all others are free; under
`throughput`, jobs of equal speeds may divide in any way what they have together. An interior-point solver stops when the objective is known, not when it stands in the middle: on that second programme
ECOS does so after ten steps, with up to 1.4 times the share that the middle gives a job. So every row beyond 2 % is played {DRAWS} times more, each job
counting for between a half and two, drawn anew, in what nobody is due. All of these are optima; the reference should be one among them.

| trace | policy | mean JCT there [s] | range over ties | makespan there [s] | range over ties | within |
|---|---|---|---|---|---|---|
"
    ));
    for ties in ties {
        let [completion, makespan] = ties.ranges.map(|(least, most)| format!("{least:.1} to {most:.1}"));
        text.push_str(&format!(
            "| {} | `{}` | {:.1} | {completion} | {:.1} | {makespan} | {} |\n",
            ties.trace,
            ties.policy,
            ties.reference[0],
            ties.reference[1],
            if ties.hold_the_reference() { "yes" } else { "no" },
        ));
    }
    text
}

fn queues(measured: &[(Vec<Measured>, Queue)]) -> String {
    let mut text = "
## Queueing theory

Queues whose behaviour is known, as scenarios through the whole engine: Poisson submissions of jobs of one GPU, first come first served, 200
replications, a tenth of the run left out as warm-up. Waits are in units of the mean run time. M/M/c by Erlang C, M/G/1 by Pollaczek and
Khinchine; for Erlang B a second vendor with room for everybody takes the jobs that find all GPUs of the first one busy.

| queue | figure | exact | simulated | off by [standard errors] | 95 % half-width |
|---|---|---|---|---|---|
"
    .to_owned();
    for (figures, queue) in measured {
        for figure in figures {
            text.push_str(&format!(
                "| {} | {} | {:.6} | {:.6} | {:+.2} | {:.2} % |\n",
                queue.name,
                figure.figure.text(),
                figure.known,
                figure.mean,
                figure.deviation(),
                figure.relative_half_width * 100.0,
            ));
        }
    }
    text
}

const LEFT_OUT: &str = "
## What does not agree, and why

- `gittins:tiresias`: see above.
- The other simulators above compute with whole seconds and this one with milliseconds; the traces are in whole seconds, so that nothing is
  rounded.
- AccaSim computes a reservation once and sets no wake-up, and Batsched reserves particular machines: their EASY differs from the one above
  for these reasons, and is not imitated.
- The paper on fragmentation has its own orders of pods and nodes, from the random numbers of its simulator; the ones here are others.
- `ftf` and `throughput` on `small_test`: see the table of ties.
";

/// Lines of at most 140 characters.
fn folded(text: &str) -> String {
    let mut lines = String::new();
    for paragraph in text.split_inclusive('\n') {
        let mut length = 0;
        for word in paragraph.split_inclusive(' ') {
            if length + word.trim_end().len() > 140 {
                while lines.ends_with(' ') {
                    lines.pop();
                }
                lines.push('\n');
                length = 0;
            }
            lines.push_str(word);
            length += word.len();
        }
    }
    lines
}
