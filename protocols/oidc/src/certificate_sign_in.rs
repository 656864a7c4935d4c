//! Signing in with a certificate or smart card. TLS asks for it when a connection is opened, so that this has a listener of its
//! own: the page leads there, the certificate is proved, and the browser comes back with a ticket that is good once.
//!
//! Two secrets keep others out: the flow, which only the browser that began it can end (its cookie), and the ticket, which
//! only the browser that showed the certificate is given. Somebody who lures another to the listener gets neither.

use std::time::Duration;

use directory::{Object, Record, Value};
use engine::Body;
use http::Response;
use keys::{CertError, CertificateFacts, TrustedAuthority};
use signin::{CertificateAuthority, CertificateNames, Denial, Evidence, Method, Proof};

use crate::error::Problem;
use crate::flow::{self, Flow, Purpose, Stage};
use crate::request::Desk;
use crate::revocation_lists::RevocationLists;
use crate::{answer, login, opaque, pages, prove};

/// The shelf of certificates that were proved, until the browser comes back.
const PROVED: &str = "certificateProofs";
/// It comes back at once.
const PROVED_LIFE: Duration = Duration::from_secs(60);

/// Where certificates are asked for, and the lists of those that were taken back.
pub(crate) struct Certificates {
    /// `https://host:port`, without a slash at the end.
    pub url: String,
    pub lists: RevocationLists,
}

/// Whether the sign-in page offers it.
pub(crate) fn is_offered(desk: &Desk<'_>) -> bool {
    let policy = || signin::configuration(&desk.now, signin::PolicyMethod::X509Certificate);
    desk.oidc.certificates.is_some() && policy().text("state") == Some("enabled")
}

/// Lead the browser to the listener that asks for a certificate.
pub(crate) fn leave(desk: &Desk<'_>, purpose: Purpose, evidence: Option<Evidence>) -> Result<Response<Body>, Problem> {
    let Some(certificates) = desk.oidc.certificates.as_ref().filter(|_| is_offered(desk)) else {
        return pages::error(desk, &Problem::malformed("signing in with a certificate is not set up here"));
    };
    let keep = desk.request.form.get("kmsi").is_some();
    let form = Flow { purpose: Some(purpose), stage: Stage::Certificate, evidence, keep }.open(desk)?;
    let there = format!("{}/{}/oauth2/v2.0/certificate?flow={}", certificates.url, desk.tenant, form.flow);
    Ok(form.answer(answer::redirect(&there)?))
}

/// `GET /{tenant}/oauth2/v2.0/certificate` on that listener: prove the certificate, and send the browser back with what came
/// of it.
pub(crate) fn prove(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let Some(flow) = desk.request.query.get("flow").filter(|flow| Flow::waits(desk, flow, &Stage::Certificate)) else {
        return pages::error(desk, &Problem::new(50_058, "this page is too old or was answered before; start again"));
    };
    desk.oidc.throttle.admit(desk.request.address, desk.at)?;
    let outcome = shown(desk);
    if outcome.is_err() {
        desk.oidc.throttle.failed(desk.request.address, desk.at);
    }
    let body = Record::new().with("flow", Value::Bytes(opaque::key(flow).to_vec()));
    let body = match outcome {
        Ok((user, proof)) => body
            .with("user", user.id)
            .with("mode", proof.method.mode())
            .with("at", proof.at)
            .with_some("issuer", proof.detail),
        Err(denial) => body.with("code", denial.code).with("reason", denial.reason),
    };
    let ticket = opaque::fresh(desk.tenant);
    let key = opaque::key(ticket.expose());
    desk.engine.tickets().put(PROVED, &key, None, desk.at + PROVED_LIFE, &body).map_err(|_| Problem::fault())?;
    let (home, tenant) = (&desk.oidc.public_url, desk.tenant);
    answer::redirect(&format!("{home}/{tenant}/oauth2/v2.0/certificate/proved?flow={flow}&proof={}", ticket.expose()))
}

