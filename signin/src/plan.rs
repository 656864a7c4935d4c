//! Token plans: from evidence and grants to the claims of the tokens. Nothing here is signed, and nothing here is secret.
//!
//! `sub` is the object id: one person has one subject at every client (OpenID Connect Core §8, `public`).

use std::time::Duration;

use directory::{Id, Object, Record, Snapshot, Time, Value};
use schema::user::{GIVEN_NAME, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, SURNAME, USER};
use schema::{ACCOUNT_ENABLED, APP_ID, DISPLAY_NAME, MAIL, USER_PRINCIPAL_NAME};

use crate::claims_mapping::{self, About, Mapped};
use crate::client::{Client, Resource};
use crate::continuous::ISSUED_CLAIM;
use crate::optional_claims::{self, GroupStyle, Token, group_style};
use crate::scope::Scopes;
use crate::{Confirmation, Denial, Evidence, grants, token_lifetime};

/// Access tokens last at least so long …
pub const ACCESS_SECONDS_MIN: i64 = 3600;
/// … and up to so much longer, by chance, so that clients do not all come back at once.
pub const ACCESS_SECONDS_SPREAD: i64 = 1800;
/// ID tokens last so long.
pub const ID_SECONDS: i64 = 3600;

/// What every plan needs.
#[derive(Clone, Copy)]
pub struct Mint<'a> {
    pub now: &'a Snapshot,
    pub at: Time,
    pub tenant: Id,
    /// `{public_url}/{tenant}/v2.0`
    pub issuer: &'a str,
    /// Where Graph is, for the overage of groups.
    pub public_url: &'a str,
    /// The token's id (`uti`), by chance.
    pub token: Id,
    /// By chance, below [`ACCESS_SECONDS_SPREAD`].
    pub spread: i64,
    /// `authorization_details` that were granted (RFC 9396 §9.1).
    pub details: Option<&'a Value>,
}

/// How the client proved itself (`azpacr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientProof {
    None,
    Secret,
    Key,
}

impl ClientProof {
    fn acr(self) -> &'static str {
        match self {
            ClientProof::None => "0",
            ClientProof::Secret => "1",
            ClientProof::Key => "2",
        }
    }
}

/// What a person's token request amounts to.
#[derive(Clone, Copy)]
pub struct UserAsk<'a> {
    pub client: &'a Client<'a>,
    pub proof: ClientProof,
    /// Absent when only OpenID's own words are asked for: the access token is then for userinfo, at Graph.
    pub resource: &'a Resource<'a>,
    pub scopes: &'a Scopes,
    pub evidence: &'a Evidence,
    pub nonce: Option<&'a str>,
    /// Capabilities of the client (`claims` parameter, `xms_cc`).
    pub capabilities: &'a [String],
    /// The key that the access token is bound to; absent for a bearer token.
    pub confirmation: Option<&'a Confirmation>,
    /// The class of authentication that was asked for and reached (`acr`).
    pub class: Option<&'a str>,
    /// The authentication contexts that were asked for and allowed (`acrs`).
    pub contexts: &'a [String],
    /// Permissions that count in the place of the consents: what a token that is exchanged for this one carried.
    pub kept: Option<&'a [String]>,
}

/// The claims to be signed.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenPlan {
    pub access: Record,
    pub expires_in: i64,
    /// The permissions that the access token carries.
    pub scopes: Vec<String>,
    /// When `openid` was asked for.
    pub id: Option<Record>,
}

/// Plan the access token of a workload as itself (`client_credentials`).
pub fn plan_app(
    mint: &Mint<'_>,
    client: &Client<'_>,
    resource: &Resource<'_>,
    proof: ClientProof,
    confirmation: Option<&Confirmation>,
) -> Result<TokenPlan, Denial> {
    let id = client.principal.id;
    let (roles, is_assigned) = grants::app_roles(mint.now, id, resource);
    if resource.needs_assignment() && !is_assigned {
        return Err(Denial::new(
            501_051,
            format!("application `{}` is not assigned to a role of `{}`", client.app_id(), resource.name()),
        ));
    }
    let expires_in = token_lifetime::lifetime(mint.now, &[resource.app, Some(resource.principal)])
        .unwrap_or(ACCESS_SECONDS_MIN + mint.spread);
    let mut claims = begin(mint, &resource.audience, expires_in);
    named_client(&mut claims, client, proof);
    claims.push_some("cnf", confirmation.map(Confirmation::to_record));
    claims.push_some("authorization_details", mint.details.cloned());
    claims.push("idtyp", "app");
    claims.push("oid", id);
    if !roles.is_empty() {
        claims.push("roles", roles);
    }
    claims.push("sub", id);
    claims.push("tid", mint.tenant);
    claims.push("uti", mint.token);
    claims.push("ver", "2.0");
    let wids = wids(mint.now, id);
    if !wids.is_empty() {
        claims.push("wids", wids);
    }
    claims.map(claims_mapping::mapped(mint.now, &about_access(client, resource, None))?);
    Ok(TokenPlan { access: claims.done(), expires_in, scopes: Vec::new(), id: None })
}

