//! Teams that lend and borrow: worked out by hand, and in random worlds.

use super::{Watched, explained, jobs, model};
use proptest::prelude::*;
use skyberth::metrics::{Cause, JobRecord, JobState};
use skyberth::model::Model;
use skyberth::policy::{JobFacts, Plan, View};
use skyberth::sim::{Control, Followed, Options, simulate};
use skyberth::units::{ClusterId, SimTime, TeamId};
use std::sync::atomic::{AtomicBool, AtomicU64};

/// Two teams with 40 and 60 of 100 GPUs in one cohort. The borrower asks for 80 GPUs at the start, in jobs of 20 GPUs and 10 h; the lender for
/// 40 GPUs after three hours. A second of one GPU each comes first, because the time of a trace begins with its first job.
fn lending(policy: &str, lender: &str, borrower: &str) -> Model {
    let trace = |rows: &str| {
        let file = tempfile::NamedTempFile::with_suffix(".csv").expect("a file");
        std::fs::write(file.path(), format!("job_id,submit_s,run_s,gpus\n{rows}")).expect("written");
        format!("{:?}", file.into_temp_path().keep().expect("kept").display().to_string())
    };
    let first = trace("0,0,1,1\n1,0,36000,20\n2,0,36000,20\n3,0,36000,20\n4,0,36000,20\n");
    let second = trace("0,0,1,1\n1,10800,36000,40\n");
    model(&format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-03\nreplications = 1\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\ngpu = \"H100\"\n\
         region = \"us-va\"\nprice_usd_per_gpu_hour = 2\nnode_gpus = 1\nfailures_per_gpu_day = 0\nramp = [{{ date = 2026-01-01, gpus = 100 }}]\n[policy]\n{policy}\n\
         [cohort.lab]\n[team.lender]\ncohort = \"lab\"\nquota_gpus = 60\n{lender}\n[team.borrower]\ncohort = \"lab\"\nquota_gpus = 40\n{borrower}\n\
         [workload.a]\nteam = \"borrower\"\nrestart = \"0 s\"\ncheckpoint = {{ interval = \"1 min\", blocking = \"0 s\" }}\n\
         trace = {{ file = {first}, format = \"csv\" }}\n\
         [workload.b]\nteam = \"lender\"\nrestart = \"0 s\"\ntrace = {{ file = {second}, format = \"csv\" }}\n"
    ))
}

/// Starts of the lender's job and ends of the borrower's [h], and how often these were stopped.
fn told(model: &Model) -> (Option<i64>, Vec<Option<i64>>, u32) {
    let found = explained(model);
    let all = jobs(model, &found);
    let hours = |time: Option<SimTime>| time.map(|time| time.ms() / 3_600_000);
    let of = |gpus: u64| all.iter().filter(move |(_, record): &&(_, JobRecord)| record.gpus == gpus);
    let start = of(40).next().and_then(|(_, record)| hours(record.start));
    let theirs = || of(20);
    (start, theirs().map(|(_, record)| hours(record.finish)).collect(), theirs().map(|(_, record)| record.preemptions).sum())
}

const POLICIES: [&str; 10] =
    ["fifo", "fifo-skip", "easy", "conservative", "sjf-easy", "srtf", "las2d", "priority", "fair", "fair-easy"];

#[test]
fn a_lender_has_its_share_back_at_once() {
    for policy in POLICIES {
        let model = lending(&format!("preset = \"{policy}\""), "", "");
        // One job of 20 GPUs is enough: 60 are left to the borrower. It goes on when the lender's job or another has ended.
        let (start, ends, stopped) = told(&model);
        assert_eq!((start, stopped), (Some(3), 1), "{policy}");
        assert_eq!(ends.iter().flatten().copied().max(), Some(17), "{policy}: {ends:?}");
    }
}

/// Gang \[GPUs\], submission \[s\], priority, run time \[s\].
pub(super) type Row = (u64, u64, i32, u64);

/// Second of the start, second of the end, how often it was stopped.
pub(super) type Fate = (Option<i64>, Option<i64>, u32);

/// Clusters of so many GPUs with a quota for each team of a cohort, whose jobs are `rows` and use all clusters or, by the last number, one alone:
/// by team and row, what became of them.
fn lab(policy: &str, clusters: &[u64], quotas: &[u64], rows: &[(&[Row], Option<usize>)]) -> Vec<Vec<Fate>> {
    lab_with("", policy, clusters, quotas, rows)
}

