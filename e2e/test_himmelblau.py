"""A Linux PC joins, signs its person in for every program on it, and leaves, through libhimmelblau."""

import os
from pathlib import Path
from urllib.parse import urlencode

import jwt
import pytest

from browser import Browser
from graph import short
from himmelblau import Himmelblau, Refused

BROKER = "29d9ed98-a469-4536-ade2-f981bc1d605e"
PIN = "835271"


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
        told = Browser(http, upn, secret).go(url, back_to="ms-aadj-redir://auth/drs")
    return claims_of(device("signed-in", f"ms-aadj-redir://auth/drs?{urlencode(told)}"))


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
