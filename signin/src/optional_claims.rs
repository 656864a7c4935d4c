//! `optionalClaims`: what an application wants to read in its tokens besides what they always say.
//!
//! Deliberately absent: claims for which there is nothing to say here (`fwd`, `ztdid`, `vnet`, `xms_pdl`, …); they are left
//! out, as Graph does with a claim that has no value.

use directory::{Object, Record, Snapshot, Value};
use schema::application::OPTIONAL_CLAIMS;
use schema::domain::DOMAIN;
use schema::organization::{COUNTRY_LETTER_CODE, ORGANIZATION};
use schema::user::{COUNTRY, ON_PREMISES_SECURITY_IDENTIFIER, PREFERRED_LANGUAGE, USER_TYPE};
use schema::{MAIL, USER_PRINCIPAL_NAME};

/// Which of an application's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Access,
    Id,
}

/// How the groups are to be written (`additionalProperties` of the optional claim `groups`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroupStyle {
    pub sam_account_name: bool,
    pub cloud_display_name: bool,
    /// In `roles`, in the place of the application's roles.
    pub as_roles: bool,
}

/// The claims that an application wants and that there is something to say about.
pub(crate) fn wanted(now: &Snapshot, app: Option<&Object>, token: Token, user: &Object) -> Vec<(String, Value)> {
    list(app, token)
        .iter()
        .filter_map(|claim| {
            let name = claim.text("name")?;
            Some((name.to_owned(), value(now, user, name)?))
        })
        .collect()
}

/// How an application wants its groups.
pub(crate) fn group_style(app: Option<&Object>, token: Token) -> GroupStyle {
    let list = list(app, token);
    let Some(claim) = list.iter().find(|claim| claim.text("name") == Some("groups")) else {
        return GroupStyle::default();
    };
    let has = |name: &str| claim.texts("additionalProperties").any(|known| known.eq_ignore_ascii_case(name));
    GroupStyle {
        sam_account_name: has("sam_account_name"),
        cloud_display_name: has("cloud_displayname"),
        as_roles: has("emit_as_roles"),
    }
}

fn list(app: Option<&Object>, token: Token) -> Vec<Record> {
    let name = match token {
        Token::Access => "accessToken",
        Token::Id => "idToken",
    };
    let claims = app.and_then(|app| app.get(OPTIONAL_CLAIMS));
    claims.map(|claims| claims.records(name).cloned().collect()).unwrap_or_default()
}

fn value(now: &Snapshot, user: &Object, name: &str) -> Option<Value> {
    let two_letters = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
    match name {
        "acct" => Some(Value::Int(i64::from(user.get(USER_TYPE) == Some("Guest")))),
        "ctry" => user.get(COUNTRY).filter(|code| two_letters(code)).map(Value::from),
        "email" => user.get(MAIL).map(Value::from),
        "login_hint" | "upn" => user.get(USER_PRINCIPAL_NAME).map(Value::from),
        "onprem_sid" => user.get(ON_PREMISES_SECURITY_IDENTIFIER).map(Value::from),
        "tenant_ctry" => now.all(&ORGANIZATION).find_map(|all| all.get(COUNTRY_LETTER_CODE)).map(Value::from),
        "verified_primary_email" => user.get(MAIL).filter(|mail| is_ours(now, mail)).map(|mail| [mail].into()),
        "xms_pl" => user.get(PREFERRED_LANGUAGE).map(Value::from),
        "xms_tpl" => {
            now.all(&ORGANIZATION).find_map(|all| all.get(schema::organization::PREFERRED_LANGUAGE)).map(Value::from)
        }
        _ => None,
    }
}

/// Whether a mail address lies in a domain that the organization has proved to be its own.
fn is_ours(now: &Snapshot, mail: &str) -> bool {
    let Some((_, domain)) = mail.rsplit_once('@') else { return false };
    now.all(&DOMAIN).any(|known| {
        known.is(schema::domain::IS_VERIFIED)
            && known.get(schema::domain::ID).is_some_and(|id| id.eq_ignore_ascii_case(domain))
    })
}
