//! A small region with one programme, and ways to spoil it.

use region::{Region, Report, Source};

pub const REGION: &str = include_str!("fixtures/region.toml");
pub const PROGRAMME: &str = include_str!("fixtures/programmes/huisbezoek.toml");

/// Loads a region from the two texts.
pub fn load(region: &str, programme: &str) -> Result<Region, Report> {
    region::load_from(&Source::new("region.toml", region), |path| match path {
        "programmes/huisbezoek.toml" => Ok(Source::new(path, programme)),
        _ => Err("there is no such file".to_owned()),
    })
}

/// Replaces the first `from` by `to`; a text without it is a mistake of the test.
pub fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "`{from}` does not stand in the fixture");
    text.replacen(from, to, 1)
}

/// The small region as it is meant.
pub fn small() -> Region {
    load(REGION, PROGRAMME).unwrap_or_else(|report| panic!("{report}"))
}

#[test]
fn the_small_region_has_no_mistake() {
    let region = small();

    assert_eq!(region.programmes.len(), 1);
    assert_eq!(region.word(), "gezin");
}

trait Word {
    fn word(&self) -> &str;
}

impl Word for Region {
    fn word(&self) -> &str {
        self.words.word(region::Term::Participant)
    }
}
