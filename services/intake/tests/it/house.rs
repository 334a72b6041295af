//! A running intake with callers and invented people. Every personal value contains `kanarie`.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::{Authorized, detail};
use intake::Intake;
use intake::error::{FIELD_REASONS, REASONS};
use proto::common::v1::ErrorDetail;
use proto::intake::v1::person_service_client::PersonServiceClient;
use proto::intake::v1::referral_service_client::ReferralServiceClient;
use proto::intake::v1::{
    AdmitReferralRequest, Consent, ErasePersonRequest, ErasureGround, GetReferralRequest,
    ListReferralsRequest, Referral, RefuseReferralRequest, ScreenReferralRequest, SubmitReferralRequest,
    WithdrawReferralRequest,
};
use sqlx::AssertSqlSafe;
use testkit::{Running, TestRegion, mandate, worker};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

pub const PROGRAMME: &str = "waasland-esf";
pub const COORDINATOR: u128 = 0xc0;
pub const OFFICER: u128 = 0xd0;
/// A valid national number of nobody (reference facts of the domain): born on 18 May 1993.
pub const NATIONAL_NUMBER: &str = "93.05.18-223.61";

type Signed = InterceptedService<Channel, Authorized>;

pub struct House {
    pub region: TestRegion,
    pub running: Running,
}

impl House {
    pub async fn open() -> Self {
        Self::in_region(TestRegion::without_broker().await.unwrap()).await
    }

    /// With a broker, for tests of events that come in.
    pub async fn with_broker() -> Self {
        Self::in_region(TestRegion::start().await.unwrap()).await
    }

    async fn in_region(region: TestRegion) -> Self {
        let running = region.run::<Intake>("").await.unwrap();
        Self { region, running }
    }

    pub fn referrals(&self, caller: Caller) -> ReferralServiceClient<Signed> {
        ReferralServiceClient::new(
            self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap(),
        )
    }

    pub fn persons(&self, caller: Caller) -> PersonServiceClient<Signed> {
        PersonServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    /// Submits as anybody, and gives the receipt number.
    pub async fn submit(&self, form: SubmitReferralRequest) -> String {
        let answer =
            self.referrals(Caller::anonymous()).submit_referral(with_key(form)).await.unwrap().into_inner();
        assert!(answer.stored);
        answer.receipt_number
    }

    /// Submits, and gives the referral as the coordinator reads it.
    pub async fn submitted(&self, form: SubmitReferralRequest) -> Referral {
        let receipt_number = self.submit(form).await;
        let id = self
            .text("select referral_id::text from referrals where receipt_number = $1", &receipt_number)
            .await;
        self.get(&id).await
    }

    /// Submits and screens with answers that fulfil every rule.
    pub async fn screened(&self, form: SubmitReferralRequest) -> Referral {
        let referral = self.submitted(form).await;
        self.screen(&referral, eligible(&referral)).await.unwrap()
    }

    pub async fn get(&self, id: &str) -> Referral {
        let request = GetReferralRequest { referral_id: id.to_owned() };
        self.referrals(coordinator()).get_referral(request).await.unwrap().into_inner().referral.unwrap()
    }

    pub async fn screen(&self, read: &Referral, request: ScreenReferralRequest) -> Result<Referral, Status> {
        let request = with_tag(request, &read.etag);
        Ok(self.referrals(coordinator()).screen_referral(request).await?.into_inner().referral.unwrap())
    }

    pub async fn admit(&self, read: &Referral, motivation: &str) -> Result<Referral, Status> {
        self.admit_again(read, motivation, "").await
    }

    /// Admits as the same human being as that of an earlier referral.
    pub async fn admit_again(
        &self,
        read: &Referral,
        motivation: &str,
        earlier: &str,
    ) -> Result<Referral, Status> {
        let request = AdmitReferralRequest {
            referral_id: read.referral_id.clone(),
            motivation: motivation.to_owned(),
            earlier_referral_id: earlier.to_owned(),
        };
        let request = with_tag(request, &read.etag);
        Ok(self.referrals(coordinator()).admit_referral(request).await?.into_inner().referral.unwrap())
    }

    pub async fn refuse(&self, read: &Referral, reason: &str, alternative: &str) -> Result<Referral, Status> {
        let request = RefuseReferralRequest {
            referral_id: read.referral_id.clone(),
            reason: reason.to_owned(),
            alternative: alternative.to_owned(),
        };
        let request = with_tag(request, &read.etag);
        Ok(self.referrals(coordinator()).refuse_referral(request).await?.into_inner().referral.unwrap())
    }

    pub async fn withdraw(&self, read: &Referral, reason: &str) -> Result<Referral, Status> {
        let request =
            WithdrawReferralRequest { referral_id: read.referral_id.clone(), reason: reason.to_owned() };
        let request = with_tag(request, &read.etag);
        Ok(self.referrals(coordinator()).withdraw_referral(request).await?.into_inner().referral.unwrap())
    }

    pub async fn erase(&self, person: &str) -> Result<prost_types::Timestamp, Status> {
        let request =
            ErasePersonRequest { person_id: person.to_owned(), ground: ErasureGround::Request.into() };
        Ok(self.persons(officer()).erase_person(with_key(request)).await?.into_inner().erased_at.unwrap())
    }

    /// One text out of the database, as a superuser.
    pub async fn text(&self, query: &'static str, parameter: &str) -> String {
        sqlx::query_scalar(query).bind(parameter).fetch_one(&self.running.database.admin).await.unwrap()
    }

    /// One number out of the database, as a superuser.
    pub async fn count(&self, query: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_one(&self.running.database.admin)
            .await
            .unwrap()
    }

    /// Carries out a statement as a superuser.
    pub async fn execute(&self, statement: &str) {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(&self.running.database.admin)
            .await
            .unwrap();
    }

    /// Every table of the database, with its schema.
    pub async fn tables(&self) -> Vec<String> {
        sqlx::query_scalar(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'chassis') order by 1",
        )
        .fetch_all(&self.running.database.admin)
        .await
        .unwrap()
    }

