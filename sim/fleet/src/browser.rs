//! A person's browser, as far as server-rendered pages need one: cookies, forms, redirects. No script.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, Url};

/// How many pages a sign-in may take before something is wrong.
const PAGES_MAX: usize = 16;

/// A browser with its own cookies.
pub struct Browser {
    client: Client,
    /// What the device sends along to prove itself, if the browser runs on a managed one.
    device: Option<String>,
}

/// A form of a page: where it goes and what it already says.
#[derive(Debug, Default)]
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

/// How a walk through the pages ended.
#[derive(Debug)]
pub enum Arrival {
    /// The client got its answer: the redirect with its parameters.
    Redirect(Url),
    /// A page with nothing left to fill in; its text.
    Page(String),
}

impl Browser {
    pub fn new(ca_pem: &str) -> Result<Browser, String> {
        let authorities = Certificate::from_pem_bundle(ca_pem.as_bytes()).map_err(|e| e.to_string())?;
        let client = Client::builder()
            .tls_certs_only(authorities)
            .cookie_store(true)
            .redirect(Policy::none())
            .timeout(Duration::from_secs(30))
            .user_agent("Mozilla/5.0 (X11; Linux x86_64) Castellan-Fleet")
            .build()
            .map_err(|e| e.to_string())?;
        Ok(Browser { client, device: None })
    }

    /// The same browser on a device that proves itself.
    pub fn on_device(mut self, proof: String) -> Browser {
        self.device = Some(proof);
        self
    }

    /// Walk from a URL through the pages, filling fields by name from `answers`, until a redirect leaves for `home` or
    /// there is nothing to fill in.
    pub async fn walk(&self, start: &str, home: &str, answers: &[(&str, &str)]) -> Result<Arrival, String> {
        let mut response = self.get(start).await?;
        for _ in 0..PAGES_MAX {
            if response.status().is_redirection() {
                let next = location(&response)?;
                if next.as_str().starts_with(home) {
                    return Ok(Arrival::Redirect(next));
                }
                response = self.get(next.as_str()).await?;
                continue;
            }
            let base = response.url().clone();
            let html = response.text().await.map_err(|e| e.to_string())?;
            let Some(form) = fillable(&html, answers) else { return Ok(Arrival::Page(text(&html))) };
            let action = base.join(&form.action).map_err(|e| e.to_string())?;
            if action.as_str().starts_with(home) {
                let mut arrived = action;
                arrived.query_pairs_mut().extend_pairs(&form.fields);
                return Ok(Arrival::Redirect(arrived));
            }
            let mut request = self.client.post(action).header("origin", base.origin().ascii_serialization());
            if let Some(device) = &self.device {
                request = request.header("castellan-device", device);
            }
            response = request.form(&form.fields).send().await.map_err(|e| e.to_string())?;
        }
        Err(format!("the sign-in took more than {PAGES_MAX} pages"))
    }

    async fn get(&self, url: &str) -> Result<Response, String> {
        let mut request = self.client.get(url);
        if let Some(device) = &self.device {
            request = request.header("castellan-device", device);
        }
        request.send().await.map_err(|e| e.to_string())
    }
}

fn location(response: &Response) -> Result<Url, String> {
    let to = response.headers().get("location").and_then(|l| l.to_str().ok()).ok_or("a redirect leads nowhere")?;
    response.url().join(to).map_err(|e| e.to_string())
}

/// The first form of a page whose empty fields can all be answered, with the answers in it.
fn fillable(html: &str, answers: &[(&str, &str)]) -> Option<Form> {
    forms(html).into_iter().find_map(|(mut form, open)| {
        for name in open {
            let (_, answer) = answers.iter().find(|(known, _)| *known == name)?;
            form.fields.push((name, (*answer).to_owned()));
        }
        Some(form)
    })
}

/// The forms of a page, each with the names of the fields that a person has to fill in.
fn forms(html: &str) -> Vec<(Form, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<form") {
        let tail = rest.get(start..).unwrap_or_default();
        let end = tail.find("</form>").unwrap_or(tail.len());
        let body = tail.get(..end).unwrap_or_default();
        let opening = body.split('>').next().unwrap_or_default();
        let mut form = Form { action: attribute(opening, "action").unwrap_or_default(), fields: Vec::new() };
        let mut open = Vec::new();
        for tag in tags(body) {
            let Some(name) = attribute(tag, "name") else { continue };
            let value = attribute(tag, "value");
            match attribute(tag, "type").as_deref() {
                Some("hidden") => form.fields.push((name, value.unwrap_or_default())),
                // Of several buttons a person presses the first.
                Some("submit") => {
                    if !form.fields.iter().any(|(known, _)| *known == name) {
                        form.fields.push((name, value.unwrap_or_default()));
                    }
                }
                Some("checkbox" | "radio") => {}
                _ => open.push(name),
            }
        }
        found.push((form, open));
        rest = tail.get(end..).unwrap_or_default();
        if rest.len() < 7 {
            break;
        }
    }
    found
}

/// The `input` and `button` tags of a form.
fn tags(form: &str) -> impl Iterator<Item = &str> {
    form.split('<')
        .filter(|tag| tag.starts_with("input") || tag.starts_with("button"))
        .map(|tag| tag.split('>').next().unwrap_or_default())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = after.split_once('"')?;
    Some(unescape(value))
}

/// The text of a page, without its tags.
fn text(html: &str) -> String {
    let body = html.split_once("<main").map_or(html, |(_, body)| body);
    let mut out = String::new();
    for part in body.split('<') {
        let after = part.split_once('>').map_or("", |(_, text)| text);
        if !after.trim().is_empty() {
            out.push_str(after.trim());
            out.push(' ');
        }
    }
    unescape(out.trim())
}

fn unescape(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_filled_when_every_open_field_has_an_answer() {
        let page = r#"<form method="post" action="/a?x=1&amp;y=2"><input type="hidden" name="csrf" value="c&quot;1">
            <input type="text" name="login" value=""><button type="submit" name="go" value="1">Next</button>
            <button type="submit" name="go" value="2">Other</button></form>"#;
        let form = fillable(page, &[("login", "amir")]).expect("the field is answered");
        assert_eq!(form.action, "/a?x=1&y=2");
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(fields, [("csrf", "c\"1"), ("go", "1"), ("login", "amir")]);
        assert!(fillable(page, &[]).is_none());
    }
}
