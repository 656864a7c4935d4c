//! Custom compliance: rules of the organisation's own over what a script of its own found out on the device.
//!
//! The device runs the script and says what it printed; every rule is judged here. The rules are the JSON that Intune
//! takes: names of settings are compared exactly, names of members ignoring case, because they are written by hand.
//!
//! Deliberately absent: how the script reaches the device, and who runs it as whom.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{Record, Time, Value};
use serde_json::Value as Json;

use super::checks::{Finished, Met, Seen};
use crate::facts::{Facts, Finding};
use crate::version;

/// The longest rules, as JSON: Intune's limit.
pub const RULES_BYTES_MAX: usize = 100 * 1024;
/// The most rules of a policy: Intune's limit.
pub const RULES_MAX: usize = 100;
/// The longest script: in Base64 it fills the longest text that an attribute may have.
pub const SCRIPT_BYTES_MAX: usize = 768 << 10;
/// The longest text that a script may print.
pub const OUTPUT_BYTES_MAX: usize = 64 << 10;
/// The most settings that a script may find.
const FOUND_MAX: usize = 200;
/// The longest name or value of one, in bytes.
const FOUND_BYTES_MAX: usize = 1_024;
/// The language in which every rule must say what to do.
const LANGUAGE: &str = "en_US";
/// What a rule's words hold where the value that was found belongs.
const ACTUAL: &str = "{ActualValue}";

const OPERATORS: [&str; 6] = ["IsEquals", "NotEquals", "GreaterThan", "GreaterEquals", "LessThan", "LessEquals"];
const TYPES: [&str; 6] = ["Boolean", "Int64", "Double", "String", "DateTime", "Version"];

/// Read the rules of a policy, as JSON or as the Base64 of JSON. The answer says what is wrong with them.
///
/// Each rule is a record: `setting`, `operator`, `dataType`, `operand` (as text), `moreInfoUrl`, and `strings`, records of
/// `language`, `title` and `description`.
pub fn rules(text: &str) -> Result<Vec<Record>, String> {
    let text = text.trim();
    let json = if text.starts_with('{') {
        text.as_bytes().to_vec()
    } else {
        STANDARD.decode(text).map_err(|_| "the rules are neither JSON nor the Base64 of JSON")?
    };
    rules_of_json(&json)
}

/// Read rules that are JSON.
pub fn rules_of_json(json: &[u8]) -> Result<Vec<Record>, String> {
    if json.len() > RULES_BYTES_MAX {
        return Err(format!("the rules are longer than {RULES_BYTES_MAX} bytes"));
    }
    // A byte order mark begins what Windows editors write.
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    let document: Json = serde_json::from_slice(json).map_err(|why| format!("the rules are not JSON: {why}"))?;
    let rules = member(&document, "Rules").and_then(Json::as_array).ok_or("the rules need `Rules`, a list")?;
    if rules.is_empty() || rules.len() > RULES_MAX {
        return Err(format!("there must be 1 to {RULES_MAX} rules"));
    }
    let rules: Vec<Record> = rules.iter().map(rule).collect::<Result<_, _>>()?;
    Ok(rules)
}

fn rule(rule: &Json) -> Result<Record, String> {
    let setting = text(rule, "SettingName").filter(|name| !name.is_empty()).ok_or("a rule needs `SettingName`")?;
    let wrong = |why: &str| format!("rule `{setting}`: {why}");
    let word = |name: &str, known: &'static [&'static str]| {
        let given = text(rule, name).ok_or_else(|| wrong(&format!("needs `{name}`")))?;
        let found = known.iter().find(|word| word.eq_ignore_ascii_case(given)).copied();
        found.ok_or_else(|| wrong(&format!("`{given}` is not known as `{name}`; use one of {}", known.join(", "))))
    };
    let (operator, data_type) = (word("Operator", &OPERATORS)?, word("DataType", &TYPES)?);
    if matches!(data_type, "Boolean" | "String") && !matches!(operator, "IsEquals" | "NotEquals") {
        return Err(wrong(&format!("`{operator}` does not compare a {data_type}; use IsEquals or NotEquals")));
    }
    let operand = member(rule, "Operand").and_then(scalar).ok_or_else(|| wrong("needs `Operand`"))?.1;
    if ordering(data_type, &operand, &operand).is_none() {
        return Err(wrong(&format!("`{operand}` is not of type {data_type}")));
    }
    let strings: Vec<Record> = member(rule, "RemediationStrings")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .map(|words| {
            let field = |name: &str| text(words, name).unwrap_or_default();
            Record::new()
                .with("language", field("Language"))
                .with("title", field("Title"))
                .with("description", field("Description"))
        })
        .collect();
    if !strings.iter().any(|words| is_language(words, LANGUAGE)) {
        return Err(wrong("needs `RemediationStrings` with the `Language` en_US"));
    }
    Ok(Record::new()
        .with("setting", setting)
        .with("operator", operator)
        .with("dataType", data_type)
        .with("operand", operand)
        .with_some("moreInfoUrl", text(rule, "MoreInfoUrl").filter(|url| !url.is_empty()))
        .with("strings", strings))
}

