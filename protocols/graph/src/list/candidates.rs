//! What an index knows about a filter, so that a list need not look at everything.

use directory::{AttrId, CompareOp, Filter, Index, Kind, LinkId, Object, Operand, Snapshot, TextOp, Time, Value};

/// What an index knows about a filter: every object that matches is among these.
pub fn candidates<'n>(now: &'n Snapshot, kind: &'static Kind, filter: Option<&Filter>) -> Option<Vec<&'n Object>> {
    let filter = filter?;
    let mut found = by_link(now, filter)
        .or_else(|| by_id(now, filter))
        .or_else(|| by_value(now, kind, filter))
        .or_else(|| by_prefix(now, kind, filter))
        .or_else(|| by_range(now, kind, filter))?;
    // A value listed twice, or a collection with two matching items, finds an object twice.
    found.sort_unstable_by_key(|object| object.id);
    found.dedup_by_key(|object| object.id);
    Some(found)
}

fn parts(filter: &Filter) -> &[Filter] {
    match filter {
        Filter::And(parts) => parts,
        single => std::slice::from_ref(single),
    }
}

/// Whether every object of a kind that has an attribute is found in an index by it.
fn has_index(now: &Snapshot, kind: &'static Kind, attribute: AttrId, fits: impl Fn(Index) -> bool) -> bool {
    let model = now.model();
    let definitions = model.subkinds(kind.id()).iter().filter_map(|kind| model.attribute(*kind, attribute));
    let mut definitions = definitions.peekable();
    definitions.peek().is_some() && definitions.all(|definition| fits(definition.index))
}

fn is_indexed(now: &Snapshot, kind: &'static Kind, attribute: AttrId) -> bool {
    has_index(now, kind, attribute, |index| index != Index::None)
}

fn is_ordered(now: &Snapshot, kind: &'static Kind, attribute: AttrId) -> bool {
    has_index(now, kind, attribute, |index| index == Index::Ordered)
}

fn by_value<'n>(now: &'n Snapshot, kind: &'static Kind, filter: &Filter) -> Option<Vec<&'n Object>> {
    let demand =
        parts(filter).iter().filter_map(Filter::demands).find(|(attribute, _)| is_indexed(now, kind, *attribute));
    let (attribute, values) = demand?;
    Some(values.into_iter().flat_map(|value| now.by_id(attribute, value)).collect())
}

fn by_id<'n>(now: &'n Snapshot, filter: &Filter) -> Option<Vec<&'n Object>> {
    parts(filter).iter().find_map(|part| match part {
        Filter::Compare(Operand::Id, CompareOp::Eq, Operand::Literal(value)) => {
            Some(value.as_guid().and_then(|id| now.find(id)).into_iter().collect())
        }
        Filter::In(Operand::Id, values) => Some(values.iter().filter_map(|value| now.find(value.as_guid()?)).collect()),
        _ => None,
    })
}

fn by_prefix<'n>(now: &'n Snapshot, kind: &'static Kind, filter: &Filter) -> Option<Vec<&'n Object>> {
    parts(filter).iter().find_map(|part| match part {
        Filter::Text(
            Operand::Attribute(attribute, path),
            TextOp::StartsWith,
            Operand::Literal(Value::Text(prefix)),
        ) if path.is_empty() && !prefix.is_empty() && is_ordered(now, kind, *attribute) => {
            Some(now.starting_with(*attribute, prefix).collect())
        }
        _ => None,
    })
}

fn by_range<'n>(now: &'n Snapshot, kind: &'static Kind, filter: &Filter) -> Option<Vec<&'n Object>> {
    parts(filter).iter().find_map(|part| {
        let Filter::Compare(Operand::Attribute(attribute, path), op, Operand::Literal(value @ Value::Time(_))) = part
        else {
            return None;
        };
        if !path.is_empty() || !is_ordered(now, kind, *attribute) {
            return None;
        }
        match op {
            CompareOp::Gt | CompareOp::Ge => Some(now.between(*attribute, Some(value), None).collect()),
            CompareOp::Lt | CompareOp::Le => {
                let first = Value::Time(Time(i64::MIN));
                Some(now.between(*attribute, Some(&first), Some(value)).collect())
            }
            CompareOp::Eq | CompareOp::Ne => None,
        }
    })
}

/// `members/any(m:m/id eq '…')`, `principal/id eq '…'`, `memberOf/any(…)`: from the other end of the link.
fn by_link<'n>(now: &'n Snapshot, filter: &Filter) -> Option<Vec<&'n Object>> {
    let sources = |link: LinkId, value: &Value| -> Vec<&'n Object> {
        value.as_guid().map(|id| now.backlinks(id, link).map(|found| found.object).collect()).unwrap_or_default()
    };
    parts(filter).iter().find_map(|part| match part {
        Filter::AnyLinked(link, Some(condition)) => match condition.as_ref() {
            Filter::Compare(Operand::Id, CompareOp::Eq, Operand::Literal(value)) => Some(sources(*link, value)),
            _ => None,
        },
        Filter::Compare(Operand::Linked(link, inner), CompareOp::Eq, Operand::Literal(value))
            if matches!(inner.as_ref(), Operand::Id) =>
        {
            Some(sources(*link, value))
        }
        Filter::LinkedFrom(link, ids) => {
            Some(ids.iter().flat_map(|id| now.links(*id, *link).map(|found| found.object)).collect())
        }
        _ => None,
    })
}
