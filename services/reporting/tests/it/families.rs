//! Families and their children, counted.

use proto::intake::events::v1::FamilyRelation::{Child, Other, Parent};
use proto::reporting::v1::{Count, FamilyFigures};

use crate::case::{Case, noon};
use crate::house::House;
use crate::quarter::{FROM, TO};
use crate::story::wire;

/// Tells of a case that was admitted on a day.
async fn admitted(house: &mut House, day: &str) -> Case {
    let case = Case::new();
    let mut admitted = case.story.admitted(noon(day));
    admitted.referred_at = wire(noon(day));
    let events = [
        house.producer.next(case.story.referral, &case.story.submitted(noon(day))),
        house.producer.next(case.story.participation, &admitted),
    ];
    house.tell(&events).await;
    case
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_children_of_the_families_that_took_part_count_once() {
    let mut house = House::start_on("2024-07-10").await;
    let large = admitted(&mut house, "2024-04-02").await;
    let small = admitted(&mut house, "2024-06-30").await;
    let later = admitted(&mut house, "2024-07-01").await;
    let over = admitted(&mut house, "2024-01-10").await;
    assert_eq!(house.quarter(FROM, TO).await.families, None, "nobody told of a family");
    let members = [
        (Parent, "", false, ""),
        (Parent, "", false, "2024-03-31"),
        (Child, "kindergarten-3", true, ""),
        (Child, "primary-1", true, "2024-04-01"),
        (Child, "primary-5", false, ""),
        (Child, "primary-1", true, "2024-03-31"),
        (Child, "", false, ""),
        (Other, "", false, ""),
    ];
    let events = [
        house.producer.next(large.story.participation, &large.story.family(&[], noon("2024-04-02"))),
        house.producer.next(large.story.participation, &large.story.family(&members, noon("2024-04-03"))),
        house
            .producer
            .next(small.story.participation, &small.story.family(&members[2..3], noon("2024-06-30"))),
        house.producer.next(later.story.participation, &later.story.family(&members, noon("2024-07-01"))),
        house.producer.next(over.story.participation, &over.story.family(&members, noon("2024-01-10"))),
        house.producer.next(over.story.participation, &over.episode_ended("2024-03-31")),
    ];

    house.tell(&events).await;

    let figures = house.quarter(FROM, TO).await;
    let years = [("kindergarten-3", 2), ("primary-1", 1), ("primary-5", 1)];
    assert_eq!(
        figures.families,
        Some(FamilyFigures {
            families: 2,
            children: 5,
            children_in_focus: 3,
            parents: 1,
            others: 1,
            children_by_school_year: years
                .map(|(code, count)| Count { code: code.to_owned(), count })
                .to_vec(),
        })
    );
    assert_eq!(figures.admissions.unwrap().participants, 2);
    assert_eq!(figures.as_of, wire(noon("2024-06-30")));
    assert!(figures.definitions.iter().any(|definition| definition.of == "families.children"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_member_keeps_counting_because_nobody_is_named() {
    let mut house = House::start_on("2024-07-10").await;
    let case = admitted(&mut house, "2024-04-02").await;
    let family = case.story.family(&[(Child, "primary-1", true, "")], noon("2024-04-03"));
    let child = family.members[0].person_id.clone();
    let told = house.producer.next(case.story.participation, &family);
    house.tell(&[told]).await;
    assert!(!house.projections().await.iter().any(|row| row.contains(&child)));
    let erased = proto::intake::events::v1::PersonErased {
        person_id: child.clone(),
        erased_at: wire(noon("2024-05-01")),
    };

    let event = house.producer.next(child.parse().unwrap(), &erased);
    house.tell(&[event]).await;

    assert_eq!(house.quarter(FROM, TO).await.families.unwrap().children, 1);
}
