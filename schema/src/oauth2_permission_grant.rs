//! oAuth2PermissionGrant: that an application may act on behalf of one user, or of all, within some scopes.

use directory::{Attr, Kind, LinkDef, LinkId, Time};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{PRINCIPAL_ID, RESOURCE_LINK};
use crate::service_principal::SERVICE_PRINCIPAL;

pub const CLIENT_ID: Attr<str> = Attr::new("clientId");
pub const CONSENT_TYPE: Attr<str> = Attr::new("consentType");
pub const RESOURCE_ID: Attr<str> = Attr::new("resourceId");
pub const SCOPE: Attr<str> = Attr::new("scope");
pub const EXPIRY_TIME: Attr<Time> = Attr::new("expiryTime");
pub const START_TIME: Attr<Time> = Attr::new("startTime");
pub const GRANTED_BY: LinkId = LinkId::of("grantedBy");
pub const GRANTED_TO: LinkId = LinkId::of("grantedTo");

pub static OAUTH2_PERMISSION_GRANT: Kind = Kind::new(
    "oAuth2PermissionGrant",
    &[
        CLIENT_ID.def().required().on_create().equal(),
        CONSENT_TYPE.def().required().on_create(),
        PRINCIPAL_ID.def().on_create().equal(),
        RESOURCE_ID.def().required().on_create().equal(),
        SCOPE.def().required(),
        EXPIRY_TIME.def().on_select(),
        START_TIME.def().on_select(),
    ],
    &[
        // Castellan's own: what `principalId`, `clientId` and `resourceId` say, as links.
        LinkDef::one("grantedBy", &DIRECTORY_OBJECT).system(),
        LinkDef::one("grantedTo", &SERVICE_PRINCIPAL).system(),
        LinkDef::one("resource", &SERVICE_PRINCIPAL).system(),
    ],
);
