"""A Linux PC joins, signs its person in for every program on it, and leaves, through libhimmelblau."""

import base64
import os
import ssl
import struct
from pathlib import Path
from urllib.parse import urlencode

import httpx
import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from browser import Browser
from castellan import free_port
from graph import PASSWORD, Graph, short, within
from himmelblau import Himmelblau, Refused
from people import GRAPH_APP_ID, REDIRECT
from test_conditional_access import policy  # noqa: F401, a fixture
from test_msal_people import confidential, sign_in

BACK = "ms-aadj-redir://auth/drs"
REGISTRATION = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"
BROKER = "29d9ed98-a469-4536-ade2-f981bc1d605e"
PIN = "835271"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


@pytest.fixture(scope="module")
def program() -> Path:
    built = os.environ.get("HIMMELBLAU_CLIENT")
    assert built, "e2e/run builds the client and says where it is"
    return Path(built)


@pytest.fixture
def device(program, server, graph):
    """Devices of one test."""
    domain = graph.get("/v1.0/domains")["value"][0]["id"]
    made = []

    def start() -> Himmelblau:
        made.append(Himmelblau(program, server, domain))
        return made[-1]

    yield start
    for one in made:
        one.close()


def signed_in(server, device, upn: str, secret: str) -> dict:
    """The person signs in in a browser, and the broker gets what comes back."""
    url = device("sign-in")
    with server.http() as http:
        told = Browser(http, upn, secret).go(url, back_to=BACK)
    return claims_of(device("signed-in", f"{BACK}?{urlencode(told)}"))


def device_of(graph, device_id: str) -> dict:
    found = graph.get(f"/v1.0/devices?$filter=deviceId eq '{device_id}'")["value"]
    assert len(found) == 1, found
    return found[0]


def test_a_pc_joins_and_signs_its_person_in_for_its_programs(server, graph, device):
    user = graph.user("lena")
    upn = user["userPrincipalName"]
    pc, name = device(), f"pc-{short()}"
    two_factors = signed_in(server, pc, upn, graph.access_pass(user))
    assert two_factors["oid"] == user["id"] and "mfa" in two_factors["amr"]

    device_id = pc("join", name, "0")
    known = device_of(graph, device_id)
    assert (known["displayName"], known["trustType"], known["operatingSystem"]) == (name, "AzureAd", "Linux")
    owners = graph.get(f"/v1.0/devices/{known['id']}/registeredOwners")["value"]
    assert [owner["id"] for owner in owners] == [user["id"]]

    pc("prt")
    token = claims_of(pc("token-v1", "https://graph.microsoft.com"))
    assert (token["deviceid"], token["appid"], token["oid"]) == (device_id, BROKER, user["id"])
    pc("renew")
    token = claims_of(pc("token", "https://graph.microsoft.com/User.Read"))
    assert token["deviceid"] == device_id and "User.Read" in token["scp"].split()

    pc("hello", PIN)
    methods = graph.all(f"/v1.0/users/{user['id']}/authentication/methods")
    assert any(method["@odata.type"].endswith("windowsHelloForBusinessAuthenticationMethod") for method in methods)
    pc("prt-by-hello", upn, PIN)
    token = claims_of(pc("token-v1", "https://graph.microsoft.com"))
    assert "mfa" in token["amr"] and token["deviceid"] == device_id

    graph.patch(f"/v1.0/devices/{known['id']}", {"accountEnabled": False})
    with pytest.raises(Refused):
        pc("token-v1", "https://graph.microsoft.com")
    with pytest.raises(Refused):
        pc("renew")


def test_a_browser_on_the_pc_is_signed_in_and_policies_see_the_pc(server, graph, device, policy):
    user = graph.user("mira")
    upn = user["userPrincipalName"]
    joined_only = {"devices": {"deviceFilter": {"mode": "exclude", "rule": 'device.trustType -eq "AzureAD"'}}}
    pc = device()
    signed_in(server, pc, upn, PASSWORD)
    device_id = pc("join", f"pc-{short()}", "0")
    policy(user, app=GRAPH_APP_ID, **joined_only)
    app = confidential(server, graph)
    with pytest.raises(AssertionError, match="AADSTS53003"):
        sign_in(server, app, upn, PASSWORD)
    with pytest.raises(Refused):
        pc("prt-by-password", upn, "not this one")
    pc("prt-by-password", upn, PASSWORD)
    assert claims_of(pc("token", "https://graph.microsoft.com/User.Read"))["deviceid"] == device_id

    # The browser shows what the broker gives it, and nobody types anything.
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
    with server.http() as http:
        http.cookies.set("x-ms-RefreshTokenCredential", pc("cookie"))
        browser = Browser(http, "nobody", "nothing")
        told = browser.go(flow["auth_uri"], back_to=REDIRECT)
    got = app.acquire_token_by_auth_code_flow(flow, told)
    assert claims_of(got["access_token"])["deviceid"] == device_id
    assert not any("loginfmt" in seen for seen in browser.seen)

    # The organisation's word against the PC counts at the next use.
    graph.delete(f"/v1.0/devices/{device_of(graph, device_id)['id']}", 204)
    with pytest.raises(Refused):
        pc("token", "https://graph.microsoft.com/User.Read")


