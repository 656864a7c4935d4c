//! Membership rules that the simulation writes and judges itself, by the documented meaning and not by our parser.
//!
//! A missing value equals null; `-ne "x"` is true of it; text is compared ignoring case.

use directory::{Attr, Id, Object, Snapshot, Time};
use schema::group::MEMBERS;
use schema::user::{ACCOUNT_ENABLED, CITY, DEPARTMENT, EMPLOYEE_HIRE_DATE, JOB_TITLE, MANAGER, USER};

use crate::dice::Dice;
use crate::words;

/// A rule that can be printed and judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    Text(Field, Op, &'static str),
    Null(Field, bool),
    In(Field, bool, Vec<&'static str>),
    Enabled(bool),
    /// Hired at least this many days ago.
    HiredBefore(i64),
    Reports(Id),
    MemberOf(Id),
    All,
    And(Box<Rule>, Box<Rule>),
    Or(Box<Rule>, Box<Rule>),
    Not(Box<Rule>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field {
    Department,
    City,
    JobTitle,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    Eq,
    Ne,
    StartsWith,
    NotStartsWith,
    Contains,
    NotContains,
}

impl Field {
    fn attr(self) -> (Attr<str>, &'static str, &'static [&'static str]) {
        match self {
            Field::Department => (DEPARTMENT, "department", words::DEPARTMENTS),
            Field::City => (CITY, "city", words::CITIES),
            Field::JobTitle => (JOB_TITLE, "jobTitle", words::TITLES),
        }
    }
}

impl Op {
    const ALL: &'static [Op] =
        &[Op::Eq, Op::Eq, Op::Ne, Op::StartsWith, Op::NotStartsWith, Op::Contains, Op::NotContains];

    fn word(self) -> &'static str {
        match self {
            Op::Eq => "-eq",
            Op::Ne => "-ne",
            Op::StartsWith => "-startsWith",
            Op::NotStartsWith => "-notStartsWith",
            Op::Contains => "-contains",
            Op::NotContains => "-notContains",
        }
    }

    fn holds(self, value: Option<&str>, wanted: &str) -> bool {
        let value = value.map(str::to_lowercase);
        let wanted = wanted.to_lowercase();
        let is = |test: &dyn Fn(&str) -> bool| value.as_deref().is_some_and(test);
        match self {
            Op::Eq => is(&|v| v == wanted),
            Op::Ne => !is(&|v| v == wanted),
            Op::StartsWith => is(&|v| v.starts_with(&wanted)),
            Op::NotStartsWith => !is(&|v| v.starts_with(&wanted)),
            Op::Contains => is(&|v| v.contains(&wanted)),
            Op::NotContains => !is(&|v| v.contains(&wanted)),
        }
    }
}

/// Make up a rule about users, given people and groups that can be named in it.
pub fn invent(dice: &mut Dice, depth: usize, people: &[Id], groups: &[Id]) -> Rule {
    if depth == 0
        && dice.often(80)
        && let Some(manager) = dice.pick(people)
    {
        return Rule::Reports(*manager);
    }
    if depth == 0
        && dice.often(100)
        && let Some(group) = dice.pick(groups)
    {
        return Rule::MemberOf(*group);
    }
    let field = dice.one(&[Field::Department, Field::City, Field::JobTitle]);
    let (_, _, choices) = field.attr();
    match dice.below(if depth < 2 { 10 } else { 6 }) {
        0..3 => {
            let op = dice.one(Op::ALL);
            let word = dice.one(choices);
            let part = if matches!(op, Op::Eq | Op::Ne) { word } else { word.get(..3).unwrap_or(word) };
            Rule::Text(field, op, part)
        }
        3 => Rule::Null(field, dice.often(500)),
        4 => Rule::In(field, dice.often(600), vec![dice.one(choices), dice.one(choices)]),
        5 => match dice.below(3) {
            0 => Rule::Enabled(dice.often(700)),
            1 => Rule::HiredBefore(i64::try_from(dice.below(30)).unwrap_or(0)),
            _ => Rule::All,
        },
        6 | 7 => Rule::And(
            Box::new(invent(dice, depth + 1, people, groups)),
            Box::new(invent(dice, depth + 1, people, groups)),
        ),
        8 => Rule::Or(
            Box::new(invent(dice, depth + 1, people, groups)),
            Box::new(invent(dice, depth + 1, people, groups)),
        ),
        _ => Rule::Not(Box::new(Rule::Text(field, Op::Eq, dice.one(choices)))),
    }
}

impl Rule {
    /// As it is written in `membershipRule`.
    pub fn print(&self) -> String {
        match self {
            Rule::Text(field, op, word) => format!("(user.{} {} \"{word}\")", field.attr().1, op.word()),
            Rule::Null(field, is) => format!("(user.{} {} null)", field.attr().1, if *is { "-eq" } else { "-ne" }),
            Rule::In(field, is, list) => {
                let list: Vec<String> = list.iter().map(|word| format!("\"{word}\"")).collect();
                format!("(user.{} {} [{}])", field.attr().1, if *is { "-in" } else { "-notIn" }, list.join(","))
            }
            Rule::Enabled(is) => format!("(user.accountEnabled -eq {is})"),
            Rule::HiredBefore(days) => format!("(user.employeeHireDate -le system.now -minus p{days}d)"),
            Rule::Reports(manager) => format!("Direct Reports for \"{manager}\""),
            Rule::MemberOf(group) => format!("user.memberof -any (group.objectId -in ['{group}'])"),
            Rule::All => "(user.objectId -ne null)".into(),
            Rule::And(a, b) => format!("({} -and {})", a.print(), b.print()),
            Rule::Or(a, b) => format!("({} -or {})", a.print(), b.print()),
            Rule::Not(part) => format!("(-not {})", part.print()),
        }
    }

    /// Whether a user belongs, judged slowly and plainly.
    pub fn holds(&self, now: &Snapshot, user: &Object, at: Time) -> bool {
        match self {
            Rule::Text(field, op, word) => op.holds(user.get(field.attr().0), word),
            Rule::Null(field, is) => user.get(field.attr().0).is_none() == *is,
            Rule::In(field, is, list) => list.iter().any(|word| Op::Eq.holds(user.get(field.attr().0), word)) == *is,
            Rule::Enabled(is) => user.get(ACCOUNT_ENABLED) == Some(*is),
            Rule::HiredBefore(days) => user.get(EMPLOYEE_HIRE_DATE).is_some_and(|hired| hired <= at.plus_days(-days)),
            Rule::Reports(manager) => now
                .find_a(&USER, *manager)
                .is_some_and(|manager| now.linked(user.id, MANAGER).is_some_and(|found| found.id == manager.id)),
            Rule::MemberOf(group) => {
                now.links(*group, MEMBERS).any(|member| member.object.id == user.id && now.find(*group).is_some())
            }
            Rule::All => true,
            Rule::And(a, b) => a.holds(now, user, at) && b.holds(now, user, at),
            Rule::Or(a, b) => a.holds(now, user, at) || b.holds(now, user, at),
            Rule::Not(part) => !part.holds(now, user, at),
        }
    }
}