/// The same with more in the first team's workload.
fn lab_with(first: &str, policy: &str, clusters: &[u64], quotas: &[u64], rows: &[(&[Row], Option<usize>)]) -> Vec<Vec<Fate>> {
    let clusters: Vec<(&str, u64)> = clusters.iter().map(|&gpus| ("H100", gpus)).collect();
    let quotas: Vec<String> = quotas.iter().map(|quota| format!("cohort = \"lab\"\nquota_gpus = {quota}")).collect();
    fates(&lab_text(first, policy, &clusters, &quotas, rows), quotas.len())
}

/// A scenario of clusters of one GPU type each and teams by what they are entitled to.
pub(super) fn lab_text(
    first: &str,
    policy: &str,
    clusters: &[(&str, u64)],
    teams: &[String],
    rows: &[(&[Row], Option<usize>)],
) -> String {
    let mut text = format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-04\nreplications = 1\n[vendor.v]\n[policy]\n{policy}\n[cohort.lab]\n"
    );
    for (at, (gpu, gpus)) in clusters.iter().enumerate() {
        text += &format!(
            "[cluster.c{at}]\nvendor = \"v\"\ngpu = \"{gpu}\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\nnode_gpus = 1\n\
             failures_per_gpu_day = 0\nramp = [{{ date = 2026-01-01, gpus = {gpus} }}]\n"
        );
    }
    for (team, (entitled, (rows, only))) in teams.iter().zip(rows).enumerate() {
        let file = tempfile::NamedTempFile::with_suffix(".csv").expect("a file");
        let line = |(job, (gpus, submit, priority, run)): (usize, &Row)| format!("{job},{submit},{run},{gpus},{priority}\n");
        let lines: String = rows.iter().enumerate().map(line).collect();
        std::fs::write(file.path(), format!("job_id,submit_s,run_s,gpus,priority\n{lines}")).expect("written");
        let file = file.into_temp_path().keep().expect("kept").display().to_string();
        let only = only.map_or_else(String::new, |cluster| format!("only_clusters = [\"c{cluster}\"]\n"));
        // A trace begins with its first job.
        let shift = rows.iter().map(|row| row.1).min().unwrap_or(0);
        let more = if team == 0 { first } else { "" };
        text += &format!(
            "[team.t{team}]\n{entitled}\n[workload.w{team}]\nteam = \"t{team}\"\nrestart = \"0 s\"\nspeed = \"same\"\n{only}\
             checkpoint = {{ interval = \"0 s\", blocking = \"0 s\" }}\n{more}\n\
             trace = {{ file = {file:?}, format = \"csv\", shift = \"{shift} s\" }}\n"
        );
    }
    text
}

/// What became of the jobs, by team and row.
pub(super) fn fates(text: &str, teams: usize) -> Vec<Vec<Fate>> {
    let model = model(text);
    let found = explained(&model);
    let all = jobs(&model, &found);
    let seconds = |time: Option<SimTime>| time.map(|time| time.ms() / 1000);
    let of = |team: usize| {
        let theirs = all.iter().filter(move |(_, record)| record.workload.index() == team);
        let mut told: Vec<(u64, Fate)> = theirs
            .map(|(_, record)| (record.ordinal, (seconds(record.start), seconds(record.finish), record.preemptions)))
            .collect();
        told.sort_unstable();
        told.into_iter().map(|(_, told)| told).collect()
    };
    (0..teams).map(of).collect()
}

/// The same of one cluster under preemption by priority, of jobs that run 10 h, without their ends.
fn within(gpus: u64, quotas: &[u64], rows: &[&[(u64, u64, i32)]]) -> Vec<Vec<(Option<i64>, u32)>> {
    let rows: Vec<Vec<Row>> =
        rows.iter().map(|rows| rows.iter().map(|&(gpus, submit, priority)| (gpus, submit, priority, 36_000)).collect()).collect();
    let rows: Vec<(&[Row], Option<usize>)> = rows.iter().map(|rows| (rows.as_slice(), None)).collect();
    let told = lab("preset = \"priority\"", &[gpus], quotas, &rows);
    told.into_iter().map(|team| team.into_iter().map(|(start, _, stopped)| (start, stopped)).collect()).collect()
}

