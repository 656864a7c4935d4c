//! What somebody proved, when, and how long it counts. Kept in sessions, codes and refresh tokens; a token says no more
//! than this.

use directory::{Id, Record, Time};

use crate::risk::{Place, SignInRisk};

/// The shelf of tickets that hold the sessions of devices, by the SHA-256 of their token; `device` names the object. The
/// agent's protocol opens them, and whoever signs people in takes them as proof of the device.
pub const DEVICE_SESSIONS: &str = "agentSession";

/// A way of proving who one is. Its [`Method::mode`] is the word by which authentication strengths know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Password,
    /// Good for one sign-in. Counts as two factors, but neither as passwordless nor as phishing-resistant.
    TemporaryAccessPassOneTime,
    TemporaryAccessPassMultiUse,
    /// A passkey that verified its owner (WebAuthn with UV): two factors in one.
    Fido2,
    /// A passkey that was only touched: the possession factor beside a password.
    Fido2Touch,
    SoftwareOath,
    HardwareOath,
    /// A code from the list that was given out at registration; each is used up by its use.
    RecoveryCode,
    /// A code sent by mail: how guests sign in, and never a second factor.
    Email,
    /// A number typed on an enrolled device that asked for it.
    AuthenticatorPush,
    X509CertificateSingleFactor,
    X509CertificateMultiFactor,
    /// An identity provider that is trusted said who it is.
    FederatedSingleFactor,
    FederatedMultiFactor,
    WindowsHelloForBusiness,
}

/// What a method shows (NIST SP 800-63B §2): two different ones make two factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    Knowledge,
    Possession,
    /// Two at once.
    Both,
    /// Says who it is, but adds nothing to another factor.
    Neither,
}

impl Method {
    pub const ALL: [Method; 15] = [
        Method::Password,
        Method::TemporaryAccessPassOneTime,
        Method::TemporaryAccessPassMultiUse,
        Method::Fido2,
        Method::Fido2Touch,
        Method::SoftwareOath,
        Method::HardwareOath,
        Method::RecoveryCode,
        Method::Email,
        Method::AuthenticatorPush,
        Method::X509CertificateSingleFactor,
        Method::X509CertificateMultiFactor,
        Method::FederatedSingleFactor,
        Method::FederatedMultiFactor,
        Method::WindowsHelloForBusiness,
    ];

    /// As `authenticationMethodModes` has it; Castellan's own word where Graph has none.
    #[must_use]
    pub const fn mode(self) -> &'static str {
        match self {
            Method::Password => "password",
            Method::TemporaryAccessPassOneTime => "temporaryAccessPassOneTime",
            Method::TemporaryAccessPassMultiUse => "temporaryAccessPassMultiUse",
            Method::Fido2 => "fido2",
            Method::Fido2Touch => "fido2Touch",
            Method::SoftwareOath => "softwareOath",
            Method::HardwareOath => "hardwareOath",
            Method::RecoveryCode => "recoveryCode",
            Method::Email => "email",
            Method::AuthenticatorPush => "microsoftAuthenticatorPush",
            Method::X509CertificateSingleFactor => "x509CertificateSingleFactor",
            Method::X509CertificateMultiFactor => "x509CertificateMultiFactor",
            Method::FederatedSingleFactor => "federatedSingleFactor",
            Method::FederatedMultiFactor => "federatedMultiFactor",
            Method::WindowsHelloForBusiness => "windowsHelloForBusiness",
        }
    }

    /// As the sign-in log writes it (`authenticationDetails`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Method::Password => "Password",
            Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse => "Temporary Access Pass",
            Method::Fido2 | Method::Fido2Touch => "Passkey (FIDO2)",
            Method::SoftwareOath => "OATH verification code",
            Method::HardwareOath => "OATH hardware token",
            Method::RecoveryCode => "Recovery code",
            Method::Email => "Email one-time passcode",
            Method::AuthenticatorPush => "Mobile app notification",
            Method::X509CertificateSingleFactor | Method::X509CertificateMultiFactor => "X.509 certificate",
            Method::FederatedSingleFactor | Method::FederatedMultiFactor => "Federated",
            Method::WindowsHelloForBusiness => "Windows Hello for Business",
        }
    }

    /// What it adds to `amr` (RFC 8176); `mfa` is added for two factors, however they came about.
    #[must_use]
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Method::Password => &["pwd"],
            Method::TemporaryAccessPassOneTime
            | Method::TemporaryAccessPassMultiUse
            | Method::SoftwareOath
            | Method::HardwareOath
            | Method::RecoveryCode
            | Method::Email => &["otp"],
            Method::Fido2 => &["fido", "hwk", "user"],
            Method::Fido2Touch => &["fido", "hwk"],
            Method::AuthenticatorPush => &["mca"],
            Method::X509CertificateSingleFactor | Method::X509CertificateMultiFactor => &["rsa"],
            Method::FederatedSingleFactor | Method::FederatedMultiFactor => &["fed"],
            Method::WindowsHelloForBusiness => &["hwk", "user"],
        }
    }

    #[must_use]
    pub const fn factor(self) -> Factor {
        match self {
            Method::Password | Method::FederatedSingleFactor => Factor::Knowledge,
            Method::Fido2Touch
            | Method::SoftwareOath
            | Method::HardwareOath
            | Method::RecoveryCode
            | Method::AuthenticatorPush
            | Method::X509CertificateSingleFactor => Factor::Possession,
            Method::TemporaryAccessPassOneTime
            | Method::TemporaryAccessPassMultiUse
            | Method::Fido2
            | Method::X509CertificateMultiFactor
            | Method::FederatedMultiFactor
            | Method::WindowsHelloForBusiness => Factor::Both,
            Method::Email => Factor::Neither,
        }
    }

    #[must_use]
    pub fn of_mode(mode: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.mode() == mode)
    }
}

