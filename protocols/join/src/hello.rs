//! A key for signing in without a password is set up on a device, by somebody who has just proved two factors there.

use bytes::Bytes;
use directory::Decision;
use engine::Submission;
use http::{Request, StatusCode};
use keys::PublicKey;
use schema::device::{DEVICE, DEVICE_ID};
use serde_json::{Value, json};
use signin::NewHelloKey;

use crate::Join;
use crate::given::{self, Given};
use crate::problem::{Answer, Problem, json as answer};

/// In `amr` of a token whose person proved two factors a moment ago.
const FRESH_FACTORS: &str = "ngcmfa";

impl Join {
    /// `POST /EnrollmentServer/key/` (MS-KPP §3.1.5.1)
    pub(crate) async fn provision_key(&self, request: &Request<Bytes>) -> Answer {
        let person = self.person(request)?;
        if !person.claims.texts("amr").any(|method| method == FRESH_FACTORS) {
            return Err(Problem::denied("the token does not say that two factors were proved a moment ago (`ngcmfa`)"));
        }
        let body = given::read(request.body())?;
        let key = PublicKey::from_registered(&Given::of(&body)?.bytes("kngc")?)?;
        let name = key.blob_id().ok_or_else(|| Problem::bad("the key must be an RSA key"))?;
        let now = person.engine.snapshot();
        let device = person.claims.text("deviceid").and_then(|id| now.find_by(&DEVICE, DEVICE_ID, id));
        let device = device.ok_or_else(|| Problem::denied("the token was not given out on a joined device"))?;
        let public_key = Value::Object(key.to_jwk()).to_string();
        let new = NewHelloKey { name: name.clone(), public_key, device: device.id };
        let user = person.user;
        let submission = Submission::proven(&person.caller, "Register Windows Hello for Business", move |now, call| {
            let id = call.new_id();
            Ok(Decision::change(signin::add_hello_key(now, user, id, &new, call.at)?))
        });
        person.engine.submit(submission).await?;
        Ok(answer(StatusCode::OK, &json!({ "kid": name })))
    }
}
