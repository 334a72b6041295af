//! The files of the region Katrol Asse load and say what the action plan says.

use std::path::Path;

use region::programme::{Capacity, Family, SubjectKind};
use region::{ProgrammeCode, Region};

use crate::files::{PROGRAMME, REGION, load, replaced};

fn katrol() -> Region {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/katrol-asse");
    region::load(&folder).unwrap_or_else(|report| panic!("{report}"))
}

#[test]
fn it_plans_sixteen_visits_for_a_family_and_asks_for_an_evaluation_at_the_end() {
    let region = katrol();
    let programme = region.programme(&ProgrammeCode::parse("katrol").unwrap()).unwrap();

    assert_eq!(programme.subject, SubjectKind::Family);
    assert!(programme.closing.evaluation_required);
    assert!(matches!(programme.capacity, Capacity::Visits(plan) if plan.visits() == 16));
    assert_eq!((programme.starts_on.is_some(), programme.ends_on), (true, None));
}

#[test]
fn all_children_of_a_family_count_and_three_school_years_come_first() {
    let region = katrol();
    let programme = region.programme(&ProgrammeCode::parse("katrol").unwrap()).unwrap();
    let family = programme.family.as_ref().unwrap();

    let focus: Vec<&str> =
        family.school_years.iter().filter(|year| year.focus).map(|year| year.code.as_str()).collect();
    assert_eq!(focus, ["kindergarten-3", "primary-1", "primary-2"]);
    assert!(family.school_years.iter().any(|year| !year.focus));
    assert_eq!(family.most_members, 20);
}

#[test]
fn only_a_programme_for_families_has_families_also_when_it_says_nothing_about_them() {
    let families =
        |programme: &str| load(REGION, programme).map(|region| region.programmes[0].family.clone());

    assert_eq!(families(PROGRAMME), Ok(Some(Family::default())));
    assert_eq!(families(&replaced(PROGRAMME, "subject = \"family\"", "subject = \"person\"")), Ok(None));
}

#[test]
fn a_programme_that_does_not_say_so_asks_for_no_evaluation() {
    let closing = |programme: &str| {
        load(REGION, programme).map(|region| region.programmes[0].closing.evaluation_required)
    };

    assert_eq!(closing(PROGRAMME), Ok(false));
    let with =
        |line: &str| replaced(PROGRAMME, "[[exit_reason]]", &format!("[closing]\n{line}\n\n[[exit_reason]]"));
    assert_eq!(closing(&with("evaluation_required = true")), Ok(true));
    assert_eq!(closing(&with("evaluation_required = false")), Ok(false));
    for wrong in ["evaluation_required = \"yes\"", "", "evaluation = true"] {
        assert!(closing(&with(wrong)).is_err(), "{wrong}");
    }
}
