//! A literal as a value of the type it is compared with.

use directory::{Id, Time, Type, Value};

use super::lexer::Token;

/// The name of a type on the wire, for messages.
pub fn edm(ty: Type) -> String {
    match ty {
        Type::Bool => "Edm.Boolean".to_owned(),
        Type::Int => "Edm.Int32".to_owned(),
        Type::Long => "Edm.Int64".to_owned(),
        Type::Double => "Edm.Double".to_owned(),
        Type::Text => "Edm.String".to_owned(),
        Type::Guid => "Edm.Guid".to_owned(),
        Type::Time => "Edm.DateTimeOffset".to_owned(),
        Type::Date => "Edm.Date".to_owned(),
        Type::Duration => "Edm.Duration".to_owned(),
        Type::TimeOfDay => "Edm.TimeOfDay".to_owned(),
        Type::Bytes => "Edm.Binary".to_owned(),
        Type::Enum(definition) => format!("microsoft.graph.{}", definition.name),
        Type::Record(definition) => format!("microsoft.graph.{}", definition.name),
        Type::AnyRecord => "Edm.Untyped".to_owned(),
    }
}

/// The name of a literal's own type.
pub fn edm_of(token: &Token) -> &'static str {
    match token {
        Token::Bool(_) => "Edm.Boolean",
        Token::Int(_) => "Edm.Int32",
        Token::Double(_) => "Edm.Double",
        Token::Guid(_) => "Edm.Guid",
        Token::Time(..) => "Edm.DateTimeOffset",
        _ => "Edm.String",
    }
}

/// Fit a literal to a type. `None` where it cannot be one.
pub fn fit(token: &Token, ty: Type) -> Option<Value> {
    Some(match (ty, token) {
        (Type::Bool, Token::Bool(value)) => Value::Bool(*value),
        (Type::Bool, Token::Text(text)) => Value::Bool(text.to_ascii_lowercase().parse().ok()?),
        (Type::Int | Type::Long, Token::Int(value)) => Value::Int(*value),
        (Type::Int | Type::Long | Type::Double, Token::Double(value)) => Value::Double(*value),
        (Type::Double, Token::Int(value)) => Value::Double(*value as f64),
        (Type::Int | Type::Long, Token::Text(text)) => Value::Int(text.parse().ok()?),
        (Type::Guid, Token::Guid(id)) => Value::Guid(*id),
        // A text that is no GUID is compared as text: it equals none.
        (Type::Guid, Token::Text(text) | Token::Prefixed(_, text)) => {
            directory::id_from_text(text).map_or_else(|| Value::Text(text.clone()), Value::Guid)
        }
        (Type::Time, Token::Time(time, _)) => Value::Time(*time),
        (Type::Time, Token::Text(text) | Token::Prefixed(_, text)) => Value::Time(Time::parse(text)?),
        (Type::Text | Type::Date | Type::Duration | Type::TimeOfDay | Type::Enum(_), literal) => as_text(literal)?,
        (Type::AnyRecord, literal) => untyped(literal)?,
        _ => return None,
    })
}

fn as_text(token: &Token) -> Option<Value> {
    match token {
        Token::Text(text) | Token::Prefixed(_, text) | Token::Time(_, text) => Some(Value::Text(text.clone())),
        // Texts that hold GUIDs (`appId`) are asked for without quotes too.
        Token::Guid(id) => Some(Value::Text(Id::hyphenated(*id).to_string())),
        _ => None,
    }
}

fn untyped(token: &Token) -> Option<Value> {
    match token {
        Token::Bool(value) => Some(Value::Bool(*value)),
        Token::Int(value) => Some(Value::Int(*value)),
        Token::Double(value) => Some(Value::Double(*value)),
        Token::Guid(id) => Some(Value::Guid(*id)),
        Token::Time(time, _) => Some(Value::Time(*time)),
        other => as_text(other),
    }
}
