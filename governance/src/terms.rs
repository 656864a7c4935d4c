//! Terms of use: texts that can be read, acceptances that say to what and until when, and nothing lost that a policy demands.
//!
//! Whether somebody's acceptance counts at a sign-in is judged by `access`. Deliberately absent: files that are not text; a
//! page shows the terms itself, in the person's language, to every browser and screen reader.

use std::time::Duration;

use directory::{Attr, By, Call, Change, Check, Id, Object, Record, Refusal, Snapshot, Time, Value, id_from_text};
use schema::agreement::{
    ACCEPTANCE_STATE, ACCEPTANCES, ACCEPTED_ON, ACCEPTED_SINCE, AGREEMENT, AGREEMENT_ACCEPTANCE, AGREEMENT_FILE_ID,
    AGREEMENT_ID, EXPIRATION_DATE_TIME, FILES, IS_PER_DEVICE_ACCEPTANCE_REQUIRED, RECORDED_DATE_TIME, TERMS_EXPIRATION,
    USER_ID, USER_REACCEPT_REQUIRED_FREQUENCY,
};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, GRANT_CONTROLS};
use schema::device::DEVICE;
use schema::user::USER;

use crate::span;

/// How many agreements an organization has: what Microsoft documents.
const AGREEMENTS_MAX: usize = 40;
/// How many languages an agreement has a text in.
const FILES_MAX: usize = 40;
/// How long one text may be, in bytes.
const TEXT_BYTES_MAX: usize = 200_000;

pub(crate) const CHECK: Check = Check { kind: &AGREEMENT, complete: Some(complete), check: Some(check) };

/// What a person said to an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    Declined,
}

/// One text of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Of the file.
    pub id: String,
    pub language: String,
    pub text: String,
}

/// The text of an agreement in one of these languages, the best first; else the default.
#[must_use]
pub fn terms(agreement: &Object, languages: &[&str]) -> Option<Terms> {
    let files = agreement.get(FILES)?;
    let of = |language: &&str| {
        let is_it = |file: &&Record| file.text("language").is_some_and(|l| speaks(l, language));
        files.iter().find(is_it)
    };
    let file = languages
        .iter()
        .find_map(of)
        .or_else(|| files.iter().find(|file| file.bool("isDefault") == Some(true)))
        .or(files.first())?;
    let text = text_of(file)?.to_owned();
    let field = |name: &str| file.text(name).unwrap_or_default().to_owned();
    Some(Terms { id: field("id"), language: field("language"), text })
}

/// Whether a text in `given` (`en`, `pt-BR`) is one for who wants `wanted`.
fn speaks(given: &str, wanted: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    primary(given) == primary(wanted)
}

/// Write down what a person said, in place of what they said before to the same agreement on the same device.
pub fn answered(
    now: &Snapshot,
    call: &Call<'_>,
    (agreement, file): (Id, &str),
    (user, device): (Id, Option<Id>),
    answer: Answer,
) -> Result<Vec<Change>, Refusal> {
    let agreement = now.get_a(&AGREEMENT, agreement)?;
    let person = now.get_a(&USER, user)?;
    let device =
        device.and_then(|id| now.find_a(&DEVICE, id)).filter(|_| agreement.is(IS_PER_DEVICE_ACCEPTANCE_REQUIRED));
    let before = now.by(USER_ID, user.to_string()).filter(|object| {
        now.is_a(object, &AGREEMENT_ACCEPTANCE)
            && object.get(AGREEMENT_ID).and_then(id_from_text) == Some(agreement.id)
            && object.get(ACCEPTED_ON).and_then(id_from_text) == device.map(|device| device.id)
    });
    let mut changes: Vec<Change> = before.map(|old| Change::Delete { id: old.id }).collect();
    let id = call.new_id();
    let state = match answer {
        Answer::Accepted => "accepted",
        Answer::Declined => "declined",
    };
    let mut attributes = vec![
        (AGREEMENT_ID.id, agreement.id.to_string().into()),
        (AGREEMENT_FILE_ID.id, file.into()),
        (USER_ID.id, user.to_string().into()),
        (ACCEPTANCE_STATE.id, state.into()),
        (RECORDED_DATE_TIME.id, call.at.into()),
    ];
    let mut note = |name: &'static str, value: Option<&str>| {
        if let Some(value) = value {
            attributes.push((Attr::<str>::new(name).id, value.into()));
        }
    };
    note("userDisplayName", person.get(schema::DISPLAY_NAME));
    note("userPrincipalName", person.get(schema::USER_PRINCIPAL_NAME));
    note("userEmail", person.get(schema::MAIL));
    if let Some(device) = device {
        note("deviceDisplayName", device.get(schema::DISPLAY_NAME));
        note("deviceOSType", device.get(schema::OPERATING_SYSTEM));
        note("deviceOSVersion", device.get(schema::device::OPERATING_SYSTEM_VERSION));
        attributes.push((ACCEPTED_ON.id, device.id.to_string().into()));
    }
    if let Some(end) = end(agreement, call.at) {
        attributes.push((EXPIRATION_DATE_TIME.id, end.into()));
    }
    changes.push(Change::Create { id, kind: AGREEMENT_ACCEPTANCE.id(), attributes });
    changes.push(Change::Link { source: agreement.id, link: ACCEPTANCES, target: id, by: By::Direct, of: Id::nil() });
    Ok(changes)
}

