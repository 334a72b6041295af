//! Employments and time sheets as requests: a person who writes, officers who approve.

use chassis::caller::{Caller, Role, Scope};
use proto::finance::v1::employment_service_client::EmploymentServiceClient;
use proto::finance::v1::time_sheet_service_client::TimeSheetServiceClient;
use proto::finance::v1::wage_service_client::WageServiceClient;
use proto::finance::v1::{
    ApproveTimeSheetRequest, ConfirmTimeSheetRequest, CorrectTimeSheetRequest, CreateEmploymentRequest,
    Employment, GetTimeSheetRequest, GetWageHistoryRequest, HourClass, LockMonthRequest, MonthLock,
    OpenTimeSheetRequest, PutTimeSheetRequest, PutWageRequest, TimeEntryInput, TimeSheet, WageBasis,
    WageHistory,
};
use testkit::{mandate, worker};
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use uuid::Uuid;

use crate::house::{House, OFFICER, PROGRAMME, officer, with_key, with_tag};
use chassis::grpc::Authorized;

/// A coach, and the month most tests are about.
pub const COACH: u128 = 0xc0ac;
pub const MONTH: &str = "2024-03";
pub const WITH: HourClass = HourClass::WithParticipant;
pub const AROUND: HourClass = HourClass::AroundParticipant;

type Sheets = TimeSheetServiceClient<InterceptedService<Channel, Authorized>>;
type Wages = WageServiceClient<InterceptedService<Channel, Authorized>>;
type Staff = EmploymentServiceClient<InterceptedService<Channel, Authorized>>;

/// A person with a mandate of their own.
pub fn coach(id: u128) -> Caller {
    worker(id, vec![mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME))])
}

/// A finance officer of one organisation.
pub fn officer_of(organisation: Uuid) -> Caller {
    let mandates = vec![mandate(Role::FinanceOfficer, Scope::Organisation, Some(PROGRAMME))];
    Caller { organisation: Some(organisation), ..worker(0xf0, mandates) }
}

/// Somebody with a mandate for the whole programme.
pub fn of_programme(role: Role) -> Caller {
    worker(0x0f, vec![mandate(role, Scope::Programme, Some(PROGRAMME))])
}