/// One proof that was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    pub method: Method,
    pub at: Time,
    /// What a custom strength may look at: the AAGUID of a passkey, the subject key identifier of a certificate's issuer.
    pub detail: Option<String>,
}

impl Proof {
    #[must_use]
    pub fn of(method: Method, at: Time) -> Proof {
        Proof { method, at, detail: None }
    }
}

/// What a person proved in one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub user: Id,
    /// The session (`sid`).
    pub session: Id,
    /// The newest of each method.
    pub proofs: Vec<Proof>,
    /// When the last proof was given (`auth_time`).
    pub at: Time,
    /// Nothing obtained through this evidence lasts longer: the end of a Temporary Access Pass.
    pub until: Option<Time>,
    /// The device that proved itself.
    pub device: Option<Id>,
    /// What speaks against the session.
    pub risk: SignInRisk,
    /// From where, and with which program, it was begun; for a token, to whom it was given.
    pub place: Place,
}

impl Evidence {
    /// A session of `user` that begins with one proof.
    #[must_use]
    pub fn begin(user: Id, session: Id, proof: Proof) -> Evidence {
        let at = proof.at;
        Evidence {
            user,
            session,
            proofs: vec![proof],
            at,
            until: None,
            device: None,
            risk: SignInRisk::default(),
            place: Place::default(),
        }
    }

    /// With one more proof, in a session of its own name: a step up gets a new one.
    #[must_use]
    pub fn and(mut self, session: Id, proof: Proof) -> Evidence {
        self.session = session;
        self.at = self.at.max(proof.at);
        self.proofs.retain(|known| known.method != proof.method);
        self.proofs.push(proof);
        self
    }

    /// The same, after a new password was chosen in this very session: its proof by password is the new one's.
    #[must_use]
    pub fn renewed(mut self, at: Time) -> Evidence {
        self.at = at;
        self.proofs.iter_mut().filter(|proof| proof.method == Method::Password).for_each(|proof| proof.at = at);
        self
    }

    #[must_use]
    pub fn has(&self, method: Method) -> bool {
        self.proofs.iter().any(|proof| proof.method == method)
    }

    /// When two factors were last proved: the newest proof that is two in one, or the newer of two different ones.
    #[must_use]
    pub fn mfa(&self) -> Option<Time> {
        let newest = |factor| self.proofs.iter().filter(|p| p.method.factor() == factor).map(|proof| proof.at).max();
        let pair = newest(Factor::Knowledge).zip(newest(Factor::Possession)).map(|(one, other)| one.max(other));
        newest(Factor::Both).max(pair)
    }

