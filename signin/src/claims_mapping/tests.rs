//! Claims mapping policies and what they make of tokens; those that nobody could follow.

use directory::{Call, Caller, Change, Fresh, Id, Record, Snapshot, Value};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::sts_policy::{CLAIMS_MAPPING_POLICIES, CLAIMS_MAPPING_POLICY, DEFINITION};
use schema::user;

use super::*;
use crate::fixture::{APP_OBJECT, CLIENT, GRAPH, NOW, USER_ID, create, directory};

const POLICY: Id = Id::from_u128(0xc1);

fn policy(id: Id, schema: &str, more: &str) -> Change {
    let text = format!(r#"{{"ClaimsMappingPolicy":{{"Version":1,"ClaimsSchema":[{schema}]{more}}}}}"#);
    create(id, &CLAIMS_MAPPING_POLICY, vec![(DEFINITION.id, [text.as_str()].into())])
}

fn accepts(does: bool) -> Change {
    Change::set(APP_OBJECT, schema::application::API, Record::new().with("acceptMappedClaims", does))
}

fn with_policy(schema: &str, more: &str) -> Snapshot {
    let extensions = Record::new().with("extensionAttribute2", "Night Shift");
    let changes = [
        policy(POLICY, schema, more),
        Change::link(CLIENT, CLAIMS_MAPPING_POLICIES, POLICY),
        accepts(true),
        Change::set(USER_ID, user::EMPLOYEE_ID, "E-7"),
        Change::set(USER_ID, user::MAIL, "Ada.Lovelace@xyz.example"),
        Change::set(USER_ID, user::ON_PREMISES_EXTENSION_ATTRIBUTES, extensions),
    ];
    directory().fork(NOW, &changes).unwrap()
}

fn said(now: &Snapshot, user: bool) -> Result<Option<Mapped>, Denial> {
    let (client, graph) = (now.find(CLIENT).unwrap(), now.find(GRAPH).unwrap());
    let user = now.find(USER_ID).filter(|_| user);
    mapped(now, &About { user, client, resource: graph, audience: client, audience_app: now.find(APP_OBJECT) })
}

fn transformation(method: &str, inputs: &[(&str, &str)], parameters: &str) -> String {
    let inputs: Vec<String> = inputs
        .iter()
        .map(|(id, role)| format!(r#"{{"ClaimTypeReferenceId":"{id}","TransformationClaimType":"{role}"}}"#))
        .collect();
    format!(
        r#","ClaimsTransformation":[{{"ID":"T","TransformationMethod":"{method}","InputClaims":[{}],"InputParameters":[{parameters}],"OutputClaims":[{{"ClaimTypeReferenceId":"Out","TransformationClaimType":"outputClaim"}}]}}]"#,
        inputs.join(",")
    )
}

const OUT: &str = r#"{"Source":"transformation","ID":"Out","TransformationId":"T","JwtClaimType":"out"}"#;

#[test]
fn a_claim_says_what_its_source_says() {
    let separator = r#"{"ID":"separator","Value":"."}"#;
    let reads = |id: &str| format!(r#"{{"Source":"user","ID":"{id}"}},{OUT}"#);
    let joined = format!(r#"{{"Source":"user","ID":"employeeid"}},{{"Source":"user","ID":"mail"}},{OUT}"#);
    let two = [("mail", "string2"), ("EmployeeID", "string1")];
    for (name, schema, more, expect) in [
        ("a person's", r#"{"Source":"user","ID":"EmployeeId","JwtClaimType":"out"}"#.to_owned(), String::new(), "E-7"),
        (
            "an extension",
            r#"{"Source":"user","ID":"extensionattribute2","JwtClaimType":"out"}"#.to_owned(),
            String::new(),
            "Night Shift",
        ),
        (
            "the client's",
            r#"{"Source":"application","ID":"displayName","JwtClaimType":"out"}"#.to_owned(),
            String::new(),
            "Orders",
        ),
        (
            "the resource's",
            r#"{"Source":"resource","ID":"displayname","JwtClaimType":"out"}"#.to_owned(),
            String::new(),
            "Castellan Graph",
        ),
        (
            "the audience's",
            r#"{"Source":"audience","ID":"objectid","JwtClaimType":"out"}"#.to_owned(),
            String::new(),
            "00000000-0000-0000-0000-000000000022",
        ),
        ("a constant", r#"{"Value":"blue","JwtClaimType":"out"}"#.to_owned(), String::new(), "blue"),
        ("joined", joined, transformation("Join", &two, separator), "E-7.Ada.Lovelace@xyz.example"),
        (
            "a mail's prefix",
            reads("mail"),
            transformation("ExtractMailPrefix", &[("mail", "mail")], ""),
            "Ada.Lovelace",
        ),
        (
            "small",
            reads("extensionattribute2"),
            transformation("ToLowercase", &[("extensionattribute2", "string")], ""),
            "night shift",
        ),
        (
            "large",
            reads("extensionattribute2"),
            transformation("ToUppercase", &[("extensionattribute2", "string")], ""),
            "NIGHT SHIFT",
        ),
    ] {
        let now = with_policy(&schema, &more);
        assert_eq!(said(&now, true).unwrap().unwrap().claims, [("out".to_owned(), Value::from(expect))], "{name}");
    }
}

#[test]
fn a_claim_without_anything_to_say_is_left_out() {
    let now = with_policy(r#"{"Source":"user","ID":"city","JwtClaimType":"city"}"#, "");
    assert_eq!(said(&now, true).unwrap().unwrap().claims, []);
    let now = with_policy(r#"{"Source":"user","ID":"employeeid","JwtClaimType":"e"}"#, "");
    assert_eq!(said(&now, false).unwrap().unwrap().claims, [], "no person, nothing of a person");
}

#[test]
fn only_an_application_that_says_so_accepts_mapped_claims() {
    let now = with_policy(r#"{"Value":"x","JwtClaimType":"x"}"#, r#","IncludeBasicClaimSet":"false""#);
    let expect = Mapped { leaves_basic_out: true, claims: vec![("x".to_owned(), "x".into())] };
    assert_eq!(said(&now, true).unwrap(), Some(expect));
    let closed = now.fork(NOW, &[accepts(false)]).unwrap();
    assert_eq!(said(&closed, true).unwrap_err().code, 50_146);
    let unassigned = closed.fork(NOW, &[Change::unlink(CLIENT, CLAIMS_MAPPING_POLICIES, POLICY)]).unwrap();
    assert_eq!(said(&unassigned, true).unwrap(), None);
}

#[test]
fn what_cannot_be_followed_is_refused_when_it_is_written() {
    let now = directory();
    let entry = |rest: &str| format!(r#"{{"Source":"user","ID":"mail",{rest}}}"#);
    let chained =
        format!(r#"{OUT},{{"Source":"transformation","ID":"Other","TransformationId":"T","JwtClaimType":"other"}}"#);
    let none = String::new();
    for (name, schema, more, expect) in [
        ("a good one", entry(r#""JwtClaimType":"contact""#), none.clone(), None),
        ("a basic claim", entry(r#""JwtClaimType":"name""#), none.clone(), None),
        ("a restricted claim", entry(r#""JwtClaimType":"roles""#), none.clone(), Some("`roles`")),
        ("in capitals", entry(r#""JwtClaimType":"OID""#), none.clone(), Some("`OID`")),
        ("by its prefix", entry(r#""JwtClaimType":"xms_mine""#), none.clone(), Some("`xms_mine`")),
        ("no name", entry(r#""JwtClaimType":"""#), none.clone(), Some("``")),
        ("twice", format!("{0},{0}", r#"{"Value":"1","JwtClaimType":"x"}"#), none.clone(), Some("twice")),
        ("another source", r#"{"Source":"moon","ID":"mail"}"#.to_owned(), none.clone(), Some("`moon`")),
        ("another property", r#"{"Source":"user","ID":"passwordVerifier"}"#.to_owned(), none.clone(), Some("known")),
        (
            "a sixteenth extension",
            r#"{"Source":"user","ID":"extensionattribute16"}"#.to_owned(),
            none.clone(),
            Some("known"),
        ),
        ("no such transformation", OUT.to_owned(), none.clone(), Some("no transformation `T`")),
        (
            "another method",
            OUT.to_owned(),
            transformation("RegexReplace", &[("mail", "string")], ""),
            Some("`RegexReplace`"),
        ),
        (
            "no such input",
            OUT.to_owned(),
            transformation("ToLowercase", &[("mail", "string")], ""),
            Some("no entry `mail`"),
        ),
        ("too few inputs", OUT.to_owned(), transformation("ToLowercase", &[], ""), Some("number of inputs")),
        (
            "no separator",
            OUT.to_owned(),
            transformation("Join", &[("mail", "string1"), ("mail", "string2")], ""),
            Some("`separator`"),
        ),
        (
            "a transformation of a transformation",
            OUT.to_owned(),
            transformation("ToLowercase", &[("Out", "string")], ""),
            Some("transformed already"),
        ),
        ("an output to nowhere", chained, transformation("ToLowercase", &[("Out", "string")], ""), Some("`Other`")),
        ("another version", none.clone(), r#","Version":2"#.to_owned(), Some("Version")),
    ] {
        let change = policy(POLICY, &schema, &more);
        let after = now.fork(NOW, std::slice::from_ref(&change)).unwrap();
        let caller = Caller::system(Id::from_u128(1));
        let call = Call { caller: &caller, at: NOW, fresh: Fresh::new(1) };
        let refused = check_policies(&now, &after, &call, &[change]).err().map(|refusal| refusal.message);
        match (expect, refused) {
            (None, None) => {}
            (Some(part), Some(message)) => assert!(message.contains(part), "{name}: {message}"),
            (expect, refused) => panic!("{name}: {refused:?}, not {expect:?}"),
        }
    }
}

#[test]
fn an_application_has_one_policy_and_graph_none() {
    let other = Id::from_u128(0xc2);
    let now = with_policy(r#"{"Value":"x","JwtClaimType":"x"}"#, "").fork(NOW, &[policy(other, "", "")]).unwrap();
    let caller = Caller::system(Id::from_u128(1));
    let call = Call { caller: &caller, at: NOW, fresh: Fresh::new(1) };
    for (holder, is_fine) in [(CLIENT, false), (GRAPH, false), (Id::from_u128(0x99), true)] {
        let base = now
            .fork(NOW, &[create(Id::from_u128(0x99), &SERVICE_PRINCIPAL, vec![(APP_ID.id, "another".into())])])
            .unwrap();
        let change = Change::link(holder, CLAIMS_MAPPING_POLICIES, other);
        let after = base.fork(NOW, std::slice::from_ref(&change)).unwrap();
        assert_eq!(check_holders(&base, &after, &call, &[change]).is_ok(), is_fine, "{holder}");
    }
}
