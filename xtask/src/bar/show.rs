//! The security bar as a page.

use crate::print::cell;

const HEAD: &str = "\
# The security bar

What a server that lets people in must hold, item by item, and the test that holds it. This page is printed from
`xtask/security-bar.toml`, where each test names the check that it is for. `cargo run -p xtask -- bar` takes these checks out of the code, one
after the other, and demands that their tests fail.

Sources: NIST SP 800-63B-4, OWASP ASVS 5.0, RFC 9700 (OAuth 2.0 Security Best Current Practice), the OAuth 2.1 draft, the FAPI 2.0
Security Profile, RFC 8725 (JWT Best Current Practices).

| | what is demanded | held by | the check stands in |
|---|---|---|---|
";

pub(crate) fn print() -> String {
    let mut page = HEAD.to_owned();
    for item in super::items().unwrap_or_default() {
        let (tests, files) = match &item.absent {
            Some(why) => (format!("absent: {why}"), String::new()),
            None => {
                let tests: Vec<String> =
                    item.proofs.iter().map(|proof| format!("`{}` ({})", proof.test, proof.package)).collect();
                let files: Vec<String> = item.proofs.iter().map(|proof| format!("`{}`", proof.file)).collect();
                (tests.join("<br>"), files.join("<br>"))
            }
        };
        page.push_str(&format!("| {} | {} | {} | {files} |\n", item.number, cell(&item.says), cell(&tests)));
    }
    page
}
