//! The programme file as a whole.

use jiff::civil::Date;
use serde::Serialize;

use crate::closed_set::closed_set;
use crate::programme::{
    Capacity, Channel, ChannelKind, Closing, Duty, EligibilityRule, ExitReason, Family, FinanceModel,
    Indicator, InflowShare, Instrument, LifeDomain, Matching, Question, ReferralReason, RefusalReason,
    Retention, Role, RoleRule, WithdrawalReason,
};
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{
    DomainCode, ExitReasonCode, InstrumentCode, ProgrammeCode, QuestionId, ReferralReasonCode,
    RefusalReasonCode, RuleId, WithdrawalReasonCode,
};
use crate::version::FileVersion;

closed_set! {
    /// Whom or what a participation is about.
    pub enum SubjectKind is "kind of subject" {
        /// One human being.
        Person = "person",
        /// A family, each member with an own confidentiality.
        Family = "family",
        /// A school.
        School = "school",
        /// An organisation.
        Organisation = "organisation",
    }
}

/// One version of a programme.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Programme {
    /// Its code.
    pub code: ProgrammeCode,
    /// Its name.
    pub name: String,
    /// Which file this is.
    pub version: FileVersion,
    /// Whom or what a participation is about.
    pub subject: SubjectKind,
    /// What is asked of families; `None` unless the subject is the family.
    pub family: Option<Family>,
    /// The first day on which the programme runs; `None` when open.
    pub starts_on: Option<Date>,
    /// The last day on which the programme runs; `None` when open.
    pub ends_on: Option<Date>,
    /// The ways in, in the order in which they are shown.
    pub channels: Vec<Channel>,
    /// Why somebody is referred, in the order in which they are shown.
    pub referral_reasons: Vec<ReferralReason>,
    /// How the inflow is divided over referring partners; empty when it is not.
    pub inflow_shares: Vec<InflowShare>,
    /// Whether there is a central screening. When not, a referral is decided on without rules.
    pub screening_enabled: bool,
    /// What is asked at screening, in the order in which it is asked.
    pub questions: Vec<Question>,
    /// Who may take part.
    pub eligibility: Vec<EligibilityRule>,
    /// Why a referral can be refused.
    pub refusal_reasons: Vec<RefusalReason>,
    /// Why a referral can be withdrawn.
    pub withdrawal_reasons: Vec<WithdrawalReason>,
    /// Who acts in it.
    pub roles: Vec<RoleRule>,
    /// How much can be done at once.
    pub capacity: Capacity,
    /// Who is proposed for whom.
    pub matching: Matching,
    /// The domains of life that are worked on.
    pub life_domains: Vec<LifeDomain>,
    /// What is measured with.
    pub instruments: Vec<Instrument>,
    /// What has to be done when.
    pub duties: Vec<Duty>,
    /// Why a trajectory ends.
    pub exit_reasons: Vec<ExitReason>,
    /// What comes before the end of a trajectory.
    pub closing: Closing,
    /// What is counted.
    pub indicators: Vec<Indicator>,
    /// How it is paid; `None` when the platform keeps no accounts of it.
    pub finance: Option<FinanceModel>,
    /// How long what is kept.
    pub retention: Retention,
}

