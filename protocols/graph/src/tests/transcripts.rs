//! Replays the recorded conversations in `transcripts/`: requests and what has to be in the answers.
//!
//! `> ` begins a line of a request (method and URL, then headers, an empty one, the body), `< ` a line of the answer
//! (status, then headers), then the JSON that the answer has to contain, up to an empty line. In it `"{name}"` keeps a
//! value for later or has to equal what was kept, `"<any>"` is anything, `"<absent>"` is nothing, and a text that begins
//! with `~` has to be contained. Lists have to have the same length.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::desk::{Desk, Heard};

struct Step {
    line: usize,
    request: Vec<String>,
    answer: Vec<String>,
    body: String,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('>') {
            let is_new = steps.last().is_none_or(|step| !step.answer.is_empty());
            if is_new {
                steps.push(Step { line: at + 1, request: Vec::new(), answer: Vec::new(), body: String::new() });
            }
            steps.last_mut().unwrap().request.push(rest.trim().to_owned());
        } else if let Some(rest) = line.strip_prefix('<') {
            steps.last_mut().unwrap().answer.push(rest.trim().to_owned());
        } else if let Some(step) = steps.last_mut() {
            step.body.push_str(line);
            step.body.push('\n');
        }
    }
    steps
}

fn filled(text: &str, kept: &HashMap<String, Json>) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.replace(&format!("{{{name}}}"), &shown)
    })
}

fn play(desk: &Desk, step: &Step, kept: &HashMap<String, Json>) -> Heard {
    let mut lines = step.request.iter().map(|line| filled(line, kept));
    let first = lines.next().unwrap();
    let (method, url) = first.split_once(' ').unwrap();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.by_ref() {
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap();
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let body: Vec<String> = lines.collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let url = url.replace(' ', "%20").replace('"', "%22");
    desk.ask(method, url.trim_start_matches(super::desk::URL), &headers, &body.join("\n"))
}

/// What of the expectation does not hold.
fn differs(expected: &Json, found: Option<&Json>, kept: &mut HashMap<String, Json>, path: &str) -> Option<String> {
    let shown = || found.map_or("nothing".to_owned(), Json::to_string);
    match (expected, found) {
        (Json::String(text), None) if text == "<absent>" => None,
        (Json::String(text), Some(_)) if text == "<any>" => None,
        (Json::String(text), Some(found)) if text.starts_with('{') && text.ends_with('}') => {
            let name = text.trim_matches(['{', '}']).to_owned();
            match kept.get(&name) {
                Some(known) if known != found => Some(format!("{path}: {found} instead of {known}")),
                Some(_) => None,
                None => {
                    kept.insert(name, found.clone());
                    None
                }
            }
        }
        (Json::String(text), Some(Json::String(found))) if text.starts_with('~') => {
            let wanted = filled(&text[1..], kept);
            (!found.contains(&wanted)).then(|| format!("{path}: `{found}` does not contain `{wanted}`"))
        }
        (Json::String(text), Some(Json::String(found))) => {
            let text = filled(text, kept);
            (text != *found).then(|| format!("{path}: `{found}` instead of `{text}`"))
        }
        (Json::Object(members), Some(Json::Object(found))) => {
            members.iter().find_map(|(name, value)| differs(value, found.get(name), kept, &format!("{path}/{name}")))
        }
        (Json::Array(items), Some(Json::Array(found))) if items.len() == found.len() => items
            .iter()
            .zip(found)
            .enumerate()
            .find_map(|(at, (item, found))| differs(item, Some(found), kept, &format!("{path}/{at}"))),
        (expected, Some(found)) if expected == found => None,
        (expected, _) => Some(format!("{path}: {} instead of {expected}", shown())),
    }
}

/// What did not go as recorded, step by step.
fn replay(name: &str, text: &str) -> Vec<String> {
    let desk = Desk::open();
    let mut kept = HashMap::new();
    let mut problems = Vec::new();
    for step in steps(text) {
        let heard = play(&desk, &step, &kept);
        let wanted: u16 = step.answer[0].parse().unwrap();
        let mut problem = (wanted != heard.status).then(|| format!("{} instead of {wanted}", heard.status));
        for line in &step.answer[1..] {
            let (header, value) = line.split_once(':').unwrap();
            let found = heard.header(header).map_or(Json::Null, Json::from);
            problem = problem.or_else(|| differs(&Json::from(value.trim()), Some(&found), &mut kept, header));
        }
        if problem.is_none() && !step.body.trim().is_empty() {
            problem = match serde_json::from_str::<Json>(&step.body) {
                Ok(expected) if heard.text.starts_with(['{', '[']) => {
                    differs(&expected, Some(&heard.json()), &mut kept, "")
                }
                _ => (step.body.trim() != heard.text).then(|| "another text".to_owned()),
            };
        }
        if let Some(problem) = problem {
            problems.push(format!("{name}:{} {}: {problem}\n    {}", step.line, step.request[0], heard.text));
        }
        desk.wait(desk.engine.settled());
    }
    problems
}

#[test]
fn every_transcript_is_answered_as_recorded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/transcripts");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "the transcripts are there");
    let mut problems = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        problems.extend(replay(&file.file_name().unwrap().to_string_lossy(), &text));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
