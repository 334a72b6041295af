//! Intake in Katrol Asse, with a family that is referred. Everybody is invented.

use std::path::{Path, PathBuf};

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::Authorized;
use intake::Intake;
use prost::Message as _;
use proto::intake::events::v1::FamilyRecorded;
use proto::intake::v1::family_service_client::FamilyServiceClient;
use proto::intake::v1::{
    AddFamilyMemberRequest, AdmitReferralRequest, CorrectFamilyMemberRequest, Family, FamilyMember,
    FamilyRelation, FamilyRemovalReason, GetFamilyRequest, GetParticipatingFamilyRequest, GetReferralRequest,
    Referral, RefuseReferralRequest, RemoveFamilyMemberRequest, ScreenReferralRequest, SubmitReferralRequest,
    WithdrawReferralRequest,
};
use testkit::{TestRegion, mandate, worker};
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::house::{House, form, with_key, with_tag};

pub const KATROL: &str = "katrol";
pub const STUDENT: u128 = 0x57;

type Signed = InterceptedService<Channel, Authorized>;

pub fn katrol_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/katrol-asse/region.toml")
}

/// The anchor person.
pub fn anchor() -> Caller {
    worker(0xa0, vec![mandate(Role::Coordinator, Scope::Programme, Some(KATROL))])
}

pub fn student(id: u128) -> Caller {
    worker(id, vec![mandate(Role::Student, Scope::OwnCases, Some(KATROL))])
}

pub fn family_form(name: &str) -> SubmitReferralRequest {
    SubmitReferralRequest {
        programme: KATROL.to_owned(),
        channel: "self".to_owned(),
        person_name: name.to_owned(),
        municipality_nis: "23002".to_owned(),
        reasons: vec!["homework".to_owned()],
        ..form()
    }
}

pub fn child(referral: &str, name: &str, birth_date: &str, school_year: &str) -> AddFamilyMemberRequest {
    AddFamilyMemberRequest {
        relation: FamilyRelation::Child.into(),
        birth_date: birth_date.to_owned(),
        school: "Kanarieschool".to_owned(),
        school_year: school_year.to_owned(),
        ..parent(referral, name)
    }
}

pub fn parent(referral: &str, name: &str) -> AddFamilyMemberRequest {
    AddFamilyMemberRequest {
        referral_id: referral.to_owned(),
        relation: FamilyRelation::Parent.into(),
        name: name.to_owned(),
        ..AddFamilyMemberRequest::default()
    }
}

/// The person who was referred, as a parent.
pub fn referred(referral: &str) -> AddFamilyMemberRequest {
    AddFamilyMemberRequest { is_referred_person: true, ..parent(referral, "") }
}

/// What a correction gives again when nothing is wrong.
pub fn same(member: &FamilyMember) -> CorrectFamilyMemberRequest {
    CorrectFamilyMemberRequest {
        member_id: member.member_id.clone(),
        relation: member.relation,
        name: member.name.clone(),
        birth_date: member.birth_date.clone(),
        school: member.school.clone(),
        school_year: member.school_year.clone(),
    }
}

/// The families that were told, in order.
pub async fn recorded(house: &House) -> Vec<FamilyRecorded> {
    let payloads: Vec<Vec<u8>> = sqlx::query_scalar(
        "select payload from chassis.outbox where event_type = 'intake.family_recorded.v1' order by position",
    )
    .fetch_all(&house.running.database.admin)
    .await
    .unwrap();
    payloads
        .iter()
        .inspect(|payload| assert!(!String::from_utf8_lossy(payload).to_lowercase().contains("kanarie")))
        .map(|payload| FamilyRecorded::decode(payload.as_slice()).unwrap())
        .collect()
}

impl House {
    /// In Katrol Asse.
    pub async fn katrol() -> Self {
        let mut region = TestRegion::without_broker().await.unwrap();
        "katrol-asse".clone_into(&mut region.code);
        let settings = format!("[region]\nfile = \"{}\"", katrol_file().display());
        let running = region.run::<Intake>(&settings).await.unwrap();
        Self { region, running }
    }

