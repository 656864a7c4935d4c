//! Temporary Access Passes that a workflow asks for: made here, because a room never holds a secret, and mailed to whoever
//! hands them over.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use directory::{Caller, Decision, Id};
use engine::{Delivery, Engine, Sink, Submission};
use keys::{Keys, Secret};

use super::Mail;

/// What stands in a mail for the pass.
const TOKEN: &str = "{{temporaryAccessPass}}";

pub struct Pass {
    pub keys: Keys,
    pub mail: Arc<Mail>,
}

impl Sink for Pass {
    fn deliver<'a>(
        &'a self,
        engine: &'a Engine,
        delivery: Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(self.give(engine, delivery))
    }
}

impl Pass {
    /// Make the pass, then mail it. A repeat replaces the pass of the attempt before, whose mail was not sent.
    async fn give(&self, engine: &Engine, delivery: Delivery) -> Result<(), String> {
        let body = &delivery.body;
        let user: Id = body.guid("user").ok_or("the pass is for nobody")?;
        let (Some(to), Some(subject), Some(text)) = (body.text("to"), body.text("subject"), body.text("text")) else {
            return Err("a pass needs a mail to travel in".to_owned());
        };
        let ask = signin::NewPass {
            start: body.time("startDateTime"),
            lifetime_minutes: body.int("lifetimeInMinutes"),
            is_usable_once: body.bool("isUsableOnce").unwrap_or(true),
        };
        let pass = Secret::access_pass(signin::pass_rules(&engine.snapshot()).length);
        let verifier =
            self.keys.hash_secret(engine.tenant(), signin::ACCESS_PASS, pass.expose()).map_err(|e| e.to_string())?;
        let submission =
            Submission::proven(&Caller::system(engine.tenant()), "Add temporary access pass", move |now, call| {
                let id = call.new_id();
                signin::create_pass(now, user, id, &verifier, ask, call.at).map(Decision::change)
            });
        engine.submit(submission).await.map_err(|failure| failure.to_string())?;
        let text = text.replace(TOKEN, pass.expose());
        self.mail.send(&delivery.id.to_string(), to, subject, &text).await
    }
}
