//! A person at the sign-in pages: follows redirects, keeps cookies, fills in what a page asks for. Enough to sign in on a
//! device; nothing is measured here.

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url};

/// How many pages a sign-in may take before something is wrong.
const PAGES_MAX: usize = 16;

/// Fill in the pages from a URL on, by the names of their fields, until one asks for nothing more that is known.
pub async fn walk(ca_pem: &str, start: &str, answers: &[(&str, &str)]) -> Result<(), String> {
    let authorities = Certificate::from_pem_bundle(ca_pem.as_bytes()).map_err(|e| e.to_string())?;
    let client = Client::builder().tls_certs_only(authorities).cookie_store(true).redirect(Policy::limited(10)).build();
    let client = client.map_err(|e| e.to_string())?;
    let mut page = client.get(start).send().await.map_err(|e| e.to_string())?;
    for _ in 0..PAGES_MAX {
        let base = page.url().clone();
        let html = page.text().await.map_err(|e| e.to_string())?;
        let Some((action, fields)) = filled(&html, answers) else { return Ok(()) };
        let action = base.join(&action).map_err(|e| e.to_string())?;
        let request = client.post(action).header("origin", origin(&base)).form(&fields);
        page = request.send().await.map_err(|e| e.to_string())?;
    }
    Err(format!("the sign-in took more than {PAGES_MAX} pages"))
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The first form that the answers fill: where it goes, and its fields.
fn filled(html: &str, answers: &[(&str, &str)]) -> Option<(String, Vec<(String, String)>)> {
    html.split("<form").skip(1).find_map(|form| {
        let form = form.split("</form>").next()?;
        let mut fields: Vec<(String, String)> = Vec::new();
        for tag in form.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("button")) {
            let tag = tag.split('>').next()?;
            let Some(name) = attribute(tag, "name") else { continue };
            let value = match attribute(tag, "type").as_deref() {
                Some("checkbox" | "radio") => continue,
                // Of several buttons the first is pressed.
                Some("submit") if fields.iter().any(|(known, _)| *known == name) => continue,
                Some("submit" | "hidden") => attribute(tag, "value").unwrap_or_default(),
                _ => answers.iter().find(|(known, _)| *known == name)?.1.to_owned(),
            };
            fields.push((name, value));
        }
        Some((attribute(form.split('>').next()?, "action").unwrap_or_default(), fields))
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = after.split_once('"')?;
    Some(value.replace("&quot;", "\"").replace("&#38;", "&").replace("&#x27;", "'").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_filled_when_everything_it_asks_for_is_known() {
        let page = r#"<form method="post" action="/a?x=1&amp;y=2"><input type="hidden" name="csrf" value="c1">
            <input type="text" name="login" value=""><button type="submit" name="go" value="1">Next</button>
            <button type="submit" name="go" value="2">Other</button></form>"#;
        let (action, fields) = filled(page, &[("login", "amir")]).expect("the field is known");
        assert_eq!(action, "/a?x=1&y=2");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(fields, [("csrf", "c1"), ("login", "amir"), ("go", "1")]);
        assert!(filled(page, &[]).is_none());
    }
}
