//! Devices by the thousand against the built server, over TLS with certificates and signed assertions: idle check-ins, 100,000
//! that poll, as many as can be that stay connected, a policy on its way to them, a storm of joins; and the real agent at rest.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ::fleet::{AgentDevice, Door, Organisation};
use castellan_agent::trial::TrialDevice;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::castellan::{Castellan, create, post};
use crate::commits::scratch;
use crate::process;

/// How long a load is measured.
const SPAN: Duration = Duration::from_secs(8);
/// Addresses that the devices come from.
const SOURCES: u8 = 8;
/// How many join at once, where no storm is meant.
const AT_ONCE: usize = 64;
/// File descriptors that a process needs besides its connections.
const DESCRIPTORS_BESIDES: usize = 1_500;
/// How often a device that was told to come back does.
const TRIES: usize = 30;
/// Where the built agent is, unless `CASTELLAN_AGENT_BIN` says otherwise.
const AGENT: &str = "target/release/castellan-agent";

/// A server with a door to it.
pub struct Field {
    pub server: Castellan,
    pub door: Door,
    organisation: Organisation,
    api: cli::Api,
}

impl Field {
    pub async fn new(name: &str) -> Result<Field, String> {
        let server = Castellan::start(&scratch(name).join("server"))?;
        let door = Door::new(&server.url, &server.bootstrap()?.ca_pem, SOURCES).await?;
        let organisation = Organisation::new(server.api().await?).await?;
        let api = server.api().await?;
        Ok(Field { server, door, organisation, api })
    }

    /// So many devices join, so many at once; each is tried again when the server is busy. Those that were lost are missing.
    pub async fn join(&self, devices: usize, at_once: usize) -> Result<Vec<AgentDevice>, String> {
        let (_, token) = self.organisation.join_token(devices).await?;
        let turn = Arc::new(Semaphore::new(at_once));
        let mut joining = JoinSet::new();
        for n in 0..devices {
            let (door, token, turn) = (self.door.clone(), token.clone(), turn.clone());
            joining.spawn(async move {
                let _turn = turn.acquire_owned().await;
                for attempt in 0..TRIES {
                    if let Ok(mut device) = AgentDevice::join(&door, n, &token).await {
                        device.hang_up();
                        return Some(device);
                    }
                    tokio::time::sleep(Duration::from_millis(50 << attempt.min(6))).await;
                }
                None
            });
        }
        let mut joined = Vec::with_capacity(devices);
        while let Some(device) = joining.join_next().await {
            joined.extend(device.map_err(|e| e.to_string())?);
        }
        Ok(joined)
    }

    /// How many rows the log and the journal have.
    async fn rows(&self) -> Result<u64, String> {
        let answer = self.api.get("/beta/auditLogs/verify").await.map_err(|e| e.to_string())?;
        let streams = answer.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(streams.iter().filter_map(|stream| stream.get("rows")?.as_u64()).sum())
    }

    fn processor(&self) -> f64 {
        process::processor_seconds(&self.server.process())
    }

    fn resident(&self) -> f64 {
        process::resident_bytes(&self.server.process()) as f64
    }
}

/// A load of check-ins.
pub struct CheckIns {
    pub per_second: f64,
    pub per_core_second: f64,
    pub cores: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Rows that were written meanwhile, for each thousand check-ins.
    pub rows_per_thousand: f64,
}

/// Devices that have nothing new check in again and again.
pub async fn check_ins(connections: usize) -> Result<CheckIns, String> {
    let field = Field::new("check-ins").await?;
    let mut devices = field.join(connections, AT_ONCE).await?;
    for device in &mut devices {
        device.check_in(&field.door).await?;
    }
    let rows = field.rows().await?;
    let (begun, processor) = (Instant::now(), field.processor());
    let ends = begun + SPAN;
    let mut living = JoinSet::new();
    for mut device in devices {
        let door = field.door.clone();
        living.spawn(async move {
            let mut times = ::fleet::Latencies::default();
            while Instant::now() < ends {
                let start = Instant::now();
                device.check_in(&door).await?;
                times.add(start.elapsed());
            }
            Ok::<_, String>(times)
        });
    }
    let mut all = ::fleet::Summary::default();
    while let Some(times) = living.join_next().await {
        let times = times.map_err(|e| e.to_string())??;
        all.merge(&::fleet::Summary { check_ins: times, ..::fleet::Summary::default() });
    }
    let (took, processor) = (begun.elapsed().as_secs_f64(), field.processor() - processor);
    let (count, written) = (all.check_ins.count() as f64, field.rows().await?.saturating_sub(rows) as f64);
    field.server.stop()?;
    Ok(CheckIns {
        per_second: count / took,
        per_core_second: count / processor.max(0.01),
        cores: processor / took,
        p50_ms: all.check_ins.percentile_ms(0.5),
        p99_ms: all.check_ins.percentile_ms(0.99),
        rows_per_thousand: written * 1000.0 / count.max(1.0),
    })
}

