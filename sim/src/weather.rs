//! What goes wrong between a node and the store: calls that fail, answers that are lost, and a rival who is quicker.
//!
//! The rival is a third node without faults. It commits at the worst moments: just before an append (the race is lost)
//! and just before a node looks whether its append happened (the head is no longer where the node left it).

use std::sync::{Arc, Mutex, MutexGuard};

use directory::{Attr, Call, Caller, Change, Decision, Id, Snapshot, Time};
use engine::{Core, Failure, Submission};
use schema::user::{DEPARTMENT, JOB_TITLE, USER};
use store::{Faulty, Store, Strike};

use crate::dice::Dice;
use crate::ledger::{Answer, Ledger};

/// How often things go wrong, of a thousand calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Odds {
    pub definite: u64,
    pub unknown: u64,
    pub rival: u64,
}

impl Odds {
    pub const ROUGH: Odds = Odds { definite: 30, unknown: 50, rival: 70 };
}

/// The weather of one run, shared by its nodes.
#[derive(Clone)]
pub struct Weather(Arc<Mutex<Front>>);

struct Front {
    dice: Dice,
    odds: Odds,
    rival: Core,
    now: Time,
    ledger: Arc<Mutex<Ledger>>,
    /// How many strikes and lost races there were.
    strikes: u64,
    races: u64,
}

impl Weather {
    pub fn new(seed: u64, rival: Core, ledger: Arc<Mutex<Ledger>>) -> Weather {
        let dice = Dice::new(seed ^ 0x00c1_0d50);
        let front = Front { dice, odds: Odds::default(), rival, now: Time(0), ledger, strikes: 0, races: 0 };
        Weather(Arc::new(Mutex::new(front)))
    }

    fn front(&self) -> MutexGuard<'_, Front> {
        self.0.lock().expect("nobody panics in the weather")
    }

    pub fn set(&self, odds: Odds) {
        self.front().odds = odds;
    }

    pub fn set_time(&self, now: Time) {
        self.front().now = now;
    }

    /// Strikes and lost races so far.
    pub fn count(&self) -> (u64, u64) {
        let front = self.front();
        (front.strikes, front.races)
    }

    /// A store as a node sees it in this weather.
    pub fn over(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        let weather = self.clone();
        Arc::new(Faulty::scripted(store, move |doing| weather.front().strike(doing)))
    }
}

impl Front {
    fn strike(&mut self, doing: &'static str) -> Option<Strike> {
        let odds = self.odds;
        let is_moment = ["extending the log", "reading the head"].contains(&doing);
        if is_moment && self.dice.often(odds.rival) {
            self.race();
        }
        let (roll, is_done) = (self.dice.roll() % 1000, self.dice.often(500));
        let strike = if roll < odds.definite {
            Some(Strike::Definite)
        } else if roll < odds.definite + odds.unknown {
            Some(if is_done { Strike::UnknownDone } else { Strike::UnknownLost })
        } else {
            None
        };
        self.strikes += u64::from(strike.is_some());
        strike
    }

    /// The rival changes somebody, gives somebody a title, or takes somebody away.
    fn race(&mut self) {
        if self.rival.follow().is_err() {
            return;
        }
        let people: Vec<Id> = self.rival.snapshot().all(&USER).map(|user| user.id).collect();
        let Some(person) = self.dice.pick(&people).copied() else { return };
        let mut ledger = self.ledger.lock().expect("nobody panics over the ledger");
        let correlation = ledger.open("rival", crate::callers::Sort::System);
        let caller = Caller { correlation, ..self.rival.system() };
        let (department, title) = (self.dice.one(crate::words::DEPARTMENTS), self.dice.one(crate::words::TITLES));
        let deletes = self.dice.often(60);
        let decide = move |now: &Snapshot, _: &Call<'_>| {
            let user = now.get_a(&USER, person)?;
            Ok(Decision::change(if deletes {
                vec![Change::Delete { id: user.id }]
            } else {
                vec![set(user.id, DEPARTMENT, department), set(user.id, JOB_TITLE, title)]
            }))
        };
        let submission = Submission::proven(&caller, "rival", decide);
        let answers = self.rival.submit(self.now, &[submission]);
        for answer in answers {
            self.races += 1;
            ledger.close(correlation, Answer::of(&answer));
            if let Err(Failure::Fault(fault)) = answer {
                ledger.surprise(format!("the rival, who has no faults, met one: {fault}"));
            }
        }
    }
}

fn set(id: Id, attribute: Attr<str>, value: &'static str) -> Change {
    Change::set(id, attribute, value)
}
