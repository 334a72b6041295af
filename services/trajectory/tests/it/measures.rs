//! Measures with the instruments of the programme.

use proto::trajectory::v1::{ListMeasuresRequest, Measure, MeasureValue, TakeMeasureRequest};
use tonic::Status;

use crate::house::{House, coach, coordinator, other_coach, pair, reason, violations, with_key};

/// A measure of today.
pub fn measure(id: &str, instrument: &str, values: &[(&str, i32)]) -> TakeMeasureRequest {
    let value = |(item, value): &(&str, i32)| MeasureValue { item: (*item).to_owned(), value: *value };
    TakeMeasureRequest {
        trajectory_id: id.to_owned(),
        instrument: instrument.to_owned(),
        day: String::new(),
        values: values.iter().map(value).collect(),
    }
}

pub async fn take(
    house: &House,
    caller: chassis::caller::Caller,
    request: TakeMeasureRequest,
) -> Result<Measure, Status> {
    Ok(house.measures(caller).take_measure(with_key(request)).await?.into_inner().measure.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_measure_is_taken_told_without_numbers_and_shown_as_the_latest() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    take(&house, coach(), measure(&id, "release", &[("", 3)])).await.unwrap();
    let second = take(&house, coach(), measure(&id, "release", &[("", 5)])).await.unwrap();
    take(&house, coach(), measure(&id, "star", &[("work", 2), ("justice", 4)])).await.unwrap();

    assert_eq!((second.day.as_str(), second.item_version), ("2024-03-10", 1));
    let latest = house.get(coach(), &id).await.unwrap().latest_measures;
    let shown: Vec<_> =
        latest.iter().map(|measure| (measure.instrument.as_str(), measure.values[0].value)).collect();
    assert_eq!(shown, [("release", 5), ("star", 4)]);
    assert_eq!(house.told().await[1..], ["trajectory.measure_taken.v1"; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_measure_that_is_not_on_the_scale_is_refused_and_changes_nothing() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let before = (house.rows().await, house.told().await);
    let on = |day: &str, request: TakeMeasureRequest| TakeMeasureRequest { day: day.to_owned(), ..request };

    for (request, expected) in [
        (measure(&id, "release", &[("", 0)]), vec![pair("values[0].value", "OUT_OF_SCALE")]),
        (measure(&id, "release", &[("", 11)]), vec![pair("values[0].value", "OUT_OF_SCALE")]),
        (measure(&id, "release", &[]), vec![pair("values", "REQUIRED")]),
        (measure(&id, "star", &[("work", 6)]), vec![pair("values[0].value", "OUT_OF_SCALE")]),
        (measure(&id, "star", &[("sleep", 3)]), vec![pair("values[0].item", "UNKNOWN_ITEM")]),
        (measure(&id, "star", &[("work", 3), ("work", 4)]), vec![pair("values[1].item", "REPEATED")]),
        (measure(&id, "empowerment", &[("decide-myself", 3)]), vec![pair("values", "ITEM_MISSING"); 3]),
        (measure(&id, "mood", &[("", 3)]), vec![pair("instrument", "UNKNOWN_INSTRUMENT")]),
        (measure(&id, "", &[("", 3)]), vec![pair("instrument", "REQUIRED")]),
        (on("2024-03-11", measure(&id, "release", &[("", 3)])), vec![pair("day", "IN_FUTURE")]),
        (
            on("2024-03-03", measure(&id, "release", &[("", 0)])),
            vec![pair("day", "TOO_EARLY"), pair("values[0].value", "OUT_OF_SCALE")],
        ),
    ] {
        assert_eq!(violations(&take(&house, coach(), request).await.unwrap_err()), expected);
    }

    assert_eq!((house.rows().await, house.told().await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_on_a_domain_above_normal_are_for_who_is_on_the_case() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    take(&house, coach(), measure(&id, "star", &[("work", 2), ("health", 3), ("justice", 4)])).await.unwrap();
    take(&house, coach(), measure(&id, "release", &[("", 4)])).await.unwrap();
    let request = ListMeasuresRequest {
        trajectory_id: id,
        instrument: "star".to_owned(),
        ..ListMeasuresRequest::default()
    };

    let mut seen = Vec::new();
    for caller in [coach(), coordinator()] {
        let answer = house.measures(caller).list_measures(request.clone()).await.unwrap().into_inner();
        assert_eq!(answer.measures.len(), 1, "the filter leaves the release scale out");
        let items: Vec<String> = answer.measures[0].values.iter().map(|value| value.item.clone()).collect();
        seen.push((items.join(" "), answer.measures[0].hidden_values));
    }

    assert_eq!(seen, [("health justice work".to_owned(), 0), ("work".to_owned(), 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_is_on_the_case_measures_while_it_runs() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    for (caller, expected) in [(coordinator(), "NOT_ON_CASE"), (other_coach(), "TRAJECTORY_NOT_FOUND")] {
        let refused = take(&house, caller, measure(&id, "release", &[("", 3)])).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
    }
    let request = ListMeasuresRequest { trajectory_id: id, ..ListMeasuresRequest::default() };
    let refused = house.measures(other_coach()).list_measures(request).await.unwrap_err();
    assert_eq!(reason(&refused), "TRAJECTORY_NOT_FOUND");
    assert_eq!(house.count("measures").await, 0);
}