/// A fleet that polls every quarter of an hour.
pub struct Polling {
    pub devices: usize,
    pub joined_per_second: f64,
    pub per_second: f64,
    pub cores: f64,
    pub p99_ms: f64,
    pub failed: u64,
    pub resident_mb: f64,
}

/// So many devices are known, and as many poll each second as poll when each does every 15 minutes; each opens a connection and a
/// session of its own, as a device does that slept.
pub async fn polling(count: usize) -> Result<Polling, String> {
    let field = Field::new("polling").await?;
    let begun = Instant::now();
    let mut devices = field.join(count, AT_ONCE).await?;
    let joined_per_second = devices.len() as f64 / begun.elapsed().as_secs_f64();
    let lost = (count - devices.len()) as u64;
    let each_second = count.div_ceil(15 * 60);
    let (begun, processor) = (Instant::now(), field.processor());
    let failed = Arc::new(AtomicU64::new(lost));
    let mut times = ::fleet::Summary::default();
    let mut polling = JoinSet::new();
    for second in 0..SPAN.as_secs() * 3 {
        for _ in 0..each_second {
            let Some(mut device) = devices.pop() else { break };
            let (door, failed) = (field.door.clone(), failed.clone());
            polling.spawn(async move {
                let start = Instant::now();
                if device.check_in(&door).await.is_err() {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                start.elapsed()
            });
        }
        while let Some(done) = polling.try_join_next() {
            times.check_ins.add(done.map_err(|e| e.to_string())?);
        }
        tokio::time::sleep_until((begun + Duration::from_secs(second + 1)).into()).await;
    }
    while let Some(done) = polling.join_next().await {
        times.check_ins.add(done.map_err(|e| e.to_string())?);
    }
    let (took, processor) = (begun.elapsed().as_secs_f64(), field.processor() - processor);
    let resident_mb = field.resident() / 1e6;
    field.server.stop()?;
    Ok(Polling {
        devices: count,
        joined_per_second,
        per_second: times.check_ins.count() as f64 / took,
        cores: processor / took,
        p99_ms: times.check_ins.percentile_ms(0.99),
        failed: failed.load(Ordering::Relaxed),
        resident_mb,
    })
}

/// Devices whose wake streams stay open.
pub struct Connected {
    pub devices: usize,
    pub bytes_each: f64,
    /// Processors that the server keeps busy while nothing happens.
    pub idle_cores: f64,
    /// From the change of a policy until a device has worked it through, in milliseconds.
    pub applied_ms: Vec<f64>,
}

/// Connect so many devices, see what they cost, then change a policy that reaches `reached` of them, so many times.
pub async fn connected(count: usize, reached: usize, changes: usize) -> Result<Connected, String> {
    let field = Field::new("connected").await?;
    let policy = policy(&field.api).await?;
    let mut devices = field.join(count.max(reached), AT_ONCE).await?;
    let mut quiet = devices.split_off(reached);
    for device in &mut devices {
        device.check_in(&field.door).await?;
    }
    for device in &mut quiet {
        device.check_in(&field.door).await?;
        device.hang_up();
    }
    // What they reported is the directory's; and the first streams live in memory that their check-ins gave back.
    let first = quiet.len() / 4;
    let mut open = Vec::new();
    let mut before = 0.0;
    for (n, mut device) in quiet.into_iter().enumerate() {
        if n == first {
            before = field.resident();
        }
        open.push(device.wakes(&field.door).await?);
    }
    let bytes_each = (field.resident() - before) / (open.len() - first).max(1) as f64;
    let processor = field.processor();
    tokio::time::sleep(SPAN).await;
    let idle_cores = (field.processor() - processor) / SPAN.as_secs_f64();
    let connected = open.len();
    drop(open);
    let mut applied_ms = Vec::new();
    let mut streams = Vec::new();
    for mut device in devices {
        let wakes = device.wakes(&field.door).await?;
        streams.push((device, wakes));
    }
    for n in 0..changes {
        let start = Instant::now();
        let mut applying = JoinSet::new();
        for (mut device, mut wakes) in std::mem::take(&mut streams) {
            let door = field.door.clone();
            applying.spawn(async move {
                wakes.next().await?;
                device.check_in(&door).await?;
                Ok::<_, String>((device, wakes, start.elapsed()))
            });
        }
        field.api.patch(&policy, &settings(n)).await.map_err(|e| e.to_string())?;
        while let Some(done) = applying.join_next().await {
            let (device, wakes, took) = done.map_err(|e| e.to_string())??;
            applied_ms.push(took.as_secs_f64() * 1e3);
            streams.push((device, wakes));
        }
    }
    field.server.stop()?;
    Ok(Connected { devices: connected, bytes_each, idle_cores, applied_ms })
}

/// A policy for all devices; its path.
async fn policy(api: &cli::Api) -> Result<String, String> {
    let policies = "/beta/deviceManagement/configurationPolicies";
    let id = create(api, policies, &settings(usize::MAX)).await?;
    let target = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" });
    post(api, &format!("{policies}/{id}/assign"), &json!({ "assignments": [{ "target": target }] })).await?;
    Ok(format!("{policies}/{id}"))
}

fn settings(n: usize) -> Value {
    let value = json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue", "value": format!("notice {n}"),
    });
    let instance = json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": "linux.login.issue", "simpleSettingValue": value,
    });
    let setting =
        json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting", "settingInstance": instance });
    json!({ "name": "Notice", "platforms": "linux", "technologies": "linuxMdm", "settings": [setting] })
}

