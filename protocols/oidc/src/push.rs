//! A second factor by approving on a device: the page shows two digits and waits, asking for itself again every few seconds;
//! the person types the digits on their device. Who may be asked and how often is `signin`'s.

use engine::Body;
use http::Response;
use signin::{
    APPROVALS, APPROVALS_ASKED, Approval, ApprovalState, Asked, Client, Denial, Evidence, Method, NUMBERS, Proof,
};

use crate::error::Problem;
use crate::flow::{Flow, Purpose, Stage};
use crate::methods::prove::Say;
use crate::request::Desk;
use crate::{login, methods, pages, prove};

/// A counter that others change at the same moment is tried so often.
const SWAPS_MAX: usize = 8;

/// Called when a sign-in waits for somebody's devices: the tenant and the person.
pub type WakeDevices = dyn Fn(directory::TenantId, directory::Id) + Send + Sync;

/// Why the devices are not asked: for the log, and in the person's language.
pub(crate) struct NotAsked {
    pub denial: Denial,
    pub notice: &'static str,
}

impl NotAsked {
    fn because(reason: &str, notice: &'static str) -> NotAsked {
        NotAsked { denial: Denial::new(500_121, reason), notice }
    }
}

/// Ask on the person's devices, and show the number. `instead` are the other ways to go on.
pub(crate) fn begin(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    instead: &[Method],
) -> Result<Result<Response<Body>, NotAsked>, Problem> {
    let (user, words) = (evidence.user, desk.words());
    let Some(rules) = signin::approval_rules(&desk.now, user) else {
        return Ok(Err(NotAsked::because(
            "no device of yours can approve sign-ins; choose another way",
            words.push_no_device,
        )));
    };
    if !ask_again(desk, user)? {
        return Ok(Err(NotAsked::because(
            "you were asked too often; wait a few minutes, or choose another way",
            words.push_too_often,
        )));
    }
    let app = match &purpose {
        Purpose::Authorize(request) => {
            Client::find(&desk.now, &request.client_id).ok().map(|client| client.name().to_owned())
        }
        _ => None,
    };
    let chance = u64::from_be_bytes(keys::random_bytes());
    let span = (NUMBERS.end() - NUMBERS.start() + 1).unsigned_abs();
    let approval = Approval {
        id: keys::random_uuid(),
        user,
        number: NUMBERS.start() + i64::try_from(chance % span).unwrap_or(0),
        at: desk.at,
        app: app.filter(|_| rules.shows_app),
        address: desk.request.address.filter(|_| rules.shows_place).map(|address| address.to_string()),
        state: ApprovalState::Waiting,
        device: None,
    };
    let tickets = desk.engine.tickets();
    let put = tickets.put(APPROVALS, user.as_bytes(), Some(user), approval.expires(), &approval.to_record());
    if !put.map_err(|_| Problem::fault())? {
        return Ok(Err(NotAsked::because(
            "another sign-in of yours waits to be approved; answer it first",
            words.push_waits,
        )));
    }
    (desk.oidc.wake_devices)(desk.tenant, user);
    let keep = desk.request.form.get("kmsi").is_some();
    let stage = Stage::Push { approval: approval.id, instead: instead.to_vec() };
    let flow = Flow { purpose: Some(purpose), stage, evidence: Some(evidence), keep };
    let form = flow.open(desk)?;
    Ok(Ok(form.answer(pages::push(desk, &flow, &form, approval.number, instead)?)))
}

