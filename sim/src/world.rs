//! One run: nodes over one store, a clock that only we move, and somebody doing something at every step.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use directory::{Actor, Caller, Decision, Room, Time};
use engine::{Core, Done, Failure as Failed, House, Intent, Submission};
#[cfg(test)]
use schema::access_package::ACCESS_PACKAGE;
#[cfg(test)]
use schema::user::USER;
use store::{Sqlite, Store};

use crate::acts::{self, Act, By, Scene};
use crate::alarm::Alarm;
use crate::callers::Sort;
use crate::dice::Dice;
use crate::first_day::{self, CAST, TENANT};
use crate::laws;
use crate::ledger::{Answer, Ledger};
use crate::rule::Rule;
use crate::weather::{Odds, Weather};
use crate::{Failure, Options, Report};

/// Every room of the house.
static ROOMS: &[&Room] = &[
    &identity::ROOM,
    &signin::ROOM,
    &access::ROOM,
    &governance::ROOM,
    &provisioning::ROOM,
    &devices::ROOM,
    &apps::ROOM,
];
/// The moment at which the first day begins: 2026-11-21T08:00:00Z.
const DAWN: Time = Time::from_unix(1_795_248_000);
/// How often everything is brought to rest and every law is checked.
const CHECK_EVERY: usize = 25;
/// How many rounds it may take until two nodes are at rest.
const REST_ROUNDS_MAX: usize = 40;

/// A law that was broken: its name and what was seen.
pub(crate) type Broken = (&'static str, String);

/// One run in progress.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) now: Time,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) house: Arc<House>,
    pub(crate) gate: Arc<access::Gate>,
    pub(crate) nodes: [Option<Core>; 2],
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) rules: BTreeMap<String, Rule>,
    weather: Weather,
    alarm: Alarm,
    odds: Odds,
    serial: u64,
    report: Report,
}

/// Run a seed over a store.
pub(crate) fn run(seed: u64, options: &Options, store: Arc<dyn Store>) -> Result<Report, Failure> {
    let alarm = Alarm::default();
    alarm.clone().listening(|| {
        let mut world = World::new(seed, options, store, alarm);
        let mut step = 0;
        let mut outcome = world.first_day();
        while outcome.is_ok() && step < options.steps {
            step += 1;
            outcome = world.step();
            if outcome.is_ok() && (step % CHECK_EVERY == 0 || step == options.steps) {
                outcome = world.rest().and_then(|()| laws::check(&mut world).map(drop));
            }
        }
        outcome.map_err(|(law, detail)| Failure { seed, step, law, detail, devices: 0 })?;
        Ok(world.finish())
    })
}

pub(crate) fn run_in_sqlite(seed: u64, options: &Options, folder: &Path) -> Result<Report, Failure> {
    let failed =
        |fault: engine::Fault| Failure { seed, step: 0, law: "the store opens", detail: fault.to_string(), devices: 0 };
    run(seed, options, Arc::new(Sqlite::open(folder).map_err(failed)?))
}

/// Many people come at once and many leave at the same moment: more than one append of the store carries.
#[cfg(test)]
pub(crate) fn flood(seed: u64) -> Result<(), Failure> {
    let alarm = Alarm::default();
    alarm.clone().listening(|| {
        let calm = Options { is_rough: false, ..Options::default() };
        let mut world = World::new(seed, &calm, Arc::new(store::Memory::new()), alarm);
        let outcome = world.first_day().and_then(|()| world.come_and_go());
        outcome.and_then(|()| laws::check(&mut world)).map(drop).map_err(|(law, detail)| Failure {
            seed,
            step: 0,
            law,
            detail,
            devices: 0,
        })
    })
}

