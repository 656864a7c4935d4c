//! What the agent on a device and the server say to each other: JSON over HTTPS under [`BASE_PATH`]. Types, names and
//! limits only; no I/O, no clock, no cryptography, and nothing about how either side decides.
//!
//! Field names are camelCase, times are whole seconds since 1970 UTC (`…UnixSeconds`), absent optional fields are left out,
//! unknown fields are ignored by both sides, and an unknown `kind` of setting, package, detection or action reaches the agent
//! as `Unknown` and is reported as `notApplicable` or `notSupported`, so a newer server can talk to an older agent.
//!
//! # The endpoints
//!
//! | request | authorised by | body | answer |
//! |---|---|---|---|
//! | `POST /agent/v1/join` | access token of the person, audience [`agent_resource`], or a join token | [`JoinRequest`] | 201 [`JoinAnswer`] |
//! | `POST /agent/v1/tpm-challenge` | a join token | [`TpmClaim`] | 200 [`TpmChallenge`] |
//! | `POST /agent/v1/nonce` | nobody | empty | 200 [`NonceAnswer`] |
//! | `POST /agent/v1/session` | the assertion in the body | [`SessionRequest`] | 200 [`SessionAnswer`] |
//! | `POST /agent/v1/renew` | session | [`RenewRequest`] | 200 [`RenewAnswer`] |
//! | `POST /agent/v1/check-in` | session | [`CheckIn`] | 200 [`CheckInAnswer`] |
//! | `GET /agent/v1/wake?held=V` | session | – | 200 [`WAKE_MEDIA_TYPE`], one [`WakeLine`] per line |
//! | `GET /agent/v1/approvals` | session | – | 200 [`ApprovalsAnswer`] |
//! | `POST /agent/v1/approvals/{id}` | session | [`ApprovalDecision`] | 200 [`DecisionAnswer`] |
//! | `GET /agent/v1/packages/{sha256}` | session | – | 200 or 206, the bytes |
//! | `POST /agent/v1/recovery-keys` | session | [`RecoveryKey`] | 204 |
//! | `POST /agent/v1/diagnostics/{id}` | session | a gzip-compressed tar archive | 204 |
//!
//! "Session" is `Authorization: Bearer <SessionAnswer.access_token>`. Every failure is an [`ErrorBody`] with the status that
//! [`ErrorCode`] names; 429 and 503 carry `Retry-After` in seconds. Bodies over a limit of [`limits`] answer 413 `tooLarge`
//! before they are parsed; a list over its limit answers 400 `badRequest` naming the limit, and nothing of it is kept.
//!
//! # Join
//!
//! The agent makes a P-256 key that never leaves the device and sends a PKCS#10 request made with it. The server
//!
//! 1. checks the access token: audience [`agent_resource`] of its public URL (or [`AGENT_RESOURCE_APP_ID`]), a person
//!    (`oid`) and not an application, Conditional Access and the person's right and quota to join;
//! 2. checks the request's own signature (proof that the sender holds the key), that the key is P-256, and takes nothing
//!    else from it: subject and extensions are ignored;
//! 3. creates the `device` (and, when the tenant enrols by join, the `managedDevice`) with the person as registered owner;
//! 4. issues a client-authentication certificate whose first RDN is `CN=<device id>` and whose issuer is the tenant's
//!    device CA.
//!
//! A join token stands in for the person: it lets in so many devices until it expires, perhaps only those registered in
//! advance. The device is then nobody's, is managed at once, and becomes a member of the groups that the token names.
//!
//! A device with a TPM proves, before it joins with a join token, in which TPM its key lies: it sends its endorsement key and the TPM's
//! description of the device key, gets a secret that only that TPM opens for that key, and sends the secret along with the join. A
//! server that does not know the path answers 404, and the device joins without.
//!
//! A repeated join with the key of a live device of the same person answers with that device and a fresh certificate, and
//! creates nothing: an answer lost on the way may be asked for again. A key that belongs to somebody else's device answers
//! 409 `keyInUse`.
//!
//! # Session
//!
//! The agent takes a nonce and signs a JWT with the device key: header `{"alg":"ES256","typ":ASSERTION_TYPE,"x5c":[leaf]}`
//! ([`ASSERTION_TYPE`]; `x5c` is base64 of the DER, RFC 7515 §4.1.6), claims [`AssertionClaims`]. The server accepts it only if
//! alg and typ are exactly these; the leaf was issued by the device CA, is within its validity and names `iss` as its first
//! RDN's CN; that device exists, is enabled, and its registered key is the leaf's key; the signature holds; `aud` is the
//! session URL under the server's public URL; the nonce is one it minted less than [`limits::NONCE_SECONDS`] ago and is
//! *taken* (single use) by this request; `iat ≤ now + 60`, `now < exp ≤ iat + `[`limits::ASSERTION_SECONDS`]. The agent dates
//! its claims by [`NonceAnswer::now_unix_seconds`], so a device with a wrong clock still gets in. Session tokens are opaque to
//! the agent; it opens a new session when one is refused with 401 `tokenInvalid`. Disabling or deleting a device must end
//! its sessions.
//!
//! # Check-in and desired state
//!
//! The server keeps for each device one [`Desired`] state under an opaque `version` (equal versions mean equal content; a
//! hash of the content is a good one). The agent says which version it has *worked through* ([`CheckIn::held`]); the server
//! leaves [`CheckInAnswer::desired`] out when that is the current one. The agent applies what it got and checks in again at
//! once with `held` = that version and one result for every setting and app in it: that is the acknowledgement. `held` means
//! worked through, not "all succeeded". The whole desired state is sent each time: what is no longer in it is taken back by
//! the agent (a setting restores the value from before it).
//!
//! Apps may take long: the agent reports `held` with the settings' results and `pendingInstall` for apps that it is still
//! fetching, and reports the apps again when they are settled.
//!
//! A check-in made on a wake carries neither facts nor results, to be quick: an absent `facts`, `settings` or `apps` leaves
//! what was reported before as it is; a present list replaces the former one.
//!
//! # Actions
//!
//! The server delivers each pending action in every answer until a result for its id arrives. The agent writes the id down
//! before it begins and the result before it reports, so an action delivered twice runs once and the report is repeated; a
//! result for an action that is not pending (any more) is ignored by the server. `retire` and `wipe` end the relationship:
//! until their result arrives the server must keep the certificate good for sessions and check-ins (with an empty desired
//! state); when it arrives it ends sessions, certificate and, as its rules say, the record. After that report the agent
//! deletes its key and never comes back.
//!
//! A recovery key is kept by the server before the device makes it the only one: 204 means that it is sealed and can be read
//! again. Sending the same key twice is as good as once. Diagnostics belong to the action of their `{id}`, which must be
//! pending; sending them again replaces them.
//!
//! # A newer agent
//!
//! [`CheckInAnswer::agent`] offers one while the device is to have it. The agent fetches it as a package, and installs it only if
//! a key that came with its own package signed it, it says the version and architecture that were announced, it is newer, and the new
//! program reaches the server when it is tried beside the running one. A release that fails is reported with
//! [`CheckIn::agent_failure`] and not tried again; the server does not offer it to this device any more.
//!
//! # Wake
//!
//! One open stream per device; a newer one replaces the older, which is closed. The server sends a `wake` line
//!
//! - at once on opening, if the current version differs from `held` (also when `held` is absent) or an action is pending;
//! - whenever the version becomes another or an action is queued. Several within [`limits::WAKE_JOIN_MILLISECONDS`] may be one line.
//!
//! and a `ping` line on opening when there is nothing to wake for, then after every [`limits::PING_SECONDS`] of silence, each
//! flushed by itself. It may end the stream at any time (shutdown, the session's end); the agent connects again with jittered
//! exponential back-off from [`limits::RECONNECT_SECONDS_MIN`] to [`limits::RECONNECT_SECONDS_MAX`], and polls at
//! [`CheckInAnswer::next_check_in_seconds`] whatever the stream does. A lost wake therefore costs delay, never correctness.
//!
//! # Approvals
//!
//! A sign-in of the device's registered owner may wait for an approval on the device. The server sends an `approval` line to
//! the owner's devices; the agent asks which, shows it, and sends the number that the person reads off the page of the
//! sign-in. A request is answered once, by whichever device is first; a wrong number ends it. An id that does not wait (any
//! more) answers 404 `approvalUnknown`.
//!
//! # Packages
//!
//! Only packages named in the device's current desired state are served; any other hash answers 404 `packageUnknown`. `Range:
//! bytes=N-` answers 206 (RFC 9110 §14); a server may answer 200 with the whole. The agent compares size and SHA-256 with
//! the desired state before anything opens the file.

