//! The flow of one record's values towards one user: evaluated, shaped as the target's type, gathered by attribute.

use directory::{AttributeDef, Object, Record, Time, Type, Value};

use crate::functions::{Context, Val};
use crate::log::Problem;
use crate::mapping::{Mapping, Target};

/// What a mapping wants.
pub(crate) enum Wanted {
    /// The record says nothing about it: the user keeps what it has.
    Nothing,
    /// The record says that it is empty.
    Clear,
    Value(Val),
}

/// The values that a record gives, by attribute.
pub(crate) struct Flow<'a> {
    user: Option<&'a Object>,
    values: Vec<Flowing>,
    /// Targets that have a value already: of several mappings the first counts.
    done: Vec<String>,
}

pub(crate) struct Flowing {
    pub(crate) attribute: &'static AttributeDef,
    pub(crate) value: Option<Value>,
    /// What to look at in the record when it is refused.
    pub(crate) source: String,
}

impl<'a> Flow<'a> {
    pub(crate) fn new(user: Option<&'a Object>) -> Flow<'a> {
        Flow { user, values: Vec::new(), done: Vec::new() }
    }

    pub(crate) fn has(&self, target: &Target) -> bool {
        self.done.contains(&key(target))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Flowing> {
        self.values.iter()
    }

    pub(crate) fn evaluate(&self, mapping: &Mapping, context: &Context<'_>, is_new: bool) -> Result<Wanted, Problem> {
        let value = context.evaluate(&mapping.expression).map_err(|why| Problem::new(mapping.source_name(), why))?;
        if !value.is_empty() {
            return Ok(Wanted::Value(value));
        }
        if let Some(default) = mapping.default.as_deref().filter(|_| is_new) {
            return Ok(Wanted::Value(Val::text(default)));
        }
        // An attribute that the record gives as empty is cleared; one that it leaves out, or a computed nothing, is not.
        let is_given_empty = mapping.expression.attribute().is_some() && value != Val::Nothing;
        Ok(if is_given_empty && !is_new { Wanted::Clear } else { Wanted::Nothing })
    }

    pub(crate) fn set(&mut self, mapping: &Mapping, wanted: Wanted) -> Result<(), Problem> {
        let source = mapping.source_name();
        let value = match wanted {
            Wanted::Nothing => return Ok(()),
            Wanted::Clear => None,
            Wanted::Value(value) => Some(value),
        };
        self.done.push(key(&mapping.target));
        match mapping.target {
            Target::Manager => {}
            Target::Attribute(attribute) => {
                let value = value.map(|value| shape(attribute, value)).transpose();
                let value = value.map_err(|why| Problem::new(source.as_str(), why))?;
                self.values.push(Flowing { attribute, value, source });
            }
            Target::Field(attribute, field) => {
                let known = self.values.iter().position(|flowing| flowing.attribute.id == attribute.id);
                let at = known.unwrap_or_else(|| {
                    let value = self.user.and_then(|user| user.value(attribute.id));
                    self.values.push(Flowing { attribute, value, source });
                    self.values.len() - 1
                });
                if let Some(flowing) = self.values.get_mut(at) {
                    let mut record = match flowing.value.take() {
                        Some(Value::Record(record)) => record,
                        _ => Record::new(),
                    };
                    match value.and_then(|value| value.print()) {
                        Some(text) => record.set(field, text),
                        None => drop(record.remove(field)),
                    }
                    flowing.value = (!record.is_empty()).then_some(Value::Record(record));
                }
            }
        }
        Ok(())
    }
}

fn key(target: &Target) -> String {
    match target {
        Target::Attribute(attribute) => attribute.name.to_owned(),
        Target::Field(attribute, field) => format!("{}.{field}", attribute.name),
        Target::Manager => "manager".to_owned(),
    }
}

/// A value as the type of its target.
pub(crate) fn shape(attribute: &AttributeDef, value: Val) -> Result<Value, String> {
    if attribute.many {
        return value
            .items()
            .into_iter()
            .map(|item| shape_one(attribute, item))
            .collect::<Result<_, _>>()
            .map(Value::List);
    }
    match value {
        Val::List(items) => {
            let first = items.into_iter().next().unwrap_or(Val::Nothing);
            shape_one(attribute, first)
        }
        single => shape_one(attribute, single),
    }
}

fn shape_one(attribute: &AttributeDef, value: Val) -> Result<Value, String> {
    let text = value.print().unwrap_or_default();
    let shaped = match attribute.ty {
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Int | Type::Long => text.trim().parse().ok().map(Value::Int),
        Type::Double => text.trim().parse().ok().map(Value::Double),
        Type::Time => match value {
            Val::Time(time) => Some(Value::Time(time)),
            _ => Time::parse(&text).map(Value::Time),
        },
        Type::Guid => directory::id_from_text(&text).map(Value::Guid),
        Type::Text | Type::Date | Type::Duration | Type::TimeOfDay => Some(Value::Text(text.clone())),
        Type::Enum(definition) => definition.members.contains(&text.as_str()).then(|| Value::Text(text.clone())),
        Type::Bytes | Type::Record(_) | Type::AnyRecord => None,
    };
    shaped.ok_or_else(|| {
        let wanted = match attribute.ty {
            Type::Bool => "`true` or `false`",
            Type::Int | Type::Long | Type::Double => "a number",
            Type::Time => "a date or date-time such as 2026-11-21",
            Type::Guid => "a GUID",
            Type::Enum(_) => "one of the values that the attribute can have",
            Type::Text | Type::Date | Type::Duration | Type::TimeOfDay => "a text",
            Type::Bytes | Type::Record(_) | Type::AnyRecord => "a single value",
        };
        format!("`{text}` is not {wanted}")
    })
}

/// A value as the log shows it.
pub(crate) fn print_value(value: &Value) -> String {
    match value {
        Value::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Value::Int(i) => i.to_string(),
        Value::Double(d) => d.to_string(),
        Value::Text(text) => text.clone(),
        Value::Time(time) => time.to_string(),
        Value::Guid(id) => id.to_string(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::List(items) => items.iter().map(print_value).collect::<Vec<_>>().join(", "),
        Value::Record(record) => {
            record.iter().map(|(name, value)| format!("{name}: {}", print_value(value))).collect::<Vec<_>>().join(", ")
        }
    }
}