def test_a_person_registers_their_own_pc_where_two_factors_are_asked_for(server, graph, device, policy):
    user = graph.user("noa")
    upn = user["userPrincipalName"]
    rule = {"applications": {"includeUserActions": ["urn:user:registerdevice"]}}
    policy(user, controls=("mfa",), **rule)
    weak, strong = device(), device()
    signed_in(server, weak, upn, PASSWORD)
    with pytest.raises(Refused):
        weak("join", f"pc-{short()}", "4")
    signed_in(server, strong, upn, graph.access_pass(user))
    known = device_of(graph, strong("join", f"pc-{short()}", "4"))
    assert (known["trustType"], known["deviceOwnership"]) == ("Workplace", "Personal")


def test_an_organisation_may_refuse_the_first_derivation_of_keys(server, graph, device):
    user, where = graph.user("pia"), "/beta/policies/deviceRegistrationPolicy"
    # No application may change this policy by itself.
    boss, app = graph.user("boss"), confidential(server, graph)
    role = {"principalId": boss["id"], "roleDefinitionId": GLOBAL_ADMINISTRATOR, "directoryScopeId": "/"}
    graph.post("/v1.0/roleManagement/directory/roleAssignments", role, 201)
    scopes = ["Directory.AccessAsUser.All"]
    got, _ = sign_in(server, app, boss["userPrincipalName"], graph.access_pass(boss), scopes=scopes)
    administrator = Graph(server, got["access_token"])
    pc = device()
    signed_in(server, pc, user["userPrincipalName"], PASSWORD)
    pc("join", f"pc-{short()}", "0")
    pc("prt")
    administrator.patch(where, {"requiresPayloadBoundKeys": True})
    try:
        with pytest.raises(Refused):
            pc("renew")
    finally:
        administrator.patch(where, {"requiresPayloadBoundKeys": False})
    pc("renew")


def test_a_device_takes_itself_out_with_its_certificate(spare, monkeypatch):
    port = free_port()
    url = f"https://localhost:{port}"
    server = spare("--certificate-listen", f"127.0.0.1:{port}", "--certificate-url", url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca)
    graph = Graph(server)
    user = graph.user("ines")
    app = msal.PublicClientApplication(BROKER, authority=server.authority, instance_discovery=False)
    flow = app.initiate_auth_code_flow([f"{REGISTRATION}/.default"], redirect_uri=BACK)
    with server.http() as http:
        told = Browser(http, user["userPrincipalName"], PASSWORD).go(flow["auth_uri"], back_to=BACK)
        token = app.acquire_token_by_auth_code_flow(flow, told)["access_token"]
        services = http.get(f"/{server.tenant}/Discover?api-version=1.9&managed=True").json()
    endpoint = services["DeviceJoinService"]["JoinEndpoint"]
    assert endpoint.startswith(url), endpoint

    key, transport = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "7E980AD9-B86D-4306-9425-9AC066FB014A")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    modulus = transport.public_key().public_numbers().n.to_bytes(256, "big")
    blob = b"RSA1" + struct.pack("<5I", 2048, 3, 256, 0, 0) + b"\x01\x00\x01" + modulus
    body = {
        "CertificateRequest": {"Type": "pkcs10", "Data": b64(csr.public_bytes(serialization.Encoding.DER))},
        "TransportKey": b64(blob),
        "TargetDomain": "xyz.example",
        "DeviceType": "Windows",
        "OSVersion": "10.0.26100",
        "DeviceDisplayName": "tablet",
        "JoinType": 4,
        "attributes": {"ReuseDevice": "true"},
    }
    trust = ssl.create_default_context(cafile=server.ca)
    with httpx.Client(verify=trust) as http:
        bearer = {"authorization": f"Bearer {token}"}
        joined = http.post(f"{endpoint}?api-version=2.0", json=body, headers=bearer).raise_for_status().json()
        certificate = x509.load_der_x509_certificate(base64.b64decode(joined["Certificate"]["RawBody"]))
        device_id = next(iter(certificate.subject)).value
        assert certificate.public_key() == key.public_key()
        assert http.delete(f"{endpoint}{device_id}?api-version=2.0").status_code == 401, "no certificate"
    pem = server.data.parent / "device.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    trust.load_cert_chain(pem)
    assert len(graph.get(f"/v1.0/devices?$filter=deviceId eq '{device_id}'")["value"]) == 1
    with httpx.Client(verify=trust) as http:
        http.delete(f"{endpoint}{device_id}?api-version=2.0").raise_for_status()
        assert http.delete(f"{endpoint}{device_id}?api-version=2.0").status_code == 400, "it is gone"
    assert graph.get(f"/v1.0/devices?$filter=deviceId eq '{device_id}'")["value"] == []


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_person_types_a_code_elsewhere_and_the_pc_joins(server, graph, device):
    user = graph.user("ole")
    upn, pc = user["userPrincipalName"], device()
    assert pc("exists", upn) is True
    assert pc("exists", "ole@elsewhere.example") is False
    message = pc("code", upn)
    with pytest.raises(Refused, match="MFAPollContinue"):
        pc("code-entered", upn)
    with server.http() as http:
        person = Browser(http, upn, PASSWORD)
        person.answers["user_code"] = message.rstrip(".").rsplit(" ", 1)[1]
        person.go("/device")
    claims = {}

    def is_in() -> bool:
        try:
            claims.update(claims_of(pc("code-entered", upn)))
        except Refused as why:
            assert "MFAPollContinue" in str(why), why
        return bool(claims)

    within(60, is_in, every=6)
    assert claims["oid"] == user["id"]
    assert device_of(graph, pc("join", f"pc-{short()}", "0"))["trustType"] == "AzureAd"
