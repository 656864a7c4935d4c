//! Secrets of settings: a policy keeps, sealed, what each token in its settings stands for, and nothing besides.
//!
//! Deliberately absent: secrets in the clear. Who takes one from an administrator seals it for [`purpose`] before it comes
//! here, and who hands one to a device opens it after it has left.

use directory::{Change, Id, Object, Record, Refusal, Snapshot, Value};
use schema::SETTINGS;
use schema::catalog::{self, Chosen, secret};
use schema::device_management_configuration_policy::{DEVICE_MANAGEMENT_CONFIGURATION_POLICY, SEALED_SETTING_VALUES};

/// What a secret is sealed for.
#[must_use]
pub fn purpose(token: Id) -> String {
    format!("setting secret {token}")
}

/// A sealed secret as a policy keeps it.
#[must_use]
pub fn sealed(token: Id, sealed: Vec<u8>) -> Record {
    Record::new().with("token", token).with("sealed", Value::Bytes(sealed))
}

/// What a token stands for, sealed.
#[must_use]
pub fn find(now: &Snapshot, token: Id) -> Option<Vec<u8>> {
    let of = |policy: &Object| kept(policy).into_iter().find(|record| record.guid("token") == Some(token));
    match now.all(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY).find_map(of)?.get("sealed") {
        Some(Value::Bytes(sealed)) => Some(sealed.to_vec()),
        _ => None,
    }
}

/// Keep in step what policies hold and what their settings name: what is new comes to what was there, what no setting names any
/// more goes.
pub(crate) fn complete(now: &Snapshot, changes: &mut Vec<Change>) {
    for change in changes.iter_mut() {
        let Change::Create { kind, attributes, .. } = change else { continue };
        if *kind == DEVICE_MANAGEMENT_CONFIGURATION_POLICY.id() {
            let of = |attribute| attributes.iter().rev().find(|(known, _)| *known == attribute).map(|(_, value)| value);
            let left = of(SEALED_SETTING_VALUES.id).map(|new| named(records(new), &records_of(of(SETTINGS.id))));
            attributes.retain(|(known, _)| *known != SEALED_SETTING_VALUES.id);
            attributes.extend(left.filter(|left| !left.is_empty()).map(|left| (SEALED_SETTING_VALUES.id, left.into())));
        }
    }
    let mut policies: Vec<&Object> = changes
        .iter()
        .filter(|change| is_about_settings(change))
        .filter_map(|change| now.find_a(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, change.subject()))
        .collect();
    policies.dedup_by_key(|policy| policy.id);
    for policy in policies {
        let of = |wanted| {
            changes.iter().rev().find_map(|change| match change {
                Change::Set { id, attribute, new, .. } if *id == policy.id && *attribute == wanted => {
                    Some(new.as_ref())
                }
                _ => None,
            })
        };
        let settings = of(SETTINGS.id).map_or_else(|| policy.get(SETTINGS).unwrap_or_default(), records_of);
        let (before, new) = (kept(policy), records_of(of(SEALED_SETTING_VALUES.id).flatten()));
        let is_known = |record: &Record| before.iter().any(|known| known.guid("token") == record.guid("token"));
        let new: Vec<Record> = new.into_iter().filter(|record| !is_known(record)).collect();
        let after = named(before.iter().cloned().chain(new).collect(), &settings);
        changes.retain(|change| {
            !matches!(change, Change::Set { id, attribute, .. } if *id == policy.id && *attribute == SEALED_SETTING_VALUES.id)
        });
        if after != before {
            changes.push(Change::set(policy.id, SEALED_SETTING_VALUES, after));
        }
    }
}

/// Whether every token of a policy's settings is one of its own: nobody takes a secret along that they may not read. And nothing
/// is a secret that is not sealed.
pub(crate) fn check(policy: &Object, settings: &[Record]) -> Result<(), Refusal> {
    let own = kept(policy);
    let is_own = |token: &Id| own.iter().any(|record| record.guid("token") == Some(*token));
    if settings.iter().any(has_plain) {
        return Err(plain_refused().at("settings"));
    }
    match tokens(settings).iter().find(|token| !is_own(token)) {
        Some(token) => {
            let message = format!("`{token}` stands for no secret of this policy; write the secret itself");
            Err(Refusal::invalid(message).at("settings"))
        }
        None => Ok(()),
    }
}

/// Whether a secret stands in a record that was not sealed.
pub(crate) fn has_plain(record: &Record) -> bool {
    let is_plain = record.get("valueState").is_some() && secret::token(record).is_none();
    is_plain || record.iter().any(|(_, value)| value_has_plain(value))
}

pub(crate) fn plain_refused() -> Refusal {
    Refusal::invalid("secrets are kept only where the catalogue has one, and sealed; this setting takes none")
}

fn value_has_plain(value: &Value) -> bool {
    match value {
        Value::Record(record) => has_plain(record),
        Value::List(items) => items.iter().any(value_has_plain),
        _ => false,
    }
}

fn is_about_settings(change: &Change) -> bool {
    matches!(change, Change::Set { attribute, .. } if [SETTINGS.id, SEALED_SETTING_VALUES.id].contains(attribute))
}

fn kept(policy: &Object) -> Vec<Record> {
    policy.get(SEALED_SETTING_VALUES).unwrap_or_default()
}

/// Those that settings name.
fn named(sealed: Vec<Record>, settings: &[Record]) -> Vec<Record> {
    let tokens = tokens(settings);
    sealed.into_iter().filter(|record| record.guid("token").is_some_and(|token| tokens.contains(&token))).collect()
}

