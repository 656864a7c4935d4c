//! Where this device is, as the location service of the system says: GeoClue, asked over D-Bus for one answer and left alone again.
//!
//! Deliberately absent: any other way to find out (addresses, networks nearby). Where there is no such service, or it is switched
//! off, the device says so.

use std::path::PathBuf;
use std::time::Duration;

use agent_wire::Location;
use futures_util::StreamExt;
use tokio::time::timeout;
use zbus::Connection;
use zbus::connection::Builder;
use zbus::proxy::{CacheProperties, Proxy};
use zbus::zvariant::OwnedObjectPath;

use crate::agent::Outcome;
use crate::facts::now_unix_seconds;
use crate::root::Root;

const SERVICE: &str = "org.freedesktop.GeoClue2";
const MANAGER_PATH: &str = "/org/freedesktop/GeoClue2/Manager";
const MANAGER: &str = "org.freedesktop.GeoClue2.Manager";
const CLIENT: &str = "org.freedesktop.GeoClue2.Client";
const LOCATION: &str = "org.freedesktop.GeoClue2.Location";
/// What GeoClue knows the agent by; its configuration beside the agent allows it.
const DESKTOP_ID: &str = "castellan-agent";
/// `GClueAccuracyLevel`: exact.
const EXACT: u32 = 8;
/// How long the service has to find out: nothing else is done meanwhile.
const WAIT: Duration = Duration::from_secs(20);
/// GeoClue's word for an altitude that it does not know: the least double.
const NO_ALTITUDE: f64 = f64::MIN;
/// Where programs meet on a system.
const BUS: &str = "/run/dbus/system_bus_socket";

/// Why it is not known.
enum Unknown {
    /// There is nobody to ask, or they may not say.
    NoSource(String),
    NoAnswer(String),
}

/// Asks once.
pub(crate) async fn locate(root: &Root) -> Outcome {
    let socket = root.place(BUS);
    if !socket.exists() {
        return Outcome::NotSupported(
            "this device has no location service: nothing answers on the system's bus".into(),
        );
    }
    match timeout(WAIT, ask(socket)).await {
        Ok(Ok(location)) => Outcome::Located(location),
        Ok(Err(Unknown::NoSource(why))) => Outcome::NotSupported(format!("this device has no location service: {why}")),
        Ok(Err(Unknown::NoAnswer(why))) => Outcome::Failed(format!("the location service did not say: {why}")),
        Err(_) => Outcome::Failed(format!("the location service found nothing out within {} seconds", WAIT.as_secs())),
    }
}

async fn ask(socket: PathBuf) -> Result<Location, Unknown> {
    let no_source = |error: zbus::Error| Unknown::NoSource(error.to_string());
    let no_answer = |error: zbus::Error| Unknown::NoAnswer(error.to_string());
    let address = format!("unix:path={}", socket.display());
    let bus = Builder::address(address.as_str()).map_err(no_source)?.build().await.map_err(no_source)?;
    let manager = proxy(&bus, MANAGER_PATH, MANAGER).await.map_err(no_source)?;
    let client: OwnedObjectPath = manager.call("GetClient", &()).await.map_err(no_source)?;
    let client = proxy(&bus, client.as_str(), CLIENT).await.map_err(no_answer)?;
    let set = |error: zbus::fdo::Error| Unknown::NoAnswer(error.to_string());
    client.set_property("DesktopId", DESKTOP_ID).await.map_err(set)?;
    client.set_property("RequestedAccuracyLevel", EXACT).await.map_err(set)?;
    let mut updates = client.receive_signal("LocationUpdated").await.map_err(no_answer)?;
    // A service that is switched off, or may not tell this program, says so here.
    client.call::<_, _, ()>("Start", &()).await.map_err(no_source)?;
    let found = match updates.next().await {
        Some(update) => {
            let (_, new): (OwnedObjectPath, OwnedObjectPath) =
                update.body().deserialize().map_err(|error| Unknown::NoAnswer(error.to_string()))?;
            read(&bus, new.as_str()).await
        }
        None => Err(Unknown::NoAnswer("it went away".into())),
    };
    let _ = client.call::<_, _, ()>("Stop", &()).await;
    found
}

async fn read(bus: &Connection, path: &str) -> Result<Location, Unknown> {
    let no_answer = |error: zbus::Error| Unknown::NoAnswer(error.to_string());
    let place = proxy(bus, path, LOCATION).await.map_err(no_answer)?;
    let latitude: f64 = place.get_property("Latitude").await.map_err(no_answer)?;
    let longitude: f64 = place.get_property("Longitude").await.map_err(no_answer)?;
    let accuracy: f64 = place.get_property("Accuracy").await.map_err(no_answer)?;
    let altitude: f64 = place.get_property("Altitude").await.unwrap_or(NO_ALTITUDE);
    let location = Location::of_degrees(latitude, longitude, now_unix_seconds());
    let location = location.ok_or_else(|| Unknown::NoAnswer("what it says is no place on Earth".into()))?;
    // Metres, within what a number holds; what is not a number is not known.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let accuracy_meters = (accuracy.is_finite() && (0.0..=4e9).contains(&accuracy)).then(|| accuracy.round() as u32);
    #[allow(clippy::cast_possible_truncation)]
    let altitude_meters = (altitude.is_finite() && altitude.abs() < 1e6).then(|| altitude.round() as i32);
    Ok(Location { accuracy_meters, altitude_meters, ..location })
}

