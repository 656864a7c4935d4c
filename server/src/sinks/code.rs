//! Codes that are mailed: opened here, where secrets may be opened, and sent while they are good.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use directory::Value;
use engine::{Delivery, Engine, Sink};
use keys::Keys;

use super::Mail;

pub struct Code {
    pub keys: Keys,
    pub mail: Arc<Mail>,
}

impl Sink for Code {
    fn deliver<'a>(
        &'a self,
        engine: &'a Engine,
        delivery: Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move {
            let body = &delivery.body;
            let (Some(to), Some(subject), Some(text)) = (body.text("to"), body.text("subject"), body.text("text"))
            else {
                return Err("a code needs a mail to travel in".to_owned());
            };
            if body.time("until").is_none_or(|until| until <= engine.now()) {
                // Whoever waited for it has asked for another by now.
                return Ok(());
            }
            let Some(Value::Bytes(sealed)) = body.get("sealed") else { return Err("the code is missing".to_owned()) };
            let code = self
                .keys
                .open_sealed(engine.tenant(), signin::EMAIL_CODE_SEAL, sealed)
                .map_err(|fault| fault.to_string())?;
            let code = std::str::from_utf8(&code).map_err(|_| "the code is no text".to_owned())?;
            let text = text.replace(body.text("placeholder").unwrap_or_default(), code);
            self.mail.send(&delivery.id.to_string(), to, subject, &text).await
        })
    }
}