/// When an acceptance given now expires: after the person's own time, or when everybody has to accept again, whichever
/// comes first.
fn end(agreement: &Object, at: Time) -> Option<Time> {
    let own = agreement.get(USER_REACCEPT_REQUIRED_FREQUENCY).and_then(span::parse).map(|after| at + after);
    let everybody = agreement.get(TERMS_EXPIRATION).and_then(|expiration| next(&expiration, at));
    own.into_iter().chain(everybody).min()
}

/// The next time at which everybody has to accept again.
fn next(expiration: &Record, at: Time) -> Option<Time> {
    let start = expiration.time("startDateTime")?;
    if start > at {
        return Some(start);
    }
    let every = expiration.text("frequency").and_then(span::parse).filter(|every| !every.is_zero())?;
    let rounds = at.since(start).as_secs() / every.as_secs().max(1) + 1;
    Some(start + Duration::from_secs(every.as_secs().checked_mul(rounds)?))
}

fn text_of(file: &Record) -> Option<&str> {
    match file.record("fileData")?.get("data")? {
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut outdated: Vec<Id> = Vec::new();
    for change in changes.iter_mut() {
        match change {
            Change::Create { kind, attributes, .. } if *kind == AGREEMENT.id() => {
                if let Some((_, Value::List(files))) = attributes.iter_mut().find(|(a, _)| *a == FILES.id) {
                    complete_files(call, files, &[]);
                }
                attributes.push((ACCEPTED_SINCE.id, call.at.into()));
            }
            Change::Set { id, attribute, new: Some(Value::List(files)), .. } if *attribute == FILES.id => {
                let Some(agreement) = now.find_a(&AGREEMENT, *id) else { continue };
                let before = agreement.get(FILES).unwrap_or_default();
                if complete_files(call, files, &before) {
                    outdated.push(*id);
                }
            }
            _ => {}
        }
    }
    changes.extend(outdated.into_iter().map(|id| Change::set(id, ACCEPTED_SINCE, call.at)));
    Ok(())
}

/// Give new texts their ids; answers whether one of them is a major version, which has to be accepted again.
fn complete_files(call: &Call<'_>, files: &mut [Value], before: &[Record]) -> bool {
    let has_default = files.iter().any(|file| file.as_record().is_some_and(|f| f.bool("isDefault") == Some(true)));
    let mut is_major = false;
    for (at, file) in files.iter_mut().enumerate() {
        let Value::Record(file) = file else { continue };
        let is_known = before
            .iter()
            .any(|known| known.text("id") == file.text("id") && known.record("fileData") == file.record("fileData"));
        if is_known {
            continue;
        }
        is_major |= file.bool("isMajorVersion") == Some(true);
        file.set("id", call.new_id().to_string());
        file.set("createdDateTime", call.at);
        if !has_default && at == 0 {
            file.set("isDefault", true);
        }
    }
    is_major
}

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let mut is_new = false;
    for change in changes {
        match change {
            Change::Create { id, kind, .. } if *kind == AGREEMENT.id() => {
                is_new = true;
                check_agreement(after.get(*id)?)?;
            }
            Change::Set { id, .. } => {
                if let Some(agreement) = after.find_a(&AGREEMENT, *id) {
                    check_agreement(agreement)?;
                }
            }
            Change::Delete { id } | Change::Purge { id } if before.find_a(&AGREEMENT, *id).is_some() => {
                check_unused(after, *id)?;
            }
            _ => {}
        }
    }
    if is_new && after.all(&AGREEMENT).count() > AGREEMENTS_MAX {
        return Err(Refusal::limit(format!("an organization has at most {AGREEMENTS_MAX} agreements")));
    }
    Ok(())
}

