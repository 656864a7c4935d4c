//! Signing in with a certificate: which authorities are trusted, whom a certificate stands for, and how much it proves, as
//! `x509CertificateAuthenticationMethodConfiguration` says.
//!
//! What the certificate says, and that it leads to one of the authorities, is evidence that the protocol brings. Here no
//! certificate is read.

use directory::{Object, Record, Snapshot};
use schema::USER_PRINCIPAL_NAME;
use schema::certificate_based_auth_pki::{
    CERTIFICATE, CERTIFICATE_AUTHORITY_DETAIL, CERTIFICATE_AUTHORITY_TYPE, CERTIFICATE_REVOCATION_LIST_URL,
    ISSUER_SUBJECT_KEY_IDENTIFIER,
};
use schema::user::{CERTIFICATE_USER_IDS, USER};

use crate::methods_policy::{self, PolicyMethod, allowed};
use crate::{Denial, Method};

/// So many rules and bindings of a policy are looked at.
const RULES_MAX: usize = 256;

/// An authority that the tenant trusts to say who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateAuthority {
    pub certificate: Vec<u8>,
    pub is_root: bool,
    pub crl_url: Option<String>,
    /// Whether its certificates count only where its list says that they were not taken back.
    pub needs_crl: bool,
}

/// The authorities for signing in.
#[must_use]
pub fn certificate_authorities(now: &Snapshot) -> Vec<CertificateAuthority> {
    let policy = methods_policy::configuration(now, PolicyMethod::X509Certificate);
    let lists = policy.record("crlValidationConfiguration");
    let is_exempt = |ski: &str| {
        let exempt = "exemptedCertificateAuthoritiesSubjectKeyIdentifiers";
        lists.is_some_and(|lists| lists.texts(exempt).any(|known| is_same_id(known, ski)))
    };
    let needs_lists = lists.and_then(|lists| lists.text("state")) == Some("enabled");
    let authority = |object: &Object| {
        let crl_url = object.get(CERTIFICATE_REVOCATION_LIST_URL).filter(|url| !url.is_empty()).map(str::to_owned);
        let ski = object.get(ISSUER_SUBJECT_KEY_IDENTIFIER).unwrap_or_default();
        Some(CertificateAuthority {
            certificate: object.get(CERTIFICATE)?,
            is_root: object.get(CERTIFICATE_AUTHORITY_TYPE) == Some("root"),
            // A list that was named and cannot be had says nothing; then nobody gets in.
            needs_crl: crl_url.is_some() || needs_lists && !is_exempt(ski),
            crl_url,
        })
    };
    now.all(&CERTIFICATE_AUTHORITY_DETAIL).filter_map(authority).collect()
}

/// What a certificate says, as far as finding its owner goes. Numbers are hexadecimal, names are written from the root on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateNames {
    pub principal_names: Vec<String>,
    pub rfc822_names: Vec<String>,
    pub subject: String,
    pub issuer: String,
    pub serial: String,
    pub subject_key_id: Option<String>,
    /// SHA-1 of the certificate and of its public key: administrators write either.
    pub sha1: [String; 2],
    pub policies: Vec<String>,
    /// The key identifier of the authority that issued it.
    pub issuer_key_id: Option<String>,
}

/// Whose certificate it is, and what it proves.
#[derive(Clone, Copy, Debug)]
pub struct CertificateHolder<'a> {
    pub user: &'a Object,
    pub method: Method,
}

/// The person whom a certificate stands for. That it holds was proved before.
pub fn certificate_holder<'a>(now: &'a Snapshot, names: &CertificateNames) -> Result<CertificateHolder<'a>, Denial> {
    let policy = methods_policy::configuration(now, PolicyMethod::X509Certificate);
    if policy.text("state") != Some("enabled") {
        return Err(not_allowed());
    }
    let (method, needs_high) = strength(&policy, names);
    let user = bound_user(now, &policy, names, needs_high)?;
    if allowed(now, user.id, PolicyMethod::X509Certificate).is_none() || !is_in_scope(now, &policy, names, user) {
        return Err(not_allowed());
    }
    Ok(CertificateHolder { user, method })
}

