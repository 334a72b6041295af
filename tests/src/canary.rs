//! Searches everything that is left of a region for personal data.
//!
//! Every personal value in test data carries the marker `kanarie`. It may stand in what the region answers to those who may
//! know, and sealed in the databases; nowhere in clear. The search is case-insensitive and knows the marker also as base64,
//! as hexadecimal digits and as UTF-16.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sqlx::AssertSqlSafe;

use crate::harness::RegionUnderTest;

/// The marker.
pub const MARKER: &str = "kanarie";

/// What may stand in clear although it carries the marker, where, and why. Nothing else may.
pub const ALLOWED: [Allowed; 4] = [
    Allowed { phrase: "OCMW Kanariegem", below: "postgres", why: ORGANISATION },
    Allowed { phrase: "vzw Kanarienest", below: "postgres", why: ORGANISATION },
    Allowed { phrase: "Interlokale vereniging Kanarie", below: "postgres", why: ORGANISATION },
    Allowed { phrase: "Controledienst Kanarie", below: "postgres", why: ORGANISATION },
];
const ORGANISATION: &str = "the gateway keeps the name of the organisation that gave a worker a mandate; an organisation is no person";

/// Bytes of a page of PostgreSQL: a value that runs over the end of one is cut by the head of the next.
const PAGE: usize = 8192;

/// Something that may stand in clear.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// The whole text.
    pub phrase: &'static str,
    /// A folder on the way to the file.
    pub below: &'static str,
    /// Why.
    pub why: &'static str,
}

/// A search.
#[derive(Debug)]
pub struct Hunt {
    needles: Vec<Needle>,
    /// For every pair of bytes whether a needle begins with it.
    begins: Vec<bool>,
    allowed: Vec<Allowed>,
}

#[derive(Debug)]
struct Needle {
    bytes: Vec<u8>,
    any_case: bool,
}

/// A place where something was found that may not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// File, or what else was searched.
    pub place: String,
    /// What stands there, as far as it can be shown.
    pub around: String,
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    /// What may not be there.
    pub hits: Vec<Hit>,
    /// How often each allowed phrase stands where it may.
    pub allowed: BTreeMap<&'static str, usize>,
    /// Files that were read.
    pub files: usize,
    /// Bytes that were read.
    pub bytes: usize,
}

impl Hunt {
    /// For the marker and further values, such as a national number, which cannot carry it.
    pub fn new(more: &[&str]) -> Self {
        Self::of(std::iter::once(MARKER).chain(more.iter().copied()), ALLOWED.to_vec())
    }

    /// For one text that is allowed nowhere.
    pub fn only(text: &str) -> Self {
        Self::of([text], Vec::new())
    }

    fn of<'t>(texts: impl IntoIterator<Item = &'t str>, allowed: Vec<Allowed>) -> Self {
        let needles: Vec<Needle> = texts.into_iter().flat_map(disguises).collect();
        let mut begins = vec![false; 1 << 16];
        for needle in &needles {
            let [first, second, ..] = *needle.bytes.as_slice() else { continue };
            for pair in [
                [first, second],
                [first.to_ascii_uppercase(), second],
                [first, second.to_ascii_uppercase()],
                [first.to_ascii_uppercase(), second.to_ascii_uppercase()],
            ] {
                if let Some(slot) = begins.get_mut(usize::from(u16::from_be_bytes(pair))) {
                    *slot = true;
                }
            }
        }
        Self { needles, begins, allowed }
    }

    /// Searches a text that was seen somewhere.
    pub fn text(&self, place: &str, text: &str, found: &mut Found) {
        self.bytes(place, text.as_bytes(), found);
    }

    /// Searches every file in a folder, however deep.
    ///
    /// # Errors
    /// When one cannot be read: what was not searched is not clean.
    pub fn folder(&self, folder: &Path, found: &mut Found) -> anyhow::Result<()> {
        for path in files(folder)? {
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            found.files += 1;
            let place = path.strip_prefix(folder).unwrap_or(&path);
            let log = place.iter().any(|part| part == "pg_wal");
            let bytes = if log { without_page_headers(&bytes) } else { bytes };
            self.bytes(&place.display().to_string(), &bytes, found);
        }
        Ok(())
    }

    fn bytes(&self, place: &str, bytes: &[u8], found: &mut Found) {
        found.bytes += bytes.len();
        for (at, pair) in bytes.array_windows::<2>().enumerate() {
            if !self.begins.get(usize::from(u16::from_be_bytes(*pair))).is_some_and(|begins| *begins) {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            if !self.needles.iter().any(|needle| needle.stands_at(rest)) {
                continue;
            }
            match self.allowed.iter().find(|allowed| allowed.covers(place, bytes, at)) {
                Some(allowed) => *found.allowed.entry(allowed.phrase).or_default() += 1,
                None => found.hits.push(Hit { place: place.to_owned(), around: around(bytes, at) }),
            }
        }
    }
}