async fn proxy<'a>(bus: &Connection, path: &'a str, interface: &'static str) -> zbus::Result<Proxy<'a>> {
    zbus::proxy::Builder::new(bus)
        .destination(SERVICE)?
        .path(path)?
        .interface(interface)?
        .cache_properties(CacheProperties::No)
        .build()
        .await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::net::UnixStream;
    use std::process::{Child, Command, Stdio};
    use std::time::Instant;

    use zbus::object_server::SignalEmitter;
    use zbus::zvariant::ObjectPath;

    use super::*;
    use crate::trial::scratch;

    /// How long anything here may take.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// A bus of its own, in a tree that stands for a machine.
    struct Bus(Child);

    impl Bus {
        fn start(root: &Root) -> Bus {
            let socket = root.place(BUS);
            std::fs::create_dir_all(socket.parent().unwrap()).unwrap();
            let configuration = root.place("/run/dbus/bus.conf");
            let text = format!(
                "<busconfig><type>custom</type><listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context='default'>\
                 <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/></policy></busconfig>",
                socket.display()
            );
            std::fs::write(&configuration, text).unwrap();
            let mut bus = Command::new("dbus-daemon");
            bus.arg("--nofork").arg(format!("--config-file={}", configuration.display()));
            let child = bus.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let bus = Bus(child);
            let began = Instant::now();
            while UnixStream::connect(&socket).is_err() {
                assert!(began.elapsed() < PATIENCE, "the bus does not begin");
                std::thread::sleep(Duration::from_millis(10));
            }
            bus
        }
    }

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    struct Manager;

    #[zbus::interface(name = "org.freedesktop.GeoClue2.Manager")]
    impl Manager {
        fn get_client(&self) -> OwnedObjectPath {
            ObjectPath::from_static_str_unchecked("/org/freedesktop/GeoClue2/Client/1").into()
        }
    }

    struct Client {
        desktop_id: String,
        may: &'static str,
    }

    #[zbus::interface(name = "org.freedesktop.GeoClue2.Client")]
    impl Client {
        async fn start(&self, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> zbus::fdo::Result<()> {
            if self.desktop_id != self.may {
                return Err(zbus::fdo::Error::AccessDenied("geolocation is disabled".into()));
            }
            let (none, new) = ("/", "/org/freedesktop/GeoClue2/Client/1/Location/0");
            let path = |text: &'static str| ObjectPath::from_static_str_unchecked(text);
            Self::location_updated(&emitter, path(none), path(new)).await?;
            Ok(())
        }

        fn stop(&self) {}

        #[zbus(signal)]
        async fn location_updated(
            emitter: &SignalEmitter<'_>,
            old: ObjectPath<'_>,
            new: ObjectPath<'_>,
        ) -> zbus::Result<()>;

        #[zbus(property)]
        fn desktop_id(&self) -> String {
            self.desktop_id.clone()
        }

        #[zbus(property)]
        fn set_desktop_id(&mut self, id: String) {
            self.desktop_id = id;
        }

        #[zbus(property)]
        fn requested_accuracy_level(&self) -> u32 {
            0
        }

        #[zbus(property)]
        fn set_requested_accuracy_level(&mut self, _level: u32) {}
    }

    struct Place;

    #[zbus::interface(name = "org.freedesktop.GeoClue2.Location")]
    impl Place {
        #[zbus(property)]
        fn latitude(&self) -> f64 {
            52.52
        }

        #[zbus(property)]
        fn longitude(&self) -> f64 {
            -13.405
        }

        #[zbus(property)]
        fn accuracy(&self) -> f64 {
            24.6
        }

        #[zbus(property)]
        fn altitude(&self) -> f64 {
            NO_ALTITUDE
        }
    }

    async fn service(root: &Root, may: &'static str) -> Connection {
        let address = format!("unix:path={}", root.place(BUS).display());
        loop {
            let client = Client { desktop_id: String::new(), may };
            let bus = Builder::address(address.as_str()).unwrap().name(SERVICE).unwrap();
            let bus = bus.serve_at(MANAGER_PATH, Manager).unwrap();
            let bus = bus.serve_at("/org/freedesktop/GeoClue2/Client/1", client).unwrap();
            let bus = bus.serve_at("/org/freedesktop/GeoClue2/Client/1/Location/0", Place).unwrap();
            match bus.build().await {
                // The bus has not noticed yet that the one before is gone.
                Err(zbus::Error::NameTaken) => tokio::time::sleep(Duration::from_millis(10)).await,
                built => return built.unwrap(),
            }
        }
    }

    #[tokio::test]
    async fn the_service_of_the_system_is_asked_and_its_absence_is_said() {
        tokio::time::timeout(PATIENCE, asked()).await.unwrap();
    }

    async fn asked() {
        let root = Root::confined(&scratch("location")).unwrap();
        let said = |outcome: Outcome| match outcome {
            Outcome::NotSupported(why) => why,
            other => panic!("{other:?}"),
        };
        assert!(said(locate(&root).await).contains("no location service"), "there is no bus");
        let _bus = Bus::start(&root);
        assert!(said(locate(&root).await).contains("no location service"), "nobody offers it");
        let denies = service(&root, "somebody-else").await;
        assert!(said(locate(&root).await).contains("disabled"), "it may not say");
        denies.close().await.unwrap();
        let _service = service(&root, DESKTOP_ID).await;
        let Outcome::Located(found) = locate(&root).await else { panic!("it knows") };
        assert_eq!((found.latitude_e7, found.longitude_e7), (525_200_000, -134_050_000));
        assert_eq!((found.accuracy_meters, found.altitude_meters), (Some(25), None));
    }
}