/// What a script printed, as the directory keeps it: a `customComplianceFact` of this policy.
#[must_use]
pub fn fact(policy: &str, printed: &str) -> Record {
    let fact = Record::new().with("policyId", policy);
    match found(printed) {
        Ok(found) => fact.with("found", found),
        Err(why) => fact.with("error", why),
    }
}

/// That a script did not tell anything, and why.
#[must_use]
pub fn failed(policy: &str, why: &str) -> Record {
    let why: String = why.chars().take(FOUND_BYTES_MAX / 4).collect();
    Record::new().with("policyId", policy).with("error", why)
}

fn found(printed: &str) -> Result<Vec<Record>, String> {
    if printed.len() > OUTPUT_BYTES_MAX {
        return Err(format!("the script printed more than {OUTPUT_BYTES_MAX} bytes"));
    }
    let json: Json = serde_json::from_str(printed.trim()).map_err(|_| "the script did not print one JSON object")?;
    let members = json.as_object().ok_or("the script did not print one JSON object")?;
    if members.len() > FOUND_MAX {
        return Err(format!("the script found more than {FOUND_MAX} settings"));
    }
    let mut found = Vec::new();
    for (setting, value) in members {
        let Some((sort, value)) = scalar(value) else { continue };
        if setting.len() > FOUND_BYTES_MAX || value.len() > FOUND_BYTES_MAX {
            return Err(format!("the script found a value longer than {FOUND_BYTES_MAX} bytes"));
        }
        found.push(Record::new().with("setting", setting.as_str()).with("type", sort).with("value", value));
    }
    Ok(found)
}

/// Hold one rule, a record of [`rules`] with the `policyId` it stands in, against what was found.
pub(super) fn judge(seen: &Seen<'_>, rule: &Value) -> Finished {
    let empty = Record::new();
    let rule = rule.as_record().unwrap_or(&empty);
    let text = |field: &str| rule.text(field).unwrap_or_default();
    let (setting, operator, data_type, operand) =
        (text("setting"), text("operator"), text("dataType"), text("operand"));
    let (met, actual) = match look(seen.facts, text("policyId"), setting) {
        Finding::NeverReported => (Met::NotYet, None),
        Finding::Unknown(why) => (Met::CannotTell(why), None),
        Finding::Known(value) => {
            let value = value.as_text().unwrap_or_default().to_owned();
            let met = match ordering(data_type, &value, operand) {
                Some(order) if holds(operator, order) => Met::Yes,
                Some(_) => Met::No,
                None => Met::CannotTell(format!("`{value}` is not of type {data_type}")),
            };
            (met, Some(value))
        }
    };
    let words = words(rule, seen.language);
    let fill = |field: &str| {
        let shown = actual.as_deref().unwrap_or("nothing");
        words.and_then(|words| words.text(field)).map(|text| text.replace(ACTUAL, shown))
    };
    Finished {
        met,
        expected: format!("{} {operand}", in_words(operator)),
        remediation: fill("description").filter(|text| !text.is_empty()).unwrap_or_default().into(),
        title: fill("title").filter(|text| !text.is_empty()),
        more_info_url: rule.text("moreInfoUrl").map(str::to_owned),
        actual,
    }
}

/// What the script of a policy found for a setting.
fn look(facts: &Facts, policy: &str, setting: &str) -> Finding {
    let Some(fact) = facts.record().records("customCompliance").find(|fact| fact.text("policyId") == Some(policy))
    else {
        return Finding::NeverReported;
    };
    if let Some(why) = fact.text("error") {
        return Finding::Unknown(why.to_owned());
    }
    // Names of settings count exactly.
    match fact.records("found").find(|found| found.text("setting") == Some(setting)) {
        Some(found) => Finding::Known(found.text("value").unwrap_or_default().into()),
        None => Finding::Unknown(format!("the script did not print `{setting}`")),
    }
}

