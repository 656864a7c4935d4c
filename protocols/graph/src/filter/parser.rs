//! The structure of a filter: `or`, `and`, `not`, comparisons, functions and lambdas.

mod condition;
mod cursor;

use directory::{CompareOp, Filter, Kind, Model, Operand, TextOp, Type, Value};

use super::lexer::{Placed, Token, syntax, tokens};
use super::names::{Names, Scope, Term, cast};
use crate::errors::Error;
use crate::limits::{FILTER_DEPTH_MAX, FILTER_TERMS_MAX};

/// A filter that was understood, and what it used: some of it needs an advanced query.
#[derive(Debug)]
pub struct Parsed {
    pub filter: Filter,
    pub uses: Vec<Uses>,
}

/// One property with one operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// The first segment of the path.
    pub property: String,
    /// In lower case: `eq`, `ne`, `startswith`, `in`, `count`.
    pub operator: String,
    pub is_null: bool,
    pub is_negated: bool,
}

/// Read a filter on objects of a kind.
pub fn parse(text: &str, kind: &'static Kind, model: &Model) -> Result<Parsed, Error> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        text,
        tokens,
        next: 0,
        names: Names { model },
        root: kind,
        lambdas: Vec::new(),
        negations: 0,
        depth: 0,
        uses: Vec::new(),
    };
    let filter = parser.either()?;
    match parser.peek() {
        None => Ok(Parsed { filter, uses: parser.uses }),
        Some(_) => Err(parser.here()),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Placed>,
    next: usize,
    names: Names<'t>,
    root: &'static Kind,
    /// The variables of the lambdas around the present place, and what they stand for.
    lambdas: Vec<(String, Scope)>,
    negations: usize,
    depth: usize,
    uses: Vec<Uses>,
}

