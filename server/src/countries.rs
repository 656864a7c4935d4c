//! From which country an address is: looked up in a file of the MaxMind DB format that the operator supplies and renews.
//!
//! Deliberately absent: any such file of our own, cities, and asking a service on the network.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use maxminddb::{PathElement, Reader};

/// Files of countries are a few megabytes; one with cities fits too.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How often it is looked whether the file was replaced.
pub const WATCH_EVERY: Duration = Duration::from_secs(10);

/// Where the known publishers of such files keep the code of the country.
const CODES: [&[PathElement<'static>]; 2] =
    [&[PathElement::Key("country"), PathElement::Key("iso_code")], &[PathElement::Key("country_code")]];

/// The countries of addresses; of none where the operator gave no file. Cheap to clone.
#[derive(Clone, Default)]
pub struct Countries(Option<Arc<Source>>);

struct Source {
    path: PathBuf,
    current: RwLock<Version>,
}

struct Version {
    reader: Reader<Vec<u8>>,
    /// What told it from the version before.
    written: (Option<SystemTime>, u64),
}

impl Countries {
    /// The countries of a file; why it cannot be used otherwise.
    pub fn open(path: &Path) -> Result<Countries, String> {
        let current = RwLock::new(Version::read(path)?);
        Ok(Countries(Some(Arc::new(Source { path: path.to_owned(), current }))))
    }

    /// The ISO 3166 code of the country that an address is in, where the file knows it.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> Option<String> {
        let source = self.0.as_ref()?;
        let version = source.current.read().unwrap_or_else(PoisonError::into_inner);
        let found = version.reader.lookup(address.to_canonical()).ok()?;
        CODES.iter().find_map(|path| found.decode_path::<String>(path).ok()?).filter(|code| code.len() == 2)
    }

    /// Whether the file was replaced since it was read, and if so, take the new one. One that cannot be read is refused and
    /// the old one stays.
    pub fn renew(&self) -> Result<bool, String> {
        let Some(source) = &self.0 else { return Ok(false) };
        let known = source.current.read().unwrap_or_else(PoisonError::into_inner).written;
        if written(&source.path)? == known {
            return Ok(false);
        }
        let next = Version::read(&source.path)?;
        *source.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(true)
    }

    /// Look again and again whether the file was replaced.
    pub async fn watch(self) {
        let mut every = tokio::time::interval(WATCH_EVERY);
        // What is wrong is said once, not every few seconds.
        let mut said = None;
        loop {
            every.tick().await;
            let outcome = self.renew();
            match &outcome {
                Ok(true) => tracing::info!("the file of countries was read again"),
                Ok(false) => {}
                Err(why) if said.as_ref() != Some(why) => {
                    tracing::error!(why, "the file of countries cannot be read again; the old one stays");
                }
                Err(_) => {}
            }
            said = outcome.err();
        }
    }
}

impl Version {
    fn read(path: &Path) -> Result<Version, String> {
        let said = |error: String| format!("cannot read the countries in {}: {error}", path.display());
        let written = written(path).map_err(&said)?;
        if written.1 > FILE_BYTES_MAX {
            return Err(said(format!("it has more than {FILE_BYTES_MAX} bytes")));
        }
        let bytes = std::fs::read(path).map_err(|error| said(error.to_string()))?;
        let reader = Reader::from_source(bytes).map_err(|error| said(error.to_string()))?;
        Ok(Version { reader, written })
    }
}

fn written(path: &Path) -> Result<(Option<SystemTime>, u64), String> {
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    Ok((about.modified().ok(), about.len()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A file of the MaxMind DB format 2.0 for IPv4: a search tree of 24-bit records, a separator, the data, the metadata.
    /// Each network is `(first address, prefix length, country)`.
    fn mmdb(networks: &[([u8; 4], u32, &str)]) -> Vec<u8> {
        let mut data = Vec::new();
        let mut tree: Vec<[Option<Leaf>; 2]> = vec![[None, None]];
        for (address, length, country) in networks {
            let at = data.len();
            let text = |text: &str| [&[0x40 | text.len() as u8], text.as_bytes()].concat();
            data.extend([&[0xe1][..], &text("country"), &[0xe1], &text("iso_code"), &text(country)].concat());
            let (bits, mut node) = (u32::from_be_bytes(*address), 0);
            for depth in 0..*length {
                let side = (bits >> (31 - depth) & 1) as usize;
                if depth + 1 == *length {
                    tree[node][side] = Some(Leaf::Data(at));
                } else {
                    node = match tree[node][side] {
                        Some(Leaf::Node(next)) => next,
                        _ => {
                            tree.push([None, None]);
                            let next = tree.len() - 1;
                            tree[node][side] = Some(Leaf::Node(next));
                            next
                        }
                    };
                }
            }
        }
        let count = tree.len();
        let record = |leaf: &Option<Leaf>| match leaf {
            None => count,
            Some(Leaf::Node(node)) => *node,
            Some(Leaf::Data(at)) => count + 16 + at,
        };
        let mut file: Vec<u8> = Vec::new();
        for side in tree.iter().flatten() {
            file.extend(&(record(side) as u32).to_be_bytes()[1..]);
        }
        file.extend([0; 16]);
        file.extend(data);
        file.extend(b"\xab\xcd\xefMaxMind.com");
        let key = |name: &str| [&[0x40 | name.len() as u8], name.as_bytes()].concat();
        let number = |value: u32| [&[0xc4][..], &value.to_be_bytes()].concat();
        let short = |value: u16| [&[0xa2][..], &value.to_be_bytes()].concat();
        file.push(0xe9);
        for (name, value) in [
            ("node_count", number(count as u32)),
            ("record_size", short(24)),
            ("ip_version", short(4)),
            ("database_type", key("Test")),
            ("languages", vec![0x00, 0x04]),
            ("binary_format_major_version", short(2)),
            ("binary_format_minor_version", short(0)),
            ("build_epoch", vec![0x08, 0x02, 0, 0, 0, 0, 0, 0, 0, 1]),
            ("description", vec![0xe0]),
        ] {
            file.extend(key(name));
            file.extend(value);
        }
        file
    }

    #[derive(Clone, Copy)]
    enum Leaf {
        Node(usize),
        Data(usize),
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("castellan-countries-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn an_address_is_in_the_country_that_the_file_says() {
        let path = folder("of").join("countries.mmdb");
        std::fs::write(&path, mmdb(&[([192, 0, 2, 0], 24, "DE"), ([198, 51, 100, 0], 24, "FR")])).unwrap();
        let countries = Countries::open(&path).unwrap();
        for (address, expect) in [
            ("192.0.2.77", Some("DE")),
            ("::ffff:192.0.2.77", Some("DE")),
            ("198.51.100.1", Some("FR")),
            ("203.0.113.1", None),
            ("2001:db8::1", None),
        ] {
            assert_eq!(countries.of(address.parse().unwrap()).as_deref(), expect, "{address}");
        }
        assert_eq!(Countries::default().of("192.0.2.77".parse().unwrap()), None, "without a file nothing is known");
    }

    #[test]
    fn a_file_that_is_replaced_counts_at_once_and_a_broken_one_never() {
        let path = folder("renew").join("countries.mmdb");
        std::fs::write(&path, mmdb(&[([192, 0, 2, 0], 24, "DE")])).unwrap();
        let countries = Countries::open(&path).unwrap();
        let here = "192.0.2.1".parse().unwrap();
        assert_eq!(countries.renew(), Ok(false));
        std::fs::write(&path, mmdb(&[([192, 0, 2, 0], 24, "FR"), ([198, 51, 100, 0], 24, "DE")])).unwrap();
        assert_eq!((countries.renew(), countries.of(here).as_deref()), (Ok(true), Some("FR")));
        std::fs::write(&path, b"nothing of the kind").unwrap();
        assert!(countries.renew().is_err());
        assert_eq!(countries.of(here).as_deref(), Some("FR"));
        assert!(Countries::open(&path).is_err());
        assert!(Countries::open(Path::new("/nowhere/countries.mmdb")).is_err());
    }
}
