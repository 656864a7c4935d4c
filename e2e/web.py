"""The admin center and My portal in Chromium: signed in as somebody, looked at by axe, and asked to stay at home."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Request

from chromium import AXE, RULES, Window
from graph import PASSWORD, Graph

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
HELPDESK_ADMINISTRATOR = "729827e3-9c14-49f7-bb1b-9608f156bbb8"

SETTLE_LOOKS_MAX = 100


def administrator(graph: Graph, stem: str = "keeper", role: str = GLOBAL_ADMINISTRATOR) -> dict:
    """Somebody who holds a role."""
    user = graph.user(stem)
    body = {"principalId": user["id"], "roleDefinitionId": role, "directoryScopeId": "/"}
    graph.post("/v1.0/roleManagement/directory/roleAssignments", body, 201)
    return user


class Portal:
    """A window on the admin center or on My portal."""

    def __init__(self, window: Window, url: str):
        self.window, self.page, self.url = window, window.page, url
        self.asked: list[str] = []
        self.waiting: set[Request] = set()
        self.page.on("request", self.begun)
        for over in ("requestfinished", "requestfailed"):
            self.page.on(over, lambda request: self.waiting.discard(request))

    def begun(self, request: Request) -> None:
        self.asked.append(request.url)
        # The stream of what changes never ends.
        if not urlsplit(request.url).path.endswith("/changes"):
            self.waiting.add(request)

    def settle(self) -> None:
        """Wait until nothing was asked for any more for a moment."""
        quiet = 0
        for _ in range(SETTLE_LOOKS_MAX):
            quiet = 0 if self.waiting else quiet + 1
            if quiet == 3:
                return
            self.page.wait_for_timeout(100)

    def enter(self, user: dict, path: str = "/admin", secret: str = PASSWORD) -> "Portal":
        """Come in by our own sign-in pages."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector("[name=loginfmt]")
        self.window.sign_in(user, secret)
        self.page.wait_for_url(lambda url: urlsplit(url).path.rstrip("/") == path.split("?")[0].rstrip("/"))
        self.page.wait_for_selector("main h1")
        return self

    def go(self, path: str) -> "Portal":
        self.page.goto(self.url + path)
        self.page.wait_for_selector("main h1")
        return self

    def see(self, text: str, where: str = "body") -> "Portal":
        self.page.locator(where).get_by_text(text).first.wait_for()
        return self

    def press(self, name: str, role: str = "button") -> "Portal":
        self.page.get_by_role(role, name=name, exact=True).first.click()
        return self

    def fill(self, label: str, text: str) -> "Portal":
        # What must be given has a star after its name.
        self.page.get_by_label(re.compile(rf"^{re.escape(label)}\s*\*?$")).first.fill(text)
        return self

    def pick(self, label: str, name: str) -> "Portal":
        """Choose somebody or something by name."""
        box = self.page.get_by_role("combobox", name=label).first
        box.click()
        box.press_sequentially(name)
        self.page.get_by_role("option", name=name).first.click()
        return self

    def tab(self, name: str) -> "Portal":
        self.page.get_by_role("tab", name=name, exact=True).click()
        return self

    def confirm(self, name: str, typed: str | None = None) -> "Portal":
        """Say yes to a question, once it shows what follows."""
        dialog = self.page.get_by_role("alertdialog")
        if typed:
            dialog.get_by_role("textbox").last.fill(typed)
        dialog.get_by_role("button", name=name, exact=True).click()
        dialog.wait_for(state="detached")
        return self

    @property
    def heading(self) -> str:
        return self.page.locator("main h1").inner_text().strip()

    @property
    def strangers(self) -> set[str]:
        """Where else the page asked for anything."""
        own = urlsplit(self.url).netloc
        return {urlsplit(url).netloc for url in self.asked if urlsplit(url).scheme.startswith("http")} - {own}

    @property
    def script_bytes(self) -> int:
        """Bytes of script, as they came over the wire."""
        sizes = "performance.getEntriesByType('resource').filter(r => r.name.endsWith('.js')).map(r => r.encodedBodySize)"
        return sum(self.page.evaluate(sizes))

    def check(self, name: str) -> "Portal":
        """No violation, nothing too wide, and the page's language is said."""
        self.page.wait_for_function("() => !document.querySelector('main .fui-Spinner')")
        self.settle()
        # A question that was answered gives back what it hid from screen readers, a moment later.
        self.page.wait_for_function("() => document.querySelector('[role=dialog], [role=alertdialog]') || !document.querySelector('#root[aria-hidden=true]')")
        # What Fluent's focus trap puts there for the keyboard to land on is hidden from everybody, and says so.
        there = "{exclude: [['[data-tabster-dummy]']]}"
        run = f"axe.run({there}, {{runOnly: {RULES!r}, resultTypes: ['violations']}}).then(r => r.violations)"
        violations = self.window.evaluate(f"{AXE.read_text()}; {run}")
        told = [(found["id"], [node["html"][:300] + " " + node["failureSummary"] for node in found["nodes"][:3]])
                for found in violations]
        self.window.picture(name)
        assert not told, f"{name}: {told}"
        assert self.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
        return self
