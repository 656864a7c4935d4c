//! `castellan sim fleet`: let so many devices join and live for a while, and say what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cli::{Api, Connection};
use reqwest::{Certificate, Client};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Failure;
use crate::agent_device::{AgentDevice, Wakes};
use crate::browser::Browser;
use crate::door::Door;
use crate::faults::{Fault, Faults};
use crate::key::below;
use crate::linux_pc::{LinuxPc, Requirement, Tokens};
use crate::organisation::{Organisation, Person};
use crate::summary::Summary;

/// How many Linux PCs one simulated person has.
const PCS_OF_ONE: usize = 20;
/// The most devices of one run: what a join token lets in.
const DEVICES_MAX: usize = 100_000;

#[derive(clap::Subcommand, Clone, Debug)]
pub enum SimCommand {
    /// Let simulated devices join a server and check in, over the true wire protocols.
    Fleet(Box<FleetOptions>),
}

#[derive(clap::Args, Clone, Debug)]
pub struct FleetOptions {
    #[command(flatten)]
    pub connection: Connection,
    /// How many devices.
    #[arg(long, default_value_t = 100)]
    pub devices: usize,
    /// Of a hundred devices so many are Linux PCs that join by device registration and are managed as Intune manages Linux; the
    /// others have Castellan's agent.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub linux_percent: u8,
    /// Seconds between two check-ins of a device.
    #[arg(long, default_value_t = 60)]
    pub every: u64,
    /// For how many seconds, once all have joined.
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// How many join at once.
    #[arg(long, default_value_t = 32)]
    pub at_once: usize,
    /// Agents keep their wake stream open, and check in when they are woken.
    #[arg(long)]
    pub connected: bool,
    /// What goes wrong: lost-response, half-session, clock-skew, cloned-disk, restored-backup, revoked-certificate.
    #[arg(long, value_delimiter = ',')]
    pub faults: Vec<Fault>,
    /// Of a thousand occasions a fault strikes so often.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(0..=1000))]
    pub fault_per_mille: u64,
    /// From how many addresses of this machine devices connect, for a server on this machine: one has some 28,000 ports.
    #[arg(long, default_value_t = 1)]
    pub source_addresses: u8,
}

/// What all devices of a run share.
struct Stage {
    door: Door,
    organisation: Organisation,
    faults: Faults,
    every: Duration,
    ends: Instant,
    connected: bool,
}

/// Run the sub-command; true when nothing failed.
pub async fn run_sim(command: SimCommand) -> Result<bool, Failure> {
    let SimCommand::Fleet(options) = command;
    let summary = run(&options).await?;
    print!("{summary}");
    Ok(summary.failed() == 0)
}

async fn run(options: &FleetOptions) -> Result<Summary, Failure> {
    if !(1..=DEVICES_MAX).contains(&options.devices) {
        return Err(format!("`--devices` must be between 1 and {DEVICES_MAX}"));
    }
    let api = Api::connect(&options.connection).await.map_err(|e| e.to_string())?;
    let server = api.server().to_owned();
    let authority = api.authority().ok_or("give the authority of the server with `--ca-file` or `--bootstrap`")?;
    let authority = std::fs::read_to_string(authority).map_err(|e| format!("the authority cannot be read: {e}"))?;
    let door = Door::new(&server, &authority, options.source_addresses).await?;
    let organisation = Organisation::new(api).await?;
    let pcs = options.devices * usize::from(options.linux_percent) / 100;
    let agents = options.devices - pcs;

    let begun = Instant::now();
    let mut summary = Summary::default();
    let (token_id, token) = organisation.join_token(agents).await?;
    let joined = join_agents(&door, agents, options.at_once, &token, &mut summary).await;
    let joined_pcs = join_pcs(&organisation, (&server, &authority), pcs, &mut summary).await;
    organisation.revoke_token(&token_id).await?;
    summary.joining = begun.elapsed();
    let joined_pcs = joined_pcs?;

    let stage = Arc::new(Stage {
        door,
        organisation,
        faults: Faults { kinds: options.faults.clone(), per_mille: options.fault_per_mille },
        every: Duration::from_secs(options.every.max(1)),
        ends: Instant::now() + Duration::from_secs(options.seconds),
        connected: options.connected,
    });
    let begun = Instant::now();
    let mut living = JoinSet::new();
    for device in joined {
        let copy = stage.faults.strikes(Fault::ClonedDisk).then(|| device.cloned());
        if let Some(copy) = copy {
            summary.fault(Fault::ClonedDisk.name());
            living.spawn(live(stage.clone(), copy));
        }
        living.spawn(live(stage.clone(), device));
    }
    for pc in joined_pcs {
        living.spawn(live_pc(stage.clone(), pc));
    }
    while let Some(lived) = living.join_next().await {
        summary.merge(&lived.map_err(|e| e.to_string())?);
    }
    summary.running = begun.elapsed();
    Ok(summary)
}

