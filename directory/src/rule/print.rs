//! A filter back as a rule, in one engine's names: for showing which condition was true of whom.

use super::names::{RuleName, RuleNames, RuleOp, RuleSource, RuleType};
use crate::{CompareOp, Filter, Operand, TextOp, Time, Value};

impl RuleNames {
    /// A filter as a rule of this engine. It reads back as the same filter.
    #[must_use]
    pub fn print(&self, filter: &Filter) -> String {
        Printer { names: self, items: None }.filter(filter)
    }

    /// The property a single condition is about: its name in rules, and where its value comes from.
    #[must_use]
    pub fn operand_of<'a>(&self, filter: &'a Filter) -> Option<(String, &'a Operand)> {
        let operand = match filter {
            Filter::Compare(Operand::Version(operand), ..) => operand,
            Filter::Compare(operand, ..)
            | Filter::Text(operand, ..)
            | Filter::In(operand, _)
            | Filter::Matches(operand, _)
            | Filter::Any(operand, _)
            | Filter::All(operand, _) => operand,
            Filter::Not(part) => return self.operand_of(part),
            _ => return None,
        };
        Some((self.name(operand)?.0, operand))
    }

    /// How an operand is called, and what it is.
    fn name(&self, operand: &Operand) -> Option<(String, &RuleName)> {
        self.names.iter().find_map(|(name, rule_name)| {
            let name = match (operand, rule_name.source) {
                (Operand::Id, RuleSource::Id) => (*name).to_owned(),
                (Operand::Attribute(id, path), RuleSource::Attribute(known)) if path.is_empty() && *id == known => {
                    (*name).to_owned()
                }
                (Operand::Attribute(id, path), RuleSource::Field(known, field)) if *id == known && *path == [field] => {
                    (*name).to_owned()
                }
                (Operand::Attribute(id, path), RuleSource::Numbered(known, _)) if *id == known => path.first()?.clone(),
                _ => return None,
            };
            Some((format!("{}.{name}", self.prefix), rule_name))
        })
    }
}

struct Printer<'a> {
    names: &'a RuleNames,
    /// How an item is called, inside `-any` and `-all`.
    items: Option<RuleType>,
}

impl Printer<'_> {
    fn filter(&self, filter: &Filter) -> String {
        match filter {
            Filter::And(parts) => self.parts(parts, " -and "),
            Filter::Or(parts) => self.parts(parts, " -or "),
            Filter::Not(part) => self.contrary(part).unwrap_or_else(|| format!("-not ({})", self.filter(part))),
            Filter::AnyLinked(_, Some(part)) => match part.as_ref() {
                Filter::Compare(_, _, Operand::Literal(id)) => format!("Direct Reports for {}", literal(id)),
                other => self.filter(other),
            },
            Filter::LinkedFrom(link, ids) => {
                let found =
                    self.names.names.iter().find_map(|(name, rule_name)| match (rule_name.source, rule_name.ty) {
                        (RuleSource::LinkedFrom(known), RuleType::Linked(item)) if known == *link => {
                            Some((*name, item))
                        }
                        _ => None,
                    });
                let (name, item) = found.unwrap_or(("memberOf", "group"));
                let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
                format!("{}.{name} -any ({item}.objectId -in [{}])", self.names.prefix, ids.join(", "))
            }
            Filter::Any(operand, condition) => self.quantified(operand, "any", condition.as_deref()),
            Filter::All(operand, condition) => self.quantified(operand, "all", Some(condition)),
            other => self.condition(other, false).unwrap_or_else(|| "…".to_owned()),
        }
    }

    fn parts(&self, parts: &[Filter], word: &str) -> String {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Filter::And(_) | Filter::Or(_) => format!("({})", self.filter(part)),
                single => self.filter(single),
            })
            .collect();
        parts.join(word)
    }

    fn quantified(&self, operand: &Operand, word: &str, condition: Option<&Filter>) -> String {
        let (name, ty) =
            self.names.name(operand).map_or_else(|| (self.operand(operand), None), |(n, r)| (n, Some(r.ty)));
        let inner = Printer { names: self.names, items: ty };
        format!("{name} -{word} ({})", condition.map(|c| inner.filter(c)).unwrap_or_default())
    }

    /// `-notContains` for what denies `-contains`.
    fn contrary(&self, filter: &Filter) -> Option<String> {
        self.condition(filter, true)
    }

    fn condition(&self, filter: &Filter, denied: bool) -> Option<String> {
        let (left, op, right) = match filter {
            Filter::Compare(left, op, right) if !denied => (left, order_op(*op), self.operand(right)),
            Filter::Text(left, op, right) => (left, text_op(*op)?, self.operand(right)),
            Filter::In(left, values) => {
                let values: Vec<String> = values.iter().map(literal).collect();
                (left, RuleOp::In, format!("[{}]", values.join(", ")))
            }
            Filter::Matches(left, regex) => (left, RuleOp::Match, quote(regex.as_str())),
            _ => return None,
        };
        let op =
            if denied { RuleOp::ALL.iter().find(|contrary| contrary.negates() == Some(op))?.name() } else { op.name() };
        Some(format!("{} -{op} {right}", self.operand(left)))
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Item(path) => match self.items {
                Some(RuleType::Records(item, _)) => format!("{item}.{}", path.join(".")),
                _ => "_".to_owned(),
            },
            Operand::Literal(value) => literal(value),
            Operand::Null => "null".to_owned(),
            Operand::Now(0) => "system.now".to_owned(),
            Operand::Now(offset) => {
                let days = offset.unsigned_abs() / Time(0).plus_days(1).0.unsigned_abs();
                format!("system.now -{} p{days}d", if *offset < 0 { "minus" } else { "plus" })
            }
            Operand::Version(inner) => self.operand(inner),
            other => self.names.name(other).map_or_else(|| "…".to_owned(), |(name, _)| name),
        }
    }
}

fn order_op(op: CompareOp) -> RuleOp {
    match op {
        CompareOp::Eq => RuleOp::Eq,
        CompareOp::Ne => RuleOp::Ne,
        CompareOp::Gt => RuleOp::Gt,
        CompareOp::Ge => RuleOp::Ge,
        CompareOp::Lt => RuleOp::Lt,
        CompareOp::Le => RuleOp::Le,
    }
}

fn text_op(op: TextOp) -> Option<RuleOp> {
    match op {
        TextOp::StartsWith => Some(RuleOp::StartsWith),
        TextOp::EndsWith => Some(RuleOp::EndsWith),
        TextOp::Contains => Some(RuleOp::Contains),
        // Rules cannot say it.
        TextOp::StartsWord => None,
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => quote(text),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Guid(id) => format!("\"{id}\""),
        Value::Time(time) => time.to_string(),
        // A version's key: eight bytes a part.
        Value::Bytes(key) => {
            let parts: Vec<u64> =
                key.chunks_exact(8).map(|part| part.iter().fold(0, |n, b| (n << 8) | u64::from(*b))).collect();
            let used = parts.iter().rposition(|part| *part != 0).map_or(1, |last| last + 1);
            parts.iter().take(used).map(u64::to_string).collect::<Vec<_>>().join(".")
        }
        Value::Double(_) | Value::List(_) | Value::Record(_) => "…".to_owned(),
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('`', "``").replace('"', "`\"").replace('\'', "''"))
}
