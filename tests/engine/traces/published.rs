//! Where the traces are.

use flate2::read::MultiGzDecoder;
use skyberth::workload::trace::{self, Format, Options, Trace};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file among the traces; none, with a message, where it is not there: they are not part of the repository.
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: {} is not there", file.display());
    None
}

/// Reads a trace whose format must be guessed rightly.
pub fn read(path: &str, format: Format, options: &Options) -> Option<Trace> {
    let file = shared(path)?;
    let trace = trace::read(&file, None, options).unwrap_or_else(|error| panic!("{error}"));
    let named = trace::read(&file, Some(format), options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(trace, named, "{path} was not taken for {format}");
    Some(trace)
}

/// The text of a compressed file.
pub fn text(path: &Path) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(File::open(path).expect("a file")).read_to_string(&mut text).expect("text");
    text
}
