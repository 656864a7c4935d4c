//! Getting a package: resumed where it broke off, bounded by the size that was announced, and given to nobody before its size and
//! SHA-256 are those that were announced.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use agent_wire::Package;
use agent_wire::limits::PACKAGE_BYTES_MAX;
use aws_lc_rs::digest::{Context, SHA256};
use reqwest::StatusCode;

use crate::error::AgentError;
use crate::key::hex;
use crate::server::{Server, unreachable};
use crate::state::State;

/// Tries in a row before the next check-in may try again.
const TRIES_MAX: u32 = 4;

/// The verified package as a file; the caller deletes it after use.
pub async fn download(server: &Server, state: &State, package: &Package) -> Result<PathBuf, String> {
    let is_hash = package.sha256.len() == 64 && package.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        return Err("the package's SHA-256 is not 64 lower-case hex digits".into());
    }
    if package.size_bytes == 0 || package.size_bytes > PACKAGE_BYTES_MAX {
        return Err(format!("the package's size must be from 1 to {PACKAGE_BYTES_MAX} bytes"));
    }
    let folder = state.path("downloads");
    fs::create_dir_all(&folder).map_err(|e| format!("cannot make the download folder: {e}"))?;
    let part = folder.join(format!("{}.part", package.sha256));
    let mut failure = String::new();
    for attempt in 0..TRIES_MAX {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_millis(250 << attempt)).await;
        }
        match fetch(server, package, &part).await {
            Ok(()) => return verified(package, part).await,
            Err(Failure::Final(why)) => {
                let _ = fs::remove_file(&part);
                return Err(why);
            }
            Err(Failure::Transient(why)) => failure = why,
        }
    }
    Err(failure)
}

/// Deletes what was begun for packages that nobody wants any more.
pub fn remove_stale<'a>(state: &State, wanted: impl Iterator<Item = &'a Package>) {
    let wanted: Vec<String> = wanted.map(|package| format!("{}.part", package.sha256)).collect();
    let Ok(entries) = fs::read_dir(state.path("downloads")) else { return };
    for entry in entries.flatten() {
        if !wanted.iter().any(|name| entry.file_name() == name.as_str()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

enum Failure {
    /// Trying again will not help: refused or larger than announced.
    Final(String),
    /// What came so far is kept.
    Transient(String),
}

async fn fetch(server: &Server, package: &Package, part: &Path) -> Result<(), Failure> {
    let local = |e: std::io::Error| Failure::Transient(format!("cannot write the package: {e}"));
    let mut file = OpenOptions::new().create(true).append(true).open(part).map_err(local)?;
    let mut have = file.metadata().map_err(local)?.len();
    if have > package.size_bytes {
        file.set_len(0).map_err(local)?;
        have = 0;
    }
    if have < package.size_bytes {
        let mut response = server.package(&package.sha256, have).await.map_err(|e| match e {
            AgentError::Refused { status: 500.., .. }
            | AgentError::Refused { status: 429, .. }
            | AgentError::Unreachable(_) => Failure::Transient(e.to_string()),
            AgentError::Refused { .. } | AgentError::Local(_) => Failure::Final(e.to_string()),
        })?;
        let resumes = response.status() == StatusCode::PARTIAL_CONTENT && starts_at(&response, have);
        if !resumes {
            file.set_len(0).map_err(local)?;
            have = 0;
        }
        while let Some(chunk) = response.chunk().await.map_err(|e| Failure::Transient(unreachable(e).to_string()))? {
            have += chunk.len() as u64;
            if have > package.size_bytes {
                return Err(Failure::Final(format!(
                    "the package is larger than the announced {} bytes; it was not opened",
                    package.size_bytes
                )));
            }
            file.write_all(&chunk).map_err(local)?;
        }
    }
    if have < package.size_bytes {
        return Err(Failure::Transient(format!(
            "the package ends after {have} of {} bytes; it was not opened",
            package.size_bytes
        )));
    }
    file.sync_all().map_err(local)
}

/// `Content-Range: bytes 100-199/200` (RFC 9110 §14.4).
fn starts_at(response: &reqwest::Response, offset: u64) -> bool {
    let range = response.headers().get("content-range").and_then(|value| value.to_str().ok());
    range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse::<u64>().ok()) == Some(offset)
}

async fn verified(package: &Package, part: PathBuf) -> Result<PathBuf, String> {
    let hashed = part.clone();
    let found = tokio::task::spawn_blocking(move || sha256(&hashed))
        .await
        .map_err(|_| "the check was interrupted".to_owned())?;
    let found = found.map_err(|e| format!("cannot read the package: {e}"))?;
    if found != package.sha256 {
        let _ = fs::remove_file(&part);
        return Err(format!(
            "the package was altered: its SHA-256 is {found}, not {}; it was not opened",
            package.sha256
        ));
    }
    Ok(part)
}

/// The hash of a file.
pub fn sha256(place: &Path) -> std::io::Result<String> {
    let mut file = File::open(place)?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0u8; 128 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(context.finish().as_ref()));
        }
        context.update(buffer.get(..read).unwrap_or_default());
    }
}