/// Plan the tokens of a person. The person's state is judged anew each time: this is also what a refresh runs through.
pub fn plan_user(mint: &Mint<'_>, ask: &UserAsk<'_>) -> Result<TokenPlan, Denial> {
    let user = living_user(mint.now, ask.evidence)?;
    let (roles, is_assigned) = grants::app_roles(mint.now, user.id, ask.resource);
    if ask.resource.needs_assignment() && !is_assigned {
        return Err(Denial::not_assigned(ask.resource.name()));
    }
    let scopes = scopes_for(mint.now, ask, user)?;
    let mut expires_in = token_lifetime::lifetime(mint.now, &[ask.resource.app, Some(ask.resource.principal)])
        .unwrap_or(ACCESS_SECONDS_MIN + mint.spread);
    if let Some(until) = ask.evidence.until {
        expires_in = expires_in.min(until.unix() - mint.at.unix());
    }
    if expires_in <= 0 {
        return Err(Denial::revoked());
    }
    let mut claims = begin(mint, &ask.resource.audience, expires_in);
    class_claims(&mut claims, ask);
    // A proof may be the very change that ended what came before it, and so be a moment newer than the request.
    claims.push(ISSUED_CLAIM, mint.at.max(ask.evidence.at).0.to_string());
    evidence_claims(&mut claims, mint, ask.evidence);
    named_client(&mut claims, ask.client, ask.proof);
    claims.push_some("cnf", ask.confirmation.map(Confirmation::to_record));
    claims.push_some("authorization_details", mint.details.cloned());
    let device = living_device(mint.now, ask.evidence).and_then(|device| mint.now.find(device));
    claims.push_some("deviceid", device.and_then(|device| device.get(schema::device::DEVICE_ID)));
    person_claims(&mut claims, user);
    claims.push("idtyp", "user");
    claims.push("oid", user.id);
    let style = group_style(ask.resource.app, Token::Access);
    if !roles.is_empty() && !style.as_roles {
        claims.push("roles", roles);
    }
    let mut words: Vec<&str> = scopes.iter().map(String::as_str).collect();
    // Entra lists OpenID's own words in the tokens of Graph, where userinfo is.
    if ask.resource.is_graph {
        words.extend(ask.scopes.openid_words().into_iter().filter(|word| *word != "offline_access"));
    }
    claims.push("scp", words.join(" "));
    claims.push("sid", ask.evidence.session);
    claims.push("sub", user.id);
    claims.push("tid", mint.tenant);
    claims.push_some("upn", user.get(USER_PRINCIPAL_NAME));
    claims.push("uti", mint.token);
    claims.push("ver", "2.0");
    let wids = wids(mint.now, user.id);
    if !wids.is_empty() {
        claims.push("wids", wids);
    }
    if !ask.capabilities.is_empty() {
        claims.push("xms_cc", ask.capabilities.to_vec());
    }
    group_claims(&mut claims, mint, user.id, ask.resource, style);
    claims.push_new(optional_claims::wanted(mint.now, ask.resource.app, Token::Access, user));
    claims.map(claims_mapping::mapped(mint.now, &about_access(ask.client, ask.resource, Some(user)))?);
    let id = ask.scopes.openid.then(|| id_token(mint, ask, user)).transpose()?;
    Ok(TokenPlan { access: claims.done(), expires_in, scopes, id })
}

/// The user behind evidence, if everything obtained with it still counts.
pub fn living_user<'a>(now: &'a Snapshot, evidence: &Evidence) -> Result<&'a Object, Denial> {
    let user = now.find_a(&USER, evidence.user).ok_or_else(Denial::revoked)?;
    if !user.is(ACCOUNT_ENABLED) {
        return Err(Denial::disabled_user());
    }
    if user.get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME).is_some_and(|from| evidence.at < from)
        || !crate::continuous::proofs_count(user, evidence)
    {
        return Err(Denial::revoked());
    }
    Ok(user)
}

/// The device of evidence, if it is still there and enabled.
#[must_use]
pub fn living_device(now: &Snapshot, evidence: &Evidence) -> Option<Id> {
    let device = now.find_a(&schema::device::DEVICE, evidence.device?)?;
    (device.get(ACCOUNT_ENABLED) != Some(false)).then_some(device.id)
}

/// The time that new evidence gets: never before the moment from which sessions count, which is
/// the one after a change that the request itself may have made.
#[must_use]
pub fn evidence_time(user: &Object, at: Time) -> Time {
    let from = [
        user.get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME),
        user.get(schema::user::STRONG_CREDENTIALS_VALID_FROM),
        crate::continuous::password_valid_from(user),
    ];
    from.into_iter().flatten().fold(at, Time::max)
}

/// The permissions asked for that nobody has consented to yet.
#[must_use]
pub fn missing_consent(
    now: &Snapshot,
    client: &Client<'_>,
    resource: &Resource<'_>,
    scopes: &Scopes,
    user: Id,
) -> Vec<String> {
    let granted = grants::permitted(now, client, user, resource);
    let has = |name: &String| granted.iter().any(|known| known.eq_ignore_ascii_case(name));
    if scopes.default {
        // `.default` asks for what the application registered, once; after that, for what was granted.
        return if granted.is_empty() { registered(client, resource) } else { Vec::new() };
    }
    scopes.names.iter().filter(|name| !has(name)).cloned().collect()
}

