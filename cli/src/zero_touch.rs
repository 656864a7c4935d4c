//! `castellan zero-touch`: devices that join by themselves on their first boot. Registers them, makes join tokens, and prints what
//! goes into an image or an installer.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::api::{Api, ApiError, Connection};

const TOKENS: &str = "/beta/deviceManagement/joinTokens";
const REGISTERED: &str = "/beta/deviceManagement/importedDeviceIdentities";
const SECONDS_PER_DAY: i64 = 86_400;

#[derive(clap::Subcommand, Clone, Debug)]
pub enum ZeroTouchCommand {
    /// Register devices by serial number before they are first switched on.
    Register {
        #[command(flatten)]
        connection: Connection,
        /// The serial numbers, as the firmware says them.
        #[arg(required_unless_present_any = ["file", "endorsement_key"])]
        serial: Vec<String>,
        /// The SHA-256 of the endorsement key of the device's TPM, as `castellan-agent endorsement-key` shows it: the device has to
        /// prove that it is that TPM's. With a serial number it is one device's; alone, the TPM is enough.
        #[arg(long, conflicts_with = "file", value_name = "SHA256")]
        endorsement_key: Option<String>,
        /// A file with one serial number on each line.
        #[arg(long)]
        file: Option<PathBuf>,
    },
    /// Make a join token and print what lets a device join with it.
    New(Box<New>),
    /// Show the join tokens, without the tokens.
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Take a join token back: no further device joins with it.
    Revoke {
        #[command(flatten)]
        connection: Connection,
        id: String,
    },
}

#[derive(clap::Args, Clone, Debug)]
pub struct New {
    #[command(flatten)]
    connection: Connection,
    /// What the token is for.
    #[arg(long)]
    name: String,
    /// How many devices may join with it.
    #[arg(long, default_value_t = 1)]
    devices: u32,
    /// For how many days.
    #[arg(long, default_value_t = 7)]
    days: i64,
    /// The id of a group that the devices become members of. May be given again.
    #[arg(long)]
    group: Vec<String>,
    /// Only devices that were registered in advance.
    #[arg(long)]
    registered_only: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::CloudInit)]
    format: Format,
    /// Where the device fetches the agent's Debian package; without it the image has the agent already.
    #[arg(long, requires = "package_sha256")]
    package_url: Option<String>,
    /// The package's SHA-256, which the device checks before it installs.
    #[arg(long, requires = "package_url")]
    package_sha256: Option<String>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// User data for cloud-init.
    CloudInit,
    /// Lines for the answers file of the Debian installer.
    Preseed,
    /// Only /etc/castellan/join.json.
    File,
}

/// Run a sub-command.
pub async fn run_zero_touch(command: ZeroTouchCommand) -> Result<bool, ApiError> {
    match command {
        ZeroTouchCommand::Register { connection, mut serial, file, endorsement_key } => {
            if endorsement_key.is_some() && serial.len() > 1 {
                return Err(ApiError("one TPM is in one device: give one serial number with it, or none".to_owned()));
            }
            if let Some(path) = file {
                let text = std::fs::read_to_string(&path)
                    .map_err(|e| ApiError(format!("cannot read `{}`: {e}", path.display())))?;
                serial.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
            }
            let api = Api::connect(&connection).await?;
            let mut all = true;
            let ty = if serial.is_empty() { "unknown" } else { "serialNumber" };
            if serial.is_empty() {
                serial.extend(endorsement_key.clone());
            }
            for number in serial {
                let mut body = json!({"importedDeviceIdentityType": ty, "importedDeviceIdentifier": number});
                if let (Some(key), Some(members)) = (&endorsement_key, body.as_object_mut()) {
                    members.insert("endorsementKeySha256".to_owned(), key.as_str().into());
                }
                match api.post(REGISTERED, &body, "application/json").await {
                    Ok(_) => println!("registered {number}"),
                    Err(why) => {
                        all = false;
                        eprintln!("castellan: {number}: {why}");
                    }
                }
            }
            return Ok(all);
        }
        ZeroTouchCommand::New(new) => print!("{}", make(*new).await?),
        ZeroTouchCommand::List { connection } => {
            let answer = Api::connect(&connection).await?.get(TOKENS).await?;
            answer.get("value").and_then(Value::as_array).into_iter().flatten().for_each(show);
        }
        ZeroTouchCommand::Revoke { connection, id } => {
            Api::connect(&connection).await?.delete(&format!("{TOKENS}/{id}")).await?;
        }
    }
    Ok(true)
}