fn check_agreement(agreement: &Object) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(Refusal::invalid(why).at(FILES.name));
    let files = agreement.get(FILES).unwrap_or_default();
    if files.is_empty() {
        return wrong("has at least one file");
    }
    if files.len() > FILES_MAX {
        return Err(Refusal::limit(format!("has at most {FILES_MAX} files")).at(FILES.name));
    }
    for (at, file) in files.iter().enumerate() {
        let Some(language) = file.text("language").filter(|language| !language.is_empty()) else {
            return wrong("each file says its language, such as `en`");
        };
        if files.iter().take(at).any(|other| other.text("language") == Some(language)) {
            return Err(Refusal::invalid(format!("`{language}` has two files")).at(FILES.name));
        }
        match text_of(file) {
            Some(text) if text.trim().is_empty() => return wrong("a file says nothing"),
            Some(text) if text.len() > TEXT_BYTES_MAX => {
                return Err(Refusal::limit(format!("a file has at most {TEXT_BYTES_MAX} bytes")).at(FILES.name));
            }
            Some(_) => {}
            None => return wrong("a file is text in UTF-8: the sign-in page shows it as it is"),
        }
    }
    if files.iter().filter(|file| file.bool("isDefault") == Some(true)).count() != 1 {
        return wrong("one of the files is the default");
    }
    if let Some(text) = agreement.get(USER_REACCEPT_REQUIRED_FREQUENCY)
        && span::parse(text).is_none_or(|span| span.is_zero())
    {
        return Err(Refusal::invalid(format!("`{text}` is no duration: write it like P90D"))
            .at(USER_REACCEPT_REQUIRED_FREQUENCY.name));
    }
    if let Some(expiration) = agreement.get(TERMS_EXPIRATION)
        && expiration.time("startDateTime").is_none()
    {
        return Err(
            Refusal::invalid("says from when everybody accepts again: give startDateTime").at(TERMS_EXPIRATION.name)
        );
    }
    Ok(())
}

