//! Values and records of a body: read by their types, merged into what was there, given ids.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use directory::{AttributeDef, EnumDef, FieldDef, Id, Model, Record, RecordDef, Time, Type, Value};
use serde_json::{Map, Value as Json};

use super::{Fields, Given, Purpose, Reader, check_depth, literal, no_property, unresolved};
use crate::errors::Error;
use crate::filter::{edm, field};
use crate::print::type_name;
use crate::resolve::record_of;

impl Reader<'_> {
    /// Read the value of an attribute.
    pub fn given(&self, attribute: &'static AttributeDef, value: &Json, depth: usize) -> Result<Given, Error> {
        let name = attribute.name;
        match (attribute.many, value) {
            (_, Json::Null) => Ok(Given::Clear),
            (true, Json::Array(items)) => {
                let items = items.iter().map(|item| self.value(attribute.ty, item, name, depth + 1));
                Ok(Given::Put(Value::List(items.collect::<Result<_, _>>()?)))
            }
            (true, other) => Err(literal(other, &format!("Collection({})", edm(attribute.ty)), name)),
            (false, value) => self.one(attribute.ty, value, name, depth),
        }
    }

    pub(super) fn one(&self, ty: Type, value: &Json, name: &str, depth: usize) -> Result<Given, Error> {
        match (ty, value) {
            (Type::Record(_) | Type::AnyRecord, Json::Object(members)) => {
                Ok(Given::Merge(self.members(members, record_of(ty), depth + 1)?))
            }
            _ => Ok(Given::Put(self.value(ty, value, name, depth)?)),
        }
    }

    /// Read the fields of a record.
    pub fn members(
        &self,
        members: &Map<String, Json>,
        declared: Option<&'static RecordDef>,
        depth: usize,
    ) -> Result<Fields, Error> {
        check_depth(depth)?;
        let (definition, mut fields) = self.record_type(members, declared)?;
        for (name, value) in members {
            if name.contains('@') {
                continue;
            }
            let known = definition.and_then(|definition| field(definition, name));
            // Of a record that is only changed, the type need not be said again: any that can stand here may be meant.
            let may_be_derived = self.purpose == Purpose::Update && !members.contains_key("@odata.type");
            let is_own = |known: &FieldDef| definition.is_some_and(|d| d.all_fields().any(|f| f.name == known.name));
            let known = known.filter(|known| may_be_derived || is_own(known));
            let Some(known) = known else {
                if let Some(definition) = definition.filter(|definition| !definition.is_open) {
                    return Err(no_property(name, definition.name));
                }
                let given = if value.is_null() { Given::Clear } else { Given::Put(untyped(value, depth + 1)?) };
                fields.push((name.clone(), given));
                continue;
            };
            let given = match (known.many, value) {
                (_, Json::Null) => Given::Clear,
                (true, Json::Array(items)) => {
                    let items = items.iter().map(|item| self.value(known.ty, item, name, depth + 1));
                    Given::Put(Value::List(items.collect::<Result<_, _>>()?))
                }
                (true, other) => return Err(literal(other, &format!("Collection({})", edm(known.ty)), name)),
                (false, value) => self.one(known.ty, value, name, depth)?,
            };
            fields.push((known.name.to_owned(), given));
        }
        Ok(fields)
    }

    /// Which record it is, and the field that says so where its place does not.
    fn record_type(
        &self,
        members: &Map<String, Json>,
        declared: Option<&'static RecordDef>,
    ) -> Result<(Option<&'static RecordDef>, Fields), Error> {
        let named = match members.get("@odata.type") {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => Some(text),
            Some(other) => return Err(literal(other, "Edm.String", "@odata.type")),
        };
        let Some(text) = named else {
            return match declared {
                Some(definition) if definition.is_abstract && self.purpose == Purpose::Create => {
                    Err(Error::bad(format!(
                        "Cannot create an instance of the abstract type 'microsoft.graph.{}': say which type is meant with \
                     '@odata.type'.",
                        definition.name
                    )))
                }
                other => Ok((other, Vec::new())),
            };
        };
        let found = type_name(text).and_then(|name| self.model.record_named(name));
        let Some(definition) = found else {
            // An untyped place keeps whatever type it is given.
            return if declared.is_none_or(|d| d.is_open) {
                Ok((None, vec![("@odata.type".to_owned(), Given::Put(Value::Text(text.clone())))]))
            } else {
                Err(unresolved(text, declared.map_or("", |d| d.name)))
            };
        };
        if let Some(declared) = declared
            && (!definition.is_a(declared) || definition.is_abstract && definition.name != declared.name)
        {
            return Err(unresolved(text, declared.name));
        }
        if definition.is_abstract {
            return Err(Error::bad(format!(
                "Cannot create an instance of the abstract type 'microsoft.graph.{}'.",
                definition.name
            )));
        }
        let says_more = declared.is_none_or(|declared| declared.name != definition.name);
        let named = format!("#microsoft.graph.{}", definition.name);
        let fields = says_more.then(|| ("@odata.type".to_owned(), Given::Put(Value::Text(named))));
        Ok((Some(definition), fields.into_iter().collect()))
    }

    /// Read one value that is not null.
    pub fn value(&self, ty: Type, value: &Json, name: &str, depth: usize) -> Result<Value, Error> {
        check_depth(depth)?;
        let wrong = || literal(value, &edm(ty), name);
        Ok(match (ty, value) {
            (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
            (Type::Int, Json::Number(number)) => {
                Value::Int(number.as_i64().filter(|n| i32::try_from(*n).is_ok()).ok_or_else(wrong)?)
            }
            (Type::Long, Json::Number(number)) => Value::Int(number.as_i64().ok_or_else(wrong)?),
            (Type::Long, Json::String(text)) => Value::Int(text.parse().map_err(|_| wrong())?),
            (Type::Double, Json::Number(number)) => Value::Double(number.as_f64().ok_or_else(wrong)?),
            (Type::Text | Type::Date | Type::Duration | Type::TimeOfDay, Json::String(text)) => {
                if !is_text_of(ty, text) {
                    return Err(wrong());
                }
                Value::Text(text.clone())
            }
            (Type::Guid, Json::String(text)) => Value::Guid(directory::id_from_text(text).ok_or_else(wrong)?),
            (Type::Time, Json::String(text)) => Value::Time(Time::parse(text).ok_or_else(wrong)?),
            (Type::Bytes, Json::String(text)) => {
                let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')));
                Value::Bytes(bytes.map_err(|_| wrong())?)
            }
            (Type::Enum(definition), Json::String(text)) => Value::Text(member_of(definition, text).ok_or_else(wrong)?),
            (Type::Record(_) | Type::AnyRecord, Json::Object(members)) => {
                let fields = self.members(members, record_of(ty), depth + 1)?;
                Value::Record(merged(None, &fields).unwrap_or_default())
            }
            _ => return Err(wrong()),
        })
    }
}

