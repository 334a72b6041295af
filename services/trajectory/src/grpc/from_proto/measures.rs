//! Requests of `MeasureService`.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use jiff::civil::Date;
use proto::trajectory::v1::{ListMeasuresRequest, TakeMeasureRequest};
use region::Region;

use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{ListMeasures, TakeMeasure};

/// Most numbers of one measure.
const MOST_VALUES: usize = 60;

/// A measure. The items of the instrument are known only once the trajectory is.
pub(in crate::grpc) fn take(
    region: Arc<Region>,
    today: Date,
    request: TakeMeasureRequest,
) -> Result<TakeMeasure, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let what = ("UNKNOWN_INSTRUMENT", "an instrument of the programme");
    let instrument = fields.code("instrument", &request.instrument, what);
    let day = fields.past_day("day", &request.day, today);
    if request.values.len() > MOST_VALUES {
        let message = format!("there are more than {MOST_VALUES} numbers");
        fields.add(Violation::new("values", "TOO_MANY", message, "give one number for each item"));
    }
    let values = request.values.into_iter().map(|value| (value.item, value.value)).collect();
    let command = (|| {
        Some(TakeMeasure { region, trajectory: trajectory?, instrument: instrument?, day: day?, values })
    })();
    fields.finish(command)
}

/// A page of the measures.
pub(in crate::grpc) fn list(vault: &Vault, request: &ListMeasuresRequest) -> Result<ListMeasures, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let what = ("UNKNOWN_INSTRUMENT", "an instrument of the programme");
    let instrument = fields.optional_code("instrument", &request.instrument, what);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        Some(ListMeasures { trajectory: trajectory?, instrument: instrument?, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to.
pub(in crate::grpc) fn list_name(request: &ListMeasuresRequest) -> String {
    format!("ListMeasures/{}/{}", request.trajectory_id, request.instrument)
}
