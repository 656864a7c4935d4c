"""The program: its first start, its folder, its end."""

import stat
import subprocess
import time

import msal

from graph import PASSWORD, Graph
from people import public_app
from test_msal_people import sign_in

#: What the server says when it ended without somebody's word.
HELD_BACK = "still running when the time to finish them was over"
TOLD_SECONDS_MAX = 30


def test_a_server_says_where_it_listens_and_ends_when_asked(spare):
    server = spare()
    assert server.ready_line == f"listening on {server.url}"
    with server.http() as http:
        answer = http.get("/healthz")
    assert (answer.status_code, answer.text.strip()) == (200, "ok")
    assert server.stop() == 0


def test_an_idle_connection_does_not_hold_the_server_back(spare):
    server = spare()
    with server.http() as http:
        http.get("/healthz")
        assert server.stop() == 0
    assert HELD_BACK not in server.log.read_text()


def test_a_stream_of_changes_tells_of_them_and_does_not_hold_the_server_back(spare):
    server = spare()
    graph = Graph(server)
    with graph.http.stream("GET", "/v1.0/changes") as stream:
        lines = stream.iter_lines()
        assert stream.headers["content-type"] == "text/event-stream"
        assert "event: open" in [next(lines) for _ in range(4)]
        made = Graph(server).user("told")
        told, began = "", time.monotonic()
        while made["id"] not in told:
            assert time.monotonic() - began < TOLD_SECONDS_MAX, "other lines, and none of the change"
            told = next(lines)
        assert '"path":"users"' in told
        assert server.stop() == 0
        assert list(lines)[-1:] in ([], [""]), "the stream ended by itself"
    assert HELD_BACK not in server.log.read_text()


def test_a_first_start_writes_who_may_come_in_and_nobody_else_can_read_it(spare):
    server = spare()
    known = server.bootstrap
    expected = "tenantId publicUrl clientId clientSecret adminUserPrincipalName adminTemporaryAccessPass caFile"
    assert set(expected.split()) == set(known)
    assert known["publicUrl"] == server.url and known["adminUserPrincipalName"] == "admin@xyz.example"
    assert mode(server.data) == 0o700
    assert mode(server.data / "bootstrap.json") == 0o600
    keys = [path for path in (server.data / "keys").rglob("*") if path.is_file()]
    assert keys and all(mode(path) & 0o077 == 0 for path in keys), keys
    assert known["clientSecret"] not in server.log.read_text()
    assert known["adminTemporaryAccessPass"] not in server.log.read_text()


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_second_start_keeps_everything(spare):
    server = spare()
    made = Graph(server).user("kept")
    before = (server.data / "bootstrap.json").read_bytes()
    stat_before = (server.data / "bootstrap.json").stat().st_mtime_ns
    token = server.token()
    assert server.stop() == 0
    server.start()
    assert (server.data / "bootstrap.json").read_bytes() == before
    assert (server.data / "bootstrap.json").stat().st_mtime_ns == stat_before
    again = Graph(server, token)
    assert again.get(f"/v1.0/users/{made['id']}")["displayName"] == made["displayName"]


def test_without_the_option_there_is_no_client_for_scripts(spare):
    server = spare(bootstrap_client=False)
    assert "clientId" not in server.bootstrap and "clientSecret" not in server.bootstrap


def test_the_organisation_may_be_named_differently(spare):
    server = spare("--org", "Sample GmbH", "--domain", "sample.example", "--admin", "root@sample.example")
    assert server.bootstrap["adminUserPrincipalName"] == "root@sample.example"
    organization = Graph(server).get("/v1.0/organization")["value"][0]
    assert organization["displayName"] == "Sample GmbH"
    assert organization["verifiedDomains"][0]["name"] == "sample.example"


def test_wrong_options_are_refused_before_anything_is_written(programs, tmp_path):
    data = tmp_path / "data"
    for wrong in (["--listen", "nowhere"], ["--tls-key", "x"], ["--unknown"]):
        ended = subprocess.run(
            [programs / "castellan", "serve", "--data", data, *wrong], capture_output=True, text=True, check=False
        )
        assert ended.returncode != 0 and ended.stderr, wrong
    assert not data.exists()


def test_somebody_who_is_signed_in_stays_so_over_a_restart(spare, monkeypatch):
    server = spare()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca)
    user = Graph(server).user("resident")
    app = msal.PublicClientApplication(
        public_app(Graph(server)), authority=server.authority, instance_discovery=False
    )
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    assert server.stop() == 0
    server.start()
    assert Graph(server, got["access_token"]).get("/v1.0/me")["id"] == user["id"]
    renewed = app.acquire_token_silent(["User.Read"], app.get_accounts()[0], force_refresh=True)
    assert renewed["token_source"] == "identity_provider", renewed
