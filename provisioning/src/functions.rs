//! What the expressions of attribute mappings come to: every function, as Microsoft documents it, on values of one record.
//!
//! Deliberately absent: chance (`RandomString`, `Guid`), and `Replace` with a regular expression, which is refused.

use directory::Time;

use crate::expression::{Comparison, Expression};
use crate::text::{plain, proper_case};

/// A value on its way from a record to a user. Nothing is a value too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Val {
    Nothing,
    Text(String),
    Bool(bool),
    Number(i64),
    Time(Time),
    List(Vec<Val>),
}

/// A function: its name, how many arguments it takes, what it does.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
    evaluate: fn(&Context<'_>, &[Expression]) -> Result<Val, String>,
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// What an expression is evaluated against.
pub(crate) struct Context<'a> {
    pub(crate) attribute: &'a dyn Fn(&str) -> Val,
    pub(crate) default_domain: &'a str,
    pub(crate) at: Time,
    /// Whether a value is still to be had by the user that is being made: for `SelectUniqueValue`.
    pub(crate) is_free: &'a dyn Fn(&str) -> bool,
}

/// How long a value may become.
const TEXT_CHARS_MAX: usize = 16_384;
const DAY: i64 = 86_400;

const fn function(
    name: &'static str,
    least: usize,
    most: usize,
    evaluate: fn(&Context<'_>, &[Expression]) -> Result<Val, String>,
) -> Function {
    Function { name, least, most, evaluate }
}

const MANY: usize = usize::MAX;

const FUNCTIONS: &[Function] = &[
    function("Append", 2, 2, |c, a| Ok(Val::Text(c.text(a, 0)? + &c.text(a, 1)?))),
    function("CBool", 1, 1, |c, a| Ok(Val::Bool(truth(&c.value(a, 0)?)))),
    function("CDate", 1, 1, |c, a| c.time(a, 0).map(Val::Time)),
    function("CStr", 1, 1, |c, a| c.value(a, 0).map(|v| v.print().map_or(Val::Nothing, Val::Text))),
    function("Coalesce", 1, MANY, coalesce),
    function("Count", 1, 1, |c, a| Ok(Val::Number(c.value(a, 0)?.items().len() as i64))),
    function("DateAdd", 3, 3, |c, a| {
        Ok(Val::Time(Time(
            c.time(a, 2)?.0.saturating_add(c.interval(a)?.saturating_mul(c.number(a, 1)?).saturating_mul(1_000_000)),
        )))
    }),
    function("DateDiff", 3, 3, |c, a| Ok(Val::Number((c.time(a, 2)?.unix() - c.time(a, 1)?.unix()) / c.interval(a)?))),
    function("DefaultDomain", 0, 0, |c, _| Ok(Val::Text(c.default_domain.to_owned()))),
    function("IIF", 3, 3, |c, a| c.value(a, if truth(&c.value(a, 0)?) { 1 } else { 2 })),
    function("IgnoreFlowIfNullOrEmpty", 1, 1, |c, a| {
        c.value(a, 0).map(|v| if v.is_empty() { Val::Nothing } else { v })
    }),
    function("InStr", 2, 4, in_str),
    function("IsNull", 1, 1, |c, a| Ok(Val::Bool(c.value(a, 0)? == Val::Nothing))),
    function("IsNullOrEmpty", 1, 1, |c, a| Ok(Val::Bool(c.value(a, 0)?.is_empty()))),
    function("IsPresent", 1, 1, |c, a| Ok(Val::Bool(!c.value(a, 0)?.is_empty()))),
    function("IsString", 1, 1, |c, a| Ok(Val::Bool(matches!(c.value(a, 0)?, Val::Text(_))))),
    function("Item", 2, 2, |c, a| Ok(nth(c.value(a, 0)?.items(), c.number(a, 1)?))),
    function("Join", 2, MANY, join),
    function("Left", 2, 2, |c, a| c.mapped(a, |text| Ok(text.chars().take(length(c.number(a, 1)?)?).collect()))),
    function("Mid", 3, 3, |c, a| {
        c.mapped(a, |text| Ok(text.chars().skip(position(c.number(a, 1)?)?).take(length(c.number(a, 2)?)?).collect()))
    }),
    function("NormalizeDiacritics", 1, 1, |c, a| c.mapped(a, |text| Ok(plain(&text)))),
    function("Not", 1, 1, |c, a| Ok(Val::Bool(!truth(&c.value(a, 0)?)))),
    function("Now", 0, 0, |c, _| Ok(Val::Time(c.at))),
    function("PCase", 1, 2, |c, a| c.mapped(a, |text| Ok(proper_case(&text)))),
    function("RemoveDuplicates", 1, 1, |c, a| Ok(Val::List(distinct(c.value(a, 0)?.items())))),
    function("Replace", 2, 7, replace),
    function("SelectUniqueValue", 2, MANY, select_unique),
    function("Split", 2, 2, split),
    function("StripSpaces", 1, 1, |c, a| c.mapped(a, |text| Ok(text.replace(char::is_whitespace, "")))),
    function("Switch", 3, MANY, switch),
    function("ToLower", 1, 2, |c, a| c.mapped(a, |text| Ok(text.to_lowercase()))),
    function("ToUpper", 1, 2, |c, a| c.mapped(a, |text| Ok(text.to_uppercase()))),
    function("Trim", 1, 1, |c, a| c.mapped(a, |text| Ok(text.trim().to_owned()))),
    function("Word", 3, 3, word),
];

/// The function of this name.
pub(crate) fn named(name: &str) -> Option<Function> {
    FUNCTIONS.iter().copied().find(|function| function.name == name)
}

impl Val {
    pub(crate) fn text(text: impl Into<String>) -> Val {
        Val::Text(text.into())
    }

    /// As text; nothing has none. Truth prints as it is compared: `True`.
    pub(crate) fn print(&self) -> Option<String> {
        match self {
            Val::Nothing => None,
            Val::Text(text) => Some(text.clone()),
            Val::Bool(b) => Some(if *b { "True" } else { "False" }.to_owned()),
            Val::Number(n) => Some(n.to_string()),
            Val::Time(time) => Some(time.to_string()),
            Val::List(items) => Some(items.iter().filter_map(Val::print).collect::<Vec<_>>().join(",")),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Val::Nothing => true,
            Val::Text(text) => text.is_empty(),
            Val::List(items) => items.is_empty(),
            Val::Bool(_) | Val::Number(_) | Val::Time(_) => false,
        }
    }

    pub(crate) fn items(self) -> Vec<Val> {
        match self {
            Val::Nothing => Vec::new(),
            Val::List(items) => items,
            single => vec![single],
        }
    }
}

impl Context<'_> {
    pub(crate) fn evaluate(&self, expression: &Expression) -> Result<Val, String> {
        let value = match expression {
            Expression::Attribute(name) => (self.attribute)(name),
            Expression::Text(text) => Val::text(text),
            Expression::Number(number) => Val::Number(*number),
            Expression::Nothing => Val::Nothing,
            Expression::Call(function, arguments) => {
                (function.evaluate)(self, arguments).map_err(|why| format!("{}: {why}", function.name))?
            }
            Expression::Compare(left, comparison, right) => {
                Val::Bool(compare(&self.evaluate(left)?, *comparison, &self.evaluate(right)?))
            }
        };
        match &value {
            Val::Text(text) if text.chars().count() > TEXT_CHARS_MAX => {
                Err(format!("the value has more than {TEXT_CHARS_MAX} characters"))
            }
            _ => Ok(value),
        }
    }

    fn value(&self, arguments: &[Expression], at: usize) -> Result<Val, String> {
        arguments.get(at).map_or(Ok(Val::Nothing), |argument| self.evaluate(argument))
    }

    /// An argument as text; nothing is empty.
    fn text(&self, arguments: &[Expression], at: usize) -> Result<String, String> {
        Ok(self.value(arguments, at)?.print().unwrap_or_default())
    }

    fn number(&self, arguments: &[Expression], at: usize) -> Result<i64, String> {
        match self.value(arguments, at)? {
            Val::Number(number) => Ok(number),
            other => {
                let text = other.print().unwrap_or_default();
                text.trim().parse().map_err(|_| format!("`{text}` is not a whole number"))
            }
        }
    }

    fn time(&self, arguments: &[Expression], at: usize) -> Result<Time, String> {
        match self.value(arguments, at)? {
            Val::Time(time) => Ok(time),
            other => {
                let text = other.print().unwrap_or_default();
                Time::parse(&text).ok_or_else(|| format!("`{text}` is not a date"))
            }
        }
    }

    /// The seconds of the interval that the first argument names.
    fn interval(&self, arguments: &[Expression]) -> Result<i64, String> {
        match self.text(arguments, 0)?.as_str() {
            "ww" => Ok(7 * DAY),
            "d" => Ok(DAY),
            "h" => Ok(3_600),
            "n" => Ok(60),
            "s" => Ok(1),
            other => Err(format!("`{other}` is not an interval: ww, d, h, n or s")),
        }
    }

    /// A function of one text; of nothing it is nothing.
    fn mapped(&self, arguments: &[Expression], map: impl Fn(String) -> Result<String, String>) -> Result<Val, String> {
        match self.value(arguments, 0)?.print() {
            Some(text) => map(text).map(Val::Text),
            None => Ok(Val::Nothing),
        }
    }
}

