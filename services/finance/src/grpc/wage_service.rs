//! `bondgenoot.finance.v1.WageService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::error::Violation;
use chassis::grpc::{open, status};
use proto::finance::v1::wage_service_server::WageService;
use proto::finance::v1::{
    GetWageHistoryRequest, GetWageHistoryResponse, PutWageRequest, PutWageResponse, RatePeriod,
    RemoveWageRequest, RemoveWageResponse, WageBasis as ProtoBasis, WageHistory, WagePeriod as ProtoWage,
};
use region::Region;
use tonic::{Request, Response, Status};

use crate::domain::{RateFrom, WageBasis, WagePeriod};
use crate::error::Error;
use crate::events::published::to_money;
use crate::fields::Fields;
use crate::use_cases::{GetWageHistory, PutWage, RemoveWage, WageHistoryView};

/// Keeps wage histories.
#[derive(Debug, Clone)]
pub struct Wages {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Wages {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

#[tonic::async_trait]
impl WageService for Wages {
    async fn put_wage(&self, request: Request<PutWageRequest>) -> Result<Response<PutWageResponse>, Status> {
        let (call, message) = open(request)?;
        let command = put(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| PutWageResponse { history: Some(to_history(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn remove_wage(
        &self,
        request: Request<RemoveWageRequest>,
    ) -> Result<Response<RemoveWageResponse>, Status> {
        let (call, message) = open(request)?;
        let command = remove(self.region(), &message).map_err(|error| status(&error))?;
        let respond = |view| RemoveWageResponse { history: Some(to_history(&view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn get_wage_history(
        &self,
        request: Request<GetWageHistoryRequest>,
    ) -> Result<Response<GetWageHistoryResponse>, Status> {
        let (call, message) = open(request)?;
        let query = get(self.region(), &message).map_err(|error| status(&error))?;
        let view = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(GetWageHistoryResponse { history: Some(to_history(&view)) }))
    }
}

fn put(region: Arc<Region>, request: PutWageRequest) -> Result<PutWage, Error> {
    let mut fields = Fields::default();
    let employment = fields.id("employment_id", &request.employment_id);
    let wage = fields.optional_id("wage_id", &request.wage_id);
    let basis = fields.accept(match ProtoBasis::try_from(request.basis) {
        Ok(ProtoBasis::GrossMonth) => Ok(WageBasis::GrossMonth),
        Ok(ProtoBasis::AnnualCost) => Ok(WageBasis::AnnualCost),
        Ok(ProtoBasis::DocumentedHour) => Ok(WageBasis::DocumentedHour),
        Ok(ProtoBasis::Unspecified) | Err(_) => Err(Violation::new(
            "basis",
            "UNKNOWN_VALUE",
            "there is no such basis",
            "say whether it is the wage of a month, the cost of a year, or the price of an hour",
        )),
    });
    let command = (|| {
        Some(PutWage {
            region,
            employment: employment?,
            wage: wage?,
            from: request.valid_from,
            to: request.valid_to,
            basis: basis?,
            amount: request.amount_euro,
        })
    })();
    fields.finish(command)
}

fn remove(region: Arc<Region>, request: &RemoveWageRequest) -> Result<RemoveWage, Error> {
    let mut fields = Fields::default();
    let employment = fields.id("employment_id", &request.employment_id);
    let wage = fields.id("wage_id", &request.wage_id);
    fields.finish(employment.zip(wage).map(|(employment, wage)| RemoveWage { region, employment, wage }))
}

fn get(region: Arc<Region>, request: &GetWageHistoryRequest) -> Result<GetWageHistory, Error> {
    let mut fields = Fields::default();
    let employment = fields.id("employment_id", &request.employment_id);
    fields.finish(employment.map(|employment| GetWageHistory { region, employment }))
}

fn to_history(view: &WageHistoryView) -> WageHistory {
    WageHistory {
        employment_id: view.employment.id.to_string(),
        wages: view.wages.iter().map(to_wage).collect(),
        etag: view.employment.etag().to_string(),
    }
}

fn to_wage((wage, rates): &(WagePeriod, Vec<RateFrom>)) -> ProtoWage {
    let basis = match wage.basis {
        WageBasis::GrossMonth => ProtoBasis::GrossMonth,
        WageBasis::AnnualCost => ProtoBasis::AnnualCost,
        WageBasis::DocumentedHour => ProtoBasis::DocumentedHour,
    };
    ProtoWage {
        wage_id: wage.id.to_string(),
        valid_from: wage.period.from.to_string(),
        valid_to: wage.period.to.map(|day| day.to_string()).unwrap_or_default(),
        basis: basis.into(),
        amount: Some(to_money(wage.wage.expose())),
        rates: rates
            .iter()
            .map(|one| RatePeriod {
                valid_from: one.from.to_string(),
                programme_version: one.version.to_string(),
                hourly_rate: one.rate.map(to_money),
            })
            .collect(),
    }
}
