//! From options to a running server: open, load, wire, listen; and back to nothing on a signal.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use directory::{TenantId, Time};
use engine::{Clock, Engine, Outgoing, Sink, SystemClock, Tenants};
use keys::Keys;
use store::{Sqlite, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::config::ServeOptions;
use crate::countries::Countries;
use crate::dispatch::Dispatch;
use crate::{collect, descriptors, first_start, house, listen, revocation, sinks, tls};

/// How often keys, certificates, tickets and the journal are tended.
const TEND_EVERY: Duration = Duration::from_secs(600);
/// How long sign-ins, refusals and provisioning records are kept.
pub const JOURNAL_DAYS: i64 = 400;
/// The streams of the journal that expire.
const STREAMS: &[&str] = &["signIns", "provisioning", "deviceReports", signin::risk::RISK_DETECTIONS, engine::REFUSALS];

/// A server that listens.
pub struct Running {
    pub tenants: Tenants,
    pub keys: Keys,
    pub public_url: String,
    pub address: SocketAddr,
    stop: watch::Sender<()>,
    listening: Vec<JoinHandle<()>>,
}

impl Running {
    /// Finish what is being answered, keep everything, end.
    pub async fn stop(self) {
        self.stop.send_replace(());
        self.tenants.end_streams();
        for listener in self.listening {
            let _ = listener.await;
        }
        for engine in self.tenants.all() {
            engine.stop().await;
        }
    }
}

/// Start the server of a data folder, with its first start if the folder is new.
pub async fn start(options: ServeOptions) -> Result<Running, String> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let now = clock.now();
    make_private(&options.data)?;
    let keys = Keys::open(&options.data.join("keys"), now).map_err(|e| format!("cannot open the keys: {e}"))?;
    if let Some(list) = &options.breached_passwords {
        keys.know_breached(list).map_err(|e| format!("`--breached-passwords` cannot be used: {e}"))?;
    }
    let store: Arc<dyn Store> =
        Arc::new(Sqlite::open(&options.data).map_err(|e| format!("cannot open the store: {e}"))?);
    let listener =
        TcpListener::bind(options.listen).await.map_err(|e| format!("cannot listen on {}: {e}", options.listen))?;
    let address = listener.local_addr().map_err(|e| format!("cannot tell the address listened on: {e}"))?;
    let certificate_listener = match options.certificate_listen {
        Some(listen) => {
            let bound = TcpListener::bind(listen).await.map_err(|e| format!("cannot listen on {listen}: {e}"))?;
            Some(bound)
        }
        None => None,
    };
    let public_url = options.public_url(address);
    let tls = tls::prepare(&options, &keys, now)?;

    let outgoing = way_out(&options)?;
    let countries = match &options.countries {
        Some(path) => Countries::open(path)?,
        None => Countries::default(),
    };
    let house = house::house();
    let tenants = Tenants::new();
    let ssf = house::ssf(&tenants, &keys, &public_url, outgoing.clone());
    let oidc = house::oidc(&tenants, &keys, &public_url, &countries, outgoing);
    let mut oidc = oidc.with_networks(networks(&options)?);
    if let Some(url) = &options.certificate_url {
        let lists = oidc::RevocationLists::default();
        oidc = oidc.asking_for_certificates_at(url, lists.clone());
        tokio::spawn(revocation::keep(tenants.clone(), lists));
    }
    if let Some(file) = &options.passkey_roots {
        let roots = std::fs::read_to_string(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
        oidc = oidc.believing_makers(&roots);
    }
    let agent = house::agent(&tenants, &keys, &public_url);
    let join = house::join(&tenants, &keys, &public_url, options.certificate_url.as_deref());
    let devices = agent.clone();
    let oidc = oidc.waking_devices_by(Arc::new(move |tenant, user| devices.approval_waits(tenant, user)));
    let mut known: Vec<(TenantId, bool)> =
        store.tenants().map_err(|e| e.to_string())?.into_iter().map(|tenant| (tenant, false)).collect();
    let is_first_start = known.is_empty();
    if is_first_start || options.first.another {
        known.push((keys::random_uuid(), true));
    }
    for (tenant, is_new) in known {
        if is_new && tenants.by_domain(&options.first.domain).is_some() {
            continue;
        }
        keys.ensure_tenant(tenant, now).map_err(|e| format!("cannot prepare the tenant's keys: {e}"))?;
        let chance = u128::from_be_bytes(keys::random_bytes());
        let engine = Engine::start(store.clone(), tenant, house.clone(), clock.clone(), chance)
            .map_err(|e| format!("cannot load the tenant {tenant}: {e}"))?;
        tenants.add(engine.clone());
        if is_new {
            let told = match is_first_start {
                true => "bootstrap.json".to_owned(),
                false => format!("bootstrap-{}.json", options.first.domain),
            };
            first_start::found(&engine, &keys, &options, &public_url, &told).await?;
        }
        first_start::bring_up_to_date(&engine, &public_url).await?;
        for domain in first_start::domains(&engine.snapshot()) {
            tenants.add_domain(&domain, tenant);
        }
        deliver(&engine, &keys, &options, (&oidc, &ssf))?;
    }

    let dispatch = Arc::new(Dispatch {
        tenants: tenants.clone(),
        graph: graph::Graph::new(tenants.clone(), keys.clone(), graph::Settings { public_url: public_url.clone() }),
        oidc,
        agent,
        join,
        linux: house::linux(&tenants, &keys, &public_url),
        ssf,
    });
    if options.countries.is_some() {
        tokio::spawn(countries.watch());
    }
    tokio::spawn(collect::keep(tenants.clone()));
    let (stop, stopped) = watch::channel(());
    let (config, current, renew_at) = tls;
    let asking = tls::asking_for_certificates(current.clone())?;
    tokio::spawn(tend(options, keys.clone(), tenants.clone(), store, clock, current, renew_at));
    let doors = [(Some(listener), config, false), (certificate_listener, asking, true)];
    let budget = Arc::new(listen::Budget::new(descriptors::connections_max()));
    let mut listening = Vec::new();
    for (listener, config, asks_for_certificates) in doors {
        let Some(listener) = listener else { continue };
        let door = listen::Door { tls: TlsAcceptor::from(config), asks_for_certificates };
        let mut stopped = stopped.clone();
        let stopped = async move { drop(stopped.changed().await) };
        listening.push(tokio::spawn(listen::serve(listener, door, dispatch.clone(), budget.clone(), stopped)));
    }
    Ok(Running { tenants, keys, public_url, address, stop, listening })
}

/// Run until the operator says stop.
pub async fn serve(options: ServeOptions) -> Result<(), String> {
    let running = start(options).await?;
    println!("listening on {}", running.public_url);
    wait_for_signal().await?;
    running.stop().await;
    Ok(())
}

/// Wait for SIGTERM or SIGINT.
pub async fn wait_for_signal() -> Result<(), String> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|e| format!("cannot listen for signals: {e}"));
    let (mut term, mut int) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Ok(())
}

