//! Rules of scope: `department eq 'Sales' and not (city eq 'Graz')`: for whom a workflow runs.
//!
//! Text is compared exactly, letter by letter: that is how Graph judges these rules, other than those of dynamic groups,
//! and why they are not the directory's one filter type, which ignores case.

use directory::{AttributeDef, Object, RecordDef, Type, Value};
use schema::user::USER;

/// The longest rule.
pub(crate) const RULE_CHARS_MAX: usize = 3_072;
/// How deep parentheses and negations may nest.
const DEPTH_MAX: usize = 32;

/// A condition on a user.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    And(Vec<Rule>),
    Or(Vec<Rule>),
    Not(Box<Rule>),
    Is(Path, bool, Option<Value>),
    In(Path, Vec<Value>),
    Text(Path, How, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Starts,
    Ends,
    Contains,
}

/// An attribute of a user, and perhaps a field within it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    attribute: directory::AttrId,
    field: Option<String>,
    is_many: bool,
}

/// Why a rule does not read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) at: usize,
    pub(crate) why: String,
}

impl Rule {
    /// Whether a user is meant.
    pub(crate) fn matches(&self, user: &Object) -> bool {
        match self {
            Rule::And(parts) => parts.iter().all(|part| part.matches(user)),
            Rule::Or(parts) => parts.iter().any(|part| part.matches(user)),
            Rule::Not(part) => !part.matches(user),
            Rule::Is(path, expect, None) => path.values(user).is_empty() == *expect,
            Rule::Is(path, expect, Some(wanted)) => path.values(user).iter().any(|v| is_equal(v, wanted)) == *expect,
            Rule::In(path, wanted) => {
                path.values(user).iter().any(|value| wanted.iter().any(|wanted| is_equal(value, wanted)))
            }
            Rule::Text(path, how, wanted) => {
                path.values(user).iter().filter_map(Value::as_text).any(|text| match how {
                    How::Starts => text.starts_with(wanted.as_str()),
                    How::Ends => text.ends_with(wanted.as_str()),
                    How::Contains => text.contains(wanted.as_str()),
                })
            }
        }
    }
}

impl Path {
    fn values(&self, user: &Object) -> Vec<Value> {
        let value = user.value(self.attribute).and_then(|value| match (&self.field, value) {
            (Some(field), Value::Record(record)) => record.get(field).cloned(),
            (Some(_), _) => None,
            (None, value) => Some(value),
        });
        match value {
            Some(Value::List(items)) if self.is_many => items,
            other => other.into_iter().collect(),
        }
    }
}

fn is_equal(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Time(found), wanted) => wanted.as_time() == Some(*found),
        (Value::Guid(found), wanted) => wanted.as_guid() == Some(*found),
        (found, wanted) => found == wanted,
    }
}