mod action;
mod agent_release;
mod app;
mod approval;
mod check_in;
mod error;
mod facts;
mod join;
pub mod limits;
mod recovery_key;
mod script;
mod session;
mod setting;
mod software;
mod wake;

pub use action::{Action, ActionKind, ActionResult, ActionState, Location};
pub use agent_release::{AgentFailure, AgentRelease};
pub use app::{App, AppResult, AppState, Detection, Intent, Package, PackageKind, Superseded};
pub use approval::{ApprovalDecision, ApprovalWord, ApprovalsAnswer, DecisionAnswer, WaitingApproval};
pub use check_in::{CheckIn, CheckInAnswer, Compliance, ComplianceReason, ComplianceState, Desired};
pub use error::{ErrorBody, ErrorCode, ErrorDetail, OverLimit};
pub use facts::{DiskSpace, Fact, Facts, Firewall, MountEncryption, OsRelease, PasswordPolicy, Patches};
pub use join::{JoinAnswer, JoinRequest, JoinType, RenewAnswer, RenewRequest, TpmChallenge, TpmClaim};
pub use recovery_key::{RecoveryKey, Volume};
pub use script::{RunAs, Script, ScriptResult, ScriptRun, ScriptSchedule};
pub use session::{ASSERTION_TYPE, AssertionClaims, NonceAnswer, SessionAnswer, SessionRequest};
pub use setting::{Effects, KeyFormat, Render, Setting, SettingResult, SettingState};
pub use software::Software;
pub use wake::{WAKE_MEDIA_TYPE, Wake, WakeLine};

