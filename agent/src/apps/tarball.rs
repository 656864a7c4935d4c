//! Tarballs: each has a folder of its own, /opt/{name}, that is swapped as a whole.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use flate2::read::GzDecoder;

use super::unpack::unpack;
use crate::root::{Root, remove_tree, sync_folder};

fn folder(name: &str) -> String {
    format!("/opt/{name}")
}

pub fn is_there(root: &Root, name: &str) -> bool {
    root.without_links(&folder(name)).is_ok_and(|place| place.is_dir())
}

/// Unpacks beside the former version and then takes its place, so that a failure leaves the former one. The caller
/// knows that what stands there is ours.
pub fn install(root: &Root, name: &str, package: &Path) -> Result<(), String> {
    let place = root.without_links(&folder(name)).map_err(|why| why.to_string())?;
    let fresh = root.without_links(&folder(&format!(".{name}.castellan-new"))).map_err(|why| why.to_string())?;
    let former = root.without_links(&folder(&format!(".{name}.castellan-old"))).map_err(|why| why.to_string())?;
    remove_tree(&fresh, &[]);
    remove_tree(&former, &[]);
    let io = |e: std::io::Error| format!("cannot place the package: {e}");
    fs::create_dir_all(&fresh).map_err(io)?;
    let archive = GzDecoder::new(File::open(package).map_err(io)?);
    if let Err(why) = unpack(archive, &fresh, &BTreeSet::new()) {
        remove_tree(&fresh, &[]);
        return Err(why);
    }
    if place.exists() {
        fs::rename(&place, &former).map_err(io)?;
    }
    fs::rename(&fresh, &place).map_err(io)?;
    remove_tree(&former, &[]);
    place.parent().map_or(Ok(()), sync_folder).map_err(io)
}

pub fn uninstall(root: &Root, name: &str) -> Result<(), String> {
    let place = root.without_links(&folder(name)).map_err(|why| why.to_string())?;
    match remove_tree(&place, &[]) {
        0 => Ok(()),
        left => Err(format!("{left} files of `{}` could not be deleted", folder(name))),
    }
}