/// All agents join, so many at once.
async fn join_agents(
    door: &Door,
    agents: usize,
    at_once: usize,
    token: &str,
    summary: &mut Summary,
) -> Vec<AgentDevice> {
    let turn = Arc::new(Semaphore::new(at_once.max(1)));
    let mut joining = JoinSet::new();
    let mut joined = Vec::with_capacity(agents);
    for n in 0..agents {
        let (door, turn, token) = (door.clone(), turn.clone(), token.to_owned());
        joining.spawn(async move {
            let _turn = turn.acquire_owned().await;
            let start = Instant::now();
            let device = AgentDevice::join(&door, n, &token).await;
            (device, start.elapsed())
        });
    }
    while let Some(done) = joining.join_next().await {
        match done {
            Ok((Ok(mut device), took)) => {
                summary.joins.add(took);
                summary.agents_joined += 1;
                // A connection that is idle until everybody has joined is worth nothing.
                device.hang_up();
                joined.push(device);
            }
            Ok((Err(why), _)) => summary.fail("join", &why),
            Err(why) => summary.fail("join", &why.to_string()),
        }
    }
    joined
}

async fn join_pcs(
    organisation: &Organisation,
    (server, authority): (&str, &str),
    pcs: usize,
    summary: &mut Summary,
) -> Result<Vec<LinuxPc>, Failure> {
    let mut joined = Vec::new();
    if pcs == 0 {
        return Ok(joined);
    }
    let authorities = Certificate::from_pem_bundle(authority.as_bytes()).map_err(|e| e.to_string())?;
    let http = Client::builder().tls_certs_only(authorities).build().map_err(|e| e.to_string())?;
    let people = organisation.people(pcs.div_ceil(PCS_OF_ONE)).await?;
    let place = (server, organisation.tenant.as_str());
    for (n, person) in (0..pcs).map(|n| (n, people.get(n / PCS_OF_ONE))) {
        let Some(person) = person else { break };
        let start = Instant::now();
        match join_pc(&http, place, authority, person, n).await {
            Ok(pc) => {
                summary.joins.add(start.elapsed());
                summary.pcs_joined += 1;
                joined.push(pc);
            }
            Err(why) => summary.fail("join of a Linux PC", &why),
        }
    }
    Ok(joined)
}

async fn join_pc(
    http: &Client,
    place: (&str, &str),
    authority: &str,
    person: &Person,
    n: usize,
) -> Result<LinuxPc, Failure> {
    let answers = [("loginfmt", person.name.as_str()), ("passwd", person.pass.as_str())];
    let tokens = Tokens::sign_in(http, place, &Browser::new(authority)?, &answers).await?;
    let mut pc = LinuxPc::join(http, place, &format!("sim-pc-{n:06}"), &tokens).await?;
    pc.sign_in(&tokens.refresh).await?;
    pc.enrol().await?;
    Ok(pc)
}