#[test]
fn the_team_that_a_newcomer_makes_a_borrower_gives_way() {
    let four: Vec<Row> = (0..4).map(|second| (2, second, 0, 36_000)).collect();
    let with = |more: &[Row]| -> Vec<Row> { four.iter().chain(more).copied().collect() };
    let stopped = |told: &[Fate]| told.iter().map(|job| job.2).sum::<u32>();
    for policy in ["preset = \"srtf\"", "preset = \"srsf\"", "order = \"sjf\"\npreemption = \"by_order\"", "preset = \"fair\""] {
        // Two teams use all of their quotas; a short job of the first comes.
        let told = lab(policy, &[16], &[8, 8], &[(&with(&[(2, 600, 0, 3600)]), None), (&four, None)]);
        if !policy.contains("fair") {
            assert_eq!(told[0][4], (Some(600), Some(4200), 0), "{policy}");
            assert_eq!(stopped(&told[0]), 1, "{policy}");
        }
        assert_eq!(stopped(&told[1]), 0, "{policy}");
        // A job of four pushes two of two out, and none of the other team.
        let told = lab(policy, &[16], &[8, 8], &[(&with(&[(4, 600, 0, 3600)]), None), (&four, None)]);
        assert_eq!(stopped(&told[1]), 0, "{policy}");
        // The first team's jobs lie on one cluster, and the broker likes the other better.
        let first: Vec<Row> = vec![(8, 0, 0, 36_000)];
        let told = lab(policy, &[8, 8], &[8, 8], &[(&first, None), (&with(&[(2, 600, 0, 3600)]), None)]);
        assert_eq!((stopped(&told[0]), told[0][0].0), (0, Some(0)), "{policy}");
    }
}

#[test]
fn who_makes_room_within_its_share_moves_to_what_another_borrows() {
    let four: Vec<Row> = (0..4).map(|second| (2, second, 0, 36_000)).collect();
    // The second team's jobs are on the first cluster, and the first's, of which one borrows, on the other. The third may use the first cluster alone.
    for policy in ["preset = \"srtf\"", "preset = \"srsf\""] {
        let rows: [(&[Row], Option<usize>); 3] = [(&four, Some(1)), (&four, None), (&[(2, 600, 0, 3600)], Some(0))];
        let told = lab(policy, &[8, 8], &[6, 8, 2], &rows);
        assert_eq!(told[2][0], (Some(600), Some(4200), 0), "{policy}");
        assert_eq!(told[1].iter().map(|job| job.2).collect::<Vec<_>>(), [0, 0, 0, 1], "{policy}");
        assert!(told[1].iter().all(|job| job.1.is_some_and(|end| end <= 36_003)), "{policy}: {:?}", told[1]);
        assert_eq!(told[0].iter().map(|job| job.2).sum::<u32>(), 1, "{policy}");
    }
}

#[test]
fn an_elastic_borrower_shrinks_to_what_is_its_own_and_grows_back() {
    const SIXTEEN: &str = "elastic = { min = 4, max = 16, resize = \"0 s\" }";
    let one: &[Row] = &[(16, 0, 0, 36_000)];
    let e = |part: &str, sizes: &str, own: &[Row], others: &[Row]| {
        let told =
            lab_with(sizes, &format!("preset = \"easy\"\nelastic = \"{part}\""), &[16], &[8, 8], &[(own, None), (others, None)]);
        (told[0].clone(), told[1].clone())
    };
    for part in ["shrink_expand", "goodput"] {
        // 600 s on sixteen, an hour on eight, the rest on sixteen.
        let told = e(part, SIXTEEN, one, &[(8, 600, 0, 3600)]);
        assert_eq!(told, (vec![(Some(0), Some(37_800), 0)], vec![(Some(600), Some(4200), 0)]), "{part}");
        // The lender asks for four: twelve are left.
        let told = e(part, SIXTEEN, one, &[(4, 600, 0, 3600)]);
        assert_eq!(told, (vec![(Some(0), Some(36_900), 0)], vec![(Some(600), Some(4200), 0)]), "{part}");
        // It comes second and begins with what is its own.
        let told = e(part, SIXTEEN, &[(16, 600, 0, 36_000)], &[(8, 0, 0, 3600)]);
        assert_eq!(told.0, [(Some(600), Some(600 + 3000 + 36_000 - 1500), 0)], "{part}");
        // The lender borrowed all of it: it begins with its own eight, which the lender's rigid job gives back.
        let told = e(part, SIXTEEN, &[(16, 600, 0, 36_000)], &[(4, 0, 0, 3600), (4, 0, 0, 3600), (4, 0, 0, 3600), (4, 0, 0, 3600)]);
        assert_eq!(told.0[0].0, Some(600), "{part}");
        assert_eq!(told.1.iter().map(|job| job.2).sum::<u32>(), 2, "{part}");
    }
    // What cannot shrink as far is stopped, and begins again as soon as it may.
    let told = e("shrink_expand", "elastic = { min = 12, max = 16, resize = \"0 s\" }", one, &[(8, 600, 0, 3600)]);
    assert_eq!(told, (vec![(Some(0), Some(39_600), 1)], vec![(Some(600), Some(4200), 0)]));
    // Two borrowers shrink alike.
    let told = e("shrink_expand", SIXTEEN, &[(8, 0, 0, 36_000), (8, 0, 0, 36_000)], &[(8, 600, 0, 3600)]);
    assert_eq!(told.0, [(Some(0), Some(37_800), 0); 2]);
}

