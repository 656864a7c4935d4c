//! Secrets of settings, opened and put in their places when a device is about to be told of them, and at no other time.

use std::collections::HashMap;

use agent_wire as wire;
use directory::Id;
use schema::catalog::secret;

use crate::AgentProtocol;
use crate::device::DeviceSession;

impl AgentProtocol {
    /// What a device should be, with its secrets. One that cannot be opened is the operator's matter: the device is told nothing
    /// new then and keeps what it has, rather than lose the network that it is reached by.
    pub(crate) fn with_secrets(&self, session: &DeviceSession, mut desired: wire::Desired) -> Option<wire::Desired> {
        let mut opened: HashMap<Id, Option<String>> = HashMap::new();
        let mut open = |token: Id| opened.entry(token).or_insert_with(|| self.open_secret(session, token)).clone();
        for setting in desired.settings.iter_mut().filter(|setting| setting.is_secret) {
            for text in texts(&mut setting.render) {
                if secret::has_place(text) {
                    *text = secret::fill(text, &mut open)?;
                }
            }
        }
        Some(desired)
    }

    fn open_secret(&self, session: &DeviceSession, token: Id) -> Option<String> {
        let tenant = session.engine.tenant();
        let sealed = devices::setting_secrets::find(&session.now, token)?;
        let opened = self.inner.keys.open_sealed(tenant, &devices::setting_secrets::purpose(token), &sealed);
        if let Err(fault) = &opened {
            tracing::error!(%tenant, %token, %fault, "a secret of a setting cannot be opened; its devices are told nothing new");
        }
        String::from_utf8(opened.ok()?.to_vec()).ok()
    }
}

/// What a setting writes.
fn texts(render: &mut wire::Render) -> Vec<&mut String> {
    match render {
        wire::Render::File { content, .. } | wire::Render::ManagedBlock { content, .. } => vec![content],
        wire::Render::Sysctl { value, .. } | wire::Render::Dconf { value, .. } | wire::Render::Key { value, .. } => {
            vec![value]
        }
        wire::Render::Line { line, .. } => vec![line],
        wire::Render::Timer { script, .. } => vec![script],
        wire::Render::Unknown => vec![],
    }
}
