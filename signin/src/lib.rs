//! Prove it: credentials, what they prove, how long it counts, and which claims a token may carry.
//!
//! Evidence in, plans out. A protocol checks the password's hash or the assertion's signature and brings what that proved;
//! this room answers with the claims to sign and for how long. It never sees a password, a secret or a key.
//!
//! Deliberately absent: HTTP, hashing, signing, clocks; and who may reach what, which is asked through [`MayThey`].

mod access_pass;
mod admin_consent;
mod banned;
mod broker;
mod certificate;
mod certificate_ids;
mod claims_mapping;
mod classes;
mod client;
mod client_authorities;
mod client_rules;
mod client_secret;
mod confirmation;
mod consent;
mod consent_policy;
mod continuous;
mod denial;
mod evidence;
mod familiar;
mod federated;
mod grants;
mod hello;
mod json;
mod key_rules;
mod lockout;
mod merge;
mod methods_check;
mod methods_policy;
mod notice;
mod offered;
mod one_time_code;
mod optional_claims;
mod participation;
mod passkey;
mod password;
mod password_settings;
mod plan;
mod push;
mod registered;
mod registration;
mod reset;
mod restrictions;
pub mod risk;
mod scope;
mod sessions;
mod sign_in;
pub mod signals;
mod token_lifetime;
mod verdict;

#[cfg(test)]
mod fixture;

pub use access_pass::{
    ACCESS_PASS, LIFETIME_MINUTES_MAX, LIFETIME_MINUTES_MIN, NewPass, Usability, create_pass, pass_end, pass_of,
    usability, use_pass,
};
pub use admin_consent::{Permissions, assign_roles, permissions_for_all};
pub use banned::Words;
pub use broker::{
    BROKER_APP_ID, BROKER_PLUGIN_APP_ID, BROKERS, FRESH_FACTORS_SECONDS, LINUX_BROKER_APP_ID, has_fresh_factors,
    is_broker,
};
pub use certificate::{
    CertificateAuthority, CertificateHolder, CertificateNames, certificate_authorities, certificate_holder,
};
pub use classes::{CLASSES, CLASSES_MAX, class_need, class_reached, is_class};
pub use client::{Client, RedirectKind, Resource, has_page_at};
pub use client_authorities::{TLS_CLIENT_NAMES, client_authorities, client_authorities_by};
pub use client_rules::ClientRules;
pub use client_secret::{
    CLIENT_SECRET, Validity, add_secret, remove_secret, secret_attributes, secret_verifiers, validity, verifying_keys,
};
pub use confirmation::Confirmation;
pub use consent::{Wish, consent, wishes};
pub use consent_policy::is_vouched_for;
pub use continuous::{
    ADDRESS_CLAIM, CAPABILITY, COMPLIANT_CLAIM, CONTINUOUS_SECONDS_MIN, CONTINUOUS_SECONDS_SPREAD, Ended, ISSUED_CLAIM,
    Presented, Terms, password_valid_from, terms,
};
pub use denial::Denial;
pub use evidence::{DEVICE_SESSIONS, Evidence, Factor, Method, Proof};
pub use familiar::Familiar;
pub use federated::{CREDENTIALS_MAX, Foreign, accept, federated};
pub use grants::{GROUPS_MAX, app_roles, delegated, groups};
pub use hello::{HELLO_KEYS_MAX, HelloKey, NewHelloKey, add_hello_key, hello_key, hello_key_used};
pub use key_rules::{Key, KeyRules, key_rules};
pub use lockout::{Lockout, LockoutRules};
pub use methods_policy::{
    Allowed, Campaign, PassRules, PolicyMethod, SNOOZES_MAX, allowed, campaign, complete_policy, configuration,
    holds_role, is_system_preferred, pass_rules, signs_in_by_email,
};
pub use notice::{SECURITY_NOTICE, addresses, security_notice};
pub use one_time_code::{
    EMAIL_CODE, EMAIL_CODE_LIFE, EMAIL_CODE_SEAL, EMAIL_CODE_TRIES, OATH_APPS_MAX, OATH_STEP_SECONDS, RECOVERY_CODES,
    add_email, add_recovery_codes, add_software_oath, is_later_step, is_mail_address, oath_apps, oath_steps,
    recovery_codes, use_recovery_code, use_software_oath,
};
pub use participation::{
    BACK_CHANNEL_LOGOUT, END_SESSIONS, LISTED_MAX, PARTICIPANTS, Participant, REFRESH_FAMILIES, RefreshFamily,
};
pub use passkey::{NewPasskey, PASSKEYS_MAX, PasskeyUse, add_passkey, is_admitted, passkeys, use_passkey};
pub use password::{
    LENGTH_MAX, LENGTH_MIN, LENGTH_MIN_ALONE, PasswordRules, Weakness, must_change, password_attributes,
    password_change, rehash,
};
pub use password_settings::{
    PASSWORD_RULE_NAMES, PASSWORD_RULE_SETTINGS, PASSWORD_RULE_SETTINGS_NAME, PasswordSettings, password_settings,
};
pub use plan::{
    ACCESS_SECONDS_MIN, ACCESS_SECONDS_SPREAD, ClientProof, Mint, RefreshLife, TokenPlan, UserAsk, evidence_time,
    living_device, living_user, missing_consent, plan_app, plan_user,
};
pub use push::{
    APPROVAL_LIFE, APPROVALS, APPROVALS_ASKED, Approval, ApprovalAnswer, ApprovalRules, ApprovalState, Asked, NUMBERS,
    approval_devices, approval_rules, approving_people,
};
pub use registered::{
    METHOD_NAME_MAX, Registered, has_second_factor, offers, registered, remove_method, rename_method, usable,
};
pub use registration::{REGISTRATION_FEATURES, methods_registered, registration};
pub use reset::{Resetting, change_email, email_method, gates, reset_methods, reset_notices, resetting};
pub use restrictions::restrictions;
pub use scope::{GRAPH_APP_ID, Scopes, is_graph};
pub use sessions::{moment_after, revoke};
pub use sign_in::{EVIDENCE, Event, SIGN_INS, SignIn};
pub use verdict::{
    Cae, ClientAppType, MayThey, Need, Outcome, REGISTER_DEVICE, REGISTER_SECURITY_INFO, SessionControls,
    SignInContext, Subject, Target, Verdict, platform_of,
};

