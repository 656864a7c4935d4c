//! The permission matrix as it is printed: who may do what with which kind. One row for each holder and kind.

use directory::Kind;

use crate::area::Area;
use crate::matrix::{PERMISSIONS, Reach};
use crate::permission::find_permission;
use crate::right::Right;
use crate::role::{BUILT_IN, GLOBAL_ADMINISTRATOR, GUESTS, MEMBERS, OWN, OWNED};

/// One row of the printed matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    /// `permission`, `role` or `everybody`.
    pub sort: &'static str,
    pub holder: &'static str,
    pub kind: &'static str,
    /// `all`, `own` or `owned`.
    pub reach: &'static str,
    /// `read`, `create`, `update`, `delete`, `credentials`, `links`, `actions`, or one of them with a name.
    pub verbs: Vec<String>,
}

/// Who may do what with which kind: permissions, then roles, then what everybody may; kinds in the order of the schema.
#[must_use]
pub fn permission_matrix() -> Vec<MatrixRow> {
    let mut rows = Vec::new();
    for row in PERMISSIONS.iter().filter(|row| find_permission(row.of).is_some()) {
        add(&mut rows, "permission", row.of, row.reach, row.area, row.rights);
    }
    for role in BUILT_IN {
        if role.id() == GLOBAL_ADMINISTRATOR {
            for area in Area::ALL {
                add(&mut rows, "role", role.name, Reach::All, area, crate::right::ALL);
            }
        }
        for (area, rights) in role.rows {
            add(&mut rows, "role", role.name, Reach::All, *area, rights);
        }
    }
    for (holder, reach, table) in [
        ("members", Reach::All, MEMBERS),
        ("guests", Reach::All, GUESTS),
        ("everybody", Reach::Own, OWN),
        ("owners", Reach::Owned, OWNED),
    ] {
        for (area, rights) in table {
            add(&mut rows, "everybody", holder, reach, *area, rights);
        }
    }
    rows
}

fn add(
    rows: &mut Vec<MatrixRow>,
    sort: &'static str,
    holder: &'static str,
    reach: Reach,
    area: Area,
    rights: &[Right],
) {
    let reach = match reach {
        Reach::All => "all",
        Reach::Own => "own",
        Reach::Owned => "owned",
    };
    let verbs: Vec<String> = rights.iter().map(|right| verb(*right)).collect();
    for kind in concrete_kinds(area) {
        let known = rows
            .iter_mut()
            .rev()
            .find(|r| r.holder == holder && r.kind == kind.name && r.reach == reach && r.sort == sort);
        match known {
            Some(row) => row.verbs.extend(verbs.iter().cloned()),
            None => rows.push(MatrixRow { sort, holder, kind: kind.name, reach, verbs: verbs.clone() }),
        }
    }
}

fn concrete_kinds(area: Area) -> impl Iterator<Item = &'static Kind> {
    schema::KINDS.iter().copied().filter(move |kind| !kind.is_abstract && Area::of(kind) == area)
}

fn verb(right: Right) -> String {
    match right {
        Right::Read => "read".into(),
        Right::Create => "create".into(),
        Right::Update => "update".into(),
        Right::Delete => "delete".into(),
        Right::Credentials => "credentials".into(),
        Right::Links => "links".into(),
        Right::Actions => "actions".into(),
        Right::Set(name) => format!("update:{name}"),
        Right::Link(name) => format!("link:{name}"),
        Right::Action(name) => format!("action:{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_has_one_row_for_each_holder_and_kind() {
        let rows = permission_matrix();
        let row = |holder: &str, kind: &str| {
            let found: Vec<&MatrixRow> = rows.iter().filter(|r| r.holder == holder && r.kind == kind).collect();
            assert!(found.len() <= 1, "{holder} {kind}");
            found.first().map(|r| r.verbs.join(" "))
        };
        assert_eq!(row("User.Read.All", "user").as_deref(), Some("read"));
        assert_eq!(row("GroupMember.ReadWrite.All", "group").as_deref(), Some("read link:members"));
        assert_eq!(row("Reports Reader", "signIn").as_deref(), Some("read"));
        assert_eq!(row("Reports Reader", "user"), None);
        assert!(row("Global Administrator", "user").is_some_and(|verbs| verbs.contains("credentials")));
    }
}
