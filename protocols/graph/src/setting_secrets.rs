//! Secrets in the settings of a policy (`deviceManagementConfigurationSecretSettingValue`): sealed before anything else is done
//! with them, so that a token is all that the directory, its audit and every answer know.
//!
//! Deliberately absent: a way to read one back. A client that sends the token keeps the secret.

use directory::{Change, Id, Record, Value};
use schema::SETTINGS;
use schema::catalog::{self, secret};
use schema::device_management_configuration_policy::{DEVICE_MANAGEMENT_CONFIGURATION_POLICY, SEALED_SETTING_VALUES};

use crate::errors::Error;
use crate::exchange::Exchange;
use crate::given::{Fields, Given};
use crate::resolve::Records;
use crate::write::Plan;

/// Seal the secrets in a plan for a policy.
pub fn take(exchange: &Exchange, plan: &mut Plan) -> Result<(), Error> {
    if plan.kind().name != DEVICE_MANAGEMENT_CONFIGURATION_POLICY.name {
        return Ok(());
    }
    let mut sealed = Vec::new();
    if let Some(given) = plan.given(SETTINGS.id) {
        in_given(exchange, given, &mut sealed)?;
    }
    if !sealed.is_empty() {
        plan.put(SEALED_SETTING_VALUES.id, sealed.into());
    }
    Ok(())
}

/// Seal the secrets in one setting of a policy; answers what the policy is to keep of them.
pub fn take_of_setting(exchange: &Exchange, target: &Records, fields: &mut Fields) -> Result<Vec<Change>, Error> {
    let mut sealed = Vec::new();
    if target.attribute.id == SETTINGS.id {
        in_fields(exchange, fields, &mut sealed)?;
    }
    Ok(if sealed.is_empty() { vec![] } else { vec![Change::set(target.owner, SEALED_SETTING_VALUES, sealed)] })
}

fn in_given(exchange: &Exchange, given: &mut Given, sealed: &mut Vec<Record>) -> Result<(), Error> {
    match given {
        Given::Clear => Ok(()),
        Given::Put(value) => in_value(exchange, value, sealed),
        Given::Merge(fields) => in_fields(exchange, fields, sealed),
    }
}

fn in_fields(exchange: &Exchange, fields: &mut Fields, sealed: &mut Vec<Record>) -> Result<(), Error> {
    fields.iter_mut().try_for_each(|(_, given)| in_given(exchange, given, sealed))
}

fn in_value(exchange: &Exchange, value: &mut Value, sealed: &mut Vec<Record>) -> Result<(), Error> {
    match value {
        Value::List(items) => items.iter_mut().try_for_each(|item| in_value(exchange, item, sealed)),
        Value::Record(record) => in_record(exchange, record, sealed),
        _ => Ok(()),
    }
}

fn in_record(exchange: &Exchange, record: &mut Record, sealed: &mut Vec<Record>) -> Result<(), Error> {
    let given = record.record("simpleSettingValue").filter(|v| v.text("valueState") == Some(secret::NOT_ENCRYPTED));
    if let (Some(id), Some(given)) = (record.text("settingDefinitionId"), given) {
        let refused = |why: String| Error::invalid(format!("'{id}' {why}."));
        let definition = catalog::find(id).ok_or_else(|| refused("is not a setting of the catalogue".into()))?;
        let plain = given.text("value").unwrap_or_default();
        definition.check_secret(plain).map_err(refused)?;
        let token: Id = keys::random_uuid();
        let purpose = devices::setting_secrets::purpose(token);
        let bytes = exchange.keys.seal(exchange.engine.tenant(), &purpose, plain.as_bytes());
        sealed.push(devices::setting_secrets::sealed(token, bytes.map_err(|_| Error::unavailable())?));
        record.set("simpleSettingValue", secret::record(token));
        return Ok(());
    }
    let names: Vec<String> = record.iter().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        if let Some(mut value) = record.remove(&name) {
            in_value(exchange, &mut value, sealed)?;
            record.set(&name, value);
        }
    }
    Ok(())
}
