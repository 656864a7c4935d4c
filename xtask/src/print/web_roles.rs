//! `web/src/printed/roles.ts`: what each built-in role may do, for the page of a role and of whoever holds it. Kinds with the
//! same rights stand together.

use std::fmt::Write;

use access::{BUILT_IN, MatrixRow};

pub fn print() -> String {
    let rows = access::permission_matrix();
    let mut out = String::from(
        "// Printed from the permission matrix by `cargo xtask print`; do not edit.\n\n\
         /** Rights, and the kinds that they are over. */\nexport type Powers = { verbs: string[]; kinds: string[] }[];\n\n\
         export const roles: Record<string, Powers> = {\n",
    );
    for role in BUILT_IN {
        let own = rows.iter().filter(|row| row.sort == "role" && row.holder == role.name);
        print_powers(&mut out, role.template, own);
    }
    out.push_str("};\n\n/** What every member of the organization may do, with all and with what is their own. */\nexport const everybody: Record<string, Powers> = {\n");
    for holder in ["members", "everybody"] {
        print_powers(&mut out, holder, rows.iter().filter(|row| row.sort == "everybody" && row.holder == holder));
    }
    out.push_str("};\n");
    out
}

fn print_powers<'r>(out: &mut String, holder: &str, rows: impl Iterator<Item = &'r MatrixRow>) {
    let mut groups: Vec<(&[String], Vec<&str>)> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|(verbs, _)| *verbs == row.verbs.as_slice()) {
            Some((_, kinds)) => kinds.push(row.kind),
            None => groups.push((&row.verbs, vec![row.kind])),
        }
    }
    let _ = writeln!(out, "  \"{holder}\": [");
    for (verbs, kinds) in groups {
        let _ = writeln!(out, "    {{ verbs: {verbs:?}, kinds: {kinds:?} }},");
    }
    out.push_str("  ],\n");
}