#[test]
fn a_team_stops_its_own_for_what_is_more_important() {
    // Its quota is used up by a job of lower priority.
    assert_eq!(within(8, &[8], &[&[(8, 0, 0), (8, 600, 10)]])[0][1], (Some(600), 0));
    // One of two full teams wants two GPUs more: one of its own is stopped, and none of the other.
    let full: [&[(u64, u64, i32)]; 2] =
        [&[(2, 0, 0), (2, 0, 0), (2, 0, 0), (2, 0, 0), (2, 600, 10)], &[(2, 0, 0), (2, 0, 0), (2, 0, 0), (2, 0, 0)]];
    let told = within(16, &[8, 8], &full);
    assert_eq!(told[0][4], (Some(600), 0));
    let stopped = |team: usize| told[team].iter().map(|(_, stopped)| stopped).sum::<u32>();
    assert_eq!([stopped(0), stopped(1)], [1, 0]);
    // What is free of the other's quota is borrowed first: of ten and nine used, one is stopped and one borrowed.
    let borrowing: [&[(u64, u64, i32)]; 2] = [&[(1, 0, 0); 10], &[(1, 0, 0); 9]];
    let more: Vec<(u64, u64, i32)> = borrowing[0].iter().copied().chain([(2, 600, 10)]).collect();
    let told = within(20, &[10, 10], &[&more, borrowing[1]]);
    assert_eq!(told[0][10], (Some(600), 0));
    assert_eq!(told.iter().flatten().map(|(_, stopped)| stopped).sum::<u32>(), 1);
    // Equal priority waits, and so does what would not fit after all.
    assert_eq!(within(8, &[8], &[&[(8, 0, 10), (8, 600, 10)]])[0][1], (Some(36_000), 0));
    let told = within(8, &[8], &[&[(4, 0, 0), (4, 0, 10), (8, 600, 5)]]);
    assert_eq!(told[0], [(Some(0), 0), (Some(0), 0), (Some(36_000), 0)]);
}

#[test]
fn who_may_not_reclaim_waits() {
    // Where clusters are packed anew nobody has a claim to go on, and who stays within its quota comes first.
    for policy in POLICIES.into_iter().filter(|&policy| !matches!(policy, "srtf" | "las2d" | "fair")) {
        let model = lending(&format!("preset = \"{policy}\""), "reclaim = \"never\"", "");
        assert_eq!(told(&model), (Some(10), vec![Some(10); 4], 0), "{policy}");
    }
}

#[test]
fn limits_hold_although_gpus_are_free() {
    // The levels of `las2d` stop and start the borrower's jobs in turn.
    for policy in POLICIES.into_iter().filter(|&policy| policy != "las2d") {
        let preset = format!("preset = \"{policy}\"");
        // 40 of its own and 20 borrowed: the fourth job waits for quota alone, until the lender's job takes the free GPUs. In the first second
        // there is a job of one GPU, for which the third waits.
        let model = lending(&preset, "", "borrowing_limit_gpus = 20");
        assert_eq!(told(&model), (Some(3), vec![Some(10), Some(10), Some(10), Some(20)], 0), "{policy}");
        let found = explained(&model);
        let waiting = found.waiting.expect("asked for");
        let quota: i64 = waiting.jobs.iter().map(|job| job.by_cause[Cause::Quota as usize].ms()).sum();
        assert_eq!(quota, 10_801_000, "{policy}");
        // The lender keeps 40 of its 60 for itself.
        let model = lending(&preset, "lending_limit_gpus = 20", "");
        assert_eq!(told(&model).1.iter().flatten().max(), Some(&20), "{policy}");
    }
}

