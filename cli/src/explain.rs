//! `castellan explain`: why somebody is in a group, has a licence, a role or an access package, was refused, or why a device has a
//! setting or an application.

use serde_json::Value;

use crate::api::{Api, ApiError, Connection};

/// One question: who, and about what.
#[derive(clap::Args, Clone, Debug)]
pub struct ExplainOptions {
    /// The person: user name or id.
    #[arg(long)]
    pub user: Option<String>,
    /// Why is the person in this group? Its id.
    #[arg(long, requires = "user")]
    pub group: Option<String>,
    /// Why does the person have (or lack) this licence? The SKU's id or part number.
    #[arg(long, requires = "user")]
    pub licence: Option<String>,
    /// Why does the person hold (or lack) this role? The id of its definition.
    #[arg(long, requires = "user")]
    pub role: Option<String>,
    /// Why was this access package given? The id of the assignment.
    #[arg(long)]
    pub assignment: Option<String>,
    /// Why did this sign-in end as it did? Its id.
    #[arg(long)]
    pub sign_in: Option<String>,
    /// The device: its id.
    #[arg(long)]
    pub device: Option<String>,
    /// Why does the device have this setting? Its id in the catalogue.
    #[arg(long, requires = "device")]
    pub setting: Option<String>,
    /// Why is this application meant for the device, or not? Its id.
    #[arg(long, requires = "device", conflicts_with = "setting")]
    pub app: Option<String>,
    #[command(flatten)]
    pub connection: Connection,
    /// Print the answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Ask, and print the answer as a tree of reasons.
pub async fn run_explain(options: ExplainOptions) -> Result<bool, ApiError> {
    let asked = [
        ("user", &options.user),
        ("group", &options.group),
        ("licence", &options.licence),
        ("role", &options.role),
        ("assignment", &options.assignment),
        ("signIn", &options.sign_in),
        ("device", &options.device),
        ("setting", &options.setting),
        ("app", &options.app),
    ];
    let query: Vec<String> =
        asked.iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(value.as_ref()?)))).collect();
    let api = Api::connect(&options.connection).await?;
    let answer = api.get(&format!("/beta/explain?{}", query.join("&"))).await?;
    if options.json {
        println!("{answer:#}");
    } else {
        print(&answer, 0);
    }
    Ok(true)
}

/// A reason is an object with a `text`, and perhaps `because`: the reasons behind it.
fn print(reason: &Value, depth: usize) {
    if let Some(text) = reason.get("text").and_then(Value::as_str) {
        println!("{}{text}", "  ".repeat(depth));
    }
    for behind in reason.get("because").and_then(Value::as_array).into_iter().flatten() {
        print(behind, depth + 1);
    }
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