/// `GET /{tenant}/oauth2/v2.0/push`: the page asks for itself again.
pub(crate) async fn poll(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let over = || {
        Problem::new(50_058, "this page is too old, was answered before, or belongs to another browser; start again")
    };
    let Some((token, flow)) = desk.request.query.get("flow").and_then(|token| Some((token, Flow::look(desk, token)?)))
    else {
        return pages::error(desk, &over());
    };
    let (Stage::Push { approval: id, instead }, Some(before)) = (&flow.stage, &flow.evidence) else {
        return pages::error(desk, &over());
    };
    let tickets = desk.engine.tickets();
    let kept = tickets.get(APPROVALS, before.user.as_bytes()).map_err(|_| Problem::fault())?;
    let approval = kept.as_ref().and_then(Approval::from_record).filter(|approval| approval.id == *id);
    match approval {
        Some(approval) if approval.state == ApprovalState::Waiting => {
            let form = Flow::form(desk, token);
            return pages::push(desk, &flow, &form, approval.number, instead);
        }
        Some(approval) if approval.state == ApprovalState::Approved => {
            // Taken, both: an approval lets one browser in, once.
            let taken = tickets.take(APPROVALS, before.user.as_bytes()).map_err(|_| Problem::fault())?;
            if taken.as_ref().and_then(Approval::from_record).is_none_or(|taken| taken.id != *id) {
                return pages::error(desk, &over());
            }
            let flow = match Flow::take_by_token(desk, token) {
                Ok(flow) => flow,
                Err(problem) => return pages::error(desk, &problem),
            };
            let (Some(purpose), Some(before)) = (flow.purpose, flow.evidence) else {
                return pages::error(desk, &over());
            };
            let Ok(user) = signin::living_user(&desk.now, &before) else {
                return pages::error(desk, &Denial::revoked().into());
            };
            let proof = Proof::of(Method::AuthenticatorPush, signin::evidence_time(user, desk.at));
            return login::arrive(desk, purpose, before.and(keys::random_uuid(), proof), flow.keep).await;
        }
        Some(_) | None => {}
    }
    // Refused, or nobody answered in time.
    if approval.is_some() {
        tickets.take(APPROVALS, before.user.as_bytes()).map_err(|_| Problem::fault())?;
    }
    let flow = match Flow::take_by_token(desk, token) {
        Ok(flow) => flow,
        Err(problem) => return pages::error(desk, &problem),
    };
    let (Some(purpose), Some(before), Stage::Push { instead, .. }) = (flow.purpose, flow.evidence, flow.stage) else {
        return pages::error(desk, &over());
    };
    let words = desk.words();
    let (why, notice) = match approval {
        Some(_) => ("the sign-in was not approved on your device", words.push_refused),
        None => ("nobody approved the sign-in in time", words.push_unanswered),
    };
    let denial = Denial::new(500_121, why);
    prove::log(desk, &purpose, desk.now.find(before.user), &denial).await?;
    if instead.is_empty() {
        return pages::error(desk, &denial.into());
    }
    // The devices are asked again only where the person says so.
    let offered = [instead.as_slice(), &[Method::AuthenticatorPush]].concat();
    methods::prove::page(desk, purpose, before, &offered, Say { why: None, notice: Some(notice) })
}

/// Another way was chosen on the page: what waits on the devices for it is over.
pub(crate) fn withdraw(desk: &Desk<'_>, flow: &Flow) -> Result<(), Problem> {
    let (Stage::Push { approval, .. }, Some(before)) = (&flow.stage, &flow.evidence) else { return Ok(()) };
    let (tickets, key) = (desk.engine.tickets(), before.user.as_bytes());
    let kept = tickets.get(APPROVALS, key).map_err(|_| Problem::fault())?;
    if kept.as_ref().and_then(Approval::from_record).is_some_and(|kept| kept.id == *approval) {
        tickets.take(APPROVALS, key).map_err(|_| Problem::fault())?;
    }
    Ok(())
}