impl World {
    /// 300 people come, all are given a package on the same day, and all packages end at the same moment.
    #[cfg(test)]
    fn come_and_go(&mut self) -> Result<(), Broken> {
        const MANY: usize = 300;
        for part in 0..2 {
            let newcomers = (part * MANY / 2..(part + 1) * MANY / 2).map(acts::newcomer).collect();
            self.all_at_once(part, newcomers)?;
        }
        self.rest()?;
        let now = self.nodes.iter().flatten().next().map(|core| core.snapshot().clone()).expect("a node is up");
        let package = now.all(&ACCESS_PACKAGE).next().expect("the first day brought one").id;
        let people: Vec<_> = now.all(&USER).map(|user| user.id).collect();
        for half in people.chunks(MANY / 2) {
            self.all_at_once(0, half.iter().map(|person| acts::gift(*person, package)).collect())?;
        }
        self.rest()?;
        if self.report.refused > 0 {
            return Err(("everybody comes", format!("{:?}", self.ledger().last())));
        }
        self.now = self.now.plus_days(8);
        self.weather.set_time(self.now);
        self.rest()
    }

    #[cfg(test)]
    fn all_at_once(&mut self, at: usize, acts: Vec<Act>) -> Result<(), Broken> {
        let submissions =
            acts.into_iter().map(|act| self.submission(Sort::Administrator, act.operation, Some(act.ask), act.decide));
        let submissions = submissions.collect();
        self.submit(at, submissions)
    }

    pub(crate) fn new(seed: u64, options: &Options, store: Arc<dyn Store>, alarm: Alarm) -> World {
        let mut dice = Dice::new(seed);
        let gate = Arc::new(access::Gate::new());
        let house = Arc::new(House::new(Arc::new(schema::model()), ROOMS, gate.clone()));
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let rival = Core::open(store.clone(), TENANT, house.clone(), dice.wide()).expect("a new store opens");
        let weather = Weather::new(seed, rival, ledger.clone());
        let odds = if options.is_rough { Odds::ROUGH } else { Odds::default() };
        World {
            dice,
            now: DAWN,
            store,
            house,
            gate,
            nodes: [None, None],
            ledger,
            rules: BTreeMap::new(),
            weather,
            alarm,
            odds,
            serial: 0,
            report: Report::default(),
        }
    }

    pub(crate) fn first_day(&mut self) -> Result<(), Broken> {
        for changes in first_day::changes() {
            let submission = self.submission(Sort::System, "Set up organization", None, move |_, _| {
                Ok(Decision::change(changes.clone()))
            });
            self.submit(0, vec![submission])?;
            if self.report.refused > 0 {
                return Err(("the first day goes well", format!("{:?}", self.ledger().last())));
            }
        }
        self.rest()?;
        self.weather.set(self.odds);
        Ok(())
    }

    /// One thing happens.
    fn step(&mut self) -> Result<(), Broken> {
        self.serial += 1;
        let at = self.dice.below(2);
        self.let_time_pass();
        match self.dice.below(100) {
            0..3 => {
                self.crash(at);
            }
            3..12 => self.settle(at)?,
            12..18 => {
                let now = self.now;
                self.endure(at, |core| core.tick(now).map(drop))?;
            }
            18..22 => self.endure(at, |core| core.follow().map(drop))?,
            22..30 => {
                let count = 2 + self.dice.below(4);
                self.act(at, count)?;
            }
            _ => self.act(at, 1)?,
        }
        if self.dice.often(500) {
            self.settle(at)?;
        }
        self.report_alarm()
    }

    fn let_time_pass(&mut self) {
        let span = match self.dice.below(20) {
            0 => 86_400 * 12,
            1 | 2 => 86_400,
            3..8 => 3_600,
            _ => 5,
        };
        self.pass(span);
    }

    /// Some time passes, less than so many seconds.
    pub(crate) fn pass(&mut self, span: usize) {
        let micros = u64::try_from(self.dice.below(1_000_000)).unwrap_or(0);
        let seconds = u64::try_from(self.dice.below(span)).unwrap_or(0);
        self.now = self.now + Duration::from_secs(seconds) + Duration::from_micros(micros + 1);
        self.weather.set_time(self.now);
    }