/// Read a rule.
pub(crate) fn parse(text: &str) -> Result<Rule, Wrong> {
    if text.chars().count() > RULE_CHARS_MAX {
        return Err(Wrong { at: RULE_CHARS_MAX, why: format!("a rule has at most {RULE_CHARS_MAX} characters") });
    }
    let words = words(text)?;
    let mut reader = Reader { words: &words, at: 0, end: text.len() };
    let rule = reader.or(0)?;
    match reader.peek() {
        None => Ok(rule),
        Some(_) => Err(reader.wrong("expected `and`, `or` or the end")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Open,
    Close,
    Comma,
    Name(String),
    Quoted(String),
}

fn words(text: &str) -> Result<Vec<(usize, Word)>, Wrong> {
    let mut words = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let word = match c {
            c if c.is_whitespace() => continue,
            '(' => Word::Open,
            ')' => Word::Close,
            ',' => Word::Comma,
            '\'' => {
                let mut quoted = String::new();
                loop {
                    match rest.next() {
                        // A quote within is written twice (OData 4.01 URL conventions §5.1.1.1.1).
                        Some((_, '\'')) if rest.next_if(|(_, c)| *c == '\'').is_some() => quoted.push('\''),
                        Some((_, '\'')) => break,
                        Some((_, c)) => quoted.push(c),
                        None => return Err(Wrong { at, why: "the quote is not closed".to_owned() }),
                    }
                }
                Word::Quoted(quoted)
            }
            c => {
                let mut name = String::from(c);
                while let Some((_, c)) = rest.next_if(|(_, c)| !c.is_whitespace() && !"(),'".contains(*c)) {
                    name.push(c);
                }
                Word::Name(name)
            }
        };
        words.push((at, word));
    }
    Ok(words)
}

struct Reader<'a> {
    words: &'a [(usize, Word)],
    at: usize,
    end: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at).map(|(_, word)| word)
    }

    fn wrong(&self, why: impl Into<String>) -> Wrong {
        Wrong { at: self.words.get(self.at).map_or(self.end, |(at, _)| *at), why: why.into() }
    }

    /// Whether the next word is this one; it is passed then.
    fn passes(&mut self, word: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Word::Name(name)) if name.eq_ignore_ascii_case(word));
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, word: &Word, said: &str) -> Result<(), Wrong> {
        if self.peek() == Some(word) {
            self.at += 1;
            return Ok(());
        }
        Err(self.wrong(format!("expected `{said}`")))
    }

    fn or(&mut self, depth: usize) -> Result<Rule, Wrong> {
        let mut parts = vec![self.and(depth)?];
        while self.passes("or") {
            parts.push(self.and(depth)?);
        }
        Ok(single(parts, Rule::Or))
    }

    fn and(&mut self, depth: usize) -> Result<Rule, Wrong> {
        let mut parts = vec![self.part(depth)?];
        while self.passes("and") {
            parts.push(self.part(depth)?);
        }
        Ok(single(parts, Rule::And))
    }

    fn part(&mut self, depth: usize) -> Result<Rule, Wrong> {
        if depth > DEPTH_MAX {
            return Err(self.wrong(format!("nested more than {DEPTH_MAX} times")));
        }
        if self.passes("not") {
            return Ok(Rule::Not(Box::new(self.part(depth + 1)?)));
        }
        if self.peek() == Some(&Word::Open) {
            self.at += 1;
            let inner = self.or(depth + 1)?;
            self.expect(&Word::Close, ")")?;
            return Ok(inner);
        }
        for (name, how) in [("startsWith", How::Starts), ("endsWith", How::Ends), ("contains", How::Contains)] {
            if self.passes(name) {
                self.expect(&Word::Open, "(")?;
                let path = self.path()?;
                self.expect(&Word::Comma, ",")?;
                let Some(Value::Text(text)) = self.literal()? else { return Err(self.wrong("expected a text")) };
                self.expect(&Word::Close, ")")?;
                return Ok(Rule::Text(path, how, text));
            }
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Rule, Wrong> {
        let path = self.path()?;
        if self.passes("eq") {
            return Ok(Rule::Is(path, true, self.literal()?));
        }
        if self.passes("ne") {
            return Ok(Rule::Is(path, false, self.literal()?));
        }
        if self.passes("in") {
            self.expect(&Word::Open, "(")?;
            let mut values = Vec::new();
            loop {
                values.extend(self.literal()?);
                if self.peek() != Some(&Word::Comma) {
                    break;
                }
                self.at += 1;
            }
            self.expect(&Word::Close, ")")?;
            return Ok(Rule::In(path, values));
        }
        Err(self.wrong("expected `eq`, `ne` or `in`"))
    }

    fn path(&mut self) -> Result<Path, Wrong> {
        let Some(Word::Name(name)) = self.peek() else { return Err(self.wrong("expected a property of a user")) };
        let (first, field) = match name.split_once('/') {
            Some((first, field)) => (first, Some(field)),
            None => (name.as_str(), None),
        };
        let unknown = || self.wrong(format!("a user has no property `{name}`"));
        let attribute = attribute_named(first).ok_or_else(unknown)?;
        let field = match (field, attribute.ty) {
            (None, _) => None,
            (Some(field), Type::Record(record)) => Some(field_named(record, field).ok_or_else(unknown)?),
            (Some(_), _) => return Err(unknown()),
        };
        let path = Path { attribute: attribute.id, field, is_many: attribute.many };
        self.at += 1;
        Ok(path)
    }

    /// A value; `null` is none.
    fn literal(&mut self) -> Result<Option<Value>, Wrong> {
        let value = match self.peek() {
            Some(Word::Quoted(text)) => Some(Value::Text(text.clone())),
            Some(Word::Name(name)) => match name.as_str() {
                "null" => None,
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                other => match other.parse::<i64>() {
                    Ok(number) => Some(Value::Int(number)),
                    Err(_) => Some(Value::Time(
                        directory::Time::parse(other)
                            .ok_or_else(|| self.wrong("expected a value; texts stand in single quotes"))?,
                    )),
                },
            },
            _ => return Err(self.wrong("expected a value")),
        };
        self.at += 1;
        Ok(value)
    }
}

/// An attribute of users that can be seen, by its name.
pub(crate) fn attribute_named(name: &str) -> Option<&'static AttributeDef> {
    USER.all_attributes().find(|a| a.name.eq_ignore_ascii_case(name) && a.read != directory::Read::Never)
}

