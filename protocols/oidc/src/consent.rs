//! The consent page: what an application asks for, in words, and the person's answer.

use directory::{Act, Id, RefusalKind, Snapshot, Verb};
use engine::{Body, Failure, OwnedVerb, Submission};
use http::Response;
use schema::oauth2_permission_grant::OAUTH2_PERMISSION_GRANT;
use signin::{Client, Evidence, Resource, Wish};

use crate::authorization_details;
use crate::authorize::request::AuthorizeRequest;
use crate::authorize::{self, Effort, targets};
use crate::error::Problem;
use crate::flow::{Flow, Purpose, Stage};
use crate::frame::Frame;
use crate::pages;
use crate::prove;
use crate::request::Desk;
use crate::words;

/// What a person must be allowed for an administrator's consent: the gate adds what their roles give.
const CONSENT_SCOPE: &str = "DelegatedPermissionGrant.ReadWrite.All";

/// The tick box of administrators.
const FOR_EVERYBODY: &str = "organization";

/// Show what is asked for.
pub(crate) fn page(
    desk: &Desk<'_>,
    request: AuthorizeRequest,
    client: &Client<'_>,
    resource: &Resource<'_>,
    scopes: &[String],
    evidence: Evidence,
) -> Result<Response<Body>, Problem> {
    let wishes = match signin::wishes(&desk.now, client, resource, scopes) {
        Ok(wishes) => wishes,
        Err(name) => {
            let why = format!("`{}` offers no permission `{name}`", resource.name());
            return pages::error(desk, &Problem::new(70_011, why));
        }
    };
    let stage = Stage::Consent(wishes.iter().map(|wish| wish.scope.clone()).collect());
    let mut wishes = wishes;
    wishes.extend(details(&request));
    let flow =
        Flow { purpose: Some(Purpose::Authorize(Box::new(request))), stage, evidence: Some(evidence), keep: false };
    let form = flow.open(desk)?;
    let for_everybody = may_for_everybody(desk, evidence_of(&flow)?);
    let offer = Offer {
        for_everybody,
        can_be_requested: !for_everybody
            && wishes.iter().any(|wish| wish.needs_admin)
            && governance::are_consent_requests_taken(&desk.now),
        is_vouched_for: signin::is_vouched_for(client),
    };
    let page = pages::consent(desk, &flow, &form, (client.name(), resource.name()), &wishes, offer)?;
    Ok(form.answer(page))
}

/// What the page says besides the permissions.
pub(crate) struct Offer {
    /// The person may consent for everybody.
    pub for_everybody: bool,
    /// Somebody vouches for the application.
    pub is_vouched_for: bool,
    /// The person cannot consent, and may ask somebody who can.
    pub can_be_requested: bool,
}

fn evidence_of(flow: &Flow) -> Result<&Evidence, Problem> {
    flow.evidence.as_ref().ok_or_else(Problem::fault)
}

/// Whether the gate would let the person consent for everybody.
fn may_for_everybody(desk: &Desk<'_>, evidence: &Evidence) -> bool {
    let mut caller = prove::caller(desk, evidence);
    caller.scopes = vec![CONSENT_SCOPE.to_owned()];
    let act = Act { verb: Verb::Create, kind: &OAUTH2_PERMISSION_GRANT, target: None, changes: &[] };
    desk.engine.allow(&caller, &act).is_ok()
}

/// Authorization details as a person reads them: they are not permissions, and only this once.
fn details(request: &AuthorizeRequest) -> Vec<Wish> {
    let all = request.details.as_deref().filter(|_| !request.is_agreed).map(authorization_details::readable);
    let wish = |(kind, lines): (String, Vec<String>)| Wish {
        scope: kind.clone(),
        display_name: kind,
        description: lines.join(", "),
        needs_admin: false,
    };
    all.unwrap_or_default().into_iter().map(wish).collect()
}

