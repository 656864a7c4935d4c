//! `$search`: quoted clauses joined by AND and OR, each a word looked for in one property.

use directory::{Filter, Kind, Model, Operand, TextOp, Type};

use crate::errors::Error;
use crate::filter::advanced::is_directory;
use crate::projection::find_attribute;

/// Clauses in one search.
const CLAUSES_MAX: usize = 20;
/// Where a clause without a property looks, where the kind has it.
const ANYWHERE: &[&str] = &["displayName", "description", "mail", "name", "deviceName", "userPrincipalName"];

pub fn parse(text: &str, kind: &'static Kind, model: &Model) -> Result<Filter, Error> {
    let (mut either, mut both, mut count) = (Vec::new(), Vec::new(), 0);
    let mut rest = text.trim();
    loop {
        let (clause, after) = clause(rest).filter(|(clause, _)| !clause.is_empty()).ok_or_else(|| wrong(text))?;
        count += 1;
        if count > CLAUSES_MAX {
            return Err(Error::bad(format!("$search has more than the limit of {CLAUSES_MAX} clauses")));
        }
        both.push(condition(&clause, kind, model)?);
        rest = after.trim_start();
        if rest.is_empty() {
            either.push(Filter::And(both));
            return Ok(Filter::Or(either));
        }
        if let Some(after) = word(rest, "OR") {
            either.push(Filter::And(std::mem::take(&mut both)));
            rest = after.trim_start();
        } else if let Some(after) = word(rest, "AND") {
            rest = after.trim_start();
        } else if !rest.starts_with('"') {
            return Err(wrong(text));
        }
    }
}

/// One quoted clause and what stands after it. Without quotes it goes to the end.
fn clause(text: &str) -> Option<(String, &str)> {
    let Some(inside) = text.strip_prefix('"') else {
        return Some((text.to_owned(), ""));
    };
    let mut clause = String::new();
    let mut letters = inside.char_indices();
    while let Some((at, c)) = letters.next() {
        match c {
            '"' => return Some((clause, inside.get(at + 1..)?)),
            '\\' => clause.push(letters.next()?.1),
            c => clause.push(c),
        }
    }
    None
}

fn word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| text.get(word.len()..).unwrap_or_default())
}

fn condition(clause: &str, kind: &'static Kind, model: &Model) -> Result<Filter, Error> {
    let named = clause.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
    match named {
        Some((name, value)) if !value.is_empty() => {
            let attribute = find_attribute(model, kind, name).filter(|a| matches!(a.ty, Type::Text));
            let attribute = attribute.ok_or_else(|| {
                Error::unsupported(format!("Unsupported or invalid search clause specified for property '{name}'."))
            })?;
            Ok(found_in(Operand::Attribute(attribute.id, Vec::new()), attribute.many, value))
        }
        _ if is_directory(kind) => Err(Error::unsupported(format!("The $search clause '{clause}' names no property."))),
        _ => {
            let attributes = ANYWHERE.iter().filter_map(|name| find_attribute(model, kind, name));
            Ok(Filter::Or(attributes.map(|a| found_in(Operand::Attribute(a.id, Vec::new()), a.many, clause)).collect()))
        }
    }
}

/// Every word stands at the start of a word of the text.
fn found_in(operand: Operand, is_many: bool, wanted: &str) -> Filter {
    if is_many {
        return Filter::Any(operand, Some(Box::new(found_in(Operand::Item(Vec::new()), false, wanted))));
    }
    let begins = |word: &str| Filter::Text(operand.clone(), TextOp::StartsWord, Operand::Literal(word.into()));
    Filter::And(wanted.split_whitespace().map(begins).collect())
}

fn wrong(text: &str) -> Error {
    Error::bad(format!("Syntax error: the $search expression '{text}' is not valid."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use directory::{Change, Id, Snapshot, Time, Value};
    use schema::group;
    use std::sync::Arc;

    #[test]
    fn words_are_found_at_the_start_of_words() {
        let mut now = Snapshot::empty(Arc::new(schema::model()));
        let attributes = vec![
            (schema::DISPLAY_NAME.id, Value::from("XYZ Sales-North team (Zürich)")),
            (schema::DESCRIPTION.id, Value::from("Everybody")),
        ];
        let id = Id::from_u128(1);
        let create = Change::Create { id, kind: group::GROUP.id(), attributes };
        // Required ones that do not matter here are left out: the snapshot is only read.
        let forked = now.fork(Time::from_unix(0), std::slice::from_ref(&create));
        now = forked.unwrap();
        let found = |search: &str| {
            parse(search, &group::GROUP, now.model()).unwrap().matches(&now, now.find(id).unwrap(), Time::from_unix(0))
        };
        assert!(found("\"displayName:sales\""));
        assert!(found("\"displayName:north xyz\""));
        assert!(!found("\"displayName:ales\""));
        assert!(!found("\"displayName:sa.es\""), "what is special in a pattern is not special here");
        assert!(found("\"displayName:nothing\" OR \"description:every\""));
        assert!(!found("\"displayName:nothing\" AND \"description:every\""));
        assert!(found("\"displayName:sales\" \"description:every\""));
        assert!(found("\"displayName:ZÜRICH\"") && found("\"displayName:(züri\"") && !found("\"displayName:ürich\""));
        assert!(!found("\"displayName:team south\"") && found("\"displayName:TEAM\""));
        for wrong in ["", "\"displayName:x", "\"wrong:x\"", "\"x\"", "\"displayName:x\" AND", "\"displayName:x\" nor"] {
            assert_eq!(parse(wrong, &group::GROUP, now.model()).unwrap_err().status, 400, "{wrong}");
        }
    }
}
