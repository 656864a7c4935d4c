//! What is larger than the protocol lets it be: a report is shortened until it may be sent, and of an answer only the part that is
//! over a limit is passed over. A verdict is worth more than a value, and an order more than anything.

use agent_wire::limits::CHECK_IN_BYTES_MAX;
use agent_wire::{AgentRelease, CheckIn, CheckInAnswer, Desired, ScriptResult};

use crate::server::json_bytes;

/// What is kept of each output and error once they are too much together.
const TEXT_BYTES_MAX: usize = 256;

/// Leaves out what is worth least, step by step, until the report fits.
pub fn shorten(report: &mut CheckIn) {
    let steps: [fn(&mut CheckIn); 6] = [
        |report| report.settings.iter_mut().flatten().for_each(|result| result.actual = None),
        |report| report.software = None,
        |report| report.scripts.iter_mut().flatten().for_each(cut_outputs),
        |report| {
            let settings = report.settings.iter_mut().flatten().map(|result| &mut result.error);
            settings.chain(report.apps.iter_mut().flatten().map(|result| &mut result.error)).for_each(cut);
        },
        |report| report.scripts = None,
        |report| (report.settings, report.apps) = (None, None),
    ];
    for step in steps {
        if json_bytes(report) <= CHECK_IN_BYTES_MAX {
            return;
        }
        step(report);
    }
}

fn cut_outputs(result: &mut ScriptResult) {
    for run in [&mut result.run, &mut result.repair, &mut result.run_again].into_iter().flatten() {
        run.output = crate::cut(&run.output, TEXT_BYTES_MAX);
        run.error = crate::cut(&run.error, TEXT_BYTES_MAX);
    }
}

fn cut(text: &mut Option<String>) {
    *text = text.take().map(|text| crate::cut(&text, TEXT_BYTES_MAX));
}

/// The answer without what is over a limit, and what that was.
pub fn within_limits(mut answer: CheckInAnswer) -> (CheckInAnswer, Option<String>) {
    let mut over = Vec::new();
    if let Some(Err(why)) = answer.desired.as_ref().map(Desired::within_limits) {
        answer.desired = None;
        over.push(why.to_string());
    }
    if let Some(Err(why)) = answer.agent.as_ref().map(AgentRelease::within_limits) {
        answer.agent = None;
        over.push(why.to_string());
    }
    if let Err(why) = answer.compliance.within_limits() {
        answer.compliance.reasons.clear();
        over.push(why.to_string());
    }
    let failure = (!over.is_empty()).then(|| format!("the server's answer is over a limit: {}", over.join("; ")));
    (answer, failure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use agent_wire::limits::{DISCOVERY_OUTPUT_BYTES_MAX, SCRIPTS_MAX, SETTINGS_MAX};
    use agent_wire::{ScriptRun, SettingResult, SettingState, Software};

    use super::*;

    #[test]
    fn a_report_is_shortened_until_it_may_be_sent_and_keeps_its_verdicts() {
        let output = "x".repeat(DISCOVERY_OUTPUT_BYTES_MAX);
        let run = ScriptRun { exit_code: Some(0), output, error: String::new() };
        let script = ScriptResult {
            id: "s".into(),
            version: "1".into(),
            finished_at_unix_seconds: 0,
            not_applicable: None,
            run: Some(run.clone()),
            repair: None,
            run_again: Some(run),
        };
        let setting = SettingResult {
            id: "linux.banner".into(),
            state: SettingState::Error,
            actual: Some("a".repeat(1000)),
            error: Some("e".repeat(1000)),
        };
        let software = Software { name: "n".repeat(200), version: "v".repeat(50), publisher: Some("XYZ Ltd.".into()) };
        let mut report = CheckIn {
            settings: Some(vec![setting; SETTINGS_MAX]),
            scripts: Some(vec![script; SCRIPTS_MAX]),
            software: Some(vec![software; 4000]),
            ..CheckIn::default()
        };
        let mut small = CheckIn { software: report.software.clone(), ..CheckIn::default() };
        small.software.as_mut().unwrap().truncate(10);
        let whole = small.clone();
        shorten(&mut small);
        assert_eq!(small, whole, "what fits is told as it is");
        shorten(&mut report);
        assert!(json_bytes(&report) <= CHECK_IN_BYTES_MAX);
        assert!(report.software.is_none() && report.settings.as_ref().unwrap().iter().all(|s| s.actual.is_none()));
        let run = report.scripts.as_ref().unwrap().first().unwrap().run.as_ref().unwrap();
        assert_eq!((run.exit_code, run.output.len()), (Some(0), TEXT_BYTES_MAX));
        assert_eq!(report.settings.unwrap().len(), SETTINGS_MAX);
    }
}
