//! A second simulator of one cluster of single GPUs: a list of waiting jobs, a list of running ones, and nothing else. It is slow and
//! shares no code with the program.

use skyberth::workload::JobDraft;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backfill {
    None,
    Skip,
    Easy,
}

#[derive(Clone, Copy)]
struct Waiting {
    job: usize,
    gpus: u64,
    run: i64,
    estimate: i64,
}

/// When each job starts [ms], in the order given, by the rules of `backfill`; `rank` orders the queue. None for those that do not.
pub(crate) fn starts(
    drafts: &[JobDraft],
    gpus: u64,
    horizon: i64,
    backfill: Backfill,
    rank: fn(&JobDraft) -> (i64, i64),
) -> Vec<Option<i64>> {
    let mut starts = vec![None; drafts.len()];
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut running: Vec<(i64, i64, u64)> = Vec::new(); // end, estimated end, GPUs
    let mut next = 0;
    loop {
        let submitted = drafts.get(next).map(|draft| draft.submit.ms());
        let ended = running.iter().map(|(end, _, _)| *end).min();
        let Some(now) = [submitted, ended].into_iter().flatten().min().filter(|now| *now < horizon) else { return starts };
        running.retain(|(end, _, _)| *end > now);
        while let Some(draft) = drafts.get(next).filter(|draft| draft.submit.ms() == now) {
            waiting.push(Waiting { job: next, gpus: draft.gpus, run: draft.run.ms(), estimate: draft.estimate.ms() });
            next += 1;
        }
        waiting.sort_by_key(|waiting| (rank(&drafts[waiting.job]), waiting.job));
        let free = |running: &[(i64, i64, u64)]| gpus - running.iter().map(|(_, _, gpus)| gpus).sum::<u64>();
        let mut start = |place: usize, waiting: &mut Vec<Waiting>, running: &mut Vec<(i64, i64, u64)>| {
            let job = waiting.remove(place);
            starts[job.job] = Some(now);
            running.push((now + job.run, now + job.estimate, job.gpus));
        };
        while waiting.first().is_some_and(|head| head.gpus <= free(&running)) {
            start(0, &mut waiting, &mut running);
        }
        let Some(head) = waiting.first().copied() else { continue };
        let (mut shadow, mut extra) = (i64::MAX, u64::MAX);
        if backfill == Backfill::Easy {
            let mut ends: Vec<i64> = running.iter().map(|(_, estimated, _)| (*estimated).max(now)).collect();
            ends.sort_unstable();
            let free_by = |time: i64| {
                free(&running) + running.iter().filter(|(_, end, _)| (*end).max(now) <= time).map(|(_, _, gpus)| gpus).sum::<u64>()
            };
            shadow = ends.into_iter().find(|end| free_by(*end) >= head.gpus).expect("an empty cluster holds any job");
            extra = free_by(shadow) - head.gpus;
        }
        let mut place = 1;
        while backfill != Backfill::None && place < waiting.len() {
            let job = waiting[place];
            let ends_before = now + job.estimate <= shadow;
            if job.gpus <= free(&running) && (ends_before || job.gpus <= extra) {
                if !ends_before {
                    extra -= job.gpus;
                }
                start(place, &mut waiting, &mut running);
            } else {
                place += 1;
            }
        }
    }
}