/// What the certificate proves, and whether only a mapping that nobody can register twice may find its owner. The rule that
/// names most of it decides: issuer and policy, then policy, then issuer, then the default; among equals the strongest.
fn strength(policy: &Record, names: &CertificateNames) -> (Method, bool) {
    let modes = policy.record("authenticationModeConfiguration");
    let rules = modes.into_iter().flat_map(|modes| modes.records("rules")).take(RULES_MAX);
    let fitting = rules.filter_map(|rule| Some((precision(rule, names)?, rule)));
    let best =
        fitting.max_by_key(|(precision, rule)| (*precision, method(rule.text(MODE)).factor() == crate::Factor::Both));
    let (mode, affinity) = match (best, modes) {
        (Some((_, rule)), _) => (rule.text(MODE), rule.text("x509CertificateRequiredAffinityLevel")),
        (None, Some(modes)) => (
            modes.text("x509CertificateAuthenticationDefaultMode"),
            modes.text("x509CertificateDefaultRequiredAffinityLevel"),
        ),
        (None, None) => (None, None),
    };
    (method(mode), affinity == Some("high"))
}

const MODE: &str = "x509CertificateAuthenticationMode";

fn method(mode: Option<&str>) -> Method {
    match mode {
        Some("x509CertificateMultiFactor") => Method::X509CertificateMultiFactor,
        _ => Method::X509CertificateSingleFactor,
    }
}

/// How much of a certificate a rule names; absent where it names something else.
fn precision(rule: &Record, names: &CertificateNames) -> Option<u8> {
    let issuer = rule.text("issuerSubjectIdentifier").or(rule.text("identifier")).unwrap_or_default();
    let policy = rule.text("policyOidIdentifier").or(rule.text("identifier")).unwrap_or_default();
    // The issuer by its key identifier, as it is picked today, or by its name, as it was typed before.
    let of_issuer = names.issuer_key_id.as_deref().is_some_and(|id| is_same_id(id, issuer)) || names.issuer == issuer;
    let of_policy = names.policies.iter().any(|known| known == policy);
    match rule.text("x509CertificateRuleType") {
        Some("issuerSubjectAndPolicyOID") => (of_issuer && of_policy).then_some(3),
        Some("policyOID") => of_policy.then_some(2),
        Some("issuerSubject") => of_issuer.then_some(1),
        _ => None,
    }
}

/// The only person whom a binding finds; bindings are tried in the order of their priority.
fn bound_user<'a>(
    now: &'a Snapshot,
    policy: &Record,
    names: &CertificateNames,
    needs_high: bool,
) -> Result<&'a Object, Denial> {
    let mut bindings: Vec<(i64, String, String)> = policy
        .records("certificateUserBindings")
        .take(RULES_MAX)
        .map(|binding| {
            let text = |name: &str| binding.text(name).unwrap_or_default().to_owned();
            (binding.int("priority").unwrap_or(i64::MAX), text("x509CertificateField"), text("userProperty"))
        })
        .collect();
    if bindings.is_empty() {
        // As a tenant has it that never said otherwise.
        bindings = ["PrincipalName", "RFC822Name"]
            .into_iter()
            .zip(1..)
            .map(|(field, priority)| (priority, field.to_owned(), "userPrincipalName".to_owned()))
            .collect();
    }
    bindings.sort();
    for (_, field, property) in bindings {
        let Some(values) = values(&field, names).filter(|_| !needs_high || is_high(&field)) else { continue };
        let mut found: Vec<&Object> = Vec::new();
        for user in values.iter().flat_map(|(prefix, value)| users(now, &property, prefix, value)) {
            if !found.iter().any(|known| known.id == user.id) {
                found.push(user);
            }
        }
        match found.as_slice() {
            [] => {}
            [user] => return Ok(user),
            _ => {
                return Err(Denial::new(
                    1_001_007,
                    "the certificate stands for more than one person; ask an administrator",
                ));
            }
        }
    }
    Err(Denial::new(1_001_003, "no account is found by what the certificate says; choose another one"))
}

