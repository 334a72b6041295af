//! The shared pot: contributions, decisions, spending, releases, counter-entries.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::Authorized;
use futures::future::join_all;
use proto::finance::v1::pot_service_client::PotServiceClient;
use proto::finance::v1::{
    CloseDecisionRequest, GetPotRequest, GetPotResponse, GetPotTotalsRequest, ListPotEntriesRequest,
    PotEntry, PotEntryKind, PotTotals, RecordPotDecisionRequest, RecordPotSpendingRequest,
    ReversePotEntryRequest,
};
use testkit::{mandate, worker};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::house::{
    House, PROGRAMME, board, euro, fields, officer, pair, refusal, stranger, told, violations, with_key,
    with_this_key,
};

type Client = PotServiceClient<InterceptedService<Channel, Authorized>>;

fn someone(role: Role) -> Caller {
    worker(0xaa, vec![mandate(role, Scope::Programme, Some(PROGRAMME))])
}

fn decision(amount: &str) -> RecordPotDecisionRequest {
    RecordPotDecisionRequest {
        programme: PROGRAMME.to_owned(),
        year: 2024,
        day: "2024-03-01".to_owned(),
        organ: "stuurgroep".to_owned(),
        subject: "gedeelde locatie".to_owned(),
        amount_euro: amount.to_owned(),
    }
}

fn spending(decision: &PotEntry, amount: &str) -> RecordPotSpendingRequest {
    RecordPotSpendingRequest {
        decision_id: decision.entry_id.clone(),
        day: "2024-04-01".to_owned(),
        partner: "emino".to_owned(),
        subject: "huur april".to_owned(),
        amount_euro: amount.to_owned(),
        evidence: "F-2024-017".to_owned(),
        account: "610000".to_owned(),
    }
}

