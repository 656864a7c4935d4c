//! Filters of a report, as Intune's clients write them: conditions on columns, joined by `and`. Deliberately no more than that.

use super::reports::Report;

/// Conditions of one filter.
const CONDITIONS_MAX: usize = 10;

/// `(OwnerType eq 'company') and (OS eq 'Linux')`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(Vec<Condition>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    column: usize,
    is_equal: bool,
    value: String,
}

impl Filter {
    pub fn parse(text: &str, report: &Report) -> Result<Filter, String> {
        let mut conditions = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            if conditions.len() >= CONDITIONS_MAX {
                return Err(format!("a filter has at most {CONDITIONS_MAX} conditions"));
            }
            let is_bracketed = rest.starts_with('(');
            rest = rest.trim_start_matches('(').trim_start();
            let (name, after) = rest.split_once(' ').ok_or("a condition is `Column eq 'value'`")?;
            let column = report.column(name).ok_or_else(|| format!("the report has no column `{name}`"))?;
            let after = after.trim_start();
            let (operator, after) = after.split_once(' ').ok_or("a condition is `Column eq 'value'`")?;
            let is_equal = match operator {
                "eq" => true,
                "ne" => false,
                _ => return Err(format!("`{operator}` is not understood: use `eq` or `ne`")),
            };
            let (value, after) = quoted(after.trim_start()).ok_or("a value stands in single quotes")?;
            conditions.push(Condition { column, is_equal, value });
            rest = if is_bracketed { after.trim_start().trim_start_matches(')') } else { after }.trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix("and ").ok_or("conditions are joined by `and`")?.trim_start();
                if rest.is_empty() {
                    return Err("a condition is missing after `and`".to_owned());
                }
            }
        }
        Ok(Filter(conditions))
    }

    #[must_use]
    pub fn matches(&self, row: &[String]) -> bool {
        self.0.iter().all(|condition| {
            let is_same = row.get(condition.column).is_some_and(|text| text.eq_ignore_ascii_case(&condition.value));
            is_same == condition.is_equal
        })
    }
}

/// A text in single quotes, doubled inside, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_as_intune_writes_it() {
        let report = Report::named("Devices").unwrap();
        let row: Vec<String> = report.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        for (filter, expected) in [
            ("", true),
            ("OS eq 'os'", true),
            ("(OS eq 'OS')", true),
            ("(OS ne 'OS')", false),
            ("(OS eq 'OS') and (UPN eq 'other')", false),
            ("( OS eq 'OS' ) and ( UPN ne 'it''s' )", true),
            ("OS eq 'OS' and UPN eq 'UPN'", true),
        ] {
            assert_eq!(Filter::parse(filter, report).unwrap().matches(&row), expected, "{filter}");
        }
        for filter in [
            "OS",
            "OS eq",
            "OS eq OS",
            "OS eq 'OS",
            "OS eq 'a' and",
            "OS eq 'a' or OS eq 'b'",
            "Mood eq 'a'",
            "OS like 'a'",
        ] {
            assert!(Filter::parse(filter, report).is_err(), "{filter}");
        }
    }
}
