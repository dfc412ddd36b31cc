//! A folder of results: one writer at a time, and at any instant the results of one study or of the one before it, never a mix.
//!
//! New files are made in a folder within it. Once all are there, a plan is written which says what leaves; from then on the new results
//! count. What is left to do - renaming files into their place, deleting those of the old study - is done at once, or by the process that opens the folder
//! next if the program dies before. A plan that is not there yet means that the old results count.

use super::files::UNFINISHED;
use super::{StudyKind, is_of_a_study, write_file};
use crate::kernel::read;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Where new files are made.
const NEW: &str = ".skyberth-new";
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
    /// When it cannot be made or written to, another process writes to it, or results would take the place of what no study has written.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let folder = Self { path: path.to_owned(), lock: lock(path)? };
        settle(path)?;
        replaceable(path)?;
        fs::create_dir(folder.new_files())?;
        Ok(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the new files are to be written.
    #[must_use]
    pub fn new_files(&self) -> PathBuf {
        self.path.join(NEW)
    }

    /// Puts the new files into their place; files of the older study, of whatever kind it was, leave.
    ///
    /// # Errors
    ///
    /// When something cannot be written. Until the plan is there, the old results are as they were.
    pub fn replace(self) -> io::Result<()> {
        let new = self.new_files();
        let there = names(&new)?;
        for name in &there {
            File::open(new.join(name))?.sync_all()?;
        }
        let leaving = names(&self.path)?.into_iter().filter(|name| is_of_a_study(&self.path, name) && !there.contains(name));
        let plan: String = leaving.map(|name| name + "\n").collect();
        write_file(&new.join(PLAN), |out| out.write_all(plan.as_bytes()))?;
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

/// A folder of results that nothing changes while it is read.
#[derive(Debug)]
pub struct Reading {
    /// Holds the lock until it is closed.
    _lock: File,
}

impl Reading {
    /// Finishes what a process that died has begun, and keeps writers out.
    ///
    /// # Errors
    ///
    /// When it is not there, another process writes to it, or it would have to be written to and cannot.
    pub fn of(path: &Path) -> io::Result<Self> {
        let lock = lock(path)?;
        settle(path)?;
        Ok(Self { _lock: lock })
    }
}

fn settle(path: &Path) -> io::Result<()> {
    let new = path.join(NEW);
    match fs::symlink_metadata(&new) {
        Ok(found) if !found.is_dir() => Err(not_ours(&new)),
        Ok(_) if new.join(PLAN).exists() => carry_out(path),
        Ok(_) => discard(&new),
        Err(_) => Ok(()),
    }
}

/// Deletes new files that never came to count, and nothing else.
fn discard(new: &Path) -> io::Result<()> {
    for name in names(new)? {
        if !name.starts_with(UNFINISHED) && !is_of_a_study(new, &name) {
            return Err(not_ours(&new.join(name)));
        }
        fs::remove_file(new.join(name))?;
    }
    fs::remove_dir(new)
}

/// Can be begun again wherever it was stopped: the plan goes last. A plan that names what no study writes is not one of ours, and nothing is done.
fn carry_out(path: &Path) -> io::Result<()> {
    let new = path.join(NEW);
    let plan = String::from_utf8(read::whole(&new.join(PLAN), read::MOST_SCENARIO)?).map_err(|_| not_ours(&new.join(PLAN)))?;
    let there = names(path)?;
    let is_ours = |folder: &Path, name: &str| is_plain(name) && is_of_a_study(folder, name);
    let leaving: Vec<&str> = plan.lines().filter(|&name| !is_plain(name) || there.contains(name)).collect();
    let coming: Vec<String> = names(&new)?.into_iter().filter(|name| name != PLAN && !name.starts_with(UNFINISHED)).collect();
    if leaving.iter().any(|name| !is_ours(path, name)) {
        return Err(not_ours(&new.join(PLAN)));
    }
    if let Some(other) = coming.iter().find(|name| !is_ours(&new, name)) {
        return Err(not_ours(&new.join(other)));
    }
    for name in leaving {
        fs::remove_file(path.join(name))?;
    }
    for name in coming {
        fs::rename(new.join(&name), path.join(&name))?;
    }
    for name in names(&new)?.into_iter().filter(|name| name.starts_with(UNFINISHED)) {
        fs::remove_file(new.join(name))?;
    }
    fs::remove_file(new.join(PLAN))?;
    fs::remove_dir(new)
}

/// Whether a text is the name of a file, and does not lead out of its folder.
fn is_plain(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|last| last == name)
}

fn not_ours(path: &Path) -> io::Error {
    let problem = format!("{} is not of a study: move it away, or give another folder with -o", path.display());
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// Checks that results may take the place of what a folder holds: that a study wrote it, and that it is made of files.
fn replaceable(path: &Path) -> io::Result<()> {
    let is_of_results = StudyKind::found_in(path).next().is_some();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if is_of_a_study(path, &name) && !(is_of_results && entry.file_type()?.is_file()) {
            return Err(not_ours(&path.join(name)));
        }
    }
    Ok(())
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

    fn content(folder: &Path) -> Vec<(String, String)> {
        let names = names(folder).expect("readable");
        names.into_iter().map(|name| (name.clone(), fs::read_to_string(folder.join(name)).expect("text"))).collect()
    }

    /// Old results, a file of the user's, and new results that are written but not in place.
    fn begun() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().expect("a folder");
        for name in ["cash.csv", "summary.json", "notes.txt"] {
            fs::write(place.path().join(name), "old").expect("written");
        }
        let folder = Folder::open(place.path()).expect("opened");
        for name in ["summary.json", "jobs.csv"] {
            fs::write(folder.new_files().join(name), "new").expect("written");
        }
        (place, folder)
    }

    fn old() -> Vec<(String, String)> {
        ["cash.csv", "notes.txt", "summary.json"].map(|name| (name.to_owned(), "old".to_owned())).to_vec()
    }

    fn new() -> Vec<(String, String)> {
        [("jobs.csv", "new"), ("notes.txt", "old"), ("summary.json", "new")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .to_vec()
    }

    #[test]
    fn new_results_take_the_place_of_old_ones_and_nothing_else() {
        let (place, folder) = begun();
        folder.replace().expect("replaced");
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
            &|path| fs::write(path.join(NEW).join(PLAN), "cash.csv\n").expect("written"),
            &|path| fs::remove_file(path.join("cash.csv")).expect("removed"),
            &|path| fs::rename(path.join(NEW).join("summary.json"), path.join("summary.json")).expect("renamed"),
            &|path| fs::rename(path.join(NEW).join("jobs.csv"), path.join("jobs.csv")).expect("renamed"),
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
            Reading::of(place.path()).expect("finished");
            assert_eq!(content(place.path()), if made == 0 { old() } else { new() }, "{made} steps");
            assert!(!place.path().join(NEW).exists());
        }
    }

    #[test]
    fn a_second_writer_is_refused() {
        let (place, folder) = begun();
        let refused = Folder::open(place.path()).expect_err("a second writer");
        assert!(refused.to_string().contains("another process writes its results there"), "{refused}");
        assert!(Reading::of(place.path()).is_err(), "nor is it read meanwhile");
        drop(folder);
        assert!(Folder::open(place.path()).is_ok());
    }

    /// A folder as someone else may have made it, and what opening it says. Nothing of it changes.
    fn refused(make: impl Fn(&Path)) -> String {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("results");
        fs::create_dir(&folder).expect("made");
        fs::write(place.path().join("outside.txt"), "the user's").expect("written");
        make(&folder);
        let before = content(&folder);
        let said = Folder::open(&folder).expect_err("refused").to_string();
        assert_eq!(content(&folder), before);
        assert_eq!(fs::read_to_string(place.path().join("outside.txt")).expect("there"), "the user's");
        said
    }

    #[test]
    fn a_plan_that_names_what_no_study_writes_is_not_carried_out() {
        for name in ["notes.txt", "../outside.txt", "jobs-mine.csv", "..", "sub/summary.json"] {
            let said = refused(|folder| {
                fs::create_dir(folder.join(NEW)).expect("made");
                fs::create_dir(folder.join("sub")).expect("made");
                fs::write(folder.join("sub/summary.json"), "{}").expect("written");
                for file in ["notes.txt", "jobs-mine.csv"] {
                    fs::write(folder.join(file), "the user's").expect("written");
                }
                let absolute = folder.parent().expect("a parent").join("outside.txt");
                fs::write(folder.join(NEW).join(PLAN), format!("{name}\n{}\n", absolute.display())).expect("written");
            });
            assert!(said.contains("plan is not of a study"), "{name}: {said}");
        }
    }

    #[test]
    fn what_no_study_wrote_stays() {
        let said = refused(|folder| {
            fs::create_dir(folder.join(NEW)).expect("made");
            fs::write(folder.join(NEW).join("notes.txt"), "the user's").expect("written");
        });
        assert!(said.contains("notes.txt is not of a study"), "{said}");
        // Names that a study would write, where there was none: somebody's tables.
        for name in ["workloads.csv", "jobs.csv", "report.html"] {
            let said = refused(|folder| fs::write(folder.join(name), "the user's").expect("written"));
            assert!(said.contains(&format!("{name} is not of a study")), "{said}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_replaced() {
        use std::os::unix::fs::symlink;
        let said = refused(|folder| symlink("../outside.txt", folder.join("summary.json")).expect("linked"));
        assert!(said.contains("summary.json is not of a study"), "{said}");
        let said = refused(|folder| symlink("..", folder.join(NEW)).expect("linked"));
        assert!(said.contains("is not of a study"), "{said}");
    }
}