fn coalesce(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    for argument in arguments {
        let value = context.evaluate(argument)?;
        if !value.is_empty() {
            return Ok(value);
        }
    }
    Ok(Val::Nothing)
}

/// Parts that are missing or empty are left out, and so is what would have stood between them.
fn join(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    let separator = context.text(arguments, 0)?;
    let mut parts = Vec::new();
    for argument in arguments.iter().skip(1) {
        parts.extend(context.evaluate(argument)?.items());
    }
    let parts: Vec<String> = parts.iter().filter_map(Val::print).filter(|part| !part.is_empty()).collect();
    Ok(if parts.is_empty() { Val::Nothing } else { Val::Text(parts.join(&separator)) })
}

fn split(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    let separator = context.text(arguments, 1)?;
    let Some(text) = context.value(arguments, 0)?.print() else { return Ok(Val::Nothing) };
    if separator.is_empty() {
        return Err("the separator is empty".to_owned());
    }
    Ok(Val::List(text.split(&separator).map(Val::text).collect()))
}

fn in_str(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    let (text, wanted) = (context.text(arguments, 0)?, context.text(arguments, 1)?);
    let start = match context.value(arguments, 2)? {
        Val::Nothing => 0,
        _ => position(context.number(arguments, 2)?)?,
    };
    let rest: String = text.chars().skip(start).collect();
    let found = rest.find(&wanted).map(|at| rest.get(..at).unwrap_or_default().chars().count() + start + 1);
    Ok(Val::Number(found.unwrap_or(0) as i64))
}