    /// `amr` without repetitions.
    #[must_use]
    pub fn amr(&self) -> Vec<&'static str> {
        let mut all: Vec<&'static str> = Vec::new();
        let mfa: &[&str] = if self.mfa().is_some() { &["mfa"] } else { &[] };
        for value in self.proofs.iter().flat_map(|proof| proof.method.amr()).chain(mfa) {
            if !all.contains(value) {
                all.push(value);
            }
        }
        all
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        let proof = |proof: &Proof| {
            let record = Record::new().with("mode", proof.method.mode()).with("at", proof.at);
            record.with_some("detail", proof.detail.as_deref())
        };
        Record::new()
            .with("user", self.user)
            .with("session", self.session)
            .with("proofs", self.proofs.iter().map(proof).collect::<Vec<_>>())
            .with("at", self.at)
            .with_some("until", self.until)
            .with_some("device", self.device)
            .with("risk", self.risk.to_record())
            .with("place", self.place.to_record())
    }

    /// Read what [`Evidence::to_record`] wrote; absent if it is something else.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<Evidence> {
        let proof = |proof: &Record| {
            Some(Proof {
                method: Method::of_mode(proof.text("mode")?)?,
                at: proof.time("at")?,
                detail: proof.text("detail").map(str::to_owned),
            })
        };
        Some(Evidence {
            user: record.guid("user")?,
            session: record.guid("session")?,
            proofs: record.records("proofs").filter_map(proof).collect(),
            at: record.time("at")?,
            until: record.time("until"),
            device: record.guid("device"),
            risk: record.record("risk").map(SignInRisk::from_record).unwrap_or_default(),
            place: record.record("place").map(Place::from_record).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: Id = Id::from_u128(1);

    fn proved(methods: &[(Method, i64)]) -> Evidence {
        let proofs = methods.iter().map(|(method, at)| Proof::of(*method, Time::from_unix(*at))).collect();
        let at = Time::from_unix(methods.iter().map(|(_, at)| *at).max().unwrap_or(0));
        Evidence { proofs, at, ..Evidence::begin(USER, Id::from_u128(2), Proof::of(Method::Password, at)) }
    }

    #[test]
    fn evidence_reads_what_it_prints() {
        let mut evidence = proved(&[(Method::Password, 10), (Method::TemporaryAccessPassOneTime, 11)]);
        evidence.device = Some(Id::from_u128(3));
        evidence.until = Some(Time::from_unix(99));
        evidence.place.agent = Some("linux Firefox".into());
        evidence.risk.level = crate::risk::Level::Medium;
        evidence = evidence.and(
            Id::from_u128(4),
            Proof { detail: Some("aaguid".into()), ..Proof::of(Method::Fido2, Time::from_unix(12)) },
        );
        assert_eq!(Evidence::from_record(&evidence.to_record()), Some(evidence.clone()));
        assert_eq!(evidence.amr(), ["pwd", "otp", "fido", "hwk", "user", "mfa"]);
        assert_eq!(Evidence::from_record(&Record::new()), None);
    }

    #[test]
    fn two_factors_are_two_different_ones_or_one_that_is_both() {
        use Method as M;
        for (methods, expect) in [
            (&[(M::Password, 10)][..], None),
            (&[(M::Email, 10), (M::Password, 11)], None),
            (&[(M::SoftwareOath, 10), (M::RecoveryCode, 11)], None),
            (&[(M::Password, 10), (M::SoftwareOath, 20)], Some(20)),
            (&[(M::SoftwareOath, 20), (M::Password, 30)], Some(30)),
            (&[(M::Fido2, 15)], Some(15)),
            (&[(M::Fido2, 15), (M::Password, 40)], Some(15)),
            (&[(M::Password, 40), (M::Fido2Touch, 41)], Some(41)),
            (&[(M::TemporaryAccessPassMultiUse, 7)], Some(7)),
        ] {
            assert_eq!(proved(methods).mfa(), expect.map(Time::from_unix), "{methods:?}");
        }
    }

    #[test]
    fn a_proof_given_again_takes_the_place_of_the_old_one() {
        let again = proved(&[(Method::Password, 10)]).and(USER, Proof::of(Method::Password, Time::from_unix(50)));
        assert_eq!((again.proofs.len(), again.at, again.session), (1, Time::from_unix(50), USER));
    }

    #[test]
    fn no_two_methods_share_a_mode() {
        for method in Method::ALL {
            assert_eq!(Method::of_mode(method.mode()), Some(method));
        }
    }
}
