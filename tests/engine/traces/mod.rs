//! Trace readers: what they refuse, what they keep, and the published traces where those lie beside the repository.

mod chaos;
mod counts;
mod faults;
mod filters;
mod published;
mod requests;
mod swf;
mod tables;
