//! How often one address may be wrong. Only failures count, so that an office behind one address works all day.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use directory::Time;

use crate::error::Problem;

/// So many wrong passwords, secrets, codes or user codes per address and window.
const FAILURES_MAX: u32 = 200;
const WINDOW: Duration = Duration::from_secs(60);
/// So many addresses are remembered; when there are more, the window starts anew for all.
const ADDRESSES_MAX: usize = 16_384;

#[derive(Default)]
pub(crate) struct Throttle(Mutex<Window>);

#[derive(Default)]
struct Window {
    began: Time,
    failures: HashMap<IpAddr, u32>,
}

impl Throttle {
    /// Refuse an address that was wrong too often.
    pub(crate) fn admit(&self, address: Option<IpAddr>, at: Time) -> Result<(), Problem> {
        let window = self.window(at);
        let failures = address.and_then(|address| window.failures.get(&group(address)).copied()).unwrap_or(0);
        if failures < FAILURES_MAX { Ok(()) } else { Err(Problem::busy(WINDOW.as_secs())) }
    }

    /// Remember that an address was wrong.
    pub(crate) fn failed(&self, address: Option<IpAddr>, at: Time) {
        let mut window = self.window(at);
        if let Some(address) = address {
            *window.failures.entry(group(address)).or_insert(0) += 1;
        }
    }

    fn window(&self, at: Time) -> std::sync::MutexGuard<'_, Window> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if at.since(window.began) >= WINDOW || at < window.began || window.failures.len() >= ADDRESSES_MAX {
            *window = Window { began: at, failures: HashMap::new() };
        }
        window
    }
}

/// One household has a whole /64 of IPv6.
pub(crate) fn group(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_wrong_too_often_waits_and_others_do_not() {
        let throttle = Throttle::default();
        let (one, other) = (Some(IpAddr::from([192, 0, 2, 1])), Some(IpAddr::from([192, 0, 2, 2])));
        let at = Time::from_unix(1_800_000_000);
        for _ in 0..FAILURES_MAX {
            assert!(throttle.admit(one, at).is_ok());
            throttle.failed(one, at);
        }
        assert_eq!(throttle.admit(one, at).map_err(|p| p.status), Err(http::StatusCode::TOO_MANY_REQUESTS));
        assert!(throttle.admit(other, at).is_ok() && throttle.admit(None, at).is_ok());
        assert!(throttle.admit(one, at + WINDOW).is_ok());
    }
}