/// Whether the person may be asked once more; counted, if so.
fn ask_again(desk: &Desk<'_>, user: directory::Id) -> Result<bool, Problem> {
    let (tickets, key) = (desk.engine.tickets(), user.as_bytes());
    for _ in 0..SWAPS_MAX {
        let kept = tickets.get(APPROVALS_ASKED, key).map_err(|_| Problem::fault())?;
        let asked = kept.as_ref().map(Asked::from_record).unwrap_or_default();
        if !asked.may_ask(desk.at) {
            return Ok(false);
        }
        let next = asked.asked(desk.at);
        let (body, expires) = (next.to_record(), next.expires());
        let done = match &kept {
            None => tickets.put(APPROVALS_ASKED, key, Some(user), expires, &body),
            Some(old) => tickets.swap(APPROVALS_ASKED, key, Some(user), expires, old, &body),
        };
        if done.map_err(|_| Problem::fault())? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{ADA, Answer, Org, PASSWORD, UPN, authorize_url, run};
    use directory::{Change, Id};

    use schema::device::{
        DEVICE, DEVICE_ID, KEY_THUMBPRINT, OPERATING_SYSTEM, OPERATING_SYSTEM_VERSION, REGISTERED_OWNERS,
    };
    use signin::{ApprovalAnswer, Need, Outcome, Verdict};

    const LAPTOP: Id = Id::from_u128(0xd1);

    /// Ada has a device, and a policy asks for two factors.
    async fn furnish(org: &Org) {
        let attributes = vec![
            (schema::DISPLAY_NAME.id, "laptop".into()),
            (schema::ACCOUNT_ENABLED.id, true.into()),
            (KEY_THUMBPRINT.id, "thumbprint".into()),
            (DEVICE_ID.id, LAPTOP.to_string().into()),
            (OPERATING_SYSTEM.id, "Linux".into()),
            (OPERATING_SYSTEM_VERSION.id, "1".into()),
        ];
        let device = Change::Create { id: LAPTOP, kind: DEVICE.id(), attributes };
        // Her pass would come first.
        let pass = Change::Delete { id: Id::from_u128(0x71) };
        org.change(vec![pass, device, Change::link(LAPTOP, REGISTERED_OWNERS, ADA)]).await;
        org.judge_by(|context| match context.mfa {
            Some(_) => Verdict::not_applied(),
            None => Verdict {
                outcome: Outcome::Interact {
                    needs: vec![Need::Mfa],
                    code: 50_076,
                    reason: "a second factor is needed".to_owned(),
                    policies: Vec::new(),
                },
                ..Verdict::not_applied()
            },
        });
    }

    fn number(page: &Answer) -> i64 {
        let text = page.text.split("class=\"number\"><strong>").nth(1).unwrap_or_else(|| panic!("{}", page.text));
        text.split('<').next().unwrap().parse().unwrap()
    }

    /// Where the page asks for itself again.
    fn again(page: &Answer) -> String {
        let found = page.text.split(";url=").nth(1).unwrap_or_else(|| panic!("{}", page.text));
        found.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&")
    }

    /// What the devices' protocol does with an answer.
    fn answer(org: &Org, answer: ApprovalAnswer) {
        let tickets = org.engine.tickets();
        let kept = tickets.get(APPROVALS, ADA.as_bytes()).unwrap().unwrap();
        let approval = Approval::from_record(&kept).unwrap();
        let after = approval.answered(&org.engine.snapshot(), LAPTOP, answer).unwrap();
        let body = after.to_record();
        assert!(tickets.swap(APPROVALS, ADA.as_bytes(), Some(ADA), approval.expires(), &kept, &body).unwrap());
    }

    #[test]
    fn the_number_typed_on_the_device_lets_the_browser_in_that_shows_it() {
        run(|org| async move {
            furnish(&org).await;
            let page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            let (shown, url) = (number(&page), again(&page));
            assert!(NUMBERS.contains(&shown));
            let waiting = org.get(&url).await;
            assert_eq!((number(&waiting), waiting.status.as_u16()), (shown, 200));
            answer(&org, ApprovalAnswer::Number(shown));
            let stranger = http::Request::get(&url).header("cookie", "none=").body(bytes::Bytes::new()).unwrap();
            assert_eq!(org.send(stranger).await.status, 400, "another browser gets nothing of it");
            let tokens = org.redeem(&org.get(&url).await).await;
            let amr: Vec<String> = org.claims(&tokens.field("access_token")).texts("amr").map(str::to_owned).collect();
            assert_eq!(amr, ["pwd", "mca", "mfa"]);
            assert_eq!(org.get(&url).await.status, 400, "once");
        });
    }

    #[test]
    fn a_wrong_number_a_refusal_and_silence_let_nobody_in() {
        run(|org| async move {
            furnish(&org).await;
            for said in [Some(ApprovalAnswer::Deny), None] {
                org.forget_cookies();
                let page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
                let url = again(&page);
                match said {
                    Some(said) => answer(&org, said),
                    None => org.later(121),
                }
                let end = org.get(&url).await;
                assert!(end.status == 400 && !end.headers.contains_key("location"), "{said:?}");
                assert_eq!(org.get(&url).await.status, 400);
            }
            org.forget_cookies();
            let page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            let wrong = if number(&page) == 10 { 11 } else { 10 };
            answer(&org, ApprovalAnswer::Number(wrong));
            assert_eq!(org.get(&again(&page)).await.status, 400);
            let rows = org.sign_ins().await;
            assert!(rows.iter().any(|row| row.record("status").unwrap().int("errorCode") == Some(500_121)));
        });
    }

    #[test]
    fn one_sign_in_is_asked_about_at_a_time_and_not_too_often() {
        run(|org| async move {
            furnish(&org).await;
            let mut asked = 0;
            for _ in 0..8 {
                org.forget_cookies();
                let page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
                if !page.text.contains("class=\"number\"") {
                    break;
                }
                asked += 1;
                org.forget_cookies();
                let second = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
                assert!(!second.text.contains("class=\"number\""), "one at a time");
                answer(&org, ApprovalAnswer::Deny);
                org.engine.tickets().take(APPROVALS, ADA.as_bytes()).unwrap();
            }
            assert!((1..=4).contains(&asked), "{asked} requests in a row");
        });
    }
}
