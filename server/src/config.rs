//! What an operator can say on the command line; everything has a default that works.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// `castellan serve`
#[derive(clap::Args, Clone, Debug)]
pub struct ServeOptions {
    /// Folder that holds everything: directory, keys, packages. Made when absent.
    #[arg(long, env = "CASTELLAN_DATA")]
    pub data: PathBuf,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8443", env = "CASTELLAN_LISTEN")]
    pub listen: SocketAddr,
    /// How clients reach this server: scheme, host and port, without a slash at the end.
    #[arg(long, env = "CASTELLAN_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Certificate chain (PEM) to use instead of one from the server's own authority.
    #[arg(long, requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// Private key (PEM) of that certificate.
    #[arg(long, requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Address and port of a second listener, which asks clients for a certificate: for sign-in with a certificate or smart
    /// card, and for clients and tokens bound to one (RFC 8705). On the first one browsers would ask everybody.
    #[arg(long, requires = "certificate_url", env = "CASTELLAN_CERTIFICATE_LISTEN")]
    pub certificate_listen: Option<SocketAddr>,
    /// How clients reach that listener: scheme, host and port, without a slash at the end.
    #[arg(long, requires = "certificate_listen", env = "CASTELLAN_CERTIFICATE_URL")]
    pub certificate_url: Option<String>,
    /// Deliver mail through this SMTP server (`smtp://host:25`, `smtps://user:password@host`); without it mail is
    /// written to DATA/mail.
    #[arg(long, env = "CASTELLAN_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// The address that mail comes from.
    #[arg(long, default_value = "castellan@localhost", env = "CASTELLAN_MAIL_FROM")]
    pub mail_from: String,
    /// Hosts of the own network that may be asked all the same: applications to be told of sign-outs, issuers of workload
    /// tokens. Without it only the public Internet is asked, and only by https.
    #[arg(long, value_delimiter = ',', value_name = "HOST", env = "CASTELLAN_OUTGOING_ALLOW")]
    pub outgoing_allow: Vec<String>,
    /// Certificates (PEM) of authorities to trust for such requests besides the public ones.
    #[arg(long, value_name = "FILE", env = "CASTELLAN_OUTGOING_CA")]
    pub outgoing_ca: Option<PathBuf>,
    /// Passwords that are known to have leaked, which nobody may choose: a file of SHA-1 hashes in hexadecimal, one to a line,
    /// sorted, with `:count` behind each or not.
    #[arg(long, env = "CASTELLAN_BREACHED_PASSWORDS")]
    pub breached_passwords: Option<PathBuf>,
    /// File of the MaxMind DB format (`.mmdb`) that says from which country an address is. Replacing it takes effect within
    /// seconds; without one, no country is known.
    #[arg(long, value_name = "FILE", env = "CASTELLAN_COUNTRIES")]
    pub countries: Option<PathBuf>,
    /// Certificates (PEM) of the makers of passkeys whose attestation is believed, for policies that enforce attestation.
    #[arg(long, value_name = "FILE", env = "CASTELLAN_PASSKEY_ROOTS")]
    pub passkey_roots: Option<PathBuf>,
    /// File that names networks, one a line, with `malicious` or `anonymous`: sign-ins from there are risky.
    #[arg(long, env = "CASTELLAN_RISK_NETWORKS")]
    pub risk_networks: Option<PathBuf>,
    #[command(flatten)]
    pub first: FirstStart,
}

/// What a first start creates. Ignored afterwards, unless another organisation is asked for.
#[derive(clap::Args, Clone, Debug)]
pub struct FirstStart {
    /// Name of the organisation.
    #[arg(long, default_value = "XYZ Ltd.")]
    pub org: String,
    /// Its first domain: the part of user names after the `@`.
    #[arg(long, default_value = "xyz.example")]
    pub domain: String,
    /// User name of the first administrator; `admin@DOMAIN` when not given.
    #[arg(long)]
    pub admin: Option<String>,
    /// Also register an application that holds every application permission, for scripts and set-up.
    #[arg(long)]
    pub bootstrap_client: bool,
    /// Create this organisation on a later start too, beside those that live here, unless one of them has its domain.
    #[arg(long)]
    pub another: bool,
}

impl ServeOptions {
    /// How clients reach this server: as said, or by the name that its own certificate always has.
    #[must_use]
    pub fn public_url(&self, listening: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if listening.port() == 443 => "https://localhost".to_owned(),
            None => format!("https://localhost:{}", listening.port()),
        }
    }

    /// The names and addresses that the server's own certificate must carry.
    #[must_use]
    pub fn tls_names(&self) -> (Vec<String>, Vec<IpAddr>) {
        let (mut names, mut addresses) = (Vec::new(), Vec::new());
        for listen in [Some(self.listen), self.certificate_listen].into_iter().flatten() {
            if !listen.ip().is_unspecified() {
                addresses.push(listen.ip());
            }
        }
        for url in [&self.public_url, &self.certificate_url].into_iter().flatten() {
            let url = url.parse::<http::Uri>().ok();
            let Some(host) = url.as_ref().and_then(http::Uri::host) else { continue };
            match host.trim_matches(['[', ']']).parse::<IpAddr>() {
                Ok(address) => addresses.push(address),
                Err(_) => names.push(host.to_owned()),
            }
        }
        (names, addresses)
    }
}

impl FirstStart {
    #[must_use]
    pub fn admin_upn(&self) -> String {
        self.admin.clone().unwrap_or_else(|| format!("admin@{}", self.domain))
    }
}