    /// The rows of every table.
    pub async fn rows(&self) -> Vec<(String, i64)> {
        let mut rows = Vec::new();
        for table in self.tables().await {
            rows.push((table.clone(), self.count(&format!("select count(*) from {table}")).await));
        }
        rows
    }

    /// Tables with a row in which `kanarie` can be read, as text or as the bytes of a text.
    pub async fn tables_with_canary(&self) -> Vec<String> {
        let mut found = Vec::new();
        for table in self.tables().await {
            let query = format!(
                "select count(*) from {table} as scanned
                 where scanned::text ilike any (array[
                     '%kanarie%', '%' || encode('kanarie', 'hex') || '%', '%' || encode('Kanarie', 'hex') || '%'])"
            );
            if self.count(&query).await > 0 {
                found.push(table);
            }
        }
        found
    }
}

pub fn coordinator() -> Caller {
    worker(COORDINATOR, vec![mandate(Role::Coordinator, Scope::Programme, Some(PROGRAMME))])
}

/// A coordinator of another programme.
pub fn stranger() -> Caller {
    worker(0x5e, vec![mandate(Role::Coordinator, Scope::Programme, Some("elsewhere"))])
}

pub fn officer() -> Caller {
    worker(OFFICER, vec![mandate(Role::DataProtectionOfficer, Scope::Region, None)])
}

pub fn form() -> SubmitReferralRequest {
    SubmitReferralRequest {
        programme: PROGRAMME.to_owned(),
        channel: "partner".to_owned(),
        consent: Consent::Given.into(),
        person_name: "Kanarie Jansen".to_owned(),
        person_contact: "0470 11 22 33 of kanarie.jansen@example.org".to_owned(),
        municipality_nis: "46025".to_owned(),
        reasons: vec!["work-search".to_owned(), "network".to_owned()],
        referrer_name: "Kanarie-De Smet".to_owned(),
        referrer_organisation: "Kanariehuis".to_owned(),
        referrer_contact: "kanarie.desmet@example.org".to_owned(),
        note: "kanarie: belt liefst na vier uur".to_owned(),
    }
}

/// Somebody else: nothing in common with [`form`].
pub fn another_form(number: u32) -> SubmitReferralRequest {
    SubmitReferralRequest {
        person_name: format!(
            "Kanarie {}",
            "abcdefghij".chars().cycle().skip(number as usize).take(9).collect::<String>()
                + &"x".repeat(number as usize)
        ),
        person_contact: format!("kanarie.{number}@example.org"),
        ..form()
    }
}

pub fn eligible(referral: &Referral) -> ScreenReferralRequest {
    ScreenReferralRequest {
        referral_id: referral.referral_id.clone(),
        birth_date: "1993-05".to_owned(),
        national_number: String::new(),
        answers: [
            ("works-full-time", "no"),
            ("legal-residence", "yes"),
            ("labour-status", "inactive"),
            ("similar-support", "none"),
            ("wish-of-person", "kanarie: een job in het groen"),
        ]
        .map(|(question, answer)| (question.to_owned(), answer.to_owned()))
        .into(),
    }
}

pub fn list() -> ListReferralsRequest {
    ListReferralsRequest { programme: PROGRAMME.to_owned(), ..ListReferralsRequest::default() }
}

/// A request under an idempotency key of its own.
pub fn with_key<T>(message: T) -> Request<T> {
    with_this_key(message, &chassis::id::IdGenerator.uuid().to_string())
}

pub fn with_this_key<T>(message: T, key: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

/// A request on a version that was read.
pub fn with_tag<T>(message: T, etag: &str) -> Request<T> {
    let mut request = with_key(message);
    request.metadata_mut().insert("if-match", etag.parse().unwrap());
    request
}

/// What a refusal tells programs. Every reason of intake stands in its list.
pub fn told(status: &Status) -> ErrorDetail {
    let detail = detail(status).unwrap_or_else(|| panic!("no detail: {status:?}"));
    let of_the_chassis =
        ["IF_MATCH_REQUIRED", "IDEMPOTENCY_KEY_REUSED", "ANSWER_ERASED", "NO_MANDATE", "SIGN_IN_REQUIRED"];
    assert!(
        REASONS.iter().any(|(reason, _)| *reason == detail.reason)
            || of_the_chassis.contains(&detail.reason.as_str()),
        "{} is not in REASONS",
        detail.reason
    );
    for violation in &detail.violations {
        assert!(
            FIELD_REASONS.iter().any(|(reason, _)| *reason == violation.reason)
                || detail.reason == "IF_MATCH_REQUIRED",
            "{} is not in FIELD_REASONS",
            violation.reason
        );
        assert!(!violation.message.is_empty() && !violation.remedy.is_empty(), "{violation:?}");
    }
    let shown = format!("{detail:?}{}", status.message()).to_lowercase();
    assert!(!shown.contains("kanarie"), "a refusal repeats what is personal: {shown}");
    detail
}

/// The violations of a refusal, as field and reason.
pub fn violations(status: &Status) -> Vec<(String, String)> {
    let detail = told(status);
    assert_eq!((detail.kind.as_str(), detail.reason.as_str()), ("INVALID_ARGUMENT", "INVALID_FIELDS"));
    detail.violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}