/// How a found value compares to the operand, both as text; nothing where one of them is not of the type.
fn ordering(data_type: &str, found: &str, operand: &str) -> Option<Ordering> {
    fn pair<T>(found: &str, operand: &str, read: impl Fn(&str) -> Option<T>) -> Option<(T, T)> {
        Some((read(found.trim())?, read(operand.trim())?))
    }
    match data_type {
        "Boolean" => {
            pair(found, operand, |text| text.to_ascii_lowercase().parse::<bool>().ok()).map(|(a, b)| a.cmp(&b))
        }
        "Int64" => pair(found, operand, |text| text.parse::<i64>().ok()).map(|(a, b)| a.cmp(&b)),
        "Double" => pair(found, operand, |text| text.parse::<f64>().ok()).and_then(|(a, b)| a.partial_cmp(&b)),
        "DateTime" => pair(found, operand, Time::parse).map(|(a, b)| a.cmp(&b)),
        "Version" => {
            let is_version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()).then_some(());
            pair(found, operand, is_version).map(|_| version::compare(found.trim(), operand.trim()))
        }
        // Text has no order; more than equal and not is refused where rules are read.
        _ => Some(found.cmp(operand)),
    }
}

fn holds(operator: &str, order: Ordering) -> bool {
    match operator {
        "IsEquals" => order.is_eq(),
        "NotEquals" => order.is_ne(),
        "GreaterThan" => order.is_gt(),
        "GreaterEquals" => order.is_ge(),
        "LessThan" => order.is_lt(),
        "LessEquals" => order.is_le(),
        _ => false,
    }
}

fn in_words(operator: &str) -> &'static str {
    match operator {
        "IsEquals" => "equal to",
        "NotEquals" => "other than",
        "GreaterThan" => "more than",
        "GreaterEquals" => "at least",
        "LessThan" => "less than",
        _ => "at most",
    }
}

/// The words of a rule in the person's language, else in the one that every rule has.
fn words<'r>(rule: &'r Record, language: Option<&str>) -> Option<&'r Record> {
    let all = || rule.records("strings");
    let in_language = |language: &str| all().find(|words| is_language(words, language));
    let base = |language: &str| language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let related = |language: &str| {
        let wanted = base(language);
        all().find(|words| base(words.text("language").unwrap_or_default()) == wanted)
    };
    language.and_then(|language| in_language(language).or_else(|| related(language))).or_else(|| in_language(LANGUAGE))
}

/// `en_US` and `en-us` are the same.
fn is_language(words: &Record, language: &str) -> bool {
    let plain = |text: &str| text.replace('-', "_").to_ascii_lowercase();
    words.text("language").is_some_and(|own| plain(own) == plain(language))
}