/// What the person decided.
pub(crate) async fn answer(
    desk: &Desk<'_>,
    flow: Flow,
    request: AuthorizeRequest,
    scopes: &[String],
) -> Result<Response<Body>, Problem> {
    let Some(evidence) = flow.evidence else {
        return pages::error(desk, &Problem::malformed("the page does not fit its request; start again"));
    };
    if signin::living_user(&desk.now, &evidence).is_err() {
        return pages::error(desk, &signin::Denial::revoked().into());
    }
    let decision = desk.request.form.get("decision");
    if !matches!(decision, Some("accept" | "request")) {
        return authorize::declined(desk, &request);
    }
    let client = Client::find(&desk.now, &request.client_id)?;
    let all = targets::of(desk, &request.scope, &request.resources)?;
    if decision == Some("request") {
        let wanted = authorize::wanted(desk, &request, &client, &all, &evidence)?;
        let Some((target, _)) = wanted.filter(|_| !scopes.is_empty()) else {
            return pages::error(desk, &Problem::malformed("nothing is asked for any more; start again"));
        };
        return ask(desk, &evidence, &client, &target.resource, scopes).await;
    }
    let now = match authorize::wanted(desk, &request, &client, &all, &evidence)? {
        Some((target, _)) if !scopes.is_empty() => {
            match give(desk, &evidence, &client, &target.resource, scopes).await {
                Ok(now) => now,
                Err(problem) => return pages::error(desk, &problem),
            }
        }
        Some(_) | None => desk.now.clone(),
    };
    let request = AuthorizeRequest { prompt: None, is_agreed: true, ..request };
    authorize::finish(&desk.at_snapshot(now), request, evidence, Effort::Interactive).await
}

/// Ask those who may consent for everybody.
async fn ask(
    desk: &Desk<'_>,
    evidence: &Evidence,
    client: &Client<'_>,
    resource: &Resource<'_>,
    scopes: &[String],
) -> Result<Response<Body>, Problem> {
    let wish = governance::ConsentWish {
        user: evidence.user,
        client: client.principal.id,
        resource: resource.principal.id,
        scopes: scopes.to_vec(),
        reason: desk.request.form.get("reason").unwrap_or_default().to_owned(),
    };
    let caller = prove::caller(desk, evidence);
    let submission = Submission::proven(&caller, "Request admin consent", move |now, call| {
        governance::request_consent(now, call, &wish)
    });
    let said = desk.words();
    let text = match desk.engine.submit(submission).await {
        Ok(_) => words::fill(
            said.consent_requested,
            &[("organisation", &Frame::of(desk).organisation), ("client", client.name())],
        ),
        Err(Failure::Refused(refusal)) if refusal.kind == RefusalKind::Conflict => {
            said.consent_requested_already.to_owned()
        }
        Err(Failure::Refused(refusal)) => return pages::error(desk, &Problem::new(90_094, refusal.to_string())),
        Err(Failure::Fault(_)) => return Err(Problem::fault()),
    };
    pages::message(desk, said.consent_requested_title, &text)
}

/// Write down that a person consents; answers the directory that knows it.
pub(crate) async fn give(
    desk: &Desk<'_>,
    evidence: &Evidence,
    client: &Client<'_>,
    resource: &Resource<'_>,
    scopes: &[String],
) -> Result<Snapshot, Problem> {
    let wishes = signin::wishes(&desk.now, client, resource, scopes)
        .map_err(|name| Problem::new(70_011, format!("`{}` offers no permission `{name}`", resource.name())))?;
    // What needs an administrator is for everybody; an administrator may give the rest to everybody too.
    let wants_all = desk.request.form.get(FOR_EVERYBODY).is_some() && may_for_everybody(desk, evidence);
    let for_all = wants_all || wishes.iter().any(|wish| wish.needs_admin);
    let submission = submission(desk, evidence, (client.principal.id, resource.principal.id), scopes, for_all);
    match desk.engine.submit(submission).await {
        Ok(done) => Ok(done.snapshot),
        Err(Failure::Refused(_)) => {
            let why = format!(
                "`{}` asks for permissions that only an administrator can grant; ask one to consent",
                client.name()
            );
            Err(Problem::new(90_094, why))
        }
        Err(Failure::Fault(_)) => Err(Problem::fault()),
    }
}

