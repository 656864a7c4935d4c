"""A real browser on the real pages: Chromium with its verification of certificates on, an authenticator that is not there,
and axe-core looking for what somebody could not use.

The server's authority is trusted as an administrator would have it: in the NSS database of the browser's home. axe runs in a
world of its own, so the pages keep the policy that the server gave them, and whatever that policy stops fails the test.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from graph import PASSWORD, Graph

PROGRAM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
AXE = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
PAGE_BYTES_MAX = 50_000
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
#: What runs in a page may take so long; the browser itself would wait for ever.
SCRIPT_SECONDS_MAX = 60
# WCAG 2.0 to 2.2 on levels A and AA, and what axe holds to be good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Back(BaseHTTPRequestHandler):
    """The application's page, where a person comes back to. Whatever it is told, it shows nothing."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>back</title>")

    def log_message(self, *_):
        pass


class Chromium:
    """One browser for all tests; each test opens windows of its own."""

    def __init__(self, ca: str | None, home: Path, pictures: Path | None = None, beside: "Chromium | None" = None,
                 web: Path | None = None):
        assert PROGRAM, "there is no chromium; scripts/needs test installs it"
        database = home / ".pki" / "nssdb"
        database.mkdir(parents=True)
        nss = ["certutil", "-d", f"sql:{database}"]
        subprocess.run([*nss, "-N", "--empty-password"], check=True, timeout=60)
        if ca:
            subprocess.run([*nss, "-A", "-t", "C,,", "-n", "castellan", "-i", ca], check=True, timeout=60)
        # One driver to a thread: a browser beside another is driven by the same.
        self.beside = beside
        self.playwright = beside.playwright if beside else sync_playwright().start()
        self.browser = self.playwright.chromium.launch(
            executable_path=PROGRAM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"],
            env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        )
        self.pictures, self.web, self.ca = pictures, web, ca
        self.back = ThreadingHTTPServer(("127.0.0.1", 0), Back)
        threading.Thread(target=self.back.serve_forever, daemon=True).start()
        self.redirect = f"http://localhost:{self.back.server_port}/back"

    def window(self, language: str = "en", viewport: dict | None = None, dark: bool = False, **options) -> "Window":
        context = self.browser.new_context(
            locale=language,
            viewport=viewport or WIDE,
            color_scheme="dark" if dark else "light",
            **options,
        )
        if self.web:
            context.route(re.compile(r"^https?://[^/]+/(web|admin|my)(/|$|\?)"), self.from_folder)
        return Window(self, context, language)

    def from_folder(self, route) -> None:
        """A file of a build of web/ in place of the program's, under the program's own policy."""
        path = urlsplit(route.request.url).path
        if not path.startswith("/web/"):
            with urlopen(route.request.url, context=ssl.create_default_context(cafile=self.ca)) as answer:
                kept = ("content-security-policy", "content-type", "permissions-policy", "cross-origin-opener-policy")
                headers = {name: answer.headers[name] for name in kept}
            route.fulfill(status=200, headers=headers, body=(self.web / "index.html").read_text())
        else:
            file = self.web / path.removeprefix("/web/")
            if not file.exists():
                # A page that a redirect led to is the program's, and names its own files. Asked for again, it is the folder's.
                route.fulfill(content_type="text/javascript", body="location.reload()")
                return
            route.fulfill(path=file)

    def close(self) -> None:
        self.back.shutdown()
        self.browser.close()
        if not self.beside:
            self.playwright.stop()


