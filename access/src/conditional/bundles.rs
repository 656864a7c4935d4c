//! Applications that policies name together. Microsoft's own lists are longer and not published as ids; these are the
//! members whose ids are publicly known. Policies for anything else name its id.

/// Every bundle: its name in a policy, in lower case, and the `appId`s of its members.
pub const BUNDLES: &[(&str, &[&str])] = &[("office365", OFFICE_365), ("microsoftadminportals", ADMIN_PORTALS)];

const OFFICE_365: &[&str] = &[
    // Exchange Online
    "00000002-0000-0ff1-ce00-000000000000",
    // SharePoint Online
    "00000003-0000-0ff1-ce00-000000000000",
    // Skype for Business Online
    "00000004-0000-0ff1-ce00-000000000000",
    // Yammer
    "00000005-0000-0ff1-ce00-000000000000",
    // Microsoft Teams
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    // Office home
    "4765445b-32c6-49b0-83e6-1d93765276ca",
    // Office shell
    "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7",
    // Planner
    "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3",
    // Forms
    "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87",
    // Sway
    "905fcf26-4eb7-48a0-9ff0-8dcc7194b5ba",
    // To Do
    "22098786-6e16-43cc-a27d-191a01a1e3b5",
    // Stream
    "2634dd23-5e5a-431c-81ca-11710d9079f4",
    // Delve
    "94c63fef-13a3-47bc-8074-75af8c65887a",
];

const ADMIN_PORTALS: &[&str] = &[
    // Azure portal
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    // Microsoft 365 admin center
    "00000006-0000-0ff1-ce00-000000000000",
    // Exchange admin center
    "497effe9-df71-4043-a8bb-14cf78c4b63b",
    // Castellan's own admin center (`server/src/first_start/portals.rs`)
    "c0a57e11-a000-4000-8000-000000000c02",
];

/// Whether a client is a portal for administrators. Whoever signs in to one wants to reach the portal, though the token is
/// for Graph: policies about the portal mean that sign-in.
pub(crate) fn is_admin_portal(client: &str) -> bool {
    ADMIN_PORTALS.iter().any(|portal| portal.eq_ignore_ascii_case(client))
}

/// These applications, and those of the bundles among them. All in lower case.
pub(crate) fn expanded(mut apps: Vec<String>) -> Vec<String> {
    let named = |app: &str| BUNDLES.iter().find(|(name, _)| *name == app).map_or(&[][..], |(_, members)| *members);
    let members: Vec<String> = apps.iter().flat_map(|app| named(app)).map(|app| (*app).to_owned()).collect();
    apps.extend(members);
    apps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_an_id_and_stands_in_one_bundle() {
        let mut seen = std::collections::HashSet::new();
        for app in BUNDLES.iter().flat_map(|(_, members)| *members) {
            assert!(directory::id_from_text(app).is_some() && *app == app.to_lowercase(), "`{app}`");
            assert!(seen.insert(app), "`{app}` is given twice");
        }
    }

    #[test]
    fn a_bundle_stands_for_its_members_and_anything_else_for_itself() {
        let apps = |names: &[&str]| expanded(names.iter().map(|n| (*n).to_owned()).collect());
        assert_eq!(apps(&["all"]), ["all"]);
        assert_eq!(apps(&["x", "microsoftadminportals"]).len(), 2 + ADMIN_PORTALS.len());
    }
}
