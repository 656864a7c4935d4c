//! HR files of `castellan hr import`: every row becomes a person or a complaint with its line, whatever the bytes.
//!
//! The file is taken as a module: the rest of its crate brings an HTTP client, which would be built for nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../cli/src/hr_file.rs"]
mod hr_file;

fuzz_target!(|bytes: &[u8]| {
    let Ok((rows, bad)) = hr_file::read_rows(bytes) else { return };
    assert!(rows.len() <= hr_file::ROWS_MAX);
    for row in rows {
        assert!(row.line > 1 && !row.employee_id.is_empty() && row.user.is_object());
    }
    for complaint in bad {
        assert!(!complaint.reason.is_empty(), "on line {}", complaint.line);
    }
});
