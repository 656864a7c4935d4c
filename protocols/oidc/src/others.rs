//! Servers of others, for this crate's tests: what they answer is a table, and what they were asked is remembered.

use std::collections::HashMap;
use std::sync::Mutex;

use engine::{Answered, Answering, Ask, Outgoing};

#[derive(Default)]
pub(crate) struct Others {
    answers: Mutex<HashMap<String, (u16, String)>>,
    asked: Mutex<Vec<Ask>>,
}

impl Others {
    pub(crate) fn answer(&self, url: &str, status: u16, body: impl ToString) {
        self.answers.lock().unwrap().insert(url.to_owned(), (status, body.to_string()));
    }

    /// What was asked since the last time somebody wanted to know.
    pub(crate) fn asked(&self) -> Vec<Ask> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Outgoing for Others {
    fn ask(&self, ask: Ask) -> Answering<'_> {
        let found = self.answers.lock().unwrap().get(&ask.url).cloned();
        self.asked.lock().unwrap().push(ask);
        let answered = found.map(|(status, body)| Answered { status, body: body.into() });
        Box::pin(std::future::ready(answered.ok_or_else(|| "nobody is there".to_owned())))
    }
}