async fn make(new: New) -> Result<String, ApiError> {
    let api = Api::connect(&new.connection).await?;
    let expires = jiff::Timestamp::now().as_second().saturating_add(new.days.saturating_mul(SECONDS_PER_DAY));
    let expires = jiff::Timestamp::from_second(expires)
        .map_err(|_| ApiError(format!("{} days from now is no date", new.days)))?;
    let body = json!({
        "displayName": new.name,
        "maximumDeviceCount": new.devices,
        "expirationDateTime": expires.to_string(),
        "groupIds": new.group,
        "isRegistrationRequired": new.registered_only,
    });
    let answer = api.post(TOKENS, &body, "application/json").await?.body;
    let token = answer.get("token").and_then(Value::as_str);
    let token = token.ok_or_else(|| ApiError("the server made a token and did not show it; revoke it".to_owned()))?;
    let mut orders = json!({"server": api.server(), "token": token});
    if let (Some(path), Some(members)) = (api.authority(), orders.as_object_mut()) {
        let pem =
            std::fs::read_to_string(path).map_err(|e| ApiError(format!("cannot read `{}`: {e}", path.display())))?;
        members.insert("certificateAuthority".to_owned(), pem.into());
    }
    let package = new.package_url.as_deref().zip(new.package_sha256.as_deref());
    Ok(printed(new.format, &orders, package))
}

/// What goes into an image or an installer.
fn printed(format: Format, orders: &Value, package: Option<(&str, &str)>) -> String {
    let install = package.map(|(url, sha256)| {
        let (url, sha256) = (quoted(url), quoted(&format!("{sha256}  /run/castellan-agent.deb")));
        format!(
            "curl -fsSL --retry 5 -o /run/castellan-agent.deb {url} && echo {sha256} | sha256sum -c - && \
             apt-get install -y /run/castellan-agent.deb"
        )
    });
    match format {
        Format::File => format!("{orders:#}\n"),
        Format::CloudInit => {
            let mut text = String::from(
                "#cloud-config\nwrite_files:\n  - path: /etc/castellan/join.json\n    owner: root:root\n    \
                 permissions: \"0600\"\n    content: |\n",
            );
            for line in format!("{orders:#}").lines() {
                text.push_str(&format!("      {line}\n"));
            }
            text.push_str("runcmd:\n");
            if let Some(install) = install {
                // JSON is YAML (YAML 1.2 §1.3).
                text.push_str(&format!("  - {}\n", json!(["sh", "-c", install])));
            }
            text.push_str("  - [systemctl, enable, --now, castellan-agent.service]\n");
            text
        }
        Format::Preseed => {
            let orders = quoted(&orders.to_string());
            let mut script =
                format!("umask 077; mkdir -p /etc/castellan; printf %s {orders} > /etc/castellan/join.json");
            if let Some(install) = install {
                script.push_str("; ");
                script.push_str(&install);
            }
            format!(
                "d-i pkgsel/include string ca-certificates curl\nd-i preseed/late_command string in-target sh -c {}\n",
                quoted(&script)
            )
        }
    }
}

/// One word for a shell (POSIX 2.2.2).
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn show(token: &Value) {
    let text = |name: &str| token.get(name).and_then(Value::as_str).unwrap_or("-");
    let number = |name: &str| token.get(name).and_then(Value::as_i64).unwrap_or(0);
    let only = if token.get("isRegistrationRequired").and_then(Value::as_bool) == Some(true) {
        ", registered only"
    } else {
        ""
    };
    println!(
        "{} {}: {} of {} devices until {}{only}",
        text("id"),
        text("displayName"),
        number("joinedDeviceCount"),
        number("maximumDeviceCount"),
        text("expirationDateTime")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_holds_the_orders_whole_and_installs_only_what_was_named() {
        let orders = json!({"server": "https://id.xyz.example", "token": "t.s'x"});
        let cloud = printed(Format::CloudInit, &orders, Some(("https://xyz.example/a.deb", "00ff")));
        assert!(cloud.starts_with("#cloud-config\n") && cloud.contains("permissions: \"0600\""), "{cloud}");
        assert!(cloud.contains("sha256sum -c -") && cloud.contains("00ff  /run"), "{cloud}");
        assert!(!printed(Format::CloudInit, &orders, None).contains("curl"));
        let preseed = printed(Format::Preseed, &orders, None);
        assert_eq!(preseed.lines().count(), 2, "{preseed}");
        let file: Value = serde_json::from_str(&printed(Format::File, &orders, None)).expect("JSON");
        assert_eq!(file, orders);
    }

    #[test]
    fn a_shell_reads_the_word_back() {
        for text in ["plain", "it's", "$(reboot) `x` \"y\" \\", ""] {
            let read = std::process::Command::new("sh").args(["-c", &format!("printf %s {}", quoted(text))]).output();
            assert_eq!(String::from_utf8_lossy(&read.expect("a shell").stdout), text);
        }
    }
}
