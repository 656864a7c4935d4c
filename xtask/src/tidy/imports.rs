//! Who may import whom: the table of DESIGN.md §3, held over what cargo says.
//!
//! Only what a crate is built from counts; what its tests use besides does not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What a crate may import of the house, and whether its guests are numbered.
struct Row {
    of: &'static str,
    may: May,
    guests: Guests,
}

enum May {
    /// These and no others.
    Only(&'static [&'static str]),
    /// All but these.
    AllBut(&'static [&'static str]),
}

enum Guests {
    /// Below the engine: these leaf crates and no others.
    Only(&'static [&'static str]),
    Argued,
}

const NOUNS: &[&str] = &["directory", "schema"];
/// What protocols stand on.
const UNDER_PROTOCOLS: &[&str] = &[
    "bearer",
    "directory",
    "schema",
    "identity",
    "signin",
    "access",
    "governance",
    "provisioning",
    "devices",
    "apps",
    "engine",
    "keys",
];
const UNDER_THE_AGENTS_PROTOCOL: &[&str] = &[
    "agent-wire",
    "bearer",
    "directory",
    "schema",
    "identity",
    "signin",
    "access",
    "governance",
    "provisioning",
    "devices",
    "apps",
    "engine",
    "keys",
];

const fn room(of: &'static str) -> Row {
    Row { of, may: May::Only(NOUNS), guests: Guests::Only(&[]) }
}

const fn protocol(of: &'static str) -> Row {
    Row { of, may: May::Only(UNDER_PROTOCOLS), guests: Guests::Argued }
}

const fn above(of: &'static str, may: May) -> Row {
    Row { of, may, guests: Guests::Argued }
}

static TABLE: &[Row] = &[
    Row { of: "directory", may: May::Only(&[]), guests: Guests::Only(&["imbl", "jiff", "regex", "uuid"]) },
    Row { of: "schema", may: May::Only(&["directory"]), guests: Guests::Only(&["toml"]) },
    room("identity"),
    // Graph writes the definitions of token policies as JSON inside a text.
    Row { of: "signin", may: May::Only(NOUNS), guests: Guests::Only(&["serde_json"]) },
    room("access"),
    room("governance"),
    room("provisioning"),
    // Rules of custom compliance are JSON in Base64, and only the room knows what they mean.
    Row { of: "devices", may: May::Only(NOUNS), guests: Guests::Only(&["base64", "serde_json"]) },
    room("apps"),
    above("store", May::Only(&["directory"])),
    above("engine", May::Only(&["directory", "store"])),
    above("keys", May::Only(&["directory"])),
    above("bearer", May::Only(&["directory", "schema", "signin", "engine", "keys"])),
    protocol("graph"),
    protocol("oidc"),
    protocol("ssf"),
    protocol("join"),
    protocol("linux-protocol"),
    above("agent-protocol", May::Only(UNDER_THE_AGENTS_PROTOCOL)),
    above("agent-wire", May::Only(&[])),
    above("castellan-agent", May::Only(&["agent-wire"])),
    above("cli", May::Only(&[])),
    above("sim", May::AllBut(&["server", "bench", "xtask"])),
    // The devices of a load are clients: they know the wires and the public API.
    above("fleet", May::Only(&["agent-wire", "cli"])),
    above("bench", May::AllBut(&["server", "sim", "xtask"])),
    above("server", May::AllBut(&["sim", "bench", "xtask"])),
    above("xtask", May::AllBut(&[])),
];

pub(super) fn check(root: &Path) -> Result<Vec<String>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .map_err(|why| format!("cannot ask cargo: {why}"))?;
    if !output.status.success() {
        return Err(format!("cannot ask cargo: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|why| format!("cargo's answer: {why}"))?;
    Ok(judge(&imports(&metadata)))
}

/// Every crate of the workspace with what it is built from.
fn imports(metadata: &Value) -> BTreeMap<String, Vec<String>> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let built_from = |package: &Value| {
        let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        dependencies.iter().filter(|d| d["kind"].as_str() != Some("dev")).map(&name).collect()
    };
    packages.iter().map(|package| (name(package), built_from(package))).collect()
}

fn judge(crates: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, imports) in crates {
        let Some(row) = TABLE.iter().find(|row| row.of == name) else {
            wrong.push(format!("{name}: say in xtask/src/tidy/imports.rs whom it may import"));
            continue;
        };
        for import in imports {
            let is_ours = crates.contains_key(import);
            let is_fine = match (&row.may, &row.guests) {
                (May::Only(may), _) if is_ours => may.contains(&import.as_str()),
                (May::AllBut(not), _) if is_ours => !not.contains(&import.as_str()),
                (_, Guests::Only(guests)) => guests.contains(&import.as_str()),
                (_, Guests::Argued) => true,
            };
            if !is_fine {
                wrong.push(format!("{name}: may not import {import}"));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(&str, &[&str])]) -> Vec<String> {
        let all = rows.iter().map(|(name, imports)| {
            ((*name).to_owned(), imports.iter().map(|import| (*import).to_owned()).collect::<Vec<_>>())
        });
        judge(&all.collect())
    }

    #[test]
    fn rooms_do_not_know_rooms_nor_protocols_the_store() {
        let fine: &[(&str, &[&str])] = &[
            ("directory", &["imbl"]),
            ("schema", &["directory"]),
            ("identity", &["directory", "schema"]),
            ("access", &["directory"]),
            ("store", &["directory", "rusqlite"]),
            ("graph", &["identity", "bytes"]),
            ("oidc", &[]),
        ];
        assert_eq!(of(fine), Vec::<String>::new());
        for (name, import) in [
            ("directory", "tokio"),
            ("identity", "access"),
            ("identity", "tokio"),
            ("access", "store"),
            ("graph", "oidc"),
            ("graph", "store"),
            ("store", "schema"),
            ("newcomer", "directory"),
        ] {
            let mut rows = fine.to_vec();
            rows.retain(|(known, _)| *known != name);
            let imports = [import];
            rows.push((name, &imports));
            assert_eq!(of(&rows).len(), 1, "{name} imports {import}");
        }
    }
}
