//! Mail: by SMTP, or into a folder where the operator has not named a mail server.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use directory::Record;
use engine::{Delivery, Engine, Sink};
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::ServeOptions;

/// The most mails that the folder keeps; it is for demonstrations and trials.
const FOLDER_MAILS_MAX: usize = 1_000;

/// Sends mail. A body has `to`, `subject` and `text`.
pub struct Mail {
    from: Mailbox,
    way: Way,
}

enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Mail {
    pub fn new(options: &ServeOptions) -> Result<Mail, String> {
        let from = options.mail_from.parse().map_err(|e| format!("`--mail-from` is not a mail address: {e}"))?;
        let way = match &options.smtp_url {
            Some(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(
                    |_| "`--smtp-url` is not an SMTP address; give smtp://host:25 or smtps://user:password@host",
                )?;
                Way::Smtp(transport.build())
            }
            None => Way::Folder(options.data.join("mail")),
        };
        Ok(Mail { from, way })
    }

    /// Send one mail. `id` names it, so that a repeat replaces the first copy in a folder.
    pub async fn send(&self, id: &str, to: &str, subject: &str, text: &str) -> Result<(), String> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.parse().map_err(|e| format!("the recipient is not a mail address: {e}"))?)
            .subject(subject)
            .message_id(Some(format!("<{id}@castellan>")))
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|e| format!("the mail cannot be written: {e}"))?;
        match &self.way {
            Way::Smtp(transport) => {
                transport.send(message).await.map_err(|e| format!("the mail server did not take the mail: {e}"))?;
                Ok(())
            }
            Way::Folder(folder) => {
                keep(folder, id, &message.formatted()).map_err(|e| format!("cannot keep the mail: {e}"))
            }
        }
    }
}

/// Keep a mail as a file that only the server's account can read: it may hold a pass.
fn keep(folder: &std::path::Path, id: &str, text: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::create_dir_all(folder)?;
    if std::fs::read_dir(folder)?.count() >= FOLDER_MAILS_MAX {
        return Err(std::io::Error::other(format!(
            "the mail folder holds {FOLDER_MAILS_MAX} mails; empty it, or name a mail server with --smtp-url"
        )));
    }
    let path = folder.join(format!("{id}.eml"));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text)
}

impl Sink for Mail {
    fn deliver<'a>(
        &'a self,
        _: &'a Engine,
        delivery: Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move {
            let body: &Record = &delivery.body;
            let (Some(to), Some(subject), Some(text)) = (body.text("to"), body.text("subject"), body.text("text"))
            else {
                return Err("a mail needs `to`, `subject` and `text`".to_owned());
            };
            self.send(&delivery.id.to_string(), to, subject, text).await
        })
    }
}
