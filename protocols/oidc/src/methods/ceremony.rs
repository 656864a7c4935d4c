//! What a page needs when its answer comes and nobody may see: a WebAuthn challenge, the seed of a new app, the hash of a
//! code that was mailed. Kept beside the page's flow and taken with it: once.

use std::time::Duration;

use directory::Record;

use crate::error::Problem;
use crate::flow::Form;
use crate::request::Desk;

/// The shelf, by the flow's token.
const CEREMONIES: &str = "ceremonies";
/// As long as the page waits.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// Keep something for the answer to this form.
pub(crate) fn keep(desk: &Desk<'_>, form: &Form, body: &Record) -> Result<(), Problem> {
    let put = desk.engine.tickets().put(CEREMONIES, &key(&form.flow), None, desk.at + LIFE, body);
    put.map(drop).map_err(|_| Problem::fault())
}

/// What was kept for the form that is being answered. It is taken: a challenge serves once.
pub(crate) fn take(desk: &Desk<'_>) -> Result<Option<Record>, Problem> {
    let Some(flow) = desk.request.form.get("flow") else { return Ok(None) };
    desk.engine.tickets().take(CEREMONIES, &key(flow)).map_err(|_| Problem::fault())
}

fn key(flow: &str) -> [u8; 32] {
    keys::sha256(format!("ceremony\0{flow}").as_bytes())
}
