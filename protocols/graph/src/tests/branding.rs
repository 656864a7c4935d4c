//! An organisation's branding: made by writing to it, its images kept as bytes, its languages beneath it.

use bytes::Bytes;
use directory::Change;
use engine::testing::TENANT;
use http_body_util::BodyExt;
use schema::organization::ORGANIZATION;
use serde_json::json;

use super::desk::{Desk, URL};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and then pixels";

fn desk() -> Desk {
    let desk = Desk::open();
    let attributes = vec![(schema::DISPLAY_NAME.id, "XYZ Ltd.".into())];
    desk.commit(vec![Change::Create { id: TENANT, kind: ORGANIZATION.id(), attributes }]);
    desk
}

fn image(desk: &Desk, method: &str, path: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
    let request = http::Request::builder().method(method).uri(path).header("host", "xyz.example:8443");
    let request = request.header("authorization", format!("Bearer {}", desk.token)).header("content-type", "image/png");
    let request = request.body(Bytes::copy_from_slice(body)).unwrap();
    desk.wait(async {
        let (parts, body) = desk.graph.answer(request).await.into_parts();
        let media_type = parts.headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        (parts.status.as_u16(), media_type.unwrap_or_default(), bytes)
    })
}

#[test]
fn a_branding_is_made_by_writing_to_it() {
    let desk = desk();
    let branding = format!("/v1.0/organization/{TENANT}/branding");
    assert_eq!(desk.get(&branding).status, 404, "not before");
    let patch = |path: &str, body: serde_json::Value| {
        desk.ask("PATCH", path, &[("content-type", "application/json")], &body.to_string()).status
    };
    assert_eq!(patch(&branding, json!({"signInPageText": "Welcome", "backgroundColor": "#00AAFF"})), 204);
    let heard = desk.get(&branding).json();
    assert_eq!(heard["signInPageText"], "Welcome");
    assert!(heard["@odata.context"].as_str().unwrap().starts_with(&format!("{URL}/v1.0/$metadata#organization")));
    let french = desk.post(&format!("{branding}/localizations"), &json!({"id": "fr-FR", "signInPageText": "Bonjour"}));
    assert_eq!(french.status, 201, "{}", french.text);
    assert_eq!(desk.get(&format!("{branding}/localizations/fr-FR")).json()["signInPageText"], "Bonjour");
    assert_eq!(patch(&format!("{branding}/localizations/fr-FR"), json!({"usernameHintText": "nom"})), 204);
    assert_eq!(desk.get(&format!("{branding}/localizations")).json()["value"][0]["usernameHintText"], "nom");
    assert_eq!(desk.ask("DELETE", &branding, &[], "").status, 204);
    assert_eq!(desk.get(&branding).status, 404);
}

#[test]
fn images_come_back_as_they_went_in_and_nothing_else_does() {
    let desk = desk();
    let branding = format!("/v1.0/organization/{TENANT}/branding");
    let logo = format!("{branding}/bannerLogo");
    assert_eq!(image(&desk, "PUT", &logo, PNG).0, 204);
    assert_eq!(image(&desk, "GET", &logo, b""), (200, "image/png".to_owned(), PNG.to_vec()));
    assert_eq!(image(&desk, "GET", &format!("{branding}/localizations/0/bannerLogo"), b"").0, 200);
    let heard = desk.get(&branding).json();
    let served = heard["bannerLogoRelativeUrl"].as_str().unwrap();
    assert!(served.starts_with(&format!("{TENANT}/branding/")), "{served}");
    assert_eq!(heard["cdnList"], json!(["xyz.example:8443"]));
    for (body, expect) in [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), 400),
        (b"GIF89a".to_vec(), 400),
        (b"".to_vec(), 400),
        ([PNG, &vec![0; 50 << 10]].concat(), 413),
    ] {
        assert_eq!(image(&desk, "PUT", &logo, &body).0, expect);
    }
    assert_eq!(image(&desk, "GET", &logo, b"").2, PNG, "what was refused changed nothing");
    assert_eq!(image(&desk, "PUT", &format!("{branding}/localizations/de/bannerLogo"), PNG).0, 404, "no such language");
    assert_eq!(image(&desk, "DELETE", &logo, b"").0, 204);
    assert_eq!(image(&desk, "GET", &logo, b"").0, 404);
    assert_eq!(image(&desk, "PUT", &format!("{branding}/customCSS"), b"body{}").0, 405, "no style of theirs");
}