fn check_unused(after: &Snapshot, agreement: Id) -> Result<(), Refusal> {
    let demands = |policy: &&Object| {
        policy.get(GRANT_CONTROLS).is_some_and(|g| g.texts("termsOfUse").any(|id| id_from_text(id) == Some(agreement)))
    };
    match after.all(&CONDITIONAL_ACCESS_POLICY).find(demands) {
        None => Ok(()),
        Some(policy) => {
            let name = policy.get(schema::DISPLAY_NAME).unwrap_or_default();
            Err(Refusal::state(format!("the policy `{name}` demands these terms: change the policy first")))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use directory::{Caller, Fresh};

    const AT: Time = Time::from_unix(1_795_248_000);
    const USER_ONE: Id = Id::from_u128(1);
    const AGREED: Id = Id::from_u128(51);

    fn file(language: &str, text: &str) -> Record {
        let data = Record::new().with("data", Value::Bytes(text.as_bytes().to_vec()));
        Record::new().with("fileName", "terms.txt").with("language", language).with("fileData", data)
    }

    fn call(caller: &Caller) -> Call<'_> {
        Call { caller, at: AT, fresh: Fresh::new(7) }
    }

    fn submit(now: &Snapshot, changes: Vec<Change>) -> Result<Snapshot, Refusal> {
        let caller = Caller::system(Id::nil());
        let mut changes = changes;
        complete(now, &call(&caller), &mut changes)?;
        let after = now.fork(AT, &changes)?;
        check(now, &after, &call(&caller), &changes)?;
        Ok(after)
    }

    fn world(files: Vec<Record>, more: Vec<(directory::AttrId, Value)>) -> Result<Snapshot, Refusal> {
        let now = Snapshot::empty(Arc::new(schema::model()));
        let person = vec![
            (schema::ACCOUNT_ENABLED.id, true.into()),
            (schema::DISPLAY_NAME.id, "Ada".into()),
            (schema::MAIL_NICKNAME.id, "ada".into()),
            (schema::USER_PRINCIPAL_NAME.id, "ada@xyz.example".into()),
        ];
        let now = now.fork(AT, &[Change::Create { id: USER_ONE, kind: USER.id(), attributes: person }])?;
        let mut attributes = vec![(schema::DISPLAY_NAME.id, "Terms".into()), (FILES.id, Value::from(files))];
        attributes.extend(more);
        submit(&now, vec![Change::Create { id: AGREED, kind: AGREEMENT.id(), attributes }])
    }

    #[test]
    fn an_agreement_has_a_text_in_each_language_that_can_be_read() {
        let bytes =
            Record::new().with("language", "en").with("fileData", Record::new().with("data", Value::Bytes(vec![0xff])));
        for (what, files, is_fine) in [
            ("one text", vec![file("en", "Be kind.")], true),
            ("two languages", vec![file("en", "Be kind."), file("de", "Seid nett.")], true),
            ("none", vec![], false),
            ("no language", vec![file("", "Be kind.")], false),
            ("a language twice", vec![file("en", "Be kind."), file("en", "Be nice.")], false),
            ("an empty text", vec![file("en", "  ")], false),
            ("no text", vec![bytes], false),
            (
                "two defaults",
                vec![file("en", "a").with("isDefault", true), file("de", "b").with("isDefault", true)],
                false,
            ),
        ] {
            assert_eq!(world(files, vec![]).is_ok(), is_fine, "{what}");
        }
        for (frequency, is_fine) in [("P90D", true), ("PT0S", false), ("ninety", false)] {
            let more = vec![(USER_REACCEPT_REQUIRED_FREQUENCY.id, frequency.into())];
            assert_eq!(world(vec![file("en", "a")], more).is_ok(), is_fine, "{frequency}");
        }
    }

    #[test]
    fn terms_are_shown_in_the_persons_language_or_else_in_the_default() {
        let now =
            world(vec![file("en", "Be kind."), file("de", "Seid nett.").with("isDefault", true)], vec![]).unwrap();
        let agreement = now.find(AGREED).unwrap();
        for (languages, expect) in [
            (&["en"][..], "Be kind."),
            (&["en-GB"], "Be kind."),
            (&["fr", "en"], "Be kind."),
            (&["fr"], "Seid nett."),
            (&[], "Seid nett."),
        ] {
            assert_eq!(terms(agreement, languages).unwrap().text, expect, "{languages:?}");
        }
    }

    #[test]
    fn an_acceptance_says_to_what_and_until_when_and_takes_the_place_of_the_one_before() {
        let expiration =
            Record::new().with("startDateTime", AT - Duration::from_secs(86_400)).with("frequency", "P30D");
        let more = vec![(TERMS_EXPIRATION.id, expiration.into()), (USER_REACCEPT_REQUIRED_FREQUENCY.id, "P90D".into())];
        let now = world(vec![file("en", "Be kind.")], more).unwrap();
        let caller = Caller::system(Id::nil());
        let say = |now: &Snapshot, answer| {
            let changes = answered(now, &call(&caller), (AGREED, "file"), (USER_ONE, None), answer).unwrap();
            now.fork(AT, &changes).unwrap()
        };
        let now = say(&now, Answer::Declined);
        let now = say(&now, Answer::Accepted);
        let all: Vec<&Object> = now.all(&AGREEMENT_ACCEPTANCE).collect();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].get(ACCEPTANCE_STATE), Some("accepted"));
        assert_eq!(all[0].get(EXPIRATION_DATE_TIME), Some(AT.plus_days(29)), "everybody's turn comes first");
        let gone = now.fork(AT, &[Change::Delete { id: AGREED }]).unwrap();
        assert_eq!(gone.all(&AGREEMENT_ACCEPTANCE).count(), 0, "acceptances live as long as the agreement");
    }

    #[test]
    fn a_major_version_asks_again_and_a_minor_one_does_not() {
        let now = world(vec![file("en", "Be kind.")], vec![]).unwrap();
        let since = |now: &Snapshot| now.find(AGREED).unwrap().get(ACCEPTED_SINCE);
        let earlier = now.fork(AT, &[Change::set(AGREED, ACCEPTED_SINCE, Time::from_unix(5))]).unwrap();
        let replace = |file: Record| vec![Change::set(AGREED, FILES, vec![file])];
        let minor = submit(&earlier, replace(file("en", "Be kind!"))).unwrap();
        assert_eq!(since(&minor), Some(Time::from_unix(5)));
        let major = submit(&earlier, replace(file("en", "Be very kind.").with("isMajorVersion", true))).unwrap();
        assert_eq!(since(&major), Some(AT));
    }

    #[test]
    fn terms_that_a_policy_demands_stay() {
        let now = world(vec![file("en", "Be kind.")], vec![]).unwrap();
        let grant = Record::new().with("operator", "AND").with("termsOfUse", vec![AGREED.to_string()]);
        let attributes = vec![
            (schema::DISPLAY_NAME.id, "Policy".into()),
            (schema::STATE.id, "disabled".into()),
            (schema::conditional_access_policy::CONDITIONS.id, Record::new().into()),
            (GRANT_CONTROLS.id, grant.into()),
        ];
        let policy = Change::Create { id: Id::from_u128(60), kind: CONDITIONAL_ACCESS_POLICY.id(), attributes };
        let held = now.fork(AT, &[policy]).unwrap();
        assert!(submit(&held, vec![Change::Delete { id: AGREED }]).is_err());
        assert!(submit(&now, vec![Change::Delete { id: AGREED }]).is_ok());
    }
}
