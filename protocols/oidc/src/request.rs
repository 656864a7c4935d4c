//! One request at our desk: what was sent, by whom, to which tenant, at what time.

use std::net::IpAddr;
use std::sync::OnceLock;

use directory::{Id, Snapshot, TenantId, Time};
use engine::{Engine, Peer, PeerCertificates};
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, USER_AGENT};
use http::{HeaderMap, Method, request::Parts};
use schema::PREFERRED_LANGUAGE;
use schema::organization::ORGANIZATION;

use crate::Inner;
use crate::error::Problem;
use crate::home_realm;
use crate::opaque;
use crate::par;
use crate::params::Params;
use crate::prt::{self, credential::Shown};
use crate::route::Route;
use crate::words::{self, Language, Words};

/// The ids by which a request is found in logs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids {
    pub trace: Id,
    /// As the client gave it (`client-request-id`), or our own.
    pub correlation: Id,
}

/// What was sent.
pub(crate) struct Request<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub headers: &'a HeaderMap,
    pub query: Params<'a>,
    pub form: Params<'a>,
    /// As it came, for what is no form.
    pub body: &'a [u8],
    pub address: Option<IpAddr>,
    /// The certificate (DER) with which the connection was opened, where the listener asked for one.
    pub certificate: Option<&'a [u8]>,
    /// The device and person whose primary refresh token the request brings, once that was read.
    pub shown: OnceLock<Option<Shown>>,
    pub ids: Ids,
}

/// A request with everything needed to answer it.
pub(crate) struct Desk<'a> {
    pub oidc: &'a Inner,
    pub engine: Engine,
    pub tenant: TenantId,
    pub at: Time,
    /// The newest directory when the request came.
    pub now: Snapshot,
    pub issuer: String,
    /// The language of the pages that answer.
    pub language: Language,
    pub request: &'a Request<'a>,
}

impl Ids {
    pub(crate) fn of(parts: &Parts) -> Ids {
        let given = parts.headers.get("client-request-id").and_then(|value| value.to_str().ok());
        let correlation = given.and_then(directory::id_from_text).filter(|id| !id.is_nil());
        let trace = keys::random_uuid();
        Ids { trace, correlation: correlation.unwrap_or(trace) }
    }
}

impl Request<'_> {
    pub(crate) fn header(&self, name: &http::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn user_agent(&self) -> &str {
        self.header(&USER_AGENT).unwrap_or_default()
    }

    /// The credentials of an authorization scheme, compared ignoring case (RFC 9110 §11.1).
    pub(crate) fn authorization(&self, scheme: &str) -> Option<&str> {
        let (given, credentials) = self.header(&AUTHORIZATION)?.split_once(' ')?;
        given.eq_ignore_ascii_case(scheme).then(|| credentials.trim())
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        pairs.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
    }

    /// The languages that the client asks for (OpenID Connect Core §3.1.2.1), or that the page before spoke for it.
    pub(crate) fn ui_locales(&self) -> Option<&str> {
        self.form.get("ui_locales").or_else(|| self.query.get("ui_locales"))
    }

    /// Whether it came to the version 2 endpoints; those of the first version name a `resource`, and no scope.
    pub(crate) fn is_v2(&self) -> bool {
        self.path.to_ascii_lowercase().contains("/v2.0/")
    }

    /// A parameter, wherever the method puts it.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        if self.method == Method::POST { self.form.get(name) } else { self.query.get(name) }
    }
}

impl Desk<'_> {
    /// What to say to the person, in their language.
    pub(crate) fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// The same request before a newer directory.
    pub(crate) fn at_snapshot(&self, now: Snapshot) -> Desk<'_> {
        Desk {
            oidc: self.oidc,
            engine: self.engine.clone(),
            tenant: self.tenant,
            at: self.at,
            now,
            issuer: self.issuer.clone(),
            language: self.language,
            request: self.request,
        }
    }
}

impl<'a> Request<'a> {
    /// Read a request's parameters, wherever its method puts them.
    pub(crate) fn read(parts: &'a Parts, body: &'a [u8], ids: Ids) -> Result<Request<'a>, Problem> {
        let query = Params::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
        let form = if parts.method == Method::POST { Params::parse(body)? } else { Params::default() };
        Ok(Request {
            method: &parts.method,
            path: parts.uri.path(),
            headers: &parts.headers,
            query,
            form,
            body,
            address: parts.extensions.get::<Peer>().map(|peer| peer.address),
            certificate: parts.extensions.get::<PeerCertificates>().and_then(PeerCertificates::own),
            shown: OnceLock::new(),
            ids,
        })
    }
}

impl Inner {
    /// Take a request in: find its tenant, the time and the newest directory.
    pub(crate) fn desk<'a>(&'a self, request: &'a Request<'a>, route: Route<'_>) -> Result<Desk<'a>, Problem> {
        let engine = self.tenant(route.tenant, request)?;
        let tenant = engine.tenant();
        let now = engine.snapshot();
        let organisation = now.all(&ORGANIZATION).find_map(|organisation| organisation.get(PREFERRED_LANGUAGE));
        Ok(Desk {
            oidc: self,
            tenant,
            at: engine.now(),
            language: words::choose(request.ui_locales(), request.header(&ACCEPT_LANGUAGE), organisation),
            now,
            issuer: format!("{}/{tenant}/v2.0", self.public_url),
            engine,
            request,
        })
    }

    /// The tenant that a path names: by id, by domain, or, for `common`, by what else the request says.
    pub(crate) fn tenant(&self, named: Option<&str>, request: &Request<'_>) -> Result<Engine, Problem> {
        let found = match named {
            None => self.tenants.only().or_else(|| self.hinted(request)),
            Some(name) if home_realm::is_shared(name) => self.tenants.only().or_else(|| self.hinted(request)),
            Some(name) => match directory::id_from_text(name) {
                Some(id) => self.tenants.get(id),
                None => self.tenants.by_domain(name),
            },
        };
        found.ok_or_else(|| Problem::unknown_tenant(named.unwrap_or("common")))
    }

    fn hinted(&self, request: &Request<'_>) -> Option<Engine> {
        if let Some(tenant) = prt::tenant_of(self, request) {
            return self.tenants.get(tenant);
        }
        // A nonce belongs to nobody yet.
        if request.form.get("grant_type") == Some(crate::token::SRV_CHALLENGE) {
            return self.tenants.get(self.nonce_tenant().ok()?);
        }
        let pushed = request.param("request_uri").and_then(par::name_of);
        let token = pushed.or_else(|| {
            ["code", "refresh_token", "device_code", "token", "flow"].iter().find_map(|name| request.param(name))
        });
        if let Some(tenant) = token.and_then(opaque::tenant_of) {
            return self.tenants.get(tenant);
        }
        // A token for userinfo says whose it is; nothing is proved by that yet.
        let bearer = request.authorization("dpop").or_else(|| request.authorization("bearer"));
        let said = bearer.and_then(|token| keys::peek(token).ok()?.text("tid").and_then(directory::id_from_text));
        if let Some(tenant) = said {
            return self.tenants.get(tenant);
        }
        let hint = ["login_hint", "username", "loginfmt", "domain_hint"].iter().find_map(|name| request.param(name));
        match hint {
            Some(hint) => self.tenants.by_domain(hint.rsplit('@').next()?),
            // Somebody who is signed in looks at their own pages.
            None => crate::session::tenant(request).and_then(|tenant| self.tenants.get(tenant)),
        }
    }
}