/// A device with our agent, until the run ends.
async fn live(stage: Arc<Stage>, mut device: AgentDevice) -> Summary {
    let mut summary = Summary::default();
    if stage.faults.strikes(Fault::ClockSkew) {
        summary.fault(Fault::ClockSkew.name());
        let days = i64::try_from(below(8_000)).unwrap_or(0) - 4_000;
        device.skew = days * 86_400;
    }
    let mut is_revoked = false;
    let mut wakes: Option<Wakes> = None;
    // Devices that were started together do not stay together.
    let spread = stage.every.mul_f64(below(1_000) as f64 / 1_000.0);
    let mut due = Instant::now() + spread;
    while due < stage.ends {
        match &mut wakes {
            None => tokio::time::sleep_until(due.into()).await,
            Some(stream) => tokio::select! {
                () = tokio::time::sleep_until(due.into()) => {}
                next = stream.next() => match next {
                    Ok(()) => summary.wakes += 1,
                    Err(_) => wakes = None,
                },
            },
        }
        due = Instant::now() + stage.every;
        if misfortune(&stage, &mut device, &mut is_revoked, &mut summary).await {
            continue;
        }
        let start = Instant::now();
        match device.check_in(&stage.door).await {
            Ok(_) if is_revoked => summary.let_in += 1,
            Ok(told) => {
                summary.check_ins.add(start.elapsed());
                if told.ended.is_some() {
                    summary.ended += 1;
                    break;
                }
            }
            Err(_) if is_revoked => {
                summary.shut_out += 1;
                break;
            }
            Err(why) => {
                // A copy of a revoked disk is refused like the disk.
                let is_refusal = ["DeviceDisabled", "DeviceUnknown", "TokenInvalid"].contains(&why.as_str());
                if is_refusal && stage.faults.kinds.contains(&Fault::RevokedCertificate) {
                    summary.shut_out += 1;
                    break;
                }
                summary.fail("check-in", &why);
                device.hang_up();
                wakes = None;
            }
        }
        if stage.connected && wakes.is_none() && !is_revoked {
            match device.wakes(&stage.door).await {
                Ok(stream) => wakes = Some(stream),
                Err(why) => summary.fail("wake stream", &why),
            }
        }
        if !stage.connected && stage.every > Duration::from_secs(10) {
            device.hang_up();
        }
    }
    summary
}

/// What goes wrong instead of a check-in, or before it. True: there is no check-in this time.
async fn misfortune(stage: &Stage, device: &mut AgentDevice, is_revoked: &mut bool, summary: &mut Summary) -> bool {
    let faults = &stage.faults;
    if !*is_revoked && faults.strikes(Fault::RevokedCertificate) {
        match stage.organisation.disable(&device.device_id).await {
            Ok(()) => {
                summary.fault(Fault::RevokedCertificate.name());
                *is_revoked = true;
            }
            Err(why) => summary.fail("disabling a device", &why),
        }
    }
    if faults.strikes(Fault::RestoredBackup) {
        summary.fault(Fault::RestoredBackup.name());
        device.restore();
    }
    if !*is_revoked && faults.strikes(Fault::HalfSession) {
        summary.fault(Fault::HalfSession.name());
        if let Err(why) = device.open_session(&stage.door).await
            && !faults.kinds.contains(&Fault::RevokedCertificate)
        {
            summary.fail("session", &why);
        }
        device.hang_up();
        return true;
    }
    if !*is_revoked && faults.strikes(Fault::LostResponse) {
        summary.fault(Fault::LostResponse.name());
        let _ = device.check_in_deaf(&stage.door).await;
        return true;
    }
    false
}

/// A Linux PC, until the run ends: it reports what its policies want to hear.
async fn live_pc(stage: Arc<Stage>, pc: LinuxPc) -> Summary {
    let mut summary = Summary::default();
    let spread = stage.every.mul_f64(below(1_000) as f64 / 1_000.0);
    let mut due = Instant::now() + spread;
    while due < stage.ends {
        tokio::time::sleep_until(due.into()).await;
        due = Instant::now() + stage.every;
        let start = Instant::now();
        match pc.check_in(|wanted: &Requirement| wanted.expected.clone()).await {
            Ok(_) => summary.check_ins.add(start.elapsed()),
            Err(why) => summary.fail("check-in of a Linux PC", &why),
        }
    }
    summary
}
