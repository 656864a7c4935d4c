//! `castellan-agent`: the commands a person or a service manager types on a device. All work is the library's.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::ExitCode;

use agent_wire::{ApprovalWord, JoinType};
use castellan_agent::approvals::{self, Approver};
use castellan_agent::{Agent, AgentError, Ended, JoinOptions, Origin, Root, device_code, first_boot, status, update};
use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "castellan-agent",
    version,
    about = "Joins this device to a Castellan server and keeps it as its organisation wants it"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Join an organisation
    Join(Join),
    /// Keep the device in its desired state until stopped
    Run {
        /// Check in once and end
        #[arg(long)]
        once: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Say who manages this device and whether it is in order
    Status {
        /// For programs
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Show the sign-ins that wait for your approval
    Approvals {
        #[command(flatten)]
        place: Place,
    },
    /// Approve the sign-in that waits
    Approve {
        /// The number that the page of the sign-in shows
        number: i64,
        /// Whose sign-in, where those of several people wait
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Refuse the sign-in that waits
    Deny {
        /// Somebody else is signing in: tell the administrators
        #[arg(long)]
        report: bool,
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Show by what this machine's TPM is registered in advance: the SHA-256 of its endorsement key
    EndorsementKey,
    /// Say one word to the server as this device and end: how a newer agent is tried before it is installed
    #[command(hide = true)]
    Try {
        #[command(flatten)]
        place: Place,
    },
    /// Give settings back, remove apps and forget the organisation
    Leave {
        /// Leave although the server cannot be told
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
struct Place {
    /// Confine every effect to this folder instead of the machine
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

#[derive(Args)]
struct Join {
    /// The server's public URL
    #[arg(long, value_name = "URL")]
    server: String,
    /// PEM of the only authorities that may vouch for the server
    #[arg(long, value_name = "PEM")]
    ca_file: Option<PathBuf>,
    /// A file with the person's access token, or with a join token; without it the person signs in with a code
    #[arg(long, value_name = "FILE", conflicts_with = "device_code")]
    token_file: Option<PathBuf>,
    /// Show a code with which the person signs in elsewhere (the default)
    #[arg(long)]
    device_code: bool,
    /// Tenant id or domain that the person signs in to
    #[arg(long, default_value = "organizations")]
    tenant: String,
    /// The device's name instead of its host name
    #[arg(long)]
    name: Option<String>,
    /// The device is the person's own: register it instead of joining it
    #[arg(long)]
    personal: bool,
    #[command(flatten)]
    place: Place,
}

#[tokio::main]
async fn main() -> ExitCode {
    castellan_agent::log::begin();
    match obey(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("castellan-agent: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(command: Command) -> Result<(), AgentError> {
    match command {
        Command::Join(join) => joined(join).await,
        Command::Run { once, place } => {
            let dir = place.root.as_deref();
            let mut agent = if first_boot::is_due(&Root::from_option(dir)?) {
                tokio::select! {
                    joined = first_boot::join(dir) => joined?,
                    () = stop_signal() => return Ok(()),
                }
            } else {
                Agent::open(dir)?
            };
            let ended = if once { agent.check_in_once().await? } else { agent.run(stop_signal()).await? };
            match ended {
                Some(Ended::Retired) => println!("this device was retired and belongs to no organisation any more"),
                Some(Ended::Wiped) => println!("this device was wiped"),
                Some(Ended::Replaced) if dir.is_none() => return Err(run_instead()),
                Some(Ended::Replaced) => println!("this agent was replaced by another version"),
                None => {}
            }
            Ok(())
        }
        Command::Status { json, place } => {
            // Looking makes nothing: a folder that is not there has not joined.
            let root = match place.root.as_deref() {
                Some(dir) if !dir.is_dir() => return Err(format!("`{}` is not a folder", dir.display()).into()),
                dir => Root::from_option(dir)?,
            };
            let text = if json {
                serde_json::to_string_pretty(&status::status(&root)?).map_err(|e| e.to_string())? + "\n"
            } else {
                status::tell(&root)?
            };
            print!("{text}");
            Ok(())
        }
        Command::Approvals { place } => {
            let waiting = Approver::open(place.root.as_deref())?.waiting().await?;
            if waiting.is_empty() {
                println!("no sign-in waits to be approved");
            }
            waiting.iter().for_each(|one| println!("{}", approvals::question(one)));
            Ok(())
        }
        Command::Approve { number, person, place } => {
            let approver = Approver::open(place.root.as_deref())?;
            if approver.decide(person.as_deref(), ApprovalWord::Approve, Some(number)).await? {
                println!("approved");
                return Ok(());
            }
            Err(AgentError::Local("this is not the number on the page; the sign-in is refused".into()))
        }
        Command::Deny { report, person, place } => {
            let word = if report { ApprovalWord::Report } else { ApprovalWord::Deny };
            Approver::open(place.root.as_deref())?.decide(person.as_deref(), word, None).await?;
            println!("refused");
            Ok(())
        }
        Command::EndorsementKey => {
            println!("{}", castellan_agent::endorsement_key()?);
            Ok(())
        }
        Command::Try { place } => {
            println!("{}", update::try_out(place.root.as_deref()).await?);
            Ok(())
        }
        Command::Leave { force, place } => {
            match Agent::open(place.root.as_deref()) {
                Ok(agent) => agent.leave(force).await?,
                Err(_) if force => {
                    for failure in Agent::abandon(place.root.as_deref())? {
                        eprintln!("castellan-agent: not given back: {failure}");
                    }
                }
                Err(why) => return Err(why),
            }
            println!("this device has left");
            Ok(())
        }
    }
}

/// Runs the program that lies in this one's place, with the same arguments, as the same process. Answers only if it cannot.
fn run_instead() -> AgentError {
    let arguments = std::env::args_os().skip(1);
    let why = std::process::Command::new(update::PROGRAM).args(arguments).exec();
    AgentError::Local(format!("the new agent cannot be started: {why}"))
}

async fn joined(join: Join) -> Result<(), AgentError> {
    let read =
        |path: &PathBuf| std::fs::read_to_string(path).map_err(|e| format!("cannot read `{}`: {e}", path.display()));
    let pinned_authorities = join.ca_file.as_ref().map(read).transpose()?;
    let access_token = match &join.token_file {
        Some(path) => read(path)?.trim().to_owned(),
        None => {
            let origin = Origin::new(&join.server, pinned_authorities.as_deref())?;
            device_code::sign_in(&origin, &join.tenant, |prompt| {
                println!(
                    "{}",
                    prompt
                        .message
                        .clone()
                        .unwrap_or_else(|| format!("Open {} and enter {}", prompt.verification_uri, prompt.user_code))
                );
            })
            .await?
        }
    };
    let agent = Agent::join(JoinOptions {
        server: join.server,
        pinned_authorities,
        access_token,
        device_name: join.name,
        join_type: if join.personal { JoinType::Register } else { JoinType::Join },
        root: join.place.root,
    })
    .await?;
    println!("joined as device {}", agent.device_id());
    Ok(())
}

/// SIGTERM or Ctrl-C.
async fn stop_signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
