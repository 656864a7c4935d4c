//! Named locations: which of them a sign-in comes from, and whether one of them is trusted.

use std::net::IpAddr;

use directory::{Id, Object, Snapshot};
use schema::named_location::{
    COUNTRIES_AND_REGIONS, INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS, IP_NAMED_LOCATION, IP_RANGES, IS_TRUSTED,
    NAMED_LOCATION,
};

use super::cidr::{Cidr, Ranges};

/// All named locations of a tenant, ready to be asked.
#[derive(Debug, Default)]
pub struct Locations {
    ids: Vec<Id>,
    trusted: Vec<bool>,
    ranges: Ranges<usize>,
    countries: Vec<Country>,
}

#[derive(Debug)]
struct Country {
    location: usize,
    codes: Vec<String>,
    includes_unknown: bool,
}

/// Where a sign-in comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub locations: Vec<Id>,
    pub is_trusted: bool,
}

impl Locations {
    #[must_use]
    pub fn of(now: &Snapshot) -> Locations {
        let mut locations = Locations::default();
        let mut ranges = Vec::new();
        for object in now.all(&NAMED_LOCATION) {
            let at = locations.ids.len();
            locations.ids.push(object.id);
            if now.is_a(object, &IP_NAMED_LOCATION) {
                locations.trusted.push(object.is(IS_TRUSTED));
                ranges.extend(ranges_of(object).filter_map(Result::ok).map(|cidr| (cidr, at)));
            } else {
                locations.trusted.push(false);
                let codes = object.get(COUNTRIES_AND_REGIONS).unwrap_or_default();
                locations.countries.push(Country {
                    location: at,
                    codes: codes.into_iter().map(str::to_ascii_uppercase).collect(),
                    includes_unknown: object.is(INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS),
                });
            }
        }
        locations.ranges = Ranges::new(ranges);
        locations
    }

    /// Where an address and a country belong. Of an unknown address nothing is trusted.
    #[must_use]
    pub fn place(&self, address: Option<IpAddr>, country: Option<&str>) -> Place {
        let mut found: Vec<usize> = address.into_iter().flat_map(|address| self.ranges.holding(address)).collect();
        let country = country.map(str::to_ascii_uppercase);
        found.extend(self.countries.iter().filter(|c| c.holds(country.as_deref())).map(|c| c.location));
        found.sort_unstable();
        found.dedup();
        Place {
            is_trusted: found.iter().any(|at| self.trusted.get(*at).copied().unwrap_or(false)),
            locations: found.iter().filter_map(|at| self.ids.get(*at).copied()).collect(),
        }
    }
}

impl Country {
    fn holds(&self, country: Option<&str>) -> bool {
        match country {
            Some(code) => self.codes.iter().any(|known| known == code),
            None => self.includes_unknown,
        }
    }
}

/// The ranges of a location, each read or with what is wrong with it.
pub(crate) fn ranges_of(object: &Object) -> impl Iterator<Item = Result<Cidr, (String, &'static str)>> {
    object.get(IP_RANGES).unwrap_or_default().into_iter().map(|range| {
        let text = range.text("cidrAddress").unwrap_or_default().to_owned();
        Cidr::parse(&text).map_err(|wrong| (text, wrong))
    })
}
