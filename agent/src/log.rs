//! How the agent's log is written: for a terminal, or for the journal, which adds the time itself and takes the priority from
//! the beginning of the line (sd-daemon(3)).

use std::fmt;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The variable that says what is logged.
const FILTER: &str = "CASTELLAN_AGENT_LOG";

/// Begins logging to the standard error.
pub fn begin() {
    let filter = EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new("castellan_agent=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // systemd.exec(5): set where the standard error is the journal.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.event_format(Journal).init();
    } else {
        log.init();
    }
}

struct Journal;

impl<S, N> FormatEvent<S, N> for Journal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        write!(out, "<{}>", priority(*event.metadata().level()))?;
        context.field_format().format_fields(out.by_ref(), event)?;
        writeln!(out)
    }
}

/// syslog(3).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}
