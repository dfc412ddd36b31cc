//! A folder of results: one writer at a time, and at any instant the results of one study or of the one before it, never a mix.
//!
//! New files are made in a folder within it. Once all are there, a plan is written which says what leaves; from then on the new results
//! count. What is left to do - renaming files into their place, deleting those of the old study - is done at once, or by the process that opens the folder
//! next if the program dies before. A plan that is not there yet means that the old results count.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Where new files are made.
const NEW: &str = ".new";
/// The files that leave, one a line, once all new ones are there.
const PLAN: &str = "plan";

/// A folder that only this process writes to.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Holds the lock until it is closed.
    lock: File,
}

impl Folder {
    /// Makes the folder if it is not there, finishes what a process that died has begun, and keeps other writers out.
    ///
    /// # Errors
    ///
    /// When it cannot be made or written to, or another process writes to it.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let folder = Self { path: path.to_owned(), lock: lock(path)? };
        settle(path)?;
        fs::create_dir_all(folder.new_files())?;
        Ok(folder)
    }

    /// Where the new files are to be written.
    #[must_use]
    pub fn new_files(&self) -> PathBuf {
        self.path.join(NEW)
    }

    /// Puts the new files into their place; files of an older study, known by their names, leave.
    ///
    /// # Errors
    ///
    /// When something cannot be written. Until the plan is there, the old results are as they were.
    pub fn replace(self, is_of_a_study: impl Fn(&str) -> bool) -> io::Result<()> {
        let new = self.new_files();
        let there = names(&new)?;
        for name in &there {
            File::open(new.join(name))?.sync_all()?;
        }
        let leaving = names(&self.path)?.into_iter().filter(|name| is_of_a_study(name) && !there.contains(name));
        let plan: String = leaving.map(|name| name + "\n").collect();
        super::write_file(&new.join(PLAN), |out| out.write_all(plan.as_bytes()))?;
        File::open(new.join(PLAN))?.sync_all()?;
        carry_out(&self.path)
    }
}

/// What was begun and is not needed goes.
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = settle(&self.path);
        let _ = self.lock.unlock();
    }
}

/// Finishes what a process that died has begun in a folder that is going to be read.
///
/// # Errors
///
/// When another process writes to it, or it would have to be written to and cannot.
pub fn finish(path: &Path) -> io::Result<()> {
    if !path.join(NEW).exists() {
        return Ok(());
    }
    let _lock = lock(path)?;
    settle(path)
}

fn settle(path: &Path) -> io::Result<()> {
    let new = path.join(NEW);
    if new.join(PLAN).exists() {
        carry_out(path)
    } else if new.exists() {
        fs::remove_dir_all(new)
    } else {
        Ok(())
    }
}

/// Can be begun again wherever it was stopped: the plan goes last.
fn carry_out(path: &Path) -> io::Result<()> {
    let new = path.join(NEW);
    for name in fs::read_to_string(new.join(PLAN))?.lines() {
        let old = path.join(name);
        if old.exists() {
            fs::remove_file(old)?;
        }
    }
    for name in names(&new)?.into_iter().filter(|name| name != PLAN) {
        fs::rename(new.join(&name), path.join(&name))?;
    }
    fs::remove_file(new.join(PLAN))?;
    fs::remove_dir_all(new)
}

/// The files of a folder, without those in folders within it.
fn names(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.extend(entry.file_name().into_string());
        }
    }
    Ok(names)
}

/// Keeps other processes out, until the file is closed. Where files cannot be locked, they are not.
fn lock(path: &Path) -> io::Result<File> {
    let file = if cfg!(unix) { File::open(path)? } else { File::create(path.join(".lock"))? };
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another process writes its results there; wait for it, or give another folder with -o",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [&str; 3] = ["a.csv", "b.csv", "c.csv"];

    fn content(folder: &Path) -> Vec<(String, String)> {
        let names = names(folder).expect("readable");
        names.into_iter().map(|name| (name.clone(), fs::read_to_string(folder.join(name)).expect("text"))).collect()
    }

    /// Old results, a file of the user's, and new results that are written but not in place.
    fn begun() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().expect("a folder");
        for name in ["a.csv", "b.csv", "notes.txt"] {
            fs::write(place.path().join(name), "old").expect("written");
        }
        let folder = Folder::open(place.path()).expect("opened");
        for name in ["b.csv", "c.csv"] {
            fs::write(folder.new_files().join(name), "new").expect("written");
        }
        (place, folder)
    }

    fn old() -> Vec<(String, String)> {
        ["a.csv", "b.csv", "notes.txt"].map(|name| (name.to_owned(), "old".to_owned())).to_vec()
    }

    fn new() -> Vec<(String, String)> {
        [("b.csv", "new"), ("c.csv", "new"), ("notes.txt", "old")].map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()
    }

    #[test]
    fn new_results_take_the_place_of_old_ones_and_nothing_else() {
        let (place, folder) = begun();
        folder.replace(|name| OURS.contains(&name)).expect("replaced");
        assert_eq!(content(place.path()), new());
        assert!(!place.path().join(NEW).exists());
    }

    #[test]
    fn a_study_that_stops_leaves_the_old_results() {
        let (place, folder) = begun();
        drop(folder);
        assert_eq!(content(place.path()), old());
        assert!(!place.path().join(NEW).exists());
    }

    #[test]
    fn whoever_comes_next_finishes_from_every_step() {
        // All states that a process can leave behind which is killed between two steps, by how many steps it has made.
        let steps: [&dyn Fn(&Path); 6] = [
            &|path| fs::write(path.join(NEW).join(PLAN), "a.csv\n").expect("written"),
            &|path| fs::remove_file(path.join("a.csv")).expect("removed"),
            &|path| fs::rename(path.join(NEW).join("b.csv"), path.join("b.csv")).expect("renamed"),
            &|path| fs::rename(path.join(NEW).join("c.csv"), path.join("c.csv")).expect("renamed"),
            &|path| fs::remove_file(path.join(NEW).join(PLAN)).expect("removed"),
            &|path| fs::remove_dir_all(path.join(NEW)).expect("removed"),
        ];
        for made in 0..=steps.len() {
            let (place, folder) = begun();
            // As if the process had died: what it holds open is closed, and nothing else happens.
            let lock = folder.lock.try_clone().expect("a handle");
            lock.unlock().expect("unlocked");
            std::mem::forget(folder);
            steps[..made].iter().for_each(|step| step(place.path()));
            finish(place.path()).expect("finished");
            assert_eq!(content(place.path()), if made == 0 { old() } else { new() }, "{made} steps");
            assert!(!place.path().join(NEW).exists());
        }
    }

    #[test]
    fn a_second_writer_is_refused() {
        let (place, folder) = begun();
        let refused = Folder::open(place.path()).expect_err("a second writer");
        assert!(refused.to_string().contains("another process writes its results there"), "{refused}");
        assert!(finish(place.path()).is_err(), "nor is it read meanwhile");
        drop(folder);
        assert!(Folder::open(place.path()).is_ok());
    }
}
