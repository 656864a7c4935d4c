//! Filters: one type for `$filter`, dynamic group rules, device filters, assignment filters, LDAP and SCIM searches.
//!
//! Each language has its parser where it belongs; all become this, and this alone decides whether an object matches.
//! Text is compared ignoring case. A missing value equals null, differs from everything else, and has no order.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::{AttrId, Id, LinkId, Object, Record, Snapshot, Time, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextOp {
    StartsWith,
    EndsWith,
    Contains,
    /// Some word of the text starts with it.
    StartsWord,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Operand {
    /// An attribute of the object, then fields within it.
    Attribute(AttrId, Vec<String>),
    /// The object's own id.
    Id,
    /// The item of the innermost `any` or `all`, then fields within it.
    Item(Vec<String>),
    /// An attribute of the single target of a link.
    Linked(LinkId, Box<Operand>),
    Literal(Value),
    Null,
    /// The moment of asking, moved by this many microseconds: `system.now -plus p1d`.
    Now(i64),
    /// How many items a collection has.
    Count(Box<Operand>),
    /// How many links of a definition there are.
    LinkCount(LinkId),
    /// A text as a version, so that `10.0.9` comes before `10.0.10`; compared with a literal made by the same function.
    Version(Box<Operand>),
}

/// A condition on an object.
#[derive(Clone, Debug)]
pub enum Filter {
    Always,
    Never,
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Operand, CompareOp, Operand),
    Text(Operand, TextOp, Operand),
    In(Operand, Vec<Value>),
    /// A regular expression found anywhere in the text, ignoring case (linear time).
    Matches(Operand, Arc<regex::Regex>),
    /// A flags value contains this member.
    Has(Operand, String),
    /// Some item of a collection attribute satisfies the condition; without one, there is an item.
    Any(Operand, Option<Box<Filter>>),
    /// Every item of a collection satisfies the condition; true of an empty one.
    All(Operand, Box<Filter>),
    /// Some object linked from this one satisfies the condition.
    AnyLinked(LinkId, Option<Box<Filter>>),
    /// Some object that links to this one is among these.
    LinkedFrom(LinkId, Vec<Id>),
    /// The object is of this kind or inherits from it.
    IsOf(crate::KindId),
}

/// Everything a condition is judged against.
#[derive(Clone, Copy)]
struct Scope<'a> {
    now: &'a Snapshot,
    object: &'a Object,
    at: Time,
    item: Option<&'a Value>,
}

/// What may stand before a word inside a text.
const BOUNDARIES: &[char] = &[' ', '-', '_', '.', '@', '/', '('];

impl Filter {
    /// Whether an object matches, at a moment.
    #[must_use]
    pub fn matches(&self, now: &Snapshot, object: &Object, at: Time) -> bool {
        self.judge(Scope { now, object, at, item: None })
    }

    fn judge(&self, scope: Scope<'_>) -> bool {
        match self {
            Filter::Always => true,
            Filter::Never => false,
            Filter::And(parts) => parts.iter().all(|part| part.judge(scope)),
            Filter::Or(parts) => parts.iter().any(|part| part.judge(scope)),
            Filter::Not(part) => !part.judge(scope),
            Filter::Compare(left, op, right) => compare(&left.value(scope), *op, &right.value(scope)),
            Filter::Text(left, op, Operand::Literal(Value::Text(wanted))) => {
                left.on_text(scope, |text| has_text(text, *op, wanted))
            }
            Filter::Text(left, op, right) => right
                .value(scope)
                .is_some_and(|right| matches!(right, Value::Text(wanted) if left.on_text(scope, |text| has_text(text, *op, &wanted)))),
            Filter::In(operand, values) => {
                let found = operand.value(scope);
                values.iter().any(|value| compare(&found, CompareOp::Eq, &Some(value.clone())))
            }
            Filter::Matches(operand, regex) => operand.on_text(scope, |text| regex.is_match(text)),
            Filter::Has(operand, member) => operand
                .value(scope)
                .is_some_and(|v| v.as_text().is_some_and(|t| t.split(',').any(|m| m.eq_ignore_ascii_case(member)))),
            Filter::Any(operand, condition) => items(operand.value(scope))
                .iter()
                .any(|item| condition.as_ref().is_none_or(|c| c.judge(Scope { item: Some(item), ..scope }))),
            Filter::All(operand, condition) => {
                items(operand.value(scope)).iter().all(|item| condition.judge(Scope { item: Some(item), ..scope }))
            }
            Filter::AnyLinked(link, condition) => scope.now.links(scope.object.id, *link).any(|found| {
                condition.as_ref().is_none_or(|c| c.judge(Scope { object: found.object, item: None, ..scope }))
            }),
            Filter::LinkedFrom(link, ids) => {
                scope.now.backlinks(scope.object.id, *link).any(|found| ids.contains(&found.object.id))
            }
            Filter::IsOf(kind) => scope.now.model().is_a(scope.object.kind, *kind),
        }
    }