pub fn organisation(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// An employment that fits: all of 2024 for Arktos.
pub fn employment(worker: u128) -> CreateEmploymentRequest {
    CreateEmploymentRequest {
        programme: PROGRAMME.to_owned(),
        worker_id: Uuid::from_u128(worker).to_string(),
        organisation_id: organisation(0x0a).to_string(),
        partner: "arktos".to_owned(),
        kbo: kbo("arktos"),
        component: "operation".to_owned(),
        valid_from: "2024-01-01".to_owned(),
        valid_to: "2024-12-31".to_owned(),
        fte: "0.8".to_owned(),
    }
}

/// The enterprise number of a partner of the region, with dots.
pub fn kbo(partner: &str) -> String {
    let region = region::load(&testkit::region_file()).unwrap();
    region.partners.iter().find(|one| one.code.as_str() == partner).unwrap().kbo.dotted()
}

pub fn entry(day: &str, hour_class: HourClass, minutes: i32) -> TimeEntryInput {
    TimeEntryInput { day: day.to_owned(), hour_class: hour_class.into(), minutes }
}

pub fn lock_request(month: &str, accept_missing: bool) -> LockMonthRequest {
    LockMonthRequest { programme: PROGRAMME.to_owned(), month: month.to_owned(), accept_missing }
}

impl House {
    pub fn sheets(&self, caller: Caller) -> Sheets {
        TimeSheetServiceClient::new(
            self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap(),
        )
    }

    pub fn staff(&self, caller: Caller) -> Staff {
        EmploymentServiceClient::new(
            self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap(),
        )
    }

    pub fn wages(&self, caller: Caller) -> Wages {
        WageServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    /// The tag of an employment as it is now.
    pub async fn tag_of(&self, employment_id: &str) -> String {
        let request = GetWageHistoryRequest { employment_id: employment_id.to_owned() };
        let answer = self.wages(officer()).get_wage_history(request).await.unwrap();
        answer.into_inner().history.unwrap().etag
    }

    /// Adds a gross wage of a month.
    pub async fn pay(
        &self,
        employment_id: &str,
        from: &str,
        to: &str,
        euro: &str,
    ) -> Result<WageHistory, Status> {
        let request = PutWageRequest {
            employment_id: employment_id.to_owned(),
            wage_id: String::new(),
            valid_from: from.to_owned(),
            valid_to: to.to_owned(),
            basis: WageBasis::GrossMonth.into(),
            amount_euro: euro.to_owned(),
        };
        let tag = self.tag_of(employment_id).await;
        let answer = self.wages(officer()).put_wage(with_tag(request, &tag)).await?;
        Ok(answer.into_inner().history.unwrap())
    }

    pub async fn employ(&self, request: CreateEmploymentRequest) -> Result<Employment, Status> {
        let answer = self.staff(officer()).create_employment(with_key(request)).await?;
        Ok(answer.into_inner().employment.unwrap())
    }

    pub async fn open_sheet(
        &self,
        worker: u128,
        employment_id: &str,
        month: &str,
    ) -> Result<TimeSheet, Status> {
        let request =
            OpenTimeSheetRequest { employment_id: employment_id.to_owned(), month: month.to_owned() };
        let answer = self.sheets(coach(worker)).open_time_sheet(with_key(request)).await?;
        Ok(answer.into_inner().time_sheet.unwrap())
    }

    pub async fn put_sheet(
        &self,
        read: &TimeSheet,
        entries: Vec<TimeEntryInput>,
    ) -> Result<TimeSheet, Status> {
        let request = PutTimeSheetRequest { time_sheet_id: read.time_sheet_id.clone(), entries };
        let mut client = self.sheets(coach(person(read)));
        Ok(client.put_time_sheet(with_tag(request, &read.etag)).await?.into_inner().time_sheet.unwrap())
    }

    pub async fn confirm_sheet(&self, read: &TimeSheet) -> Result<TimeSheet, Status> {
        let request = ConfirmTimeSheetRequest { time_sheet_id: read.time_sheet_id.clone() };
        let mut client = self.sheets(coach(person(read)));
        Ok(client.confirm_time_sheet(with_tag(request, &read.etag)).await?.into_inner().time_sheet.unwrap())
    }

    pub async fn approve_sheet(&self, caller: Caller, read: &TimeSheet) -> Result<TimeSheet, Status> {
        let request = ApproveTimeSheetRequest { time_sheet_id: read.time_sheet_id.clone() };
        let answer = self.sheets(caller).approve_time_sheet(with_tag(request, &read.etag)).await?;
        Ok(answer.into_inner().time_sheet.unwrap())
    }

    pub async fn correct_sheet(
        &self,
        read: &TimeSheet,
        day: &str,
        class: HourClass,
        minutes: i32,
    ) -> Result<TimeSheet, Status> {
        let request = CorrectTimeSheetRequest {
            time_sheet_id: read.time_sheet_id.clone(),
            day: day.to_owned(),
            hour_class: class.into(),
            minutes,
            reason: "vergeten overleg".to_owned(),
        };
        let answer = self.sheets(officer()).correct_time_sheet(with_tag(request, &read.etag)).await?;
        Ok(answer.into_inner().time_sheet.unwrap())
    }

    pub async fn read_sheet(&self, read: &TimeSheet) -> TimeSheet {
        let request = GetTimeSheetRequest { time_sheet_id: read.time_sheet_id.clone() };
        let answer = self.sheets(officer()).get_time_sheet(request).await.unwrap();
        answer.into_inner().time_sheet.unwrap()
    }

    pub async fn lock(&self, month: &str, accept_missing: bool) -> Result<MonthLock, Status> {
        let request = with_key(lock_request(month, accept_missing));
        Ok(self.sheets(officer()).lock_month(request).await?.into_inner().month_lock.unwrap())
    }

    /// A sheet of a month with these days, as far as approved.
    pub async fn approved(&self, worker: u128, month: &str, entries: Vec<TimeEntryInput>) -> TimeSheet {
        let employment = self.employ(employment(worker)).await.unwrap();
        self.approved_of(&employment, month, entries).await
    }

    pub async fn approved_of(
        &self,
        employment: &Employment,
        month: &str,
        entries: Vec<TimeEntryInput>,
    ) -> TimeSheet {
        let worker: Uuid = employment.worker_id.parse().unwrap();
        let sheet = self.open_sheet(worker.as_u128(), &employment.employment_id, month).await.unwrap();
        let sheet = self.put_sheet(&sheet, entries).await.unwrap();
        let sheet = self.confirm_sheet(&sheet).await.unwrap();
        self.approve_sheet(officer(), &sheet).await.unwrap()
    }
}

fn person(sheet: &TimeSheet) -> u128 {
    sheet.worker_id.parse::<Uuid>().unwrap().as_u128()
}

pub fn officer_id() -> String {
    Uuid::from_u128(OFFICER).to_string()
}
