//! A password that somebody chose, judged by every rule there is, and its verifier.

use directory::{Id, Object};
use schema::user::PASSWORD_VERIFIER;
use signin::{PasswordRules, Weakness};

use crate::error::Problem;
use crate::request::Desk;

/// What is asked of a password of this user.
pub(crate) fn rules(desk: &Desk<'_>, user: &Object) -> PasswordRules {
    PasswordRules::of(&desk.now, Some(user), !access::always_demands_two_factors(&desk.now, desk.at, user.id))
}

/// How many characters a password of this user needs: what the page says.
pub(crate) fn length_min(desk: &Desk<'_>, user: Option<Id>) -> usize {
    let user = user.and_then(|id| desk.now.find(id));
    user.map_or(signin::LENGTH_MIN_ALONE, |user| rules(desk, user).length_min)
}

/// The verifier of a new password, or which rule it breaks.
pub(crate) async fn hashed(desk: &Desk<'_>, user: &Object, new: &str) -> Result<Result<String, Weakness>, Problem> {
    let new = keys::nfkc(new);
    if let Err(weakness) = rules(desk, user).judge(&new) {
        return Ok(Err(weakness));
    }
    let passwords = desk.oidc.keys.passwords(desk.tenant)?;
    let old = user.get(PASSWORD_VERIFIER).map(str::to_owned);
    if desk.oidc.hashing.check(passwords.clone(), new.to_string(), old).await?.matches {
        return Ok(Err(Weakness::Same));
    }
    let hashed = desk.oidc.hashing.hash_unless_breached(desk.oidc.keys.clone(), passwords, new.to_string()).await?;
    Ok(hashed.ok_or(Weakness::Breached))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Change, Record};
    use schema::user::PASSWORD_PROFILE;

    use crate::fixture::{ADA, LEAKED, PASSWORD, UPN, authorize_url, run};

    #[test]
    fn a_chosen_password_is_judged_with_the_reason_and_without_the_password() {
        run(|org| async move {
            let forced = Record::new().with("forceChangePasswordNextSignIn", true);
            org.change(vec![Change::set(ADA, PASSWORD_PROFILE, forced)]).await;
            let mut page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            assert!(page.text.contains("<bdi>15</bdi>"), "nothing demands a second factor here");
            for (password, reason) in [
                ("kestrel moor 7", "fewer than 15 characters"),
                ("lovelace over the moor", "contains your name"),
                (PASSWORD, "is the present one"),
                // The same with another sign for the same space: one Unicode form.
                ("kestrel\u{3000}over moorland", "is the present one"),
                ("passwordpassword12", "guessed first"),
                (LEAKED, "that have leaked"),
            ] {
                page = org.answer(&page, &[("newpasswd", password), ("confirmpasswd", password)]).await;
                assert!(page.text.contains(reason), "{password}: {}", page.text);
                assert!(!page.text.contains(password));
            }
            let chosen = "Ｗüstenfuchs am ﬁnsteren Fluss";
            let done = org.answer(&page, &[("newpasswd", chosen), ("confirmpasswd", chosen)]).await;
            assert_eq!(done.status, 303, "{}", done.text);
            org.forget_cookies();
            let other_form = "Wu\u{308}stenfuchs am finsteren Fluss";
            assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, other_form).await.status, 303);
        });
    }
}
