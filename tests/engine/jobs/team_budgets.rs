//! Teams with budgets by period, worked out by hand: sixteen GPUs at 2 USD, jobs of eight GPUs and ten hours, which use 80 GPU-hours each.

use super::quotas::{Fate, Row, fates, lab_text};
use super::{close, explained, mean, model, summary};
use skyberth::metrics::Cause;

const TEN_HOURS: u64 = 36_000;
/// The first of February \[s\].
const FEBRUARY: i64 = 31 * 86_400;
const MARCH: i64 = 59 * 86_400;
/// Those that start jobs in the order in which they came and stop none.
const POLICIES: [&str; 6] = ["fifo", "fifo-skip", "easy", "conservative", "sjf", "sjf-easy"];
/// Others, which take turns or stop jobs for others.
const STOPPING: [&str; 8] = ["srtf", "srsf", "las", "las2d", "gittins", "priority", "fair", "fair-easy"];

/// Three months of one cluster. The first team's jobs come at once; the second team has one that comes after five hours.
fn text(policy: &str, first: &str, second: &str) -> String {
    text_of(4, policy, first, second)
}

fn text_of(jobs: usize, policy: &str, first: &str, second: &str) -> String {
    let jobs: &[Row] = &vec![(8, 0, 0, TEN_HOURS); jobs];
    let later: &[Row] = &[(8, 18_000, 0, TEN_HOURS)];
    let teams = [first, second].map(|keys| format!("cohort = \"lab\"\nquota_gpus = 16\n{keys}"));
    lab_text("", &format!("preset = \"{policy}\""), &[("H100", 16)], &teams, &[(jobs, None), (later, None)])
        .replace("end = 2026-01-04", "end = 2026-03-31")
}

/// When the jobs of both teams start \[s\].
fn starts(text: &str) -> [Vec<Option<i64>>; 2] {
    let told = fates(text, 2);
    [0, 1].map(|team: usize| {
        let mut starts: Vec<Option<i64>> = told[team].iter().map(|fate: &Fate| fate.0).collect();
        starts.sort_unstable_by_key(|start| start.unwrap_or(i64::MAX));
        starts
    })
}

#[test]
fn who_has_used_its_budget_up_starts_nothing_until_the_next_period() {
    for policy in POLICIES {
        let text = text(policy, "budget = { gpu_hours = 100 }", "");
        // Two jobs use 100 GPU-hours in 6.25 h and 160 by their end. The others wait for February, of which they use as much again: what went beyond
        // January's budget is forgiven. They do not block the other team, whose job waits for GPUs alone.
        let [first, second] = starts(&text);
        assert_eq!(first, [Some(0), Some(0), Some(FEBRUARY), Some(FEBRUARY)], "{policy}");
        assert_eq!(second, [Some(36_000)], "{policy}");
        let spent = mean(&summary(&model(&text)), "budget_spent_time_share", "team", "t0");
        close(spent, (744.0 - 6.25 + 672.0 - 6.25) / (90.0 * 24.0), 1e-9);
    }
}

#[test]
fn a_budget_of_money_counts_at_the_price_of_the_day_or_the_standard_rate() {
    let spent = |budget: &str, more: &str| {
        let text = text("fifo", &format!("budget = {{ {budget} }}"), "") + more;
        mean(&summary(&model(&text)), "budget_spent_time_share", "team", "t0")
    };
    let in_gpu_hours = spent("gpu_hours = 100", "");
    close(spent("usd = 200", ""), in_gpu_hours, 1e-9);
    close(spent("usd = 400", "[charge_back]\nusd_per_gpu_hour = 4\n"), in_gpu_hours, 1e-9);
    // The price doubles on the second day: eight GPUs for 80 h have used 24 x 16 USD by then, and use 32 USD an hour afterwards.
    let jobs: &[Row] = &[(8, 0, 0, 80 * 3600)];
    let doubled = lab_text(
        "",
        "preset = \"fifo\"",
        &[("H100", 16)],
        &["budget = { usd = 1000, period = \"quarter\" }".to_owned()],
        &[(jobs, None)],
    )
    .replace(
        "price_usd_per_gpu_hour = 2\n",
        "price_usd_per_gpu_hour = 2\nprice_steps = [{ date = 2026-01-02, price_usd_per_gpu_hour = 4 }]\n",
    )
    .replace("end = 2026-01-04", "end = 2026-03-31");
    let share = mean(&summary(&model(&doubled)), "budget_spent_time_share", "team", "t0");
    close(share, 1.0 - (24.0 + (1000.0 - 24.0 * 16.0) / 32.0) / (90.0 * 24.0), 1e-6);
}

