//! Assignment policies: who may ask for a package, who approves, for how long; and what a package itself must have.

use std::time::Duration;

use directory::{Call, Change, Check, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::access_package::{ACCESS_PACKAGE, INCOMPATIBLE_ACCESS_PACKAGES};
use schema::access_package_assignment_policy::{
    ACCESS_PACKAGE_ASSIGNMENT_POLICY, ALLOWED_TARGET_SCOPE, CAN_EXTEND, EXPIRATION, REQUEST_APPROVAL_SETTINGS,
    REQUESTOR_SETTINGS, SPECIFIC_ALLOWED_TARGETS,
};
use schema::access_package_catalog::ACCESS_PACKAGE_CATALOG;
use schema::user::USER_TYPE;
use schema::{ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, CATALOG, CATALOG_ID, STATE};

use crate::approval::{Terms, WAIT, WAIT_MAX};
use crate::{people, span};

/// Limits of one tenant, as the reference gives them.
const PACKAGES_MAX: usize = 20_000;
const CATALOGS_MAX: usize = 7_500;
const POLICIES_MAX: usize = 25_000;

pub(crate) const OF_CATALOG: Check =
    Check { kind: &ACCESS_PACKAGE_CATALOG, complete: None, check: Some(check_catalog) };
pub(crate) const OF_PACKAGE: Check =
    Check { kind: &ACCESS_PACKAGE, complete: Some(complete_package), check: Some(check_package) };
pub(crate) const OF_POLICY: Check =
    Check { kind: &ACCESS_PACKAGE_ASSIGNMENT_POLICY, complete: Some(complete_policy), check: Some(check_policy) };

/// Whether a person may ask by this policy for themselves.
pub(crate) fn may_request(now: &Snapshot, policy: &Object, user: &Object) -> bool {
    let is_guest = user.get(USER_TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"));
    match policy.get(ALLOWED_TARGET_SCOPE).unwrap_or("notSpecified") {
        "allMemberUsers" => !is_guest,
        "allDirectoryUsers" => true,
        "allExternalUsers" => is_guest,
        "specificDirectoryUsers" => {
            people::includes(now, &policy.get(SPECIFIC_ALLOWED_TARGETS).unwrap_or_default(), user.id)
        }
        // Direct assignment only, or people of organizations that are not here.
        _ => false,
    }
}

/// A switch of `requestorSettings`; without settings everything that concerns oneself is on.
pub(crate) fn allows(policy: &Object, switch: &str) -> bool {
    policy.get(REQUESTOR_SETTINGS).is_none_or(|settings| settings.bool(switch).unwrap_or(true))
}

pub(crate) fn can_extend(policy: &Object) -> bool {
    policy.get(CAN_EXTEND).unwrap_or(true)
}

/// Whether the requestor has to say why.
pub(crate) fn wants_justification(policy: &Object) -> bool {
    let settings = policy.get(REQUEST_APPROVAL_SETTINGS);
    settings.is_some_and(|settings| settings.bool("isRequestorJustificationRequired") == Some(true))
}

/// Who approves a request; nothing when nobody has to.
pub(crate) fn approval(policy: &Object, is_update: bool) -> Option<Terms> {
    let settings = policy.get(REQUEST_APPROVAL_SETTINGS)?;
    let switch = if is_update { "isApprovalRequiredForUpdate" } else { "isApprovalRequiredForAdd" };
    if settings.bool(switch) != Some(true) {
        return None;
    }
    let stage = settings.records("stages").next()?;
    Some(Terms {
        primary: people::sets(stage, "primaryApprovers"),
        fallback: people::sets(stage, "fallbackPrimaryApprovers"),
        needs_justification: stage.bool("isApproverJustificationRequired") == Some(true),
        wait: stage.text("durationBeforeAutomaticDenial").and_then(span::parse).unwrap_or(WAIT),
    })
}

/// When access that is given now ends: as asked for where the policy lets one ask, never later than the policy says.
pub(crate) fn end(policy: &Object, asked: Option<&Record>, start: Time) -> Result<Option<Time>, Refusal> {
    let most = span::end(policy.get(EXPIRATION).as_ref(), start)?;
    let asked =
        asked.and_then(|schedule| schedule.record("expiration")).filter(|pattern| !span::is_open(Some(pattern)));
    let Some(pattern) = asked else { return Ok(most) };
    let wanted = span::end(Some(pattern), start)?;
    match (wanted, most) {
        (None, Some(most)) => Err(too_long(most)),
        (Some(wanted), Some(most)) if wanted > most => Err(too_long(most)),
        _ => Ok(wanted),
    }
}

fn too_long(most: Time) -> Refusal {
    Refusal::invalid(format!("the policy gives this access until {most} at most")).at("schedule/expiration")
}

fn complete_package(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let catalog = |id: Id| now.find_a(&ACCESS_PACKAGE_CATALOG, id).is_some();
    tie(changes, &|_, kind| kind == ACCESS_PACKAGE.id(), (CATALOG_ID, CATALOG), &catalog)
}

fn complete_policy(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let package = |id: Id| now.find_a(&ACCESS_PACKAGE, id).is_some();
    let is_policy = |_, kind| kind == ACCESS_PACKAGE_ASSIGNMENT_POLICY.id();
    tie(changes, &is_policy, (ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK), &package)
}

/// v1.0 gives a link, beta gives an id: each of the two follows from the other.
fn tie(
    changes: &mut Vec<Change>,
    is_meant: &dyn Fn(Id, directory::KindId) -> bool,
    (attribute, link): (directory::Attr<str>, directory::LinkId),
    is_there: &dyn Fn(Id) -> bool,
) -> Result<(), Refusal> {
    let mut more = Vec::new();
    for change in changes.iter() {
        let Change::Create { id, kind, attributes } = change else { continue };
        if !is_meant(*id, *kind) {
            continue;
        }
        let linked = changes.iter().find_map(|change| match change {
            Change::Link { source, link: l, target, .. } if source == id && *l == link => Some(*target),
            _ => None,
        });
        let said = attributes.iter().find(|(a, _)| *a == attribute.id).map(|(_, value)| value);
        match (linked, said) {
            (Some(target), None) => more.push(Change::set(*id, attribute, target.to_string())),
            (None, Some(said)) => {
                let target = said.as_guid().filter(|id| is_there(*id));
                let target =
                    target.ok_or_else(|| Refusal::invalid("names nothing that is there").at(attribute.name))?;
                more.push(Change::link(*id, link, target));
            }
            (Some(target), Some(said)) if said.as_guid() != Some(target) => {
                return Err(Refusal::invalid("names another object than the link does").at(attribute.name));
            }
            _ => {}
        }
    }
    changes.append(&mut more);
    Ok(())
}

fn check_catalog(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let is_more =
        changes.iter().any(|c| matches!(c, Change::Create { kind, .. } if *kind == ACCESS_PACKAGE_CATALOG.id()));
    if is_more && after.count(&ACCESS_PACKAGE_CATALOG) > CATALOGS_MAX {
        return Err(Refusal::limit(format!("there are at most {CATALOGS_MAX} catalogs")));
    }
    for change in changes {
        if let Change::Purge { id } | Change::Delete { id } = change
            && before.find_a(&ACCESS_PACKAGE_CATALOG, *id).is_some()
            && before.backlinks(*id, CATALOG).any(|package| after.find(package.object.id).is_some())
        {
            return Err(Refusal::state("the catalog still has packages: delete or move them first"));
        }
    }
    Ok(())
}

fn check_package(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        match change {
            Change::Create { kind, .. }
                if *kind == ACCESS_PACKAGE.id() && after.count(&ACCESS_PACKAGE) > PACKAGES_MAX =>
            {
                return Err(Refusal::limit(format!("there are at most {PACKAGES_MAX} access packages")));
            }
            Change::Purge { id } if before.find_a(&ACCESS_PACKAGE, *id).is_some() => {
                let given = before.by(ACCESS_PACKAGE_ID, Value::Guid(*id)).any(|object| {
                    before.is_a(object, &schema::access_package_assignment::ACCESS_PACKAGE_ASSIGNMENT)
                        && super::delivery::is_kept(object)
                        && after.find(object.id).is_some()
                });
                if given {
                    return Err(Refusal::state("somebody still has this package: remove the assignments first"));
                }
            }
            Change::Link { source, link, target, .. } if *link == INCOMPATIBLE_ACCESS_PACKAGES && source == target => {
                return Err(Refusal::invalid("a package is compatible with itself").at("incompatibleAccessPackages"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_policy(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let (Change::Create { id, .. } | Change::Set { id, .. }) = change else { continue };
        let Some(policy) = after.find_a(&ACCESS_PACKAGE_ASSIGNMENT_POLICY, *id) else { continue };
        if matches!(change, Change::Create { .. }) && after.count(&ACCESS_PACKAGE_ASSIGNMENT_POLICY) > POLICIES_MAX {
            return Err(Refusal::limit(format!("there are at most {POLICIES_MAX} assignment policies")));
        }
        let is_of_a_package = after
            .linked(*id, ACCESS_PACKAGE_LINK)
            .is_some_and(|p| people::named(policy, ACCESS_PACKAGE_ID) == Some(p.id));
        if !is_of_a_package {
            return Err(Refusal::invalid("say which access package it is for").at("accessPackage"));
        }
        let targets = policy.get(SPECIFIC_ALLOWED_TARGETS).unwrap_or_default();
        people::check_sets(after, &targets, SPECIFIC_ALLOWED_TARGETS.name)?;
        if policy.get(ALLOWED_TARGET_SCOPE) == Some("specificDirectoryUsers") && targets.is_empty() {
            return Err(Refusal::invalid("say who may ask for it").at(SPECIFIC_ALLOWED_TARGETS.name));
        }
        span::end(policy.get(EXPIRATION).as_ref(), Time::from_unix(0))?;
        check_stages(after, policy)?;
    }
    Ok(())
}

fn check_stages(after: &Snapshot, policy: &Object) -> Result<(), Refusal> {
    let Some(settings) = policy.get(REQUEST_APPROVAL_SETTINGS) else { return Ok(()) };
    let stages: Vec<&Record> = settings.records("stages").collect();
    if stages.len() > 1 {
        return Err(Refusal::limit("one approval stage is followed here").at("requestApprovalSettings/stages"));
    }
    let is_needed =
        ["isApprovalRequiredForAdd", "isApprovalRequiredForUpdate"].iter().any(|s| settings.bool(s) == Some(true));
    let Some(stage) = stages.first() else {
        return if is_needed {
            Err(Refusal::invalid("say who approves").at("requestApprovalSettings/stages"))
        } else {
            Ok(())
        };
    };
    for field in ["primaryApprovers", "fallbackPrimaryApprovers"] {
        people::check_sets(after, &people::sets(stage, field), field)?;
    }
    if is_needed && stage.list("primaryApprovers").is_empty() {
        return Err(Refusal::invalid("say who approves").at("primaryApprovers"));
    }
    if stage.bool("isEscalationEnabled") == Some(true) {
        return Err(Refusal::invalid("escalation is not followed here").at("isEscalationEnabled"));
    }
    if let Some(text) = stage.text("durationBeforeAutomaticDenial")
        && span::parse(text).is_none_or(|wait| wait < Duration::from_secs(60) || wait > WAIT_MAX)
    {
        return Err(Refusal::invalid(format!("`{text}` is not a duration of a minute to 30 days"))
            .at("durationBeforeAutomaticDenial"));
    }
    Ok(())
}

/// Whether a package's catalogue is open to requests.
pub(crate) fn is_published(now: &Snapshot, package: &Object) -> bool {
    now.linked(package.id, CATALOG).is_none_or(|catalog| catalog.get(STATE) != Some("unpublished"))
}