impl House {
    fn pots(&self, caller: Caller) -> Client {
        PotServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    pub async fn decide(&self, amount: &str) -> Result<PotEntry, Status> {
        let answer = self.pots(officer()).record_pot_decision(with_key(decision(amount))).await?;
        Ok(answer.into_inner().entry.unwrap())
    }

    async fn spend(&self, decision: &PotEntry, amount: &str) -> Result<PotEntry, Status> {
        let answer = self.pots(officer()).record_pot_spending(with_key(spending(decision, amount))).await?;
        Ok(answer.into_inner().entry.unwrap())
    }

    async fn close(&self, decision: &PotEntry) -> Result<PotEntry, Status> {
        let (decision_id, reason) = (decision.entry_id.clone(), "afgerond".to_owned());
        let request = with_key(CloseDecisionRequest { decision_id, reason });
        Ok(self.pots(officer()).close_decision(request).await?.into_inner().entry.unwrap())
    }

    async fn reverse(&self, entry: &PotEntry) -> Result<PotEntry, Status> {
        let (entry_id, reason) = (entry.entry_id.clone(), "dubbel geboekt".to_owned());
        let request = with_key(ReversePotEntryRequest { entry_id, reason });
        Ok(self.pots(officer()).reverse_pot_entry(request).await?.into_inner().entry.unwrap())
    }

    async fn pot(&self) -> GetPotResponse {
        let request = GetPotRequest { programme: PROGRAMME.to_owned(), year: 2024 };
        self.pots(officer()).get_pot(request).await.unwrap().into_inner()
    }

    async fn totals(&self, caller: Caller) -> PotTotals {
        let request = GetPotTotalsRequest { programme: PROGRAMME.to_owned(), year: 2024 };
        self.pots(caller).get_pot_totals(request).await.unwrap().into_inner().totals.unwrap()
    }

    /// The pot of Waasland: 27,630.62 by the approved budget.
    pub async fn with_pot() -> Self {
        let house = Self::open().await;
        let budget = house.waasland().await;
        house.approve(&budget).await.unwrap();
        house
    }
}

fn short(refused: &Status, reason: &str, available: &str) {
    let detail = told(refused);
    assert_eq!((detail.reason.as_str(), detail.metadata["available_euro"].as_str()), (reason, available));
}

#[tokio::test]
async fn a_pot_holds_what_the_approved_budget_gives_to_it() {
    let house = House::open().await;
    let budget = house.waasland().await;
    short(&house.decide("0.01").await.unwrap_err(), "POT_SHORT", "0.00");
    let budget = house.approve(&budget).await.unwrap();

    let pot = house.pot().await;

    let shares = budget.flat_rate_shares.clone().unwrap();
    let given: Vec<_> = pot.contributions.iter().map(|one| (one.partner.as_str(), one.amount)).collect();
    assert_eq!(
        given,
        [("arktos", euro("12831.74")), ("compaan", euro("7399.44")), ("emino", euro("7399.44"))]
    );
    assert_eq!(
        given,
        shares.partners.iter().map(|one| (one.partner.as_str(), one.shared)).collect::<Vec<_>>()
    );
    let totals = pot.totals.unwrap();
    assert_eq!((totals.contributed, totals.available), (euro("27630.62"), euro("27630.62")));
    assert_eq!((pot.budget_id, pot.former_budget_id), (budget.budget_id, String::new()));
    assert!(pot.contributions.iter().all(|one| one.former_amount.is_none() && one.change.is_none()));
}

#[tokio::test]
async fn no_balance_falls_below_zero() {
    let house = House::with_pot().await;
    let first = house.decide("27630.00").await.unwrap();
    short(&house.decide("0.63").await.unwrap_err(), "POT_SHORT", "0.62");
    house.spend(&first, "20000.00").await.unwrap();
    short(&house.spend(&first, "7630.01").await.unwrap_err(), "POT_DECISION_SHORT", "7630.00");

    let released = house.close(&first).await.unwrap();

    assert_eq!((released.kind(), released.amount), (PotEntryKind::Release, euro("7630.00")));
    assert_eq!(told(&house.spend(&first, "0.01").await.unwrap_err()).reason, "POT_DECISION_CLOSED");
    assert_eq!(told(&house.close(&first).await.unwrap_err()).reason, "POT_DECISION_CLOSED");
    let second = house.decide("7630.62").await.unwrap();
    // What was released went into the second decision: the first cannot be opened again.
    short(&house.reverse(&released).await.unwrap_err(), "POT_SHORT", "0.00");
    house.reverse(&second).await.unwrap();
    house.reverse(&released).await.unwrap();
    house.spend(&first, "7630.00").await.unwrap();

    let totals = house.totals(board()).await;
    assert_eq!((totals.held, totals.spent), (euro("27630.00"), euro("27630.00")));
    assert_eq!(totals.available, euro("0.62"));
    assert_eq!((totals.decisions[0].left, totals.decisions[0].closed), (euro("0.00"), false));
    assert_eq!((totals.decisions[1].reserved, totals.decisions[1].left), (euro("0.00"), euro("0.00")));
}

#[tokio::test]
async fn a_mistake_is_reversed_beside_itself_once() {
    let house = House::with_pot().await;
    let decided = house.decide("1000").await.unwrap();
    let spent = house.spend(&decided, "400").await.unwrap();
    assert_eq!(told(&house.reverse(&decided).await.unwrap_err()).reason, "POT_DECISION_IN_USE");

    let back = house.reverse(&spent).await.unwrap();

    assert_eq!((back.amount.unwrap().cents, back.reverses.as_str()), (-40_000, spent.entry_id.as_str()));
    assert_eq!((back.partner.as_str(), back.subject.as_str()), ("emino", "dubbel geboekt"));
    for entry in [&spent, &back] {
        let refused = house.reverse(entry).await.unwrap_err();
        assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "POT_ENTRY_REVERSED"));
    }
    house.reverse(&decided).await.unwrap();
    assert_eq!(told(&house.spend(&decided, "1").await.unwrap_err()).reason, "POT_ENTRY_REVERSED");
    assert_eq!(house.count("select count(*) from pot_entries").await, 4);
    for change in ["update pot_entries set amount_cents = 1", "delete from pot_entries"] {
        let refused = sqlx::query(change).execute(&house.running.database.admin).await.unwrap_err();
        assert!(refused.to_string().contains("stays as it is"), "{refused}");
    }
}

#[tokio::test]
async fn a_repeated_request_books_once() {
    let house = House::with_pot().await;
    let key = "0197f3a0-0000-7000-8000-000000000001";

    let once = house.pots(officer()).record_pot_decision(with_this_key(decision("5"), key)).await.unwrap();
    let again = house.pots(officer()).record_pot_decision(with_this_key(decision("5"), key)).await.unwrap();

    assert_eq!(once.into_inner(), again.into_inner());
    assert_eq!(house.count("select count(*) from pot_entries").await, 1);
}

