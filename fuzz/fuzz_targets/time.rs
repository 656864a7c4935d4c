//! Dates and times as people and programs write them. What is read prints as the same moment.

#![no_main]

use directory::Time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(time) = Time::parse(text) else { return };
    assert_eq!(Time::parse(&time.to_string()), Some(time), "`{text}` was read as {time}");
    let _ = (time.unix(), time.plus_days(1), time.since(Time::default()));
});
