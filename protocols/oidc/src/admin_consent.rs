//! The administrator consent endpoint: an application sends an administrator here, who lets it act in the whole organisation
//! before anybody uses it.
//!
//! `/{tenant}/v2.0/adminconsent` takes a scope; `/{tenant}/adminconsent` has none and means all that is registered. Whoever
//! is signed in already sees the page at once, and always has to press its button. Deliberately absent: making the service
//! principal of an application that is registered elsewhere.

use std::collections::BTreeSet;

use directory::{Act, Caller, Decision, Id, Record, Snapshot, Verb};
use engine::{Body, Failure, OwnedVerb, Submission};
use http::Response;
use schema::app_role_assignment::APP_ROLE_ASSIGNMENT;
use schema::oauth2_permission_grant::OAUTH2_PERMISSION_GRANT;
use signin::{Client, ClientAppType, Denial, Event, Evidence, Outcome, Permissions, Resource, Scopes, SignIn, Subject};

use crate::authorize::read::{TEXT_MAX, registered_redirect};
use crate::context::{self, Question};
use crate::error::Problem;
use crate::flow::{self, Flow, Purpose, Stage};
use crate::request::Desk;
use crate::{answer, demand, device_proof, issue, pages, prove, session};

/// What the gate adds to is what the person's roles give.
const SCOPES: [&str; 2] = ["DelegatedPermissionGrant.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"];
/// What the audit calls it.
const OPERATION: &str = "Consent to application";

/// A request that was checked. Kept while the administrator signs in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AdminConsentRequest {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    /// Absent where everything registered is meant.
    pub scope: Option<String>,
}

impl AdminConsentRequest {
    pub(crate) fn to_record(&self) -> Record {
        Record::new()
            .with("client", &self.client_id)
            .with("redirect", &self.redirect_uri)
            .with_some("state", self.state.clone())
            .with_some("scope", self.scope.clone())
    }

    pub(crate) fn from_record(record: &Record) -> Option<AdminConsentRequest> {
        let text = |name: &str| record.text(name).map(str::to_owned);
        Some(AdminConsentRequest {
            client_id: text("client")?,
            redirect_uri: text("redirect")?,
            state: text("state"),
            scope: text("scope"),
        })
    }
}

/// Answer `/{tenant}/v2.0/adminconsent` and `/{tenant}/adminconsent`.
pub(crate) async fn begin(desk: &Desk<'_>, is_v2: bool) -> Result<Response<Body>, Problem> {
    let request = match read(desk, is_v2) {
        Ok(request) => request,
        Err(problem) => return pages::error(desk, &problem),
    };
    match session::current(desk)? {
        Some(session) => page(desk, request, session.evidence).await,
        None => flow::sign_in_page(desk, Purpose::AdminConsent(request), None, None, None),
    }
}

fn read(desk: &Desk<'_>, is_v2: bool) -> Result<AdminConsentRequest, Problem> {
    let params = &desk.request.query;
    let client_id = params.need("client_id")?;
    let client = Client::find(&desk.now, client_id)?;
    let (redirect_uri, _) = registered_redirect(&client, params.get("redirect_uri"))?;
    let scope = if is_v2 { Some(params.need("scope")?) } else { params.get("scope") };
    if scope.is_some_and(|scope| scope.len() > TEXT_MAX) {
        return Err(Problem::malformed("`scope` is too long"));
    }
    Ok(AdminConsentRequest {
        client_id: client_id.to_owned(),
        redirect_uri,
        state: params.get("state").filter(|state| state.len() <= TEXT_MAX).map(str::to_owned),
        scope: scope.map(str::to_owned),
    })
}

/// Somebody is signed in: if the policies let them and they may consent, show what is asked for.
pub(crate) async fn page(
    desk: &Desk<'_>,
    request: AdminConsentRequest,
    evidence: Evidence,
) -> Result<Response<Body>, Problem> {
    let evidence = Evidence { device: device_proof::device(desk)?, ..evidence };
    let client = Client::find(&desk.now, &request.client_id)?;
    if let Some(answer) = not_let_in(desk, &request, &client, &evidence).await? {
        return Ok(answer);
    }
    let wanted = match signin::permissions_for_all(&desk.now, &client, request.scope.as_deref(), &desk.oidc.public_url)
    {
        Ok(wanted) => wanted,
        Err(denial) => return pages::error(desk, &denial.into()),
    };
    if !may_consent(desk, &caller(desk, &evidence), &wanted) {
        return pages::error(desk, &needs_administrator(&client));
    }
    let stage = Stage::AdminConsent(print(&wanted).into_iter().collect());
    let flow = Flow { purpose: Some(Purpose::AdminConsent(request)), stage, evidence: Some(evidence), keep: false };
    let form = flow.open(desk)?;
    let page = pages::admin_consent(desk, &flow, &form, &client, &wanted)?;
    Ok(form.answer(page))
}

