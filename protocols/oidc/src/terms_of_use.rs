//! The page of terms of use: the text in the person's language, and what they say to it.
//!
//! Whether an acceptance counts is judged by the policies, which are asked again after it. Deliberately absent: files other
//! than text.

use directory::Id;
use engine::{Body, Failure, Submission};
use governance::TermsAnswer;
use http::Response;
use schema::agreement::AGREEMENT;
use signin::{Denial, Evidence};

use crate::error::Problem;
use crate::flow::{Flow, Purpose, Stage};
use crate::request::Desk;
use crate::{device_proof, login, pages, prove};

/// What is said when terms cannot be shown or were not accepted.
const UNMET: u32 = 50_158;

/// Show the terms.
pub(crate) fn page(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    agreement: Id,
) -> Result<Response<Body>, Problem> {
    let gone = || Problem::new(UNMET, "the terms of use are not there any more; ask an administrator");
    let Some(object) = desk.now.find_a(&AGREEMENT, agreement) else { return pages::error(desk, &gone()) };
    let Some(terms) = governance::terms(object, &[desk.language.tag()]) else { return pages::error(desk, &gone()) };
    let stage = Stage::Terms(agreement, terms.id.clone());
    let flow = Flow { purpose: Some(purpose), stage, evidence: Some(evidence), keep: false };
    let form = flow.open(desk)?;
    let name = object.get(schema::DISPLAY_NAME).unwrap_or_default();
    let page = pages::terms_of_use(desk, &flow, &form, name, &terms)?;
    Ok(form.answer(page))
}

/// What the person said.
pub(crate) async fn answer(
    desk: &Desk<'_>,
    flow: Flow,
    purpose: Purpose,
    agreement: Id,
    file: &str,
) -> Result<Response<Body>, Problem> {
    let Some(evidence) = flow.evidence else {
        return pages::error(desk, &Problem::malformed("the page does not fit its request; start again"));
    };
    if let Err(denial) = signin::living_user(&desk.now, &evidence) {
        return pages::error(desk, &denial.into());
    }
    let said = match desk.request.form.get("decision") {
        Some("accept") => TermsAnswer::Accepted,
        _ => TermsAnswer::Declined,
    };
    let (who, file) = ((evidence.user, device_proof::device(desk)?), file.to_owned());
    let operation = match said {
        TermsAnswer::Accepted => "Accept terms of use",
        TermsAnswer::Declined => "Decline terms of use",
    };
    let submission = Submission::proven(&prove::caller(desk, &evidence), operation, move |now, call| {
        Ok(directory::Decision::change(governance::terms_answered(now, call, (agreement, &file), who, said)?))
    });
    let done = match desk.engine.submit(submission).await {
        Ok(done) => done,
        Err(Failure::Refused(refusal)) => return pages::error(desk, &Denial::new(UNMET, refusal.message).into()),
        Err(Failure::Fault(_)) => return Err(Problem::fault()),
    };
    if said == TermsAnswer::Declined {
        return pages::error(desk, &Problem::new(UNMET, "the terms of use were not accepted"));
    }
    login::go_on(&desk.at_snapshot(done.snapshot), purpose, evidence).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{ADA, PASSWORD, UPN, authorize_url, run};
    use directory::{Change, Id, Record, Value};
    use schema::agreement::{ACCEPTANCE_STATE, AGREEMENT, AGREEMENT_ACCEPTANCE, AGREEMENT_FILE_ID, FILES, USER_ID};
    use signin::{Need, Outcome, Verdict};

    const TERMS: Id = Id::from_u128(0x7e);

    fn agreement() -> Change {
        let file = |id: &str, language: &str, text: &str| {
            let data = Record::new().with("data", Value::Bytes(text.as_bytes().to_vec()));
            Record::new()
                .with("id", id)
                .with("language", language)
                .with("isDefault", language == "en")
                .with("fileData", data)
        };
        let files = vec![file("f-en", "en", "Be <kind> to the printer."), file("f-de", "de", "Seid nett zum Drucker.")];
        let attributes = vec![(schema::DISPLAY_NAME.id, "House rules".into()), (FILES.id, files.into())];
        Change::Create { id: TERMS, kind: AGREEMENT.id(), attributes }
    }

    fn asks() -> Verdict {
        Verdict {
            outcome: Outcome::Interact {
                needs: vec![Need::TermsOfUse(TERMS)],
                code: 50_158,
                reason: "the terms of use must be accepted".to_owned(),
                policies: Vec::new(),
            },
            status: "failure",
            ..Verdict::not_applied()
        }
    }

    #[test]
    fn terms_are_read_and_accepted_before_anything_else_and_the_answer_is_kept() {
        run(|org| async move {
            org.change(vec![agreement()]).await;
            org.judge_by(|_| asks());
            let page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            assert!(
                page.text.contains("House rules") && page.text.contains("Be &#60;kind&#62; to the printer."),
                "{}",
                page.text
            );
            let declined = org.answer(&page, &[("decision", "decline")]).await;
            assert!(declined.text.contains("AADSTS50158"), "{}", declined.text);
            let said = || {
                let now = org.engine.snapshot();
                let all: Vec<(String, String, String)> = now
                    .all(&AGREEMENT_ACCEPTANCE)
                    .map(|acceptance| {
                        let text = |value: Option<&str>| value.unwrap().to_owned();
                        (
                            text(acceptance.get(USER_ID)),
                            text(acceptance.get(ACCEPTANCE_STATE)),
                            text(acceptance.get(AGREEMENT_FILE_ID)),
                        )
                    })
                    .collect();
                all
            };
            assert_eq!(said(), [(ADA.to_string(), "declined".to_owned(), "f-en".to_owned())]);
            let page = org.get(&authorize_url(&[("ui_locales", "de")])).await;
            assert!(page.text.contains("Seid nett zum Drucker."), "{}", page.text);
            // Whether it counts is for the policies to say; here they do.
            org.judge_by(|_| Verdict::not_applied());
            let accepted = org.answer(&page, &[("decision", "accept")]).await;
            assert!(accepted.sent("code").is_some(), "{}", accepted.text);
            assert_eq!(said(), [(ADA.to_string(), "accepted".to_owned(), "f-de".to_owned())]);
        });
    }

    #[test]
    fn terms_that_are_gone_let_nobody_through() {
        run(|org| async move {
            org.judge_by(|_| asks());
            let page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            assert!(page.text.contains("AADSTS50158"), "{}", page.text);
        });
    }
}
