"""Graph as plain HTTP, for tests that are about something else than a client; and the things such tests need to exist."""

import itertools
import time
import uuid

import httpx

from castellan import Server

_numbers = itertools.count(1)
PAGES_MAX = 2_000
PASSWORD = "correct-horse-battery-9!"


def unique(stem: str) -> str:
    """A name that no other test uses."""
    return f"{stem}-{next(_numbers)}-{uuid.uuid4().hex[:6]}"


def short() -> str:
    """The beginning of an employee's number, which has at most 16 characters."""
    return uuid.uuid4().hex[:8]


class Graph:
    """Requests with a token. Paths begin with the version: `/v1.0/users`."""

    def __init__(self, server: Server, token: str | None = None):
        self.server = server
        self.http = server.http(headers={"authorization": f"Bearer {token or server.token()}"})

    def ask(self, method: str, path: str, expect: int | None = None, **options) -> httpx.Response:
        answer = self.http.request(method, path, **options)
        wanted = f"{method} {path} answered {answer.status_code}: {answer.text[:2000]}"
        assert answer.is_success if expect is None else answer.status_code == expect, wanted
        return answer

    def get(self, path: str, expect: int | None = None, **options) -> dict:
        return self.ask("GET", path, expect, **options).json()

    def post(self, path: str, body: dict, expect: int | None = None) -> dict:
        answer = self.ask("POST", path, expect, json=body)
        return answer.json() if answer.content else {}

    def patch(self, path: str, body: dict, expect: int | None = None) -> httpx.Response:
        return self.ask("PATCH", path, expect, json=body)

    def delete(self, path: str, expect: int | None = None) -> httpx.Response:
        return self.ask("DELETE", path, expect)

    def all(self, path: str) -> list[dict]:
        """Every item of a collection, page after page."""
        items, next_link = [], path
        for _ in range(PAGES_MAX):
            page = self.get(next_link)
            items += page["value"]
            next_link = page.get("@odata.nextLink")
            if not next_link:
                return items
        raise AssertionError(f"{path} has no end after {PAGES_MAX} pages, {len(items)} items: {next_link}")

    def user(self, stem: str = "user", must_change: bool = False, **more) -> dict:
        """A user with [`PASSWORD`]."""
        name = unique(stem)
        body = {
            "accountEnabled": True,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": f"{name}@xyz.example",
            "passwordProfile": {"password": PASSWORD, "forceChangePasswordNextSignIn": must_change},
        }
        return self.post("/v1.0/users", {**body, **more}, 201)

    def group(self, stem: str = "group", **more) -> dict:
        name = unique(stem)
        body = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True}
        return self.post("/v1.0/groups", {**body, **more}, 201)

    def app(self, stem: str = "app", **more) -> tuple[dict, dict]:
        """An application and its service principal."""
        app = self.post("/v1.0/applications", {"displayName": unique(stem), **more}, 201)
        return app, self.post("/v1.0/servicePrincipals", {"appId": app["appId"]}, 201)

    def secret(self, app: dict) -> str:
        body = {"passwordCredential": {"displayName": "test"}}
        return self.post(f"/v1.0/applications/{app['id']}/addPassword", body, 200)["secretText"]

    def access_pass(self, user: dict) -> str:
        """A new Temporary Access Pass, good for one use."""
        path = f"/v1.0/users/{user['id']}/authentication/temporaryAccessPassMethods"
        return self.post(path, {"lifetimeInMinutes": 60, "isUsableOnce": True}, 201)["temporaryAccessPass"]

    def members(self, group: dict) -> set[str]:
        return {member["id"] for member in self.all(f"/v1.0/groups/{group['id']}/members?$select=id")}


def within(seconds: float, holds, *, every: float = 0.02) -> float:
    """Wait until something holds, at most so long; answers how long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"did not hold within {seconds} s"
        time.sleep(every)
    return time.monotonic() - began