/// `Replace(source, oldValue, regexPattern, regexGroupName, replacementValue, replacementAttributeName, template)`.
fn replace(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    if !context.value(arguments, 2)?.is_empty() || !context.value(arguments, 3)?.is_empty() {
        return Err("a regular expression cannot be used here".to_owned());
    }
    let Some(source) = context.value(arguments, 0)?.print() else { return Ok(Val::Nothing) };
    let old = context.text(arguments, 1)?;
    if old.is_empty() {
        return Ok(Val::Text(source));
    }
    let new = match (context.value(arguments, 4)?, context.value(arguments, 5)?) {
        (Val::Nothing, attribute) => attribute,
        (value, _) => value,
    };
    let template = context.value(arguments, 6)?;
    Ok(Val::Text(match (new.print(), template.print()) {
        (Some(new), _) => source.replace(&old, &new),
        (None, Some(template)) => template.replace(&old, &source),
        (None, None) => source.replace(&old, ""),
    }))
}

/// `Switch(source, default, key1, value1, …)`: keys are compared with case.
fn switch(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    let source = context.text(arguments, 0)?;
    let pairs = arguments.get(2..).unwrap_or_default();
    if !pairs.len().is_multiple_of(2) {
        return Err("every key has a value".to_owned());
    }
    for pair in pairs.chunks_exact(2) {
        if context.text(pair, 0)? == source {
            return context.value(pair, 1);
        }
    }
    context.value(arguments, 1)
}

/// The first value that nobody has yet.
fn select_unique(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    for argument in arguments {
        if let Some(text) = context.evaluate(argument)?.print().filter(|text| !text.is_empty())
            && (context.is_free)(&text)
        {
            return Ok(Val::Text(text));
        }
    }
    Err("every value is taken already".to_owned())
}

