//! The message to a person whose device is not compliant: the template's words in their language, with what stands for
//! `{{…}}` filled in, or our own words where the policy names no template.

use std::collections::BTreeSet;

use directory::{Attr, Effect, Id, Object, Record, Snapshot, id_from_text};
use schema::device_management::DEVICE_MANAGEMENT;
use schema::group::MEMBERS;
use schema::managed_device::{COMPLIANCE_RESULTS, DEVICE_NAME, OS_VERSION};
use schema::notification_message_template::{
    BRANDING_OPTIONS, DEFAULT_LOCALE, LOCALIZED_NOTIFICATION_MESSAGES, NOTIFICATION_MESSAGE_TEMPLATE,
};
use schema::organization::ORGANIZATION;
use schema::user::USER;
use schema::{
    DISPLAY_NAME, MAIL, MANUFACTURER, MODEL, OPERATING_SYSTEM, PREFERRED_LANGUAGE, USER_ID, USER_PRINCIPAL_NAME,
};

use super::policy;
use super::schedule::Consequence;

/// The outbox topic of such a message: `{to, subject, text}`.
pub const COMPLIANCE_NOTIFICATION: &str = "complianceNotification";
/// Who helps people with their devices, in the tenant's words.
const INTUNE_BRAND: Attr<Record> = Attr::new("intuneBrand");
/// How many people are told besides the one whose device it is.
const COPIES_MAX: usize = 50;
/// How many requirements our own words name.
const NAMED_MAX: usize = 20;

/// The messages that a consequence means: to the device's person, and to the members of the groups that are to know.
pub(super) fn mails(now: &Snapshot, managed: &Object, policy: &Object, consequence: &Consequence) -> Vec<Effect> {
    let person = managed.get(USER_ID).and_then(id_from_text).and_then(|id| now.find_a(&USER, id));
    let template = consequence
        .template
        .as_deref()
        .and_then(id_from_text)
        .and_then(|id| now.find_a(&NOTIFICATION_MESSAGE_TEMPLATE, id));
    let mut people: Vec<&Object> = person.into_iter().collect();
    let mut copied: BTreeSet<Id> = people.iter().map(|person| person.id).collect();
    for group in consequence.copies.iter().filter_map(|id| id_from_text(id)) {
        for member in now.closure(group, MEMBERS, false) {
            if now.is_a(member, &USER) && people.len() <= COPIES_MAX && copied.insert(member.id) {
                people.push(member);
            }
        }
    }
    people
        .into_iter()
        .filter_map(|to| {
            let language = to.get(PREFERRED_LANGUAGE);
            let message = template.and_then(|template| message(template, language).map(|message| (template, message)));
            let (subject, text) = match message {
                Some((template, message)) => in_template(now, managed, person, template, message),
                None => in_our_words(managed, person, policy),
            };
            let body = Record::new().with("to", address(to)?).with("subject", subject).with("text", text);
            Some(Effect { topic: COMPLIANCE_NOTIFICATION, not_before: None, body })
        })
        .collect()
}

/// The template's message in a language, in a related one, or in its default.
fn message(template: &Object, language: Option<&str>) -> Option<Record> {
    let messages = template.get(LOCALIZED_NOTIFICATION_MESSAGES).unwrap_or_default();
    let plain = |text: &str| text.replace('_', "-").to_ascii_lowercase();
    let locale = |message: &Record| plain(message.text("locale").unwrap_or_default());
    let base = |text: &str| text.split('-').next().unwrap_or_default().to_owned();
    let language = language.map(plain);
    let default = template.get(DEFAULT_LOCALE).map(plain);
    let exact = language.as_ref().and_then(|wanted| messages.iter().find(|message| locale(message) == *wanted));
    let related = || language.as_ref().and_then(|wanted| messages.iter().find(|m| base(&locale(m)) == base(wanted)));
    let marked = || messages.iter().find(|message| message.bool("isDefault") == Some(true));
    let named = || default.as_ref().and_then(|wanted| messages.iter().find(|message| locale(message) == *wanted));
    exact.or_else(related).or_else(marked).or_else(named).or_else(|| messages.first()).cloned()
}

