//! The mails of workflow tasks: short texts of our own, or those that the task brings, with Graph's tokens filled in.

use directory::{Effect, Object, Record, Snapshot, Time};
use schema::user::{EMPLOYEE_HIRE_DATE, EMPLOYEE_LEAVE_DATE_TIME, GIVEN_NAME, SURNAME};
use schema::{DISPLAY_NAME, USER_PRINCIPAL_NAME};

use super::task::{Mail, Task};
use crate::{mail, people};

/// How many others may get a copy.
pub(crate) const COPIES_MAX: usize = 5;

/// The mails of a task: to the person or to their manager, and copies.
pub(crate) fn mails(now: &Snapshot, task: &Task, kind: Mail, user: &Object) -> Result<Vec<Effect>, String> {
    let manager = people::manager(now, user.id);
    let to = match kind {
        Mail::Welcome => user,
        Mail::Onboarding | Mail::Moved | Mail::BeforeLastDay | Mail::OnLastDay | Mail::AfterLastDay => {
            manager.ok_or("the user has no manager")?
        }
    };
    let address = people::address(to).ok_or("the recipient has no mail address")?;
    let (subject, text) = texts(kind);
    let subject = filled(now, task.argument("customSubject").unwrap_or(subject), user);
    let text = filled(now, task.argument("customBody").unwrap_or(text), user);
    let copies = task.ids("cc").into_iter().filter_map(|id| people::address(now.find(id)?));
    Ok(std::iter::once(address).chain(copies).map(|to| mail::plain(to, &subject, &text)).collect())
}

/// The order for a pass that is mailed to the manager.
pub(crate) fn pass(now: &Snapshot, task: &Task, user: &Object, at: Time) -> Result<Effect, String> {
    let manager = people::manager(now, user.id).ok_or("the user has no manager")?;
    let to = people::address(manager).ok_or("the manager has no mail address")?;
    let subject = task.argument("customSubject").unwrap_or("Temporary Access Pass for {{userDisplayName}}");
    let text = task.argument("customBody").unwrap_or(
        "{{userDisplayName}} ({{userPrincipalName}}) starts on {{userEmployeeHireDate}}.\n\nPlease hand over this \
         Temporary Access Pass for the first sign-in: {{temporaryAccessPass}}",
    );
    let start = user.get(EMPLOYEE_HIRE_DATE).filter(|hire| *hire > at);
    let body = Record::new()
        .with("user", user.id)
        .with_some("startDateTime", start)
        .with("lifetimeInMinutes", task.number("tapLifetimeMinutes").unwrap_or(PASS_MINUTES))
        .with("isUsableOnce", task.argument("tapIsUsableOnce").is_some_and(|once| once.eq_ignore_ascii_case("true")))
        .with("to", to)
        .with("subject", filled(now, subject, user))
        .with("text", filled(now, text, user));
    Ok(Effect { topic: crate::TEMPORARY_ACCESS_PASS, not_before: None, body })
}

/// How long a pass lasts when the task does not say.
const PASS_MINUTES: i64 = 60;

fn texts(kind: Mail) -> (&'static str, &'static str) {
    match kind {
        Mail::Welcome => (
            "Welcome, {{userGivenName}}",
            "Welcome, {{userDisplayName}}. Your account is {{userPrincipalName}}. {{managerDisplayName}} looks forward to \
             working with you.",
        ),
        Mail::Onboarding => (
            "{{userDisplayName}} starts on {{userEmployeeHireDate}}",
            "{{userDisplayName}} joins your team on {{userEmployeeHireDate}}. The account is {{userPrincipalName}}.",
        ),
        Mail::Moved => (
            "{{userDisplayName}} has a new place",
            "The place of {{userDisplayName}} ({{userPrincipalName}}) in the organization has changed. Please check what \
             they need and what they no longer need.",
        ),
        Mail::BeforeLastDay => (
            "{{userDisplayName}} leaves on {{userEmployeeLeaveDateTime}}",
            "{{userDisplayName}} leaves on {{userEmployeeLeaveDateTime}}. Please see to the handover.",
        ),
        Mail::OnLastDay => (
            "Last day of {{userDisplayName}}",
            "This is the last day of {{userDisplayName}}. The account {{userPrincipalName}} is being closed.",
        ),
        Mail::AfterLastDay => (
            "{{userDisplayName}} has left",
            "{{userDisplayName}} has left. The account {{userPrincipalName}} and what belonged to it are being removed.",
        ),
    }
}

fn filled(now: &Snapshot, text: &str, user: &Object) -> String {
    let manager = people::manager(now, user.id);
    let date = |time: Option<Time>| time.map(|time| time.to_string().chars().take(10).collect()).unwrap_or_default();
    let tokens: [(&str, String); 8] = [
        ("{{userDisplayName}}", user.get(DISPLAY_NAME).unwrap_or_default().to_owned()),
        ("{{userGivenName}}", user.get(GIVEN_NAME).or_else(|| user.get(DISPLAY_NAME)).unwrap_or_default().to_owned()),
        ("{{userSurname}}", user.get(SURNAME).unwrap_or_default().to_owned()),
        ("{{userPrincipalName}}", user.get(USER_PRINCIPAL_NAME).unwrap_or_default().to_owned()),
        ("{{userEmployeeHireDate}}", date(user.get(EMPLOYEE_HIRE_DATE))),
        ("{{userEmployeeLeaveDateTime}}", date(user.get(EMPLOYEE_LEAVE_DATE_TIME))),
        ("{{managerDisplayName}}", manager.map(people::name).unwrap_or("Your manager").to_owned()),
        ("{{managerEmail}}", manager.and_then(people::address).unwrap_or_default().to_owned()),
    ];
    let token = |found: &str| tokens.iter().find(|(token, _)| *token == found).map(|(_, value)| value.as_str());
    // One pass over the text, so that what a person is called is never read as a token.
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        let whole = format!("{{{{{name}}}}}");
        out.push_str(token(&whole).unwrap_or(&whole));
        rest = behind;
    }
    out.push_str(rest);
    out
}