/// `GET /{tenant}/oauth2/v2.0/certificate/proved`: the browser is back where its cookies are.
pub(crate) async fn proved(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let over = || {
        Problem::new(50_058, "this page is too old, was answered before, or belongs to another browser; start again")
    };
    let query = &desk.request.query;
    let (Some(token), Some(ticket)) = (query.get("flow"), query.get("proof")) else {
        return pages::error(desk, &over());
    };
    let body = desk.engine.tickets().take(PROVED, &opaque::key(ticket)).map_err(|_| Problem::fault())?;
    let is_of_flow = |body: &Record| matches!(body.get("flow"), Some(Value::Bytes(key)) if *key == opaque::key(token));
    let Some(body) = body.filter(is_of_flow) else { return pages::error(desk, &over()) };
    let flow = match Flow::take_by_token(desk, token) {
        Ok(flow) if flow.stage == Stage::Certificate => flow,
        Ok(_) => return pages::error(desk, &over()),
        Err(problem) => return pages::error(desk, &problem),
    };
    let Some(purpose) = flow.purpose else { return pages::error(desk, &over()) };
    match accept(desk, &body, flow.evidence.as_ref()) {
        Ok(evidence) => login::arrive(desk, purpose, evidence, flow.keep).await,
        Err(denial) => {
            let user = body.guid("user").and_then(|id| desk.now.find(id));
            prove::log(desk, &purpose, user, &denial).await?;
            let notice = match denial.code {
                // The words of this code speak of applications.
                50_105 => desk.words().certificate_not_allowed.to_owned(),
                code => pages::explained(desk.words(), code, &denial.reason),
            };
            flow::sign_in_page(desk, purpose, None, Some(notice), flow.evidence)
        }
    }
}

/// Evidence of what was proved there, joined to what was proved before.
fn accept(desk: &Desk<'_>, body: &Record, before: Option<&Evidence>) -> Result<Evidence, Denial> {
    if let (Some(code), Some(reason)) = (body.int("code"), body.text("reason")) {
        return Err(Denial::new(u32::try_from(code).unwrap_or(50_017), reason));
    }
    let found = body.guid("user").and_then(|id| desk.now.find_a(&schema::user::USER, id));
    let method = body.text("mode").and_then(Method::of_mode);
    let (Some(user), Some(method), Some(at)) = (found, method, body.time("at")) else { return Err(Denial::revoked()) };
    if !user.is(schema::ACCOUNT_ENABLED) {
        return Err(Denial::disabled_user());
    }
    let proof = Proof { method, at, detail: body.text("issuer").map(str::to_owned) };
    match before {
        Some(before) if before.user != user.id => {
            Err(Denial::new(1_001_003, "the certificate stands for another person than the one who signs in"))
        }
        Some(before) => Ok(before.clone().and(keys::random_uuid(), proof)),
        None => Ok(Evidence::begin(user.id, keys::random_uuid(), proof)),
    }
}

/// Whose certificate the connection was opened with, and what it proves.
fn shown<'d>(desk: &'d Desk<'_>) -> Result<(&'d Object, Proof), Denial> {
    let certificate = desk.request.certificate.ok_or_else(|| {
        Denial::new(50_017, "the browser showed no certificate; choose one, or close the browser and start again")
    })?;
    let facts = verified(desk, certificate, &signin::certificate_authorities(&desk.now))?;
    let issuer = facts.authority_key_id.clone();
    let holder = signin::certificate_holder(&desk.now, &names(facts))?;
    let at = signin::evidence_time(holder.user, desk.at);
    Ok((holder.user, Proof { method: holder.method, at, detail: issuer }))
}

/// What a certificate says, if it leads to one of these authorities and none has taken it back.
pub(crate) fn verified(
    desk: &Desk<'_>,
    certificate: &[u8],
    authorities: &[CertificateAuthority],
) -> Result<CertificateFacts, Denial> {
    let lists = desk.oidc.certificates.as_ref().map(|certificates| &certificates.lists);
    let crl = |authority: &CertificateAuthority| lists?.get(authority.crl_url.as_deref()?);
    let with_lists: Vec<_> = authorities.iter().map(|authority| (authority, crl(authority))).collect();
    let trusted = with_lists.iter().map(|(authority, crl)| TrustedAuthority {
        certificate: &authority.certificate,
        is_root: authority.is_root,
        crl: crl.as_deref(),
        needs_crl: authority.needs_crl,
    });
    keys::verify_client_certificate(certificate, &trusted.collect::<Vec<_>>(), desk.at).map_err(|why| {
        let code = match why {
            CertError::Revoked => 500_183,
            CertError::RevocationUnknown => 2_205_013,
            _ => 50_017,
        };
        Denial::new(code, why.to_string())
    })
}

