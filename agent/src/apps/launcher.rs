//! How people find a program that has a folder of its own: a link in the search path and an entry among the programs
//! (Desktop Entry Specification 1.5). Both are removed with the package; what somebody else put there is left.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::root::{Root, write_atomic};

const COMMANDS: &str = "/usr/local/bin";
const ENTRIES: &str = "/usr/local/share/applications";

/// What is placed for one program: paths relative to the tree.
pub fn paths(package: &str, program: &str) -> [String; 2] {
    let command = program.rsplit('/').next().unwrap_or(program).trim_end_matches(".AppImage");
    [format!("{COMMANDS}/{command}"), format!("{ENTRIES}/castellan-{package}.desktop")]
}

/// Refuses what stands in the way and is not `ours`.
pub fn refuse_foreign(root: &Root, paths: &[String], ours: &[String]) -> Result<(), String> {
    let foreign = paths.iter().find(|path| !ours.contains(path) && root.place(path).symlink_metadata().is_ok());
    foreign.map_or(Ok(()), |path| Err(format!("`{path}` is already there and not from this package")))
}

/// Places both; `program` is relative to /opt/{package}.
pub fn place(root: &Root, package: &str, display_name: &str, program: &str) -> Result<(), String> {
    let target = format!("/opt/{package}/{program}");
    let is_program = root.without_links(&target).is_ok_and(|place| place.is_file());
    if !is_program {
        return Err(format!("the package has no program `{program}`"));
    }
    let [command, entry] = paths(package, program);
    remove(root, std::slice::from_ref(&command))?;
    let io = |e: std::io::Error| format!("cannot place the launcher: {e}");
    let link = spot(root, &command)?;
    fs::create_dir_all(link.parent().unwrap_or(Path::new("/"))).map_err(io)?;
    symlink(&target, &link).map_err(io)?;
    let name: String = display_name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // A backslash begins an escape in values of the format.
    let name = name.replace('\\', "\\\\");
    let text =
        format!("[Desktop Entry]\nType=Application\nVersion=1.5\nName={name}\nExec=\"{target}\" %U\nTerminal=false\n");
    write_atomic(&spot(root, &entry)?, text.as_bytes(), 0o644).map_err(io)
}

/// Removes what was placed.
pub fn remove(root: &Root, paths: &[String]) -> Result<(), String> {
    for path in paths {
        match fs::remove_file(spot(root, path)?) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("`{path}` could not be deleted: {e}"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where a path lies: it may be a link itself, what stands above it may not.
fn spot(root: &Root, path: &str) -> Result<std::path::PathBuf, String> {
    let (above, name) = path.rsplit_once('/').ok_or("a launcher has a folder")?;
    Ok(root.without_links(above).map_err(|why| why.to_string())?.join(name))
}
