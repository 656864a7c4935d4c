"""msal, unmodified: workloads get tokens for a secret or a signed assertion."""

import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from graph import Graph
from people import app_with_key

SCOPE = ["https://graph.microsoft.com/.default"]


def client(server, client_id, credential, **more) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=credential,
        **({"authority": server.authority, "instance_discovery": False} | more),
    )


def test_a_secret_gives_a_token_that_graph_accepts(server, bootstrap):
    got = client(server, bootstrap["clientId"], bootstrap["clientSecret"]).acquire_token_for_client(SCOPE)
    assert got.get("token_type") == "Bearer", got
    claims = jwt.decode(got["access_token"], options={"verify_signature": False})
    assert claims["tid"] == server.tenant and claims["idtyp"] == "app" and claims["aud"] == server.url
    assert claims["appid"] == bootstrap["clientId"] and "User.ReadWrite.All" in claims["roles"]
    organization = Graph(server, got["access_token"]).get("/v1.0/organization")
    assert organization["value"][0]["id"] == server.tenant


def test_a_token_that_is_still_good_comes_from_the_cache(server, bootstrap):
    app = client(server, bootstrap["clientId"], bootstrap["clientSecret"])
    first, second = app.acquire_token_for_client(SCOPE), app.acquire_token_for_client(SCOPE)
    assert (first["token_source"], second["token_source"]) == ("identity_provider", "cache")
    assert first["access_token"] == second["access_token"]


@pytest.mark.parametrize(
    "named", ["https://graph.microsoft.com", "{url}", "https://localhost", "00000003-0000-0000-c000-000000000000"]
)
def test_graph_is_the_same_by_every_name_that_clients_use(server, bootstrap, named):
    scope = [named.format(url=server.url) + "/.default"]
    got = client(server, bootstrap["clientId"], bootstrap["clientSecret"]).acquire_token_for_client(scope)
    assert jwt.decode(got["access_token"], options={"verify_signature": False})["aud"] == server.url


def test_the_tenant_may_be_named_by_its_domain(server, bootstrap):
    named = f"{server.url}/xyz.example"
    got = client(server, bootstrap["clientId"], bootstrap["clientSecret"], authority=named).acquire_token_for_client(SCOPE)
    assert "access_token" in got, got


def test_openid_connect_without_entras_layout_works_too(server, bootstrap):
    app = msal.ConfidentialClientApplication(
        bootstrap["clientId"],
        client_credential=bootstrap["clientSecret"],
        oidc_authority=f"{server.authority}/v2.0",
    )
    got = app.acquire_token_for_client(SCOPE)
    assert "access_token" in got, got


def test_a_wrong_secret_is_refused_by_number(server, bootstrap):
    got = client(server, bootstrap["clientId"], "not-the-secret").acquire_token_for_client(SCOPE)
    assert got["error"] == "invalid_client" and got["error_codes"] == [7000215]
    assert got["error_description"].startswith("AADSTS7000215:") and "not-the-secret" not in str(got)


def test_an_unknown_client_is_refused_by_number(server):
    got = client(server, "11111111-2222-4333-8444-555555555555", "x").acquire_token_for_client(SCOPE)
    assert got["error_codes"] == [700016], got


@pytest.mark.parametrize("thumbprint", ["sha1", "sha256"])
def test_a_certificate_gives_a_token(server, graph, thumbprint):
    app, private, public = app_with_key(graph)
    parsed = x509.load_pem_x509_certificate(public.encode())
    credential = {"private_key": private, "public_certificate": public}
    if thumbprint == "sha1":
        credential = {"private_key": private, "thumbprint": parsed.fingerprint(hashes.SHA1()).hex()}
    got = client(server, app["appId"], credential).acquire_token_for_client(SCOPE)
    assert "access_token" in got, got
    claims = jwt.decode(got["access_token"], options={"verify_signature": False})
    assert claims["appid"] == app["appId"] and claims.get("appidacr", "2") == "2"


def test_somebody_elses_certificate_is_refused(server, graph):
    mine, _, _ = app_with_key(graph)
    _, private, public = app_with_key(graph)
    credential = {"private_key": private, "public_certificate": public}
    got = client(server, mine["appId"], credential).acquire_token_for_client(SCOPE)
    assert got["error"] == "invalid_client" and got["error_codes"] == [700027], got


def test_a_secret_that_was_taken_back_is_over_at_once(server, graph):
    app, _ = graph.app("rotating")
    body = {"passwordCredential": {"displayName": "short"}}
    made = graph.post(f"/v1.0/applications/{app['id']}/addPassword", body, 200)
    assert "access_token" in client(server, app["appId"], made["secretText"]).acquire_token_for_client(SCOPE)
    graph.post(f"/v1.0/applications/{app['id']}/removePassword", {"keyId": made["keyId"]}, 204)
    got = client(server, app["appId"], made["secretText"]).acquire_token_for_client(SCOPE)
    assert got["error_codes"] == [7000215], got