fn in_template(
    now: &Snapshot,
    managed: &Object,
    person: Option<&Object>,
    template: &Object,
    message: Record,
) -> (String, String) {
    let fill = |field: &str| {
        let mut text = message.text(field).unwrap_or_default().to_owned();
        for (name, value) in variables(managed, person) {
            text = text.replace(&format!("{{{{{name}}}}}"), &value);
        }
        text
    };
    let mut text = fill("messageTemplate");
    for line in branding(now, managed, template.get(BRANDING_OPTIONS).unwrap_or_default()) {
        text.push_str("\n\n");
        text.push_str(&line);
    }
    text.push('\n');
    // A subject is one line.
    (fill("subject").replace(['\r', '\n'], " "), text)
}

/// What stands for the variables of a message.
fn variables(managed: &Object, person: Option<&Object>) -> [(&'static str, String); 4] {
    let name = person.and_then(|person| person.get(DISPLAY_NAME)).unwrap_or_default().to_owned();
    [
        ("UserName", name),
        ("DeviceName", device_name(managed)),
        ("DeviceId", managed.id.to_string()),
        ("OSAndVersion", system(managed)),
    ]
}

/// The parts that a template adds beneath its words. A logo has no place in plain text.
fn branding(now: &Snapshot, managed: &Object, options: &str) -> Vec<String> {
    let has = |option: &str| options.split(',').any(|given| given.trim() == option);
    let settings = now.all(&DEVICE_MANAGEMENT).next();
    let brand: Record = settings.and_then(|settings| settings.get(INTUNE_BRAND)).unwrap_or_default();
    let of_brand = |fields: &[&str]| -> Vec<String> {
        fields.iter().filter_map(|field| brand.text(field)).filter(|text| !text.is_empty()).map(str::to_owned).collect()
    };
    let mut parts = Vec::new();
    if has("includeDeviceDetails") {
        let made = [managed.get(MANUFACTURER), managed.get(MODEL)];
        let made: Vec<&str> = made.into_iter().flatten().collect();
        parts.push(format!("{}\n{}\n{}", device_name(managed), system(managed), made.join(" ")).trim().to_owned());
    }
    if has("includeContactInformation") {
        let contact = of_brand(&["contactITName", "contactITPhoneNumber", "contactITEmailAddress", "contactITNotes"]);
        parts.push(contact.join("\n"));
    }
    if has("includeCompanyPortalLink") {
        parts.extend(of_brand(&["onlineSupportSiteUrl"]));
    }
    if has("includeCompanyName") {
        let own = of_brand(&["displayName"]).into_iter().next();
        let organization = now.all(&ORGANIZATION).next().and_then(|o| o.get(DISPLAY_NAME)).map(str::to_owned);
        parts.extend(own.or(organization));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn in_our_words(managed: &Object, person: Option<&Object>, policy: &Object) -> (String, String) {
    let device = device_name(managed);
    let name = person.and_then(|person| person.get(DISPLAY_NAME)).unwrap_or_default();
    let id = policy.id.to_string();
    let results = managed.get(COMPLIANCE_RESULTS).unwrap_or_default();
    let wrong = results
        .iter()
        .filter(|result| result.text("policyId") == Some(id.as_str()) && result.text("state") == Some("nonCompliant"));
    let lines: Vec<String> = wrong
        .take(NAMED_MAX)
        .map(|result| {
            let text = |field: &str| result.text(field).unwrap_or_default();
            let title = result.text("title").unwrap_or_else(|| text("setting"));
            let fix = result.text("remediation").map(|fix| format!("; {fix}")).unwrap_or_default();
            format!("- {title}: expected {}, found {}{fix}", text("expected"), text("actual"))
        })
        .collect();
    let text = format!(
        "Hello {name},\n\nyour device {device} does not meet what your organization asks of devices ({}):\n\n{}\n\n\
         Until this is mended it may lose access.\n",
        policy::name(policy),
        lines.join("\n")
    );
    (format!("Your device {device} is not compliant"), text)
}

fn device_name(managed: &Object) -> String {
    managed.get(DEVICE_NAME).map_or_else(|| managed.id.to_string(), str::to_owned)
}

fn system(managed: &Object) -> String {
    let system = managed.get(OPERATING_SYSTEM).unwrap_or_default();
    format!("{system} {}", managed.get(OS_VERSION).unwrap_or_default()).trim().to_owned()
}

/// Where mail reaches somebody; user names are mail addresses where nothing else is said.
fn address(person: &Object) -> Option<&str> {
    person.get(MAIL).or_else(|| person.get(USER_PRINCIPAL_NAME)).filter(|address| address.contains('@'))
}
