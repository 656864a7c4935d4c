//! UEFI secure boot, from the firmware's own variable (UEFI 2.10 §3.3). A machine that started without UEFI has none.

use std::fs;

use crate::root::Root;

const VARIABLE: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

pub fn secure_boot(root: &Root) -> Result<bool, String> {
    if let Ok(place) = root.resolve(VARIABLE) {
        let bytes = fs::read(place).map_err(|e| format!("the firmware variable cannot be read: {e}"))?;
        // Four bytes of attributes, then one byte.
        return match bytes.as_slice() {
            [_, _, _, _, value] => Ok(*value == 1),
            _ => Err("the firmware variable has an unexpected form".into()),
        };
    }
    if root.exists("/sys/firmware/efi") {
        return Err("the firmware does not say, or its variables are not mounted".into());
    }
    if root.exists("/sys/firmware") { Ok(false) } else { Err("`/sys/firmware` is not there".into()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn secure_boot_is_what_the_firmware_says() {
        let dir = scratch("facts-secure-boot");
        let root = Root::confined(&dir).unwrap();
        assert!(secure_boot(&root).is_err());
        fs::create_dir_all(dir.join("sys/firmware")).unwrap();
        assert_eq!(secure_boot(&root), Ok(false), "started without UEFI");
        fs::create_dir_all(dir.join("sys/firmware/efi/efivars")).unwrap();
        assert!(secure_boot(&root).is_err(), "UEFI, but no variable");
        for (bytes, expected) in [(&[6, 0, 0, 0, 1][..], Some(true)), (&[6, 0, 0, 0, 0], Some(false)), (&[1], None)] {
            fs::write(root.place(VARIABLE), bytes).unwrap();
            assert_eq!(secure_boot(&root).ok(), expected);
        }
    }
}