    pub fn families(&self, caller: Caller) -> FamilyServiceClient<Signed> {
        FamilyServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    pub async fn family_referral(&self, id: &str) -> Referral {
        let request = GetReferralRequest { referral_id: id.to_owned() };
        self.referrals(anchor()).get_referral(request).await.unwrap().into_inner().referral.unwrap()
    }

    pub async fn family_referred(&self, name: &str) -> Referral {
        let receipt_number = self.submit(family_form(name)).await;
        let id = self
            .text("select referral_id::text from referrals where receipt_number = $1", &receipt_number)
            .await;
        self.family_referral(&id).await
    }

    pub async fn family_screened(&self, id: &str) -> Referral {
        let read = self.family_referral(id).await;
        let answers = [("youngest-grade", "primary-1"), ("safe-for-student", "yes")];
        let request = ScreenReferralRequest {
            referral_id: id.to_owned(),
            birth_date: "1990".to_owned(),
            national_number: String::new(),
            answers: answers.map(|(question, answer)| (question.to_owned(), answer.to_owned())).into(),
        };
        let request = with_tag(request, &read.etag);
        self.referrals(anchor()).screen_referral(request).await.unwrap().into_inner().referral.unwrap()
    }

    /// Screens and admits, and gives the participation.
    pub async fn family_admitted(&self, id: &str, earlier: &str) -> String {
        let screened = self.family_screened(id).await;
        let request = AdmitReferralRequest {
            referral_id: id.to_owned(),
            motivation: String::new(),
            earlier_referral_id: earlier.to_owned(),
        };
        let request = with_tag(request, &screened.etag);
        let answer = self.referrals(anchor()).admit_referral(request).await.unwrap().into_inner();
        answer.referral.unwrap().decision.unwrap().participation_id
    }

    pub async fn family_refused(&self, id: &str) {
        let request = RefuseReferralRequest {
            referral_id: id.to_owned(),
            reason: "no-request".to_owned(),
            alternative: String::new(),
        };
        let request = with_tag(request, &self.family_referral(id).await.etag);
        self.referrals(anchor()).refuse_referral(request).await.unwrap();
    }

    pub async fn family_withdrawn(&self, id: &str) {
        let request = WithdrawReferralRequest { referral_id: id.to_owned(), reason: "moved-away".to_owned() };
        let request = with_tag(request, &self.family_referral(id).await.etag);
        self.referrals(anchor()).withdraw_referral(request).await.unwrap();
    }

    pub async fn add(&self, request: AddFamilyMemberRequest) -> Result<FamilyMember, Status> {
        Ok(self.families(anchor()).add_family_member(with_key(request)).await?.into_inner().member.unwrap())
    }

    pub async fn correct(
        &self,
        request: CorrectFamilyMemberRequest,
        etag: &str,
    ) -> Result<FamilyMember, Status> {
        let request = with_tag(request, etag);
        Ok(self.families(anchor()).correct_family_member(request).await?.into_inner().member.unwrap())
    }

    pub async fn remove(
        &self,
        member: &FamilyMember,
        reason: FamilyRemovalReason,
    ) -> Result<FamilyMember, Status> {
        let request =
            RemoveFamilyMemberRequest { member_id: member.member_id.clone(), reason: reason.into() };
        let request = with_tag(request, &member.etag);
        Ok(self.families(anchor()).remove_family_member(request).await?.into_inner().member.unwrap())
    }

    pub async fn family(&self, referral: &str) -> Family {
        let request = GetFamilyRequest { referral_id: referral.to_owned() };
        self.families(anchor()).get_family(request).await.unwrap().into_inner().family.unwrap()
    }

    pub async fn participating_family(&self, caller: Caller, participation: &str) -> Result<Family, Status> {
        let request = GetParticipatingFamilyRequest { participation_id: participation.to_owned() };
        Ok(self.families(caller).get_participating_family(request).await?.into_inner().family.unwrap())
    }

    /// A referred mother, a father and three children, the oldest outside the focus group.
    pub async fn whole_family(&self) -> (Referral, Vec<FamilyMember>) {
        let referral = self.family_referred("Kanarie Mama").await;
        let id = referral.referral_id.as_str();
        let mut members = Vec::new();
        for member in [
            referred(id),
            parent(id, "Kanarie Papa"),
            child(id, "Kanarie Lea", "2019-06-14", "kindergarten-3"),
            child(id, "Kanarie Tuur", "2018", "primary-1"),
            child(id, "Kanarie Mila", "2014-03", "primary-5"),
        ] {
            members.push(self.add(member).await.unwrap());
        }
        (referral, members)
    }

    pub async fn on_the_case(&self, participation: &str, student: u128) {
        let access = format!(
            "insert into case_access (participation_id, worker_id, organisation_id, role, domain_class, valid_from)
             values ('{participation}', '{}', gen_random_uuid(), 'student', 'normal', current_date - 9)",
            uuid::Uuid::from_u128(student)
        );
        self.execute(&access).await;
    }
}
