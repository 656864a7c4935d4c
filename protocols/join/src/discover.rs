//! Discovery: where an organisation's registration service is. Says nothing that an organisation's sign-in page does not.

use http::StatusCode;
use schema::DISPLAY_NAME;
use schema::organization::ORGANIZATION;
use serde_json::json;

use crate::problem::{Answer, json as answer};
use crate::{Join, resource_names};

impl Join {
    pub(crate) fn discover(&self, tenant: Option<&str>) -> Answer {
        let engine = self.tenant(tenant)?;
        let (tenant, now) = (engine.tenant(), engine.snapshot());
        let url = &self.inner.settings.public_url;
        // A device leaves with its certificate, at the address where it joined.
        let device_url = self.inner.settings.certificate_url.as_ref().unwrap_or(url);
        let resource = resource_names(url).into_iter().nth(1).unwrap_or_default();
        let organization = now.all(&ORGANIZATION).next();
        let domains = organization.and_then(|organization| organization.get(schema::organization::VERIFIED_DOMAINS));
        let domain = domains.unwrap_or_default().iter().find_map(|domain| domain.text("name").map(str::to_owned));
        Ok(answer(
            StatusCode::OK,
            &json!({
                "DiscoveryService": {
                    "DiscoveryEndpoint": format!("{url}/{tenant}/Discover"),
                    "ServiceVersion": "1.9",
                },
                "DeviceRegistrationService": {
                    "RegistrationEndpoint": format!("{device_url}/EnrollmentServer/device/"),
                    "RegistrationResourceId": resource,
                    "ServiceVersion": "1.0",
                },
                "DeviceJoinService": {
                    "JoinEndpoint": format!("{device_url}/EnrollmentServer/device/"),
                    "JoinResourceId": resource,
                    "ServiceVersion": "2.0",
                },
                "KeyProvisioningService": {
                    "KeyProvisionEndpoint": format!("{url}/EnrollmentServer/key/"),
                    "KeyProvisionResourceId": resource,
                    "ServiceVersion": "1.0",
                },
                "NonceService": {
                    "Endpoint": format!("{url}/EnrollmentServer/nonce/{tenant}/"),
                    "ResourceId": resource,
                    "ServiceVersion": "1.0",
                },
                "AuthenticationService": {
                    "OAuth2": {
                        "AuthCodeEndpoint": format!("{url}/{tenant}/oauth2/authorize"),
                        "TokenEndpoint": format!("{url}/{tenant}/oauth2/token"),
                    },
                },
                "IdentityProviderService": { "Federated": false },
                "TenantInfo": {
                    "TenantId": tenant.to_string(),
                    "TenantName": domain,
                    "DisplayName": organization.and_then(|organization| organization.get(DISPLAY_NAME)),
                },
            }),
        ))
    }
}