#[tokio::test]
async fn what_cannot_be_booked_is_refused_all_at_once() {
    let house = House::with_pot().await;
    let decided = house.decide("1000").await.unwrap();
    let mut wrong = spending(&decided, "0");
    wrong.day = "2024-02-29".to_owned();
    wrong.partner = "kanarie".to_owned();
    wrong.subject = String::new();
    wrong.evidence = String::new();
    wrong.account = "=kanarie".to_owned();

    let refused = house.pots(officer()).record_pot_spending(with_key(wrong)).await.unwrap_err();

    let expected = fields(&[
        ("day", "DAY_BEFORE_DECISION"),
        ("partner", "UNKNOWN_PARTNER"),
        ("subject", "REQUIRED"),
        ("amount_euro", "AMOUNT_NOT_POSITIVE"),
        ("evidence", "REQUIRED"),
        ("account", "ACCOUNT_SHAPE"),
    ]);
    assert_eq!(violations(&refused), expected);
    let mut wrong = decision("1.005");
    (wrong.day, wrong.organ, wrong.subject) = ("2999-01-01".to_owned(), String::new(), "k".repeat(201));
    let refused = house.pots(officer()).record_pot_decision(with_key(wrong)).await.unwrap_err();
    let expected = fields(&[
        ("day", "DAY_IN_FUTURE"),
        ("organ", "REQUIRED"),
        ("subject", "TOO_LONG"),
        ("amount_euro", "AMOUNT_DECIMALS"),
    ]);
    assert_eq!(violations(&refused), expected);
    assert_eq!(house.count("select count(*) from pot_entries").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_once_never_overdraw_pot_or_decision() {
    let house = House::with_pot().await;

    // 27,630.62 has room for 13 decisions of 2,000.
    let decided = join_all((0..30).map(|_| house.decide("2000"))).await;

    let made: Vec<&PotEntry> = decided.iter().filter_map(|one| one.as_ref().ok()).collect();
    assert_eq!(made.len(), 13);
    for refused in decided.iter().filter_map(|one| one.as_ref().err()) {
        short(refused, "POT_SHORT", "1630.62");
    }
    let spent = join_all((0..30).map(|_| house.spend(made[0], "300"))).await;
    assert_eq!(spent.iter().filter(|one| one.is_ok()).count(), 6);
    let (closed, late) =
        futures::join!(house.close(made[1]), join_all((0..10).map(|_| house.spend(made[1], "2000"))));
    let late = late.iter().filter(|one| one.is_ok()).count();
    let released = closed.unwrap().amount;
    assert_eq!(released, if late == 0 { euro("2000.00") } else { euro("0.00") });
    let totals = house.totals(officer()).await;
    assert!(totals.decisions.iter().all(|one| one.left.unwrap().cents >= 0));
    assert!(totals.available.unwrap().cents >= 0);
}

#[tokio::test]
async fn a_later_budget_holds_and_says_what_changes() {
    let house = House::with_pot().await;
    house.decide("27000").await.unwrap();
    let mut less = house.create(2024, "Herziening").await.unwrap();
    less = house.put(&less, crate::house::line("r01")).await.unwrap();
    // Arktos: 43.02 x 1,720 = 73,994.40; a tenth of it is less than the decision holds.
    let cost = less.project.clone().unwrap().total.unwrap();
    let funding = proto::finance::v1::PutFundingRequest {
        lines: vec![crate::house::funding_line(
            "operation",
            "vcf",
            &format!("{}.{:02}", cost.cents / 100, cost.cents % 100),
        )],
        ..Default::default()
    };
    less = house.fund(&less, funding).await.unwrap();

    let refused = house.approve(&less).await.unwrap_err();

    assert_eq!(told(&refused).reason, "POT_OVERDRAWN");
    assert_eq!(told(&refused).metadata["held_euro"], "27000.00");
    let entries = ListPotEntriesRequest { programme: PROGRAMME.to_owned(), year: 2024, ..Default::default() };
    let entries = house.pots(officer()).list_pot_entries(entries).await.unwrap().into_inner().entries;
    house.reverse(&entries[0]).await.unwrap();
    house.approve(&less).await.unwrap();
    let pot = house.pot().await;
    assert_eq!(pot.totals.unwrap().contributed, euro("7399.44"));
    let changes: Vec<_> =
        pot.contributions.iter().map(|one| (one.partner.as_str(), one.amount, one.former_amount)).collect();
    assert_eq!(
        changes,
        [
            ("arktos", euro("7399.44"), euro("12831.74")),
            ("compaan", euro("0.00"), euro("7399.44")),
            ("emino", euro("0.00"), euro("7399.44"))
        ]
    );
    assert_eq!(pot.contributions[0].change.unwrap().cents, -543_230);
}

#[tokio::test]
async fn entries_are_read_page_by_page_newest_first() {
    let house = House::with_pot().await;
    let first = house.decide("100").await.unwrap();
    house.decide("200").await.unwrap();
    for cents in 1..=3 {
        house.spend(&first, &format!("0.0{cents}")).await.unwrap();
    }
    let all = ListPotEntriesRequest {
        programme: PROGRAMME.to_owned(),
        year: 2024,
        page_size: 2,
        ..Default::default()
    };
    for (decision_id, expected) in
        [(String::new(), vec![3, 2, 1, 20_000, 10_000]), (first.entry_id.clone(), vec![3, 2, 1, 10_000])]
    {
        let mut seen = Vec::new();
        let mut request = ListPotEntriesRequest { decision_id, ..all.clone() };
        loop {
            let page = house.pots(officer()).list_pot_entries(request.clone()).await.unwrap().into_inner();
            seen.extend(page.entries.iter().map(|one| one.amount.unwrap().cents));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(seen, expected);
    }
}

/// Every RPC as somebody: which of them answer.
async fn answers(house: &House, caller: &Caller, decided: &PotEntry) -> Vec<Result<(), Status>> {
    let pots = || house.pots(caller.clone());
    let id = || decided.entry_id.clone();
    let (programme, year, reason) = (PROGRAMME.to_owned(), 2024, "x".to_owned());
    let list = ListPotEntriesRequest { programme: programme.clone(), year, ..Default::default() };
    let get = GetPotRequest { programme: programme.clone(), year };
    let close = CloseDecisionRequest { decision_id: id(), reason: reason.clone() };
    vec![
        pots().record_pot_decision(with_key(decision("1"))).await.map(|_| ()),
        pots().record_pot_spending(with_key(spending(decided, "1"))).await.map(|_| ()),
        pots().close_decision(with_key(close)).await.map(|_| ()),
        pots()
            .reverse_pot_entry(with_key(ReversePotEntryRequest { entry_id: id(), reason }))
            .await
            .map(|_| ()),
        pots().list_pot_entries(list).await.map(|_| ()),
        pots().get_pot(get).await.map(|_| ()),
        pots().get_pot_totals(GetPotTotalsRequest { programme, year }).await.map(|_| ()),
    ]
}

#[tokio::test]
async fn each_sees_what_the_role_may_and_no_stranger_anything() {
    let house = House::with_pot().await;
    let decided = house.decide("1000").await.unwrap();
    let readers = [
        (Role::Auditor, [true, true, true]),
        (Role::Coordinator, [true, false, true]),
        (Role::BoardMember, [false, false, true]),
        (Role::Coach, [false, false, false]),
    ];

    for (role, reads) in readers {
        let answered = answers(&house, &someone(role), &decided).await;
        let allowed: Vec<bool> = answered.iter().map(Result::is_ok).collect();
        assert_eq!(allowed[..4], [false; 4], "{role:?}");
        assert_eq!(allowed[4..], reads, "{role:?}");
        for refused in answered.into_iter().filter_map(Result::err) {
            assert_eq!(refused.code(), Code::PermissionDenied, "{role:?}");
        }
    }
    for refused in answers(&house, &stranger(), &decided).await {
        assert!(matches!(
            told(&refused.unwrap_err()).reason.as_str(),
            "PROGRAMME_NOT_FOUND" | "POT_ENTRY_NOT_FOUND" | "NO_MANDATE"
        ));
    }
    assert_eq!(house.count("select count(*) from pot_entries").await, 1);
}
