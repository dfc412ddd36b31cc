//! The progress bar: simulated time over all replications, on a terminal only.

use super::Exit;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use skyberth::model::Model;
use skyberth::study::Progress;
use std::io::IsTerminal;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The study that is running, if there is one.
static RUNNING: Mutex<Option<Arc<Progress>>> = Mutex::new(None);

/// From now on Ctrl-C, and whatever else asks the program to stop, stops a study, which keeps what it has finished. Where there is none, and the
/// second time, the program ends at once: a folder of results is whole at any instant.
pub(super) fn listen() {
    let stop = || {
        let running = RUNNING.lock().ok().and_then(|running| running.clone());
        if running.is_none_or(|progress| progress.stop.swap(true, Ordering::Relaxed)) {
            std::process::exit(Exit::Interrupted as i32);
        }
    };
    // Without a handler the system ends the program.
    let _ = ctrlc::set_handler(stop);
}

/// The line to a study that Ctrl-C stops: within a simulated month.
pub(super) fn stoppable() -> Arc<Progress> {
    let progress = Arc::new(Progress::default());
    if let Ok(mut running) = RUNNING.lock() {
        *running = Some(Arc::clone(&progress));
    }
    progress
}

/// Shows `progress` until `work` is done.
pub(super) fn watch<T: Send>(model: &Model, progress: &Progress, quiet: bool, work: impl FnOnce() -> T + Send) -> T {
    let total = model.horizon().ms().unsigned_abs().saturating_mul(u64::from(model.replications));
    let message = |done| format!("{done} of {} replications", model.replications);
    watch_bar(total, progress, quiet, message, work)
}

/// Shows `progress` of a comparison that takes so many simulations a future until `work` is done.
pub(super) fn watch_comparison<T: Send>(
    model: &Model,
    simulations: usize,
    progress: &Progress,
    quiet: bool,
    work: impl FnOnce() -> T + Send,
) -> T {
    let simulations = simulations.saturating_mul(model.replications as usize) as u64;
    let total = model.horizon().ms().unsigned_abs().saturating_mul(simulations);
    watch_bar(total, progress, quiet, |done| format!("{done} of {simulations} simulations"), work)
}

/// Shows `progress` towards a simulated time [ms] until `work` is done.
pub(super) fn watch_total<T: Send>(total: u64, progress: &Progress, quiet: bool, work: impl FnOnce() -> T + Send) -> T {
    watch_bar(total, progress, quiet, |_| "submissions".to_owned(), work)
}

fn watch_bar<T: Send>(
    total: u64,
    progress: &Progress,
    quiet: bool,
    message: impl Fn(u64) -> String,
    work: impl FnOnce() -> T + Send,
) -> T {
    if quiet || !std::io::stderr().is_terminal() {
        return work();
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{bar:28}] {percent:>3} %, {eta} left") {
        bar.set_style(style.progress_chars("=> "));
    }
    let outcome = std::thread::scope(|scope| {
        let worker = scope.spawn(work);
        while !worker.is_finished() {
            let done = progress.finished.load(Ordering::Relaxed);
            bar.set_message(message(done));
            bar.set_position(progress.simulated_ms.load(Ordering::Relaxed).min(total));
            std::thread::sleep(Duration::from_millis(50));
        }
        worker.join()
    });
    bar.finish_and_clear();
    match outcome {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