/// A JSON value that is not put together of others, as its sort and its text.
fn scalar(value: &Json) -> Option<(&'static str, String)> {
    match value {
        Json::Bool(flag) => Some(("Boolean", flag.to_string())),
        Json::Number(number) if number.is_f64() => Some(("Double", number.to_string())),
        Json::Number(number) => Some(("Int64", number.to_string())),
        Json::String(text) => Some(("String", text.clone())),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn member<'a>(value: &'a Json, name: &str) -> Option<&'a Json> {
    value.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text<'a>(value: &'a Json, name: &str) -> Option<&'a str> {
    member(value, name)?.as_str()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Id, Object};
    use schema::managed_device::MANAGED_DEVICE;
    use serde_json::json;

    use super::*;

    fn one(data_type: &str, operator: &str, operand: Json) -> Json {
        json!({
            "SettingName": "Setting", "Operator": operator, "DataType": data_type, "Operand": operand,
            "MoreInfoUrl": "https://help.xyz.example",
            "RemediationStrings": [
                {"Language": "en_US", "Title": "Mind it", "Description": "It is {ActualValue}."},
                {"Language": "de_DE", "Title": "Achtung", "Description": "Es ist {ActualValue}."},
            ],
        })
    }

    fn read(rule: Json) -> Result<Vec<Record>, String> {
        rules(&json!({ "Rules": [rule] }).to_string())
    }

    fn judged(rule: Json, printed: &str, language: Option<&str>) -> Finished {
        let rule = read(rule).unwrap().remove(0).with("policyId", "p");
        let facts = Facts::new().known("customCompliance", vec![fact("p", printed)]);
        let managed = Object::pack(Id::nil(), MANAGED_DEVICE.id(), 1, &[]);
        judge(&Seen { managed: &managed, facts: &facts, language }, &rule.into())
    }

    #[test]
    fn every_operator_holds_every_type_against_its_operand() {
        let cases = [
            ("Boolean", "IsEquals", json!(true), json!(true), Met::Yes),
            ("Boolean", "IsEquals", json!("True"), json!(false), Met::No),
            ("Boolean", "NotEquals", json!(true), json!("FALSE"), Met::Yes),
            ("Int64", "GreaterThan", json!(5), json!(5), Met::No),
            ("Int64", "GreaterEquals", json!("5"), json!(5), Met::Yes),
            ("Int64", "LessThan", json!(5), json!(-7), Met::Yes),
            ("Int64", "NotEquals", json!(5), json!("6"), Met::Yes),
            ("Double", "LessEquals", json!(1.5), json!(1.5), Met::Yes),
            ("Double", "GreaterThan", json!(1.5), json!(2), Met::Yes),
            ("String", "IsEquals", json!("on"), json!("on"), Met::Yes),
            ("String", "IsEquals", json!("on"), json!("On"), Met::No),
            ("String", "NotEquals", json!("on"), json!("off"), Met::Yes),
            ("DateTime", "GreaterThan", json!("2026-01-01"), json!("2026-01-01T00:00:01Z"), Met::Yes),
            ("DateTime", "LessThan", json!("2026-01-01"), json!("2026-02-01"), Met::No),
            ("Version", "GreaterEquals", json!("2.10"), json!("2.9.9"), Met::No),
            ("Version", "IsEquals", json!("2.0"), json!("2"), Met::Yes),
        ];
        for (data_type, operator, operand, value, expected) in cases {
            let printed = json!({ "Setting": value }).to_string();
            let met = judged(one(data_type, operator, operand.clone()), &printed, None).met;
            assert_eq!(met, expected, "{data_type} {value} {operator} {operand}");
        }
    }

    #[test]
    fn what_a_script_did_not_tell_is_an_error_and_never_good() {
        let rule = || one("Int64", "LessEquals", json!(5));
        for (printed, why) in [
            ("", "the script did not print one JSON object"),
            ("[1]", "the script did not print one JSON object"),
            ("{\"setting\": 1}", "the script did not print `Setting`"),
            ("{\"Setting\": null}", "the script did not print `Setting`"),
            ("{\"Setting\": \"many\"}", "`many` is not of type Int64"),
        ] {
            assert_eq!(judged(rule(), printed, None).met, Met::CannotTell(why.into()), "{printed}");
        }
        let facts = Facts::new();
        let managed = Object::pack(Id::nil(), MANAGED_DEVICE.id(), 1, &[]);
        let rule = read(rule()).unwrap().remove(0).with("policyId", "p");
        let seen = Seen { managed: &managed, facts: &facts, language: None };
        assert_eq!(judge(&seen, &rule.into()).met, Met::NotYet);
    }

    #[test]
    fn a_rule_speaks_the_persons_language_and_says_what_was_found() {
        let printed = "{\"Setting\": 9}\n";
        for (language, title, text) in [
            (None, "Mind it", "It is 9."),
            (Some("de-AT"), "Achtung", "Es ist 9."),
            (Some("de_de"), "Achtung", "Es ist 9."),
            (Some("fr"), "Mind it", "It is 9."),
        ] {
            let told = judged(one("Int64", "LessEquals", json!(5)), printed, language);
            assert_eq!((told.title.as_deref(), told.remediation.as_ref()), (Some(title), text), "{language:?}");
            assert_eq!((told.expected.as_str(), told.actual.as_deref()), ("at most 5", Some("9")));
            assert_eq!(told.more_info_url.as_deref(), Some("https://help.xyz.example"));
        }
    }

    #[test]
    fn rules_that_cannot_be_carried_out_are_refused_with_the_reason() {
        let without = |name: &str| {
            let mut rule = one("Int64", "IsEquals", json!(1));
            rule.as_object_mut().unwrap().remove(name);
            rule
        };
        let cases = [
            (without("SettingName"), "a rule needs `SettingName`"),
            (without("Operand"), "rule `Setting`: needs `Operand`"),
            (without("DataType"), "rule `Setting`: needs `DataType`"),
            (without("RemediationStrings"), "rule `Setting`: needs `RemediationStrings` with the `Language` en_US"),
            (one("Int64", "Near", json!(1)), "rule `Setting`: `Near` is not known as `Operator`; use one of IsEquals"),
            (one("Int64", "IsEquals", json!("x")), "rule `Setting`: `x` is not of type Int64"),
            (one("String", "LessThan", json!("x")), "rule `Setting`: `LessThan` does not compare a String"),
        ];
        for (rule, why) in cases {
            let refused = read(rule).unwrap_err();
            assert!(refused.starts_with(why), "{refused}");
        }
        let many: Vec<Json> = (0..=RULES_MAX).map(|_| one("Int64", "IsEquals", json!(1))).collect();
        assert!(rules(&json!({ "Rules": many }).to_string()).unwrap_err().contains("1 to 100 rules"));
        assert!(rules("%%%").unwrap_err().contains("neither JSON nor the Base64"));
        assert!(rules(&STANDARD.encode("{\"rules\": []}")).unwrap_err().contains("1 to 100 rules"));
    }
}
