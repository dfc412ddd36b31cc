//! What can be written behind `run` and `compare` alike.

use super::Format;
use crate::cli::print::say;
use clap::Args;
use skyberth::model::Model;
use skyberth::report::{Folder, StudyKind};
use std::path::{Path, PathBuf};

/// More threads than this are never started.
const MOST_THREADS: usize = 1024;

/// How many futures, with which draws, on how many threads, printed how, written where.
#[derive(Debug, Args)]
pub struct StudyArguments {
    /// Futures to simulate [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replications: Option<u32>,
    /// Root of all random draws [default: the scenario's].
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Threads; 0 is one per processor. Results do not depend on it.
    #[arg(long, value_name = "T", default_value_t = 0)]
    pub threads: usize,
    /// Format of what is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Folder for the files [default: results/<scenario>, or beside it if that holds a study of another kind].
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

impl StudyArguments {
    /// Gives a model the replications and the seed that are asked for.
    pub fn apply(&self, model: &mut Model) {
        model.replications = self.replications.unwrap_or(model.replications);
        model.seed = self.seed.unwrap_or(model.seed);
    }

    /// Threads for so many simulations.
    #[must_use]
    pub fn threads(&self, simulations: usize) -> usize {
        self.threads.min(simulations).min(MOST_THREADS)
    }

    /// Opens the folder: that it cannot be written is better known before the simulation than after it. Results of another kind, which are at the usual
    /// place, stay; those in a folder that was asked for are replaced, and it is said.
    ///
    /// # Errors
    ///
    /// When it cannot be made or written to, or another process writes to it.
    pub fn open_folder(&self, model: &Model, kind: StudyKind) -> Result<Folder, String> {
        let other = |folder: &Path| {
            let found: Vec<StudyKind> = StudyKind::found_in(folder).collect();
            found.first().copied().filter(|_| !found.contains(&kind))
        };
        let Some(folder) = &self.output else {
            let usual = Path::new("results").join(&model.name);
            return match other(&usual) {
                Some(_) => open(&beside(&usual, &format!("-{}", kind.noun()))),
                None => open(&usual),
            };
        };
        if let Some(other) = other(folder).filter(|_| !self.quiet) {
            say(format_args!(
                "warning: {} holds the results of a {}, which are replaced\nhelp: give another folder with -o",
                folder.display(),
                other.noun()
            ));
        }
        open(folder)
    }

    /// The folder for what was found: the one that was opened, or another if the study was stopped. What a stopped study leaves never replaces whole
    /// results.
    ///
    /// # Errors
    ///
    /// As [`Self::open_folder`].
    pub fn folder_for(opened: Folder, interrupted: bool) -> Result<Folder, String> {
        if interrupted { open(&beside(opened.path(), ".interrupted")) } else { Ok(opened) }
    }
}

/// A folder in the same place, whose name is longer.
fn beside(folder: &Path, more: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(more);
    name.into()
}

fn open(path: &Path) -> Result<Folder, String> {
    Folder::open(path).map_err(|error| format!("cannot write to {}: {error}", path.display()))
}