/// What the administrator decided about what the page showed.
pub(crate) async fn decided(
    desk: &Desk<'_>,
    flow: Flow,
    request: AdminConsentRequest,
    shown: &[String],
) -> Result<Response<Body>, Problem> {
    let Some(evidence) = flow.evidence else {
        return pages::error(desk, &Problem::malformed("the page does not fit its request; start again"));
    };
    if let Err(denial) = signin::living_user(&desk.now, &evidence) {
        return pages::error(desk, &denial.into());
    }
    if desk.request.form.get("decision") != Some("accept") {
        let problem = Problem::new(65_004, "the administrator declined to consent");
        let ids = desk.request.ids;
        let body = problem.body(desk.at, ids.trace, ids.correlation);
        let why = body.text("error_description").unwrap_or_default();
        return send(desk, &request, &[("error", problem.error), ("error_description", why)]);
    }
    let client = Client::find(&desk.now, &request.client_id)?;
    let wanted = signin::permissions_for_all(&desk.now, &client, request.scope.as_deref(), &desk.oidc.public_url)?;
    // Nothing is granted that the page did not show: the application may have registered more since.
    if print(&wanted) != shown.iter().cloned().collect() {
        return page(desk, request, evidence).await;
    }
    if let Err(problem) = grant(desk, &caller(desk, &evidence), &client, &wanted).await {
        return pages::error(desk, &problem);
    }
    let tenant = desk.tenant.to_string();
    let mut fields = vec![("admin_consent", "True"), ("tenant", tenant.as_str())];
    fields.extend(request.scope.as_deref().map(|scope| ("scope", scope)));
    send(desk, &request, &fields)
}

/// What the policies still ask, or refuse; the sign-in is written down either way.
async fn not_let_in(
    desk: &Desk<'_>,
    request: &AdminConsentRequest,
    client: &Client<'_>,
    evidence: &Evidence,
) -> Result<Option<Response<Body>>, Problem> {
    // Consents are objects of Graph: its policies are the ones that count.
    let resource = Resource::find(&desk.now, "", &desk.oidc.public_url)?;
    let question = Question {
        subject: Subject::User(evidence.user),
        client,
        resource: &resource,
        scopes: &Scopes::default(),
        client_app_type: ClientAppType::Browser,
        evidence: Some(evidence),
        flow: None,
    };
    let verdict = context::ask(desk, &question);
    let denial = context::denial(&verdict).or_else(|| signin::living_user(&desk.now, evidence).err());
    let row = SignIn {
        client: Some(client),
        resource: Some(&resource),
        user: desk.now.find(evidence.user),
        evidence: Some(evidence),
        verdict: Some(&verdict),
        denial: denial.as_ref(),
        ..issue::sign_in(desk, Event::InteractiveUser, "oAuth2", ClientAppType::Browser)
    };
    desk.oidc.journal.write(&desk.engine, row.subject(), row.to_record(&desk.now, desk.tenant)).await?;
    if let Outcome::Interact { needs, reason, .. } = &verdict.outcome {
        let purpose = Purpose::AdminConsent(request.clone());
        return demand::page(desk, purpose, evidence.clone(), needs, reason).map(Some);
    }
    denial.map(|denial| pages::error(desk, &denial.into())).transpose()
}

fn caller(desk: &Desk<'_>, evidence: &Evidence) -> Caller {
    Caller { scopes: SCOPES.map(str::to_owned).to_vec(), ..prove::caller(desk, evidence) }
}

/// Whether the gate would let the person grant all of it.
fn may_consent(desk: &Desk<'_>, caller: &Caller, wanted: &[Permissions<'_>]) -> bool {
    let has_scopes = wanted.iter().any(|permissions| !permissions.scopes.is_empty());
    let has_roles = wanted.iter().any(|permissions| !permissions.roles.is_empty());
    let may = |kind| {
        let act = Act { verb: Verb::Create, kind, target: None, changes: &[] };
        desk.engine.allow(caller, &act).is_ok()
    };
    (!has_scopes || may(&OAUTH2_PERMISSION_GRANT)) && (!has_roles || may(&APP_ROLE_ASSIGNMENT))
}

