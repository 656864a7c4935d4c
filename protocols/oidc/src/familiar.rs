//! Where a try to sign in comes from, and whether this name came in from there before: which of its two counters of wrong
//! passwords it counts on.
//!
//! A name that nobody has is looked up like any other and is never familiar anywhere.

use std::net::IpAddr;

use directory::Record;
use signin::Familiar;

use crate::error::Problem;
use crate::request::Desk;
use crate::session;
use crate::throttle::group;

/// The shelf of familiar places, by name.
const FAMILIAR: &str = "familiarPlaces";

/// The places that one request comes from: its browser and its network.
pub(crate) struct Places {
    name: Vec<u8>,
    places: Vec<Vec<u8>>,
    kept: Option<Record>,
    is_familiar: bool,
}

impl Places {
    pub(crate) fn of(desk: &Desk<'_>, name: &str) -> Result<Places, Problem> {
        let name = keys::sha256(name.as_bytes()).to_vec();
        let place = |kind: &str, text: &str| keys::sha256(format!("{kind}\0{text}").as_bytes()).to_vec();
        let (browser, is_fresh) = session::browser(desk);
        let browser = (!is_fresh).then(|| place("browser", &browser));
        let network = desk.request.address.map(|address: IpAddr| place("network", &group(address).to_string()));
        let places: Vec<Vec<u8>> = browser.into_iter().chain(network).collect();
        let kept = desk.engine.tickets().get(FAMILIAR, &name).map_err(|_| Problem::fault())?;
        let is_familiar = kept.as_ref().is_some_and(|kept| Familiar::from_record(kept).knows(&places, desk.at));
        Ok(Places { name, places, kept, is_familiar })
    }

    /// The counter that a wrong password from here counts on.
    pub(crate) fn lock_key(&self) -> Vec<u8> {
        if self.is_familiar {
            keys::sha256(&[&self.name, b"familiar".as_slice()].concat()).to_vec()
        } else {
            self.name.clone()
        }
    }

    /// After a sign-in: this place is familiar from now on.
    pub(crate) fn remember(&self, desk: &Desk<'_>) -> Result<(), Problem> {
        let known = self.kept.as_ref().map(Familiar::from_record).unwrap_or_default();
        let Some(next) = known.seen(&self.places, desk.at) else { return Ok(()) };
        let (tickets, body, expires) = (desk.engine.tickets(), next.to_record(), next.expires(desk.at));
        // Of two sign-ins at the same moment one is remembered; the other's place will be, at its next.
        let done = match &self.kept {
            None => tickets.put(FAMILIAR, &self.name, None, expires, &body),
            Some(old) => tickets.swap(FAMILIAR, &self.name, None, expires, old, &body),
        };
        done.map(drop).map_err(|_| Problem::fault())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::net::IpAddr;

    use bytes::Bytes;
    use engine::Peer;
    use engine::testing::TENANT;
    use http::Request;
    use http_body_util::BodyExt;

    use crate::fixture::{Answer, Org, PASSWORD, UPN, authorize_url, run};

    /// Type a password from a network that nobody signed in from, in a browser of its own.
    async fn strangers_try(org: &Org, name: &str, password: &str) -> Answer {
        let send = |method: &str, path: String, cookies: String, form: Vec<(String, String)>| {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
            let mut request = Request::builder()
                .method(method)
                .uri(path)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("cookie", cookies)
                .body(Bytes::from(body))
                .unwrap();
            request.extensions_mut().insert(Peer { address: IpAddr::from([203, 0, 113, 9]) });
            async { heard(org.oidc.answer(request).await).await }
        };
        let page = send("GET", authorize_url(&[]), "x=y".into(), vec![]).await;
        let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = |page: &Answer| {
            vec![pair("flow", &page.input("flow")), pair("csrf", &page.input("csrf")), pair("loginfmt", name)]
        };
        let login = format!("/{TENANT}/oauth2/v2.0/login");
        let page = send("POST", login.clone(), cookie.clone(), form(&page)).await;
        let with_password = [form(&page), vec![pair("passwd", password)]].concat();
        send("POST", login, cookie, with_password).await
    }

    async fn heard(answer: http::Response<engine::Body>) -> Answer {
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    fn is_let_in(answer: &Answer) -> bool {
        answer.status == 303
    }

    #[test]
    fn whoever_guesses_from_elsewhere_locks_themselves_out_and_not_the_owner() {
        run(|org| async move {
            assert!(is_let_in(&org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await), "this place is familiar now");
            for n in 0..12 {
                strangers_try(&org, UPN, &format!("a wrong guess {n}")).await;
            }
            let locked = strangers_try(&org, UPN, PASSWORD).await;
            assert!(!is_let_in(&locked), "even with the right password");
            let again = authorize_url(&[("prompt", "login")]);
            assert!(is_let_in(&org.sign_in_at(&again, UPN, PASSWORD).await), "the owner goes on working");
            // And in their own place the owner's own counter locks.
            for n in 0..10 {
                org.sign_in_at(&again, UPN, &format!("my wrong guess {n}")).await;
            }
            assert!(!is_let_in(&org.sign_in_at(&again, UPN, PASSWORD).await));
        });
    }

    #[test]
    fn a_name_that_nobody_has_is_locked_like_any_other() {
        run(|org| async move {
            let mut told = Vec::new();
            for name in [UPN, "nobody@xyz.example"] {
                let mut seen = Vec::new();
                for n in 0..12 {
                    let answer = strangers_try(&org, name, &format!("a wrong guess {n}")).await;
                    let notice = answer.text.split("id=\"notice\"").nth(1).unwrap().split("</p>").next().unwrap();
                    let notice = notice.to_owned();
                    seen.push((answer.status, notice));
                }
                told.push(seen);
            }
            assert_eq!(told[0], told[1]);
            assert_ne!(told[0][0], told[0][11], "a lock says so");
        });
    }
}
