//! `permissions.md`: who may do what with which kind: application and delegated permissions, roles, and everybody.

use std::fmt::Write as _;

use access::{MatrixRow, permission_matrix};

use super::cell;

/// The parts of the matrix with their headings.
const PARTS: &[(&str, &str)] = &[
    ("role", "Roles"),
    ("everybody", "Everybody, over what is theirs or what all may see"),
    ("permission", "Permissions of applications"),
];

pub(super) fn print() -> String {
    let rows = permission_matrix();
    let mut out = String::from("# Permissions\n\nPrinted from the matrix by `cargo xtask print`; do not edit.\n");
    for (sort, heading) in PARTS {
        let _ = write!(out, "\n## {heading}\n\n| who | kind | reach | may |\n|---|---|---|---|\n");
        rows.iter().filter(|row| row.sort == *sort).for_each(|row| print_row(&mut out, row));
    }
    out
}

fn print_row(out: &mut String, row: &MatrixRow) {
    let MatrixRow { holder, kind, reach, verbs, .. } = row;
    let _ = writeln!(out, "| {} | {kind} | {reach} | {} |", cell(holder), cell(&verbs.join(", ")));
}
