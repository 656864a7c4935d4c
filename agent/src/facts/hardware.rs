//! Maker, model, serial number (DMI), memory and disk.

use agent_wire::DiskSpace;

use super::look;
use crate::root::Root;

/// What firmware says when nobody filled it in.
const FILLERS: [&str; 10] = [
    "",
    "none",
    "0",
    "default string",
    "not specified",
    "not applicable",
    "system serial number",
    "system product name",
    "system manufacturer",
    "to be filled by o.e.m.",
];

pub fn manufacturer(root: &Root) -> Result<String, String> {
    dmi(root, "sys_vendor")
}

pub fn model(root: &Root) -> Result<String, String> {
    dmi(root, "product_name")
}

pub fn serial_number(root: &Root) -> Result<String, String> {
    dmi(root, "product_serial")
}

fn dmi(root: &Root, name: &str) -> Result<String, String> {
    let text = root.read(&format!("/sys/class/dmi/id/{name}"))?;
    let text = text.trim();
    if FILLERS.contains(&text.to_lowercase().as_str()) {
        return Err("the firmware does not say".into());
    }
    Ok(crate::cut(text, agent_wire::limits::TEXT_BYTES_MAX))
}

pub fn memory_bytes(root: &Root) -> Result<u64, String> {
    let text = root.read("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kibibytes.map(|k| k.saturating_mul(1024)).ok_or_else(|| "`/proc/meminfo` has no MemTotal".into())
}

/// The file system that holds the tree.
pub fn disk(root: &Root) -> Result<DiskSpace, String> {
    let dir = root.dir().to_string_lossy();
    disk_of(&look("df", &["-B1", "--output=size,avail", "--", &dir])?)
}

fn disk_of(df: &str) -> Result<DiskSpace, String> {
    let mut numbers = df.lines().nth(1).unwrap_or_default().split_whitespace().map(str::parse::<u64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(total_bytes)), Some(Ok(free_bytes))) => Ok(DiskSpace { total_bytes, free_bytes }),
        _ => Err("`df` said something unexpected".into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;
    use std::fs;

    #[test]
    fn a_filler_is_not_a_serial_number() {
        let dir = scratch("facts-dmi");
        let root = Root::confined(&dir).unwrap();
        fs::create_dir_all(dir.join("sys/class/dmi/id")).unwrap();
        for (text, expected) in
            [("PF12\n", Some("PF12")), ("To Be Filled By O.E.M.\n", None), ("Default string", None), ("\n", None)]
        {
            fs::write(dir.join("sys/class/dmi/id/product_serial"), text).unwrap();
            assert_eq!(serial_number(&root).ok().as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn the_size_of_the_disk_is_what_df_says() {
        let df = "   1B-blocks        Avail\n270000000000  82000000000\n";
        assert_eq!(disk_of(df).unwrap(), DiskSpace { total_bytes: 270_000_000_000, free_bytes: 82_000_000_000 });
        assert!(disk_of("").is_err());
    }
}
