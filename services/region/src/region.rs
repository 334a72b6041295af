//! A region: one deployment, its working area, its partners and its programmes.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml_span::Span;

use crate::municipality::{Municipality, MunicipalityError, check_mergers};
use crate::partner::{Partner, check_kbo_numbers};
use crate::programme::Programme;
use crate::read::Section;
use crate::report::MistakeKind;
use crate::school_calendar::SchoolCalendar;
use crate::values::{LanguageCode, NisCode, PartnerCode, PostalCode, ProgrammeCode, RegionCode};
use crate::version::FileVersion;
use crate::words::Words;

/// A region file with the programme files that it names, all of them checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its name.
    pub name: String,
    /// Which region file this is.
    pub version: FileVersion,
    /// Whether everybody in it is invented: only then the small demo issuer and a played clock are allowed.
    pub demo: bool,
    /// The time zone in which its days begin.
    pub time_zone: TimeZone,
    /// The languages of its texts; the first is the one of the files themselves.
    pub languages: Vec<LanguageCode>,
    /// The languages that people may be spoken to in.
    pub contact_languages: Vec<LanguageCode>,
    /// Its choice of words.
    pub words: Words,
    /// Its municipalities, former ones included.
    pub municipalities: Vec<Municipality>,
    /// Its partners, former ones included.
    pub partners: Vec<Partner>,
    /// When its schools are closed.
    pub school_calendar: SchoolCalendar,
    /// Every version of every programme, in the order of code and first day.
    pub programmes: Vec<Programme>,
}

impl Region {
    /// Gives the newest version of a programme that the region has a file of, whatever its first day.
    ///
    /// What is decided today goes by [`Region::programme_at`].
    pub fn programme(&self, code: &ProgrammeCode) -> Option<&Programme> {
        self.programmes.iter().rev().find(|programme| programme.code == *code)
    }

    /// Gives the version of a programme that holds on a day.
    pub fn programme_at(&self, code: &ProgrammeCode, day: Date) -> Option<&Programme> {
        self.programmes
            .iter()
            .rev()
            .find(|programme| programme.code == *code && programme.version.valid_from <= day)
    }

    /// Gives a version of a programme by its number.
    pub fn programme_version(&self, code: &ProgrammeCode, number: u32) -> Option<&Programme> {
        self.programmes.iter().find(|programme| programme.code == *code && programme.version.number == number)
    }

    /// Gives the municipality that has a NIS code on a day.
    ///
    /// # Errors
    ///
    /// A code that is unknown, not valid yet or no longer valid on that day, with the codes that are.
    pub fn municipality_at(&self, nis: NisCode, day: Date) -> Result<&Municipality, MunicipalityError> {
        let Some(found) = self.municipalities.iter().find(|candidate| candidate.nis == nis) else {
            let possible = self.municipalities_at(day).map(name_and_code).collect();
            return Err(MunicipalityError::Unknown { nis, possible });
        };
        if let Some(valid_from) = found.valid_from.filter(|first| day < *first) {
            let predecessors = self
                .municipalities_at(day)
                .filter(|candidate| candidate.merged_into == Some(nis))
                .map(name_and_code)
                .collect();
            return Err(MunicipalityError::NotYetValid {
                nis,
                name: found.name.clone(),
                valid_from,
                predecessors,
            });
        }
        if let Some(valid_to) = found.valid_to.filter(|last| *last < day) {
            let successor = self.successor_at(found, day).map(name_and_code);
            return Err(MunicipalityError::NoLongerValid {
                nis,
                name: found.name.clone(),
                valid_to,
                successor,
            });
        }
        Ok(found)
    }

    /// Follows mergers up to the municipality that is valid on a day.
    fn successor_at(&self, former: &Municipality, day: Date) -> Option<&Municipality> {
        let mut next = former.merged_into;
        // Every step leads to another municipality, so there are never more steps than municipalities.
        for _ in &self.municipalities {
            let successor = self.municipalities.iter().find(|candidate| Some(candidate.nis) == next)?;
            if successor.is_valid_on(day) {
                return Some(successor);
            }
            next = successor.merged_into;
        }
        None
    }

    /// Gives the municipalities of the region on a day.
    pub fn municipalities_at(&self, day: Date) -> impl Iterator<Item = &Municipality> {
        self.municipalities.iter().filter(move |municipality| municipality.is_valid_on(day))
    }

