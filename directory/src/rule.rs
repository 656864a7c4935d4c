//! Rules: `user.department -eq "Sales" -and user.accountEnabled -eq true`, as dynamic groups, the device filter of
//! Conditional Access and assignment filters write them, become a [`Filter`].
//!
//! `rule := directReports | or`, `or := and {-or and}`, `and := not {-and not}`, `not := {-not} primary`,
//! `primary := ( or ) | name op value | name -any|-all ( or ) | name -any|-all comparison`. The hyphen is optional, names
//! and operators ignore case, and every error says where it is and what was expected.
//!
//! Deliberately absent: the names (they are the rooms' tables, see [`RuleNames`]) and judging (that is [`Filter`]).

mod names;
mod print;
mod words;

use std::fmt;
use std::sync::Arc;

use crate::filter::version_key;
use crate::{CompareOp, Filter, Id, Operand, Time, Value};
pub use names::{RuleName, RuleNames, RuleOp};
use names::{RuleSource, RuleType};
use words::Word;

/// The longest rule, in characters: what Microsoft documents.
pub const RULE_CHARS_MAX: usize = 3_072;
/// How deep parentheses and `-not` may nest.
const DEPTH_MAX: usize = 32;
/// How many groups one `memberOf` condition may name: what Microsoft documents.
const SOURCE_GROUPS_MAX: usize = 50;
/// How big a compiled regular expression may be, in bytes: repetition of repetitions grows without it.
const REGEX_BYTES_MAX: usize = 256 * 1024;
/// How far from now a rule may look.
const OFFSET_DAYS_MAX: i64 = 36_500;

/// Why a rule cannot be read, and at which character (counted from 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    pub at: usize,
    pub message: String,
}

impl RuleError {
    fn new(at: usize, message: impl Into<String>) -> RuleError {
        RuleError { at, message: message.into() }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at, self.message)
    }
}

impl std::error::Error for RuleError {}

/// Read a rule about the objects that `names` describes.
pub fn parse_rule(text: &str, names: &RuleNames) -> Result<Filter, RuleError> {
    let length = text.chars().count();
    if length > RULE_CHARS_MAX {
        return Err(RuleError::new(RULE_CHARS_MAX, format!("a rule has at most {RULE_CHARS_MAX} characters")));
    }
    let mut parser = Parser { words: words::split(text)?, next: 0, names, items: None, depth: 0 };
    if let Some(filter) = parser.direct_reports()? {
        return Ok(filter);
    }
    let filter = parser.any_of()?;
    parser.expect(&Word::End, "-and, -or or the end of the rule")?;
    Ok(filter)
}

struct Parser<'a> {
    words: Vec<(usize, Word)>,
    next: usize,
    names: &'a RuleNames,
    /// Inside `-any` or `-all`: what the collection's items are.
    items: Option<RuleType>,
    depth: usize,
}

/// What stands left of a comparison.
struct Subject {
    name: String,
    operand: Operand,
    ty: RuleType,
    ops: &'static [RuleOp],
}

