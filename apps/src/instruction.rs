//! What a device is told about one application, in words that do not depend on the protocol it speaks.

use directory::{Id, Object, Snapshot, Value};
use schema::linux_package_app::{
    DETECTION, LAUNCHER, LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_SHA256, PACKAGE_SIZE, PACKAGE_TYPE, PACKAGE_VERSION,
    UNINSTALL_ON_REMOVAL,
};
use schema::mobile_app::PUBLISHING_STATE;
use schema::{DISPLAY_NAME, OPERATING_SYSTEM};

use crate::requirement;

/// One application that a device must have or must not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppInstruction {
    pub id: Id,
    pub display_name: String,
    pub version: String,
    pub wanted: Wanted,
    /// Absent where the content was never uploaded; such an application can only be removed.
    pub package: Option<Package>,
    pub detection: Option<Detection>,
    pub uninstall_on_removal: bool,
    /// The free space that it needs, in megabytes.
    pub free_disk_megabytes: Option<u64>,
    /// What must be there before it comes.
    pub depends_on: Vec<Id>,
    /// In whose place it comes.
    pub supersedes: Vec<Superseded>,
}

/// An application in whose place another comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superseded {
    pub id: Id,
    /// Whether it goes first; otherwise the other is installed over it.
    pub is_removed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Required,
    Uninstall,
    /// Only looked for: another application needs it.
    Detected,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub kind: PackageKind,
    pub name: String,
    pub sha256: String,
    pub size_bytes: u64,
    /// The program in it that people start.
    pub launcher: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageKind {
    Deb,
    Rpm,
    /// An archive that gets a folder of its own.
    Tarball,
    /// A program in one file.
    AppImage,
    /// A script that is told `install` or `remove`.
    Script,
}

/// How to see that the application is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detection {
    FileExists {
        path: String,
    },
    PackageVersion {
        name: String,
        version: String,
    },
    /// Exit status 0 and something on standard output: it is there.
    Script {
        script: String,
    },
}

/// The applications that a managed device of this platform can be told about.
pub fn for_platform<'a>(now: &'a Snapshot, managed: &Object) -> impl Iterator<Item = &'a Object> {
    let is_linux = managed.get(OPERATING_SYSTEM).is_some_and(|os| os.eq_ignore_ascii_case("linux"));
    now.all(&LINUX_PACKAGE_APP).filter(move |_| is_linux)
}

/// What to tell a device about an application. `None`: it cannot be carried out, because there is no content yet.
#[must_use]
pub fn instruction(app: &Object, wanted: Wanted) -> Option<AppInstruction> {
    let package = package(app);
    if wanted == Wanted::Required && package.is_none() {
        return None;
    }
    Some(AppInstruction {
        id: app.id,
        display_name: app.get(DISPLAY_NAME).unwrap_or_default().to_owned(),
        version: app.get(PACKAGE_VERSION)?.to_owned(),
        wanted,
        package,
        detection: detection(app),
        uninstall_on_removal: app.is(UNINSTALL_ON_REMOVAL),
        free_disk_megabytes: requirement::free_disk_megabytes(app),
        depends_on: Vec::new(),
        supersedes: Vec::new(),
    })
}

fn package(app: &Object) -> Option<Package> {
    if app.get(PUBLISHING_STATE) != Some("published") {
        return None;
    }
    Some(Package {
        kind: match app.get(PACKAGE_TYPE)? {
            "deb" => PackageKind::Deb,
            "rpm" => PackageKind::Rpm,
            "tarball" => PackageKind::Tarball,
            "appImage" => PackageKind::AppImage,
            "script" => PackageKind::Script,
            _ => return None,
        },
        name: app.get(PACKAGE_NAME)?.to_owned(),
        sha256: app.get(PACKAGE_SHA256)?.to_owned(),
        size_bytes: u64::try_from(app.get(PACKAGE_SIZE)?).ok()?,
        launcher: app.get(LAUNCHER).map(str::to_owned),
    })
}

fn detection(app: &Object) -> Option<Detection> {
    let record = app.get(DETECTION)?;
    match record.text("detectionType")? {
        "fileExists" => Some(Detection::FileExists { path: record.text("path")?.to_owned() }),
        "packageVersion" => Some(Detection::PackageVersion {
            name: record.text("packageName").or_else(|| app.get(PACKAGE_NAME))?.to_owned(),
            version: record.text("packageVersion").or_else(|| app.get(PACKAGE_VERSION))?.to_owned(),
        }),
        "script" => match record.get("scriptContent")? {
            Value::Bytes(script) => Some(Detection::Script { script: String::from_utf8(script.clone()).ok()? }),
            _ => None,
        },
        _ => None,
    }
}
