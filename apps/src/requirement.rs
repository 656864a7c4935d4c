//! What a device must be for a package to be meant for it, as far as the directory knows the device. What is not known yet
//! does not stand in the way; free space the device looks at itself when it comes to it.

use std::cmp::Ordering;

use directory::{Object, Record, Refusal};
use schema::linux_package_app::REQUIREMENTS;
use schema::managed_device::{FACTS, OS_VERSION, PHYSICAL_MEMORY_IN_BYTES, PROCESSOR_ARCHITECTURE};

const MEGABYTE: i64 = 1024 * 1024;
/// Distributions that one application may name.
const DISTRIBUTIONS_MAX: usize = 20;
/// The longest name or version.
const TEXT_BYTES_MAX: usize = 64;
/// A petabyte, in megabytes: more is a slip.
const MEGABYTES_MAX: i64 = 1 << 30;
/// Parts of a version that are looked at.
const PARTS_MAX: usize = 8;

/// Why an application is not for a device.
#[must_use]
pub(crate) fn unmet(app: &Object, managed: &Object) -> Option<String> {
    let required = app.get(REQUIREMENTS)?;
    let among = |field: &str, found: &str| {
        let mut wanted = required.texts(field).peekable();
        wanted.peek().is_none() || wanted.any(|one| one.eq_ignore_ascii_case(found))
    };
    let architecture = managed.get(PROCESSOR_ARCHITECTURE).filter(|name| *name != "unknown");
    if let Some(found) = architecture.filter(|found| !among("architectures", found)) {
        return Some(format!("it is not for the architecture `{found}`"));
    }
    let facts = managed.get(FACTS).unwrap_or_default();
    if let Some(found) = facts.text("distribution").filter(|found| !among("distributions", found)) {
        return Some(format!("it is not for the distribution `{found}`"));
    }
    let version = facts.text("distributionVersion").or_else(|| managed.get(OS_VERSION));
    if let (Some(least), Some(found)) = (required.text("minimumOperatingSystemVersion"), version)
        && parts(found).cmp(&parts(least)) == Ordering::Less
    {
        return Some(format!("it needs version `{least}` of the system, this is `{found}`"));
    }
    let memory = managed.get(PHYSICAL_MEMORY_IN_BYTES).map(|bytes| bytes / MEGABYTE);
    if let (Some(least), Some(found)) = (required.int("minimumMemoryInMB"), memory)
        && found < least
    {
        return Some(format!("it needs {least} MB of memory, this has {found} MB"));
    }
    None
}

/// The free space that it needs, in megabytes.
pub(crate) fn free_disk_megabytes(app: &Object) -> Option<u64> {
    app.get(REQUIREMENTS)?.int("minimumFreeDiskSpaceInMB").and_then(|n| u64::try_from(n).ok())
}

pub(crate) fn check(required: &Record) -> Result<(), Refusal> {
    let wrong = |message: String| Refusal::invalid(message).at(REQUIREMENTS.name);
    for field in ["minimumMemoryInMB", "minimumFreeDiskSpaceInMB"] {
        if required.int(field).is_some_and(|n| !(0..=MEGABYTES_MAX).contains(&n)) {
            return Err(wrong(format!("`{field}` is between 0 and {MEGABYTES_MAX}")));
        }
    }
    if required.texts("distributions").count() > DISTRIBUTIONS_MAX {
        return Err(wrong(format!("name at most {DISTRIBUTIONS_MAX} distributions")));
    }
    let texts = required.texts("distributions").chain(required.text("minimumOperatingSystemVersion"));
    for text in texts {
        if text.is_empty() || text.len() > TEXT_BYTES_MAX || text.chars().any(char::is_control) {
            return Err(wrong(format!("a name or a version has between 1 and {TEXT_BYTES_MAX} printable characters")));
        }
    }
    Ok(())
}

/// A version, number by number; a part that is missing counts as 0, and letters end a number.
fn parts(text: &str) -> [u64; PARTS_MAX] {
    let mut parts = [0; PARTS_MAX];
    for (part, text) in parts.iter_mut().zip(text.split('.')) {
        let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
        *part = digits.parse().unwrap_or(0);
    }
    parts
}
