//! Tables of jobs as others write them: durations, separators, run times from two columns, and Slurm's accounting.

use skyberth::model::job::Outcome;
use skyberth::units::Span;
use skyberth::workload::trace::{Format, Options, Reason, Trace, TraceError, read_from, read_nodes_from};

fn strict() -> Options {
    Options { strict: true, ..Options::default() }
}

fn mapped(columns: &str) -> Options {
    Options { columns: columns.parse().expect("a map"), ..strict() }
}

#[track_caller]
fn csv(text: &str, options: &Options) -> Trace {
    read_from(text.as_bytes(), "a.csv", Some(Format::Csv), options).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(text: &str, name: &str, options: &Options) -> TraceError {
    read_from(text.as_bytes(), name, None, options).map(|trace| trace.jobs).expect_err("it is wrong")
}

/// Id, submission [s], GPUs and run time [s] of every job.
fn rows(trace: &Trace) -> Vec<(String, f64, u64, f64)> {
    let row = |job: &skyberth::workload::trace::TraceJob| {
        (trace.ids.text(job.id).into_owned(), job.submit.seconds(), job.gpus, job.run.seconds())
    };
    trace.jobs.iter().map(row).collect()
}

fn job(id: &str, submit: f64, gpus: u64, run: f64) -> (String, f64, u64, f64) {
    (id.to_owned(), submit, gpus, run)
}

#[test]
fn run_times_and_limits_are_seconds_or_durations() {
    let text = "job_id,submit_s,gpus,run_s,estimate_s,deadline_s\na,0,1,0:00:03,1-00:00:00,2:00:00\nb,1,1,90.5,UNLIMITED,\n\
                c,2,2,1-02:00:16,2-06,36:00:00\nd,3,1,\"1 day, 0:00:01\",,\ne,4,1,10:30.5,600,\n";
    let trace = csv(text, &strict());
    assert_eq!(trace.jobs.iter().map(|job| job.run.ms()).collect::<Vec<_>>(), [3_000, 90_500, 93_616_000, 86_401_000, 630_500]);
    assert_eq!(
        trace.jobs.iter().map(|job| job.estimate.seconds()).collect::<Vec<_>>(),
        [86_400.0, 90.5, 194_400.0, 86_401.0, 600.0]
    );
    assert_eq!(trace.jobs[2].deadline.map(Span::hours), Some(36.0));
    assert_eq!(trace.notes, ["run times with one colon, read as minutes and seconds: 1 job"]);
    for (run, reason) in [
        ("1:60:00", "not a length of time: `1:60:00`; allowed: seconds, H:MM:SS, MM:SS or D-HH:MM:SS"),
        ("-0:05", "a negative run time"),
        ("soon", "not a number: `soon`"),
        ("2000000:00:00", "a run time of more than 200 years"),
    ] {
        let error = refused(&format!("job_id,submit_s,gpus,run_s\na,0,1,{run}\n"), "a.csv", &strict()).to_string();
        assert!(error.starts_with(&format!("a.csv:2:7: {reason}")), "{error}");
    }
}

#[test]
fn the_header_tells_the_separator() {
    let text = "job_id,submit_s,gpus,run_s,group\na,0,1,60,\"x y\"\nb,5,8,1:00:00,z\n";
    let plain = csv(text, &strict());
    assert!(plain.notes.is_empty());
    for (separator, name) in [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")] {
        let text = text.replace(',', &separator.to_string());
        for file in ["a.csv", "a.tsv", "a.psv", "a"] {
            let trace = read_from(text.as_bytes(), file, None, &strict()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((&trace.jobs, &trace.groups), (&plain.jobs, &plain.groups), "{name}");
            assert_eq!(trace.notes, [format!("columns are separated by {name}, as in the header")]);
        }
    }
    // What stands in quotation marks does not count, nor what the lines have; a separator behind the last column adds none.
    let trace = csv("\"a;b;c;d;e;f\",job_id,submit_s,gpus,run_s,\n1;2,x|y,0,1,60,\n", &strict());
    assert_eq!(rows(&trace), [job("x|y", 0.0, 1, 60.0)]);
    // Other formats have it too.
    let philly = "timestamp;duration;num_gpus;gpu_time;cluster\n2017-10-09 07:01:55;66.0;1;66.0;aa\n";
    let trace = read_from(philly.as_bytes(), "a", None, &strict()).expect("a table");
    assert_eq!((trace.jobs.len(), trace.notes.len()), (1, 1));
}

#[test]
fn headers_may_lack_what_is_not_needed() {
    let philly = "num_gpus,duration,timestamp,more\n2,66.0,2017-10-09 07:01:55,x\n";
    let tiresias = "duration;job_id;num_gpu;submit_time\n66;7;2;0\n";
    for (text, id) in [(philly, "p00000"), (tiresias, "7")] {
        let trace = read_from(text.as_bytes(), "a", None, &strict()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((rows(&trace), &trace.groups[..]), (vec![job(id, 0.0, 2, 66.0)], &[String::new()][..]));
    }
    let nodes = read_nodes_from(&b"sn,cpu_milli,memory_mib,gpu\nn,1,1,8\n"[..], "n.csv", &strict()).expect("sizes").records;
    assert_eq!((nodes[0].gpus, nodes[0].gpu_type.as_str()), (8, ""));
}

#[test]
fn names_that_a_format_does_not_take_are_told() {
    let philly = "timestamp,duration,num_gpus,gpu_time,cluster\n2017-10-09 07:01:55,66.0,1,66.0,aa\n";
    let trace = read_from(philly.as_bytes(), "a.csv", None, &mapped("gpus=num_gpus")).expect("a table");
    assert_eq!(trace.notes, ["the names given for columns are not used: the format philly has its own"]);
}

#[test]
fn a_table_between_tabs_is_not_taken_for_gavels_format() {
    let header = "job_id\tsubmit_s\tgpus\trun_s\testimate_s\tpriority\tgroup\tstate\tdeadline_s\tnode";
    let text = format!("{header}\na\t0\t1\t5\t\t\t\t\t\t3\n");
    assert_eq!(rows(&read_from(text.as_bytes(), "a.tsv", None, &strict()).expect("ours")), [job("a", 0.0, 1, 5.0)]);
}

#[test]
fn run_times_are_the_time_from_start_to_end_where_they_have_no_column() {
    let text = "name,n,created,began,gone\na,2,2025-01-05T12:00:00,2025-01-05T12:01:00,2025-01-05T13:01:00.5\n\
                b,1,2025-01-05T12:00:10,2025-01-05T12:00:10+00:00,2025-01-06 12:00:10\n";
    let trace = csv(text, &mapped("job_id=name,gpus=n,submit_s=created,start_s=began,end_s=gone"));
    assert_eq!(rows(&trace), [job("a", 0.0, 2, 3600.5), job("b", 10.0, 1, 86_400.0)]);
    // In numbers, with the names of ours, one column for two things, and a submission by another clock.
    let text = "job_id,gpus,submit_s,start_s,end_s\na,2,2025-01-05,100,160.5\n";
    assert_eq!(rows(&csv(text, &strict())), [job("a", 0.0, 2, 60.5)]);
    let text = "job_id,gpus,creation,deletion\na,2,100,160\n";
    assert_eq!(rows(&csv(text, &mapped("submit_s=creation,start_s=creation,end_s=deletion"))), [job("a", 100.0, 2, 60.0)]);
    // A run time counts where it is there, unless only the others were named.
    let text = "job_id,submit_s,gpus,run_s,start_s,end_s,from,to\na,0,1,7,0,9,0,30\n";
    assert_eq!(csv(text, &strict()).jobs[0].run.seconds(), 7.0);
    assert_eq!(csv(text, &mapped("start_s=from,end_s=to")).jobs[0].run.seconds(), 30.0);
    assert_eq!(csv(text, &mapped("start_s=from,end_s=to,run_s=run_s")).jobs[0].run.seconds(), 7.0);
}

#[test]
fn starts_and_ends_that_do_not_tell_a_run_time() {
    let text = "job_id,gpus,submit_s,start_s,end_s\na,1,0,0,5\nb,1,0,Unknown,5\nc,1,0,3,\nd,1,0,None,None\n";
    let trace = csv(text, &strict());
    assert_eq!((trace.jobs.len(), trace.dropped.of(Reason::UnknownRun), trace.dropped.unusable()), (1, 3, 0));
    let error = |line: &str| refused(&format!("job_id,gpus,submit_s,start_s,end_s\n{line}\n"), "a.csv", &strict()).to_string();
    assert!(error("a,1,0,9,5").starts_with("a.csv:2:9: a negative run time"), "{}", error("a,1,0,9,5"));
    assert!(error("a,1,0,9,2025-01-01").contains("not a number: `2025-01-01`"));
    assert!(error("a,1,0,2025-01-01,9").contains("not a date and time: `9`"));
    let lacks = |header: &str, columns: &str| {
        let columns = columns.parse().expect("a map");
        refused(&format!("{header}\n1\n"), "a.csv", &Options { columns, ..strict() }).to_string()
    };
    let said = lacks("job_id,submit_s,gpus", "");
    assert_eq!(said, "a.csv:1:1: the header of this csv file lacks `run_s`, or `start_s` and `end_s`");
    assert!(lacks("job_id,submit_s,gpus,run_s", "start_s=began").ends_with("lacks `began`, `end_s`"));
    assert!(lacks("job_id,submit_s,gpus,start_s,end_s", "run_s=took").ends_with("lacks `took`"));
}

#[test]
fn optional_columns_of_foreign_tables_do_no_harm() {
    let text = "id,submit_s,gpus,run_s,priority,group,state,deadline_s,estimate_s,extra\n\
                a,0,1,60,high,team a,Done,never,long,1\nb,1,1,60,5.0,,FAILED,90,0:02:00,2\n";
    let trace = csv(text, &mapped("job_id=id"));
    let [first, second] = trace.jobs[..] else { panic!("two") };
    assert_eq!((first.priority, first.outcome, first.deadline, first.estimate.seconds()), (0, Outcome::Completes, None, 60.0));
    assert_eq!((second.priority, second.outcome, second.estimate.seconds()), (5, Outcome::Fails, 120.0));
    assert_eq!(trace.groups, ["team a", ""]);
    for told in ["estimates not understood, taken as not given", "priorities not understood, taken as 0", "states not known"] {
        assert!(trace.notes.iter().any(|note| note.starts_with(told) && note.ends_with(": 1 job")), "{told}: {:?}", trace.notes);
    }
    // In a table of ours, the priorities of others do no harm either, unless every cell is to be checked.
    let ours = "job_id,submit_s,gpus,run_s,priority\na,0,1,60,high\nb,1,1,60,2\n";
    let trace = csv(ours, &Options::default());
    assert_eq!(trace.jobs.iter().map(|job| job.priority).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(trace.notes, ["priorities not understood, taken as 0 (name the column to have them checked): 1 job"]);
    let error = refused(ours, "a.csv", &strict()).to_string();
    assert!(error.starts_with("a.csv:2:10: not a priority: `high`"), "{error}");
    // A column that was named is meant.
    let error = refused(text, "a.csv", &mapped("job_id=id,priority=priority")).to_string();
    assert!(error.starts_with("a.csv:2:10: not a priority: `high`"), "{error}");
}

const SACCT: &str = "JobID|JobName|Partition|Account|User|Submit|Start|End|ElapsedRaw|TimelimitRaw|State|Priority|AllocTRES|ReqTRES\n\
    41|train|h100|lab|u|2025-03-01T08:00:00|2025-03-01T08:00:05|2025-03-01T09:00:05|3600|120|COMPLETED|4294901758|billing=8,cpu=64,gres/gpu:h100=8,gres/gpu=8,node=1|cpu=64,gres/gpu=8\n\
    41.batch|batch||lab||2025-03-01T08:00:00|2025-03-01T08:00:05|2025-03-01T09:00:05|3600||COMPLETED||cpu=64,gres/gpu=8|\n\
    41.extern|extern||lab||2025-03-01T08:00:00|2025-03-01T08:00:05|2025-03-01T09:00:05|3600||COMPLETED||cpu=64,gres/gpu=8|\n\
    42_3|\"sweep|a100|lab|u|2025-03-01T08:10:00|2025-03-01T08:10:00|2025-03-01T08:40:00|1800||OUT_OF_MEMORY|7|cpu=8,gres/gpu:a100=1,gres/gpu:v100=2|\n\
    42_[4-9%2]|sweep|a100|lab|u|2025-03-01T08:10:00|Unknown|Unknown|0|60|PENDING|7||cpu=8,gres/gpu=1\n\
    43|cpu only|cpu|lab|u|2025-03-01T08:11:00|2025-03-01T08:11:00|2025-03-01T08:40:00|1740|60|COMPLETED|7|cpu=8,mem=4G|cpu=8\n\
    44|left|h100|lab|u|2025-03-01T08:12:00|None|2025-03-01T08:30:00|0|60|CANCELLED by 1000|7||cpu=8,gres/gpu=4\n\
    45|now|h100|lab|u|2025-03-01T08:13:00|2025-03-01T08:13:00|Unknown|99|60|RUNNING|7|cpu=8,gres/gpu=4|cpu=8,gres/gpu=4\n";

#[test]
fn slurms_accounting_is_read_by_its_own_names() {
    let trace = read_from(SACCT.as_bytes(), "export.txt", None, &strict()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rows(&trace), [job("41", 0.0, 8, 3600.0), job("42_3", 600.0, 3, 1800.0), job("44", 720.0, 4, 0.0)]);
    assert_eq!(trace.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("2025-03-01T08:00:00"));
    assert_eq!(trace.jobs.iter().map(|job| job.estimate.seconds()).collect::<Vec<_>>(), [7200.0, 1800.0, 3600.0]);
    assert_eq!(trace.jobs.iter().map(|job| job.priority).collect::<Vec<_>>(), [i32::MAX, 7, 7]);
    assert_eq!(trace.groups, ["h100", "a100"]);
    let outcomes: Vec<Outcome> = trace.jobs.iter().map(|job| job.outcome).collect();
    assert_eq!(outcomes, [Outcome::Completes, Outcome::Fails, Outcome::Cancelled]);
    let of = |reason| trace.dropped.of(reason);
    assert_eq!((of(Reason::StepOfJob), of(Reason::NotEnded), of(Reason::NoGpuAsked), trace.dropped.unusable()), (2, 2, 1, 0));
    assert!(trace.dropped.to_string().contains("2: a step of a job, such as 123.batch (first at 3:1, \"41.batch\")"));
    // Other separators, and other columns for what is ours.
    let commas = SACCT.replace(',', "+").replace('|', ",").replace('"', "");
    let trace =
        read_from(commas.as_bytes(), "export.csv", None, &mapped("group=Account,gpus=User")).expect_err("users are not GPUs");
    assert!(trace.to_string().contains("not a number") || trace.to_string().contains("no GPU asked for"), "{trace}");
    let trace = read_from(SACCT.as_bytes(), "export", None, &mapped("group=Account")).expect("lab");
    assert_eq!(trace.groups, ["lab"]);
}

#[test]
fn slurms_accounting_has_many_columns_for_one_thing() {
    let read = |text: &str| read_from(text.as_bytes(), "sacct", None, &strict()).unwrap_or_else(|error| panic!("{error}"));
    // A line that ends in a separator, older names for GPUs, and durations.
    let trace = read(
        "JobIDRaw|Submit|Elapsed|Timelimit|NNodes|ReqGRES|AllocGRES|State|\n\
         1|2025-03-01T08:00:00|1-02:24:23|UNLIMITED|2|gpu:4||TIMEOUT|\n2|2025-03-01T08:00:00|02:05|1-00:00:00|1|gpu:8|gpu:h100:2|FAILED|\n",
    );
    assert_eq!(rows(&trace), [job("1", 0.0, 8, 95_063.0), job("2", 0.0, 2, 125.0)]);
    assert_eq!(trace.jobs.iter().map(|job| job.estimate.seconds()).collect::<Vec<_>>(), [95_063.0, 86_400.0]);
    // The run time from start and end, in seconds since 1970.
    let trace = read(
        "JobID|Submit|Start|End|State|ReqTRES\n1|1740000000|1740000100|1740000160|COMPLETED|gres/gpu=1\n\
         2|1740000001|Unknown|1740000160|CANCELLED by 0|gres/gpu=1\n3|1740000001|Unknown|1740000160|FAILED|gres/gpu=1\n",
    );
    assert_eq!(rows(&trace), [job("1", 0.0, 1, 60.0), job("2", 1.0, 1, 0.0)]);
    assert_eq!(trace.dropped.of(Reason::UnknownRun), 1);
    assert_eq!(trace.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("2025-02-19T21:20:00"));
}

#[test]
fn what_slurms_accounting_lacks_is_said_in_its_own_names() {
    let said = |text: &str, columns: &str| refused(text, "sacct.txt", &mapped(columns)).to_string();
    assert_eq!(
        said("JobID|State|User|Partition\n1|COMPLETED|u|p\n", ""),
        "sacct.txt:1:1: the header of this sacct file lacks `Submit`, `AllocTRES` or `ReqTRES`, `ElapsedRaw`, or `Elapsed`, or `Start` \
         and `End`"
    );
    assert!(said("JobID|Submit|Elapsed|State\n1|2025-03-01|5|COMPLETED\n", "gpus=AllocCPU").ends_with("lacks `AllocCPU`"));
    let fixed =
        "JobID    JobName  State      Elapsed\n-------- -------- ---------- --------\n1        x        COMPLETED  00:00:05\n";
    assert!(said(fixed, "").contains("this sacct file lacks separators, which `sacct -P` writes"));
    let wrong = "JobID|Submit|Elapsed|State|AllocTRES\n1|2025-03-01|00:00:05|COMPLETED|gres/gpu=two\n";
    assert!(said(wrong, "").starts_with("sacct.txt:2:33: not a number: `gres/gpu=two`"), "{}", said(wrong, ""));
    let processors = "JobID|Submit|Elapsed|State|AllocCPUS\n1|2025-03-01|00:00:05|COMPLETED|16\n";
    let trace = read_from(processors.as_bytes(), "sacct.txt", None, &mapped("gpus=AllocCPUS")).expect("mapped");
    assert_eq!(rows(&trace), [job("1", 0.0, 16, 5.0)]);
}
