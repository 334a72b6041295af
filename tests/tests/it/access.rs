//! Who may do what: every role, scope and programme of a mandate, every relation to a case, every route, on real processes,
//! against an oracle that knows the rules in words. What is not yours answers byte for byte as what is not there.

mod actions;
mod finance;
mod hours;
mod oracle;
mod stage;

use std::collections::BTreeMap;

use chassis::caller::{Role, Scope};
use futures::StreamExt as _;
use tests::harness::{RegionUnderTest, Setup};
use tests::web::{Answer, Ask, Web};

use self::actions::{Action, actions, not_here};
use self::oracle::{Mandate, expected};
use self::stage::Stage;
use crate::TWO_REGIONS;
use crate::support::{comparable, wounds};

const ROLES: [Role; 11] = [
    Role::Coordinator,
    Role::Coach,
    Role::SocialWorker,
    Role::BridgeFigure,
    Role::Student,
    Role::Volunteer,
    Role::FinanceOfficer,
    Role::BoardMember,
    Role::Administrator,
    Role::DataProtectionOfficer,
    Role::Auditor,
];
const SCOPES: [Scope; 4] = [Scope::OwnCases, Scope::Organisation, Scope::Programme, Scope::Region];
const PROGRAMMES: [Option<&str>; 3] = [Some(tests::life::PROGRAMME), Some("elsewhere"), None];
/// Questions at the same time.
const AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mandate_and_relation_is_answered_as_the_rules_say() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable()).await.unwrap();
    let web = Web::forgetful(&region.url().unwrap()).unwrap();
    let stage = Stage::build(&region).await;
    let actions = actions(&stage);
    assert_eq!(uncovered(&actions), Vec::<&str>::new(), "routes that the matrix does not know");

    // What is not there, as somebody sees it who may ask: the same for everybody who gets a 404.
    let mut nobodys = BTreeMap::new();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for role in ROLES {
        for scope in SCOPES {
            for programme in PROGRAMMES {
                let mandate = Mandate { role, scope, programme };
                stage.give(&mandate).await;
                let asked = stage.people.iter().flat_map(|(relation, cookie)| {
                    actions
                        .iter()
                        .filter(|action| action.concerns(*relation, &mandate))
                        .map(|action| (*relation, cookie.as_str(), action))
                });
                let answers = futures::stream::iter(asked).map(async |(relation, cookie, action)| {
                    let ask = action.ask(&action.id).as_person(cookie);
                    (relation, cookie, action, web.send(&ask).await.unwrap())
                });
                let answers: Vec<_> = answers.buffer_unordered(AT_ONCE).collect().await;
                for (relation, cookie, action, answer) in answers {
                    tried += 1;
                    let (found, wanted) = (outcome(&answer), expected(action.rule, &mandate, relation));
                    if found != wanted {
                        wrong.push(format!(
                            "{mandate:?} {relation:?} {}: {found}, not {wanted}: {}",
                            action.rpc, answer.text
                        ));
                    } else if let Some((rule, id)) = &action.shows
                        && found == "reached"
                        && answer.text.contains(id) != (expected(*rule, &mandate, relation) == "reached")
                    {
                        wrong.push(format!(
                            "{mandate:?} {relation:?} {}: not the rows of {rule:?}: {}",
                            action.rpc, answer.text
                        ));
                    } else if found == "404" {
                        let key = action.name();
                        if !nobodys.contains_key(&key) {
                            let ask: Ask = action.ask(action.nobody).as_person(cookie);
                            nobodys.insert(key.clone(), comparable(&web.send(&ask).await.unwrap()));
                        }
                        if nobodys.get(&key) != Some(&comparable(&answer)) {
                            wrong.push(format!(
                                "{mandate:?} {relation:?} {}: not as what is not there: {} {:?}",
                                action.rpc, answer.text, nobodys[&key]
                            ));
                        }
                    }
                }
            }
        }
    }

    let first: Vec<&String> = wrong.iter().take(60).collect();
    assert!(wrong.is_empty(), "{} of {tried}: {first:#?}", wrong.len());
    assert!(tried > 8_000, "only {tried} were tried");
    println!("{} routes, {tried} questions", actions.len());
    assert_eq!(wounds(&region).await, Vec::<String>::new());
    region.stop().await.unwrap();
}

/// What an answer says about access: a reason to refuse, not there, or let through to the rules of the work itself.
fn outcome(answer: &Answer) -> String {
    match answer.status {
        404 => "404".to_owned(),
        401 | 403 | 500.. => answer.field("reason").to_owned(),
        _ => "reached".to_owned(),
    }
}

/// Routes of people that no action asks.
fn uncovered(actions: &[Action]) -> Vec<&'static str> {
    let known = |path: &str| {
        let rpc = path.rsplit('/').next().unwrap();
        actions.iter().any(|action| action.rpc == rpc) || not_here(path)
    };
    let routes = proto::METHODS
        .iter()
        .filter(|method| method.public_api && matches!(method.rule, proto::AccessRule::Mandate { .. }));
    routes.map(|method| method.path).filter(|path| !known(path)).collect()
}
