//! Putting a verified package on the device and taking it off again, with what is written down before the first file and after the
//! last. Whether it should be there is decided in `apps`.

use std::collections::BTreeSet;
use std::path::Path;

use agent_wire::{App, Package, PackageKind};

use super::record::Installed;
use super::{Apps, app_image, deb, launcher, script, tarball};

impl Apps {
    /// Puts a verified package on the device.
    pub(super) fn place(
        &self,
        app: &App,
        package: &Package,
        former: Option<Installed>,
        file: &Path,
    ) -> Result<(), String> {
        // Another package name or kind: the former one goes first.
        let former = match former {
            Some(is) if is.package_name != package.name || is.kind != package.kind => {
                self.remove(&app.id, &is)?;
                None
            }
            other => other,
        };
        let is_ours = former.as_ref().is_some_and(|is| is.is_complete);
        let was_there = match &former {
            Some(former) => former.was_there.clone(),
            None => self.package_version(package.kind, &package.name),
        };
        let (package_version, files) = match package.kind {
            PackageKind::Deb => {
                let described = deb::describe(&self.root, file, &package.name)?;
                // rpm sees to that itself.
                if let Some(newer) = was_there.as_ref().filter(|is| !is_ours && deb::is_older(&described.version, is)) {
                    let name = &package.name;
                    return Err(format!("the device has a newer `{name}` ({newer}), which this agent did not bring"));
                }
                (Some(described.version), described.files)
            }
            PackageKind::Rpm => (Some(self.rpm()?.describe(file, &package.name)?.version), Vec::new()),
            PackageKind::Tarball | PackageKind::AppImage | PackageKind::Script | PackageKind::Unknown => {
                (None, Vec::new())
            }
        };
        let program = match package.kind {
            PackageKind::AppImage => Some(app_image::program(&package.name)),
            PackageKind::Tarball => package.launcher.clone().filter(|program| is_program(program)),
            PackageKind::Deb | PackageKind::Rpm | PackageKind::Script | PackageKind::Unknown => None,
        };
        let launchers =
            program.as_ref().map(|program| launcher::paths(&package.name, program).to_vec()).unwrap_or_default();
        let former_launchers = former.as_ref().map(|is| is.launchers.clone()).unwrap_or_default();
        launcher::refuse_foreign(&self.root, &launchers, &former_launchers)?;
        let former_files = former.as_ref().map(|is| is.files.clone()).unwrap_or_default();
        self.refuse_foreign(&files, &former_files)?;
        let mut installed = Installed {
            display_name: app.display_name.clone(),
            package_name: package.name.clone(),
            kind: package.kind,
            version: app.version.clone(),
            package_version,
            was_there,
            launchers: launchers
                .iter()
                .chain(&former_launchers)
                .cloned()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            placed: former.as_ref().and_then(|is| is.placed.clone()),
            files: files.iter().chain(former_files.iter().filter(|file| !files.contains(file))).cloned().collect(),
            uninstall_on_removal: app.uninstall_on_removal,
            is_complete: false,
        };
        let is_in_the_way = match package.kind {
            PackageKind::Tarball | PackageKind::AppImage => app_image::is_there(&self.root, &package.name),
            PackageKind::Deb | PackageKind::Rpm | PackageKind::Script | PackageKind::Unknown => false,
        };
        if is_in_the_way && former.is_none() {
            return Err(format!("`/opt/{}` is already there and was not installed by this agent", package.name));
        }
        if former.as_ref().is_none_or(|is| !is.is_complete || is.kind == PackageKind::Deb) {
            self.keep(&app.id, Some(installed.clone()))?;
        }
        match package.kind {
            PackageKind::Deb => {
                let ours: BTreeSet<String> = installed.files.iter().cloned().collect();
                deb::install(&self.root, file, &ours)?;
                let obsolete: Vec<String> = former_files.into_iter().filter(|file| !files.contains(file)).collect();
                deb::remove_files(&self.root, &obsolete)?;
            }
            PackageKind::Tarball => {
                if let Err(why) = tarball::install(&self.root, &package.name, file) {
                    if former.is_none() {
                        self.keep(&app.id, None)?;
                    }
                    return Err(why);
                }
            }
            PackageKind::Rpm => self.rpm()?.install(file, is_ours)?,
            PackageKind::AppImage => match app_image::install(&self.root, &package.name, file) {
                Ok(placed) => installed.placed = Some(placed),
                Err(why) => {
                    if former.is_none() {
                        let _ = app_image::uninstall(&self.root, &package.name);
                        self.keep(&app.id, None)?;
                    }
                    return Err(why);
                }
            },
            PackageKind::Script => {
                if let Err(why) = script::install(&self.root, &package.name, file) {
                    if former.is_none() {
                        self.keep(&app.id, None)?;
                    }
                    return Err(why);
                }
            }
            PackageKind::Unknown => return Err("this agent does not know this kind of package".into()),
        }
        if let Some(program) = &program {
            launcher::place(&self.root, &package.name, &app.display_name, program)?;
        }
        let obsolete: Vec<String> = former_launchers.into_iter().filter(|path| !launchers.contains(path)).collect();
        launcher::remove(&self.root, &obsolete)?;
        installed.launchers = launchers;
        installed.files = files;
        installed.is_complete = true;
        self.keep(&app.id, Some(installed))
    }

    /// Refuses a package that would overwrite somebody else's files.
    fn refuse_foreign(&self, files: &[String], ours: &[String]) -> Result<(), String> {
        let ours: BTreeSet<&String> = ours.iter().collect();
        let foreign = files.iter().find(|file| {
            !file.ends_with('/') && !ours.contains(file) && self.root.place(file).symlink_metadata().is_ok()
        });
        foreign.map_or(Ok(()), |file| Err(format!("`/{file}` is already there and not from this package")))
    }

    pub(super) fn remove(&self, id: &str, installed: &Installed) -> Result<(), String> {
        if installed.was_there.is_some() {
            return self.keep(id, None);
        }
        match installed.kind {
            PackageKind::Deb => deb::uninstall(&self.root, &installed.package_name, &installed.files)?,
            PackageKind::Rpm => self.rpm()?.uninstall(&installed.package_name)?,
            PackageKind::Tarball => tarball::uninstall(&self.root, &installed.package_name)?,
            PackageKind::AppImage => app_image::uninstall(&self.root, &installed.package_name)?,
            PackageKind::Script => script::uninstall(&self.root, &installed.package_name)?,
            PackageKind::Unknown => {}
        }
        launcher::remove(&self.root, &installed.launchers)?;
        self.keep(id, None)
    }
}

/// A program within a package's folder, in the form that the server promises.
fn is_program(program: &str) -> bool {
    let is_plain = program.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.starts_with('-'));
    is_plain && program.chars().all(|c| c.is_ascii_alphanumeric() || "/._+-".contains(c))
}
