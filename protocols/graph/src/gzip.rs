//! Answers packed for who can read that (RFC 9110 §8.4.1.3). Only what Graph answers is: it never holds a secret beside text
//! that somebody else chose.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A shorter answer is not worth the trouble: it fits one packet as it is.
const BYTES_MIN: usize = 1_400;

/// Whether `Accept-Encoding` takes gzip: named, or by `*`, and not with a weight of nothing.
#[must_use]
pub fn is_accepted(header: &str) -> bool {
    let weight = |wanted: &str| {
        header.split(',').find_map(|item| {
            let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=").unwrap_or("1");
            coding.trim().eq_ignore_ascii_case(wanted).then(|| weight.trim().parse::<f32>().unwrap_or(0.0))
        })
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
}

/// The bytes packed, if that is worth it.
#[must_use]
pub fn packed(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() < BYTES_MIN {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::fast());
    encoder.write_all(text).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn gzip_is_used_where_it_is_accepted() {
        for (header, expect) in [
            ("gzip", true),
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("identity", false),
            ("", false),
            ("gzip;q=x", false),
        ] {
            assert_eq!(is_accepted(header), expect, "{header}");
        }
    }

    #[test]
    fn what_was_packed_is_what_was_said() {
        assert_eq!(packed(b"short"), None);
        let text = "a value among values ".repeat(500);
        let packed = packed(text.as_bytes()).unwrap();
        let mut back = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut back).unwrap();
        assert!(packed.len() * 10 < text.len() && back == text);
    }
}
