//! One line of the sign-in log, in the shape of Graph's `signIn`. Never holds a secret: no password, code or token.

use std::net::IpAddr;

use directory::{Id, Object, Record, Snapshot, Time};
use schema::{DISPLAY_NAME, USER_PRINCIPAL_NAME};

use crate::client::{Client, Resource};
use crate::verdict::{ClientAppType, Verdict};
use crate::{Denial, Evidence, risk};

/// The stream of the journal that holds sign-ins.
pub const SIGN_INS: &str = "signIns";

/// The field of a row that holds the sign-in as the policies saw it ([`crate::SignInContext::to_record`]). No client sees it.
pub const EVIDENCE: &str = "evidence";

/// What sort of sign-in it was (`signInEventTypes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    InteractiveUser,
    NonInteractiveUser,
    ServicePrincipal,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Event::InteractiveUser => "interactiveUser",
            Event::NonInteractiveUser => "nonInteractiveUser",
            Event::ServicePrincipal => "servicePrincipal",
        }
    }
}

/// Everything known about one sign-in, allowed or not.
#[derive(Clone)]
pub struct SignIn<'a> {
    pub id: Id,
    pub at: Time,
    pub event: Event,
    pub correlation: Id,
    pub address: Option<IpAddr>,
    pub user_agent: &'a str,
    pub platform: Option<&'static str>,
    /// `oAuth2`, `deviceCode`, …
    pub protocol: &'static str,
    pub client_app_type: ClientAppType,
    pub client: Option<&'a Client<'a>>,
    pub resource: Option<&'a Resource<'a>>,
    pub user: Option<&'a Object>,
    pub evidence: Option<&'a Evidence>,
    pub verdict: Option<&'a Verdict>,
    /// Why not; absent when they got in.
    pub denial: Option<&'a Denial>,
    /// The `uti` of the token that came of it.
    pub token: Option<Id>,
}

/// The user agent is kept up to this length.
const USER_AGENT_MAX: usize = 256;

impl SignIn<'_> {
    /// Whom the line is about, for finding a person's or a workload's lines.
    #[must_use]
    pub fn subject(&self) -> Option<Id> {
        match self.event {
            Event::ServicePrincipal => self.client.map(|client| client.principal.id),
            Event::InteractiveUser | Event::NonInteractiveUser => self.user.map(|user| user.id),
        }
    }

    /// The line.
    #[must_use]
    pub fn to_record(&self, now: &Snapshot, tenant: Id) -> Record {
        let (code, reason) = self.denial.map_or((0, ""), |denial| (denial.code, denial.reason.as_str()));
        let status =
            Record::new().with("errorCode", code).with("failureReason", if code == 0 { "Other." } else { reason });
        let user_agent: String = self.user_agent.chars().take(USER_AGENT_MAX).collect();
        let mut row = Record::new()
            .with("id", self.id)
            .with("createdDateTime", self.at)
            .with("isInteractive", self.event == Event::InteractiveUser)
            .with("signInEventTypes", vec![self.event.name()])
            .with("correlationId", self.correlation)
            .with("authenticationProtocol", self.protocol)
            .with("clientAppUsed", self.client_app_type.logged())
            .with("userAgent", user_agent)
            .with("status", status)
            .with_some("ipAddress", self.address.map(|address| address.to_string()))
            .with("resourceTenantId", tenant)
            .with("homeTenantId", tenant)
            .with_some("uniqueTokenIdentifier", self.token.map(|token| token.to_string()));
        if let Some(client) = self.client {
            row.set("appId", client.app_id());
            row.set("appDisplayName", client.name());
            if self.event == Event::ServicePrincipal {
                row.set("servicePrincipalId", client.principal.id);
                row.set("servicePrincipalName", client.name());
            }
        }
        if let Some(resource) = self.resource {
            row.set("resourceId", resource.app_id());
            row.set("resourceDisplayName", resource.name());
        }
        if let Some(user) = self.user {
            row.set("userId", user.id);
            row.set("userPrincipalName", user.get(USER_PRINCIPAL_NAME).unwrap_or_default());
            row.set("userDisplayName", user.get(DISPLAY_NAME).unwrap_or_default());
        }
        if let Some(evidence) = self.evidence {
            row.set(
                "authenticationRequirement",
                if evidence.mfa().is_some() { "multiFactorAuthentication" } else { "singleFactorAuthentication" },
            );
            row.set("sessionId", evidence.session);
            row.set("authenticationDetails", self.steps(evidence));
        }
        row.set("conditionalAccessStatus", self.verdict.map_or("notApplied", |verdict| verdict.status));
        row.set(
            "appliedConditionalAccessPolicies",
            self.verdict.map(|verdict| verdict.policies.clone()).unwrap_or_default(),
        );
        row.set("deviceDetail", self.device(now));
        let (state, detail) = self.user.map_or(("none", "none"), |user| risk::state_of(now, user.id));
        let aggregated = self.user.map_or("none", |user| risk::level_of(now, user.id).name());
        row.set("riskLevelDuringSignIn", self.evidence.map_or("none", |evidence| evidence.risk.level.name()));
        row.set("riskLevelAggregated", aggregated);
        row.set("riskState", state);
        row.set("riskDetail", detail);
        row.set("riskEventTypes_v2", self.evidence.map(|evidence| evidence.risk.events.clone()).unwrap_or_default());
        if let Some(asked) = self.verdict.and_then(|verdict| verdict.asked.as_deref()) {
            if let Some(country) = &asked.country {
                row.set("location", Record::new().with("countryOrRegion", country.as_str()));
            }
            if let Some(flow) = asked.flow {
                row.set("originalTransferMethod", flow);
            }
            row.set("signInTokenProtectionStatus", if asked.is_device_bound { "bound" } else { "unbound" });
            // Not shown: what it takes to judge the same sign-in by another policy.
            row.set(EVIDENCE, asked.to_record());
        }
        row
    }

    fn steps(&self, evidence: &Evidence) -> Vec<Record> {
        let step = |(index, proof): (usize, &crate::Proof)| {
            let is_mfa = index > 0 || proof.method.factor() == crate::Factor::Both;
            let requirement = if is_mfa { "Multifactor authentication" } else { "Primary authentication" };
            Record::new()
                .with("authenticationStepDateTime", proof.at)
                .with("authenticationMethod", proof.method.name())
                .with("succeeded", true)
                .with("authenticationStepRequirement", requirement)
        };
        evidence.proofs.iter().enumerate().map(step).collect()
    }

    fn device(&self, now: &Snapshot) -> Record {
        use schema::device::{DEVICE_ID, IS_COMPLIANT, IS_MANAGED, TRUST_TYPE};
        let mut detail = Record::new().with_some("operatingSystem", self.platform);
        if let Some(device) = self.evidence.and_then(|evidence| evidence.device).and_then(|id| now.find(id)) {
            detail.set("deviceId", device.get(DEVICE_ID).map_or_else(|| device.id.to_string(), str::to_owned));
            detail.set("displayName", device.get(schema::DISPLAY_NAME).unwrap_or_default());
            detail.set("isCompliant", device.is(IS_COMPLIANT));
            detail.set("isManaged", device.is(IS_MANAGED));
            detail.set("trustType", device.get(TRUST_TYPE).unwrap_or_default());
        }
        detail
    }
}