fn field_named(record: &'static RecordDef, name: &str) -> Option<String> {
    record.all_fields().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.name.to_owned())
}

fn single(mut parts: Vec<Rule>, several: fn(Vec<Rule>) -> Rule) -> Rule {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            several(parts)
        }
        (None, _) => several(parts),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Id, Record};
    use schema::user::{DEPARTMENT, EMPLOYEE_ORG_DATA, OTHER_MAILS};
    use schema::{ACCOUNT_ENABLED, DISPLAY_NAME};

    use super::*;

    fn ada() -> Object {
        let division = Record::new().with("division", "North");
        Object::pack(
            Id::from_u128(1),
            USER.id(),
            1,
            &[
                (DISPLAY_NAME.id, "Ada O'Neil".into()),
                (DEPARTMENT.id, "Marketing".into()),
                (ACCOUNT_ENABLED.id, true.into()),
                (EMPLOYEE_ORG_DATA.id, division.into()),
                (OTHER_MAILS.id, ["a@xyz.example", "b@xyz.example"].into()),
            ],
        )
    }

    #[test]
    fn rules_mean_what_they_say_and_compare_letter_by_letter() {
        for (rule, expect) in [
            ("department eq 'Marketing'", true),
            ("(department eq 'Marketing')", true),
            ("department eq 'marketing'", false),
            ("Department eq 'Marketing'", true),
            ("department ne 'Sales'", true),
            ("department in ('Sales', 'Marketing')", true),
            ("department in ('Sales')", false),
            ("startsWith(department, 'Mark')", true),
            ("startsWith(department,'mark')", false),
            ("endsWith(department, 'ing') and contains(displayName, 'O''N')", true),
            ("displayName eq 'Ada O''Neil'", true),
            ("companyName eq null", true),
            ("companyName ne null", false),
            ("not (companyName eq null)", false),
            ("department eq null", false),
            ("accountEnabled eq true and department eq 'Marketing'", true),
            ("accountEnabled eq false or department eq 'Marketing'", true),
            ("department eq 'Sales' or department eq 'Marketing' and accountEnabled eq false", false),
            ("employeeOrgData/division eq 'North'", true),
            ("otherMails eq 'b@xyz.example'", true),
            ("otherMails eq 'c@xyz.example'", false),
        ] {
            assert_eq!(parse(rule).unwrap().matches(&ada()), expect, "{rule}");
        }
    }

    #[test]
    fn what_does_not_read_says_where() {
        let deep = format!("{}department eq 'a'{}", "(".repeat(40), ")".repeat(40));
        for (rule, at) in [
            ("", 0),
            ("department", 10),
            ("department eq", 13),
            ("department eq Marketing", 14),
            ("departement eq 'a'", 0),
            ("passwordVerifier eq 'a'", 0),
            ("department eq 'a", 14),
            ("(department eq 'a'", 18),
            ("department eq 'a' department", 18),
            ("department gt 'a'", 11),
            ("department/x eq 'a'", 0),
            ("startsWith(department 'a')", 22),
            (deep.as_str(), 33),
        ] {
            assert_eq!(parse(rule).unwrap_err().at, at, "{rule}");
        }
        assert!(parse(&"a".repeat(RULE_CHARS_MAX + 1)).is_err());
    }
}