    /// The node, opened again if it had fallen over; none if it cannot be opened in this weather.
    pub(crate) fn node(&mut self, at: usize) -> Result<Option<&mut Core>, Broken> {
        let (store, chance) = (self.weather.over(self.store.clone()), self.dice.wide());
        let house = self.house.clone();
        let slot = self.nodes.get_mut(at).expect("there are two nodes");
        if slot.is_none() {
            match Core::open(store, TENANT, house, chance) {
                Ok(core) => *slot = Some(core),
                Err(fault) => expected(&fault)?,
            }
        }
        Ok(slot.as_mut())
    }

    fn drop_node(&mut self, at: usize) {
        if let Some(slot) = self.nodes.get_mut(at) {
            *slot = None;
        }
    }

    /// Do something that may fail because of the weather, and for no other reason.
    pub(crate) fn endure(
        &mut self,
        at: usize,
        work: impl FnOnce(&mut Core) -> Result<(), engine::Fault>,
    ) -> Result<(), Broken> {
        if let Some(core) = self.node(at)?
            && let Err(fault) = work(core)
        {
            self.report.faults += 1;
            expected(&fault)?;
        }
        Ok(())
    }

    pub(crate) fn settle(&mut self, at: usize) -> Result<(), Broken> {
        let now = self.now;
        self.endure(at, |core| core.settle(now).map(drop))
    }

    /// Somebody does something, or several do something at once.
    fn act(&mut self, at: usize, count: usize) -> Result<(), Broken> {
        let Some(snapshot) = self.node(at)?.map(|core| core.snapshot().clone()) else { return Ok(()) };
        let mut submissions = Vec::new();
        for n in 0..count {
            let serial = self.serial * 10 + n as u64;
            let (house, at) = (self.house.clone(), self.now);
            let mut scene =
                Scene { dice: &mut self.dice, now: &snapshot, house: &house, at, rules: &mut self.rules, serial };
            let Some(act) = acts::invent(&mut scene) else { continue };
            let Act { operation, ask, decide, by } = act;
            let sort = match by {
                By::Anybody => Sort::draw(&mut self.dice),
                By::Server => Sort::System,
                By::Person(id) => Sort::Named(id),
            };
            submissions.push(self.submission(sort, operation, Some(ask), decide));
        }
        self.submit(at, submissions)
    }

