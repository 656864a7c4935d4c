//! `web/src/printed/mappings.ts`: the mappings of an HR job that brings none, as its editor begins with them.

use std::fmt::Write;

pub(super) fn print() -> String {
    let mut out = String::from(
        "// Printed from the provisioning room by `cargo xtask print`; do not edit.\n\n\
         export const mappings: { target: string; expression: string; isOnlyNew?: boolean; priority?: number }[] = [\n",
    );
    for mapping in provisioning::default_mappings() {
        let _ = write!(out, "  {{ target: {:?}, expression: {:?}", mapping.target, mapping.expression);
        if mapping.on_create_only {
            out.push_str(", isOnlyNew: true");
        }
        if let Some(priority) = mapping.priority {
            let _ = write!(out, ", priority: {priority}");
        }
        out.push_str(" },\n");
    }
    out.push_str("];\n");
    out
}