impl Parser<'_> {
    fn direct_reports(&mut self) -> Result<Option<Filter>, RuleError> {
        if !(self.names_word("direct") && self.names.direct_reports.is_some()) {
            return Ok(None);
        }
        let link = self.names.direct_reports.expect("just asked");
        self.next += 1;
        for word in ["reports", "for"] {
            if !self.take_name(word) {
                return self.wrong("`Direct Reports for \"id\"`");
            }
        }
        let at = self.at();
        let id = self.guid(at)?;
        self.expect(&Word::End, "the end: `Direct Reports for` stands alone in a rule")?;
        let is_manager = Filter::Compare(Operand::Id, CompareOp::Eq, Operand::Literal(Value::Guid(id)));
        Ok(Some(Filter::AnyLinked(link, Some(Box::new(is_manager)))))
    }

    fn any_of(&mut self) -> Result<Filter, RuleError> {
        let mut parts = vec![self.all_of()?];
        while self.take_name("or") {
            parts.push(self.all_of()?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    fn all_of(&mut self) -> Result<Filter, RuleError> {
        let mut parts = vec![self.negation()?];
        while self.take_name("and") {
            parts.push(self.negation()?);
        }
        Ok(one_or(parts, Filter::And))
    }

    fn negation(&mut self) -> Result<Filter, RuleError> {
        let at = self.at();
        if !(self.names.has_not && self.take_name("not")) {
            return self.primary();
        }
        self.deeper(at)?;
        let part = self.negation()?;
        self.depth -= 1;
        if matches!(part, Filter::Compare(_, _, Operand::Null)) {
            return Err(RuleError::new(
                at,
                "-not cannot stand before a comparison with null: use -eq null or -ne null",
            ));
        }
        Ok(Filter::Not(Box::new(part)))
    }

    fn primary(&mut self) -> Result<Filter, RuleError> {
        let at = self.at();
        if !self.take(&Word::Open) {
            return self.condition();
        }
        self.deeper(at)?;
        let inner = self.any_of()?;
        self.depth -= 1;
        self.expect(&Word::Close, "`)`, -and or -or")?;
        Ok(inner)
    }

    fn condition(&mut self) -> Result<Filter, RuleError> {
        let subject = self.subject()?;
        let at = self.at();
        let Word::Name(word) = self.word().clone() else {
            return self.wrong("an operator such as -eq");
        };
        if word.eq_ignore_ascii_case("any") || word.eq_ignore_ascii_case("all") {
            self.next += 1;
            return self.quantified(subject, at, word.eq_ignore_ascii_case("all"));
        }
        let Some(op) = RuleOp::named(&word).filter(|op| self.names.ops.contains(op)) else {
            return Err(RuleError::new(
                at,
                format!("`{word}` is not an operator of this rule; {}", self.ops(&subject)),
            ));
        };
        if !subject.ops.contains(&op) {
            return Err(RuleError::new(
                at,
                format!("`{}` does not take -{}; {}", subject.name, op.name(), self.ops(&subject)),
            ));
        }
        self.next += 1;
        self.comparison(subject, op)
    }

    fn quantified(&mut self, subject: Subject, at: usize, all: bool) -> Result<Filter, RuleError> {
        if let (Operand::LinkCount(link), RuleType::Linked(item)) = (&subject.operand, subject.ty) {
            if all {
                return Err(RuleError::new(at, format!("`{}` takes only -any", subject.name)));
            }
            return self.source_groups(*link, item);
        }
        if self.items.is_some() || !matches!(subject.ty, RuleType::Texts | RuleType::Records(..)) {
            let message = format!("`{}` holds one value; -any and -all are for collections", subject.name);
            return Err(RuleError::new(at, message));
        }
        self.items = Some(subject.ty);
        let condition = if matches!(self.word(), Word::Open) { self.primary() } else { self.condition() }?;
        self.items = None;
        Ok(if all {
            Filter::All(subject.operand, Box::new(condition))
        } else {
            Filter::Any(subject.operand, Some(Box::new(condition)))
        })
    }

    /// `(group.objectId -in ['id', 'id'])` or `(group.objectId -eq 'id')`.
    fn source_groups(&mut self, link: crate::LinkId, item: &str) -> Result<Filter, RuleError> {
        let form = format!("`({item}.objectId -in [\"id\"])`");
        self.expect(&Word::Open, &form)?;
        if !self.take_name(&format!("{item}.objectId")) {
            return self.wrong(&form);
        }
        let at = self.at();
        let ids = if self.take_name("in") {
            self.list(|parser, at| parser.guid(at))?
        } else if self.take_name("eq") {
            let at = self.at();
            vec![self.guid(at)?]
        } else {
            return self.wrong("-in or -eq");
        };
        if ids.len() > SOURCE_GROUPS_MAX {
            return Err(RuleError::new(at, format!("a rule names at most {SOURCE_GROUPS_MAX} source groups")));
        }
        self.expect(&Word::Close, "`)`")?;
        Ok(Filter::LinkedFrom(link, ids))
    }

    /// The name left of an operator.
    fn subject(&mut self) -> Result<Subject, RuleError> {
        let at = self.at();
        let Word::Name(name) = self.word().clone() else {
            return self.wrong(&match self.items {
                None => format!("a condition such as `{}.displayName -eq \"x\"`", self.names.prefix),
                Some(_) => "a condition on the items: `_ -eq \"x\"`".to_owned(),
            });
        };
        self.next += 1;
        if let Some(items) = self.items {
            return item_subject(&name, items).map_err(|message| RuleError::new(at, message));
        }
        self.named_subject(&name).map_err(|message| RuleError::new(at, message))
    }

    fn named_subject(&self, name: &str) -> Result<Subject, String> {
        let prefix = self.names.prefix;
        let Some((object, property)) = name.split_once('.') else {
            return Err(format!("expected a name such as `{prefix}.displayName`, found `{name}`"));
        };
        if !object.eq_ignore_ascii_case(prefix) {
            return Err(format!("this rule is about a {prefix}: names start with `{prefix}.`, not `{object}.`"));
        }
        let found = self.names.names.iter().find_map(|(known, rule_name)| {
            let operand = match rule_name.source {
                RuleSource::Numbered(attribute, last) => {
                    let number = strip_name(property, known)?;
                    let in_range = number.parse::<u8>().is_ok_and(|n| (1..=last).contains(&n));
                    (in_range && !number.starts_with('0'))
                        .then(|| Operand::Attribute(attribute, vec![format!("{known}{number}")]))?
                }
                _ if !known.eq_ignore_ascii_case(property) => return None,
                RuleSource::Attribute(attribute) => Operand::Attribute(attribute, Vec::new()),
                RuleSource::Field(attribute, field) => Operand::Attribute(attribute, vec![field.to_owned()]),
                RuleSource::Id => Operand::Id,
                RuleSource::LinkedFrom(link) => Operand::LinkCount(link),
            };
            Some(Subject { name: name.to_owned(), operand, ty: rule_name.ty, ops: rule_name.ops })
        });
        found.ok_or_else(|| format!("a {prefix} has no property `{property}` that a rule can use"))
    }

    fn comparison(&mut self, subject: Subject, op: RuleOp) -> Result<Filter, RuleError> {
        if let Some(positive) = op.negates() {
            // Contraries are true of a missing value, because what they deny is false of it.
            return Ok(Filter::Not(Box::new(self.comparison(subject, positive)?)));
        }
        if self.take_null() {
            return match op {
                RuleOp::Eq => Ok(Filter::Compare(subject.operand, CompareOp::Eq, Operand::Null)),
                RuleOp::Ne => Ok(Filter::Compare(subject.operand, CompareOp::Ne, Operand::Null)),
                _ => Err(RuleError::new(self.before(), "only -eq and -ne compare with null")),
            };
        }
        if matches!(subject.ty, RuleType::Texts) {
            return self.items_compared(subject, op);
        }
        self.compared(subject.operand, subject.ty, op)
    }

    /// A comparison with a collection as a whole: some item is so. `-contains` demands a whole item.
    fn items_compared(&mut self, subject: Subject, op: RuleOp) -> Result<Filter, RuleError> {
        if op == RuleOp::Ne {
            return Ok(Filter::Not(Box::new(self.items_compared(subject, RuleOp::Eq)?)));
        }
        let op = if op == RuleOp::Contains { RuleOp::Eq } else { op };
        let condition = self.compared(Operand::Item(Vec::new()), RuleType::Text, op)?;
        Ok(Filter::Any(subject.operand, Some(Box::new(condition))))
    }

    fn compared(&mut self, left: Operand, ty: RuleType, op: RuleOp) -> Result<Filter, RuleError> {
        let at = self.at();
        if op == RuleOp::In {
            return Ok(Filter::In(left, self.list(|parser, at| parser.literal(ty, at))?));
        }
        if op == RuleOp::Match {
            let pattern = self.text()?;
            return Ok(Filter::Matches(left, Arc::new(regex(&pattern, at)?)));
        }
        if let Some(op) = op.on_text() {
            return Ok(Filter::Text(left, op, Operand::Literal(Value::Text(self.text()?))));
        }
        let op = op.on_order().expect("contraries were turned into their positives before");
        let right = match self.moment(ty)? {
            Some(moment) => moment,
            None => Operand::Literal(self.literal(ty, at)?),
        };
        let left = if matches!(ty, RuleType::Version) { Operand::Version(Box::new(left)) } else { left };
        Ok(Filter::Compare(left, op, right))
    }

    /// `system.now`, `system.now -plus p1d`.
    fn moment(&mut self, ty: RuleType) -> Result<Option<Operand>, RuleError> {
        if !(matches!(ty, RuleType::Time) && self.take_name("system.now")) {
            return Ok(None);
        }
        let sign = if self.take_name("plus") {
            1
        } else if self.take_name("minus") {
            -1
        } else {
            return Ok(Some(Operand::Now(0)));
        };
        let days = match self.word() {
            Word::Name(span) => days(span),
            _ => None,
        };
        let Some(days) = days else {
            return self.wrong(&format!("a span of days up to {OFFSET_DAYS_MAX}, such as p30d"));
        };
        self.next += 1;
        Ok(Some(Operand::Now(sign * Time(0).plus_days(days).0)))
    }

    fn literal(&mut self, ty: RuleType, at: usize) -> Result<Value, RuleError> {
        let word = self.word().clone();
        let (value, expected) = match ty {
            RuleType::Text | RuleType::Texts | RuleType::Records(..) | RuleType::Linked(_) => {
                return self.text().map(Value::Text);
            }
            RuleType::Words(words) => {
                let text = self.text()?;
                let kept = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
                return Ok(Value::from(kept.map_or(text.as_str(), |(_, kept)| *kept)));
            }
            RuleType::Guid => return self.guid(at).map(Value::Guid),
            RuleType::Bool => match &word {
                Word::Name(b) | Word::Text(b) => (truth(b).map(Value::Bool), "true or false"),
                _ => (None, "true or false"),
            },
            RuleType::Number => match &word {
                Word::Bare(n) => (n.parse().ok().map(Value::Int), "a whole number"),
                _ => (None, "a whole number"),
            },
            RuleType::Time => match &word {
                Word::Bare(t) | Word::Text(t) => (Time::parse(t).map(Value::Time), "a date, a date-time or system.now"),
                _ => (None, "a date, a date-time or system.now"),
            },
            RuleType::Version => match &word {
                Word::Bare(v) | Word::Text(v) => (version_key(v).map(Value::Bytes), "a version such as 10.0.22000"),
                _ => (None, "a version such as 10.0.22000"),
            },
        };
        match value {
            Some(value) => {
                self.next += 1;
                Ok(value)
            }
            None => self.wrong(expected),
        }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self, usize) -> Result<T, RuleError>) -> Result<Vec<T>, RuleError> {
        self.expect(&Word::OpenList, "a list such as [\"a\", \"b\"]")?;
        let mut items = Vec::new();
        loop {
            let at = self.at();
            items.push(item(self, at)?);
            if self.take(&Word::CloseList) {
                return Ok(items);
            }
            self.expect(&Word::Comma, "`,` or `]`")?;
        }
    }

    fn text(&mut self) -> Result<String, RuleError> {
        let Word::Text(text) = self.word().clone() else {
            return self.wrong("a text in double quotes");
        };
        self.next += 1;
        Ok(text)
    }

    fn guid(&mut self, at: usize) -> Result<Id, RuleError> {
        let text = self.text()?;
        crate::id_from_text(&text).ok_or_else(|| RuleError::new(at, format!("`{text}` is not an object's id")))
    }

    fn take_null(&mut self) -> bool {
        self.take_name("null") || self.take_name("$null")
    }

    fn word(&self) -> &Word {
        self.words.get(self.next).map_or(&Word::End, |(_, word)| word)
    }

    /// Where the next word starts.
    fn at(&self) -> usize {
        self.words.get(self.next).or(self.words.last()).map_or(0, |(at, _)| *at)
    }

    /// Where the word just taken starts.
    fn before(&self) -> usize {
        self.words.get(self.next.saturating_sub(1)).map_or(0, |(at, _)| *at)
    }

    fn take(&mut self, word: &Word) -> bool {
        let found = self.word() == word && *word != Word::End;
        self.next += usize::from(found);
        found
    }

    fn names_word(&self, name: &str) -> bool {
        matches!(self.word(), Word::Name(found) if found.eq_ignore_ascii_case(name))
    }

    fn take_name(&mut self, name: &str) -> bool {
        let found = self.names_word(name);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, word: &Word, expected: &str) -> Result<(), RuleError> {
        if self.word() != word {
            return self.wrong(expected);
        }
        self.next += usize::from(*word != Word::End);
        Ok(())
    }

    fn wrong<T>(&self, expected: &str) -> Result<T, RuleError> {
        let found = match self.word() {
            Word::Open => "`(`".to_owned(),
            Word::Close => "`)`".to_owned(),
            Word::OpenList => "`[`".to_owned(),
            Word::CloseList => "`]`".to_owned(),
            Word::Comma => "`,`".to_owned(),
            Word::Name(text) | Word::Bare(text) => format!("`{text}`"),
            Word::Text(text) => format!("`\"{text}\"`"),
            Word::End => "the end".to_owned(),
        };
        Err(RuleError::new(self.at(), format!("expected {expected}, found {found}")))
    }

    fn deeper(&mut self, at: usize) -> Result<(), RuleError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(RuleError::new(at, format!("conditions nest at most {DEPTH_MAX} deep")));
        }
        Ok(())
    }

    /// What may be said about a name, for an error.
    fn ops(&self, subject: &Subject) -> String {
        let ops: Vec<String> =
            subject.ops.iter().filter(|op| self.names.ops.contains(op)).map(|op| format!("-{}", op.name())).collect();
        match (ops.is_empty(), subject.ty) {
            (true, _) => "it takes -any and -all".to_owned(),
            (false, RuleType::Texts) => format!("it takes -any, -all, {}", ops.join(", ")),
            (false, _) => format!("it takes {}", ops.join(", ")),
        }
    }
}