    fn submission(
        &mut self,
        sort: Sort,
        operation: &'static str,
        ask: Option<acts::Ask>,
        decide: impl Fn(&directory::Snapshot, &directory::Call<'_>) -> Result<Decision, directory::Refusal> + Send + 'static,
    ) -> (Sort, Submission) {
        let newest = self.nodes.iter().flatten().map(|core| core.snapshot().clone()).next();
        let found = newest.and_then(|now| CAST.caller(sort, &mut self.dice, &now));
        let (sort, caller) = found.map_or((Sort::System, Caller::system(TENANT)), |caller| (sort, caller));
        let correlation = self.ledger().open(operation, sort);
        let caller = Caller { correlation, ..caller };
        let intent = match ask {
            Some((verb, kind, target)) if sort != Sort::System => Intent::Ask { verb, kind, target },
            _ => Intent::Proven,
        };
        (sort, Submission { caller, operation: operation.to_owned(), intent, decide: Box::new(decide) })
    }

    fn submit(&mut self, at: usize, submissions: Vec<(Sort, Submission)>) -> Result<(), Broken> {
        self.answers(at, submissions).map(drop)
    }

    /// Let somebody do one thing through a node; none when the node does not open in this weather.
    pub(crate) fn ask(&mut self, at: usize, sort: Sort, act: Act) -> Result<Option<Result<Done, Failed>>, Broken> {
        let submission = self.submission(sort, act.operation, Some(act.ask), act.decide);
        Ok(self.answers(at, vec![submission])?.pop())
    }

    /// Let through a node what somebody has proved to a protocol.
    pub(crate) fn prove(
        &mut self,
        at: usize,
        actor: Actor,
        operation: &'static str,
        decide: impl Fn(&directory::Snapshot, &directory::Call<'_>) -> Result<Decision, directory::Refusal> + Send + 'static,
    ) -> Result<Option<Result<Done, Failed>>, Broken> {
        let correlation = self.ledger().open(operation, Sort::System);
        let caller = Caller { actor, correlation, ..Caller::system(TENANT) };
        let submission = Submission::proven(&caller, operation, decide);
        Ok(self.answers(at, vec![(Sort::System, submission)])?.pop())
    }

    fn answers(
        &mut self,
        at: usize,
        submissions: Vec<(Sort, Submission)>,
    ) -> Result<Vec<Result<Done, Failed>>, Broken> {
        let now = self.now;
        let gate = self.gate.clone();
        let submissions: Vec<Submission> = submissions.into_iter().map(|(_, submission)| submission).collect();
        let Some(core) = self.node(at)? else { return Ok(Vec::new()) };
        let answers = core.submit(now, &submissions);
        let is_alone = submissions.len() == 1;
        let snapshot = core.snapshot().clone();
        for (submission, answer) in submissions.iter().zip(&answers) {
            match answer {
                Ok(_) => self.report.acknowledged += 1,
                Err(Failed::Refused(_)) => self.report.refused += 1,
                Err(Failed::Fault(fault)) => {
                    self.report.faults += 1;
                    expected(fault)?;
                }
            }
            if is_alone {
                laws::unseen_is_absent(gate.as_ref(), &snapshot, submission, answer)?;
            }
            self.ledger().close(submission.caller.correlation, Answer::of(answer));
        }
        Ok(answers)
    }

    /// How the weather is while something goes on.
    pub(crate) fn be_rough(&mut self, is_rough: bool) {
        self.odds = if is_rough { Odds::ROUGH } else { Odds::default() };
        self.weather.set(self.odds);
    }

    /// How many faults there were.
    pub(crate) fn faults(&self) -> u64 {
        self.report.faults
    }

    /// A node has fallen over.
    pub(crate) fn crash(&mut self, at: usize) {
        self.report.crashes += 1;
        self.drop_node(at);
    }

    pub(crate) fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("nobody panics over the ledger")
    }

    pub(crate) fn report_alarm(&mut self) -> Result<(), Broken> {
        let mut heard = self.alarm.heard();
        heard.extend(self.ledger().surprises());
        match heard.into_iter().next() {
            Some(what) => Err(("nothing is reported as broken", what)),
            None => Ok(()),
        }
    }

    /// Calm weather until both nodes are at rest.
    pub(crate) fn rest(&mut self) -> Result<(), Broken> {
        self.weather.set(Odds::default());
        for _ in 0..REST_ROUNDS_MAX {
            let mut moved = 0;
            for at in 0..2 {
                let now = self.now;
                let Some(core) = self.node(at)? else { return Err(("a node opens in calm weather", format!("{at}"))) };
                let calm = |fault: engine::Fault| ("calm weather brings no faults", fault.to_string());
                moved += core.follow().map_err(calm)?;
                moved += core.settle(now).map_err(calm)?;
                moved += core.tick(now).map_err(calm)?;
            }
            if moved == 0 {
                self.weather.set(self.odds);
                return self.report_alarm();
            }
        }
        Err(("the nodes come to rest", format!("not within {REST_ROUNDS_MAX} rounds")))
    }

    pub(crate) fn finish(mut self) -> Report {
        let mut operations: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
        let head = self.store.head(TENANT).expect("the bare store does not fail").unwrap_or_default();
        let (strikes, races) = self.weather.count();
        for entry in self.ledger().entries().values() {
            let (acknowledged, refused) = operations.entry(entry.operation).or_default();
            match entry.answer {
                Answer::Acknowledged { .. } => *acknowledged += 1,
                Answer::Refused => *refused += 1,
                Answer::None | Answer::Definite | Answer::Unknown => {}
            }
        }
        self.report.faults += strikes;
        Report { commits: head.usn, head: head.hash, races, operations, ..self.report }
    }
}

/// A fault that the weather brought; any other is one of ours.
fn expected(fault: &engine::Fault) -> Result<(), Broken> {
    if fault.why.contains("struck by the simulation") {
        Ok(())
    } else {
        Err(("only the weather brings faults", fault.to_string()))
    }
}