/// What a field of a certificate says, each with the prefix that it has among `certificateUserIds`.
fn values(field: &str, names: &CertificateNames) -> Option<Vec<(&'static str, String)>> {
    let each = |prefix: &'static str, values: &[String]| values.iter().map(|value| (prefix, value.clone())).collect();
    let issuer = &names.issuer;
    Some(match field {
        "PrincipalName" => each("X509:<PN>", &names.principal_names),
        "RFC822Name" => each("X509:<RFC822>", &names.rfc822_names),
        "SubjectKeyIdentifier" | "SKI" => each("X509:<SKI>", names.subject_key_id.as_slice()),
        "SHA1PublicKey" => each("X509:<SHA1-PUKEY>", &names.sha1),
        "Subject" => vec![("X509:<S>", names.subject.clone())],
        "IssuerAndSubject" => vec![("X509:<I>", format!("{issuer}<S>{}", names.subject))],
        "IssuerAndSerialNumber" => vec![("X509:<I>", format!("{issuer}<SR>{}", names.serial))],
        _ => return None,
    })
}

/// Whether a field holds what no two certificates of different people share, whatever their authorities write into names.
fn is_high(field: &str) -> bool {
    matches!(field, "SubjectKeyIdentifier" | "SKI" | "SHA1PublicKey" | "IssuerAndSerialNumber")
}

fn users<'a>(now: &'a Snapshot, property: &str, prefix: &str, value: &str) -> Vec<&'a Object> {
    if value.is_empty() {
        return Vec::new();
    }
    let found = match property {
        "userPrincipalName" => now.find_by(&USER, USER_PRINCIPAL_NAME, value.to_lowercase()),
        "certificateUserIds" => now.find_by(&USER, CERTIFICATE_USER_IDS, format!("{prefix}{value}")),
        _ => None,
    };
    found.into_iter().collect()
}

/// Whether the authority may say who this person is (`certificateAuthorityScopes`): one that no scope names may for all.
fn is_in_scope(now: &Snapshot, policy: &Record, names: &CertificateNames, user: &Object) -> bool {
    let issuer = names.issuer_key_id.as_deref().unwrap_or_default();
    let named = |scope: &&Record| scope.text("subjectKeyIdentifier").is_some_and(|known| is_same_id(known, issuer));
    let mut scopes = policy.records("certificateAuthorityScopes").filter(named).peekable();
    scopes.peek().is_none() || scopes.any(|scope| methods_policy::reached(now, user.id, scope).is_some())
}

/// Key identifiers are written in either case, with or without colons and spaces.
fn is_same_id(left: &str, right: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect()
    };
    !left.is_empty() && plain(left) == plain(right)
}