impl Needle {
    fn stands_at(&self, bytes: &[u8]) -> bool {
        bytes.get(..self.bytes.len()).is_some_and(|start| {
            if self.any_case { start.eq_ignore_ascii_case(&self.bytes) } else { start == self.bytes }
        })
    }
}

impl Allowed {
    /// Whether what was found at `at` is this phrase, in a place where it may be. A phrase may be cut by the end of a file.
    fn covers(&self, place: &str, bytes: &[u8], at: usize) -> bool {
        let phrase = self.phrase.as_bytes();
        let inside = self.phrase.to_ascii_lowercase().find(MARKER);
        let Some(start) = inside.and_then(|inside| at.checked_sub(inside)) else { return false };
        let end = (start + phrase.len()).min(bytes.len());
        let there = bytes.get(start..end).unwrap_or_default();
        Path::new(place).iter().any(|part| part == self.below)
            && !there.is_empty()
            && phrase.starts_with(there)
    }
}

/// The write-ahead log without the headers of its pages, so that what goes on over a page stands together: 40 bytes at the start of
/// a segment, 24 on other pages (PostgreSQL, `xlog_internal.h`).
fn without_page_headers(log: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(log.len());
    for (number, page) in log.chunks(PAGE).enumerate() {
        let header = if number == 0 { 40 } else { 24 };
        joined.extend_from_slice(page.get(header..).unwrap_or_default());
    }
    joined
}

/// A text as it may be disguised.
fn disguises(text: &str) -> Vec<Needle> {
    let small = text.to_ascii_lowercase();
    let hexadecimal = |text: &str| hex::encode(text);
    let mut any_case = vec![small.clone().into_bytes(), hexadecimal(&small).into_bytes()];
    any_case.push(small.encode_utf16().flat_map(u16::to_le_bytes).collect());
    let mut capital = small.clone();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    any_case.push(hexadecimal(&capital).into_bytes());
    let mut needles: Vec<Needle> =
        any_case.into_iter().map(|bytes| Needle { bytes, any_case: true }).collect();
    for text in [&small, &capital] {
        // Three bytes make four characters, so a text looks different by where in such a group it begins. The characters at
        // both ends also hold bits of the neighbours.
        for before in 0..3_usize {
            let bytes = [vec![0; before], text.as_bytes().to_vec()].concat();
            let encoded = STANDARD_NO_PAD.encode(&bytes).into_bytes();
            let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            if let Some(middle) = encoded.get(first..last) {
                needles.push(Needle { bytes: middle.to_vec(), any_case: false });
            }
        }
    }
    needles
}

fn around(bytes: &[u8], at: usize) -> String {
    let window = bytes.get(at.saturating_sub(48)..(at + 64).min(bytes.len())).unwrap_or_default();
    window
        .iter()
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' })
        .collect()
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in
            std::fs::read_dir(&next).with_context(|| format!("cannot look into {}", next.display()))?
        {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                all.push(entry.path());
            }
        }
    }
    Ok(all)
}

