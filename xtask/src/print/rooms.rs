//! `rooms.md`: what each room offers and answers for: its actions, the kinds it judges, what its reactions own.

use std::fmt::Write as _;

use directory::{By, Model, Own, Reaction, Room};

/// The rooms in the order of the house.
const ROOMS: &[&Room] = &[
    &identity::ROOM,
    &signin::ROOM,
    &access::ROOM,
    &governance::ROOM,
    &provisioning::ROOM,
    &devices::ROOM,
    &apps::ROOM,
];

pub(super) fn print() -> String {
    let model = schema::model();
    let mut out = String::from("# Rooms\n\nPrinted from the rooms by `cargo xtask print`; do not edit.\n");
    for room in ROOMS {
        let _ = write!(out, "\n## {}\n\n", room.name);
        let kinds: Vec<&str> = room.kinds.iter().map(|kind| kind.name).collect();
        let _ = writeln!(out, "Kinds: {}.", kinds.join(", "));
        actions(&mut out, room);
        checks(&mut out, room);
        if !room.reactions.is_empty() {
            out.push_str("\n| reaction | owns | is asked at |\n|---|---|---|\n");
            room.reactions.iter().for_each(|reaction| print_reaction(&mut out, &model, reaction));
        }
    }
    out
}

fn actions(out: &mut String, room: &Room) {
    if room.actions.is_empty() {
        return;
    }
    out.push_str("\n| action | on | is |\n|---|---|---|\n");
    for action in room.actions {
        let on = if action.on_collection { "the collection of" } else { "one" };
        let mut is = if action.is_function { "a function" } else { "an action" }.to_owned();
        if !action.parts.is_empty() {
            let parts: Vec<&str> = action.parts.iter().map(|(name, _)| *name).collect();
            let _ = write!(is, ", by {}", parts.join(", "));
        }
        let _ = writeln!(out, "| {} | {on} {} | {is} |", action.name, action.on.name);
    }
}

fn checks(out: &mut String, room: &Room) {
    let judged: Vec<String> = room
        .checks
        .iter()
        .map(|check| {
            let how = match (check.complete.is_some(), check.check.is_some()) {
                (true, true) => "completed and checked",
                (true, false) => "completed",
                _ => "checked",
            };
            format!("{} ({how})", check.kind.name)
        })
        .collect();
    if !judged.is_empty() {
        let _ = write!(out, "\nEvery write is judged of: {}.\n", judged.join(", "));
    }
}

fn print_reaction(out: &mut String, model: &Model, reaction: &Reaction) {
    let name = |name| model.name_of(name).unwrap_or("?");
    let owns: Vec<String> = reaction
        .owns
        .iter()
        .map(|own| match own {
            Own::Attribute(attribute) => name(*attribute).to_owned(),
            Own::Link(link, by) => format!("{} ({})", name(*link), reason(*by)),
        })
        .collect();
    let deadlines: Vec<&str> = reaction.deadlines.iter().map(|deadline| deadline.name).collect();
    let _ = writeln!(out, "| {} | {} | {} |", reaction.name, owns.join(", "), deadlines.join(", "));
}

fn reason(by: By) -> &'static str {
    by.name()
}
