//! What leaves the house: mail, reports that somebody asked for, passes that must be made where secrets may be made, and word of sign-outs.

mod code;
mod mail;
mod pass;
mod report;

use std::collections::HashMap;
use std::sync::Arc;

use engine::Sink;
use keys::Keys;

use crate::config::ServeOptions;

pub use mail::Mail;

/// Every sink, by the topic it takes.
pub fn all(
    keys: &Keys,
    options: &ServeOptions,
    oidc: &oidc::Oidc,
) -> Result<HashMap<&'static str, Arc<dyn Sink>>, String> {
    let mail = Arc::new(Mail::new(options)?);
    let pass = Arc::new(pass::Pass { keys: keys.clone(), mail: mail.clone() });
    let code = Arc::new(code::Code { keys: keys.clone(), mail: mail.clone() });
    let sign_outs: Arc<dyn Sink> = Arc::new(oidc::SignOuts(oidc.clone()));
    let mut all = HashMap::from([
        (governance::MAIL, mail.clone() as Arc<dyn Sink>),
        (signin::EMAIL_CODE, code as Arc<dyn Sink>),
        (devices::compliance::COMPLIANCE_NOTIFICATION, mail.clone() as Arc<dyn Sink>),
        (devices::location::LOCATION_NOTICE, mail.clone() as Arc<dyn Sink>),
        (signin::SECURITY_NOTICE, mail as Arc<dyn Sink>),
        (governance::TEMPORARY_ACCESS_PASS, pass as Arc<dyn Sink>),
        (devices::export::EXPORT, Arc::new(report::Reports) as Arc<dyn Sink>),
    ]);
    all.extend(oidc::SignOuts::TOPICS.map(|topic| (topic, sign_outs.clone())));
    Ok(all)
}