/// Every token in settings. What cannot be read is refused by the check on settings.
fn tokens(settings: &[Record]) -> Vec<Id> {
    let chosen = settings.iter().filter_map(|setting| catalog::chosen(setting.record("settingInstance")?).ok());
    chosen.flat_map(of_chosen).collect()
}

fn of_chosen(chosen: Chosen) -> Vec<Id> {
    match chosen {
        Chosen::One(_, value) => secret::tokens_in(&value),
        Chosen::Members(_, values) => values.iter().flat_map(secret::tokens_in).collect(),
        Chosen::Group(_, groups) => groups.into_iter().flatten().flat_map(of_chosen).collect(),
    }
}

fn records_of(value: Option<&Value>) -> Vec<Record> {
    value.map(records).unwrap_or_default()
}

fn records(value: &Value) -> Vec<Record> {
    value.as_list().unwrap_or_default().iter().filter_map(Value::as_record).cloned().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::desired::{Conflict, desired};
    use crate::world::{World, id, policy, to};

    const KIND: &directory::Kind = &DEVICE_MANAGEMENT_CONFIGURATION_POLICY;

    fn token(n: u128) -> Id {
        Id::from_u128(0xabc0 + n)
    }

    /// A network whose password is a record.
    fn network(psk: Record) -> Record {
        let of = |place: &str, value: Record| {
            let id = format!("linux.networkmanager.wifi_{place}");
            Value::Record(Record::new().with("settingDefinitionId", id).with("simpleSettingValue", value))
        };
        let text = |text: &str| Record::new().with("value", text);
        let children = vec![of("name", text("office")), of("ssid", text("XYZ")), of("psk", psk)];
        let group = Record::new().with("children", Value::List(children));
        let instance = Record::new()
            .with("settingDefinitionId", "linux.networkmanager.wifi")
            .with("groupSettingCollectionValue", Value::List(vec![group.into()]));
        Record::new().with("settingInstance", instance)
    }

    fn with_sealed(n: u128, settings: Vec<Record>, tokens: &[u128]) -> Change {
        let kept: Vec<Record> = tokens.iter().map(|n| sealed(token(*n), vec![7])).collect();
        policy(n, KIND, settings, vec![to("allDevices", None)], vec![(SEALED_SETTING_VALUES.id, kept.into())])
    }

    #[test]
    fn a_policy_keeps_what_its_settings_name_and_nothing_else() {
        let mut w = World::new();
        w.done(vec![with_sealed(60, vec![network(secret::record(token(1)))], &[1, 2])]);
        assert_eq!(find(&w.now, token(1)), Some(vec![7]));
        assert_eq!(find(&w.now, token(2)), None, "nobody names it");
        // A new secret in its place; then none.
        let new = vec![sealed(token(3), vec![8])];
        w.done(vec![
            Change::set(id(60), SETTINGS, vec![network(secret::record(token(3)))]),
            Change::set(id(60), SEALED_SETTING_VALUES, new),
        ]);
        assert_eq!((find(&w.now, token(1)), find(&w.now, token(3))), (None, Some(vec![8])));
        // What a token stands for does not change under it.
        w.done(vec![Change::set(id(60), SEALED_SETTING_VALUES, vec![sealed(token(3), vec![9])])]);
        assert_eq!(find(&w.now, token(3)), Some(vec![8]));
        let none: Vec<Record> = vec![];
        w.done(vec![Change::set(id(60), SETTINGS, none)]);
        assert_eq!(find(&w.now, token(3)), None);
    }

    #[test]
    fn a_secret_in_the_clear_and_the_token_of_another_policy_are_refused() {
        let mut w = World::new();
        w.done(vec![with_sealed(60, vec![network(secret::record(token(1)))], &[1])]);
        let plain = secret::record(token(1)).with("value", "correct horse").with("valueState", secret::NOT_ENCRYPTED);
        for (psk, why) in [
            (secret::record(token(1)), "stands for no secret of this policy"),
            (plain.clone(), "takes none"),
            (Record::new().with("value", "correct horse"), "is a secret"),
            (secret::record(token(1)).with("value", "correct horse"), "takes none"),
        ] {
            let refused = w.submit(vec![policy(61, KIND, vec![network(psk)], vec![], vec![])]).unwrap_err();
            assert!(refused.message.contains(why) && !refused.message.contains("horse"), "{refused:?}");
        }
        // Nor where nothing looks for one.
        let mut hidden = crate::world::choice("linux.sysctl.net.ipv4.ip_forward", "true");
        let instance = hidden.record("settingInstance").unwrap().clone().with("simpleSettingValue", plain);
        hidden.set("settingInstance", instance);
        assert!(w.submit(vec![policy(61, KIND, vec![hidden], vec![], vec![])]).is_err());
    }

    #[test]
    fn a_device_is_told_of_a_place_and_people_of_a_token() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        w.done(vec![with_sealed(60, vec![network(secret::record(token(1)))], &[1])]);
        let told = desired(&w.now, w.get(laptop), w.at);
        let catalog::Instruction::File { content, .. } = &told.settings[0].instruction else { panic!("a file") };
        assert!(told.settings[0].has_secret && secret::has_place(content));
        let filled = secret::fill(content, |of| (of == token(1)).then(|| "correct horse".into())).unwrap();
        assert!(filled.contains("psk=correct horse\n") && !filled.contains("psk-flags"), "{filled}");
        w.done(vec![with_sealed(61, vec![network(secret::record(token(2)))], &[2])]);
        let conflicts = desired(&w.now, w.get(laptop), w.at).conflicts;
        let text = conflicts.iter().map(Conflict::text).collect::<String>();
        assert!(text.contains(&format!("psk=secret {}", token(2))), "{text}");
    }
}
