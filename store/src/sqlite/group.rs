//! Group commit: one thread writes to a file and takes whatever is waiting into one durable transaction.
//!
//! Jobs of one transaction run one after another, so each sees what those before it did. If one fails, the transaction
//! is undone and each job is tried in one of its own: a job never suffers for its neighbour.

use super::connection::{Ending, Writer};
use crate::{Fault, Outcome};
use rusqlite::{Connection, Error};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Jobs in one transaction.
const JOBS_MAX: usize = 256;
/// Jobs that may wait; more callers than that are held up in `run`.
const WAITING_MAX: usize = 4096;

/// A file's writing thread. It ends, having done what was waiting, when this is dropped.
pub(super) struct Group {
    jobs: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Group {
    pub(super) fn start(name: &str, writer: Writer) -> Result<Group, Fault> {
        let (jobs, waiting) = sync_channel(WAITING_MAX);
        let thread = thread::Builder::new()
            .name(format!("store-{name}"))
            .spawn(move || serve(writer, &waiting))
            .map_err(|why| Fault::definite("starting a writer", why))?;
        Ok(Group { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Do `work` in a transaction shared with others; returns when it is durable. It may be called again if that
    /// transaction had to be undone.
    pub(super) fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnMut(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, answered) = sync_channel(1);
        let job = Box::new(Asked { doing, work, found: None, answer });
        let jobs = self.jobs.as_ref().expect("a group has its queue until it is dropped");
        jobs.send(job).map_err(|_| Fault::definite(doing, "the writer has stopped; restart the program"))?;
        answered.recv().unwrap_or_else(|_| Err(Fault::unknown(doing, "the writer stopped; restart the program")))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

trait Job: Send {
    fn doing(&self) -> &'static str;
    fn attempt(&mut self, connection: &Connection) -> Result<(), Error>;
    fn answer(self: Box<Self>, outcome: Result<(), Fault>);
}

struct Asked<T, W> {
    doing: &'static str,
    work: W,
    found: Option<T>,
    answer: SyncSender<Result<T, Fault>>,
}

impl<T: Send, W: FnMut(&Connection) -> Result<T, Error> + Send> Job for Asked<T, W> {
    fn doing(&self) -> &'static str {
        self.doing
    }

    fn attempt(&mut self, connection: &Connection) -> Result<(), Error> {
        self.found = Some((self.work)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Fault>) {
        let Asked { doing, found, answer, .. } = *self;
        let found = || found.expect("a job that was kept has found its answer");
        let outcome = outcome.map(|()| found()).map_err(|fault| Fault { doing, ..fault });
        // Whoever asked may have gone; what was asked for is done all the same.
        drop(answer.send(outcome));
    }
}

fn serve(mut writer: Writer, waiting: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs = Vec::new();
        match together(&mut writer, first, waiting, &mut jobs) {
            Together::Ended(outcome) => jobs.into_iter().for_each(|job| job.answer(outcome.clone())),
            Together::Undone => each_alone(&mut writer, jobs),
        }
    }
}

enum Together {
    /// All of them share this outcome.
    Ended(Result<(), Fault>),
    /// One of them failed and nothing was kept.
    Undone,
}

/// Run jobs in one transaction for as long as there are any waiting; those that were begun are left in `jobs`.
fn together(
    writer: &mut Writer,
    first: Box<dyn Job>,
    waiting: &Receiver<Box<dyn Job>>,
    jobs: &mut Vec<Box<dyn Job>>,
) -> Together {
    const DOING: &str = "committing a group";
    let connection = match writer.begin(DOING) {
        Ok(connection) => connection,
        Err(fault) => {
            jobs.push(first);
            return Together::Ended(Err(fault));
        }
    };
    let mut next = Some(first);
    while let Some(mut job) = next {
        let attempted = job.attempt(connection);
        jobs.push(job);
        if let Err(why) = attempted {
            writer.roll_back(Some(&why));
            return Together::Undone;
        }
        next = if jobs.len() < JOBS_MAX { waiting.try_recv().ok() } else { None };
    }
    Together::Ended(writer.commit(DOING))
}

/// Once the writer cannot even begin, those left are answered with the same fault instead of waiting one by one.
fn each_alone(writer: &mut Writer, jobs: Vec<Box<dyn Job>>) {
    let mut stuck: Option<Fault> = None;
    for mut job in jobs {
        if let Some(fault) = &stuck {
            job.answer(Err(fault.clone()));
            continue;
        }
        let mut was_begun = false;
        let outcome = writer.transact(job.doing(), |connection| {
            was_begun = true;
            job.attempt(connection).map(Ending::Keep)
        });
        if !was_begun {
            stuck = outcome.clone().err().map(|fault| Fault { outcome: Outcome::Definite, ..fault });
        }
        job.answer(outcome);
    }
}
