"""Certificates against the built server: people sign in with them, and tokens are bound to them (RFC 8705)."""

import base64
import datetime
import http.server
import ssl
import threading

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from browser import Browser, Refused
from castellan import free_port
from graph import Graph, within
from people import REDIRECT, public_app

PRINCIPAL_NAME = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
PKI = "/v1.0/directory/publicKeyInfrastructure/certificateBasedAuthConfigurations"
METHOD = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/X509Certificate"
LIST_SECONDS_MAX = 60


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Authority:
    """An organisation's own authority, with the list of what it took back on a server of its own."""

    def __init__(self, name: str):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = dict.fromkeys(
            ["content_commitment", "key_encipherment", "data_encipherment", "key_agreement"], False
        ) | {"digital_signature": True, "key_cert_sign": True, "crl_sign": True}
        builder = self._builder(self.name, self.key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        builder = builder.add_extension(
            x509.KeyUsage(**usage, encipher_only=False, decipher_only=False), critical=True
        ).add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        self.certificate = builder.sign(self.key, hashes.SHA256())
        self.revoked: list[int] = []
        self.asked = 0
        authority = self

        class Lists(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                authority.asked += 1
                body = authority.list()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lists)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ca.crl"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _builder(self, subject: x509.Name, key) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now() - datetime.timedelta(minutes=5))
            .not_valid_after(now() + datetime.timedelta(days=30))
        )

    def list(self) -> bytes:
        """Good for a few seconds, so that the next one is fetched before long."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(now() - datetime.timedelta(minutes=1))
        builder = builder.next_update(now() + datetime.timedelta(seconds=20))
        builder = builder.add_extension(x509.CRLNumber(self.asked + 1), critical=False).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        for serial in self.revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now())
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def card(self, folder, upn: str) -> tuple[str, int]:
        """A person's certificate with its key, in one file; and its serial number."""
        key = ec.generate_private_key(ec.SECP256R1())
        encoded = upn.encode()
        other = x509.OtherName(PRINCIPAL_NAME, bytes([0x0C, len(encoded)]) + encoded)
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")]), key.public_key())
        builder = (
            builder.add_extension(x509.SubjectAlternativeName([other]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        certificate = builder.sign(self.key, hashes.SHA256())
        path = folder / f"{certificate.serial_number:x}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return str(path), certificate.serial_number


def holding(server, card: str) -> httpx.Client:
    """A browser that shows a certificate where one is asked for."""
    trust = ssl.create_default_context(cafile=server.ca)
    trust.load_cert_chain(card)
    return httpx.Client(base_url=server.url, verify=trust, timeout=30)


@pytest.fixture
def asking(spare):
    """A server with a listener that asks for certificates, and its address."""
    port = free_port()
    url = f"https://localhost:{port}"
    return spare("--certificate-listen", f"127.0.0.1:{port}", "--certificate-url", url), url


@pytest.fixture
def authority():
    made = Authority("XYZ smart cards")
    yield made
    made.server.shutdown()


def trust_in(graph: Graph, authority: Authority) -> None:
    pki = graph.post(PKI, {"displayName": "XYZ"}, 201)
    der = authority.certificate.public_bytes(serialization.Encoding.DER)
    body = {
        "certificate": base64.b64encode(der).decode(),
        "certificateAuthorityType": "root",
        "certificateRevocationListUrl": authority.url,
    }
    made = graph.post(f"{PKI}/{pki['id']}/certificateAuthorities", body, 201)
    assert made["issuer"] == "CN=XYZ smart cards" and made["issuerSubjectKeyIdentifier"], made
    configuration = {
        "@odata.type": "#microsoft.graph.x509CertificateAuthenticationMethodConfiguration",
        "state": "enabled",
        "authenticationModeConfiguration": {"x509CertificateAuthenticationDefaultMode": "x509CertificateMultiFactor"},
        "includeTargets": [{"id": "all_users", "targetType": "group"}],
    }
    graph.patch(METHOD, configuration)


def sign_in(server, graph, card: str, upn: str) -> dict:
    import msal

    app = msal.PublicClientApplication(public_app(graph), authority=server.authority, instance_discovery=False)
    with holding(server, card) as http:
        browser = Browser(http, upn, "not needed")
        browser.answers["certificate"] = "1"
        flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
        answer = browser.go(flow["auth_uri"], back_to=REDIRECT)
    assert isinstance(answer, dict), answer
    # msal asks the token endpoint with requests, which takes its trust from here.
    app.http_client.verify = server.ca
    return app.acquire_token_by_auth_code_flow(flow, answer)


def once_listed(server, graph, card: str, upn: str) -> dict:
    """What comes of a sign-in as soon as the server has the list of what was taken back, without which it lets nobody in."""
    got = {}

    def is_in() -> bool:
        try:
            got.update(sign_in(server, graph, card, upn))
        except Refused:
            return False
        return True

    within(LIST_SECONDS_MAX, is_in, every=0.5)
    return got


def claims_of(token: str) -> dict:
    import jwt

    return jwt.decode(token, options={"verify_signature": False})


def test_a_card_signs_its_owner_in_until_it_is_revoked(asking, authority, tmp_path, monkeypatch):
    server, _ = asking
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca)
    graph = Graph(server)
    trust_in(graph, authority)
    user = graph.user("holder")
    other = graph.user("other")
    card, serial = authority.card(tmp_path, user["userPrincipalName"])
    other_card, _ = authority.card(tmp_path, other["userPrincipalName"])
    within(LIST_SECONDS_MAX, lambda: authority.asked > 0)
    got = once_listed(server, graph, card, user["userPrincipalName"])
    claims = claims_of(got["access_token"])
    assert claims["oid"] == user["id"] and {"rsa", "mfa"} <= set(claims["amr"]), claims

    stranger, _ = Authority("XYZ smart cards").card(tmp_path, user["userPrincipalName"])
    with pytest.raises(Refused):
        sign_in(server, graph, stranger, user["userPrincipalName"])

    authority.revoked.append(serial)
    asked = authority.asked
    within(LIST_SECONDS_MAX, lambda: authority.asked > asked)
    # The former list has ended before the next is asked for: whoever is let in is so by the new one.
    once_listed(server, graph, other_card, other["userPrincipalName"])
    with pytest.raises(Refused):
        sign_in(server, graph, card, user["userPrincipalName"])
    rows = graph.get(f"/v1.0/auditLogs/signIns?$filter=userId eq '{user['id']}'")["value"]
    assert any(row["status"]["errorCode"] == 0 for row in rows)


def test_a_bound_token_is_worth_nothing_without_its_certificate(asking, authority, tmp_path):
    server, there = asking
    graph = Graph(server)
    tag = "tls_client_certificate_bound_access_tokens:true"
    app, principal = graph.app("bound", tags=[tag])
    secret = graph.secret(app)
    card, _ = authority.card(tmp_path, "tool@xyz.example")
    with server.http() as http:
        known = http.get(f"/{server.tenant}/v2.0/.well-known/openid-configuration").json()
    assert known["tls_client_certificate_bound_access_tokens"] is True
    endpoint = known["mtls_endpoint_aliases"]["token_endpoint"]
    assert endpoint.startswith(there)
    form = {
        "grant_type": "client_credentials",
        "client_id": app["appId"],
        "client_secret": secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    with server.http() as http:
        assert http.post(known["token_endpoint"], data=form).status_code == 400, "no certificate, no token"
    with holding(server, card) as http:
        token = http.post(endpoint, data=form).json()["access_token"]
        assert claims_of(token)["cnf"]["x5t#S256"]
        header = {"authorization": f"Bearer {token}"}
        # It may read nothing, but it is let in.
        assert http.get(f"{there}/v1.0/organization", headers=header).status_code in (200, 403)
        assert http.get(f"{server.url}/v1.0/organization", headers=header).status_code == 401, "nobody asked for it there"
    with server.http() as http:
        assert http.get(f"{there}/v1.0/organization", headers=header).status_code == 401
    other, _ = authority.card(tmp_path, "other@xyz.example")
    with holding(server, other) as http:
        assert http.get(f"{there}/v1.0/organization", headers=header).status_code == 401


def test_a_server_without_the_listener_says_nothing_of_it(server):
    with server.http() as http:
        known = http.get(f"/{server.tenant}/v2.0/.well-known/openid-configuration").json()
    assert "mtls_endpoint_aliases" not in known