/// A person's own consent is theirs to give; one for everybody is put before the gate.
fn submission(
    desk: &Desk<'_>,
    evidence: &Evidence,
    (client, resource): (Id, Id),
    scopes: &[String],
    for_all: bool,
) -> Submission {
    let mut caller = prove::caller(desk, evidence);
    let user = (!for_all).then_some(evidence.user);
    let scopes = scopes.to_vec();
    let decide =
        move |now: &Snapshot, call: &directory::Call<'_>| signin::consent(now, call, client, resource, user, &scopes);
    if for_all {
        caller.scopes = vec![CONSENT_SCOPE.to_owned()];
        Submission::asking(
            &caller,
            "Consent to application",
            (OwnedVerb::Create, &OAUTH2_PERMISSION_GRANT, None),
            decide,
        )
    } else {
        Submission::proven(&caller, "Consent to application", decide)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{ADA, PASSWORD, REDIRECT, UPN, WEB_APP, WEB_PRINCIPAL, authorize_url, run};
    use directory::{Change, Id, Record};
    use schema::oauth2_permission_grant as grant;

    #[test]
    fn whoever_may_consents_for_everybody_when_they_say_so() {
        run(|org| async move {
            let url = authorize_url(&[("client_id", WEB_APP), ("redirect_uri", REDIRECT), ("scope", "User.Read")]);
            let page = org.sign_in_at(&url, UPN, PASSWORD).await;
            assert!(page.text.contains("name=\"organization\""), "the gate of these tests is open: {}", page.text);
            assert!(!page.text.contains("Nobody has verified"), "it is registered here");
            assert!(org.answer(&page, &[("decision", "accept")]).await.sent("code").is_some());
            let given = || {
                let now = org.engine.snapshot();
                let of = |kind: &str| {
                    now.by(grant::CLIENT_ID, WEB_PRINCIPAL)
                        .filter(|one| one.get(grant::CONSENT_TYPE) == Some(kind))
                        .map(|one| one.get(schema::PRINCIPAL_ID).map(str::to_owned))
                        .collect::<Vec<_>>()
                };
                (of("Principal"), of("AllPrincipals"))
            };
            assert_eq!(given(), (vec![Some(ADA.to_string())], vec![]), "without the tick for themselves");
            let again = org.get(&format!("{url}&prompt=consent")).await;
            let done = org.answer(&again, &[("decision", "accept"), ("organization", "1")]).await;
            assert!(done.sent("code").is_some());
            assert_eq!(given(), (vec![Some(ADA.to_string())], vec![None]), "with it for everybody");
        });
    }

    #[test]
    fn an_application_that_nobody_vouches_for_is_shown_as_such() {
        run(|org| async move {
            // It is registered elsewhere: here there is only its service principal.
            let away = vec![
                Change::Delete { id: Id::from_u128(0x21) },
                Change::set(WEB_PRINCIPAL, schema::service_principal::REPLY_URLS, vec![REDIRECT.to_owned()]),
            ];
            org.change(away).await;
            let url = authorize_url(&[("client_id", WEB_APP), ("redirect_uri", REDIRECT), ("scope", "User.Read")]);
            let page = org.sign_in_at(&url, UPN, PASSWORD).await;
            assert!(page.text.contains("Nobody has verified who publishes"), "{}", page.text);
            let publisher = Record::new().with("verifiedPublisherId", "42").with("displayName", "Partner");
            org.change(vec![Change::set(WEB_PRINCIPAL, schema::service_principal::VERIFIED_PUBLISHER, publisher)])
                .await;
            assert!(!org.get(&url).await.text.contains("Nobody has verified"));
        });
    }
}
