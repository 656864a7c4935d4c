//! authorizationPolicy: what ordinary users and guests may do without a role.

use directory::{Attr, EnumDef, Id, Kind, Record, RecordDef, Type};

pub use crate::keys::ID;
use crate::policy_base::POLICY_BASE;
use crate::shape::{field, members, shape};

pub const ALLOWED_TO_SIGN_UP_EMAIL_BASED_SUBSCRIPTIONS: Attr<bool> =
    Attr::new("allowedToSignUpEmailBasedSubscriptions");
pub const ALLOWED_TO_USE_SSPR: Attr<bool> = Attr::new("allowedToUseSSPR");
pub const ALLOW_EMAIL_VERIFIED_USERS_TO_JOIN_ORGANIZATION: Attr<bool> =
    Attr::new("allowEmailVerifiedUsersToJoinOrganization");
pub const ALLOW_INVITES_FROM: Attr<str> = Attr::new("allowInvitesFrom");
pub const ALLOW_USER_CONSENT_FOR_RISKY_APPS: Attr<bool> = Attr::new("allowUserConsentForRiskyApps");
pub const BLOCK_MSOL_POWER_SHELL: Attr<bool> = Attr::new("blockMsolPowerShell");
pub const DEFAULT_USER_ROLE_PERMISSIONS: Attr<Record> = Attr::new("defaultUserRolePermissions");
pub const GUEST_USER_ROLE_ID: Attr<Id> = Attr::new("guestUserRoleId");
pub const ENABLED_PREVIEW_FEATURES: Attr<[String]> = Attr::new("enabledPreviewFeatures");
pub const PERMISSION_GRANT_POLICY_IDS_ASSIGNED_TO_DEFAULT_USER_ROLE: Attr<[String]> =
    Attr::new("permissionGrantPolicyIdsAssignedToDefaultUserRole");

pub static AUTHORIZATION_POLICY: Kind = Kind::new(
    "authorizationPolicy",
    &[
        ALLOWED_TO_SIGN_UP_EMAIL_BASED_SUBSCRIPTIONS.def(),
        ALLOWED_TO_USE_SSPR.def(),
        ALLOW_EMAIL_VERIFIED_USERS_TO_JOIN_ORGANIZATION.def(),
        ALLOW_INVITES_FROM.def().of(Type::Enum(&ALLOW_INVITES_FROM_VALUES)),
        ALLOW_USER_CONSENT_FOR_RISKY_APPS.def(),
        BLOCK_MSOL_POWER_SHELL.def(),
        DEFAULT_USER_ROLE_PERMISSIONS.def().of(Type::Record(&DEFAULT_USER_ROLE_PERMISSIONS_RECORD)),
        GUEST_USER_ROLE_ID.def(),
        ENABLED_PREVIEW_FEATURES.def().on_select(),
        PERMISSION_GRANT_POLICY_IDS_ASSIGNED_TO_DEFAULT_USER_ROLE.def().on_select(),
        ID.def().system(),
    ],
    &[],
)
.under(&POLICY_BASE);

pub static DEFAULT_USER_ROLE_PERMISSIONS_RECORD: RecordDef = shape(
    "defaultUserRolePermissions",
    &[
        field::flag("allowedToCreateApps"),
        field::flag("allowedToCreateSecurityGroups"),
        field::flag("allowedToCreateTenants"),
        field::flag("allowedToReadBitlockerKeysForOwnedDevice"),
        field::flag("allowedToReadOtherUsers"),
        field::texts("permissionGrantPoliciesAssigned"),
    ],
);

pub static ALLOW_INVITES_FROM_VALUES: EnumDef = members(
    "allowInvitesFrom",
    &["none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone", "unknownFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&DEFAULT_USER_ROLE_PERMISSIONS_RECORD];
