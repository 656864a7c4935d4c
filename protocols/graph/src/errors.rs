//! Graph's error bodies, and how our refusals become them.
//!
//! Messages that real clients match on have Graph's wording; the others are ours. Nothing of a fault is told but that it
//! happened: its details are the operator's.

use directory::{Kind, Refusal, RefusalKind, Time};

use crate::json::Json;

/// A request that is not answered with what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    /// What exactly was wrong, where that is one property.
    pub target: Option<Target>,
    /// Headers that belong to the answer: `WWW-Authenticate`, `Retry-After`, `Location`.
    pub headers: Vec<(&'static str, String)>,
}

/// The property an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub code: &'static str,
    pub property: String,
}

/// Which of Graph's workloads words the error; they use different codes for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    Directory,
    Devices,
}

impl Error {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Error {
        Error { status, code, message: message.into(), target: None, headers: Vec::new() }
    }

    /// The request cannot be read: path, query options or body.
    pub fn bad(message: impl Into<String>) -> Error {
        Error::new(400, "BadRequest", message)
    }

    /// The request can be read, but says something that does not hold.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(400, "Request_BadRequest", message)
    }

    /// A query that the kind does not support.
    pub fn unsupported(message: impl Into<String>) -> Error {
        Error::new(400, "Request_UnsupportedQuery", message)
    }

    pub fn segment(name: &str) -> Error {
        Error::bad(format!("Resource not found for the segment '{name}'."))
    }

    /// Nothing is there under this key.
    pub fn missing(key: &str) -> Error {
        Error::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }

    pub fn method() -> Error {
        Error::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// The other side may try again later.
    pub fn unavailable() -> Error {
        let mut error =
            Error::new(503, "ServiceUnavailable", "The service is temporarily unavailable; try the request again.");
        error.headers.push(("retry-after", "5".to_owned()));
        error
    }

    pub fn too_large(what: &str, limit: usize) -> Error {
        Error::new(413, "RequestEntityTooLarge", format!("The {what} is larger than the limit of {limit} bytes."))
    }

    /// A refusal, in Graph's words for the kind it happened to.
    #[must_use]
    pub fn refused(refusal: &Refusal, kind: Option<&Kind>) -> Error {
        let resource = kind.map_or("Resource".to_owned(), |kind| capitalised(kind.name));
        let property = refusal.target.as_deref().unwrap_or_default();
        let message = match refusal.message.as_str() {
            "A value is required for this property." => {
                format!("A value is required for property '{property}' of resource '{resource}'.")
            }
            "Invalid value specified for property." => {
                format!("Invalid value specified for property '{property}' of resource '{resource}'.")
            }
            other => other.to_owned(),
        };
        let is_user = kind.is_some_and(|kind| kind.name == "user");
        let (status, code, detail) = match refusal.kind {
            RefusalKind::Invalid => (400, "Request_BadRequest", "InvalidValue"),
            RefusalKind::NotFound => (404, "Request_ResourceNotFound", "NotFound"),
            RefusalKind::Conflict if is_user || refusal.target.is_none() => {
                (400, "Request_BadRequest", "ObjectConflict")
            }
            RefusalKind::Conflict => (400, "Request_MultipleObjectsWithSameKeyValue", "ObjectConflict"),
            RefusalKind::Denied => (403, "Authorization_RequestDenied", "Denied"),
            RefusalKind::Limit => (400, "Request_BadRequest", "QuotaExceeded"),
            RefusalKind::State => (400, "Request_BadRequest", "InvalidState"),
            RefusalKind::Precondition => (412, "Request_PreconditionFailed", "PreconditionFailed"),
        };
        let mut error = Error::new(status, code, message);
        error.target = refusal.target.clone().map(|property| Target { code: detail, property });
        error
    }

    /// The same error in the words of a workload.
    #[must_use]
    pub fn worded_by(mut self, workload: Workload) -> Error {
        if workload == Workload::Devices {
            self.code = match self.code {
                "Request_ResourceNotFound" => "ResourceNotFound",
                "Request_BadRequest" | "Request_UnsupportedQuery" | "Request_MultipleObjectsWithSameKeyValue" => {
                    "BadRequest"
                }
                "Authorization_RequestDenied" => "Forbidden",
                other => other,
            };
        }
        self
    }

    /// The body: `{"error":{"code","message","details","innerError":{"date","request-id","client-request-id"}}}`.
    #[must_use]
    pub fn body(&self, at: Time, request: &str, client: &str) -> String {
        let mut json = Json::new();
        json.open();
        json.key("error");
        json.open();
        json.member("code", self.code);
        json.member("message", &self.message);
        if let Some(target) = &self.target {
            json.key("details");
            json.open_list();
            json.open();
            json.member("code", target.code);
            json.member("message", &self.message);
            json.member("target", &target.property);
            json.close();
            json.close_list();
        }
        json.key("innerError");
        json.open();
        let date = Time::from_unix(at.unix()).to_string();
        json.member("date", date.trim_end_matches('Z'));
        json.member("request-id", request);
        json.member("client-request-id", client);
        json.close();
        json.close();
        json.close();
        json.into_text()
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_the_documented_shape() {
        let mut error = Error::missing("7");
        error.target = Some(Target { code: "NotFound", property: "id".to_owned() });
        let body: serde_json::Value =
            serde_json::from_str(&error.body(Time::parse("2026-11-21T10:00:00.5Z").unwrap(), "r", "c")).unwrap();
        assert_eq!(
            body["error"]["innerError"],
            serde_json::json!({"date": "2026-11-21T10:00:00", "request-id": "r", "client-request-id": "c"})
        );
        assert_eq!(body["error"]["code"], "Request_ResourceNotFound");
        assert_eq!(body["error"]["details"][0]["target"], "id");
    }

    #[test]
    fn refusals_become_statuses_and_codes() {
        let user = Some(&schema::user::USER);
        for (refusal, status, code) in [
            (Refusal::invalid("x"), 400, "Request_BadRequest"),
            (Refusal::not_found(directory::Id::nil()), 404, "Request_ResourceNotFound"),
            (Refusal::conflict("x").at("userPrincipalName"), 400, "Request_BadRequest"),
            (Refusal::denied("x"), 403, "Authorization_RequestDenied"),
            (Refusal::limit("x"), 400, "Request_BadRequest"),
            (Refusal::state("x"), 400, "Request_BadRequest"),
        ] {
            let error = Error::refused(&refusal, user.map(|k| k as &Kind));
            assert_eq!((error.status, error.code), (status, code), "{refusal}");
        }
        let error = Error::refused(&Refusal::denied("x"), None).worded_by(Workload::Devices);
        assert_eq!(error.code, "Forbidden");
    }
}
