//! Command lines of words that the program knows.

use super::damage::Draws;

/// Options that change a scenario or how it is run, good and bad ones.
const STUDY: &[&str] = &[
    "--set=workload.train.factor=2",
    "--set=workload.train.gpus=0.5",
    "--set=policy.preset=las2d",
    "--set=policy.preset=conservative",
    "--set=policy.broker=spread",
    "--set=scenario.end=2026-01-04",
    "--set=workload.sweep.bundle_of=0",
    "--set=service.chat.tokens_per_s=1e9",
    "--set=cluster.hall.ramp=[]",
    "--set=a=1",
    "--set==",
    "--drop-vendor=aws",
    "--drop-vendor=own",
    "--drop-vendor=none",
    "--replications=1",
    "--replications=2",
    "--replications=0",
    "--seed=7",
    "--seed=x",
    "--threads=1",
    "--threads=2",
    "--format=json",
    "--format=csv",
    "--format=wide",
    "--format=markdown",
    "--quiet",
    "--output=out/a",
    "--help",
];
const RUN: &[&str] = &["--jobs", "--cash", "--focus"];
const COMPARE: &[&str] = &[
    "--outage=aws@2026-01-02+1d",
    "--outage=aws@2026-01-02+0d",
    "--outage=west@2026-01-03+5h",
    "--slip=north+3d",
    "--slip=north",
    "--demand=-30%",
    "--demand=+1e300%",
    "--variant=less:workload.train.factor=0.5",
    "--variant=:",
    "--jobs",
];
const RANK: &[&str] =
    &["--policies=easy,fifo", "--policies=easy", "--policies=fifo-skip,srtf,easy", "--metric=cost_usd", "--metric=nope"];
const REPLAY: &[&str] = &[
    "--policy=easy",
    "--policy=las2d",
    "--policy=water-filling",
    "--gpus=16",
    "--gpus=16",
    "--gpus=0",
    "--gpus=new=1,old=2",
    "--trace-format=swf",
    "--trace-format=csv",
    "--throughputs=table.json",
    "--jobs=jobs.csv",
    "--load=2",
    "--quiet",
    "--strict",
    "--format=json",
];
const OTHERS: &[&str] = &["--migrate", "--markdown", "--format=json", "--format=csv", "--version", "--help", "-q", "--nothing"];

/// Words that may stand for each other.
type Words = &'static [&'static str];

/// A command with what it is mostly about, and its options.
const COMMANDS: &[(&str, Words, &[Words])] = &[
    ("run", &["x.toml"], &[STUDY, RUN]),
    ("run", &["x.toml"], &[STUDY, RUN]),
    ("compare", &["x.toml"], &[STUDY, COMPARE]),
    ("rank", &["x.toml"], &[STUDY, RANK]),
    ("explain", &["x.toml"], &[STUDY, &["--job=train:3", "--job=x"]]),
    ("check", &["x.toml", "quickstart", "openai-2026-06"], &[STUDY, OTHERS]),
    ("replay", &["t.swf"], &[REPLAY]),
    ("replay", &["t.swf"], &[REPLAY]),
    ("catalog", &["policies", "prices", "metrics", "vendors", "regions"], &[OTHERS]),
    ("report", &["out", "out/a", "."], &[OTHERS]),
    ("schema", &[], &[OTHERS]),
    ("completions", &["bash", "zsh", "x"], &[OTHERS]),
    ("man", &[], &[OTHERS]),
    ("nothing", &["x.toml"], &[STUDY, OTHERS]),
];

/// What stands where it does not belong.
const STRAY: [&str; 8] = ["", ".", "no-such", "table.json", "t.swf", "x.toml", "--jobs", "--threads=x"];

/// A command, what it is about, and up to four options, now and then of another command.
pub fn any(draws: &mut Draws) -> Vec<String> {
    let (command, subjects, options) = *draws.pick(COMMANDS);
    let mut arguments = vec![command];
    if !subjects.is_empty() && draws.below(12) > 0 {
        arguments.push(*draws.pick::<&str>(subjects));
    }
    for _ in 0..draws.below(5) {
        let of =
            if draws.below(12) == 0 { *draws.pick(&[STUDY, COMPARE, RANK, REPLAY, OTHERS, &STRAY]) } else { *draws.pick(options) };
        arguments.push(*draws.pick::<&str>(of));
    }
    arguments.into_iter().map(str::to_owned).collect()
}
