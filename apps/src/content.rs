//! The content of an application: the bytes are a blob; the application names it by its hash, and is published by that.

use directory::{Action, Call, Change, Decision, Object, Record, Refusal, Snapshot, is_sha256};
use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_SHA256, PACKAGE_SIZE};
use schema::mobile_app::{COMMITTED_CONTENT_VERSION, FILE_NAME, PUBLISHING_STATE, SIZE};

/// The largest package, in bytes: what the agent downloads.
pub const PACKAGE_BYTES_MAX: i64 = 2 * 1024 * 1024 * 1024;
/// The longest file name, in bytes.
pub(crate) const FILE_NAME_BYTES_MAX: usize = 255;

/// Say which uploaded blob is the content: `sha256` (64 lower-case hex digits), `size` in bytes, `fileName`.
pub(crate) const COMMIT: Action = Action::on(&LINUX_PACKAGE_APP, "commitContent", commit);

fn commit(_: &Snapshot, _: &Call<'_>, app: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let app = app.ok_or_else(|| Refusal::invalid("name the application"))?;
    let sha256 = given.text("sha256").filter(|text| is_sha256(text));
    let sha256 = sha256.ok_or_else(|| Refusal::invalid("give 64 lower-case hex digits").at("sha256"))?;
    let size = given.int("size").filter(|size| (1..=PACKAGE_BYTES_MAX).contains(size));
    let size = size
        .ok_or_else(|| Refusal::invalid(format!("a package has between 1 and {PACKAGE_BYTES_MAX} bytes")).at("size"))?;
    let version = app.get(COMMITTED_CONTENT_VERSION).and_then(|version| version.parse::<u64>().ok()).unwrap_or(0);
    let is_new = app.get(PACKAGE_SHA256) != Some(sha256);
    let mut changes = vec![
        Change::set(app.id, PACKAGE_SHA256, sha256),
        Change::set(app.id, PACKAGE_SIZE, size),
        Change::set(app.id, SIZE, size),
        Change::set(app.id, PUBLISHING_STATE, "published"),
    ];
    if is_new {
        changes.push(Change::set(app.id, COMMITTED_CONTENT_VERSION, version.saturating_add(1).to_string()));
    }
    if let Some(name) = given.text("fileName") {
        if name.is_empty() || name.len() > FILE_NAME_BYTES_MAX || name.contains(['/', '\\', '\0']) {
            return Err(Refusal::invalid(format!("`{name}` is not a file name")).at("fileName"));
        }
        changes.push(Change::set(app.id, FILE_NAME, name));
    }
    Ok(Decision::change(changes))
}