    /// The attributes whose change can change the outcome: a rule is indexed by them.
    #[must_use]
    pub fn attributes(&self) -> Vec<AttrId> {
        let mut found = Vec::new();
        self.visit(&mut |operand| {
            if let Operand::Attribute(id, _) = operand {
                found.push(*id);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether the outcome changes as time goes by.
    #[must_use]
    pub fn depends_on_time(&self) -> bool {
        let mut found = false;
        self.visit(&mut |operand| found |= matches!(operand, Operand::Now(_)));
        found
    }

    /// The links whose change can change the outcome.
    #[must_use]
    pub fn links(&self) -> Vec<LinkId> {
        let mut found = match self {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().flat_map(Filter::links).collect(),
            Filter::Not(part) => part.links(),
            Filter::AnyLinked(link, _) | Filter::LinkedFrom(link, _) => vec![*link],
            _ => Vec::new(),
        };
        self.visit(&mut |operand| {
            if let Operand::Linked(link, _) | Operand::LinkCount(link) = operand {
                found.push(*link);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Values that an equality demands of an attribute, if the filter demands one: the way to use an index. Every object
    /// that matches has one of these values.
    #[must_use]
    pub fn demands(&self) -> Option<(AttrId, Vec<Value>)> {
        match self {
            Filter::Compare(Operand::Attribute(id, path), CompareOp::Eq, Operand::Literal(value))
                if path.is_empty() =>
            {
                Some((*id, vec![value.clone()]))
            }
            Filter::In(Operand::Attribute(id, path), values) if path.is_empty() => Some((*id, values.clone())),
            Filter::Any(Operand::Attribute(id, path), Some(condition)) if path.is_empty() => match condition.as_ref() {
                Filter::Compare(Operand::Item(path), CompareOp::Eq, Operand::Literal(value)) if path.is_empty() => {
                    Some((*id, vec![value.clone()]))
                }
                _ => None,
            },
            Filter::And(parts) => parts.iter().find_map(Filter::demands),
            _ => None,
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Operand)) {
        match self {
            Filter::Always | Filter::Never | Filter::IsOf(_) | Filter::LinkedFrom(..) => {}
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| part.visit(see)),
            Filter::Not(part) => part.visit(see),
            Filter::Compare(a, _, b) | Filter::Text(a, _, b) => {
                a.visit(see);
                b.visit(see);
            }
            Filter::In(a, _) | Filter::Matches(a, _) | Filter::Has(a, _) => a.visit(see),
            Filter::Any(a, condition) => {
                a.visit(see);
                if let Some(condition) = condition {
                    condition.visit(see);
                }
            }
            Filter::All(a, condition) => {
                a.visit(see);
                condition.visit(see);
            }
            Filter::AnyLinked(_, condition) => {
                if let Some(condition) = condition {
                    condition.visit(see);
                }
            }
        }
    }
}

impl Operand {
    /// The value an object has here, at a moment: what a condition sees.
    #[must_use]
    pub fn seen(&self, now: &Snapshot, object: &Object, at: Time) -> Option<Value> {
        self.value(Scope { now, object, at, item: None })
    }

    fn visit(&self, see: &mut dyn FnMut(&Operand)) {
        see(self);
        if let Operand::Count(inner) | Operand::Linked(_, inner) | Operand::Version(inner) = self {
            inner.visit(see);
        }
    }

    /// Whether there is one text here of which this is true; an attribute's is not copied.
    fn on_text(&self, scope: Scope<'_>, is_true: impl Fn(&str) -> bool) -> bool {
        match self {
            Operand::Attribute(id, path) if path.is_empty() => scope.object.text(*id).is_some_and(is_true),
            _ => matches!(self.value(scope), Some(Value::Text(text)) if is_true(&text)),
        }
    }

    fn value(&self, scope: Scope<'_>) -> Option<Value> {
        match self {
            Operand::Attribute(id, path) => dig(scope.object.value(*id)?, path),
            Operand::Id => Some(Value::Guid(scope.object.id)),
            Operand::Item(path) => dig(scope.item?.clone(), path),
            Operand::Linked(link, inner) => {
                let object = scope.now.linked(scope.object.id, *link)?;
                inner.value(Scope { object, item: None, ..scope })
            }
            Operand::Literal(value) => Some(value.clone()),
            Operand::Null => None,
            Operand::Now(offset) => Some(Value::Time(Time(scope.at.0.saturating_add(*offset)))),
            Operand::Count(inner) => Some(Value::Int(items(inner.value(scope)).len() as i64)),
            Operand::LinkCount(link) => Some(Value::Int(scope.now.links(scope.object.id, *link).count() as i64)),
            Operand::Version(inner) => version_key(inner.value(scope)?.as_text()?).map(Value::Bytes),
        }
    }
}

/// How many parts of a version count.
const VERSION_PARTS: usize = 6;

/// Bytes that sort as versions do: the leading numbers between dots; what follows them (`-rc1`, ` LTS`) does not count.
pub(crate) fn version_key(text: &str) -> Option<Vec<u8>> {
    let mut key = vec![0; VERSION_PARTS * 8];
    let mut is_version = false;
    for (part, to) in text.trim().split('.').zip(key.chunks_exact_mut(8)) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let Some(Ok(number)) = part.get(..digits).map(str::parse::<u64>) else {
            break;
        };
        to.copy_from_slice(&number.to_be_bytes());
        is_version = true;
        if digits < part.len() {
            break;
        }
    }
    is_version.then_some(key)
}

fn dig(value: Value, path: &[String]) -> Option<Value> {
    path.iter().try_fold(value, |value, name| match value {
        Value::Record(record) => field(record, name),
        _ => None,
    })
}

fn field(mut record: Record, name: &str) -> Option<Value> {
    if let Some(found) = record.remove(name) {
        return Some(found);
    }
    record.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
}

fn items(value: Option<Value>) -> Vec<Value> {
    match value {
        None => Vec::new(),
        Some(Value::List(items)) => items,
        Some(single) => vec![single],
    }
}

fn compare(left: &Option<Value>, op: CompareOp, right: &Option<Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        let both_missing = left.is_none() && right.is_none();
        return match op {
            CompareOp::Eq => both_missing,
            CompareOp::Ne => !both_missing,
            CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => false,
        };
    };
    let order = order(left, right);
    match op {
        CompareOp::Eq => order == Some(Ordering::Equal),
        CompareOp::Ne => order != Some(Ordering::Equal),
        CompareOp::Gt => order == Some(Ordering::Greater),
        CompareOp::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        CompareOp::Lt => order == Some(Ordering::Less),
        CompareOp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

/// The order of two values; values of types that cannot be compared have none. A text is read as what it is compared with.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Double(b)) => (*a as f64).partial_cmp(b),
        (Value::Double(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Text(a), Value::Text(b)) => Some(fold_cmp(a, b)),
        (Value::Time(a), b) => b.as_time().map(|b| a.cmp(&b)),
        (a, Value::Time(b)) => a.as_time().map(|a| a.cmp(b)),
        (Value::Guid(a), b) => b.as_guid().map(|b| a.cmp(&b)),
        (a, Value::Guid(b)) => a.as_guid().map(|a| a.cmp(b)),
        (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
        _ => (left == right).then_some(Ordering::Equal),
    }
}

fn fold_cmp(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        let fold = |s: &str| s.bytes().map(|c| c.to_ascii_lowercase()).collect::<Vec<u8>>();
        if a.eq_ignore_ascii_case(b) { Ordering::Equal } else { fold(a).cmp(&fold(b)) }
    } else {
        a.to_lowercase().cmp(&b.to_lowercase())
    }
}

fn has_text(text: &str, op: TextOp, wanted: &str) -> bool {
    if text.is_ascii() && wanted.is_ascii() {
        let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
        let is_same = |part: Option<&[u8]>| part.is_some_and(|part| part.eq_ignore_ascii_case(wanted));
        return match op {
            TextOp::StartsWith => is_same(text.get(..wanted.len())),
            TextOp::EndsWith => is_same(text.len().checked_sub(wanted.len()).and_then(|start| text.get(start..))),
            TextOp::Contains => {
                wanted.is_empty() || text.windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted))
            }
            TextOp::StartsWord => {
                let is_boundary = |before: u8| BOUNDARIES.contains(&char::from(before));
                let begins = |at: usize| is_same(text.get(at..).and_then(|rest| rest.get(..wanted.len())));
                begins(0) || text.iter().enumerate().any(|(at, before)| is_boundary(*before) && begins(at + 1))
            }
        };
    }
    let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
    match op {
        TextOp::StartsWith => text.starts_with(&wanted),
        TextOp::EndsWith => text.ends_with(&wanted),
        TextOp::Contains => text.contains(&wanted),
        TextOp::StartsWord => {
            text.starts_with(&wanted)
                || text
                    .match_indices(&wanted)
                    .any(|(at, _)| text.get(..at).is_some_and(|head| head.ends_with(BOUNDARIES)))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Attr, Change, Kind, KindId, LinkDef, Model};

    const NAME: Attr<str> = Attr::new("name");
    const CITY: Attr<str> = Attr::new("city");
    const AGE: Attr<i64> = Attr::new("age");
    const BORN: Attr<Time> = Attr::new("born");
    const TAGS: Attr<[String]> = Attr::new("tags");
    const ROLES: Attr<str> = Attr::new("roles");
    const PLANS: Attr<[Record]> = Attr::new("plans");
    const ADDRESS: Attr<Record> = Attr::new("address");
    const FRIEND: LinkId = LinkId::of("friend");
    const KNOWS: LinkId = LinkId::of("knows");

    static PERSON: Kind = Kind::new(
        "person",
        &[NAME.def().equal(), CITY.def(), AGE.def(), BORN.def(), TAGS.def(), ROLES.def(), PLANS.def(), ADDRESS.def()],
        &[LinkDef::one("friend", &PERSON), LinkDef::many("knows", &PERSON)],
    );

    fn attribute<T: ?Sized>(of: Attr<T>) -> Operand {
        Operand::Attribute(of.id, Vec::new())
    }

    fn is(left: Operand, op: CompareOp, right: impl Into<Value>) -> Filter {
        Filter::Compare(left, op, Operand::Literal(right.into()))
    }

    fn boxed(filter: Filter) -> Option<Box<Filter>> {
        Some(Box::new(filter))
    }

    /// Ann knows Bob, and Bob is her friend; Bob has a name and nothing else.
    fn matches(filter: &Filter) -> [bool; 2] {
        let (ann, bob) = (Id::from_u128(1), Id::from_u128(2));
        let plan = Record::new().with("service", "Mail").with("on", true);
        let anns = vec![
            (NAME.id, "Ann".into()),
            (CITY.id, "Ürgüp".into()),
            (AGE.id, 30.into()),
            (BORN.id, Time::from_unix(1_000).into()),
            (TAGS.id, ["x", "y"].into()),
            (ROLES.id, "admin,reader".into()),
            (PLANS.id, vec![plan].into()),
            (ADDRESS.id, Record::new().with("Street", "Main").into()),
        ];
        let create = |id, attributes| Change::Create { id, kind: KindId::of("person"), attributes };
        let changes = [
            create(ann, anns),
            create(bob, vec![(NAME.id, "Bob".into())]),
            Change::link(ann, FRIEND, bob),
            Change::link(ann, KNOWS, bob),
        ];
        let now = Snapshot::empty(Arc::new(Model::new(&[&PERSON], &[]))).fork(Time(0), &changes).unwrap();
        [ann, bob].map(|id| filter.matches(&now, now.find(id).unwrap(), Time::from_unix(2_000)))
    }

    #[test]
    fn comparisons_ignore_case_and_take_a_missing_value_for_null() {
        use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
        let null = |op| Filter::Compare(attribute(CITY), op, Operand::Null);
        let rows = [
            (is(attribute(NAME), Eq, "ANN"), [true, false]),
            (is(attribute(CITY), Eq, "ÜRGÜP"), [true, false]),
            (is(attribute(CITY), Ne, "x"), [true, true]),
            (null(Eq), [false, true]),
            (null(Ne), [true, false]),
            (null(Le), [false, false]),
            (is(attribute(AGE), Ge, 30), [true, false]),
            (is(attribute(AGE), Gt, 30), [false, false]),
            (is(attribute(AGE), Lt, 30.5), [true, false]),
            (is(attribute(AGE), Eq, "30"), [false, false]),
            (is(attribute(BORN), Lt, "1970-01-02T00:00:00Z"), [true, false]),
            (Filter::Compare(attribute(BORN), Lt, Operand::Now(-1_000_000_000)), [false, false]),
            (Filter::Compare(attribute(BORN), Le, Operand::Now(-1_000_000_000)), [true, false]),
            (is(Operand::Id, Eq, "00000000-0000-0000-0000-000000000002"), [false, true]),
            (is(Operand::Count(Box::new(attribute(TAGS))), Eq, 2), [true, false]),
            (is(Operand::LinkCount(KNOWS), Eq, 0), [false, true]),
            (is(Operand::Linked(FRIEND, Box::new(attribute(NAME))), Eq, "bob"), [true, false]),
            (is(Operand::Attribute(ADDRESS.id, vec!["street".into()]), Eq, "main"), [true, false]),
            (is(Operand::Attribute(ADDRESS.id, vec!["zip".into()]), Eq, "main"), [false, false]),
        ];
        for (filter, expected) in rows {
            assert_eq!(matches(&filter), expected, "{filter:?}");
        }
    }

    #[test]
    fn texts_lists_and_links_are_searched() {
        let text = |op, what: &str| Filter::Text(attribute(CITY), op, Operand::Literal(what.into()));
        let item = |what: &str| boxed(is(Operand::Item(vec![]), CompareOp::Eq, what));
        let field = |name: &str, value: Value| {
            Filter::Compare(Operand::Item(vec![name.into()]), CompareOp::Eq, Operand::Literal(value))
        };
        let rows = [
            (text(TextOp::StartsWith, "ür"), [true, false]),
            (text(TextOp::EndsWith, "ÜP"), [true, false]),
            (text(TextOp::Contains, "rg"), [true, false]),
            (text(TextOp::StartsWord, "RG"), [false, false]),
            (Filter::Not(Box::new(text(TextOp::Contains, "rg"))), [false, true]),
            (Filter::In(attribute(NAME), vec!["bob".into(), "eve".into()]), [false, true]),
            (Filter::Has(attribute(ROLES), "Reader".into()), [true, false]),
            (Filter::Any(attribute(TAGS), None), [true, false]),
            (Filter::Any(attribute(TAGS), item("Y")), [true, false]),
            (Filter::All(attribute(TAGS), item("x").unwrap()), [false, true]),
            (
                Filter::Any(
                    attribute(PLANS),
                    boxed(Filter::And(vec![field("service", "mail".into()), field("on", true.into())])),
                ),
                [true, false],
            ),
            (Filter::AnyLinked(KNOWS, boxed(is(attribute(NAME), CompareOp::Eq, "Bob"))), [true, false]),
            (Filter::AnyLinked(KNOWS, None), [true, false]),
            (Filter::LinkedFrom(KNOWS, vec![Id::from_u128(1)]), [false, true]),
            (Filter::IsOf(KindId::of("person")), [true, true]),
            (Filter::IsOf(KindId::of("robot")), [false, false]),
            (Filter::And(vec![]), [true, true]),
            (Filter::Or(vec![]), [false, false]),
        ];
        for (filter, expected) in rows {
            assert_eq!(matches(&filter), expected, "{filter:?}");
        }
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let rows = [
            ("10.0.9", "10.0.10", Ordering::Less),
            ("10", "10.0.0", Ordering::Equal),
            ("22.04.3 LTS", "22.4.3", Ordering::Equal),
            ("6.1.0-rc1", "6.1", Ordering::Equal),
            ("2", "1.99", Ordering::Greater),
        ];
        for (a, b, order) in rows {
            assert_eq!(version_key(a).unwrap().cmp(&version_key(b).unwrap()), order, "{a} {b}");
        }
        assert_eq!((version_key(""), version_key("new")), (None, None));
    }

    #[test]
    fn a_filter_knows_what_it_demands_and_depends_on() {
        let name = is(attribute(NAME), CompareOp::Eq, "Ann");
        let city = is(attribute(CITY), CompareOp::Eq, "x");
        let demanded = |filter: &Filter| filter.demands().map(|(attribute, values)| (attribute, values.len()));
        assert_eq!(demanded(&Filter::And(vec![Filter::Always, name.clone()])), Some((NAME.id, 1)));
        assert_eq!(demanded(&Filter::In(attribute(NAME), vec!["a".into(), "b".into()])), Some((NAME.id, 2)));
        assert_eq!(demanded(&Filter::Or(vec![name.clone(), city.clone()])), None);
        assert_eq!(demanded(&Filter::Not(Box::new(name.clone()))), None);
        let both = Filter::Not(Box::new(Filter::Or(vec![name, city])));
        let mut attributes = vec![NAME.id, CITY.id];
        attributes.sort_unstable();
        assert_eq!((both.attributes(), both.links(), both.depends_on_time()), (attributes, vec![], false));
        let linked = is(Operand::Linked(FRIEND, Box::new(attribute(NAME))), CompareOp::Eq, "x");
        assert_eq!(Filter::And(vec![linked]).links(), vec![FRIEND]);
    }
}
