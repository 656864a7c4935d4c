//! An HR file: comma-separated, one person a row, column names in the first row. Bad rows are named with line, column and
//! reason; the good ones go on.

use std::io::Read;

use serde_json::{Map, Value, json};

/// The largest number of rows in one file.
pub const ROWS_MAX: usize = 1_000_000;

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 512 << 20;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Hire and leave dates, which SCIM's own schemas lack.
const EMPLOYMENT: &str = "urn:ietf:params:scim:schemas:extension:castellan:1.0:User";

/// The columns that are understood, and how each is checked.
const COLUMNS: &[(&str, Check)] = &[
    ("employeeId", Check::Required),
    ("givenName", Check::Text),
    ("familyName", Check::Text),
    ("displayName", Check::Text),
    ("userName", Check::Text),
    ("title", Check::Text),
    ("department", Check::Text),
    ("company", Check::Text),
    ("managerId", Check::Text),
    ("country", Check::Country),
    ("city", Check::Text),
    ("mobile", Check::Text),
    ("email", Check::Mail),
    ("hireDate", Check::Date),
    ("leaveDate", Check::Date),
    ("active", Check::Bool),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    Required,
    Text,
    Country,
    Mail,
    Date,
    Bool,
}

/// One person's row, as the SCIM user it becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct HrRow {
    pub line: u64,
    pub employee_id: String,
    pub user: Value,
}

/// A row, or a field of it, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    pub line: u64,
    pub column: String,
    pub reason: String,
}

/// Read a file into rows and complaints. An error is about the file as a whole.
pub fn read_rows(file: impl Read) -> Result<(Vec<HrRow>, Vec<BadRow>), String> {
    let text = with_plain_line_ends(file)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_slice());
    let header = reader.headers().map_err(|e| format!("the first row cannot be read: {e}"))?.clone();
    let names: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
    let unknown: Vec<&str> =
        names.iter().copied().filter(|name| !COLUMNS.iter().any(|(known, _)| known == name)).collect();
    if !unknown.is_empty() || !names.contains(&"employeeId") {
        let known: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "the first row must name columns out of {}; `employeeId` is needed{}",
            known.join(", "),
            if unknown.is_empty() { String::new() } else { format!("; not known: {}", unknown.join(", ")) }
        ));
    }
    let (mut rows, mut bad, mut seen) = (Vec::new(), Vec::new(), std::collections::HashMap::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                bad.push(BadRow { line, column: String::new(), reason: "the row is not valid CSV in UTF-8".into() });
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if rows.len() >= ROWS_MAX {
            return Err(format!("the file has more than {ROWS_MAX} rows; split it"));
        }
        match read_row(line, &names, &record) {
            Err(complaint) => bad.push(complaint),
            Ok(row) => match seen.insert(row.employee_id.clone(), line) {
                None => rows.push(row),
                Some(first) => bad.push(BadRow {
                    line,
                    column: "employeeId".into(),
                    reason: format!("`{}` stands on line {first} already", row.employee_id),
                }),
            },
        }
    }
    Ok((rows, bad))
}

/// The file with `\n` for `\r\n`: between the two, the reader of CSV counts a line less.
fn with_plain_line_ends(file: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| format!("the file cannot be read: {e}"))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("the file has more than {FILE_BYTES_MAX} bytes; split it"));
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\r' || rest.peek() != Some(&b'\n') {
            plain.push(byte);
        }
    }
    Ok(plain)
}

fn read_row(line: u64, names: &[&str], record: &csv::StringRecord) -> Result<HrRow, BadRow> {
    let complain = |column: &str, reason: String| BadRow { line, column: column.to_owned(), reason };
    if record.len() != names.len() {
        let reason = format!("the row has {} fields where the first row has {}", record.len(), names.len());
        return Err(complain("", reason));
    }
    for (name, text) in names.iter().zip(record.iter()) {
        let check = COLUMNS.iter().find(|(known, _)| known == name).map_or(Check::Text, |(_, check)| *check);
        if let Some(reason) = complaint(check, text) {
            return Err(complain(name, reason));
        }
    }
    let field = |wanted: &str| {
        let at = names.iter().position(|name| *name == wanted)?;
        record.get(at).filter(|text| !text.is_empty())
    };
    Ok(HrRow { line, employee_id: field("employeeId").unwrap_or_default().to_owned(), user: scim(&field) })
}

