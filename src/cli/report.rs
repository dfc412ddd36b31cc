//! `skyberth report`.

use super::Exit;
use super::arguments::ReportArguments;
use crate::report::{Exporter, Html, read, write_file};

/// Writes the page of a results folder again.
pub(super) fn report(arguments: &ReportArguments) -> Exit {
    let folder = &arguments.folder;
    let report = match read(folder) {
        Ok(report) => report,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return Exit::Invalid;
        }
    };
    match write_file(&folder.join(Html.file()), |out| Html.write(&report, out)) {
        Ok(path) => {
            anstream::eprintln!("{}", path.display());
            Exit::Done
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            Exit::Failed
        }
    }
}