fn not_allowed() -> Denial {
    Denial::new(50_105, "signing in with a certificate is not allowed for this account; choose another way")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, create};
    use crate::methods_policy::tests::with;
    use directory::{Change, Id, Value};
    use schema::user::AUTHORIZATION_INFO;

    const UPN: &str = "ada@xyz.example";

    fn policy(edit: impl FnOnce(Record) -> Record) -> Snapshot {
        let target = Record::new().with("id", "all_users").with("targetType", "group");
        let record =
            Record::new().with("id", "X509Certificate").with("state", "enabled").with("includeTargets", vec![target]);
        let now = with(vec![edit(record)]);
        let ids = vec!["X509:<SKI>aa01".to_owned(), "X509:<I>DC=example,CN=CA<SR>0b".to_owned()];
        let info = Record::new().with("certificateUserIds", ids.clone());
        let changes = [
            Change::set(USER_ID, USER_PRINCIPAL_NAME, UPN),
            Change::set(USER_ID, AUTHORIZATION_INFO, info),
            Change::set(USER_ID, CERTIFICATE_USER_IDS, ids),
        ];
        now.fork(NOW, &changes).unwrap()
    }

    fn names() -> CertificateNames {
        CertificateNames {
            principal_names: vec!["ADA@xyz.example".to_owned()],
            subject: "DC=example,CN=Ada".to_owned(),
            issuer: "DC=example,CN=CA".to_owned(),
            serial: "0b".to_owned(),
            subject_key_id: Some("aa01".to_owned()),
            policies: vec!["1.2.3".to_owned()],
            issuer_key_id: Some("cc03".to_owned()),
            ..CertificateNames::default()
        }
    }

    fn binding(priority: i64, field: &str, property: &str) -> Record {
        Record::new().with("priority", priority).with("x509CertificateField", field).with("userProperty", property)
    }

    fn held(now: &Snapshot, names: &CertificateNames) -> Result<(Id, Method), u32> {
        certificate_holder(now, names).map(|holder| (holder.user.id, holder.method)).map_err(|denial| denial.code)
    }

    #[test]
    fn a_binding_finds_the_owner_and_one_that_finds_nobody_is_passed_over() {
        let single = Ok((USER_ID, Method::X509CertificateSingleFactor));
        let ids = "certificateUserIds";
        for (bindings, expect) in [
            (vec![], single),
            (vec![binding(1, "PrincipalName", "userPrincipalName")], single),
            (vec![binding(1, "SubjectKeyIdentifier", ids)], single),
            (vec![binding(1, "IssuerAndSerialNumber", ids)], single),
            (vec![binding(1, "RFC822Name", "userPrincipalName"), binding(2, "SKI", ids)], single),
            (vec![binding(1, "IssuerAndSubject", ids)], Err(1_001_003)),
            (vec![binding(1, "SHA1PublicKey", ids)], Err(1_001_003)),
            (vec![binding(1, "RFC822Name", "userPrincipalName")], Err(1_001_003)),
            (vec![binding(1, "FavouriteColour", "userPrincipalName")], Err(1_001_003)),
        ] {
            let now = policy(|record| record.with("certificateUserBindings", bindings.clone()));
            assert_eq!(held(&now, &names()), expect, "{bindings:?}");
        }
        let two = policy(|record| {
            record.with("certificateUserBindings", vec![binding(1, "RFC822Name", "userPrincipalName")])
        });
        let other = create(
            Id::from_u128(0x70),
            &USER,
            vec![
                (schema::ACCOUNT_ENABLED.id, true.into()),
                (schema::DISPLAY_NAME.id, "Bob".into()),
                (schema::MAIL_NICKNAME.id, "bob".into()),
                (USER_PRINCIPAL_NAME.id, "bob@xyz.example".into()),
            ],
        );
        let two = two.fork(NOW, &[other]).unwrap();
        let both = CertificateNames { rfc822_names: vec![UPN.into(), "bob@xyz.example".into()], ..names() };
        assert_eq!(held(&two, &both), Err(1_001_007));
    }

    #[test]
    fn the_most_precise_rule_says_what_a_certificate_proves() {
        let rule = |kind: &str, issuer: &str, policy: &str, mode: &str| {
            Record::new()
                .with("x509CertificateRuleType", kind)
                .with("issuerSubjectIdentifier", issuer)
                .with("policyOidIdentifier", policy)
                .with(MODE, mode)
        };
        let (multi, single) = ("x509CertificateMultiFactor", "x509CertificateSingleFactor");
        for (rules, default, expect) in [
            (vec![], multi, Method::X509CertificateMultiFactor),
            (vec![], single, Method::X509CertificateSingleFactor),
            (vec![rule("issuerSubject", "CC:03", "", multi)], single, Method::X509CertificateMultiFactor),
            (vec![rule("issuerSubject", "cc04", "", multi)], single, Method::X509CertificateSingleFactor),
            (
                vec![rule("policyOID", "", "1.2.3", multi), rule("issuerSubject", "cc03", "", single)],
                single,
                Method::X509CertificateMultiFactor,
            ),
            (
                vec![rule("policyOID", "", "1.2.3", multi), rule("issuerSubjectAndPolicyOID", "cc03", "1.2.3", single)],
                multi,
                Method::X509CertificateSingleFactor,
            ),
            (
                vec![rule("policyOID", "", "1.2.3", single), rule("policyOID", "", "1.2.3", multi)],
                single,
                Method::X509CertificateMultiFactor,
            ),
        ] {
            let modes =
                Record::new().with("rules", rules.clone()).with("x509CertificateAuthenticationDefaultMode", default);
            let now = policy(|record| record.with("authenticationModeConfiguration", modes));
            assert_eq!(held(&now, &names()), Ok((USER_ID, expect)), "{rules:?}");
        }
    }

    #[test]
    fn high_affinity_takes_only_what_names_one_certificate_or_key() {
        let modes = Record::new().with("x509CertificateDefaultRequiredAffinityLevel", "high");
        for (field, property, expect) in
            [("PrincipalName", "userPrincipalName", false), ("SubjectKeyIdentifier", "certificateUserIds", true)]
        {
            let now = policy(|record| {
                record
                    .with("authenticationModeConfiguration", modes.clone())
                    .with("certificateUserBindings", vec![binding(1, field, property)])
            });
            assert_eq!(held(&now, &names()).is_ok(), expect, "{field}");
        }
    }

    #[test]
    fn a_policy_that_is_off_and_an_authority_for_others_let_nobody_in() {
        let off = policy(|record| record.with("state", "disabled"));
        assert_eq!(held(&off, &names()), Err(50_105));
        let scope = |target: &str| {
            let targets = vec![Record::new().with("id", target)];
            Record::new().with("subjectKeyIdentifier", "CC03").with("includeTargets", targets)
        };
        let others =
            policy(|record| record.with("certificateAuthorityScopes", vec![scope(&Id::from_u128(0x99).to_string())]));
        assert_eq!(held(&others, &names()), Err(50_105));
        let hers = policy(|record| record.with("certificateAuthorityScopes", vec![scope(&USER_ID.to_string())]));
        assert!(held(&hers, &names()).is_ok());
    }

    #[test]
    fn an_authority_needs_a_list_where_it_names_one_or_the_policy_wants_one() {
        let authority = |id: u128, url: &str, ski: &str| {
            create(
                Id::from_u128(id),
                &CERTIFICATE_AUTHORITY_DETAIL,
                vec![
                    (CERTIFICATE.id, Value::Bytes(vec![1])),
                    (CERTIFICATE_AUTHORITY_TYPE.id, "root".into()),
                    (CERTIFICATE_REVOCATION_LIST_URL.id, url.into()),
                    (ISSUER_SUBJECT_KEY_IDENTIFIER.id, ski.into()),
                ],
            )
        };
        let lists = |state: &str| {
            Record::new().with("state", state).with("exemptedCertificateAuthoritiesSubjectKeyIdentifiers", ["aa"])
        };
        for (state, expect) in [("disabled", [true, false, false]), ("enabled", [true, false, true])] {
            let now = policy(|record| record.with("crlValidationConfiguration", lists(state)));
            let changes =
                [authority(1, "http://crl.xyz.example/a", "cc"), authority(2, "", "AA"), authority(3, "", "bb")];
            let now = now.fork(NOW, &changes).unwrap();
            let needs: Vec<bool> = certificate_authorities(&now).iter().map(|known| known.needs_crl).collect();
            assert_eq!(needs, expect, "{state}");
        }
    }
}
