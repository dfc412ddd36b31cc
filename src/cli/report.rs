//! `skyberth report`.

use super::Exit;
use super::arguments::ReportArguments;
use super::print::say;
use super::refusal::{failed, invalid};
use skyberth::report::{COMPARISON_JSON, Exporter, Html, Reading, SummaryJson, comparison_html, read, read_comparison, write_file};
use std::io;
use std::path::{Path, PathBuf};

/// Writes the page of a results folder again: that of a run or that of a comparison.
pub(super) fn report(arguments: &ReportArguments) -> Exit {
    match page(&arguments.folder) {
        Ok(path) => {
            say(format_args!("{}", path.display()));
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn page(folder: &Path) -> Result<PathBuf, Exit> {
    // A study that was killed while it replaced older results has left the rest to the next process.
    let _reading = Reading::of(folder).map_err(|error| {
        let place = folder.display();
        match error.kind() {
            io::ErrorKind::NotFound => {
                invalid(format!("{place}: {error}\nhelp: give a folder that `skyberth run` or `skyberth compare` wrote"))
            }
            _ => failed(format!("{place}: {error}")),
        }
    })?;
    let is_there = |file: &str| folder.join(file).exists();
    let write = |page: &dyn Fn(&mut dyn io::Write) -> io::Result<()>| {
        write_file(&folder.join(Html.file()), |out| page(out)).map_err(failed)
    };
    match (is_there(SummaryJson.file()), is_there(COMPARISON_JSON)) {
        (true, true) => Err(invalid(format!(
            "{folder} holds the results of a run and of a comparison, and there is one report.html\n\
             help: give each a folder of its own with -o, or move {COMPARISON_JSON} or {summary} elsewhere",
            folder = folder.display(),
            summary = SummaryJson.file()
        ))),
        (false, true) => {
            let comparison = read_comparison(folder).map_err(invalid)?;
            write(&|out| comparison_html(&comparison, out))
        }
        _ => {
            let report = read(folder).map_err(invalid)?;
            write(&|out| Html.write(&report, out))
        }
    }
}
