//! The items of the security bar, read from their file.

use toml::de::{DeTable, DeValue};

/// One demand of the bar.
pub(crate) struct Item {
    pub(crate) number: i64,
    /// What is demanded, and by whom.
    pub(crate) says: String,
    pub(crate) proofs: Vec<Proof>,
    /// Why there is nothing here that it could be demanded of.
    pub(crate) absent: Option<String>,
}

/// A test, and the check that it holds.
pub(crate) struct Proof {
    pub(crate) package: String,
    pub(crate) test: String,
    /// Where the test stands.
    pub(crate) test_file: String,
    /// Where the check stands.
    pub(crate) file: String,
    /// The check, as it stands there.
    pub(crate) check: String,
    /// What stands there without it.
    pub(crate) without: String,
}

pub(super) fn items(text: &str) -> Result<Vec<Item>, String> {
    let document = DeTable::parse(text).map_err(|why| why.to_string())?;
    tables(document.get_ref(), "item")?.into_iter().map(item).collect()
}

fn item(table: &DeTable<'_>) -> Result<Item, String> {
    let number = match table.get("number").map(|value| value.get_ref()) {
        Some(DeValue::Integer(number)) => number.as_str().parse().map_err(|_| "a `number` is too large")?,
        _ => return Err("an `item` has no `number`".into()),
    };
    let in_item = |why: String| format!("item {number}: {why}");
    let proofs: Result<Vec<Proof>, String> = tables(table, "proof").map_err(in_item)?.into_iter().map(proof).collect();
    let item = Item {
        number,
        says: text(table, "says").map_err(in_item)?,
        proofs: proofs.map_err(in_item)?,
        absent: text(table, "absent").ok(),
    };
    if item.proofs.is_empty() == item.absent.is_none() {
        return Err(in_item("has either a `proof` or the reason why it is `absent`".into()));
    }
    Ok(item)
}

fn proof(table: &DeTable<'_>) -> Result<Proof, String> {
    let test_file = text(table, "in")?;
    // A crate's folder is named like its package, but for the protocols, which stand a folder deeper.
    let package = test_file.trim_start_matches("protocols/").split('/').next().unwrap_or_default();
    let package = match (package, test_file.starts_with("protocols/agent/")) {
        ("agent", true) => "agent-protocol",
        ("agent", false) => "castellan-agent",
        (other, _) => other,
    };
    Ok(Proof {
        package: package.to_owned(),
        test: text(table, "test")?,
        file: text(table, "file").unwrap_or_else(|_| test_file.clone()),
        test_file,
        check: text(table, "check")?,
        without: text(table, "without")?,
    })
}

/// The tables of a list; none where there is no such list.
fn tables<'a>(table: &'a DeTable<'a>, name: &str) -> Result<Vec<&'a DeTable<'a>>, String> {
    let Some(list) = table.get(name) else { return Ok(Vec::new()) };
    let DeValue::Array(list) = list.get_ref() else { return Err(format!("`{name}` is no list of tables")) };
    let one = |value: &'a toml::Spanned<DeValue<'a>>| match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err(format!("`{name}` holds something that is no table")),
    };
    list.iter().map(one).collect()
}

fn text(table: &DeTable<'_>, name: &str) -> Result<String, String> {
    match table.get(name).map(|value| value.get_ref()) {
        Some(DeValue::String(text)) => Ok(text.to_string()),
        _ => Err(format!("`{name}` is missing")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn an_item_has_tests_or_the_reason_why_not() {
        let with = "[[item]]\nnumber = 3\nsays = 'a code lives a minute'\n[[item.proof]]\nin = 'protocols/oidc/src/a.rs'\n\
                    test = 't'\ncheck = 'x'\nwithout = 'y'\n";
        let items = items(with).unwrap();
        assert_eq!((items[0].number, items[0].proofs[0].package.as_str()), (3, "oidc"));
        assert_eq!(items[0].proofs[0].file, "protocols/oidc/src/a.rs");
        let neither = "[[item]]\nnumber = 3\nsays = 'a code lives a minute'\n";
        assert!(super::items(neither).is_err_and(|why| why.contains("item 3")));
        assert!(super::items(&format!("{neither}absent = 'there are no codes'\n")).is_ok());
    }
}
