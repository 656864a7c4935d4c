//! Named locations: ranges that can be read, countries that exist in form, and none lost that somebody relies on.

use directory::{Call, Change, Check, Object, Record, Refusal, Snapshot};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS};
use schema::named_location::{
    COUNTRIES_AND_REGIONS, COUNTRY_NAMED_LOCATION, IP_NAMED_LOCATION, IP_RANGES, IS_TRUSTED, NAMED_LOCATION,
};

use super::{removed, stamp, touched};
use crate::conditional::ranges_of;

pub(crate) const CHECK: Check = Check { kind: &NAMED_LOCATION, complete: Some(complete), check: Some(check) };

/// How many locations a tenant may name.
const LOCATIONS_MAX: usize = 1_000;
/// How many countries a location may name: more than there are.
const COUNTRIES_MAX: usize = 300;

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    stamp(now, call.at, &NAMED_LOCATION, changes);
    Ok(())
}

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for location in touched(after, changes, &NAMED_LOCATION) {
        if after.is_a(location, &IP_NAMED_LOCATION) {
            check_ranges(location)?;
        } else if after.is_a(location, &COUNTRY_NAMED_LOCATION) {
            check_countries(location)?;
        }
    }
    if changes.iter().any(|c| matches!(c, Change::Create { .. })) && after.all(&NAMED_LOCATION).count() > LOCATIONS_MAX
    {
        return Err(Refusal::limit(format!("a tenant names at most {LOCATIONS_MAX} locations")));
    }
    for location in removed(before, changes, &NAMED_LOCATION) {
        if location.is(IS_TRUSTED) {
            return Err(Refusal::state("a trusted location cannot be deleted: set isTrusted to false first")
                .at(IS_TRUSTED.name));
        }
        let id = location.id.to_string();
        if let Some(policy) = after.all(&CONDITIONAL_ACCESS_POLICY).find(|policy| names(policy, &id)) {
            let name = policy.get(schema::DISPLAY_NAME).unwrap_or_default();
            return Err(Refusal::state(format!("the policy `{name}` names this location: change the policy first")));
        }
    }
    Ok(())
}

fn check_ranges(location: &Object) -> Result<(), Refusal> {
    let mut any = false;
    for range in ranges_of(location) {
        any = true;
        range.map_err(|(text, wrong)| Refusal::invalid(format!("`{text}` {wrong}")).at(IP_RANGES.name))?;
    }
    if any { Ok(()) } else { Err(Refusal::invalid("names at least one range").at(IP_RANGES.name)) }
}

fn check_countries(location: &Object) -> Result<(), Refusal> {
    let codes = location.get(COUNTRIES_AND_REGIONS).unwrap_or_default();
    if codes.len() > COUNTRIES_MAX {
        return Err(Refusal::limit(format!("names at most {COUNTRIES_MAX} countries")).at(COUNTRIES_AND_REGIONS.name));
    }
    let is_code = |code: &&str| code.len() == 2 && code.chars().all(|c| c.is_ascii_alphabetic());
    match codes.iter().find(|code| !is_code(code)) {
        Some(code) => {
            Err(Refusal::invalid(format!("`{code}` is no two-letter code of ISO 3166")).at(COUNTRIES_AND_REGIONS.name))
        }
        None => Ok(()),
    }
}

/// Whether a policy names a location.
fn names(policy: &Object, id: &str) -> bool {
    let conditions = policy.get(CONDITIONS).unwrap_or_default();
    let empty = Record::new();
    let locations = conditions.record("locations").unwrap_or(&empty);
    ["includeLocations", "excludeLocations"]
        .into_iter()
        .any(|side| locations.texts(side).any(|text| text.eq_ignore_ascii_case(id)))
}