/// The delegated permissions of a resource that the application registered (`requiredResourceAccess`).
fn registered(client: &Client<'_>, resource: &Resource<'_>) -> Vec<String> {
    let Some(required) = client.app.and_then(|app| app.get(schema::application::REQUIRED_RESOURCE_ACCESS)) else {
        return Vec::new();
    };
    let offered = resource.permission_scopes();
    let of_resource = required.iter().filter(|entry| entry.text("resourceAppId") == Some(resource.app_id()));
    of_resource
        .flat_map(|entry| entry.records("resourceAccess"))
        .filter(|access| access.text("type") == Some("Scope"))
        .filter_map(|access| offered.iter().find(|scope| scope.guid("id") == access.guid("id"))?.text("value"))
        .map(str::to_owned)
        .collect()
}

fn scopes_for(now: &Snapshot, ask: &UserAsk<'_>, user: &Object) -> Result<Vec<String>, Denial> {
    let granted = match ask.kept {
        Some(kept) => kept.to_vec(),
        None => grants::permitted(now, ask.client, user.id, ask.resource),
    };
    if ask.scopes.default {
        return if granted.is_empty() && !ask.scopes.openid {
            Err(Denial::no_consent(ask.client.name()))
        } else {
            Ok(granted)
        };
    }
    let mut scopes = Vec::new();
    for name in &ask.scopes.names {
        match granted.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) => scopes.push(known.clone()),
            None => return Err(Denial::no_consent(ask.client.name())),
        }
    }
    Ok(scopes)
}

/// Whom an access token speaks of, and for whom it is.
fn about_access<'a>(client: &Client<'a>, resource: &Resource<'a>, user: Option<&'a Object>) -> About<'a> {
    let (client, resource, audience_app) = (client.principal, resource.principal, resource.app);
    About { user, client, resource, audience: resource, audience_app }
}

fn id_token(mint: &Mint<'_>, ask: &UserAsk<'_>, user: &Object) -> Result<Record, Denial> {
    let lasts = token_lifetime::lifetime(mint.now, &[ask.client.app, Some(ask.client.principal)]).unwrap_or(ID_SECONDS);
    // What ends the evidence ends both tokens.
    let left = ask.evidence.until.map_or(lasts, |until| until.unix() - mint.at.unix());
    let mut claims = begin(mint, ask.client.app_id(), lasts.min(left));
    class_claims(&mut claims, ask);
    evidence_claims(&mut claims, mint, ask.evidence);
    if ask.scopes.email {
        claims.push_some("email", user.get(MAIL));
    }
    person_claims(&mut claims, user);
    claims.push_some("nonce", ask.nonce);
    claims.push("oid", user.id);
    let as_resource =
        Resource { principal: ask.client.principal, app: ask.client.app, audience: String::new(), is_graph: false };
    let (roles, _) = grants::app_roles(mint.now, user.id, &as_resource);
    let style = group_style(ask.client.app, Token::Id);
    if !roles.is_empty() && !style.as_roles {
        claims.push("roles", roles);
    }
    claims.push("sid", ask.evidence.session);
    claims.push("sub", user.id);
    claims.push("tid", mint.tenant);
    claims.push("uti", mint.token);
    claims.push("ver", "2.0");
    group_claims(&mut claims, mint, user.id, &as_resource, style);
    let configured = as_resource.group_claims().unwrap_or_default();
    if configured.split(',').any(|word| matches!(word.trim(), "All" | "DirectoryRole")) {
        let wids = wids(mint.now, user.id);
        if !wids.is_empty() {
            claims.push("wids", wids);
        }
    }
    claims.push_new(optional_claims::wanted(mint.now, ask.client.app, Token::Id, user));
    let about = About {
        user: Some(user),
        client: ask.client.principal,
        resource: ask.resource.principal,
        audience: ask.client.principal,
        audience_app: ask.client.app,
    };
    claims.map(claims_mapping::mapped(mint.now, &about)?);
    Ok(claims.done())
}

/// Claims in the order they are printed. Callers never give a name twice, so nothing is looked up.
struct ClaimList(Vec<(String, Value)>);

impl ClaimList {
    fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), value.into()));
    }

    fn push_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.push(name, value);
        }
    }

    /// Those whose names are not there yet.
    fn push_new(&mut self, claims: Vec<(String, Value)>) {
        for (name, value) in claims {
            if !self.0.iter().any(|(known, _)| *known == name) {
                self.0.push((name, value));
            }
        }
    }

    /// With what a policy puts in the place of what is there.
    fn map(&mut self, mapped: Option<Mapped>) {
        let Some(mapped) = mapped else { return };
        let is_mapped = |name: &str| mapped.claims.iter().any(|(known, _)| known == name);
        let is_left_out = |name: &str| mapped.leaves_basic_out && claims_mapping::BASIC.contains(&name);
        self.0.retain(|(name, _)| !is_mapped(name) && !is_left_out(name));
        self.0.extend(mapped.claims);
    }

    fn done(self) -> Record {
        self.0.into_iter().collect()
    }
}

