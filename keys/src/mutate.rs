//! Deterministic mutations of a text, to show that no reader panics on bad input. For tests.

/// Call `read` with `rounds` mutated copies of `seed`: flipped, cut, doubled, overwritten, spliced. Always the same ones.
pub(crate) fn each(seed: &[u8], rounds: u32, mut read: impl FnMut(&[u8])) {
    // xorshift64* (Vigna 2016): short, and good enough to choose positions.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ seed.len() as u64;
    let mut next = move |below: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % below.max(1)
    };
    const MARKS: &[u8] = b".{}[]\",:=$-_A0\x00\xff\x30\x80\x02\x7f";
    for _ in 0..rounds {
        let mut bytes = seed.to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..(at + next(8)).min(bytes.len()))),
                2 => bytes.insert(at, MARKS[next(MARKS.len())]),
                3 => {
                    let slice = bytes[at..(at + next(16)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, slice);
                }
                4 if at < bytes.len() => bytes[at] = MARKS[next(MARKS.len())],
                _ if at < bytes.len() => bytes[at] ^= 1 << next(8),
                _ => {}
            }
        }
        read(&bytes);
    }
}