/// Searches every row of every table of a service as PostgreSQL shows it, which also sees what is stored compressed. Gives
/// the tables in which the marker stands in clear, or one of `more` as a word or number of its own; sealed columns aside.
pub async fn tables_in_clear(
    region: &RegionUnderTest,
    database: &str,
    more: &[&str],
) -> anyhow::Result<Vec<String>> {
    let more = more.iter().map(|value| format!(r"\m{}\M", value.replace('.', r"\.")));
    let pattern = std::iter::once("kanarie|[46]b616e61726965".to_owned()).chain(more);
    let pattern = pattern.collect::<Vec<_>>().join("|");
    let pool = region.database(database).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&pool)
    .await?;
    let mut clear = Vec::new();
    for table in tables {
        // The name of an organisation: see `ALLOWED`.
        let sql = format!(
            "select count(*) from {table} row \
             where (to_jsonb(row) - 'organisation_name')::text ~* $1"
        );
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).bind(&pattern).fetch_one(&pool).await?;
        if rows > 0 {
            clear.push(format!("{database}: {rows} rows of {table}"));
        }
    }
    Ok(clear)
}

/// Stops a region in good order and searches all that it leaves: data of PostgreSQL and of its own broker, logs, everything.
/// Beside the marker and `more`, it looks where `planted` stands, which shows that the search sees these places.
pub async fn stop_and_search(
    region: RegionUnderTest,
    more: &[&str],
    planted: &str,
) -> anyhow::Result<(Found, Vec<Hit>)> {
    let elsewhere = region.local.postgres().map(|postgres| postgres.folder().to_owned());
    let left = region.stop_and_keep().await?;
    let (hunt, plants) = (Hunt::new(more), Hunt::only(planted));
    let (mut found, mut seen) = (Found::default(), Found::default());
    let mut folders = vec![left.path().join("data")];
    // As root PostgreSQL may keep its data elsewhere. The last part of the path says what is allowed there.
    let elsewhere = elsewhere.filter(|folder| !folder.starts_with(left.path()));
    folders.extend(elsewhere.as_deref().and_then(Path::parent).map(Path::to_owned));
    for folder in folders {
        hunt.folder(&folder, &mut found)?;
        plants.folder(&folder, &mut seen)?;
    }
    Ok((found, seen.hits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(place: &str, bytes: &[u8]) -> usize {
        let mut found = Found::default();
        Hunt::new(&["93051822361"]).bytes(place, bytes, &mut found);
        found.hits.len()
    }

    #[test]
    fn the_marker_is_found_in_every_disguise() {
        for before in ["", "x", "xy"] {
            for name in ["Kanarie", "kanarie"] {
                let text = format!("{before}{name}-Jansen");
                let hexadecimal = hex::encode_upper(&text);
                let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                for disguise in [
                    text.clone().into_bytes(),
                    text.to_uppercase().into_bytes(),
                    STANDARD_NO_PAD.encode(&text).into_bytes(),
                    hexadecimal.into_bytes(),
                    wide,
                ] {
                    assert_eq!(
                        hits("x.log", &[b"..", disguise.as_slice(), b"\0"].concat()),
                        1,
                        "{text} as {disguise:?}"
                    );
                }
            }
        }
        assert_eq!(hits("x.log", b"93051822361"), 1, "further values are searched as well");
        assert_eq!(hits("x.log", b"kanari, kanorie, KANAR IE"), 0);
    }

    #[test]
    fn an_allowed_phrase_is_allowed_whole_and_in_its_place_only() {
        assert_eq!(hits("postgres/base/5/1", b"..vzw Kanarienest.."), 0);
        assert_eq!(hits("postgres/base/5/1", b"..vzw Kanarienes!.."), 1);
        assert_eq!(hits("logs/gateway.log", b"..vzw Kanarienest.."), 1);

        let cut = [vec![b'.'; PAGE - 12], b"vzw Kanarien".to_vec(), vec![1; 24], b"est..".to_vec()].concat();
        assert_eq!(hits("postgres/pg_wal/1", &cut), 1);
        assert_eq!(hits("postgres/pg_wal/1", &without_page_headers(&cut)), 0, "it goes on over a page");
        assert_eq!(hits("postgres/pg_wal/1", b"..vzw Kanarien"), 0, "cut by the end of a file");
    }
}
