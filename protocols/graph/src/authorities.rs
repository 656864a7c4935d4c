//! Certificates of authorities, as administrators upload them: read once, so that what they say stands beside them and one
//! that is no authority's is refused at once.

use directory::Value;
use engine::View;
use keys::{AUTHORITIES_MAX, CertificateFacts};
use schema::certificate_based_auth_pki::{
    CERTIFICATE, CERTIFICATE_AUTHORITY_DETAIL, EXPIRATION_DATE_TIME, ISSUER, ISSUER_SUBJECT_KEY_IDENTIFIER, THUMBPRINT,
};
use schema::mutual_tls_oauth_configuration::{CERTIFICATE_AUTHORITIES, MUTUAL_TLS_OAUTH_CONFIGURATION};

use crate::errors::Error;
use crate::given::Given;
use crate::write::Plan;

/// Read the certificates in a plan, and those of what is made beneath it.
pub fn take(view: &View, plan: &mut Plan) -> Result<(), Error> {
    if plan.kind().name == CERTIFICATE_AUTHORITY_DETAIL.name {
        detail(view, plan)?;
    }
    if plan.kind().name == MUTUAL_TLS_OAUTH_CONFIGURATION.name
        && let Some(Given::Put(Value::List(records))) = plan.given(CERTIFICATE_AUTHORITIES.id)
    {
        for record in records.iter().filter_map(Value::as_record) {
            let Some(Value::Bytes(certificate)) = record.get("certificate") else {
                return Err(Error::invalid("'certificateAuthorities' must each have a 'certificate'."));
            };
            read(certificate)?;
        }
    }
    plan.beneath().try_for_each(|child| take(view, child))
}

fn detail(view: &View, plan: &mut Plan) -> Result<(), Error> {
    let Some(Given::Put(Value::Bytes(certificate))) = plan.given(CERTIFICATE.id) else { return Ok(()) };
    let facts = read(certificate)?;
    if view.now().all(&CERTIFICATE_AUTHORITY_DETAIL).count() >= AUTHORITIES_MAX {
        return Err(Error::invalid(format!("There are at most {AUTHORITIES_MAX} certificate authorities.")));
    }
    plan.put(ISSUER.id, facts.subject.into());
    plan.put(EXPIRATION_DATE_TIME.id, facts.not_after.into());
    plan.put(THUMBPRINT.id, facts.thumbprint.to_uppercase().into());
    if let Some(id) = facts.subject_key_id {
        plan.put(ISSUER_SUBJECT_KEY_IDENTIFIER.id, id.to_uppercase().into());
    }
    Ok(())
}

fn read(certificate: &[u8]) -> Result<CertificateFacts, Error> {
    let facts = CertificateFacts::read(certificate)
        .map_err(|_| Error::invalid("'certificate' is not one X.509 certificate in DER or PEM."))?;
    if facts.is_authority { Ok(facts) } else { Err(Error::invalid("'certificate' is not an authority's.")) }
}