fn begin(mint: &Mint<'_>, audience: &str, lifetime: i64) -> ClaimList {
    let at = mint.at.unix();
    let mut claims = ClaimList(Vec::with_capacity(32));
    claims.push("aud", audience);
    claims.push("iss", mint.issuer);
    claims.push("iat", at);
    claims.push("nbf", at);
    claims.push("exp", at + lifetime);
    claims
}

fn named_client(claims: &mut ClaimList, client: &Client<'_>, proof: ClientProof) {
    let app_id = client.principal.get(APP_ID).unwrap_or_default();
    claims.push("app_displayname", client.name());
    claims.push("appid", app_id);
    claims.push("appidacr", proof.acr());
    claims.push("azp", app_id);
    claims.push("azpacr", proof.acr());
}

fn class_claims(claims: &mut ClaimList, ask: &UserAsk<'_>) {
    claims.push("acr", ask.class.unwrap_or("1"));
    if !ask.contexts.is_empty() {
        claims.push("acrs", ask.contexts.to_vec());
    }
}

fn evidence_claims(claims: &mut ClaimList, mint: &Mint<'_>, evidence: &Evidence) {
    claims.push("amr", evidence.amr());
    claims.push("auth_time", evidence.at.min(mint.at).unix());
}

fn person_claims(claims: &mut ClaimList, user: &Object) {
    claims.push_some("family_name", user.get(SURNAME));
    claims.push_some("given_name", user.get(GIVEN_NAME));
    claims.push_some("name", user.get(DISPLAY_NAME));
    claims.push_some("preferred_username", user.get(USER_PRINCIPAL_NAME));
}

/// `groups` (or `roles`, where they are wanted there), or, when there are too many, where to ask for them (OpenID Connect
/// Core §5.6.2).
fn group_claims(claims: &mut ClaimList, mint: &Mint<'_>, user: Id, of: &Resource<'_>, style: GroupStyle) {
    let Some(groups) = grants::groups(mint.now, user, of.group_claims(), of) else { return };
    if groups.len() <= grants::GROUPS_MAX {
        let shown: Vec<Value> = groups.into_iter().filter_map(|group| shown(group, style)).collect();
        claims.push(if style.as_roles { "roles" } else { "groups" }, shown);
        return;
    }
    let endpoint = format!("{}/v1.0/users/{user}/getMemberObjects", mint.public_url);
    claims.push("_claim_names", Record::new().with("groups", "src1"));
    claims.push("_claim_sources", Record::new().with("src1", Record::new().with("endpoint", endpoint)));
}

/// A group as it is wanted: by the name that it has where it comes from, by its name here, or by its id. One that comes from
/// nowhere else has no name from there and is left out, unless its name here will do.
fn shown(group: &Object, style: GroupStyle) -> Option<Value> {
    let name = || group.get(DISPLAY_NAME).filter(|_| style.cloud_display_name).map(Value::from);
    if style.sam_account_name {
        return group.get(schema::group::ON_PREMISES_SAM_ACCOUNT_NAME).map(Value::from).or_else(name);
    }
    Some(name().unwrap_or(Value::Guid(group.id)))
}

/// The directory roles of a principal, by the id of their template.
fn wids(now: &Snapshot, principal: Id) -> Vec<Id> {
    use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
    let assignments =
        now.by(schema::PRINCIPAL_ID, principal).filter(|object| now.is_a(object, &UNIFIED_ROLE_ASSIGNMENT));
    let mut wids: Vec<Id> = Vec::new();
    for id in assignments.filter_map(|assignment| directory::id_from_text(assignment.get(schema::ROLE_DEFINITION_ID)?))
    {
        if !wids.contains(&id) {
            wids.push(id);
        }
    }
    wids
}

/// How long a refresh token lasts when it is not used, and at most; both counted anew for no rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshLife {
    pub idle: Duration,
    /// Counted from the first sign-in (NIST SP 800-63B §2.2.3, OWASP ASVS 10.4.8).
    pub absolute: Duration,
}

const DAY: Duration = Duration::from_secs(86_400);

impl RefreshLife {
    /// For programs and servers.
    pub const USUAL: RefreshLife = RefreshLife { idle: DAY.saturating_mul(90), absolute: DAY.saturating_mul(180) };
    /// For pages in a browser, where nothing keeps a secret.
    pub const SPA: RefreshLife = RefreshLife { idle: DAY, absolute: DAY };

    /// When a token of a family that began at `began` ends if it is given out now.
    #[must_use]
    pub fn expires(self, began: Time, at: Time, until: Option<Time>) -> Time {
        let end = (at + self.idle).min(began + self.absolute);
        until.map_or(end, |until| end.min(until))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{APP, APP_OBJECT, CLIENT, GRAPH, NOW, ROLE, USER_ID, create, directory};
    use crate::{Method, Proof};
    use directory::{Change, Kind};
    use schema::app_role_assignment as assignment;
    use schema::oauth2_permission_grant as grant;

    const HOME: &str = "https://id.xyz.example";
    const TENANT: Id = Id::from_u128(0x7e);

    fn mint(now: &Snapshot) -> Mint<'_> {
        Mint {
            now,
            at: NOW,
            tenant: TENANT,
            issuer: "https://issuer",
            public_url: HOME,
            token: Id::from_u128(9),
            spread: 7,
            details: None,
        }
    }

