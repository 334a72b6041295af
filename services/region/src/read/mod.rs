//! Reading a file: from TOML with places to values, collecting every mistake on the way.
//!
//! A [`File`] is one text being read. It gathers mistakes, the names that are declared in it and the references to
//! them. A [`Section`] is one table of it: each `read` asks it for its keys by type, and what was not asked for is
//! an unknown key. Reading goes on after a mistake; a value that is wrong is `None`, and a struct is only built when
//! all of its parts are there.

mod file;
mod lists;
mod names;
mod not_toml;
mod numbers;
mod references;
mod section;
mod tables;

pub(crate) use file::File;
pub(crate) use names::{Names, Namespace};
pub(crate) use not_toml::report as report_not_toml;
pub(crate) use section::Section;
