//! What a code or a refresh token stands for beside its person and client: what was asked for and agreed to. Each token
//! request may take all of it, or less.

use directory::Record;
use signin::{ClientRules, Scopes};

use crate::authorization_details;
use crate::authorize::request::AuthorizeRequest;
use crate::authorize::targets;
use crate::error::{BAD_TARGET, Problem};
use crate::issue::Asking;
use crate::request::Desk;

/// As it is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Grant {
    pub scope: String,
    /// `resource` (RFC 8707); with any, no token is for another.
    pub resources: Vec<String>,
    /// `authorization_details` (RFC 9396).
    pub details: Option<String>,
    /// Classes of authentication that were asked for.
    pub classes: Vec<String>,
    /// Authentication contexts that were asked for.
    pub contexts: Vec<String>,
    /// `xms_cc`.
    pub capabilities: Vec<String>,
    /// Two factors were demanded, and proved a moment ago; a refresh token keeps nothing of that.
    pub fresh_factors: bool,
}

impl Grant {
    pub(crate) fn of(request: &AuthorizeRequest) -> Grant {
        Grant {
            scope: request.scope.clone(),
            resources: request.resources.clone(),
            details: request.details.clone(),
            classes: request.classes.clone(),
            contexts: request.contexts.clone(),
            capabilities: request.capabilities.clone(),
            fresh_factors: request.needs_fresh_factors,
        }
    }

    pub(crate) fn asking<'a>(&'a self, details: Option<&'a str>, must_reach: bool) -> Asking<'a> {
        let fresh_factors = self.fresh_factors;
        Asking { details, classes: &self.classes, contexts: &self.contexts, must_reach, fresh_factors }
    }

    /// The part of it that a token request takes: its `scope`, its one `resource`, its `authorization_details`.
    pub(crate) fn taken(&self, desk: &Desk<'_>, rules: &ClientRules<'_>) -> Result<(Scopes, Option<String>), Problem> {
        let form = &desk.request.form;
        let details = authorization_details::narrowed(self.details.as_deref(), form.get("authorization_details"))?;
        let mut named = form.all("resource");
        let (resource, more) = (named.next(), named.next());
        if more.is_some() {
            return Err(Problem::new(BAD_TARGET, "a token is for one `resource`; ask for each by itself"));
        }
        let asked = form.get("scope");
        if self.resources.is_empty() {
            let scopes = match resource {
                Some(resource) => self.elsewhere(asked, resource)?,
                None => narrowed(&self.scope, asked)?,
            };
            if rules.is_fapi {
                self.holds(&scopes)?;
            }
            return Ok((scopes, details));
        }
        let scopes = self.of_resource(desk, &self.scope, resource)?;
        let Some(asked) = asked else { return Ok((scopes, details)) };
        let mut less = self.of_resource(desk, asked, resource)?;
        if less.names.iter().any(|name| !scopes.names.contains(name)) && !scopes.default {
            return Err(Problem::new(70_011, "the scope goes beyond what was granted"));
        }
        if !form_names_a_permission(asked) {
            (less.names, less.default) = (scopes.names, scopes.default);
        }
        less.offline_access = scopes.offline_access;
        less.openid |= scopes.openid;
        Ok((less, details))
    }

    /// The scope at one of the resources that were named when it was granted.
    fn of_resource(&self, desk: &Desk<'_>, scope: &str, resource: Option<&str>) -> Result<Scopes, Problem> {
        let not_granted = || Problem::new(BAD_TARGET, "the `resource` is none of those that were granted");
        let at = match resource {
            None => 0,
            Some(resource) => self.resources.iter().position(|known| known == resource).ok_or_else(not_granted)?,
        };
        let wanted = self.resources.get(at).map(|resource| Scopes::parse_for("", std::slice::from_ref(resource)));
        let wanted = wanted.ok_or_else(not_granted)??.into_iter().next().ok_or_else(not_granted)?.resource;
        let all = targets::of(desk, scope, &self.resources)?;
        all.into_iter().map(|target| target.scopes).find(|scopes| scopes.resource == wanted).ok_or_else(not_granted)
    }

    /// A resource named by itself, where none was when it was granted: as Entra, any to which somebody consented.
    fn elsewhere(&self, asked: Option<&str>, resource: &str) -> Result<Scopes, Problem> {
        let first = Scopes::parse(&self.scope)?;
        let resources = [resource.to_owned()];
        let of = |text: &str| Scopes::parse_for(text, &resources).map(|all| all.into_iter().next().unwrap_or_default());
        let scopes = match asked {
            Some(asked) => of(asked)?,
            // What was granted may be of another resource; then it is everything granted at this one.
            None => of(&self.scope).or_else(|_| of(""))?,
        };
        let mut scopes = scopes.with_openid_words_of(&Scopes { openid: first.openid, ..Scopes::default() });
        scopes.offline_access = first.offline_access;
        Ok(scopes)
    }

    /// Nothing that was not asked for to begin with (RFC 6749 §6).
    fn holds(&self, scopes: &Scopes) -> Result<(), Problem> {
        let first = Scopes::parse(&self.scope)?;
        let is_part = scopes.resource == first.resource
            && (first.default || !scopes.default && scopes.names.iter().all(|name| first.names.contains(name)));
        if is_part { Ok(()) } else { Err(Problem::new(70_011, "the scope goes beyond what was granted")) }
    }

    pub(crate) fn to_record(&self) -> Record {
        Record::new()
            .with("scope", &self.scope)
            .with("resources", self.resources.clone())
            .with_some("details", self.details.clone())
            .with("classes", self.classes.clone())
            .with("contexts", self.contexts.clone())
            .with("capabilities", self.capabilities.clone())
            .with("freshFactors", self.fresh_factors)
    }

    pub(crate) fn from_record(record: &Record) -> Option<Grant> {
        let texts = |name: &str| record.texts(name).map(str::to_owned).collect();
        Some(Grant {
            scope: record.text("scope")?.to_owned(),
            resources: texts("resources"),
            details: record.text("details").map(str::to_owned),
            classes: texts("classes"),
            contexts: texts("contexts"),
            capabilities: texts("capabilities"),
            fresh_factors: record.bool("freshFactors").unwrap_or(false),
        })
    }
}

fn form_names_a_permission(scope: &str) -> bool {
    Scopes::parse(scope).map_or(true, |scopes| scopes.asks_for_resource())
}

/// The scope that counts: what was asked for, or another one in its place, which may speak of another resource but cannot
/// bring `offline_access` in.
fn narrowed(asked: &str, instead: Option<&str>) -> Result<Scopes, Problem> {
    let first = Scopes::parse(asked)?;
    let Some(instead) = instead else { return Ok(first) };
    let mut scopes = Scopes::parse(instead)?;
    scopes.offline_access = first.offline_access;
    if !scopes.asks_for_resource() {
        (scopes.resource, scopes.default, scopes.names) = (first.resource, first.default, first.names);
    }
    scopes.openid |= first.openid;
    Ok(scopes)
}
