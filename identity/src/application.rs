//! What is true of every application and of the service principal that stands for it here: ids, defaults, and that the
//! second says what the first does.
//!
//! Deliberately absent: secrets and keys as proof (`signin`), and who may register what (`access`).

use directory::{Actor, Attr, AttrId, Call, Change, Check, Id, Object, Record, Refusal, Snapshot, Value};
use schema::application::{
    API, APPLICATION, IDENTIFIER_URIS, KEY_CREDENTIALS, PUBLIC_CLIENT, PUBLISHER_DOMAIN, SPA, WEB,
};
use schema::domain::{DOMAIN, IS_DEFAULT};
use schema::service_principal::{
    APP_OWNER_ORGANIZATION_ID, HOMEPAGE, LOGOUT_URL, OAUTH2_PERMISSION_SCOPES, REPLY_URLS, SERVICE_PRINCIPAL,
    SERVICE_PRINCIPAL_NAMES, SERVICE_PRINCIPAL_TYPE,
};
use schema::{ACCOUNT_ENABLED, APP_DISPLAY_NAME, APP_ID, APP_ROLES, CREATED_DATE_TIME, DISPLAY_NAME, SIGN_IN_AUDIENCE};

use crate::fill::{fill, given};

pub(crate) const APPLICATIONS: Check = Check { kind: &APPLICATION, complete: Some(complete_application), check: None };
pub(crate) const PRINCIPALS: Check =
    Check { kind: &SERVICE_PRINCIPAL, complete: Some(complete_principal), check: Some(check_principal) };

/// Only people and workloads of this organisation; what an organisation that hosts itself means unless it says otherwise.
const AUDIENCE: &str = "AzureADMyOrg";

