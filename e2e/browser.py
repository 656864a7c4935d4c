"""A browser without scripts: it keeps cookies, follows redirects, and fills in the forms of server-rendered pages.

It stands in for the person at the keyboard, so it knows only what is visible: names of fields, buttons, addresses.
"""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

PAGES_MAX = 20


class Refused(Exception):
    """A page said no, in these words."""


class Form:
    def __init__(self, attributes: dict):
        self.action = attributes.get("action") or ""
        self.method = (attributes.get("method") or "get").lower()
        self.fields: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []

    def add(self, tag: str, attributes: dict) -> None:
        name, value = attributes.get("name"), attributes.get("value") or ""
        kind = attributes.get("type") or ("submit" if tag == "button" else "text")
        if not name:
            return
        if kind == "submit":
            self.buttons.append((name, value))
        elif kind not in ("checkbox", "radio") or "checked" in attributes:
            self.fields[name] = value
            self.kinds[name] = kind


class Page(HTMLParser):
    """What stands on a page: its forms, and its text."""

    def __init__(self, text: str):
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.notice: list[str] = []
        self.has_script = self._is_in_notice = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.has_script |= tag == "script"
        self._is_in_notice |= attributes.get("role") == "alert" and "hidden" not in attributes
        if tag == "form":
            self.forms.append(Form(attributes))
        elif tag in ("input", "button") and self.forms:
            self.forms[-1].add(tag, attributes)

    def handle_endtag(self, tag):
        self._is_in_notice &= tag != "p"

    def handle_data(self, data):
        self.words += data.split()
        if self._is_in_notice:
            self.notice += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


class Browser:
    """A person with a user name and something to prove it with."""

    def __init__(self, http: httpx.Client, upn: str, secret: str, new_password: str | None = None):
        self.http = http
        self.answers = {"loginfmt": upn, "passwd": secret, "decision": "accept"}
        if new_password:
            self.answers |= {"newpasswd": new_password, "confirmpasswd": new_password}
        self.seen: list[str] = []

    def go(self, url: str, back_to: str | None = None) -> dict | str:
        """Go through the pages. Ends at the application (`back_to`) with what it is told, or at a page without a question
        with its text."""
        answer = self.http.get(url)
        for _ in range(PAGES_MAX):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if back_to and target.startswith(back_to):
                    return _fields_of(target)
                answer = self.http.get(target)
                continue
            page = self._look(answer)
            question = page.forms[0] if page.forms else None
            if page.notice:
                raise Refused(" ".join(page.notice))
            if question is None:
                return page.text
            action = urljoin(str(answer.url), question.action)
            if back_to and action.startswith(back_to):
                return dict(question.fields)
            answer = self.http.post(action, data=self._fill(question, page), headers={"origin": _origin(action)})
        raise AssertionError(f"no end after {PAGES_MAX} pages: {self.seen}")

    def _look(self, answer: httpx.Response) -> Page:
        page = Page(answer.text)
        self.seen.append(page.text)
        assert answer.status_code < 500, f"{answer.url} answered {answer.status_code}: {page.text}"
        assert "text/html" in answer.headers.get("content-type", ""), answer.text
        assert "default-src 'none'" in answer.headers.get("content-security-policy", ""), answer.headers
        assert page.forms or not page.has_script, "a page with a script has a form for who has none"
        return page

    def _fill(self, form: Form, page: Page) -> dict:
        """Type what is known into the fields; press the button that agrees, or the first one."""
        given = dict(form.fields)
        for name, kind in form.kinds.items():
            if kind != "hidden" and not given[name]:
                assert name in self.answers, f"nobody knows what to type into `{name}` of: {page.text}"
                given[name] = self.answers[name]
        agree = [(name, value) for name, value in form.buttons if self.answers.get(name) == value]
        given.update((agree or form.buttons)[:1])
        return given


def _fields_of(url: str) -> dict:
    parts = urlsplit(url)
    return dict(parse_qsl(parts.query or parts.fragment))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