class Window:
    """Somebody's window: one page, and what it complained of."""

    def __init__(self, chromium: Chromium, context: BrowserContext, language: str):
        self.chromium, self.context, self.language = chromium, context, language
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.cdp: CDPSession = context.new_cdp_session(self.page)

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, kind, *_):
        if kind and self.chromium.pictures:
            self.picture("failed")
        self.context.close()
        # A page that answers 400 to a wrong answer is logged by the browser as an error of the network; that is no complaint.
        told = [text for text in self.complaints if "Failed to load resource" not in text]
        assert kind or not told, told

    def go(self, url: str) -> "Window":
        self.page.goto(url)
        return self

    def type(self, **fields: str) -> "Window":
        """Type into the fields of these names."""
        for name, text in fields.items():
            self.page.locator(f"[name={name}]:not([type=hidden])").fill(text)
        return self

    def press(self, selector: str = "main button[type=submit]") -> "Window":
        """Press a button, the first of the page unless told which, and wait for the next page."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(selector).first.click()
        return self

    def sign_in(self, user: dict, secret: str = PASSWORD) -> "Window":
        return self.type(loginfmt=user["userPrincipalName"]).press().type(passwd=secret).press()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    @property
    def returned(self) -> dict:
        """What the application was told."""
        assert self.page.url.startswith(self.chromium.redirect), f"still at {self.page.url}: {self.text}"
        parts = urlsplit(self.page.url)
        return dict(parse_qsl(parts.query or parts.fragment))

    def authenticator(self, **options) -> str:
        """An authenticator that says yes at once; answers its id."""
        self.cdp.send("WebAuthn.enable")
        kind = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True, **options,
        }
        return self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": kind})["authenticatorId"]

    def credentials(self, authenticator: str) -> list[dict]:
        return self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]

    def evaluate(self, expression: str):
        """Run a script in a world beside the page's, which its policy does not reach and which reaches nothing of its own."""
        frame = self.cdp.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = self.cdp.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
        asked = {"contextId": world, "expression": expression, "timeout": SCRIPT_SECONDS_MAX * 1000}
        answer = self.cdp.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        if begun := answer["result"].get("objectId"):
            # That was the limit of what computes; a promise is waited for as long.
            over = f"new Promise((_, no) => setTimeout(() => no(new Error('no answer')), {SCRIPT_SECONDS_MAX * 1000}))"
            waited = {"objectId": begun, "awaitPromise": True, "returnByValue": True}
            waited["functionDeclaration"] = f"function () {{ return Promise.race([this, {over}]) }}"
            answer = self.cdp.send("Runtime.callFunctionOn", waited)
            assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def check(self, name: str) -> "Window":
        """What every page has to be: small, without violations, and what its language says."""
        page = self.page
        said = page.evaluate("() => [document.documentElement.lang, document.documentElement.dir]")
        expect = self.language.split("-")[0]
        assert said == [expect, "rtl" if expect == "ar" else "ltr"], said
        assert len(page.content().encode()) < PAGE_BYTES_MAX, name
        run = f"axe.run(document, {{runOnly: {RULES!r}, resultTypes: ['violations']}}).then(r => r.violations)"
        violations = self.evaluate(f"{AXE.read_text()}; {run}")
        told = [(found["id"], [node["html"] + " " + node["failureSummary"] for node in found["nodes"]])
                for found in violations]
        self.picture(name)
        assert not told, f"{name}: {told}"
        # Nothing is cut off or has to be scrolled sideways.
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
        return self

    def picture(self, name: str) -> None:
        if self.chromium.pictures:
            size = self.page.viewport_size or WIDE
            dark = self.page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
            look = f"{self.language}-{'narrow' if size['width'] < 500 else 'wide'}-{'dark' if dark else 'light'}"
            self.page.screenshot(path=self.chromium.pictures / f"{name}-{look}.png", full_page=True)


class App:
    """An application that people sign in to with the code flow and PKCE."""

    def __init__(self, graph: Graph, redirect: str):
        app, _ = graph.app("window", isFallbackPublicClient=True, publicClient={"redirectUris": [redirect]})
        self.redirect = redirect
        self.graph, self.client_id, self.name = graph, app["appId"], app["displayName"]
        self.verifier = secrets.token_urlsafe(32)

    def url(self, scope: str = "openid profile User.Read", **more: str) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": self.client_id, "redirect_uri": self.redirect, "response_type": "code", "scope": scope,
            "state": "s", "code_challenge": challenge, "code_challenge_method": "S256", **more,
        }
        return f"{self.graph.server.authority}/oauth2/v2.0/authorize?{urlencode(asked)}"

    def redeem(self, returned: dict) -> dict:
        """The tokens that a code buys, and the claims of the ID token."""
        assert "code" in returned, returned
        form = {
            "grant_type": "authorization_code", "client_id": self.client_id, "redirect_uri": self.redirect,
            "code": returned["code"], "code_verifier": self.verifier,
        }
        with self.graph.server.http() as http:
            answer = http.post(f"/{self.graph.server.tenant}/oauth2/v2.0/token", data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @staticmethod
    def claims(tokens: dict) -> dict:
        """What the ID token says; the token came straight from the server, so its signature says nothing more."""
        part = tokens["id_token"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