fn complete_application(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let domain =
        now.all(&DOMAIN).find(|domain| domain.is(IS_DEFAULT)).and_then(|domain| domain.get(schema::domain::ID));
    for change in changes.iter_mut() {
        match change {
            Change::Create { kind, attributes, .. } if *kind == APPLICATION.id() => {
                fill(attributes, APP_ID, call.new_id().to_string());
                fill(attributes, SIGN_IN_AUDIENCE, AUDIENCE);
                fill(attributes, CREATED_DATE_TIME, call.at);
                if let Some(domain) = domain {
                    fill(attributes, PUBLISHER_DOMAIN, domain);
                }
                attributes.iter_mut().for_each(|(attribute, value)| complete_keys(call, *attribute, value));
            }
            Change::Create { kind, attributes, .. } if *kind == SERVICE_PRINCIPAL.id() => {
                attributes.iter_mut().for_each(|(attribute, value)| complete_keys(call, *attribute, value));
            }
            Change::Set { attribute, new: Some(value), .. } => complete_keys(call, *attribute, value),
            _ => {}
        }
    }
    let mut follow = Vec::new();
    for change in changes.iter() {
        match change {
            Change::Set { id, .. } => follow.extend(mirror(now, *id, changes)),
            // The registration and what stands for it go together; coming back, each comes by itself.
            Change::Delete { id } => follow.extend(principal_of(now, *id).map(|p| Change::Delete { id: p.id })),
            _ => {}
        }
    }
    for change in follow {
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    Ok(())
}

/// A key has an id and a beginning, so that it can be told from others and taken away again.
fn complete_keys(call: &Call<'_>, attribute: AttrId, value: &mut Value) {
    let Value::List(keys) = value else { return };
    if attribute != KEY_CREDENTIALS.id {
        return;
    }
    for key in keys {
        let Value::Record(key) = key else { continue };
        if key.guid("keyId").is_none() {
            key.set("keyId", call.new_id());
        }
        if key.time("startDateTime").is_none() {
            key.set("startDateTime", call.at);
        }
    }
}

/// The service principal of an application, if the id is one's.
fn principal_of(now: &Snapshot, application: Id) -> Option<&Object> {
    let app_id = now.find_a(&APPLICATION, application)?.get(APP_ID)?;
    now.find_by(&SERVICE_PRINCIPAL, APP_ID, app_id)
}

/// What the changes of an application mean for its service principal.
fn mirror(now: &Snapshot, application: Id, changes: &[Change]) -> Vec<Change> {
    let Some(principal) = principal_of(now, application) else { return Vec::new() };
    let value = |wanted: AttrId| {
        let set = changes.iter().rev().find_map(|change| match change {
            Change::Set { id, attribute, new, .. } if *id == application && *attribute == wanted => Some(new.clone()),
            _ => None,
        });
        set.unwrap_or_else(|| now.find(application).and_then(|object| object.value(wanted)))
    };
    let same = |attribute: AttrId, value: &Value| principal.value(attribute).as_ref() == Some(value);
    shown(&value)
        .into_iter()
        .filter(|(attribute, value)| !same(*attribute, value))
        .map(|(attribute, value)| Change::Set { id: principal.id, attribute, old: None, new: Some(value) })
        .collect()
}

/// What a service principal shows of its application.
fn shown(of: &dyn Fn(AttrId) -> Option<Value>) -> Vec<(AttrId, Value)> {
    let record = |attribute: Attr<Record>| match of(attribute.id) {
        Some(Value::Record(record)) => record,
        _ => Record::new(),
    };
    let web = record(WEB);
    let replies: Vec<String> = [&web, &record(SPA), &record(PUBLIC_CLIENT)]
        .into_iter()
        .flat_map(|record| record.texts("redirectUris").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let text = |value: Option<Value>| value.and_then(|value| value.as_text().map(str::to_owned));
    let mut names: Vec<String> = text(of(APP_ID.id)).into_iter().collect();
    if let Some(Value::List(uris)) = of(IDENTIFIER_URIS.id) {
        names.extend(uris.iter().filter_map(Value::as_text).map(str::to_owned));
    }
    let mut all = vec![
        (REPLY_URLS.id, Value::from(replies)),
        (SERVICE_PRINCIPAL_NAMES.id, Value::from(names)),
        (OAUTH2_PERMISSION_SCOPES.id, Value::List(record(API).list("oauth2PermissionScopes").to_vec())),
        (APP_ROLES.id, of(APP_ROLES.id).unwrap_or_else(|| Value::List(Vec::new()))),
    ];
    let own = [(DISPLAY_NAME.id, DISPLAY_NAME.id), (APP_DISPLAY_NAME.id, DISPLAY_NAME.id)];
    all.extend(own.into_iter().filter_map(|(here, there)| Some((here, of(there)?))));
    all.extend(of(SIGN_IN_AUDIENCE.id).map(|audience| (SIGN_IN_AUDIENCE.id, audience)));
    all.extend(web.text("homePageUrl").map(|url| (HOMEPAGE.id, url.into())));
    all.extend(web.text("logoutUrl").map(|url| (LOGOUT_URL.id, url.into())));
    all
}

fn complete_principal(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { kind, attributes, .. } = change else { continue };
        if *kind != SERVICE_PRINCIPAL.id() {
            continue;
        }
        fill(attributes, ACCOUNT_ENABLED, true);
        fill(attributes, SERVICE_PRINCIPAL_TYPE, "Application");
        let app_id = given(attributes, APP_ID).and_then(Value::as_text);
        let Some(app) = app_id.and_then(|app_id| now.find_by(&APPLICATION, APP_ID, app_id)) else { continue };
        fill(attributes, APP_OWNER_ORGANIZATION_ID, call.caller.tenant);
        for (attribute, value) in shown(&|attribute| app.value(attribute)) {
            if !attributes.iter().any(|(known, _)| *known == attribute) {
                attributes.push((attribute, value));
            }
        }
    }
    Ok(())
}

fn check_principal(_: &Snapshot, after: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { id, kind, .. } = change else { continue };
        // The program brings service principals along that are registered nowhere.
        if *kind != SERVICE_PRINCIPAL.id() || call.caller.actor == Actor::System {
            continue;
        }
        let app_id = after.get(*id)?.get(APP_ID).unwrap_or_default();
        if after.find_by(&APPLICATION, APP_ID, app_id).is_none() {
            let message =
                format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
            return Err(Refusal::invalid(message).at(APP_ID.name));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::world::{World, id};

    fn create(n: u128, kind: &'static directory::Kind, attributes: Vec<(AttrId, Value)>) -> Change {
        Change::Create { id: id(n), kind: kind.id(), attributes }
    }

    /// A world with an application and its service principal.
    fn registered() -> (World, String) {
        let mut w = World::new();
        let web = Record::new().with("redirectUris", ["https://app.xyz.example/back"]);
        let key = Record::new().with("type", "AsymmetricX509Cert");
        let attributes =
            vec![(DISPLAY_NAME.id, "Payroll".into()), (WEB.id, web.into()), (KEY_CREDENTIALS.id, vec![key].into())];
        w.submit(vec![create(1, &APPLICATION, attributes)]).unwrap();
        let app_id = w.now.get(id(1)).unwrap().get(APP_ID).unwrap().to_owned();
        w.actor = Actor::App(id(9));
        w.submit(vec![create(2, &SERVICE_PRINCIPAL, vec![(APP_ID.id, app_id.as_str().into())])]).unwrap();
        (w, app_id)
    }

    #[test]
    fn an_application_has_an_id_of_its_own_and_its_principal_shows_it() {
        let (w, app_id) = registered();
        let (app, principal) = (w.now.get(id(1)).unwrap(), w.now.get(id(2)).unwrap());
        assert!(directory::id_from_text(&app_id).is_some_and(|app_id| app_id != id(1)));
        assert_eq!(app.get(SIGN_IN_AUDIENCE), Some(AUDIENCE));
        let key = &app.get(KEY_CREDENTIALS).unwrap()[0];
        assert!(key.guid("keyId").is_some() && key.time("startDateTime") == Some(w.at));
        assert_eq!(principal.get(DISPLAY_NAME), Some("Payroll"));
        assert_eq!(principal.get(REPLY_URLS), Some(vec!["https://app.xyz.example/back"]));
        assert_eq!(principal.get(SERVICE_PRINCIPAL_NAMES), Some(vec![app_id.as_str()]));
        assert!(principal.is(ACCOUNT_ENABLED));
    }

    #[test]
    fn a_principal_follows_its_application_to_the_end() {
        let (mut w, app_id) = registered();
        let uris: Value = ["api://payroll"].into();
        w.submit(vec![Change::set(id(1), IDENTIFIER_URIS, uris), Change::set(id(1), DISPLAY_NAME, "Pay")]).unwrap();
        let principal = w.now.get(id(2)).unwrap();
        assert_eq!(principal.get(SERVICE_PRINCIPAL_NAMES), Some(vec![app_id.as_str(), "api://payroll"]));
        assert_eq!(principal.get(APP_DISPLAY_NAME), Some("Pay"));
        w.submit(vec![Change::Delete { id: id(1) }]).unwrap();
        assert!(w.now.find(id(2)).is_none());
    }

    #[test]
    fn a_principal_of_nothing_is_refused() {
        let (mut w, _) = registered();
        let nowhere = vec![(APP_ID.id, id(7).to_string().into())];
        let refused = w.submit(vec![create(3, &SERVICE_PRINCIPAL, nowhere)]).unwrap_err();
        assert_eq!(refused.target.as_deref(), Some("appId"));
    }
}
