//! Why: a membership, a licence, a role, an access package, a sign-in's outcome, a setting, an application, a compliance state. One answer for all of them, a `text`
//! and the reasons `because` of which it is so, each of the same form. Built from what is recorded, not guessed.

use directory::{Id, Object, Record, Snapshot, id_from_text};
use engine::{JournalQuery, View};
use schema::managed_device::DEVICE_NAME;
use schema::mobile_app::MOBILE_APP;
use schema::subscribed_sku::{SKU_ID, SKU_PART_NUMBER, SUBSCRIBED_SKU};
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::unified_role_definition::UNIFIED_ROLE_DEFINITION;
use schema::user::{USER, USER_PRINCIPAL_NAME};
use schema::{ASSIGNMENTS, DISPLAY_NAME, sign_in::SIGN_IN};
use serde_json::{Value, json};

use crate::app_states::with_reach;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read::may_read;

/// How many sign-ins are looked through for one id.
const SIGN_INS_MAX: usize = 50_000;

pub fn answer(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    let ask = |name: &str| {
        let pair = exchange.query.pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        pair.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let told = if let Some(assignment) = ask("assignment") {
        package_of(&view, assignment)?
    } else if let Some(sign_in) = ask("signIn") {
        sign_in_of(exchange, &view, sign_in)?
    } else if let Some(device) = ask("device") {
        match ask("app") {
            Some(app) => application_of(&view, device, app)?,
            None => device_of(&view, device, ask("setting"))?,
        }
    } else {
        match (ask("user"), ask("group"), ask("licence"), ask("role")) {
            (Some(user), Some(group), ..) => membership(&view, user, group)?,
            (Some(user), None, Some(licence), _) => licence_of(&view, user, licence)?,
            (Some(user), None, None, Some(role)) => role_of(&view, user, role)?,
            _ => {
                return Err(Error::bad(
                    "Ask with 'user' and 'group', 'licence' or 'role', with 'assignment' (of an access package), 'signIn', or 'device', \
                     alone or with 'setting' or 'app'.",
                ));
            }
        }
    };
    Ok(Reply::json(200, told.to_string()))
}

fn membership(view: &View, user: &str, group: &str) -> Result<Value, Error> {
    let now = view.now();
    let (user, group) = (person(view, user)?, visible(view, group)?);
    let ways = identity::why_member(now, user.id, group.id, view.at());
    let (who, which) = (name(user), name(group));
    if ways.is_empty() {
        return Ok(reason(format!("`{who}` is not in `{which}`"), vec![]));
    }
    let because = ways.iter().map(|way| {
        let hops = way.records("hops").map(|hop| hop_told(now, hop)).collect();
        let text = if way.bool("isDirect") == Some(true) { "directly" } else { "through other groups" };
        reason(text.to_owned(), hops)
    });
    Ok(reason(format!("`{who}` is in `{which}`"), because.collect()))
}

/// One step from a member to a group, with the reasons for it.
fn hop_told(now: &Snapshot, hop: &Record) -> Value {
    let text = |field: &str| hop.text(field).unwrap_or_default();
    let reasons = hop.records("reasons").map(|why| {
        let usn = why.int("usn").unwrap_or(0);
        match why.text("by") {
            Some("rule") => {
                let rule = why.text("membershipRule").unwrap_or_default();
                let seen = why.record("details").map(conditions).unwrap_or_default();
                reason(format!("the group's rule: {rule} (commit {usn})"), seen)
            }
            Some("accessPackage") => {
                let of = why.text("of").and_then(id_from_text).and_then(|id| now.find(id));
                let story = of.and_then(|assignment| governance::why_package(now, assignment.id));
                let because = story.map(|story| vec![tree(&story)]).unwrap_or_default();
                reason(format!("an access package assignment (commit {usn})"), because)
            }
            Some("direct") => reason(format!("somebody added it (commit {usn})"), vec![]),
            other => reason(format!("{} (commit {usn})", other.unwrap_or("unknown")), vec![]),
        }
    });
    reason(format!("`{}` is a member of `{}`", text("memberName"), text("groupName")), reasons.collect())
}

/// The conditions of a rule with what each saw.
fn conditions(details: &Record) -> Vec<Value> {
    let own = details.text("expression").map(|expression| {
        let seen = details.record("propertyToEvaluate").and_then(|p| p.text("propertyValue")).unwrap_or("nothing");
        reason(format!("{expression}: found `{seen}`"), vec![])
    });
    let inner: Vec<Value> = details.records("expressionEvaluationDetails").flat_map(conditions).collect();
    if inner.is_empty() { own.into_iter().collect() } else { inner }
}

fn licence_of(view: &View, user: &str, licence: &str) -> Result<Value, Error> {
    may_read(view, &SUBSCRIBED_SKU)?;
    let now = view.now();
    let user = person(view, user)?;
    let by_name = || now.by(SKU_PART_NUMBER, licence).find(|sku| now.is_a(sku, &SUBSCRIBED_SKU))?.get(SKU_ID);
    let sku = id_from_text(licence).or_else(by_name).ok_or_else(|| Error::missing(licence))?;
    let found =
        identity::why_licence(now, user.id, sku, view.at()).map_err(|refusal| Error::refused(&refusal, None))?;
    let (who, which) = (name(user), found.text("skuPartNumber").unwrap_or(licence));
    let mut because: Vec<Value> = found.records("sources").map(|source| source_told(now, source)).collect();
    if let (Some(used), Some(seats)) = (found.int("consumedUnits"), found.int("seats")) {
        because.push(reason(format!("{used} of {seats} seats are in use"), vec![]));
    }
    let text = match found.bool("isAssigned") {
        Some(true) => format!("`{who}` has the licence `{which}`"),
        _ => format!("`{who}` does not have the licence `{which}`"),
    };
    Ok(reason(text, because))
}

fn source_told(now: &Snapshot, source: &Record) -> Value {
    let failed = source.text("error").map(|error| format!(", but it fails: {error}")).unwrap_or_default();
    match source.text("groupName") {
        None => reason(format!("it was given directly{failed}"), vec![]),
        Some(group) => {
            let hops = source.records("membership").flat_map(|way| way.records("hops"));
            reason(format!("the group `{group}` gives it{failed}"), hops.map(|hop| hop_told(now, hop)).collect())
        }
    }
}

fn sign_in_of(exchange: &Exchange, view: &View, id: &str) -> Result<Value, Error> {
    may_read(view, &SIGN_IN)?;
    let query = JournalQuery { newest_first: true, limit: SIGN_INS_MAX, ..JournalQuery::default() };
    let rows = exchange.engine.journal_read("signIns", &query).map_err(|_| Error::unavailable())?;
    let wanted = id_from_text(id).ok_or_else(|| Error::missing(id))?;
    let row = rows.iter().map(|(_, row)| row).find(|row| row.guid("id") == Some(wanted));
    let row = row.ok_or_else(|| Error::missing(id))?;
    let who = row.text("userPrincipalName").or(row.text("servicePrincipalName")).unwrap_or("somebody");
    let status = row.record("status");
    let code = status.and_then(|status| status.int("errorCode")).unwrap_or(0);
    let why = status.and_then(|status| status.text("failureReason")).unwrap_or_default();
    let policies = row.records("appliedConditionalAccessPolicies").map(|policy| {
        let field = |name: &str| policy.text(name).unwrap_or_default();
        let mut because: Vec<Value> = policy.records("conditionResults").map(condition_told).collect();
        let controls: Vec<&str> = policy.texts("enforcedGrantControls").collect();
        if !controls.is_empty() {
            because.push(reason(format!("it demands: {}", controls.join(", ")), vec![]));
        }
        reason(format!("policy `{}`: {}", field("displayName"), field("result")), because)
    });
    let text =
        if code == 0 { format!("`{who}` was let in") } else { format!("`{who}` was refused with {code}: {why}") };
    Ok(reason(text, policies.collect()))
}

/// One condition of a policy, with what was seen.
fn condition_told(condition: &Record) -> Value {
    let field = |name: &str| condition.text(name).unwrap_or_default();
    let outcome = match condition.bool("isSatisfied") {
        Some(true) => "met",
        Some(false) => "not met",
        None => "not looked at",
    };
    reason(format!("{} {outcome}: {}", field("condition"), field("evidence")), vec![])
}

fn device_of(view: &View, device: &str, setting: Option<&str>) -> Result<Value, Error> {
    let device = visible(view, device)?;
    let told = match setting {
        Some(setting) => devices::why_setting(view.now(), device.id, setting, view.at()),
        None => devices::why_compliance(view.now(), device.id),
    };
    told.map(|record| tree(&record)).map_err(|refusal| Error::refused(&refusal, None))
}

fn role_of(view: &View, user: &str, role: &str) -> Result<Value, Error> {
    let (user, asked) = (person(view, user)?, visible(view, role)?);
    let role = view.now().find_a(&UNIFIED_ROLE_DEFINITION, asked.id).ok_or_else(|| Error::missing(role))?;
    // Who may see no assignment of roles is not told of one.
    may_read(view, &UNIFIED_ROLE_ASSIGNMENT)?;
    Ok(tree(&governance::why_role(view.now(), user.id, role.id, view.at(), |object| view.sees(object))))
}

fn package_of(view: &View, assignment: &str) -> Result<Value, Error> {
    let found = visible(view, assignment)?;
    let told = governance::why_package(view.now(), found.id).ok_or_else(|| Error::missing(assignment))?;
    Ok(tree(&told))
}

fn application_of(view: &View, device: &str, app: &str) -> Result<Value, Error> {
    let now = view.now();
    let (device, asked) = (visible(view, device)?, visible(view, app)?);
    let app = now.find_a(&MOBILE_APP, asked.id).ok_or_else(|| Error::missing(app))?;
    let refused = |refusal| Error::refused(&refusal, None);
    let managed = devices::managed(now, device.id).map_err(refused)?;
    let assignments = app.get(ASSIGNMENTS).unwrap_or_default();
    let mut because: Vec<Value> =
        devices::why_assigned(now, managed.id, &assignments, view.at()).map_err(refused)?.iter().map(tree).collect();
    let (what, reasons) = with_reach(now, managed, view.at(), |reach| apps::why_app(now, managed, app, reach));
    because.extend(reasons.into_iter().map(|text| reason(text, vec![])));
    let on = managed.get(DEVICE_NAME).unwrap_or("the device");
    Ok(reason(format!("`{}` {what} on `{on}`", name(app)), because))
}

/// A person by id or user name, as far as the caller may see.
fn person<'v>(view: &'v View, key: &str) -> Result<&'v Object, Error> {
    let now = view.now();
    let found = match id_from_text(key) {
        Some(id) => now.find_a(&USER, id),
        None => now.find_by(&USER, USER_PRINCIPAL_NAME, key),
    };
    found.filter(|user| view.sees(user)).ok_or_else(|| Error::missing(key))
}

fn visible<'v>(view: &'v View, key: &str) -> Result<&'v Object, Error> {
    let id: Id = id_from_text(key).ok_or_else(|| Error::missing(key))?;
    view.find(id).ok_or_else(|| Error::missing(key))
}

fn name(object: &Object) -> &str {
    object.get(DISPLAY_NAME).unwrap_or("without a name")
}

fn reason(text: String, because: Vec<Value>) -> Value {
    if because.is_empty() { json!({ "text": text }) } else { json!({ "text": text, "because": because }) }
}

/// A `{text, because}` record of a room.
fn tree(record: &Record) -> Value {
    let because = record.records("because").map(tree).collect();
    reason(record.text("text").unwrap_or_default().to_owned(), because)
}
