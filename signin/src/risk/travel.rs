//! `unlikelyTravel`: two sign-ins too far apart for the time between them.
//!
//! Formula: where the coordinates of both are known, medium when the great-circle distance is more than 500 km and would
//! have taken more than 1,000 km/h. Where only the countries are known, low when they differ within one hour.
//!
//! Accuses wrongly: whoever switches a VPN on or off; near a border, where a phone and a line belong to two countries;
//! databases that place a provider's addresses in its head office.

use std::time::Duration;

use directory::{Record, Time};

use super::{Against, Detection, Level};

/// Shorter distances are within the error of the databases.
const DISTANCE_KM_MIN: f64 = 500.0;
/// Nobody travels faster: an airliner does about 900 km/h.
const SPEED_KMH_MAX: f64 = 1000.0;
/// Another country within this time, where no distance is known.
const COUNTRY_CHANGE: Duration = Duration::from_secs(3600);
/// The mean radius of the earth.
const EARTH_KM: f64 = 6371.0;

/// Where somebody was seen, as far as the operator's database knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub at: Time,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// Latitude and longitude in degrees.
    pub coordinates: Option<(f64, f64)>,
}

impl Seen {
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new()
            .with("at", self.at)
            .with_some("country", self.country.as_deref())
            .with_some("latitude", self.coordinates.map(|(latitude, _)| latitude))
            .with_some("longitude", self.coordinates.map(|(_, longitude)| longitude))
    }

    /// Read what [`Seen::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<Seen> {
        let number = |name| match record.get(name) {
            Some(directory::Value::Double(number)) => Some(*number),
            _ => None,
        };
        Some(Seen {
            at: record.time("at")?,
            country: record.text("country").map(str::to_owned),
            coordinates: number("latitude").zip(number("longitude")),
        })
    }
}

/// Whether nobody gets from one place to the other in the time between.
#[must_use]
pub fn unlikely_travel(last: &Seen, here: &Seen) -> Option<Detection> {
    let between = here.at.since(last.at);
    let found = |level, why| Some(Detection { event: "unlikelyTravel", level, against: Against::SignIn, why });
    if let (Some(from), Some(to)) = (last.coordinates, here.coordinates) {
        let km = distance_km(from, to);
        // A minute at least, so that two sign-ins at once do not divide by nothing.
        let hours = (between.as_secs_f64() / 3600.0).max(1.0 / 60.0);
        if km > DISTANCE_KM_MIN && km / hours > SPEED_KMH_MAX {
            return found(Level::Medium, format!("{km:.0} km in {} minutes", between.as_secs() / 60));
        }
        return None;
    }
    match (&last.country, &here.country) {
        (Some(from), Some(to)) if from != to && between < COUNTRY_CHANGE => {
            found(Level::Low, format!("from {from} to {to} in {} minutes", between.as_secs() / 60))
        }
        _ => None,
    }
}

/// The great-circle distance (haversine).
fn distance_km((a_lat, a_lon): (f64, f64), (b_lat, b_lon): (f64, f64)) -> f64 {
    let (a_lat, b_lat) = (a_lat.to_radians(), b_lat.to_radians());
    let half_lat = ((b_lat - a_lat) / 2.0).sin();
    let half_lon = ((b_lon - a_lon).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + a_lat.cos() * b_lat.cos() * half_lon * half_lon;
    2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_unix(1_800_000_000);
    const BERLIN: Option<(f64, f64)> = Some((52.52, 13.40));
    const HAMBURG: Option<(f64, f64)> = Some((53.55, 9.99));
    const NEW_YORK: Option<(f64, f64)> = Some((40.71, -74.01));

    fn seen(minutes: u64, country: Option<&str>, coordinates: Option<(f64, f64)>) -> Seen {
        Seen { at: START + Duration::from_secs(minutes * 60), country: country.map(str::to_owned), coordinates }
    }

    #[test]
    fn nobody_is_in_two_places_at_once() {
        for (what, last, here, expect) in [
            ("Hamburg at once", seen(0, None, BERLIN), seen(0, None, HAMBURG), None),
            ("New York in an hour", seen(0, None, BERLIN), seen(60, None, NEW_YORK), Some(Level::Medium)),
            ("New York in nine hours", seen(0, None, BERLIN), seen(540, None, NEW_YORK), None),
            ("another country soon", seen(0, Some("DE"), None), seen(30, Some("US"), None), Some(Level::Low)),
            ("another country later", seen(0, Some("DE"), None), seen(90, Some("US"), None), None),
            ("the same country", seen(0, Some("DE"), None), seen(1, Some("DE"), None), None),
            ("nobody knows", seen(0, None, None), seen(1, Some("DE"), None), None),
            ("coordinates beat countries", seen(0, Some("DE"), BERLIN), seen(1, Some("DK"), HAMBURG), None),
        ] {
            assert_eq!(unlikely_travel(&last, &here).map(|found| found.level), expect, "{what}");
            assert_eq!(Seen::from_record(&here.to_record()), Some(here), "{what}");
        }
        let km = distance_km((52.52, 13.40), (40.71, -74.01));
        assert!((6380.0..6390.0).contains(&km), "{km}");
    }
}