fn names(facts: CertificateFacts) -> CertificateNames {
    CertificateNames {
        principal_names: facts.principal_names,
        rfc822_names: facts.rfc822_names,
        subject: facts.subject_from_root,
        issuer: facts.issuer_from_root,
        serial: facts.serial,
        subject_key_id: facts.subject_key_id,
        sha1: [facts.thumbprint, facts.public_key_sha1],
        policies: facts.policies,
        issuer_key_id: facts.authority_key_id,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{ADA, Answer, HOME, Org, UPN, authorize_url, run_with, with_certificate};
    use bytes::Bytes;
    use directory::{Change, Id};
    use engine::testing::TENANT;
    use http::Request;
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DnType,
        ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
        date_time_ymd,
    };
    use schema::authentication_methods_policy::{AUTHENTICATION_METHOD_CONFIGURATIONS, AUTHENTICATION_METHODS_POLICY};
    use schema::certificate_based_auth_pki as pki;

    const THERE: &str = "https://certauth.xyz.example";
    const LIST: &str = "http://crl.xyz.example/ca.crl";

    struct Authority {
        der: Vec<u8>,
        issuer: Issuer<'static, KeyPair>,
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2060, 1, 1);
        params
    }

    fn authority(name: &str) -> Authority {
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        Authority { der: params.self_signed(&key).unwrap().der().to_vec(), issuer: Issuer::new(params, key) }
    }

    /// A smart card's certificate: the person's name in the domain stands in an `otherName`.
    fn card(issuer: &Authority, upn: &str, serial: u64) -> Vec<u8> {
        let mut params = params("Somebody");
        params.serial_number = Some(SerialNumber::from(serial));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let length = u8::try_from(upn.len()).unwrap();
        let mut other = vec![0x06, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3, 0xa0, length + 2, 0x0c, length];
        other.extend(upn.as_bytes());
        let inner = u8::try_from(other.len()).unwrap();
        let names = [vec![0x30, inner + 2, 0xa0, inner], other].concat();
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 17], names)];
        params.signed_by(&KeyPair::generate().unwrap(), &issuer.issuer).unwrap().der().to_vec()
    }

    fn list(issuer: &Authority, revoked: &[u64]) -> Vec<u8> {
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2023, 1, 1),
            next_update: date_time_ymd(2060, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&issuer.issuer).unwrap().der().to_vec()
    }

    /// A tenant that trusts the authority with what it says of one factor, or of two.
    fn trusting(issuer: &Authority, url: &str, mode: &str) -> Vec<Change> {
        let target = Record::new().with("id", "all_users").with("targetType", "group");
        let configuration = Record::new()
            .with("id", "X509Certificate")
            .with("state", "enabled")
            .with("includeTargets", vec![target])
            .with(
                "authenticationModeConfiguration",
                Record::new().with("x509CertificateAuthenticationDefaultMode", mode),
            );
        let create = |id: u128, kind: &'static directory::Kind, attributes| Change::Create {
            id: Id::from_u128(id),
            kind: kind.id(),
            attributes,
        };
        vec![
            create(
                0xce01,
                &AUTHENTICATION_METHODS_POLICY,
                vec![(AUTHENTICATION_METHOD_CONFIGURATIONS.id, vec![configuration].into())],
            ),
            create(
                0xce02,
                &pki::CERTIFICATE_AUTHORITY_DETAIL,
                vec![
                    (pki::CERTIFICATE.id, Value::Bytes(issuer.der.clone())),
                    (pki::CERTIFICATE_AUTHORITY_TYPE.id, "root".into()),
                    (pki::CERTIFICATE_REVOCATION_LIST_URL.id, url.into()),
                ],
            ),
        ]
    }

    fn at_listener(location: &str, certificate: Option<&[u8]>) -> Request<Bytes> {
        let path = location.strip_prefix(THERE).expect("it leads to the listener");
        let mut request = Request::get(path).header("cookie", "none=").body(Bytes::new()).unwrap();
        match certificate {
            Some(certificate) => with_certificate(request, certificate),
            None => {
                request.extensions_mut().insert(engine::PeerCertificates([].into()));
                request
            }
        }
    }

    /// From the sign-in page over the listener and back.
    async fn sign_in(org: &Org, certificate: Option<&[u8]>) -> Answer {
        let page = org.get(&authorize_url(&[])).await;
        assert!(page.text.contains("name=\"certificate\""), "{}", page.text);
        let there = org.answer(&page, &[("certificate", "1")]).await;
        let back = org.send(at_listener(&there.location(), certificate)).await;
        assert!(!back.headers.contains_key("set-cookie"), "the listener is another place");
        org.get(back.location().strip_prefix(HOME).unwrap()).await
    }

    #[test]
    fn a_certificate_signs_its_owner_in_with_as_many_factors_as_the_policy_says() {
        for (mode, methods) in
            [("x509CertificateSingleFactor", vec!["rsa"]), ("x509CertificateMultiFactor", vec!["rsa", "mfa"])]
        {
            run_with(
                |oidc| oidc.asking_for_certificates_at(THERE, RevocationLists::default()),
                |org| async move {
                    let issuer = authority("XYZ smart cards");
                    org.change(trusting(&issuer, "", mode)).await;
                    let answer = sign_in(&org, Some(&card(&issuer, "Ada@xyz.example", 1))).await;
                    let tokens = org.redeem(&answer).await;
                    let claims = org.claims(&tokens.field("access_token"));
                    assert_eq!(claims.text("oid"), Some(ADA.to_string().as_str()));
                    assert_eq!(claims.texts("amr").collect::<Vec<_>>(), methods);
                },
            );
        }
    }

    #[test]
    fn what_proves_nothing_leads_back_to_the_page_and_says_why() {
        let lists = RevocationLists::default();
        let kept = lists.clone();
        run_with(
            move |oidc| oidc.asking_for_certificates_at(THERE, kept),
            |org| async move {
                let (issuer, stranger) = (authority("XYZ smart cards"), authority("XYZ smart cards"));
                org.change(trusting(&issuer, LIST, "x509CertificateSingleFactor")).await;
                let (ada, lost) = (card(&issuer, UPN, 1), card(&issuer, UPN, 2));
                let none = sign_in(&org, Some(&ada)).await;
                assert!(none.text.contains("cannot be told now"), "no list yet: {}", none.text);
                lists.put(LIST, list(&issuer, &[2]));
                for (certificate, why) in [
                    (Some(&lost), "was revoked"),
                    (Some(&card(&stranger, UPN, 3)), "not issued by an authority"),
                    (Some(&card(&issuer, "nobody@xyz.example", 4)), "No account is found"),
                    (None, "no certificate"),
                ] {
                    let answer = sign_in(&org, certificate.map(Vec::as_slice)).await;
                    assert_eq!(answer.status, 400);
                    assert!(answer.text.contains(why), "{why}: {}", answer.text);
                }
                assert!(sign_in(&org, Some(&ada)).await.sent("code").is_some());
                let rows = org.sign_ins().await;
                let codes: Vec<_> = rows.iter().filter_map(|row| row.record("status")?.int("errorCode")).collect();
                assert!(codes.contains(&500_183) && codes.contains(&50_017), "{codes:?}");
            },
        );
    }

    #[test]
    fn a_proof_counts_once_in_the_browser_that_began_and_for_nobody_else() {
        run_with(
            |oidc| oidc.asking_for_certificates_at(THERE, RevocationLists::default()),
            |org| async move {
                let issuer = authority("XYZ smart cards");
                org.change(trusting(&issuer, "", "x509CertificateSingleFactor")).await;
                let ada = card(&issuer, UPN, 1);
                let page = org.get(&authorize_url(&[])).await;
                let there = org.answer(&page, &[("certificate", "1")]).await.location();
                let back = org.send(at_listener(&there, Some(&ada))).await.location();
                let back = back.strip_prefix(HOME).unwrap().to_owned();
                let other = Request::get(&back).header("cookie", "none=").body(Bytes::new()).unwrap();
                assert_eq!(org.send(other).await.status, 400, "somebody lured her there");
                assert_eq!(org.get(&back).await.status, 400, "the proof is used up");
                // A flow of one's own with the proof of another.
                let page = org.get(&authorize_url(&[])).await;
                let mine = org.answer(&page, &[("certificate", "1")]).await.location();
                let page = org.get(&authorize_url(&[])).await;
                let hers = org.answer(&page, &[("certificate", "1")]).await.location();
                let proof = org.send(at_listener(&hers, Some(&ada))).await.location();
                let flow = |url: &str| url.split("flow=").nth(1).unwrap().split('&').next().unwrap().to_owned();
                let mixed = proof.replace(&flow(&proof), &flow(&mine));
                assert_eq!(org.get(mixed.strip_prefix(HOME).unwrap()).await.status, 400);
            },
        );
    }

    #[test]
    fn a_step_up_takes_the_certificate_of_the_same_person_only() {
        run_with(
            |oidc| oidc.asking_for_certificates_at(THERE, RevocationLists::default()),
            |org| async move {
                let issuer = authority("XYZ smart cards");
                let mut changes = trusting(&issuer, "", "x509CertificateSingleFactor");
                let bob = vec![
                    (schema::ACCOUNT_ENABLED.id, true.into()),
                    (schema::DISPLAY_NAME.id, "Bob".into()),
                    (schema::USER_PRINCIPAL_NAME.id, "bob@xyz.example".into()),
                    (schema::MAIL_NICKNAME.id, "bob".into()),
                ];
                let kind = schema::user::USER.id();
                changes.push(Change::Create { id: Id::from_u128(0xb0b), kind, attributes: bob });
                org.change(changes).await;
                let before = Evidence::begin(ADA, TENANT, Proof::of(Method::Password, org.engine.now()));
                let body = |user: Id| {
                    let mode = Method::X509CertificateSingleFactor.mode();
                    Record::new().with("user", user).with("mode", mode).with("at", org.engine.now())
                };
                let parts = Request::get("/").body(()).unwrap().into_parts().0;
                let ids = crate::request::Ids::of(&parts);
                let request = crate::request::Request::read(&parts, b"", ids).unwrap();
                let path = format!("/{TENANT}/oauth2/v2.0/login");
                let route = crate::route::Route::of(&path).unwrap();
                let desk = org.oidc.0.desk(&request, route).unwrap();
                let joined = accept(&desk, &body(ADA), Some(&before)).unwrap();
                assert!(joined.mfa().is_some() && joined.session != before.session);
                assert_eq!(
                    accept(&desk, &body(Id::from_u128(0xb0b)), Some(&before)).map_err(|d| d.code),
                    Err(1_001_003)
                );
            },
        );
    }

    #[test]
    fn pages_and_certificates_each_have_their_listener() {
        run_with(
            |oidc| oidc.asking_for_certificates_at(THERE, RevocationLists::default()),
            |org| async move {
                assert_eq!(org.get(&format!("/{TENANT}/oauth2/v2.0/certificate?flow=x")).await.status, 404);
                let there = |path: String| org.send(at_listener(&format!("{THERE}{path}"), None));
                assert_eq!(there(authorize_url(&[])).await.status, 404);
                let found = org.get("/common/v2.0/.well-known/openid-configuration").await.json();
                let alias = found["mtls_endpoint_aliases"]["token_endpoint"].as_str().unwrap();
                assert_eq!(alias, format!("{THERE}/common/oauth2/v2.0/token"));
                assert_eq!(found["tls_client_certificate_bound_access_tokens"], true);
            },
        );
        crate::fixture::run(|org| async move {
            let found = org.get("/common/v2.0/.well-known/openid-configuration").await.json();
            assert!(found.get("mtls_endpoint_aliases").is_none());
            assert!(!org.get(&authorize_url(&[])).await.text.contains("name=\"certificate\""));
        });
    }
}