#[test]
fn whatever_the_policy_nothing_starts_without_a_budget() {
    for policy in STOPPING {
        let [first, second] = starts(&text_of(12, policy, "budget = { gpu_hours = 100 }", ""));
        // At least 100 GPU-hours in 6.25 h, with a few minutes for restarts; at most in 12.5 h, where the other team has half of the GPUs.
        let is_allowed = |start: i64| start <= 45_000 || (FEBRUARY..FEBRUARY + 45_000).contains(&start) || start >= MARCH;
        assert!(first.iter().flatten().all(|&start| is_allowed(start)), "{policy}: {first:?}");
        let ends =
            fates(&text_of(12, policy, "budget = { gpu_hours = 100 }", ""), 2)[0].iter().map(|fate| fate.1).collect::<Vec<_>>();
        assert!(ends.iter().any(|end| end.is_none_or(|end| end >= FEBRUARY)), "{policy}: {ends:?}");
        assert!(second[0].is_some_and(|start| start <= 72_000), "{policy}: {second:?}");
    }
}

#[test]
fn who_borrows_from_its_next_period_has_less_then() {
    for policy in POLICIES {
        // 160 of 200 are used after ten hours, and two more jobs make it 320. February has 100 - 220 of its own and 100 of March's: nothing. March
        // has 100 - 120 and no period after it to borrow from.
        let [first, second] = starts(&text_of(5, policy, "budget = { gpu_hours = 100, borrowing = \"next_period\" }", ""));
        assert_eq!(first, [Some(0), Some(0), Some(36_000), Some(36_000), None], "{policy}");
        assert_eq!(second, [Some(72_000)], "{policy}");
        // With 200 a month, four jobs are 320 of 400, and two more may start.
        let [first, second] = starts(&text_of(6, policy, "budget = { gpu_hours = 200, borrowing = \"next_period\" }", ""));
        assert_eq!(first, [Some(0), Some(0), Some(36_000), Some(36_000), Some(72_000), Some(72_000)], "{policy}");
        assert_eq!(second, [Some(108_000)], "{policy}");
    }
}

#[test]
fn a_cohort_lends_what_others_have_left() {
    let lent = "budget = { gpu_hours = 100, borrowing = \"cohort\" }";
    for policy in POLICIES {
        // 160 of 200 are used after ten hours, and two more jobs make it 320: the others wait.
        let [first, second] = starts(&text_of(6, policy, lent, "budget = { gpu_hours = 100 }"));
        assert_eq!(first, [Some(0), Some(0), Some(36_000), Some(36_000), Some(FEBRUARY), Some(FEBRUARY)], "{policy}");
        assert_eq!(second, [Some(72_000)], "{policy}: what is its own is its own");
        // Of another period, nothing is lent.
        let [first, _] = starts(&text(policy, lent, "budget = { gpu_hours = 1000, period = \"year\" }"));
        assert_eq!(first[2], Some(FEBRUARY), "{policy}");
    }
}

#[test]
fn it_is_said_why_jobs_wait_and_gpus_idle() {
    let model = model(&text("easy", "budget = { gpu_hours = 100 }", ""));
    let found = explained(&model).waiting.expect("asked for");
    let theirs = found.jobs.iter().filter(|job| job.workload.index() == 0 && job.first_wait.ms() > 0);
    for job in theirs {
        let hours = job.by_cause[Cause::Budget as usize].ms() / 3_600_000;
        assert!(hours > 730, "{job:?}");
    }
    let budget = skyberth::metrics::IdleCause::Budget as usize;
    // Sixteen GPUs without the other team's job from 20 h to February, and eight of them from 10 h on.
    let idle: f64 = found.idle.iter().map(|row| row[0][budget].hours()).sum();
    close(idle, 16.0 * (744.0 - 20.0) + 8.0 * 10.0, 1e-9);
}

#[test]
fn a_budget_of_nothing_starts_nothing() {
    let [first, second] = starts(&text("conservative", "budget = { usd = 0 }", ""));
    assert_eq!(first, [None; 4]);
    assert_eq!(second, [Some(18_000)]);
}