impl Programme {
    /// Gives a way in; `None` when this programme does not have it.
    pub fn channel(&self, kind: ChannelKind) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.kind == kind)
    }

    /// Gives a reason of referral.
    pub fn referral_reason(&self, code: &ReferralReasonCode) -> Option<&ReferralReason> {
        self.referral_reasons.iter().find(|reason| reason.code == *code)
    }

    /// Gives a question.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == *id)
    }

    /// Gives a rule of eligibility.
    pub fn eligibility_rule(&self, id: &RuleId) -> Option<&EligibilityRule> {
        self.eligibility.iter().find(|rule| rule.id == *id)
    }

    /// Gives a reason of refusal.
    pub fn refusal_reason(&self, code: &RefusalReasonCode) -> Option<&RefusalReason> {
        self.refusal_reasons.iter().find(|reason| reason.code == *code)
    }

    /// Gives a reason of withdrawal.
    pub fn withdrawal_reason(&self, code: &WithdrawalReasonCode) -> Option<&WithdrawalReason> {
        self.withdrawal_reasons.iter().find(|reason| reason.code == *code)
    }

    /// Gives what a role may do; `None` when the role does not act in this programme.
    pub fn role(&self, role: Role) -> Option<&RoleRule> {
        self.roles.iter().find(|rule| rule.role == role)
    }

    /// Gives a life domain.
    pub fn life_domain(&self, code: &DomainCode) -> Option<&LifeDomain> {
        self.life_domains.iter().find(|domain| domain.code == *code)
    }

    /// Gives an instrument.
    pub fn instrument(&self, code: &InstrumentCode) -> Option<&Instrument> {
        self.instruments.iter().find(|instrument| instrument.code == *code)
    }

    /// Gives a reason of exit.
    pub fn exit_reason(&self, code: &ExitReasonCode) -> Option<&ExitReason> {
        self.exit_reasons.iter().find(|reason| reason.code == *code)
    }

    pub(crate) fn read(section: &mut Section<'_, '_>, version: Option<FileVersion>) -> Option<Self> {
        let code = section.declared("code", Namespace::Programme, "waasland-esf");
        let name = section.text("name");
        let subject = section.word("subject");
        let family = Family::read(section, subject);
        let (starts_on, ends_on) = read_period(section);
        let channels = section.tables("channel", 1, Channel::read);
        let referral_reasons = section.tables("referral_reason", 1, ReferralReason::read);
        let inflow_shares = InflowShare::read_all(section);
        let screening_enabled = section.table("screening", |screening| screening.boolean("enabled"));
        let questions = section.tables("question", 0, Question::read);
        let eligibility = EligibilityRule::read_all(section, questions.as_deref());
        let refusal_reasons = section.tables("refusal_reason", 1, RefusalReason::read);
        let withdrawal_reasons = section.tables("withdrawal_reason", 1, WithdrawalReason::read);
        let roles = RoleRule::read_all(section);
        let capacity = section.table("capacity", Capacity::read);
        let matching = section.table("matching", Matching::read);
        let life_domains = section.tables("life_domain", 0, LifeDomain::read);
        let instruments = section.tables("instrument", 0, Instrument::read);
        let duties = section.tables("duty", 0, Duty::read);
        let exit_reasons = section.tables("exit_reason", 1, ExitReason::read);
        let closing = Closing::read(section);
        let indicators = section.tables("indicator", 0, Indicator::read);
        let finance = section.optional_table("finance", FinanceModel::read);
        let retention = Retention::read(section);
        Some(Self {
            code: code?,
            name: name?,
            version: version?,
            subject: subject?,
            family,
            starts_on,
            ends_on,
            channels: channels?,
            referral_reasons: referral_reasons?,
            inflow_shares: inflow_shares?,
            screening_enabled: screening_enabled?,
            questions: questions?,
            eligibility: eligibility?,
            refusal_reasons: refusal_reasons?,
            withdrawal_reasons: withdrawal_reasons?,
            roles: roles?,
            capacity: capacity?,
            matching: matching?,
            life_domains: life_domains?,
            instruments: instruments?,
            duties: duties?,
            exit_reasons: exit_reasons?,
            closing: closing?,
            indicators: indicators?,
            finance,
            retention: retention?,
        })
    }
}

fn read_period(section: &mut Section<'_, '_>) -> (Option<Date>, Option<Date>) {
    let starts_on = section.optional_date("starts_on");
    let ends_on = section.optional_date("ends_on");
    if let (Some(first), Some(last)) = (starts_on, ends_on)
        && last < first
    {
        section.complain(
            "ends_on",
            MistakeKind::Contradiction,
            format!("the programme ends on {last}, before it starts on {first}"),
            "swap `starts_on` and `ends_on`, or correct one of them",
        );
    }
    (starts_on, ends_on)
}