/// The nth word of a text, split at any of the delimiters; nothing where there are not so many.
fn word(context: &Context<'_>, arguments: &[Expression]) -> Result<Val, String> {
    let (text, delimiters) = (context.text(arguments, 0)?, context.text(arguments, 2)?);
    let words = text.split(|c| delimiters.contains(c)).filter(|word| !word.is_empty()).map(Val::text).collect();
    Ok(nth(words, context.number(arguments, 1)?))
}

/// The nth item, counted from 1.
fn nth(items: Vec<Val>, n: i64) -> Val {
    let at = usize::try_from(n).ok().and_then(|n| n.checked_sub(1));
    at.and_then(|at| items.into_iter().nth(at)).unwrap_or(Val::Nothing)
}

fn distinct(items: Vec<Val>) -> Vec<Val> {
    let mut kept: Vec<Val> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// A position counted from 1, as the number of characters before it.
fn position(number: i64) -> Result<usize, String> {
    usize::try_from(number)
        .ok()
        .and_then(|n| n.checked_sub(1))
        .ok_or_else(|| format!("`{number}` is not a position: they count from 1"))
}

fn length(number: i64) -> Result<usize, String> {
    usize::try_from(number).map_err(|_| format!("`{number}` is not a length"))
}

fn truth(value: &Val) -> bool {
    value.print().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Numbers and times are compared as such where both sides are; everything else as text.
fn compare(left: &Val, comparison: Comparison, right: &Val) -> bool {
    let number = |value: &Val| match value {
        Val::Number(number) => Some(*number),
        Val::Time(time) => Some(time.0),
        Val::Text(text) => text.trim().parse().ok(),
        Val::Nothing | Val::Bool(_) | Val::List(_) => None,
    };
    let order = match (number(left), number(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left.print().unwrap_or_default().cmp(&right.print().unwrap_or_default()),
    };
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn evaluate(text: &str) -> Result<String, String> {
        let attribute = |name: &str| match name {
            "given" => Val::text("Zoë Ann"),
            "family" => Val::text("Müller-Łuk ß"),
            "title" => Val::text("Sales Manager"),
            "empty" => Val::text(""),
            "active" => Val::Bool(true),
            "hired" => Val::text("2026-12-01"),
            "list" => Val::List(vec![Val::text("a"), Val::text("b"), Val::text("a")]),
            _ => Val::Nothing,
        };
        let context = Context {
            attribute: &attribute,
            default_domain: "xyz.example",
            at: Time::parse("2026-11-21T12:00:00Z").unwrap(),
            is_free: &|name| name != "taken",
        };
        let expression = Expression::parse(text).map_err(|error| error.to_string())?;
        context.evaluate(&expression).map(|value| value.print().unwrap_or_else(|| "(nothing)".to_owned()))
    }

    #[test]
    fn functions_come_to_what_is_documented() {
        let rows = [
            ("[given]", "Zoë Ann"),
            ("[missing]", "(nothing)"),
            ("\"a\\\"b\\\\c\"", "a\"b\\c"),
            ("Append([title], \"!\")", "Sales Manager!"),
            ("Append([missing], \"x\")", "x"),
            ("CBool(\"True\")", "True"),
            ("CDate([hired])", "2026-12-01T00:00:00Z"),
            ("CStr([active])", "True"),
            ("CStr([missing])", "(nothing)"),
            ("Coalesce([missing], [empty], [title])", "Sales Manager"),
            ("Coalesce([missing])", "(nothing)"),
            ("Count([list])", "3"),
            ("DateAdd(\"d\", -5, CDate([hired]))", "2026-11-26T00:00:00Z"),
            ("DateDiff(\"d\", Now(), CDate([hired]))", "9"),
            ("DateDiff(\"d\", CDate([hired]), Now())", "-9"),
            ("DefaultDomain()", "xyz.example"),
            ("IIF([title] = \"Sales Manager\", \"y\", \"n\")", "y"),
            ("IIF([title]=\"sales manager\",\"y\",\"n\")", "n"),
            ("IIF([active], \"y\", \"n\")", "y"),
            ("IIF([missing] <> \"x\", \"y\", )", "y"),
            ("IIF(DateDiff(\"d\", Now(), CDate([hired])) > 5, \"False\", \"True\")", "False"),
            ("IIF(IsPresent([empty]), \"y\", )", "(nothing)"),
            ("InStr([title], \"Man\")", "7"),
            ("InStr([title], \"x\")", "0"),
            ("IsNull([empty])", "False"),
            ("IsNullOrEmpty([empty])", "True"),
            ("IsString([active])", "False"),
            ("Item(Split(\"a,b,c\", \",\"), 2)", "b"),
            ("Item(Split(\"a,b,c\", \",\"), 9)", "(nothing)"),
            ("Item([list], 0)", "(nothing)"),
            ("Join(\"-\", [missing], \"a\", [empty], \"b\")", "a-b"),
            ("Join(\"-\", [missing], [empty])", "(nothing)"),
            ("Left(\"Zoë\", 2)", "Zo"),
            ("Left(\"Zoë\", 9)", "Zoë"),
            ("Mid(\"abcdef\", 3, 2)", "cd"),
            ("Mid(\"ab\", 3, 1)", ""),
            ("NormalizeDiacritics([family])", "Muller-Luk ss"),
            ("Not([active])", "False"),
            ("PCase(\"anna-lena o'hara\")", "Anna-Lena O'Hara"),
            ("RemoveDuplicates([list])", "a,b"),
            ("Replace([title], \"Manager\", , , \"Lead\", , )", "Sales Lead"),
            ("Replace(\"ann\", \"{}\", , , , , \"Dear {}\")", "Dear ann"),
            ("SelectUniqueValue(\"taken\", \"free\")", "free"),
            ("StripSpaces([title])", "SalesManager"),
            ("Switch([title], \"none\", \"x\", \"1\", \"Sales Manager\", \"2\")", "2"),
            ("Switch([title], \"none\", \"sales manager\", \"2\")", "none"),
            ("Switch([missing], \"none\", \"x\", \"1\")", "none"),
            ("ToLower([title])", "sales manager"),
            ("ToUpper([given])", "ZOË ANN"),
            ("Trim(\"  a \")", "a"),
            ("Word(\"one two,three\", 3, \" ,\")", "three"),
            ("ToLower(NormalizeDiacritics(StripSpaces(Join(\".\", [given], [family]))))", "zoeann.muller-lukss"),
        ];
        for (text, expected) in rows {
            assert_eq!(evaluate(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_evaluated_says_why() {
        let deep = format!("{}[a]{}", "Not(".repeat(40), ")".repeat(40));
        let rows = [
            ("", "at character 0: expected [attribute]"),
            ("userName", "at character 0: `userName` is not a function"),
            ("tolower([a])", "at character 0: `tolower` is not a function"),
            ("ToLower", "expected `(`"),
            ("ToLower([a]", "expected `,` or `)`, found the end"),
            ("ToLower([a])) ", "expected the end, found `)`"),
            ("[a", "this [ is never closed"),
            ("\"a", "this \" is never closed"),
            ("Left([a])", "`Left` takes 2 arguments, not 1"),
            ("Join([a])", "`Join` takes 2 or more arguments, not 1"),
            ("IIF([a], 1)", "`IIF` takes 3 arguments"),
            (deep.as_str(), "calls nest at most"),
            ("Left([given], \"x\")", "Left: `x` is not a whole number"),
            ("Left([given], -1)", "Left: `-1` is not a length"),
            ("Mid([given], 0, 1)", "Mid: `0` is not a position"),
            ("CDate(\"soon\")", "CDate: `soon` is not a date"),
            ("DateDiff(\"q\", Now(), Now())", "DateDiff: `q` is not an interval"),
            ("Split([given], \"\")", "Split: the separator is empty"),
            ("Switch([given], \"a\", \"b\", \"c\", \"d\")", "Switch: every key has a value"),
            ("SelectUniqueValue(\"taken\", [missing])", "SelectUniqueValue: every value is taken already"),
            ("Replace([given], , \"[a-z]\", , \"x\", , )", "Replace: a regular expression"),
        ];
        for (text, expected) in rows {
            let error = evaluate(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn no_cut_or_altered_expression_panics() {
        let text = "IIF(InStr([emails[type eq \"work\"].value], \"@\") >= 1, Left(\"a\\\"é\", -2), )";
        for (at, _) in text.char_indices() {
            let _ = evaluate(text.get(..at).unwrap());
            for c in ['"', '(', ')', '[', ']', ',', '\\', '\u{1F600}', '9'] {
                let mut altered = text.to_owned();
                altered.insert(at, c);
                let _ = evaluate(&altered);
            }
        }
    }
}