/// Write everything down, each kind before the gate; the roles first, which fewer may give.
async fn grant(
    desk: &Desk<'_>,
    caller: &Caller,
    client: &Client<'_>,
    wanted: &[Permissions<'_>],
) -> Result<(), Problem> {
    if !may_consent(desk, caller, wanted) {
        return Err(needs_administrator(client));
    }
    let principal = client.principal.id;
    let roles: Vec<(Id, Id)> =
        wanted.iter().flat_map(|one| one.roles.iter().map(|role| (one.resource.principal.id, *role))).collect();
    let scopes: Vec<(Id, Vec<String>)> = wanted
        .iter()
        .filter(|one| !one.scopes.is_empty())
        .map(|one| (one.resource.principal.id, one.scopes.clone()))
        .collect();
    let mut submissions = Vec::new();
    if !roles.is_empty() {
        let kind = (OwnedVerb::Create, &APP_ROLE_ASSIGNMENT, None);
        submissions.push(Submission::asking(caller, OPERATION, kind, move |now, call| {
            Ok(signin::assign_roles(now, call, principal, &roles))
        }));
    }
    if !scopes.is_empty() {
        let kind = (OwnedVerb::Create, &OAUTH2_PERMISSION_GRANT, None);
        submissions.push(Submission::asking(caller, OPERATION, kind, move |now: &Snapshot, call| {
            let mut changes = Vec::new();
            for (resource, scopes) in &scopes {
                changes.extend(signin::consent(now, call, principal, *resource, None, scopes)?.plan.changes);
            }
            Ok(Decision::change(changes))
        }));
    }
    for submission in submissions {
        match desk.engine.submit(submission).await {
            Ok(_) => {}
            Err(Failure::Refused(_)) => return Err(needs_administrator(client)),
            Err(Failure::Fault(_)) => return Err(Problem::fault()),
        }
    }
    Ok(())
}

fn needs_administrator(client: &Client<'_>) -> Problem {
    Denial::new(90_094, format!("only an administrator can let `{}` act for the organisation", client.name())).into()
}

/// The permissions as one word each, to compare what was shown with what is asked for now.
fn print(wanted: &[Permissions<'_>]) -> BTreeSet<String> {
    let words = wanted.iter().flat_map(|one| {
        let resource = one.resource.app_id();
        let roles = one.roles.iter().map(move |role| format!("{resource}/role/{role}"));
        one.scopes.iter().map(move |scope| format!("{resource}/scope/{scope}")).chain(roles)
    });
    words.collect()
}

/// Back to the application.
fn send(desk: &Desk<'_>, request: &AdminConsentRequest, fields: &[(&str, &str)]) -> Result<Response<Body>, Problem> {
    let state = request.state.as_deref().map(|state| ("state", state));
    // RFC 9207: who it comes from, as with every answer here.
    let all = fields.iter().copied().chain(state).chain([("iss", desk.issuer.as_str())]);
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    let joint = if request.redirect_uri.contains('?') { '&' } else { '?' };
    answer::redirect(&format!("{}{joint}{text}", request.redirect_uri))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Change, Id, Record};
    use engine::testing::TENANT;
    use schema::application::REQUIRED_RESOURCE_ACCESS;
    use schema::oauth2_permission_grant as grant;
    use schema::{app_role_assignment as roles, app_role_assignment::APP_ROLE_ASSIGNMENT};
    use signin::{Outcome, Verdict};

    use crate::fixture::{GRAPH, Org, PASSWORD, REDIRECT, UPN, WEB_APP, WEB_PRINCIPAL, run};

    const DEFAULT: &str = "https://graph.microsoft.com/.default";

    fn url(path: &str, changed: &[(&str, &str)]) -> String {
        let mut all = vec![("client_id", WEB_APP), ("redirect_uri", REDIRECT), ("state", "12 345")];
        for (name, value) in changed {
            all.retain(|(known, _)| known != name);
            all.push((name, value));
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        format!("/{TENANT}/{path}?{query}")
    }

    /// What was granted to everybody at Graph, and how many roles.
    fn granted(org: &Org) -> (Vec<String>, usize) {
        let now = org.engine.snapshot();
        let scopes = now
            .by(grant::CLIENT_ID, WEB_PRINCIPAL)
            .filter(|one| one.get(grant::CONSENT_TYPE) == Some("AllPrincipals"))
            .filter_map(|one| one.get(grant::SCOPE).map(str::to_owned))
            .collect();
        let held = now.by(roles::PRINCIPAL_ID, WEB_PRINCIPAL).filter(|one| now.is_a(one, &APP_ROLE_ASSIGNMENT));
        (scopes, held.filter(|one| one.get(roles::RESOURCE_ID) == Some(GRAPH)).count())
    }

    /// The application registers a delegated permission and a role, which it does not have yet.
    async fn registers_both(org: &Org) {
        let access = |id: u128, kind: &str| Record::new().with("id", Id::from_u128(id)).with("type", kind);
        let both: Vec<Record> = vec![access(0x42, "Scope"), access(0x41, "Role")];
        let entry = Record::new().with("resourceAppId", signin::GRAPH_APP_ID).with("resourceAccess", both);
        org.change(vec![
            Change::Delete { id: Id::from_u128(0x51) },
            Change::set(Id::from_u128(0x21), REQUIRED_RESOURCE_ACCESS, vec![entry]),
        ])
        .await;
    }

    #[test]
    fn an_administrator_grants_all_that_is_registered_to_everybody() {
        run(|org| async move {
            registers_both(&org).await;
            for path in [url("v2.0/adminconsent", &[("scope", DEFAULT)]), url("adminconsent", &[])] {
                let page = match org.cookie("__Host-castellan") {
                    None => org.sign_in_at(&path, UPN, PASSWORD).await,
                    Some(_) => org.get(&path).await,
                };
                let page = if page.text.contains("id=\"passwd\"") {
                    org.answer(&page, &[("loginfmt", UPN), ("passwd", PASSWORD)]).await
                } else {
                    page
                };
                for text in ["User.Read", "User.Read.All", "Orders", "Castellan Graph", "XYZ Ltd."] {
                    assert!(page.text.contains(text), "{text}: {}", page.text);
                }
                let done = org.answer(&page, &[("decision", "accept")]).await;
                assert!(done.location().starts_with(REDIRECT), "{}", done.location());
                assert_eq!(done.sent("admin_consent").as_deref(), Some("True"));
                assert_eq!(done.sent("tenant"), Some(TENANT.to_string()));
                assert_eq!(done.sent("state").as_deref(), Some("12 345"));
                let scope = path.contains("v2.0").then(|| DEFAULT.to_owned());
                assert_eq!(done.sent("scope"), scope, "{path}");
                assert_eq!(granted(&org), (vec!["User.Read".to_owned()], 1), "and once only");
                org.forget_cookies();
            }
        });
    }

    #[test]
    fn an_administrator_who_declines_grants_nothing_and_the_application_hears_of_it() {
        run(|org| async move {
            let before = granted(&org);
            let page = org.sign_in_at(&url("v2.0/adminconsent", &[("scope", "Mail.Read")]), UPN, PASSWORD).await;
            let done = org.answer(&page, &[("decision", "cancel")]).await;
            assert_eq!(done.sent("error").as_deref(), Some("access_denied"));
            assert!(done.sent("error_description").unwrap().contains("AADSTS65004"));
            assert_eq!((done.sent("state").as_deref(), done.sent("admin_consent")), (Some("12 345"), None));
            assert_eq!(granted(&org), before);
        });
    }

    #[test]
    fn what_is_wrong_is_shown_and_sent_nowhere() {
        run(|org| async move {
            for (name, path, code) in [
                ("no client", url("v2.0/adminconsent", &[("scope", DEFAULT), ("client_id", "nobody")]), 700_016),
                (
                    "another redirect",
                    url("v2.0/adminconsent", &[("scope", DEFAULT), ("redirect_uri", "https://evil.example/")]),
                    50_011,
                ),
                ("no scope", url("v2.0/adminconsent", &[]), 900_144),
            ] {
                let page = org.get(&path).await;
                assert!(page.text.contains(&format!("AADSTS{code}")), "{name}: {}", page.text);
            }
        });
    }

    #[test]
    fn nobody_consents_whom_the_gate_or_a_policy_does_not_let() {
        run(|org| async move {
            registers_both(&org).await;
            let path = url("v2.0/adminconsent", &[("scope", DEFAULT)]);
            let before = granted(&org);
            for closed in ["oAuth2PermissionGrant", "appRoleAssignment"] {
                org.gate.close(Some(closed));
                let page = org.sign_in_at(&path, UPN, PASSWORD).await;
                assert!(page.text.contains("AADSTS90094"), "{closed}: {}", page.text);
                org.forget_cookies();
            }
            org.gate.close(None);
            let page = org.sign_in_at(&path, UPN, PASSWORD).await;
            org.gate.close(Some("appRoleAssignment"));
            let done = org.answer(&page, &[("decision", "accept")]).await;
            assert!(done.text.contains("AADSTS90094"), "the right was lost meanwhile: {}", done.text);
            assert_eq!(granted(&org), before);
            org.gate.close(None);
            org.judge_by(|_| Verdict {
                outcome: Outcome::Denied { code: 53_003, reason: "blocked".to_owned(), policies: Vec::new() },
                status: "failure",
                ..Verdict::not_applied()
            });
            assert!(org.get(&path).await.text.contains("AADSTS53003"));
        });
    }

    #[test]
    fn nothing_is_granted_that_the_page_did_not_show() {
        run(|org| async move {
            let path = url("adminconsent", &[]);
            let page = org.sign_in_at(&path, UPN, PASSWORD).await;
            registers_both(&org).await;
            let again = org.answer(&page, &[("decision", "accept")]).await;
            assert_eq!(granted(&org), (vec![], 0));
            assert!(again.text.contains("User.Read.All"), "it is shown anew: {}", again.text);
            org.answer(&again, &[("decision", "accept")]).await;
            assert_eq!(granted(&org), (vec!["User.Read".to_owned()], 1));
        });
    }
}