/// What stands on a side of a comparison.
enum Side {
    Path { term: Term, property: String },
    Literal(Token),
    Condition(Filter),
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Filter, Error> {
        let mut parts = vec![self.both()?];
        while self.take_word("or") {
            parts.push(self.both()?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    fn both(&mut self) -> Result<Filter, Error> {
        let mut parts = vec![self.negation()?];
        while self.take_word("and") {
            parts.push(self.negation()?);
        }
        Ok(one_or(parts, Filter::And))
    }

    fn negation(&mut self) -> Result<Filter, Error> {
        if !self.take_word("not") {
            return self.comparison();
        }
        self.deeper()?;
        self.negations += 1;
        let inner = self.negation();
        self.negations -= 1;
        self.depth -= 1;
        Ok(Filter::Not(Box::new(inner?)))
    }

    fn comparison(&mut self) -> Result<Filter, Error> {
        if self.uses.len() > FILTER_TERMS_MAX {
            return Err(Error::bad(format!("$filter has more than the limit of {FILTER_TERMS_MAX} conditions")));
        }
        let left = self.side()?;
        let at = self.at();
        let Some(operator) = self.take_operator() else {
            return match left {
                Side::Condition(filter) => Ok(filter),
                // A Boolean property stands for itself.
                Side::Path {
                    term: Term::Value { operand, ty: Type::Bool | Type::AnyRecord, many: false, .. },
                    property,
                } => {
                    self.uses(&property, "eq", false);
                    Ok(Filter::Compare(operand, CompareOp::Eq, Operand::Literal(Value::Bool(true))))
                }
                _ => Err(self.here()),
            };
        };
        match operator.as_str() {
            "in" => self.is_in(left, at),
            "has" => self.has(left, at),
            other => {
                let right = self.side()?;
                self.compare(left, other, right, at)
            }
        }
    }

    /// One side of a comparison: a literal, a path, a function, a lambda, or anything in parentheses.
    fn side(&mut self) -> Result<Side, Error> {
        match self.take() {
            Some(Token::Open) => {
                self.deeper()?;
                let inner = self.grouped();
                self.depth -= 1;
                inner
            }
            Some(Token::Word(word)) => match self.peek() {
                Some(Token::Open) if cast(&word).is_none() => {
                    self.next += 1;
                    self.deeper()?;
                    let called = self.function(&word);
                    self.depth -= 1;
                    called
                }
                _ => self.path(word),
            },
            Some(token) if is_literal(&token) => Ok(Side::Literal(token)),
            _ => Err(self.before()),
        }
    }

    /// What stands in parentheses: a condition, or just a path (`(a/b) eq null`).
    fn grouped(&mut self) -> Result<Side, Error> {
        let start = self.next;
        let known = self.uses.len();
        if let Ok(side @ (Side::Path { .. } | Side::Literal(_))) = self.side()
            && self.peek() == Some(&Token::Close)
        {
            self.next += 1;
            return Ok(side);
        }
        self.next = start;
        self.uses.truncate(known);
        let inner = self.either()?;
        self.expect(&Token::Close)?;
        Ok(Side::Condition(inner))
    }

    fn function(&mut self, name: &str) -> Result<Side, Error> {
        let at = self.at();
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "startswith" | "endswith" | "contains" => {
                let op = match lower.as_str() {
                    "startswith" => TextOp::StartsWith,
                    "endswith" => TextOp::EndsWith,
                    _ => TextOp::Contains,
                };
                let subject = self.side()?;
                self.expect(&Token::Comma)?;
                let wanted = self.take();
                self.expect(&Token::Close)?;
                let Side::Path { term: Term::Value { operand, many: false, .. }, property } = subject else {
                    return Err(syntax(self.text, at));
                };
                let text = match wanted {
                    Some(Token::Text(text)) => text,
                    Some(Token::Guid(id)) => id.hyphenated().to_string(),
                    _ => return Err(syntax(self.text, at)),
                };
                self.uses(&property, &lower, false);
                Ok(Side::Condition(Filter::Text(operand, op, Operand::Literal(Value::Text(text)))))
            }
            // Text is compared ignoring case anyway.
            "tolower" | "toupper" | "trim" => {
                let inner = self.side()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            "isof" => {
                let mut named = self.take();
                if self.peek() == Some(&Token::Comma) {
                    self.next += 1;
                    named = self.take();
                }
                self.expect(&Token::Close)?;
                let Some(Token::Text(text) | Token::Word(text)) = named else {
                    return Err(syntax(self.text, at));
                };
                let kind = cast(&text).and_then(|name| self.names.model.kind_named(name));
                let kind = kind.ok_or_else(|| {
                    Error::bad(format!("Invalid filter clause: The type '{text}' is not defined in the model."))
                })?;
                self.uses("isof", "isof", false);
                Ok(Side::Condition(Filter::IsOf(kind.id())))
            }
            _ => Err(Error::bad(format!(
                "Invalid filter clause: An unknown function with name '{name}' was found at position {at} in '{}'.",
                self.text
            ))),
        }
    }

    /// A path, which may end in a lambda.
    fn path(&mut self, first: String) -> Result<Side, Error> {
        let mut path = vec![first];
        while self.peek() == Some(&Token::Slash) {
            self.next += 1;
            let Some(Token::Word(name)) = self.take() else {
                return Err(self.before());
            };
            if self.peek() == Some(&Token::Open) && cast(&name).is_none() {
                self.next += 1;
                self.deeper()?;
                let lambda = self.lambda(&path, &name);
                self.depth -= 1;
                return Ok(Side::Condition(lambda?));
            }
            path.push(name);
        }
        let (term, property) = self.term(&path)?;
        Ok(Side::Path { term, property })
    }

    fn lambda(&mut self, path: &[String], name: &str) -> Result<Filter, Error> {
        if !name.eq_ignore_ascii_case("any") {
            return Err(Error::unsupported(format!("The lambda operator '{name}' is not supported; use 'any'.")));
        }
        let (term, property) = self.term(path)?;
        let scope = match &term {
            Term::Value { ty, entity, many: true, .. } => Scope::Item(*ty, *entity),
            Term::Value { ty: Type::AnyRecord, .. } => Scope::Item(Type::AnyRecord, None),
            Term::Links(_, kind) | Term::BackLinks(_, kind) => Scope::Object(kind),
            _ => return Err(self.before()),
        };
        let condition = if self.peek() == Some(&Token::Close) {
            self.uses(&property, "any", false);
            None
        } else {
            let Some(Token::Word(variable)) = self.take() else {
                return Err(self.before());
            };
            self.expect(&Token::Colon)?;
            self.lambdas.push((variable, scope));
            let known = self.uses.len();
            let condition = self.either();
            self.lambdas.pop();
            // What a lambda does with its items, it does with the collection.
            for used in self.uses.iter_mut().skip(known) {
                used.property.clone_from(&property);
            }
            Some(condition?)
        };
        self.expect(&Token::Close)?;
        match (term, condition) {
            (Term::Value { operand, .. }, condition) => Ok(Filter::Any(operand, condition.map(Box::new))),
            (Term::Links(link, _), condition) => Ok(Filter::AnyLinked(link.id, condition.map(Box::new))),
            (
                Term::BackLinks(link, _),
                Some(Filter::Compare(Operand::Id, CompareOp::Eq, Operand::Literal(Value::Guid(id)))),
            ) => Ok(Filter::LinkedFrom(link, vec![id])),
            (Term::BackLinks(link, _), Some(Filter::In(Operand::Id, values))) => {
                Ok(Filter::LinkedFrom(link, values.iter().filter_map(Value::as_guid).collect()))
            }
            _ => Err(Error::unsupported(format!(
                "Unsupported or invalid query filter clause specified for property '{property}'."
            ))),
        }
    }

    /// What a path means here, and the property it starts with.
    fn term(&self, path: &[String]) -> Result<(Term, String), Error> {
        let first = path.first().map(String::as_str).unwrap_or_default();
        if let Some(at) = self.lambdas.iter().rposition(|(variable, _)| variable == first) {
            let (_, scope) = self.lambdas.get(at).ok_or_else(|| self.here())?;
            if at + 1 != self.lambdas.len() {
                return Err(Error::unsupported("A condition inside any() can only use the variable of that any()."));
            }
            let rest = path.get(1..).unwrap_or_default();
            let property = rest.first().map_or(first, String::as_str).to_owned();
            return Ok((self.names.find(*scope, rest)?, property));
        }
        if self.lambdas.iter().any(|(_, scope)| matches!(scope, Scope::Object(_))) {
            return Err(Error::unsupported("A condition inside any() can only use the variable of that any()."));
        }
        let path = match path {
            [it, rest @ ..] if it.eq_ignore_ascii_case("$it") => rest,
            whole => whole,
        };
        let term = self.names.find(Scope::Object(self.root), path)?;
        let counts = path.last().is_some_and(|last| last.eq_ignore_ascii_case("$count"));
        let named = path.iter().find(|name| cast(name).is_none()).map(String::as_str).unwrap_or_default();
        let property = self.names.attribute(self.root, named).map_or(named, |a| a.name);
        Ok((term, if counts { format!("{property}/$count") } else { property.to_owned() }))
    }

    fn uses(&mut self, property: &str, operator: &str, is_null: bool) {
        self.uses.push(Uses {
            property: property.to_owned(),
            operator: operator.to_owned(),
            is_null,
            is_negated: self.negations % 2 == 1,
        });
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > FILTER_DEPTH_MAX {
            return Err(Error::bad(format!("$filter nests deeper than the limit of {FILTER_DEPTH_MAX}")));
        }
        Ok(())
    }
}

fn one_or(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => Filter::Never,
    }
}

fn is_literal(token: &Token) -> bool {
    use Token::{Bool, Double, Guid, Int, Null, Prefixed, Text, Time};
    matches!(token, Text(_) | Prefixed(..) | Bool(_) | Null | Int(_) | Double(_) | Guid(_) | Time(..))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::limits::FILTER_VALUES_MAX;
    use directory::{Change, Id, Record, Snapshot, Time};
    use schema::user;
    use std::sync::Arc;

    fn people() -> Snapshot {
        let mut now = Snapshot::empty(Arc::new(schema::model()));
        let create = |n: u128, attributes: Vec<(directory::AttrId, Value)>| Change::Create {
            id: Id::from_u128(n),
            kind: user::USER.id(),
            attributes,
        };
        let person = |n: u128, name: &str, department: &str, is_enabled: bool| {
            create(
                n,
                vec![
                    (schema::DISPLAY_NAME.id, Value::from(name)),
                    (user::USER_PRINCIPAL_NAME.id, Value::from(format!("{name}@xyz.example"))),
                    (user::ACCOUNT_ENABLED.id, Value::Bool(is_enabled)),
                    (user::DEPARTMENT.id, Value::from(department)),
                    (user::BUSINESS_PHONES.id, Value::from(["1", "2"])),
                    (user::EMPLOYEE_HIRE_DATE.id, Value::Time(Time::parse("2026-01-01T00:00:00Z").unwrap())),
                    (user::EMPLOYEE_ORG_DATA.id, Value::Record(Record::new().with("costCenter", "CC1"))),
                ],
            )
        };
        let nameless = |n: u128, name: &str| {
            create(
                n,
                vec![
                    (schema::DISPLAY_NAME.id, Value::from(name)),
                    (user::USER_PRINCIPAL_NAME.id, Value::from(format!("{name}@xyz.example"))),
                    (user::ACCOUNT_ENABLED.id, Value::Bool(true)),
                ],
            )
        };
        let changes = [
            person(1, "Ada", "Sales", true),
            person(2, "Bo's", "Lab", false),
            nameless(3, "Cy"),
            Change::link(Id::from_u128(1), user::MANAGER, Id::from_u128(2)),
        ];
        now = now.fork(Time::from_unix(0), &changes).unwrap();
        now
    }

    /// The names of the people a filter matches, or the message of its error.
    fn check(now: &Snapshot, filter: &str, expect: &[&str]) {
        let parsed = parse(filter, &user::USER, now.model()).unwrap_or_else(|e| panic!("{filter}: {}", e.message));
        let found: Vec<&str> = now
            .all(&user::USER)
            .filter(|object| parsed.filter.matches(now, object, Time::from_unix(0)))
            .filter_map(|object| object.get(schema::DISPLAY_NAME))
            .collect();
        assert_eq!(found, expect, "{filter}");
    }

    #[test]
    fn every_documented_form_finds_the_right_people() {
        let now = people();
        for (filter, expect) in [
            ("displayName eq 'ada'", &["Ada"][..]),
            ("displayName eq 'bo''s'", &["Bo's"]),
            ("DISPLAYNAME EQ 'Ada' OR displayName eq 'Cy'", &["Ada", "Cy"]),
            ("'Ada' eq displayName", &["Ada"]),
            ("displayName ne 'Ada'", &["Bo's", "Cy"]),
            ("accountEnabled", &["Ada", "Cy"]),
            ("accountEnabled eq false", &["Bo's"]),
            ("accountEnabled eq true and department eq 'Sales'", &["Ada"]),
            ("not (accountEnabled eq true)", &["Bo's"]),
            ("NOT startsWith(displayName,'A') and accountEnabled", &["Cy"]),
            ("startswith(displayName, 'a') eq true", &["Ada"]),
            ("startswith(tolower(displayName), 'a')", &["Ada"]),
            ("endsWith(userPrincipalName,'xyz.example')", &["Ada", "Bo's", "Cy"]),
            ("contains(displayName,'y')", &["Cy"]),
            ("department in ('Lab', 'Sales')", &["Ada", "Bo's"]),
            ("department in ('Lab', null)", &["Bo's", "Cy"]),
            ("department eq null", &["Cy"]),
            ("department ne null", &["Ada", "Bo's"]),
            ("(department) eq null", &["Cy"]),
            ("businessPhones/any(p:p eq '1')", &["Ada", "Bo's"]),
            ("businessPhones/any(p:startswith(p,'2') and p ne '1')", &["Ada", "Bo's"]),
            ("businessPhones/any()", &["Ada", "Bo's"]),
            ("businessPhones/$count eq 0", &["Cy"]),
            ("employeeHireDate ge 2026-01-01T00:00:00Z", &["Ada", "Bo's"]),
            ("employeeHireDate lt 2026-01-01", &[]),
            ("employeeOrgData/costCenter eq 'cc1'", &["Ada", "Bo's"]),
            ("id eq '00000000-0000-0000-0000-000000000001'", &["Ada"]),
            ("id eq 00000000-0000-0000-0000-000000000001", &["Ada"]),
            ("id in ('00000000-0000-0000-0000-000000000001','nobody')", &["Ada"]),
            ("manager/id eq '00000000-0000-0000-0000-000000000002'", &["Ada"]),
            ("directReports/any(r:r/id eq '00000000-0000-0000-0000-000000000001')", &["Bo's"]),
            ("manager eq null", &["Bo's", "Cy"]),
            ("isof('microsoft.graph.user')", &["Ada", "Bo's", "Cy"]),
            ("microsoft.graph.user/department eq 'Lab'", &["Bo's"]),
            ("((((displayName eq 'Ada'))))", &["Ada"]),
        ] {
            check(&now, filter, expect);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_position() {
        let now = people();
        for (filter, part) in [
            ("displayName eq", "position 14 in"),
            ("displayName eq 'x' extra", "position 19 in"),
            ("displayName eq 'x", "position 15 in"),
            ("(displayName eq 'x'", "position 19 in"),
            ("wrong eq 'x'", "Could not find a property named 'wrong' on type 'microsoft.graph.user'"),
            ("employeeOrgData/wrong eq 'x'", "Could not find a property named 'wrong'"),
            ("accountEnabled eq 'x'", "Found operand types 'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'"),
            ("unknown(displayName)", "An unknown function with name 'unknown'"),
            ("businessPhones/all(p:p eq '1')", "'all' is not supported"),
            ("isof('microsoft.graph.nothing')", "is not defined in the model"),
            ("displayName in (", "position 16"),
            ("", "position 0"),
            ("and", "named 'and'"),
            ("displayName eq 1", "Edm.String"),
            ("a/b/c/d(", "'d' is not supported"),
            ("displayName eq null null", "position 20"),
        ] {
            let error = parse(filter, &user::USER, now.model()).expect_err(filter);
            assert_eq!(error.status, 400, "{filter}");
            assert!(error.message.contains(part), "{filter}: {}", error.message);
        }
    }

    #[test]
    fn depth_and_length_have_limits() {
        let now = people();
        let deep = format!("{}accountEnabled{}", "(".repeat(5_000), ")".repeat(5_000));
        assert!(parse(&deep, &user::USER, now.model()).unwrap_err().message.contains("limit"));
        let nots = format!("{}accountEnabled", "not ".repeat(5_000));
        assert!(parse(&nots, &user::USER, now.model()).unwrap_err().message.contains("limit"));
        let long = vec!["accountEnabled"; FILTER_TERMS_MAX + 2].join(" or ");
        assert!(parse(&long, &user::USER, now.model()).unwrap_err().message.contains("limit"));
        let values = format!("displayName in ({})", vec!["'x'"; FILTER_VALUES_MAX + 1].join(","));
        assert!(parse(&values, &user::USER, now.model()).unwrap_err().message.contains("limit"));
    }

    #[test]
    fn what_was_used_is_known_for_the_matrix() {
        let now = people();
        let uses = |filter: &str| {
            let parsed = parse(filter, &user::USER, now.model()).unwrap();
            parsed.uses.into_iter().map(|u| (u.property, u.operator, u.is_null, u.is_negated)).collect::<Vec<_>>()
        };
        let of = |p: &str, o: &str, n, g| (p.to_owned(), o.to_owned(), n, g);
        assert_eq!(
            uses("displayName eq 'x' and not(department eq null)"),
            [of("displayName", "eq", false, false), of("department", "eq", true, true)]
        );
        assert_eq!(uses("businessPhones/any(p:p eq 'x')"), [of("businessPhones", "eq", false, false)]);
        assert_eq!(uses("businessPhones/$count eq 1"), [of("businessPhones/$count", "eq", false, false)]);
    }
}