    fn evidence() -> Evidence {
        let password = Proof::of(Method::Password, NOW);
        Evidence { device: Some(Id::from_u128(6)), ..Evidence::begin(USER_ID, Id::from_u128(5), password) }
    }

    fn plan(now: &Snapshot, scope: &str, evidence: &Evidence) -> Result<TokenPlan, Denial> {
        let client = Client::find(now, APP)?;
        let scopes = Scopes::parse(scope)?;
        let resource = Resource::find(now, &scopes.resource, HOME)?;
        let ask = UserAsk {
            client: &client,
            proof: ClientProof::None,
            resource: &resource,
            scopes: &scopes,
            evidence,
            nonce: Some("n"),
            capabilities: &[],
            confirmation: None,
            class: None,
            contexts: &[],
            kept: None,
        };
        plan_user(&mint(now), &ask)
    }

    fn granted(scope: &str) -> Change {
        create(
            Id::from_u128(0x91),
            &grant::OAUTH2_PERMISSION_GRANT,
            vec![
                (grant::CLIENT_ID.id, CLIENT.to_string().into()),
                (grant::CONSENT_TYPE.id, "Principal".into()),
                (schema::PRINCIPAL_ID.id, USER_ID.to_string().into()),
                (grant::RESOURCE_ID.id, GRAPH.to_string().into()),
                (grant::SCOPE.id, scope.into()),
            ],
        )
    }

    fn assigned(id: u128, principal: Id, resource: Id, role: Id) -> Change {
        create(
            Id::from_u128(id),
            &assignment::APP_ROLE_ASSIGNMENT,
            vec![
                (assignment::PRINCIPAL_ID.id, principal.into()),
                (assignment::RESOURCE_ID.id, resource.into()),
                (assignment::APP_ROLE_ID.id, role.into()),
            ],
        )
    }

    fn group(id: Id) -> Vec<Change> {
        static GROUP: &Kind = &schema::group::GROUP;
        let attributes = vec![
            (DISPLAY_NAME.id, "Sales".into()),
            (schema::MAIL_NICKNAME.id, format!("g{id}").into()),
            (schema::group::MAIL_ENABLED.id, false.into()),
            (schema::group::SECURITY_ENABLED.id, true.into()),
        ];
        vec![create(id, GROUP, attributes), Change::link(id, schema::MEMBERS, USER_ID)]
    }

    #[test]
    fn a_person_gets_what_was_consented_and_no_more() {
        let now = directory();
        assert_eq!(plan(&now, "User.Read", &evidence()).map_err(|d| d.code), Err(65_001));
        let now = now.fork(NOW, &[granted("User.Read Mail.Read")]).unwrap();
        for (scope, expect) in [
            ("user.read", Ok("User.Read".to_owned())),
            ("User.Read openid email", Ok("User.Read openid email".to_owned())),
            (".default", Ok("User.Read Mail.Read".to_owned())),
            ("User.Read Directory.Read.All", Err(65_001)),
            ("api://nobody/x", Err(500_011)),
        ] {
            let plan = plan(&now, scope, &evidence());
            let scp = plan.map(|plan| plan.access.text("scp").unwrap().to_owned()).map_err(|denial| denial.code);
            assert_eq!(scp, expect, "{scope}");
        }
    }

    #[test]
    fn a_resource_may_name_clients_beforehand() {
        use schema::application::{API, APPLICATION};
        let (api, scope) = (Id::from_u128(0xf1), Id::from_u128(0xf2));
        let named = |client: &str| {
            let one = Record::new().with("appId", client).with("delegatedPermissionIds", [scope.to_string().as_str()]);
            Record::new().with("preAuthorizedApplications", vec![one])
        };
        let offered = Record::new().with("id", scope).with("value", "Orders.Read").with("type", "User");
        let app_id = (APP_ID.id, Value::from("orders"));
        let now = directory()
            .fork(
                NOW,
                &[
                    create(api, &APPLICATION, vec![app_id.clone(), (DISPLAY_NAME.id, "Orders".into())]),
                    create(
                        Id::from_u128(0xf3),
                        &schema::service_principal::SERVICE_PRINCIPAL,
                        vec![app_id, (schema::service_principal::OAUTH2_PERMISSION_SCOPES.id, vec![offered].into())],
                    ),
                ],
            )
            .unwrap();
        for (client, expect) in [(APP, Ok("Orders.Read".to_owned())), ("another", Err(65_001))] {
            let now = now.fork(NOW, &[Change::set(api, API, named(client))]).unwrap();
            let made = plan(&now, "orders/Orders.Read", &evidence());
            let scp = made.map(|made| made.access.text("scp").unwrap().to_owned()).map_err(|denial| denial.code);
            assert_eq!(scp, expect, "{client}");
            assert_eq!(plan(&now, "orders/Orders.Write", &evidence()).map_err(|denial| denial.code), Err(65_001));
        }
    }

