//! Letters without their marks, and words with a capital: what names need before they become addresses.

/// A text in the letters of English: marks are taken off, ligatures taken apart. Other scripts stay as they are.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match base(c) {
            Some(base) => plain.push_str(base),
            // A mark of its own (U+0300 to U+036F) belongs to the letter before it.
            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
            None => plain.push(c),
        }
    }
    plain
}

/// Every word with a capital first and small letters after it.
pub(crate) fn proper_case(text: &str) -> String {
    let mut is_start = true;
    text.chars()
        .flat_map(|c| {
            let shaped: Vec<char> = if is_start { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
            is_start = !c.is_alphanumeric();
            shaped
        })
        .collect()
}

/// The letters a marked letter of the Latin-1 Supplement, Latin Extended-A or Vietnamese and Romanian extensions stands for.
fn base(c: char) -> Option<&'static str> {
    const BASES: &[(&str, &str)] = &[
        ("A", "ÀÁÂÃÄÅĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶ"),
        ("a", "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
        ("AE", "Æ"),
        ("ae", "æ"),
        ("C", "ÇĆĈĊČ"),
        ("c", "çćĉċč"),
        ("D", "ÐĎĐ"),
        ("d", "ðďđ"),
        ("E", "ÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ"),
        ("e", "èéêëēĕėęěẹẻẽếềểễệ"),
        ("G", "ĜĞĠĢ"),
        ("g", "ĝğġģ"),
        ("H", "ĤĦ"),
        ("h", "ĥħ"),
        ("I", "ÌÍÎÏĨĪĬĮİỈỊ"),
        ("i", "ìíîïĩīĭįıỉị"),
        ("J", "Ĵ"),
        ("j", "ĵ"),
        ("K", "Ķ"),
        ("k", "ķ"),
        ("L", "ĹĻĽĿŁ"),
        ("l", "ĺļľŀł"),
        ("N", "ÑŃŅŇ"),
        ("n", "ñńņň"),
        ("O", "ÒÓÔÕÖØŌŎŐƠỌỎỐỒỔỖỘỚỜỞỠỢ"),
        ("o", "òóôõöøōŏőơọỏốồổỗộớờởỡợ"),
        ("OE", "Œ"),
        ("oe", "œ"),
        ("R", "ŔŖŘ"),
        ("r", "ŕŗř"),
        ("S", "ŚŜŞŠȘ"),
        ("s", "śŝşšș"),
        ("ss", "ß"),
        ("T", "ŢŤŦȚ"),
        ("t", "ţťŧț"),
        ("Th", "Þ"),
        ("th", "þ"),
        ("U", "ÙÚÛÜŨŪŬŮŰŲƯỤỦỨỪỬỮỰ"),
        ("u", "ùúûüũūŭůűųưụủứừửữự"),
        ("W", "Ŵ"),
        ("w", "ŵ"),
        ("Y", "ÝŶŸỲỴỶỸ"),
        ("y", "ýÿŷỳỵỷỹ"),
        ("Z", "ŹŻŽ"),
        ("z", "źżž"),
    ];
    if c.is_ascii() {
        return None;
    }
    BASES.iter().find(|(_, marked)| marked.contains(c)).map(|(base, _)| *base)
}