use directory::{Action, Room};
use schema::user::USER;

pub const ROOM: Room = Room {
    name: "signin",
    kinds: &[
        &schema::directory_setting::DIRECTORY_SETTING,
        &schema::directory_setting::DIRECTORY_SETTING_TEMPLATE,
        &schema::authentication_method::PASSWORD_AUTHENTICATION_METHOD,
        &schema::authentication_method::TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD,
        &schema::fido2_authentication_method::FIDO2_AUTHENTICATION_METHOD,
        &schema::software_oath_authentication_method::SOFTWARE_OATH_AUTHENTICATION_METHOD,
        &schema::email_authentication_method::EMAIL_AUTHENTICATION_METHOD,
        &schema::recovery_codes_authentication_method::RECOVERY_CODES_AUTHENTICATION_METHOD,
        &schema::windows_hello_for_business_authentication_method::WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD,
        &schema::risky_user::RISKY_USER,
        &schema::risky_user::RISKY_USER_HISTORY_ITEM,
        &schema::risk_detection::RISK_DETECTION,
        &schema::shared_signals::SHARED_SIGNALS_STREAM,
        &schema::shared_signals::SHARED_SIGNALS_TRANSMITTER,
    ],
    actions: &[
        Action::on(&USER, "revokeSignInSessions", sessions::revoke_sign_in_sessions),
        Action::on(&USER, "invalidateAllRefreshTokens", sessions::revoke_sign_in_sessions),
        risk::ACTIONS[0],
        risk::ACTIONS[1],
        risk::ACTIONS[2],
    ],
    checks: &[
        federated::CHECK,
        methods_check::CHECK,
        token_lifetime::CHECK,
        claims_mapping::OF_POLICY,
        claims_mapping::OF_PRINCIPAL,
        password_settings::CHECK,
        sessions::METHOD_REMOVED,
        certificate_ids::CERTIFICATE_IDS,
    ],
    reactions: &[sessions::SESSIONS, access_pass::PASSES, risk::RISK, participation::ENDS, signals::SIGNALS],
};
