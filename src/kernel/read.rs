//! Files that are read: regular ones, up to a size, so that reading ends.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// What a scenario may be long [bytes].
pub const MOST_SCENARIO: u64 = 64_000_000;
/// What a file of results may be long [bytes].
pub const MOST_RESULTS: u64 = 2_000_000_000;

/// Standard input, and other files that the caller of the program has opened for it, such as `<(command)` of a shell.
const OPENED: [&str; 2] = ["/dev/stdin", "/dev/fd/"];

/// Opens a regular file, or what has been opened for the program already.
///
/// # Errors
///
/// When it cannot be opened, or is a folder, a device or a pipe, from which reading may never end.
pub fn open(path: &Path) -> io::Result<File> {
    let kind = fs::metadata(path)?;
    let is_opened = path.to_str().is_some_and(|path| OPENED.iter().any(|opened| path.starts_with(opened)));
    let is_readable = kind.is_file() || is_opened && !kind.is_dir();
    if !is_readable {
        let what = if kind.is_dir() { "it is a folder" } else { "it is a device or a pipe, and not a regular file" };
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    File::open(path)
}

/// Reads a whole file of up to so many bytes.
///
/// # Errors
///
/// As [`open`], and when it is longer.
pub fn whole(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more tells that there is more.
    open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is longer than the limit of {} MB", most / 1_000_000)));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_the_limit_is_refused_while_it_is_read() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "12345").expect("written");
        assert_eq!(whole(file.path(), 5).expect("read"), b"12345");
        assert!(whole(file.path(), 4).expect_err("too long").to_string().contains("longer than the limit of 0 MB"));
    }

    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(whole(folder.path(), 5).expect_err("a folder").to_string().contains("a folder"));
        #[cfg(unix)]
        assert!(whole(Path::new("/dev/zero"), 5).expect_err("a device").to_string().contains("not a regular file"));
    }
}
