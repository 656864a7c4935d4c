//! The admin center (`/admin`) and My portal (`/my`): one page for both, and its files below `/web`, all part of the program.
//!
//! They are a client of the public API like any other; nothing here knows what they show. Deliberately absent: sessions,
//! cookies, and a way to serve anything from the disk.

use std::io::Read;

use bytes::Bytes;
use engine::{Body, full};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

mod files {
    include!(concat!(env!("OUT_DIR"), "/web_files.rs"));
}

/// The page, as it lies among the files.
const PAGE: &str = "index.html.gz";
/// The largest file when unpacked, for clients that cannot unpack it themselves.
const UNPACKED_BYTES_MAX: u64 = 16 << 20;
/// What the page may do: run our scripts, speak to this server, and nothing else. The hash is that of an empty style element,
/// into which scripts put rules; text in one is refused.
const POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src 'self' data:; connect-src 'self'; \
    font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
/// What stands there when the program was built without it.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Castellan</title>\
    <h1>The admin center is not part of this build</h1>\
    <p>Run <code>make web</code>, which needs Node.js, and build the program again. The API and the sign-in pages work \
    without it.</p></html>";

/// Answer, if the path is of the portals.
pub fn answer(request: &Request<Bytes>) -> Option<Response<Body>> {
    let path = request.uri().path();
    let mut segments = path.trim_start_matches('/').splitn(2, '/');
    let found = match (segments.next().unwrap_or_default(), segments.next()) {
        ("", None) => return Some(redirect("/my")),
        ("admin" | "my", rest) if !rest.is_some_and(|rest| rest.starts_with("oauth2/")) => page(),
        ("web", Some(name)) => file(name, takes_gzip(request)),
        _ => return None,
    };
    Some(match *request.method() {
        Method::GET | Method::HEAD => found,
        _ => status(StatusCode::METHOD_NOT_ALLOWED),
    })
}

fn page() -> Response<Body> {
    let (code, media_type, packed, text) = match find(PAGE) {
        Some(bytes) => (StatusCode::OK, "text/html; charset=utf-8", true, Bytes::from_static(bytes)),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "text/html; charset=utf-8",
            false,
            Bytes::from_static(NOT_BUILT.as_bytes()),
        ),
    };
    let mut response = with_type(status(code), media_type, text);
    let headers = response.headers_mut();
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    // A newer program has newer files; the page is what names them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A file by its name: packed where the build packed it.
fn file(name: &str, takes_gzip: bool) -> Response<Body> {
    let packed = format!("{name}.gz");
    let (bytes, is_packed) = match (find(&packed), find(name)) {
        (Some(bytes), _) => (bytes, true),
        (None, Some(bytes)) => (bytes, false),
        (None, None) => return status(StatusCode::NOT_FOUND),
    };
    let body = match is_packed && !takes_gzip {
        true => match unpacked(bytes) {
            Some(bytes) => Bytes::from(bytes),
            None => return status(StatusCode::INTERNAL_SERVER_ERROR),
        },
        false => Bytes::from_static(bytes),
    };
    let mut response = with_type(status(StatusCode::OK), media_type(name), body);
    let headers = response.headers_mut();
    if is_packed && takes_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // The names of assets carry a hash of what is in them.
    let lasting =
        if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
    response
}

fn find(name: &str) -> Option<&'static [u8]> {
    let at = files::FILES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    files::FILES.get(at).map(|(_, bytes)| *bytes)
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    flate2::read::GzDecoder::new(bytes).take(UNPACKED_BYTES_MAX).read_to_end(&mut all).ok()?;
    Some(all)
}

fn takes_gzip(request: &Request<Bytes>) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.split(',').any(|one| one.trim().split(';').next() == Some("gzip")))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn redirect(to: &'static str) -> Response<Body> {
    let mut response = status(StatusCode::FOUND);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(to));
    response
}

fn with_type(mut response: Response<Body>, media_type: &'static str, body: Bytes) -> Response<Body> {
    *response.body_mut() = full(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

fn status(code: StatusCode) -> Response<Body> {
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn ask(method: &str, path: &str) -> Option<Response<Body>> {
        answer(&Request::builder().method(method).uri(path).body(Bytes::new()).unwrap())
    }

    #[test]
    fn the_portals_are_found_and_nothing_else_is_taken() {
        let is_built = find(PAGE).is_some();
        let there = if is_built { 200 } else { 503 };
        for (method, path, expect) in [
            ("GET", "/", Some(302)),
            ("GET", "/admin", Some(there)),
            ("GET", "/admin/identity/users", Some(there)),
            ("GET", "/my/access", Some(there)),
            ("POST", "/admin", Some(405)),
            ("GET", "/web/assets/absent.js", Some(404)),
            ("GET", "/web/../Cargo.toml", Some(404)),
            ("GET", "/administrator", None),
            ("GET", "/v1.0/users", None),
            ("GET", "/xyz.example/oauth2/v2.0/authorize", None),
            ("GET", "/my/oauth2/v2.0/authorize", None),
            ("GET", "/account", None),
        ] {
            assert_eq!(ask(method, path).map(|answer| answer.status().as_u16()), expect, "{method} {path}");
        }
    }

    #[test]
    fn the_page_may_load_nothing_from_elsewhere_and_be_framed_by_nobody() {
        let page = ask("GET", "/admin").unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        for (directive, is_there) in [
            ("default-src 'none'", true),
            ("script-src 'self';", true),
            ("frame-ancestors 'none'", true),
            ("unsafe", false),
            ("http:", false),
            ("https:", false),
        ] {
            assert_eq!(policy.contains(directive), is_there, "{directive} in {policy}");
        }
        assert_eq!(page.headers()["cache-control"], "no-store");
    }

    #[test]
    fn every_file_is_told_apart_by_its_name_and_unpacks() {
        for (name, bytes) in files::FILES {
            assert!(find(name).is_some(), "{name}");
            if name.ends_with(".gz") {
                assert!(unpacked(bytes).is_some_and(|all| !all.is_empty()), "{name}");
            }
        }
    }
}