/// A storm of joins.
pub struct Storm {
    pub devices: usize,
    pub joined: usize,
    /// What the directory knows of them afterwards.
    pub managed: u64,
    pub seconds: f64,
}

/// All devices are enrolled anew at the same moment.
pub async fn storm(count: usize) -> Result<Storm, String> {
    let field = Field::new("storm").await?;
    let begun = Instant::now();
    let joined = field.join(count, count).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let mut well = 0;
    for mut device in joined {
        well += usize::from(device.check_in(&field.door).await.is_ok());
        device.hang_up();
    }
    let found = field.api.get("/v1.0/deviceManagement/managedDevices?$top=1&$count=true").await;
    let found = found.map_err(|e| e.to_string())?;
    let managed = found.get("@odata.count").and_then(Value::as_u64).unwrap_or(0);
    field.server.stop()?;
    Ok(Storm { devices: count, joined: well, managed, seconds })
}

/// The real agent, connected and with nothing to do.
pub struct IdleAgent {
    pub resident_mb: f64,
    pub processor_percent: f64,
}

pub async fn idle_agent(span: Duration) -> Result<IdleAgent, String> {
    let field = Field::new("agent").await?;
    let (_, token) = field.organisation.join_token(1).await?;
    let root = scratch("agent-root");
    let looks = TrialDevice::healthy("bench", "XYZ-0001");
    std::fs::create_dir_all(root.join("etc/castellan"))
        .and_then(|()| looks.furnish(&root))
        .map_err(|e| e.to_string())?;
    let orders = json!({
        "server": field.server.url, "token": token, "certificateAuthority": field.server.bootstrap()?.ca_pem,
    });
    std::fs::write(root.join("etc/castellan/join.json"), orders.to_string()).map_err(|e| e.to_string())?;
    let agent = start_agent(&root)?;
    let process = agent.0.id().to_string();
    // It joins, is told what there is to do, and comes to rest.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = process::processor_seconds(&process);
    tokio::time::sleep(span).await;
    let used = process::processor_seconds(&process) - before;
    let resident_mb = process::resident_bytes(&process) as f64 / 1e6;
    drop(agent);
    field.server.stop()?;
    Ok(IdleAgent { resident_mb, processor_percent: used / span.as_secs_f64() * 100.0 })
}

/// A running agent, which ends with this.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_agent(root: &Path) -> Result<Agent, String> {
    let binary = std::env::var("CASTELLAN_AGENT_BIN").unwrap_or_else(|_| AGENT.to_owned());
    let binary = std::path::absolute(&binary).map_err(|e| e.to_string())?;
    let mut command = Command::new(&binary);
    command.args(["run", "--root"]).arg(root).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(Agent).map_err(|e| format!("cannot start {}: {e}", binary.display()))
}

/// How many connections this process, and with it the server, can hold.
pub fn connections_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3)?.parse::<usize>().ok()).unwrap_or(1024);
    soft.saturating_sub(DESCRIPTORS_BESIDES)
}