/// The path under the server's public URL where all of this lives.
pub const BASE_PATH: &str = "/agent/v1";
pub const JOIN_PATH: &str = "/agent/v1/join";
pub const TPM_CHALLENGE_PATH: &str = "/agent/v1/tpm-challenge";
pub const NONCE_PATH: &str = "/agent/v1/nonce";
pub const SESSION_PATH: &str = "/agent/v1/session";
pub const RENEW_PATH: &str = "/agent/v1/renew";
pub const CHECK_IN_PATH: &str = "/agent/v1/check-in";
pub const WAKE_PATH: &str = "/agent/v1/wake";
/// Sign-ins that wait to be approved; followed by `/{id}` to answer one.
pub const APPROVALS_PATH: &str = "/agent/v1/approvals";
/// Where a disk's recovery key is escrowed.
pub const RECOVERY_KEYS_PATH: &str = "/agent/v1/recovery-keys";
/// Followed by `/{id}` of the action that asked for them.
pub const DIAGNOSTICS_PATH: &str = "/agent/v1/diagnostics";
/// Followed by `/{sha256}`, 64 lower-case hex digits.
pub const PACKAGES_PATH: &str = "/agent/v1/packages";

/// The agent's own application: a public client (no secret) that may use the device code grant (RFC 8628).
pub const AGENT_CLIENT_ID: &str = "c0a57e11-a000-4000-8000-000000000a9e";
/// The resource that a joining person's token is for; its identifier URI is [`agent_resource`].
pub const AGENT_RESOURCE_APP_ID: &str = "c0a57e11-a000-4000-8000-000000000a9f";
/// The delegated permission of that resource which the agent's application holds without further consent.
pub const AGENT_JOIN_SCOPE: &str = "Device.Join";

/// The identifier URI (and token audience) of device registration at a server with this public URL.
#[must_use]
pub fn agent_resource(public_url: &str) -> String {
    format!("{}/agent", public_url.trim_end_matches('/'))
}

/// The scope that the agent asks for when a person joins. No `offline_access`: the token is used once and forgotten.
#[must_use]
pub fn agent_scope(public_url: &str) -> String {
    format!("{}/.default", agent_resource(public_url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_and_scope_do_not_depend_on_a_trailing_slash() {
        for url in ["https://id.xyz.example", "https://id.xyz.example/"] {
            assert_eq!(agent_resource(url), "https://id.xyz.example/agent");
            assert_eq!(agent_scope(url), "https://id.xyz.example/agent/.default");
        }
    }

    #[test]
    fn every_path_lies_under_the_base_path() {
        for path in [
            JOIN_PATH,
            TPM_CHALLENGE_PATH,
            NONCE_PATH,
            SESSION_PATH,
            RENEW_PATH,
            CHECK_IN_PATH,
            WAKE_PATH,
            APPROVALS_PATH,
            PACKAGES_PATH,
            RECOVERY_KEYS_PATH,
            DIAGNOSTICS_PATH,
        ] {
            assert!(path.strip_prefix(BASE_PATH).is_some_and(|rest| rest.starts_with('/')), "{path}");
        }
    }
}