/// The way to servers of others.
fn way_out(options: &ServeOptions) -> Result<Arc<dyn Outgoing>, String> {
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).map_err(|e| format!("cannot read the authorities in {}: {e}", path.display()))
    };
    let authorities = options.outgoing_ca.as_ref().map(read).transpose()?.unwrap_or_default();
    Ok(Arc::new(crate::outgoing::WayOut::new(&options.outgoing_allow, &authorities)?))
}

/// What the operator says of networks.
fn networks(options: &ServeOptions) -> Result<signin::risk::Networks, String> {
    let Some(path) = &options.risk_networks else { return Ok(signin::risk::Networks::default()) };
    let text =
        std::fs::read_to_string(path).map_err(|e| format!("cannot read the networks in {}: {e}", path.display()))?;
    signin::risk::Networks::parse(&text).map_err(|why| format!("the networks in {}: {why}", path.display()))
}

/// The data folder is for the server's eyes only: it holds keys, verifiers and everybody's data.
fn make_private(folder: &std::path::Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |e: std::io::Error| format!("cannot prepare the folder {}: {e}", folder.display());
    if folder.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(failed)
}

fn deliver(
    engine: &Engine,
    keys: &Keys,
    options: &ServeOptions,
    (oidc, ssf): (&oidc::Oidc, &ssf::Ssf),
) -> Result<(), String> {
    let mut sinks: HashMap<&'static str, Arc<dyn Sink>> = sinks::all(keys, options, oidc)?;
    sinks.insert(signin::signals::TOPIC, ssf.sink());
    let (engine, ssf, pushed) = (engine.clone(), ssf.clone(), engine.clone());
    tokio::spawn(async move { ssf.push(pushed).await });
    tokio::spawn(async move { engine.pump_outbox(sinks).await });
    Ok(())
}

/// Rotate keys, renew the certificate, forget what has expired.
async fn tend(
    options: ServeOptions,
    keys: Keys,
    tenants: Tenants,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    current: Arc<tls::Current>,
    mut renew_at: Option<Time>,
) {
    let mut every = tokio::time::interval(TEND_EVERY);
    loop {
        every.tick().await;
        let now = clock.now();
        if renew_at.is_some_and(|at| at <= now) {
            match tls::renew(&options, &keys, &current, now) {
                Ok(next) => renew_at = Some(next),
                Err(error) => tracing::error!(error, "the TLS certificate could not be renewed"),
            }
        }
        for engine in tenants.all() {
            tend_tenant(engine.tenant(), &keys, store.as_ref(), now);
        }
        if let Err(fault) = store.ticket_expire(now) {
            tracing::warn!(%fault, "expired tickets could not be removed");
        }
    }
}

fn tend_tenant(tenant: TenantId, keys: &Keys, store: &dyn Store, now: Time) {
    if let Err(fault) = keys.tend(tenant, now) {
        tracing::error!(%fault, "signing keys could not be rotated");
    }
    for stream in STREAMS {
        if let Err(fault) = store.journal_expire(tenant, stream, now.plus_days(-JOURNAL_DAYS)) {
            tracing::warn!(%fault, stream, "old rows of the journal could not be removed");
        }
    }
}