    /// Gives the municipalities that have a postal code on a day; usually one.
    pub fn municipalities_with_postal_code(
        &self,
        postal_code: PostalCode,
        day: Date,
    ) -> impl Iterator<Item = &Municipality> {
        self.municipalities_at(day)
            .filter(move |municipality| municipality.postal_codes.contains(&postal_code))
    }

    /// Gives a partner by its code, former ones included.
    pub fn partner(&self, code: &PartnerCode) -> Option<&Partner> {
        self.partners.iter().find(|partner| partner.code == *code)
    }

    /// Gives the day that it is in the region at an instant.
    pub fn today(&self, now: jiff::Timestamp) -> Date {
        now.to_zoned(self.time_zone.clone()).date()
    }

    /// Gives the version of the region file and of every programme file, to be stored by hash.
    pub fn file_versions(&self) -> impl Iterator<Item = &FileVersion> {
        std::iter::once(&self.version).chain(self.programmes.iter().map(|programme| &programme.version))
    }
}

fn name_and_code(municipality: &Municipality) -> (String, NisCode) {
    (municipality.name.clone(), municipality.nis)
}

/// A region file that was read, and the programme files that it names with their places.
pub(crate) struct RegionDraft {
    pub region: Option<Region>,
    pub programme_paths: Vec<(String, Span)>,
}

impl RegionDraft {
    pub(crate) fn read(section: &mut Section<'_, '_>, version: Option<FileVersion>) -> Self {
        let code = section.parsed("code", "waasland");
        let name = section.text("name");
        let demo = section.boolean("demo");
        let time_zone = read_time_zone(section);
        let languages = section.list("languages", 1, "nl");
        let contact_languages = section.list("contact_languages", 0, "nl");
        let words = if section.has("words") {
            section.optional_table("words", Words::read)
        } else {
            Some(Words::default())
        };
        let municipalities = section.tables("municipality", 1, |section| {
            let span = section.span_of("merged_into");
            Municipality::read(section).map(|municipality| (municipality, span))
        });
        if let Some(municipalities) = &municipalities {
            check_mergers(section.file, municipalities);
        }
        let partners = section.tables("partner", 0, |section| {
            let span = section.span_of("kbo");
            Partner::read(section).map(|partner| (partner, span))
        });
        check_kbo_numbers(section.file, partners.as_deref().unwrap_or_default());
        let school_calendar = SchoolCalendar::read(section);
        let programme_paths = read_programme_paths(section);
        let region = (|| {
            Some(Region {
                code: code?,
                name: name?,
                version: version?,
                demo: demo?,
                time_zone: time_zone?,
                languages: languages?,
                contact_languages: contact_languages?,
                words: words?,
                municipalities: municipalities?.into_iter().map(|(municipality, _)| municipality).collect(),
                partners: partners?.into_iter().map(|(partner, _)| partner).collect(),
                school_calendar: school_calendar?,
                programmes: Vec::new(),
            })
        })();
        Self { region, programme_paths }
    }
}

fn read_time_zone(section: &mut Section<'_, '_>) -> Option<TimeZone> {
    let name = section.text("time_zone")?;
    let time_zone = TimeZone::get(&name).ok();
    if time_zone.is_none() {
        section.complain(
            "time_zone",
            MistakeKind::WrongValue,
            format!("`{name}` is not a time zone"),
            "write a name of the IANA database, such as `Europe/Brussels`; if it is one, this machine has no such \
             database: install the package `tzdata`",
        );
    }
    time_zone
}

fn read_programme_paths(section: &mut Section<'_, '_>) -> Vec<(String, Span)> {
    let example = "programmes/waasland-esf.toml";
    let paths = section
        .list_with_places::<PathText>("programmes", 1, example, MistakeKind::WrongValue)
        .unwrap_or_default();
    paths.into_iter().map(|(path, span)| (path.0, span)).collect()
}

/// The path of a programme file: relative to the region file and not above it.
#[derive(PartialEq)]
struct PathText(String);

impl std::fmt::Display for PathText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::str::FromStr for PathText {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inside = std::path::Path::new(text)
            .components()
            .all(|component| matches!(component, std::path::Component::Normal(_)));
        if inside { Ok(Self(text.to_owned())) } else { Err(PathError(text.to_owned())) }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` does not lie in the folder of the region file")]
struct PathError(String);

impl crate::explained::Explained for PathError {
    fn remedy(&self) -> String {
        "write the path from the region file downwards, such as `programmes/waasland-esf.toml`".to_owned()
    }

    fn reason(&self) -> &'static str {
        "PROGRAMME_PATH"
    }
}