/// What a value becomes: `None` when there is none afterwards.
#[must_use]
pub fn settled(old: Option<&Value>, given: &Given) -> Option<Value> {
    match given {
        Given::Clear => None,
        Given::Put(value) => Some(value.clone()),
        Given::Merge(fields) => merged(old.and_then(Value::as_record), fields).map(Value::Record),
    }
}

/// A record with fields merged into it. One that is said to be of another type starts anew.
#[must_use]
pub fn merged(old: Option<&Record>, fields: &[(String, Given)]) -> Option<Record> {
    let named = fields.iter().find(|(name, _)| name == "@odata.type").and_then(|(_, given)| match given {
        Given::Put(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    });
    let kept = old.filter(|old| named.is_none() || old.text("@odata.type") == named);
    let mut record = kept.cloned().unwrap_or_default();
    for (name, given) in fields {
        match settled(record.get(name), given) {
            Some(value) => record.set(name, value),
            None => drop(record.remove(name)),
        }
    }
    (!record.is_empty()).then_some(record)
}

/// Give every record that is addressed by an `id` one of its own.
pub fn give_ids(value: &mut Value, ty: Type, model: &Model, fresh: &mut dyn FnMut() -> Id) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| give_ids(item, ty, model, fresh)),
        Value::Record(record) => {
            let named = record.text("@odata.type").and_then(type_name).and_then(|name| model.record_named(name));
            let Some(definition) = named.or(record_of(ty)) else { return };
            let is_addressed = definition.all_fields().any(|field| field.name == "id")
                && definition.lineage().any(|d| d.name == "entity");
            if is_addressed && record.get("id").is_none() {
                let id = fresh().hyphenated().to_string();
                let mut whole = Record::new().with("id", id);
                std::mem::take(record).into_iter().for_each(|(name, value)| whole.set(&name, value));
                *record = whole;
            }
            for field in definition.all_fields().filter(|field| record_of(field.ty).is_some()) {
                if let Some(mut inner) = record.get(field.name).cloned() {
                    give_ids(&mut inner, field.ty, model, fresh);
                    record.set(field.name, inner);
                }
            }
        }
        _ => {}
    }
}

fn member_of(definition: &EnumDef, text: &str) -> Option<String> {
    let member =
        |text: &str| definition.members.iter().copied().find(|member| member.eq_ignore_ascii_case(text.trim()));
    if !definition.flags {
        return member(text).map(str::to_owned);
    }
    let given: Vec<&str> = text.split(',').map(member).collect::<Option<_>>()?;
    let ordered: Vec<&str> = definition.members.iter().copied().filter(|member| given.contains(member)).collect();
    Some(ordered.join(","))
}

fn is_text_of(ty: Type, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match ty {
        Type::Date => text.len() == 10 && Time::parse(text).is_some(),
        Type::Duration => {
            let rest = text.strip_prefix('-').unwrap_or(text);
            rest.len() > 2 && rest.starts_with('P') && rest.bytes().any(|b| b.is_ascii_digit())
        }
        Type::TimeOfDay => {
            let mut parts = text.split([':', '.']);
            parts.clone().count() >= 2 && parts.all(digits)
        }
        _ => true,
    }
}

/// A value of no declared type.
fn untyped(value: &Json, depth: usize) -> Result<Value, Error> {
    check_depth(depth)?;
    Ok(match value {
        Json::Null => Value::List(Vec::new()),
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::Int(int),
            None => Value::Double(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(|item| untyped(item, depth + 1)).collect::<Result<_, _>>()?),
        Json::Object(members) => {
            let present = members.iter().filter(|(_, value)| !value.is_null());
            let fields = present.map(|(name, value)| Ok((name.clone(), untyped(value, depth + 1)?)));
            Value::Record(fields.collect::<Result<_, Error>>()?)
        }
    })
}

/// A body as a record without a definition: the arguments of an action.
pub fn arguments(members: &Map<String, Json>) -> Result<Record, Error> {
    let present = members.iter().filter(|(_, value)| !value.is_null());
    present.map(|(name, value)| Ok((name.clone(), untyped(value, 1)?))).collect()
}
