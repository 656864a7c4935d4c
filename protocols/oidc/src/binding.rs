//! What the tokens of a request are bound to: the key of its DPoP proof (RFC 9449), or the certificate of its connection
//! (RFC 8705 §3) where the client wishes that.

use signin::{Client, ClientRules, Confirmation};

use crate::dpop;
use crate::error::{BAD_PROOF, Problem};
use crate::request::Desk;

/// What the access token that this request asks for is bound to. Called before a code or another thing that counts once is
/// used up: a client whose proof lacks a nonce comes again.
pub(crate) fn of(
    desk: &Desk<'_>,
    client: &Client<'_>,
    rules: &ClientRules<'_>,
) -> Result<Option<Confirmation>, Problem> {
    if let Some(proof) = dpop::proof(desk, rules)?
        && !rules.needs_mtls
    {
        return Ok(Some(Confirmation::Jkt(proof.jkt)));
    }
    if rules.needs_dpop {
        let why = format!("the tokens of `{}` are bound to a key; send a DPoP proof", client.name());
        return Err(Problem::new(BAD_PROOF, why));
    }
    match desk.request.certificate {
        Some(certificate) if rules.needs_binding => {
            Ok(Some(Confirmation::X5tS256(keys::base64url::encode(keys::sha256(certificate)))))
        }
        None if rules.needs_mtls => Err(Problem::malformed(
            "this application's tokens are bound to a certificate; ask at the address of `mtls_endpoint_aliases`",
        )),
        None if rules.needs_binding => Err(Problem::new(
            BAD_PROOF,
            "this application's tokens are bound to a key or a certificate; send a DPoP proof, or ask at the address of \
             `mtls_endpoint_aliases`",
        )),
        Some(_) | None => Ok(None),
    }
}

/// A refresh token that is bound to a key is good only for whoever holds it (RFC 8705 §4, RFC 9449 §5).
pub(crate) fn must_fit(kept: Option<&Confirmation>, shown: Option<&Confirmation>) -> Result<(), Problem> {
    match kept {
        Some(kept) if Some(kept) != shown => {
            Err(Problem::new(70_000, "the refresh token is bound to another key than the request shows"))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{PASSWORD, PHONE_APP, SECRET, UPN, WEB_APP, authorize_url, redemption, run, with_certificate};
    use bytes::Bytes;
    use directory::{Change, Id};

    fn certificate(name: &str) -> Vec<u8> {
        rcgen::generate_simple_self_signed([name.to_owned()]).unwrap().cert.der().to_vec()
    }

    fn wishes(app: u128, tags: &[&str]) -> Vec<Change> {
        vec![Change::set(
            Id::from_u128(app),
            schema::TAGS,
            tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>(),
        )]
    }

    #[test]
    fn a_bound_token_is_given_and_taken_only_with_its_certificate() {
        run(|org| async move {
            let (own, other) = (certificate("own"), certificate("other"));
            org.change(wishes(0x23, &["tls_client_certificate_bound_access_tokens:true"])).await;
            let sign_in = || async {
                org.forget_cookies();
                org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.sent("code").unwrap()
            };
            let refused = org.token(&redemption(&sign_in().await)).await;
            assert_eq!(refused.code(), 9_002_313, "{}", refused.text);
            let tokens = org.token_with(&own, &redemption(&sign_in().await)).await;
            assert_eq!(tokens.status, 200, "{}", tokens.text);
            let access = tokens.field("access_token");
            let thumbprint = keys::base64url::encode(keys::sha256(&own));
            assert_eq!(org.claims(&access).get("cnf").unwrap()["x5t#S256"], thumbprint);
            let ask = || {
                let request = http::Request::get("/oidc/userinfo").header("authorization", format!("Bearer {access}"));
                request.body(Bytes::new()).unwrap()
            };
            assert_eq!(org.send(ask()).await.status, 401, "without the certificate");
            assert_eq!(org.send(with_certificate(ask(), &other)).await.status, 401, "with another one");
            assert_eq!(org.send(with_certificate(ask(), &own)).await.status, 200);
            let refresh = tokens.field("refresh_token");
            let form = [("grant_type", "refresh_token"), ("client_id", PHONE_APP), ("refresh_token", refresh.as_str())];
            assert_eq!(
                org.token_with(&other, &form).await.code(),
                70_000,
                "a refresh token of a public client is bound too"
            );
            let again = org.token_with(&own, &form).await;
            assert_eq!(org.claims(&again.field("access_token")).get("cnf").unwrap()["x5t#S256"], thumbprint);
        });
    }

    #[test]
    fn a_client_proves_itself_with_the_certificate_that_it_registered() {
        run(|org| async move {
            let (own, other) = (certificate("own"), certificate("other"));
            let key = directory::Record::new()
                .with("type", "AsymmetricX509Cert")
                .with("usage", "Verify")
                .with("key", directory::Value::Bytes(own.clone()));
            let mut changes = wishes(0x21, &["token_endpoint_auth_method:self_signed_tls_client_auth"]);
            changes.push(Change::set(Id::from_u128(0x21), schema::KEY_CREDENTIALS, vec![key]));
            org.change(changes).await;
            let scope = "https://graph.microsoft.com/.default";
            let form = [("grant_type", "client_credentials"), ("client_id", WEB_APP), ("scope", scope)];
            let answer = org.token_with(&own, &form).await;
            assert_eq!(org.claims(&answer.field("access_token")).text("azpacr"), Some("2"));
            assert_eq!(org.token_with(&other, &form).await.code(), 700_027);
            assert_eq!(org.token(&form).await.code(), 7_000_218, "without a certificate");
            let secret = [form.as_slice(), &[("client_secret", SECRET)]].concat();
            assert_eq!(org.token(&secret).await.code(), 9_900_008, "no weaker way beside the one it registered");
        });
    }
}