/// The item of a collection, or a field of it, as the subject of a condition.
fn item_subject(name: &str, items: RuleType) -> Result<Subject, String> {
    let subject =
        |path| Subject { name: name.to_owned(), operand: Operand::Item(path), ty: RuleType::Text, ops: RuleOp::TEXT };
    match items {
        RuleType::Records(item, fields) => {
            let field = strip_name(name, item).and_then(|rest| rest.strip_prefix('.'));
            let known = field.and_then(|field| fields.iter().find(|known| known.eq_ignore_ascii_case(field)));
            match known {
                Some(known) => Ok(subject(vec![(*known).to_owned()])),
                None => Err(format!("expected one of {item}.{}, found `{name}`", fields.join(&format!(", {item}.")))),
            }
        }
        _ if name == "_" => Ok(subject(Vec::new())),
        _ => Err(format!("expected `_`, which stands for an item, found `{name}`")),
    }
}

fn one_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => Filter::Always,
    }
}

fn strip_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then_some(rest)
}

fn truth(word: &str) -> Option<bool> {
    match word.trim_start_matches('$').to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The days of an ISO 8601 duration of whole days or weeks.
fn days(span: &str) -> Option<i64> {
    let span = span.to_ascii_lowercase();
    let span = span.strip_prefix('p')?;
    let (count, each) = match (span.strip_suffix('d'), span.strip_suffix('w')) {
        (Some(count), _) => (count, 1),
        (None, Some(count)) => (count, 7),
        (None, None) => return None,
    };
    let count = count.parse::<u16>().ok()?;
    Some(i64::from(count) * each).filter(|days| *days <= OFFSET_DAYS_MAX)
}

fn regex(pattern: &str, at: usize) -> Result<regex::Regex, RuleError> {
    regex::RegexBuilder::new(pattern).case_insensitive(true).size_limit(REGEX_BYTES_MAX).build().map_err(|error| {
        RuleError::new(
            at,
            match error {
                regex::Error::CompiledTooBig(_) => format!("`{pattern}` is too big a regular expression"),
                _ => format!(
                    "`{pattern}` is not a regular expression that runs in linear time: look-around and back-references are not among them"
                ),
            },
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::{Attr, Change, Kind, KindId, LinkDef, LinkId, Model, Record, Snapshot, Time};

    const DEPARTMENT: Attr<str> = Attr::new("department");
    const TITLE: Attr<str> = Attr::new("jobTitle");
    const ENABLED: Attr<bool> = Attr::new("accountEnabled");
    const HIRED: Attr<Time> = Attr::new("employeeHireDate");
    const MAILS: Attr<[String]> = Attr::new("otherMails");
    const PLANS: Attr<[Record]> = Attr::new("assignedPlans");
    const EXTENSIONS: Attr<Record> = Attr::new("onPremisesExtensionAttributes");
    const OS_VERSION: Attr<str> = Attr::new("operatingSystemVersion");
    const OWNERSHIP: Attr<str> = Attr::new("deviceOwnership");
    const MEMBERS: LinkId = LinkId::of("members");
    const MANAGER: LinkId = LinkId::of("manager");

    static PERSON: Kind = Kind::new(
        "user",
        &[
            DEPARTMENT.def(),
            TITLE.def(),
            ENABLED.def(),
            HIRED.def(),
            MAILS.def(),
            PLANS.def(),
            EXTENSIONS.def(),
            OS_VERSION.def(),
            OWNERSHIP.def(),
        ],
        &[LinkDef::one("manager", &PERSON), LinkDef::many("members", &PERSON)],
    );

    static USER: RuleNames = RuleNames {
        prefix: "user",
        names: &[
            ("objectId", RuleName::id()),
            ("department", RuleName::text(DEPARTMENT)),
            ("jobTitle", RuleName::text(TITLE)),
            ("accountEnabled", RuleName::flag(ENABLED)),
            ("employeeHireDate", RuleName::time(HIRED)),
            ("otherMails", RuleName::texts(MAILS)),
            ("assignedPlans", RuleName::records(PLANS, "assignedPlan", &["servicePlanId", "capabilityStatus"])),
            ("extensionAttribute", RuleName::numbered(EXTENSIONS, 15)),
            ("memberOf", RuleName::linked_from(MEMBERS, "group")),
        ],
        ops: RuleOp::ALL,
        has_not: true,
        direct_reports: Some(MANAGER),
    };

    static DEVICE: RuleNames = RuleNames {
        prefix: "device",
        names: &[
            ("operatingSystemVersion", RuleName::version(OS_VERSION)),
            ("deviceOwnership", RuleName::words(OWNERSHIP, &[("Corporate", "company")])),
            ("model", RuleName::text(TITLE)),
        ],
        ops: &[RuleOp::Eq, RuleOp::Ne, RuleOp::StartsWith, RuleOp::Contains, RuleOp::In, RuleOp::Ge, RuleOp::Lt],
        has_not: false,
        direct_reports: None,
    };

    const GROUP: &str = "00000000-0000-0000-0000-0000000000aa";
    const BOSS: &str = "00000000-0000-0000-0000-0000000000bb";

    /// Ann is in sales; Bob has no attribute at all.
    fn people() -> (Snapshot, Id, Id) {
        let (ann, bob) = (Id::from_u128(1), Id::from_u128(2));
        let (group, boss) = (crate::id_from_text(GROUP).unwrap(), crate::id_from_text(BOSS).unwrap());
        let create = |id, attributes| Change::Create { id, kind: KindId::of("user"), attributes };
        let plan = Record::new().with("servicePlanId", group).with("capabilityStatus", "Enabled");
        let anns = vec![
            (DEPARTMENT.id, "Sales".into()),
            (TITLE.id, "O'Brien's \"friend\"".into()),
            (ENABLED.id, true.into()),
            (HIRED.id, Time::parse("2026-11-20").unwrap().into()),
            (MAILS.id, ["ann@xyz.example", "a@b.example"].into()),
            (PLANS.id, vec![plan].into()),
            (EXTENSIONS.id, Record::new().with("extensionAttribute7", "seven").into()),
            (OS_VERSION.id, "10.0.9.1".into()),
            (OWNERSHIP.id, "company".into()),
        ];
        let changes = [
            create(ann, anns),
            create(bob, vec![]),
            create(group, vec![]),
            create(boss, vec![]),
            Change::link(group, MEMBERS, ann),
            Change::link(ann, MANAGER, boss),
        ];
        let empty = Snapshot::empty(Model::new(&[&PERSON], &[]).into());
        (empty.fork(Time(0), &changes).unwrap(), ann, bob)
    }

    fn check(names: &RuleNames, rows: &[(&str, bool, bool)]) {
        let (now, ann, bob) = people();
        let at = Time::parse("2026-11-21T12:00:00Z").unwrap();
        for (rule, of_ann, of_bob) in rows {
            let filter = parse_rule(rule, names).unwrap_or_else(|error| panic!("{rule}: {error}"));
            let judged = [ann, bob].map(|id| filter.matches(&now, now.find(id).unwrap(), at));
            assert_eq!(judged, [*of_ann, *of_bob], "{rule}");
        }
    }

    #[test]
    fn a_user_rule_matches_whom_it_should_and_null_counts_as_documented() {
        check(
            &USER,
            &[
                ("user.department -eq \"sales\"", true, false),
                ("USER.Department EQ 'SALES'", true, false),
                ("user.department -ne \"sales\"", false, true),
                ("user.department -eq null", false, true),
                ("user.department -ne $null", true, false),
                ("user.department -eq \"null\"", false, false),
                ("user.department -startsWith \"sa\"", true, false),
                ("user.department -notStartsWith \"sa\"", false, true),
                ("user.department -notStartsWith \"x\"", true, true),
                ("user.department -endsWith \"ES\"", true, false),
                ("user.department -notEndsWith \"ES\"", false, true),
                ("user.department -contains \"ale\"", true, false),
                ("user.department -notContains \"ale\"", false, true),
                ("user.department -in [\"Sales\", \"IT\"]", true, false),
                ("user.department -notIn [\"Sales\",\"IT\"]", false, true),
                ("user.department -match \"^sa.*\"", true, false),
                ("user.department -match \".*ale\"", true, false),
                ("user.department -notMatch \"ale\"", false, true),
                ("user.accountEnabled -eq true", true, false),
                ("user.accountEnabled -eq false", false, false),
                ("user.accountEnabled -ne true", false, true),
                ("user.objectId -ne null", true, true),
                ("user.objectId -eq \"00000000-0000-0000-0000-000000000001\"", true, false),
                ("user.jobTitle -eq \"O''Brien's `\"friend`\"\"", true, false),
                ("user.extensionAttribute7 -eq \"Seven\"", true, false),
                ("user.extensionAttribute8 -eq null", true, true),
            ],
        );
    }

    #[test]
    fn precedence_is_not_then_and_then_or() {
        check(
            &USER,
            &[
                ("user.department -eq \"x\" -and user.department -eq \"y\" -or user.objectId -ne null", true, true),
                ("user.department -eq \"x\" -and (user.department -eq \"y\" -or user.objectId -ne null)", false, false),
                ("-not user.department -eq \"Sales\" -and user.objectId -ne null", false, true),
                ("not (user.department eq \"Sales\" and user.objectId ne null)", false, true),
                ("-not -not user.department -eq \"Sales\"", true, false),
            ],
        );
    }

    #[test]
    fn collections_are_asked_by_item() {
        check(
            &USER,
            &[
                ("user.otherMails -any (_ -startsWith \"ann@\")", true, false),
                ("user.otherMails -any _ -eq \"a@b.example\"", true, false),
                ("user.otherMails -any (_ -startsWith \"ann@\" -and _ -endsWith \"@b.example\")", false, false),
                ("user.otherMails -all (_ -contains \"@\")", true, true),
                ("user.otherMails -all (_ -startsWith \"ann\")", false, true),
                ("user.otherMails -startsWith \"a@b\"", true, false),
                ("user.otherMails -notEndsWith \"@b.example\"", false, true),
                ("user.otherMails -contains \"a@b.example\"", true, false),
                ("user.otherMails -contains \"a@b\"", false, false),
                (
                    "user.assignedPlans -any (assignedPlan.servicePlanId -eq \"00000000-0000-0000-0000-0000000000AA\" -and assignedPlan.capabilityStatus -eq \"Enabled\")",
                    true,
                    false,
                ),
                ("user.assignedPlans -any (assignedPlan.capabilityStatus -eq \"Deleted\")", false, false),
                ("user.assignedPlans -all (assignedPlan.servicePlanId -eq null)", false, true),
            ],
        );
    }

    #[test]
    fn rules_follow_links_and_the_clock() {
        check(
            &USER,
            &[
                (&format!("user.memberOf -any (group.objectId -in ['{GROUP}', '{BOSS}'])"), true, false),
                (&format!("user.memberOf -any (group.objectId -eq \"{BOSS}\")"), false, false),
                (&format!("Direct Reports for \"{BOSS}\""), true, false),
                ("user.employeeHireDate -le system.now", true, false),
                ("user.employeeHireDate -ge system.now -minus p1d", false, false),
                ("user.employeeHireDate -ge system.now -minus p2d", true, false),
                ("user.employeeHireDate -le system.now -plus p1w", true, false),
                ("user.employeeHireDate -eq 2026-11-20T00:00:00Z", true, false),
                ("user.employeeHireDate -ge \"2026-11-21\"", false, false),
            ],
        );
    }

    #[test]
    fn a_device_rule_orders_versions_and_knows_the_words_of_its_engine() {
        check(
            &DEVICE,
            &[
                ("(device.operatingSystemVersion -ge 10.0.9)", true, false),
                ("(device.operatingSystemVersion -lt 10.0.10)", true, false),
                ("(device.operatingSystemVersion -eq \"10.0.9.1\")", true, false),
                ("(device.deviceOwnership -eq \"Corporate\")", true, false),
                ("(device.deviceOwnership -in [\"Corporate\"]) and (device.model -ne $null)", true, false),
            ],
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_where_it_goes_wrong() {
        let deep = "(".repeat(40);
        let long = "x".repeat(RULE_CHARS_MAX + 1);
        let rows: &[(&RuleNames, &str, usize, &str)] = &[
            (&USER, "", 0, "a condition such as"),
            (&USER, "user.department", 15, "expected an operator"),
            (&USER, "user.department -eq", 19, "a text in double quotes, found the end"),
            (&USER, "user.department -eq Sales", 20, "a text in double quotes, found `Sales`"),
            (&USER, "user.department -eq \"Sales", 20, "never closed"),
            (&USER, "user.departement -eq \"Sales\"", 0, "no property `departement`"),
            (&USER, "device.model -eq \"x\"", 0, "about a user"),
            (&USER, "department -eq \"x\"", 0, "a name such as `user.displayName`"),
            (&USER, "user.department -like \"x\"", 16, "`like` is not an operator"),
            (&USER, "user.accountEnabled -contains \"x\"", 20, "does not take -contains; it takes -eq, -ne"),
            (&USER, "user.accountEnabled -eq maybe", 24, "true or false"),
            (&USER, "user.employeeHireDate -ge system.now -plus 5", 43, "a span of days"),
            (&USER, "user.employeeHireDate -ge \"soon\"", 26, "a date"),
            (&USER, "user.department -contains null", 26, "only -eq and -ne compare with null"),
            (&USER, "-not (user.department -eq null)", 0, "-not cannot stand before"),
            (&USER, "user.department -not null", 16, "not an operator"),
            (&USER, "user.department -eq \"a\" user.jobTitle", 24, "-and, -or or the end"),
            (&USER, "(user.department -eq \"a\"", 24, "`)`, -and or -or, found the end"),
            (&USER, "user.department -in [\"a\" \"b\"]", 25, "`,` or `]`"),
            (&USER, "user.department -in []", 21, "a text in double quotes"),
            (&USER, "user.department -in \"a\"", 20, "a list such as"),
            (&USER, "user.department -any (_ -eq \"a\")", 16, "holds one value"),
            (&USER, "user.otherMails -any (user.department -eq \"a\")", 22, "expected `_`"),
            (&USER, "user.assignedPlans -any (assignedPlan.x -eq \"a\")", 25, "assignedPlan.servicePlanId"),
            (&USER, "user.department -match \"(\"", 23, "not a regular expression"),
            (&USER, "user.department -match \"(?=a)\"", 23, "look-around"),
            (&USER, "user.department -match \"(\\w{300}){300}\"", 23, "too big"),
            (&USER, "user.extensionAttribute16 -eq \"a\"", 0, "no property"),
            (&USER, "user.extensionAttribute01 -eq \"a\"", 0, "no property"),
            (&USER, "user.memberOf -any (group.objectId -in ['x'])", 40, "not an object's id"),
            (&USER, "user.memberOf -all (group.objectId -in ['x'])", 14, "takes only -any"),
            (&USER, "Direct Reports for \"x\"", 19, "not an object's id"),
            (&USER, "user.department -eq \"a\" ; drop", 24, "has no meaning"),
            (&USER, &deep, 32, "nest at most"),
            (&USER, &long, RULE_CHARS_MAX, "at most 3072 characters"),
            (&DEVICE, "-not (device.model -eq \"x\")", 0, "a name such as `device.displayName`"),
            (&DEVICE, "device.model -match \"x\"", 13, "not an operator of this rule"),
            (&DEVICE, "device.operatingSystemVersion -ge \"new\"", 34, "a version"),
        ];
        for (names, rule, at, message) in rows {
            let error = parse_rule(rule, names).expect_err(rule);
            assert!(error.at == *at && error.message.contains(message), "{rule}\n{error:?}");
        }
        let one = format!("Direct Reports for \"{BOSS}\" -or user.department -eq \"x\"");
        assert!(parse_rule(&one, &USER).expect_err("alone").message.contains("stands alone"));
        let many = vec![format!("'{GROUP}'"); SOURCE_GROUPS_MAX + 1].join(",");
        let many = format!("user.memberOf -any (group.objectId -in [{many}])");
        assert!(parse_rule(&many, &USER).expect_err("51 groups").message.contains("at most 50"));
    }

    #[test]
    fn a_rule_is_printed_as_it_can_be_read() {
        for rule in [
            "user.department -eq \"Sales\" -and user.accountEnabled -eq true",
            "user.department -notContains \"a`\"b''c``d\" -or (user.jobTitle -ne null -and user.jobTitle -in [\"x\", \"y\"])",
            "-not (user.department -eq \"a\" -or user.department -match \"^b.*\")",
            "user.otherMails -any (_ -endsWith \"x\" -and _ -notStartsWith \"y\")",
            "user.assignedPlans -all (assignedPlan.servicePlanId -eq null)",
            "user.employeeHireDate -ge system.now -minus p30d -and user.extensionAttribute7 -eq \"7\"",
            "user.memberOf -any (group.objectId -in [\"00000000-0000-0000-0000-0000000000aa\"])",
            "Direct Reports for \"00000000-0000-0000-0000-0000000000aa\"",
        ] {
            assert_eq!(USER.print(&parse_rule(rule, &USER).unwrap()), rule);
        }
        let rule = "device.operatingSystemVersion -ge 10.0.22000";
        assert_eq!(DEVICE.print(&parse_rule(rule, &DEVICE).unwrap()), rule);
    }

    #[test]
    fn a_rule_says_what_it_depends_on() {
        let of = |rule: &str| parse_rule(rule, &USER).unwrap();
        let rule = of("user.otherMails -any (_ -eq \"x\") -and -not (user.extensionAttribute1 -in [\"y\"])");
        let mut expected = vec![MAILS.id, EXTENSIONS.id];
        expected.sort_unstable();
        assert_eq!((rule.attributes(), rule.depends_on_time()), (expected, false));
        assert!(of("user.employeeHireDate -le system.now").depends_on_time());
        assert_eq!(of(&format!("user.memberOf -any (group.objectId -eq '{GROUP}')")).links(), vec![MEMBERS]);
        assert_eq!(of(&format!("Direct Reports for '{BOSS}'")).links(), vec![MANAGER]);
    }

    #[test]
    fn no_cut_or_altered_rule_panics() {
        let rule = "user.otherMails -any (_ -eq \"a`\"b\") -and user.department -in [\"x\", 'y'] -or user.employeeHireDate -ge system.now -plus p1d";
        for at in 0..rule.len() {
            let _ = parse_rule(&rule[..at], &USER);
            for c in ['"', '(', ')', '-', '[', '\u{1F600}', ' '] {
                let mut altered = rule.to_owned();
                altered.insert(at, c);
                let _ = parse_rule(&altered, &USER);
            }
        }
    }
}
