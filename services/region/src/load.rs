//! From files to a region: reading, checking, and gathering every mistake.

use std::path::Path;

use toml_span::Span;
use toml_span::value::{Value, ValueInner};

use crate::closed_set::closed_set;
use crate::programme::Programme;
use crate::read::{File, Namespace, Section};
use crate::region::{Region, RegionDraft};
use crate::report::{Mistake, MistakeKind, Report};
use crate::source::Source;
use crate::version::{ContentHash, FileVersion};

/// The format of files that this library reads. It changes when an old file would be read wrongly.
pub const FORMAT: u32 = 1;

closed_set! {
    /// What a file describes.
    pub enum FileKind is "kind of file" {
        /// A region.
        Region = "region",
        /// A programme.
        Programme = "programme",
        /// A budget with its rules.
        Budget = "budget",
    }
}

/// Reads and checks a region file and every programme file that it names.
///
/// `path` is the region file, or the folder that holds it as `region.toml`. Reads files and does nothing else.
///
/// # Errors
///
/// Every mistake of all files at once.
pub fn load(path: &Path) -> Result<Region, Report> {
    let path = if path.is_dir() { path.join("region.toml") } else { path.to_owned() };
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let source = read_file(&path).map_err(|why| unreadable(&path, &why))?;
    load_from(&source, |relative| {
        let path = folder.join(relative);
        read_file(&path)
    })
}

/// Checks a region from texts that are at hand; `open` gives the programme file that the region file names.
///
/// # Errors
///
/// Every mistake of all texts at once. A text that `open` refuses is a mistake at the place that names it.
pub fn load_from(
    source: &Source,
    mut open: impl FnMut(&str) -> Result<Source, String>,
) -> Result<Region, Report> {
    let file = File::new(source);
    let mut draft = RegionDraft { region: None, programme_paths: Vec::new() };
    read_versioned(&file, FileKind::Region, |section, version| {
        draft = RegionDraft::read(section, version);
    });
    let mut programmes: Vec<Programme> = Vec::new();
    let mut mistakes_of_programmes = Vec::new();
    let mut all_loaded = true;
    for (path, span) in draft.programme_paths {
        match open(&path) {
            Err(why) => {
                all_loaded = false;
                let message = format!("the programme file `{path}` cannot be read: {why}");
                file.report(
                    span,
                    MistakeKind::UnreadableFile,
                    message,
                    "create the file or correct its path",
                );
            }
            Ok(source) => match read_programme(&source, Some(&file)) {
                Err(report) => {
                    all_loaded = false;
                    mistakes_of_programmes.extend(report.mistakes);
                }
                Ok(programme) => {
                    check_versions(&file, span, &programmes, &programme);
                    programmes.push(programme);
                }
            },
        }
    }
    programmes.sort_by(|left, right| {
        (&left.code, left.version.valid_from).cmp(&(&right.code, right.version.valid_from))
    });
    let mut mistakes = file.into_mistakes();
    mistakes.extend(mistakes_of_programmes);
    match draft.region {
        Some(region) if all_loaded && mistakes.is_empty() => Ok(Region { programmes, ..region }),
        _ => Err(Report { mistakes }),
    }
}

/// Checks one programme file on its own, without the region that names it: names of partners are not judged.
///
/// # Errors
///
/// Every mistake of the file at once.
pub fn load_programme(source: &Source) -> Result<Programme, Report> {
    read_programme(source, None)
}

/// Checks a file of either kind, as its key `kind` says: a region with its programmes, or a programme on its own.
///
/// # Errors
///
/// Every mistake of all files at once.
pub fn check(path: &Path) -> Result<FileKind, Report> {
    let source = if path.is_dir() { None } else { read_file(path).ok() };
    let is_programme = source.as_ref().is_some_and(|source| {
        toml_span::parse(&source.text)
            .is_ok_and(|root| root.pointer("/kind").and_then(Value::as_str) == Some("programme"))
    });
    match source {
        Some(source) if is_programme => load_programme(&source).map(|_| FileKind::Programme),
        _ => load(path).map(|_| FileKind::Region),
    }
}