    #[test]
    fn claims_say_who_how_and_through_what() {
        let now = directory().fork(NOW, &[granted("User.Read")]).unwrap();
        let plan = plan(&now, "openid User.Read", &evidence()).unwrap();
        let access = plan.access;
        assert_eq!((access.text("aud"), access.text("iss")), (Some(HOME), Some("https://issuer")));
        assert_eq!((access.int("iat"), access.int("exp")), (Some(NOW.unix()), Some(NOW.unix() + 3607)));
        assert_eq!(
            (access.guid("oid"), access.guid("sub"), access.guid("tid")),
            (Some(USER_ID), Some(USER_ID), Some(TENANT))
        );
        assert_eq!((access.guid("sid"), access.get("deviceid")), (Some(Id::from_u128(5)), None));
        assert_eq!((access.text("appid"), access.text("azpacr")), (Some(APP), Some("0")));
        let id = plan.id.unwrap();
        assert_eq!((id.text("aud"), id.text("nonce"), id.get("scp")), (Some(APP), Some("n"), None));
        assert_eq!(id.int("exp"), Some(NOW.unix() + ID_SECONDS));
    }

    #[test]
    fn no_token_says_that_it_was_issued_later_than_now() {
        let now = directory().fork(NOW, &[granted("User.Read")]).unwrap();
        let ahead = Time(NOW.0 + 1_000_000);
        let made = plan(&now, "openid User.Read", &Evidence { at: ahead, ..evidence() }).unwrap();
        for claims in [&made.access, &made.id.unwrap()] {
            assert_eq!((claims.int("iat"), claims.int("auth_time")), (Some(NOW.unix()), Some(NOW.unix())));
        }
        assert_eq!(made.access.text(ISSUED_CLAIM), Some(ahead.0.to_string().as_str()), "it counts from its proof on");
    }

    #[test]
    fn nothing_outlives_a_pass_and_nothing_survives_what_ends_it() {
        let now = directory().fork(NOW, &[granted("User.Read")]).unwrap();
        let short = Evidence { until: Some(NOW + Duration::from_secs(600)), ..evidence() };
        let made = plan(&now, "openid User.Read", &short).unwrap();
        assert_eq!((made.expires_in, made.id.unwrap().int("exp")), (600, Some(NOW.unix() + 600)));
        let over = Evidence { until: Some(NOW), ..evidence() };
        assert_eq!(plan(&now, "User.Read", &over).map_err(|d| d.code), Err(50_173));
        for (changes, code) in [
            (vec![Change::set(USER_ID, ACCOUNT_ENABLED, false)], 50_057),
            (crate::revoke(USER_ID, NOW), 50_173),
            (vec![Change::Delete { id: USER_ID }], 50_173),
            (vec![Change::set(CLIENT, ACCOUNT_ENABLED, false)], 7_000_112),
            (vec![Change::set(GRAPH, ACCOUNT_ENABLED, false)], 500_011),
        ] {
            let then = now.fork(NOW, &changes).unwrap();
            assert_eq!(plan(&then, "User.Read", &evidence()).map_err(|d| d.code), Err(code));
        }
    }

    #[test]
    fn roles_come_by_assignment_to_the_person_or_to_a_group() {
        let sales = Id::from_u128(0xa1);
        let required = Change::set(GRAPH, schema::service_principal::APP_ROLE_ASSIGNMENT_REQUIRED, true);
        let now = directory().fork(NOW, &[granted("User.Read"), required]).unwrap();
        assert_eq!(plan(&now, "User.Read", &evidence()).map_err(|d| d.code), Err(50_105));
        let client = Client::find(&now, APP).unwrap();
        let graph = Resource::find(&now, "", HOME).unwrap();
        assert_eq!(plan_app(&mint(&now), &client, &graph, ClientProof::Secret, None).map_err(|d| d.code), Err(501_051));
        let mut changes = group(sales);
        changes.push(assigned(0xa2, sales, GRAPH, ROLE));
        let now = now.fork(NOW, &changes).unwrap();
        let access = plan(&now, "User.Read", &evidence()).unwrap().access;
        assert_eq!(access.texts("roles").collect::<Vec<_>>(), ["User.Read.All"]);
    }

    #[test]
    fn a_token_carries_what_its_application_wants_and_there_is() {
        use schema::user::{COUNTRY, PREFERRED_LANGUAGE, USER_TYPE};
        let claim = |name: &str| Record::new().with("name", name);
        let wanted: Vec<Record> =
            ["acct", "ctry", "upn", "xms_pl", "login_hint", "fwd", "sub", "verified_primary_email"].map(claim).into();
        let wish = Record::new().with("idToken", wanted);
        let now = directory()
            .fork(
                NOW,
                &[
                    granted("User.Read"),
                    Change::set(APP_OBJECT, schema::application::OPTIONAL_CLAIMS, wish),
                    Change::set(USER_ID, USER_TYPE, "Guest"),
                    Change::set(USER_ID, COUNTRY, "NL"),
                    Change::set(USER_ID, PREFERRED_LANGUAGE, "nl-NL"),
                ],
            )
            .unwrap();
        let tokens = plan(&now, "openid User.Read", &evidence()).unwrap();
        let id = tokens.id.unwrap();
        assert_eq!((id.int("acct"), id.text("ctry"), id.text("xms_pl")), (Some(1), Some("NL"), Some("nl-NL")));
        let name = now.find(USER_ID).unwrap().get(USER_PRINCIPAL_NAME);
        assert_eq!((id.text("upn"), id.text("login_hint")), (name, name));
        assert_eq!((id.get("fwd"), id.get("verified_primary_email"), id.guid("sub")), (None, None, Some(USER_ID)));
        assert_eq!(id.iter().filter(|(name, _)| *name == "sub").count(), 1, "nothing is said twice");
        assert_eq!(tokens.access.get("acct"), None, "another list, another token");
    }