fn complaint(check: Check, text: &str) -> Option<String> {
    if text.is_empty() {
        return (check == Check::Required).then(|| "a value is needed".to_owned());
    }
    let is_good = match check {
        Check::Required | Check::Text => text.len() <= 256,
        Check::Country => text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()),
        Check::Mail => text.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.')),
        Check::Date => is_date(text),
        Check::Bool => ["true", "false"].contains(&text.to_ascii_lowercase().as_str()),
    };
    let wanted = match check {
        Check::Required | Check::Text => "a text of at most 256 bytes",
        Check::Country => "a country of two letters (ISO 3166-1)",
        Check::Mail => "a mail address",
        Check::Date => "a date like 2026-11-21",
        Check::Bool => "`true` or `false`",
    };
    (!is_good).then(|| format!("`{text}` is not {wanted}"))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        1..=12 => 31,
        _ => return false,
    };
    (1900..=2200).contains(&year) && (1..=days).contains(&day)
}

/// The SCIM user of a row (RFC 7643); empty fields are left out, so that they are not touched.
fn scim<'a>(field: &dyn Fn(&str) -> Option<&'a str>) -> Value {
    let mut user = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            user.insert(name.to_owned(), value);
        }
    };
    let text = |name: &str| field(name).map(|t| json!(t));
    put("schemas", Some(json!([CORE, ENTERPRISE, EMPLOYMENT])));
    put("externalId", text("employeeId"));
    put("userName", text("userName"));
    put("displayName", text("displayName"));
    put("title", text("title"));
    put("active", field("active").map(|t| json!(t.eq_ignore_ascii_case("true"))));
    let name = object([("givenName", text("givenName")), ("familyName", text("familyName"))]);
    put("name", name);
    put("emails", field("email").map(|mail| json!([{ "type": "work", "value": mail, "primary": true }])));
    put("phoneNumbers", field("mobile").map(|phone| json!([{ "type": "mobile", "value": phone }])));
    let address = object([("type", Some(json!("work"))), ("country", text("country")), ("locality", text("city"))]);
    put("addresses", address.filter(|a| a.as_object().is_some_and(|a| a.len() > 1)).map(|address| json!([address])));
    let manager = field("managerId").map(|id| json!({ "value": id }));
    let enterprise = [
        ("employeeNumber", text("employeeId")),
        ("department", text("department")),
        ("organization", text("company")),
        ("manager", manager),
    ];
    put(ENTERPRISE, object(enterprise));
    put(EMPLOYMENT, object([("hireDate", text("hireDate")), ("leaveDate", text("leaveDate"))]));
    Value::Object(user)
}

fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Option<Value> {
    let map: Map<String, Value> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    (!map.is_empty()).then_some(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_are_named_and_good_ones_go_on() {
        let file = "employeeId,givenName,hireDate,country,active\n\
                    1,Amir,2026-11-01,NL,true\n\
                    ,Nobody,2026-11-01,NL,true\n\
                    3,Fatima,2026-02-30,NL,true\n\
                    4,Lee,2026-11-01,Netherlands,true\n\
                    1,Again,,,\n\
                    5,Short\n\
                    6,Kim,,,FALSE\n";
        let (rows, bad) = read_rows(file.as_bytes()).expect("the file is CSV");
        assert_eq!(rows.iter().map(|row| row.employee_id.as_str()).collect::<Vec<_>>(), ["1", "6"]);
        let complaints: Vec<_> = bad.iter().map(|b| (b.line, b.column.as_str())).collect();
        let expected = [(3, "employeeId"), (4, "hireDate"), (5, "country"), (6, "employeeId"), (7, "")];
        assert_eq!(complaints, expected);
        assert!(bad.iter().any(|b| b.reason == "`2026-02-30` is not a date like 2026-11-21"));
        let amir = &rows.first().expect("two rows were read").user;
        assert_eq!(amir.pointer("/name/givenName"), Some(&json!("Amir")));
        assert_eq!(amir.get(EMPLOYMENT), Some(&json!({ "hireDate": "2026-11-01" })));
    }

    #[test]
    fn lines_are_counted_alike_whatever_ends_them() {
        for end in ["\n", "\r\n"] {
            let file = ["employeeId,active", "1,true", "2,perhaps", "3,false", ""].join(end);
            let (rows, bad) = read_rows(file.as_bytes()).expect("the file is CSV");
            assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4], "{end:?}");
            assert_eq!(bad.first().map(|row| row.line), Some(3), "{end:?}");
        }
    }

    #[test]
    fn a_file_without_known_columns_is_refused_as_a_whole() {
        let refused = read_rows("name,salary\nx,1\n".as_bytes()).expect_err("there is no employeeId");
        assert!(refused.contains("`employeeId` is needed; not known: name, salary"), "{refused}");
    }
}
