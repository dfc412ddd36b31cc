//! What can be written behind `run` and `compare` alike.

use super::Format;
use clap::Args;
use skyberth::model::Model;
use skyberth::report::Folder;
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
    /// Folder for the files [default: results/<scenario>].
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

    /// Where the files go. What a stopped study leaves never replaces whole results.
    #[must_use]
    pub fn folder(&self, model: &Model, interrupted: bool) -> PathBuf {
        let folder = self.output.clone().unwrap_or_else(|| Path::new("results").join(&model.name));
        if !interrupted {
            return folder;
        }
        let mut name = folder.into_os_string();
        name.push(".interrupted");
        name.into()
    }

    /// Opens the folder: that it cannot be written is better known before the simulation than after it.
    ///
    /// # Errors
    ///
    /// When it cannot be made or written to, or another process writes to it.
    pub fn open_folder(&self, model: &Model) -> Result<Folder, String> {
        open(&self.folder(model, false))
    }

    /// The folder for what was found: the one that was opened, or another if the study was stopped.
    ///
    /// # Errors
    ///
    /// As [`Self::open_folder`].
    pub fn folder_for(&self, model: &Model, opened: Folder, interrupted: bool) -> Result<Folder, String> {
        if interrupted { open(&self.folder(model, true)) } else { Ok(opened) }
    }

    /// Says that the folder holds other results, known by their file: there is one page in a folder.
    pub fn warn_of(&self, model: &Model, file: &str, what: &str) {
        let folder = self.folder(model, false);
        if !self.quiet && folder.join(file).exists() {
            anstream::eprintln!(
                "warning: {} holds the results of {what}, whose report.html is replaced\nhelp: give another folder with -o",
                folder.display()
            );
        }
    }
}

fn open(path: &Path) -> Result<Folder, String> {
    Folder::open(path).map_err(|error| format!("cannot write to {}: {error}", path.display()))
}
