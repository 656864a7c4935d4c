"""Approving a sign-in on an enrolled device: two programs, the built server and the built agent."""

import re
import subprocess
from urllib.parse import urljoin

import msal
import pytest

from browser import Browser, Page, _fields_of
from graph import PASSWORD, Graph, within
from people import REDIRECT, asked_once, code_typed, public_app

AGENT_CLIENT_ID = "c0a57e11-a000-4000-8000-000000000a9e"


class Device:
    """The agent of a person's device, confined to a folder."""

    def __init__(self, programs, server, folder):
        self.program, self.server, self.root = programs / "castellan-agent", server, folder / "root"
        (self.root / "etc").mkdir(parents=True)
        (self.root / "usr/lib").mkdir(parents=True)
        release = 'ID=debian\nVERSION_ID="12"\nNAME="Debian GNU/Linux"\n'
        for path in ("etc/os-release", "usr/lib/os-release"):
            (self.root / path).write_text(release)
        (self.root / "etc/hostname").write_text("laptop\n")
        self.log = folder / "agent.log"
        self.process: subprocess.Popen | None = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [self.program, *arguments, "--root", self.root]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def join(self, token: str, folder) -> None:
        path = folder / "token"
        path.write_text(token)
        done = self.run("join", "--server", self.server.url, "--ca-file", self.server.ca, "--token-file", str(path))
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        log = open(self.log, "wb")
        self.process = subprocess.Popen([self.program, "run", "--root", self.root], stdout=log, stderr=log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)

    def told(self) -> str:
        return self.log.read_text(errors="replace")


@pytest.fixture
def device(programs, server, graph, tmp_path):
    """A person with a joined device whose agent runs."""
    user = graph.user("approver")
    app = msal.PublicClientApplication(AGENT_CLIENT_ID, authority=server.authority, instance_discovery=False)
    flow = app.initiate_device_flow([f"{server.url}/agent/.default"])
    assert "user_code" in flow, flow
    code_typed(server, flow, user)
    got = asked_once(app, flow)
    assert "access_token" in got, got
    device = Device(programs, server, tmp_path)
    device.join(got["access_token"], tmp_path)
    device.start()
    yield user, device
    device.kill()


@pytest.fixture
def demanding(graph, device):
    """A policy asks this person for two factors."""
    user, _ = device
    body = {
        "displayName": f"two factors for {user['displayName']}",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {"includeApplications": ["All"]},
            "users": {"includeUsers": [user["id"]]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }
    made = graph.post("/v1.0/identity/conditionalAccess/policies", body, 201)
    yield
    graph.delete(f"/v1.0/identity/conditionalAccess/policies/{made['id']}", 204)


def ask(server, app, user, http) -> tuple[dict, str, int]:
    """Sign in with the password: the flow, where the page asks for itself again, and the number that it shows."""
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
    browser = Browser(http, user["userPrincipalName"], PASSWORD)
    answer = http.get(flow["auth_uri"])
    for _ in range(4):
        again = re.search(r'http-equiv="refresh" content="\d+;url=([^"]+)"', answer.text)
        if again:
            number = int(re.search(r'class="number"><strong>(\d+)<', answer.text).group(1))
            url = again.group(1).replace("&amp;", "&").replace("&#38;", "&")
            return flow, urljoin(str(answer.url), url), number
        page = Page(answer.text)
        assert page.forms, page.text
        action = urljoin(str(answer.url), page.forms[0].action)
        answer = http.post(action, data=browser._fill(page.forms[0], page), headers={"origin": server.url})
    raise AssertionError(answer.text)


def finish(http, url: str) -> dict | str:
    """What comes of the page once somebody answered: what the application is told, or the page's text."""
    answer = http.get(url)
    for _ in range(6):
        if answer.is_redirect:
            target = urljoin(str(answer.url), answer.headers["location"])
            if target.startswith(REDIRECT):
                return _fields_of(target)
            answer = http.get(target)
            continue
        page = Page(answer.text)
        if not page.forms:
            return page.text
        browser = Browser(http, "", "")
        action = urljoin(str(answer.url), page.forms[0].action)
        answer = http.post(action, data=browser._fill(page.forms[0], page))
    raise AssertionError(answer.text)


def test_the_number_is_typed_on_the_device_and_the_browser_goes_on(server, graph, device, demanding):
    user, agent = device
    app = msal.PublicClientApplication(public_app(graph), authority=server.authority, instance_discovery=False)
    with server.http() as http:
        flow, url, number = ask(server, app, user, http)
        assert Page(http.get(url).text).text.count(str(number)) >= 1, "it waits"
        within(20, lambda: user["userPrincipalName"] in agent.told(), every=0.2)
        waiting = agent.run("approvals")
        assert user["userPrincipalName"] in waiting.stdout and not re.search(rf"(?<![\w.-]){number}(?![\w.-])", waiting.stdout.split("(")[0])
        done = agent.run("approve", str(number))
        assert done.returncode == 0 and "approved" in done.stdout, done.stderr
        answer = finish(http, url)
    got = app.acquire_token_by_auth_code_flow(flow, answer)
    assert Graph(server, got["access_token"]).get("/v1.0/me")["id"] == user["id"]
    import jwt

    assert {"pwd", "mca", "mfa"} <= set(jwt.decode(got["access_token"], options={"verify_signature": False})["amr"])


def test_a_report_ends_the_sign_in_and_is_held_against_the_account(server, graph, device, demanding):
    user, agent = device
    app = msal.PublicClientApplication(public_app(graph), authority=server.authority, instance_discovery=False)
    with server.http() as http:
        _, url, number = ask(server, app, user, http)
        wrong = agent.run("approve", str(10 if number != 10 else 11))
        assert wrong.returncode != 0
        assert isinstance(finish(http, url), str)
    with server.http() as http:
        _, url, _ = ask(server, app, user, http)
        assert agent.run("deny", "--report").returncode == 0
        assert isinstance(finish(http, url), str)

    def audited() -> bool:
        audits = graph.get("/v1.0/auditLogs/directoryAudits?$top=50")["value"]
        return any(row["activityDisplayName"] == "Report suspicious sign-in" for row in audits)

    within(20, audited, every=0.1)
    with server.http() as http, pytest.raises(AssertionError, match="too often"):
        ask(server, app, user, http)
