//! The permissions that an application can be granted, as the "Microsoft Graph" resource publishes them: `appRoles` for
//! applications that act as themselves, `oauth2PermissionScopes` for those that act for a person.
//!
//! What each permission allows stands in `matrix`; who was granted what is kept in the directory.

use std::collections::HashMap;
use std::sync::LazyLock;

use directory::{Id, Record, Value, id_from_text};

use crate::area::Area;
use crate::matrix;
use crate::permission_ids::TABLE;

/// The appId of the Microsoft Graph resource, the same in every tenant.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// One permission, in the two forms it may have.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// As it stands in `roles` or `scp`: `User.Read.All`.
    pub name: &'static str,
    /// The id of the application permission; empty where there is none.
    pub role: &'static str,
    /// The id of the delegated permission; empty where there is none.
    pub scope: &'static str,
    /// Whether a person may consent to the delegated one alone.
    pub users_may_consent: bool,
}

impl Permission {
    #[must_use]
    pub fn role_id(&self) -> Option<Id> {
        id_from_text(self.role)
    }

    #[must_use]
    pub fn scope_id(&self) -> Option<Id> {
        id_from_text(self.scope)
    }

    /// What it is called where it is chosen or consented to.
    #[must_use]
    pub fn title(&self) -> String {
        let mut parts = self.name.split('.');
        let subject = words(parts.next().unwrap_or_default());
        let verb = match parts.next() {
            Some("ReadWrite") => "Read and write",
            Some("Read") => "Read",
            Some("ReadUpdate") => "Read and update",
            Some("Create") => "Create",
            Some("PrivilegedOperations") => "Wipe, retire and lock",
            Some("Upload") => "Upload",
            Some("Remove") => "Remove",
            Some("Activate") => "Run",
            Some("AccessAsUser") => "Act as the signed-in person in the",
            Some(other) => return format!("{}: {subject}", words(other)),
            None => return subject,
        };
        format!("{verb} {subject}")
    }
}

/// The permissions that have an effect: those over kinds that exist, and the four of OpenID Connect.
pub fn permissions() -> impl Iterator<Item = &'static Permission> {
    EFFECTIVE.iter().copied()
}

/// The permission of exactly this name.
#[must_use]
pub fn find_permission(name: &str) -> Option<&'static Permission> {
    BY_NAME.get(name).copied()
}

static EFFECTIVE: LazyLock<Vec<&'static Permission>> = LazyLock::new(|| {
    let has_effect = |p: &&Permission| is_openid(p.name) || matrix::areas(p.name).any(has_kinds);
    TABLE.iter().filter(has_effect).collect()
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static Permission>> =
    LazyLock::new(|| EFFECTIVE.iter().map(|permission| (permission.name, *permission)).collect());

/// `appRoles` of the Microsoft Graph resource.
#[must_use]
pub fn app_roles() -> Vec<Record> {
    permissions()
        .filter_map(|permission| {
            let title = permission.title();
            Some(
                Record::new()
                    .with("id", permission.role_id()?)
                    .with("value", permission.name)
                    .with("displayName", title.as_str())
                    .with("description", format!("{title} in the whole organization, without a signed-in person."))
                    .with("allowedMemberTypes", ["Application"])
                    .with("origin", "Application")
                    .with("isEnabled", true),
            )
        })
        .collect()
}

/// `oauth2PermissionScopes` of the Microsoft Graph resource.
#[must_use]
pub fn permission_scopes() -> Vec<Record> {
    permissions()
        .filter_map(|permission| {
            let title = permission.title();
            let description = format!("{title}, as far as the signed-in person may.");
            Some(
                Record::new()
                    .with("id", permission.scope_id()?)
                    .with("value", permission.name)
                    .with("type", Value::from(if permission.users_may_consent { "User" } else { "Admin" }))
                    .with("adminConsentDisplayName", title.as_str())
                    .with("adminConsentDescription", description.as_str())
                    .with("userConsentDisplayName", title.as_str())
                    .with("userConsentDescription", description)
                    .with("isEnabled", true),
            )
        })
        .collect()
}

fn is_openid(name: &str) -> bool {
    matches!(name, "openid" | "profile" | "email" | "offline_access")
}

fn has_kinds(area: Area) -> bool {
    schema::KINDS.iter().any(|kind| !kind.is_abstract && Area::of(kind) == area)
}

/// `DeviceManagementApps` as words: `device management apps`.
fn words(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 8);
    let mut previous = ' ';
    for c in name.chars() {
        if c.is_uppercase() && previous.is_lowercase() {
            text.push(' ');
        }
        text.push(if matches!(c, '-' | '_') { ' ' } else { c.to_ascii_lowercase() });
        previous = c;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_permission_has_ids_of_its_own() {
        let mut seen = HashSet::new();
        for permission in TABLE {
            assert!(permission.role_id().is_some() || permission.scope_id().is_some(), "{}", permission.name);
            for text in [permission.role, permission.scope] {
                assert!(text.is_empty() || (id_from_text(text).is_some() && seen.insert(text)), "{}", permission.name);
            }
        }
    }

    #[test]
    fn every_permission_means_something_and_every_row_of_the_matrix_is_a_permission() {
        for permission in TABLE {
            assert!(
                is_openid(permission.name) || matrix::areas(permission.name).next().is_some(),
                "{}",
                permission.name
            );
        }
        for row in matrix::PERMISSIONS {
            assert!(TABLE.iter().any(|permission| permission.name == row.of), "{}", row.of);
        }
    }

    #[test]
    fn a_title_says_what_is_allowed() {
        let title = |name: &str| TABLE.iter().find(|p| p.name == name).map(Permission::title);
        assert_eq!(title("User.ReadWrite.All").as_deref(), Some("Read and write user"));
        assert_eq!(title("DeviceManagementApps.Read.All").as_deref(), Some("Read device management apps"));
    }
}
