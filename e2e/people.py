"""Applications that people sign in to, and the keys that workloads prove themselves with."""

import base64
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from browser import Browser
from graph import PASSWORD, Graph

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
REDIRECT = "http://localhost:53682/back"


def web_app(graph: Graph, redirect: str = REDIRECT) -> tuple[str, str]:
    """A confidential client with a page to come back to; its id and secret."""
    app, _ = graph.app("web", web={"redirectUris": [redirect]})
    return app["appId"], graph.secret(app)


def public_app(graph: Graph) -> str:
    """A program on somebody's machine."""
    app, _ = graph.app("program", isFallbackPublicClient=True, publicClient={"redirectUris": [REDIRECT]})
    return app["appId"]


def code_typed(server, flow: dict, user: dict, decision: str = "accept") -> dict | str:
    """Somebody types a device's code on another screen; answers what they saw last."""
    with server.http() as http:
        person = Browser(http, user["userPrincipalName"], PASSWORD)
        person.answers |= {"user_code": flow["user_code"], "decision": decision}
        return person.go(flow["verification_uri"])


def asked_once(app, flow: dict) -> dict:
    """What msal is told when it asks about a device's code, without waiting for somebody to decide."""
    return app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)


def certificate(name: str) -> tuple[str, str, bytes]:
    """A key and a certificate of it: the private key (PEM), the certificate (PEM and DER)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (
        private.decode(),
        made.public_bytes(serialization.Encoding.PEM).decode(),
        made.public_bytes(serialization.Encoding.DER),
    )


def app_with_key(graph: Graph) -> tuple[dict, str, str]:
    """An application that proves itself with a key; it, the private key and the certificate."""
    private, public, der = certificate("workload.xyz.example")
    credential = {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "displayName": "test",
        "key": base64.b64encode(der).decode(),
    }
    app, _ = graph.app("workload", keyCredentials=[credential])
    return app, private, public