    #[test]
    fn groups_are_written_as_the_application_wants_them() {
        let (sales, synced) = (Id::from_u128(0xc1), Id::from_u128(0xc2));
        let mut changes = vec![granted("User.Read")];
        changes.extend(group(sales));
        changes.extend(group(synced));
        changes.push(Change::set(synced, schema::group::ON_PREMISES_SAM_ACCOUNT_NAME, "SALES"));
        changes.push(assigned(0xc3, sales, CLIENT, Id::nil()));
        let now = directory().fork(NOW, &changes).unwrap();
        let told = |membership: &str, properties: &[&str]| {
            let groups = Record::new()
                .with("name", "groups")
                .with("additionalProperties", properties.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            let wish = Record::new().with("idToken", vec![groups]);
            let changes = [
                Change::set(APP_OBJECT, schema::application::GROUP_MEMBERSHIP_CLAIMS, membership),
                Change::set(APP_OBJECT, schema::application::OPTIONAL_CLAIMS, wish),
            ];
            let id = plan(&now.fork(NOW, &changes).unwrap(), "openid", &evidence()).unwrap().id.unwrap();
            let texts = |name: &str| {
                let mut all: Vec<String> = id.list(name).iter().map(|value| format!("{value:?}")).collect();
                all.sort();
                all.join(" ")
            };
            (texts("groups"), texts("roles"))
        };
        let id = |group: Id| format!("{:?}", Value::Guid(group));
        let both = format!("{} {}", id(sales), id(synced));
        assert_eq!(told("SecurityGroup", &[]), (both, String::new()));
        assert_eq!(told("ApplicationGroup", &[]), (id(sales), String::new()));
        assert_eq!(told("None", &[]), (String::new(), String::new()));
        let text = |text: &str| format!("{:?}", Value::from(text));
        assert_eq!(told("SecurityGroup", &["sam_account_name"]).0, text("SALES"));
        let named = format!("{} {}", text("SALES"), text("Sales"));
        assert_eq!(told("SecurityGroup", &["sam_account_name", "cloud_displayname"]).0, named);
        assert_eq!(told("SecurityGroup", &["sam_account_name", "emit_as_roles"]), (String::new(), text("SALES")));
    }

    #[test]
    fn tokens_last_as_long_as_a_policy_says_the_organizations_first() {
        use schema::sts_policy::{DEFINITION, IS_ORGANIZATION_DEFAULT, TOKEN_LIFETIME_POLICIES, TOKEN_LIFETIME_POLICY};
        let (own, all) = (Id::from_u128(0xd1), Id::from_u128(0xd2));
        let policy = |id: Id, lasts: &str, is_default: bool| {
            let text = format!(r#"{{"TokenLifetimePolicy":{{"Version":1,"AccessTokenLifetime":"{lasts}"}}}}"#);
            let attributes =
                vec![(DEFINITION.id, [text.as_str()].into()), (IS_ORGANIZATION_DEFAULT.id, is_default.into())];
            create(id, &TOKEN_LIFETIME_POLICY, attributes)
        };
        let lasts = |now: &Snapshot| {
            let tokens = plan(now, "openid User.Read", &evidence()).unwrap();
            (tokens.expires_in, tokens.id.unwrap().int("exp").unwrap() - NOW.unix())
        };
        let now = directory().fork(NOW, &[granted("User.Read"), policy(own, "00:20:00", false)]).unwrap();
        assert_eq!(lasts(&now), (3607, ID_SECONDS), "a policy that stands for nobody");
        let resource = now.fork(NOW, &[Change::link(GRAPH, TOKEN_LIFETIME_POLICIES, own)]).unwrap();
        assert_eq!(lasts(&resource), (1200, ID_SECONDS), "the resource's stands for its access tokens");
        let client = now.fork(NOW, &[Change::link(APP_OBJECT, TOKEN_LIFETIME_POLICIES, own)]).unwrap();
        assert_eq!(lasts(&client), (3607, 1200), "the client's for its ID tokens");
        let organization = resource.fork(NOW, &[policy(all, "08:00:00", true)]).unwrap();
        assert_eq!(lasts(&organization), (28_800, 28_800));
        let broken = now.fork(
            NOW,
            &[Change::link(GRAPH, TOKEN_LIFETIME_POLICIES, own), Change::set(own, DEFINITION, vec!["{}".to_owned()])],
        );
        assert_eq!(lasts(&broken.unwrap()), (3607, ID_SECONDS), "one that says nothing changes nothing");
    }

    #[test]
    fn a_claims_mapping_policy_speaks_in_the_tokens_for_its_application_alone() {
        use schema::sts_policy::{CLAIMS_MAPPING_POLICIES, CLAIMS_MAPPING_POLICY, DEFINITION};
        let id = Id::from_u128(0xd3);
        let text = r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":false,"ClaimsSchema":[
            {"Source":"user","ID":"displayname","JwtClaimType":"given_name"},{"Value":"blue","JwtClaimType":"house"}]}}"#;
        let now = directory()
            .fork(
                NOW,
                &[
                    granted("User.Read"),
                    create(id, &CLAIMS_MAPPING_POLICY, vec![(DEFINITION.id, [text].into())]),
                    Change::link(CLIENT, CLAIMS_MAPPING_POLICIES, id),
                ],
            )
            .unwrap();
        assert_eq!(plan(&now, "openid User.Read", &evidence()).map_err(|denial| denial.code), Err(50_146));
        let accepts = Record::new().with("acceptMappedClaims", true);
        let now = now.fork(NOW, &[Change::set(APP_OBJECT, schema::application::API, accepts)]).unwrap();
        let said = |claims: &Record| ["name", "given_name", "house"].map(|name| claims.text(name).map(str::to_owned));
        let tokens = plan(&now, "openid User.Read", &evidence()).unwrap();
        let (ada, blue) = (Some("Ada Lovelace".to_owned()), Some("blue".to_owned()));
        assert_eq!(said(&tokens.id.unwrap()), [None, ada.clone(), blue.clone()]);
        assert_eq!(said(&tokens.access), [ada, None, None], "the one for Graph is as it was");
        let (client, own) = (Client::find(&now, APP).unwrap(), Resource::find(&now, APP, "").unwrap());
        let app = plan_app(&mint(&now), &client, &own, ClientProof::Secret, None).unwrap();
        assert_eq!(said(&app.access), [None, None, blue]);
    }

    #[test]
    fn groups_are_listed_when_wished_and_pointed_to_when_there_are_too_many() {
        let wish = Change::set(APP_OBJECT, schema::application::GROUP_MEMBERSHIP_CLAIMS, "SecurityGroup");
        let mut changes = vec![granted("User.Read"), wish];
        changes.extend(group(Id::from_u128(0xb000)));
        let now = directory().fork(NOW, &changes).unwrap();
        let id = plan(&now, "openid", &evidence()).unwrap().id.unwrap();
        assert_eq!(id.list("groups"), [Value::Guid(Id::from_u128(0xb000))]);
        let many: Vec<Change> =
            (1..=grants::GROUPS_MAX as u128).flat_map(|n| group(Id::from_u128(0xb000 + n))).collect();
        let now = now.fork(NOW, &many).unwrap();
        let id = plan(&now, "openid", &evidence()).unwrap().id.unwrap();
        assert!(id.get("groups").is_none());
        let source = id.record("_claim_sources").unwrap().record("src1").unwrap();
        assert_eq!(source.text("endpoint"), Some(format!("{HOME}/v1.0/users/{USER_ID}/getMemberObjects").as_str()));
    }

    #[test]
    fn a_token_says_what_it_is_bound_to_and_what_was_granted_with_it() {
        let now = crate::fixture::directory();
        let details = Value::List(vec![Record::new().with("type", "payment").into()]);
        let contexts = ["c1".to_owned()];
        for (confirmation, name) in [
            (Confirmation::Jkt("thumbprint".to_owned()), "jkt"),
            (Confirmation::X5tS256("thumbprint".to_owned()), "x5t#S256"),
        ] {
            let mint = Mint { details: Some(&details), ..mint(&now) };
            let client = Client::find(&now, APP).expect("it is there");
            let resource = Resource::find(&now, "", "https://id.xyz.example").expect("it is there");
            let app = plan_app(&mint, &client, &resource, ClientProof::Key, Some(&confirmation))
                .expect("nothing is missing")
                .access;
            let scopes = Scopes::parse("openid").expect("it can be read");
            let evidence = evidence();
            let ask = UserAsk {
                client: &client,
                proof: ClientProof::None,
                resource: &resource,
                scopes: &scopes,
                evidence: &evidence,
                nonce: None,
                capabilities: &[],
                confirmation: Some(&confirmation),
                class: Some("phr"),
                contexts: &contexts,
                kept: None,
            };
            let user = plan_user(&mint, &ask).expect("nothing is missing");
            for access in [&app, &user.access] {
                assert_eq!(access.record("cnf").and_then(|cnf| cnf.text(name)), Some("thumbprint"));
                assert_eq!(access.list("authorization_details").len(), 1);
            }
            let id = user.id.expect("it was asked for");
            assert_eq!((id.text("acr"), user.access.text("acr")), (Some("phr"), Some("phr")));
            assert!(id.get("cnf").is_none() && user.access.texts("acrs").eq(["c1"]));
        }
    }
}
