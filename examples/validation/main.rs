//! Holds the program against published schedules and closed forms, and prints the page about it:
//! `cargo run --release --example validation -- ../shared > docs/validation.md`.

mod agreement;
mod closed_forms;
mod heterogeneous;
mod packing;
mod page;
mod schedules;

use rayon::join;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(shared) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: validation FOLDER, where FOLDER holds traces/ and reference/ (see docs/validation.md)");
        return ExitCode::from(2);
    };
    let queues = || -> Vec<_> { closed_forms::queues(3.0).into_iter().map(|queue| (queue.measure(200), queue)).collect() };
    let rounds = || {
        let rounds = heterogeneous::gavel(&shared);
        let ties = heterogeneous::ties(&shared, &rounds);
        (rounds, ties)
    };
    let schedules = || join(|| join(|| schedules::tiresias(&shared), || schedules::helios(&shared)), || schedules::batch(&shared));
    let (((tiresias, helios), batch), ((rounds, ties), (packed, measured))) =
        join(schedules, || join(rounds, || join(|| packing::fgd(&shared), queues)));
    print!("{}", page::page(&[tiresias, helios, batch], (&rounds, &ties), &packed, &measured));
    ExitCode::SUCCESS
}