fn read_programme(source: &Source, region: Option<&File<'_>>) -> Result<Programme, Report> {
    let file = File::new(source);
    for namespace in [Namespace::Partner, Namespace::LocalAuthority] {
        match region {
            Some(region) => file.names.borrow_mut().take_over(&region.names.borrow(), namespace),
            None => file.names.borrow_mut().give_up(namespace),
        }
    }
    let mut programme = None;
    read_versioned(&file, FileKind::Programme, |section, version| {
        programme = Programme::read(section, version);
    });
    let mistakes = file.into_mistakes();
    match programme {
        Some(programme) if mistakes.is_empty() => Ok(programme),
        _ => Err(Report { mistakes }),
    }
}

/// Parses the text and reads its head with version and first day; then everything else with `read`.
fn read_versioned(
    file: &File<'_>,
    kind: FileKind,
    read: impl FnOnce(&mut Section<'_, '_>, Option<FileVersion>),
) {
    let hash = toml_span::parse(&file.source.text).ok().map(|root| ContentHash::of(&root));
    read_root(file, kind, |section| {
        let number = section.integer("version", 1..=u32::MAX);
        let valid_from = section.date("valid_from");
        let version = (|| {
            let text = file.source.text.clone();
            Some(FileVersion { number: number?, valid_from: valid_from?, hash: hash?, text })
        })();
        read(section, version);
    });
}

/// Parses the text and reads its head: kind and format; then everything else with `read`.
pub(crate) fn read_root(file: &File<'_>, kind: FileKind, read: impl FnOnce(&mut Section<'_, '_>)) {
    let root = match toml_span::parse(&file.source.text) {
        Ok(root) => root,
        Err(error) => return crate::read::report_not_toml(file, &error),
    };
    let ValueInner::Table(table) = root.as_ref() else {
        return;
    };
    let title = format!("the {kind} file");
    let start = Span::new(0, file.source.text.lines().next().map_or(0, str::len));
    Section::read(file, table, start, &title, |section| {
        let actual: Option<FileKind> = section.word("kind");
        if actual.is_some_and(|actual| actual != kind) {
            section.complain(
                "kind",
                MistakeKind::WrongFile,
                format!("a {kind} file is expected here"),
                format!("name a file with `kind = \"{kind}\"`"),
            );
            section.abandon();
            return Some(());
        }
        section.integer("format", FORMAT..=FORMAT);
        read(section);
        Some(())
    });
}

/// Reports a programme file that carries the number of another, or whose number and first day disagree with it.
fn check_versions(file: &File<'_>, span: Span, known: &[Programme], new: &Programme) {
    for other in known.iter().filter(|other| other.code == new.code) {
        let (mine, theirs) = (&new.version, &other.version);
        if mine.number == theirs.number || mine.valid_from == theirs.valid_from {
            file.report(
                span,
                MistakeKind::Duplicate,
                format!(
                    "programme `{}` already has version {} from {}",
                    new.code, theirs.number, theirs.valid_from
                ),
                "give the new file a higher `version` and a later `valid_from`",
            );
        } else if (mine.number > theirs.number) != (mine.valid_from > theirs.valid_from) {
            file.report(
                span,
                MistakeKind::Contradiction,
                format!(
                    "version {} of programme `{}` holds from {}, version {} from {}",
                    mine.number, new.code, mine.valid_from, theirs.number, theirs.valid_from
                ),
                "let the higher `version` have the later `valid_from`",
            );
        }
    }
}

fn read_file(path: &Path) -> Result<Source, String> {
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        _ => error.to_string(),
    })?;
    Ok(Source::new(path.display().to_string(), text))
}

fn unreadable(path: &Path, why: &str) -> Report {
    Report {
        mistakes: vec![Mistake {
            file: path.display().to_string(),
            line: 0,
            column: 0,
            width: 0,
            source_line: String::new(),
            kind: MistakeKind::UnreadableFile,
            message: format!("the region file cannot be read: {why}"),
            remedy: "name a region file, or the folder that holds `region.toml`".to_owned(),
        }],
    }
}