#[test]
fn a_gang_beyond_all_quota_is_turned_away() {
    // Jobs of 20 GPUs may borrow, the one of 40 may not: its team has 30 and is in no cohort.
    let text = |team: &str| {
        format!(
            "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-03\nreplications = 1\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\ngpu = \"H100\"\n\
             region = \"us-va\"\nprice_usd_per_gpu_hour = 2\nramp = [{{ date = 2026-01-01, gpus = 80 }}]\n[team.w]\n{team}\n\
             [workload.w]\njobs_per_day = 20\ngpus = {{ table = [[16, 1], [40, 1]] }}\nduration = \"1 h\"\n"
        )
    };
    let sizes = |team: &str| {
        let model = model(&text(team));
        let found = explained(&model);
        let all = jobs(&model, &found);
        let count = |gpus: u64, rejected: bool| {
            all.iter().filter(|(_, job)| job.gpus == gpus && matches!(job.state, JobState::Rejected(_)) == rejected).count()
        };
        [count(16, false), count(16, true), count(40, false), count(40, true)]
    };
    let [small, _, large, none] = sizes("");
    assert!(small > 3 && large > 3 && none == 0);
    assert_eq!(sizes("quota_gpus = 30"), [small, 0, 0, large]);
    assert_eq!(sizes("quota_gpus = 40"), [small, 0, large, 0]);
}

/// What holds after each pass.
fn look(view: View<'_>) {
    let quota = view.quota().expect("quotas");
    let running: Vec<&JobFacts> = view.clusters().flat_map(|cluster| view.victims(cluster)).map(|(_, facts)| facts).collect();
    for index in 0..3_usize {
        let team = Some(TeamId::from(index));
        let node = quota.quotas().team(TeamId::from(index)).expect("a quota").node;
        let held = running.iter().filter(|facts| view.class_of(facts).team == team).map(|facts| facts.gpus).sum::<u64>();
        assert_eq!(held, quota.used(node), "team {index}");
        let (nominal, limit) = (quota.quotas().node(node).nominal, quota.quotas().node(node).borrowing_limit);
        assert!(limit.is_none_or(|limit| held <= nominal + limit), "team {index} uses {held} of {nominal} + {limit:?}");
        let head = view.heads().find(|(other, _)| *other == team).map(|(_, (_, queued))| queued.gpus);
        // All quotas together are no more than there is, so that whoever stays within its own has its GPUs now.
        let is_out = view.is_barred(ClusterId(0));
        assert!(is_out || head.is_none_or(|gpus| held + gpus > nominal), "team {index} waits with {held} of {nominal}: {head:?}");
    }
}

/// A number, or none.
fn limit(key: &str, value: Option<u64>) -> String {
    value.map_or_else(String::new, |value| format!("{key} = {value}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// At every instant no team is beyond its quota and borrowing limit, and nobody who asks for its share waits for it.
    #[test]
    fn nobody_passes_its_limit_and_lenders_have_their_share(
        policy in prop::sample::select(&POLICIES[..]),
        teams in prop::array::uniform3((4u64..30, prop::option::of(0u64..12), prop::option::of(0u64..20))),
        loads in prop::array::uniform3(5u32..80),
        seed in 0u64..1_000_000,
    ) {
        let mut text = format!(
            "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-04\nreplications = 1\nseed = {seed}\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\n\
             gpu = \"H100\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\nnode_gpus = 1\nfailures_per_gpu_day = 0\n\
             ramp = [{{ date = 2026-01-01, gpus = {} }}]\n[policy]\npreset = \"{policy}\"\n[cohort.all]\n[cohort.part]\nparent = \"all\"\n\
             [outage.control]\nkind = \"control-plane\"\nclusters = [\"c\"]\nstart = 2026-01-02T12:00:00Z\nduration = \"12 h\"\n",
            teams.iter().map(|team| team.0).sum::<u64>()
        );
        for (index, ((quota, borrowing, lending), load)) in teams.iter().zip(loads).enumerate() {
            let cohort = if index == 0 { "all" } else { "part" };
            text += &format!(
                "[team.t{index}]\ncohort = \"{cohort}\"\nquota_gpus = {quota}\n{}{}[workload.w{index}]\nteam = \"t{index}\"\n\
                 jobs_per_day = {load}\ngpus = {{ uniform = {{ min = 1, max = 8 }} }}\nduration = {{ exponential = {{ mean = \"5 h\" }} }}\n\
                 priority = {index}\nrestart = \"1 min\"\n",
                limit("borrowing_limit_gpus", *borrowing),
                limit("lending_limit_gpus", *lending),
            );
        }
        let model = model(&text);
        let mut policy = Watched::new(&model, |plan: &mut Plan<'_>| look(plan.view()));
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        let options = Options { waiting: Some(Followed { job: None }), ..Options::default() };
        let found = simulate(&model, 0, &mut policy, options, Control { stop: &stop, progress: &progress });
        prop_assert!(found.is_ok(), "{:?}", found.err());
    }
}
