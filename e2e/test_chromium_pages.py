"""Chromium on the pages as they are: readable and usable for everybody, in every language, on every screen, with scripts off."""

import base64
import struct
import zlib

import msal
import pytest

from chromium import NARROW, WIDE, App, Chromium
from graph import PASSWORD, unique
from people import asked_once, public_app

LANGUAGES = ["en", "de", "fr", "es", "ja", "ar"]


@pytest.fixture(scope="module")
def app(chromium, graph):
    return App(graph, chromium.redirect)


def test_a_browser_that_does_not_know_the_authority_goes_no_further(server, chromium, tmp_path):
    stranger = Chromium(None, tmp_path, beside=chromium)
    try:
        window = stranger.window()
        with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
            window.go(server.url)
    finally:
        stranger.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_in_is_clean_in_every_language(chromium, graph, app, language):
    user = graph.user("reader", must_change=True)
    # German has the longest words, Arabic runs the other way: these are looked at on both screens.
    looks = [(WIDE, False), (NARROW, True)] if language in ("en", "de", "ar") else [(NARROW, False)]
    with chromium.window(language) as window:
        page = window.page

        def seen(name):
            for viewport, dark in looks:
                page.set_viewport_size(viewport)
                page.emulate_media(color_scheme="dark" if dark else "light")
                window.check(name)

        window.go(app.url())
        seen("user-name")
        window.type(loginfmt=user["userPrincipalName"]).press()
        seen("password")
        window.type(passwd="not this one").press()
        seen("password-wrong")
        window.type(passwd=PASSWORD).press()
        seen("new-password")
        window.type(newpasswd="short", confirmpasswd="short").press()
        seen("new-password-weak")
        window.type(newpasswd="kestrel over moorland", confirmpasswd="kestrel over moorland").press()
        seen("consent")
        window.press()
        assert "code" in window.returned
        window.go(f"{graph.server.url}/device")
        seen("user-code")
        window.type(user_code="BCDF-GHJK").press()
        seen("user-code-wrong")
        window.go(f"{graph.server.authority}/oauth2/v2.0/logout")
        seen("sign-out")
        window.press()
        seen("signed-out")
        window.go(app.url(client_id="00000000-0000-4000-8000-0000000000ff"))
        seen("error")


def test_scripts_are_not_needed(chromium, graph, app):
    user = graph.user("scriptless", must_change=True)
    with chromium.window(java_script_enabled=False) as window:
        window.go(app.url()).sign_in(user)
        window.type(newpasswd="kestrel over moorland", confirmpasswd="kestrel over moorland").press().press()
        assert "code" in window.returned


def test_the_keyboard_is_enough_and_shows_where_it_is(chromium, graph, app):
    user = graph.user("typist")
    with chromium.window() as window:
        page = window.go(app.url()).page
        # The first field has the focus already.
        page.keyboard.type(user["userPrincipalName"])
        page.keyboard.press("Enter")
        page.wait_for_selector("#passwd")
        page.keyboard.type("not this one")
        page.keyboard.press("Enter")
        notice = page.wait_for_selector("[role=alert]")
        assert notice.query_selector("a").get_attribute("href") == "#passwd"
        field = page.locator("#passwd")
        assert field.get_attribute("aria-describedby") == "notice" and field.get_attribute("aria-invalid") == "true"
        names = []
        for _ in range(3):
            names.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", names
            page.keyboard.press("Tab")
        assert names == ["passwd", "kmsi", "BUTTON"], names


def test_a_session_ends_where_it_is_ended(chromium, graph, app):
    user = graph.user("leaver")
    with chromium.window() as window:
        window.go(app.url()).sign_in(user).press()
        tokens = app.redeem(window.returned)
        assert tokens["id_token"]
        window.go(app.url(prompt="none"))
        assert "code" in window.returned, "single sign-on"
        window.go(f"{graph.server.authority}/oauth2/v2.0/logout").press()
        assert window.heading == "You are signed out"
        window.go(app.url(prompt="none"))
        assert window.returned["error"] == "login_required"


def test_a_pass_lets_somebody_in_once(chromium, graph, app):
    user = graph.user("newcomer")
    secret = graph.access_pass(user)
    with chromium.window() as window:
        window.go(app.url()).sign_in(user, secret).press()
        assert "code" in window.returned
    with chromium.window() as window:
        window.go(app.url()).sign_in(user, secret)
        assert "is wrong" in window.page.locator("#notice").inner_text()


def test_a_device_is_let_in_from_the_page(chromium, server, graph):
    user = graph.user("viewer")
    device = msal.PublicClientApplication(public_app(graph), authority=server.authority, instance_discovery=False)
    flow = device.initiate_device_flow(["User.Read"])
    with chromium.window("de") as window:
        window.go(flow["verification_uri"]).type(user_code=flow["user_code"]).press().sign_in(user)
        window.check("device")
        assert user["userPrincipalName"] in window.text and "127.0.0.1" in window.text
        window.press()
        window.check("device-done")
    assert "access_token" in asked_once(device, flow)


def picture(width: int, height: int) -> bytes:
    """A PNG of one colour."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\x20\x60\xa0" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_an_organisation_looks_like_itself(chromium, server, graph, app):
    branding = f"/v1.0/organization/{server.tenant}/branding"
    try:
        graph.patch(branding, {
            "backgroundColor": "#ffcc00", "headerBackgroundColor": "#123456", "usernameHintText": "name@xyz.example",
            "signInPageText": "Help desk: extension 42", "customPrivacyAndCookiesUrl": "https://xyz.example/privacy",
        }, 204)
        graph.post(f"{branding}/localizations", {"id": "ar", "signInPageText": "مكتب المساعدة: 42"}, 201)
        graph.ask("PUT", f"{branding}/bannerLogo", 204, content=picture(160, 40),
                  headers={"content-type": "image/png"})
        for language, help_text in [("en", "Help desk"), ("ar", "مكتب المساعدة")]:
            for dark in (False, True):
                with chromium.window(language, dark=dark) as window:
                    window.go(app.url())
                    assert help_text in window.text
                    ground = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
                    assert ground == "rgb(255, 204, 0)"
                    window.check("branded")
    finally:
        graph.delete(branding, 204)


def test_terms_of_use_stand_before_the_application(chromium, graph, app):
    user = graph.user("agreeable")
    data = base64.b64encode("Be kind to each other.\nLock your screen.".encode()).decode()
    text = {"fileName": "terms.txt", "language": "en", "isDefault": True, "fileData": {"data": data}}
    agreements = "/v1.0/identityGovernance/termsOfUse/agreements"
    terms = graph.post(agreements, {"displayName": unique("House rules"), "files": [text]}, 201)
    policy = graph.post("/v1.0/identity/conditionalAccess/policies", {
        "displayName": unique("terms"), "state": "enabled",
        "conditions": {
            "users": {"includeUsers": [user["id"]]}, "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
        },
        "grantControls": {"operator": "OR", "builtInControls": [], "termsOfUse": [terms["id"]]},
    }, 201)
    try:
        for language in ("de", "ar"):
            with chromium.window(language, viewport=NARROW) as window:
                window.go(app.url()).sign_in(user).check("terms-of-use")
                assert "Lock your screen." in window.text and terms["displayName"] in window.text
                window.press("button[value=decline]").check("terms-declined")
        with chromium.window() as window:
            window.go(app.url()).sign_in(user).press("button[value=accept]").press()
            assert "code" in window.returned
    finally:
        graph.delete(f"/v1.0/identity/conditionalAccess/policies/{policy['id']}", 204)


def test_a_policy_that_says_no_says_why_and_who_can_help(chromium, graph, app):
    user = graph.user("outsider")
    policy = graph.post("/v1.0/identity/conditionalAccess/policies", {
        "displayName": unique("Nobody from here"), "state": "enabled",
        "conditions": {
            "users": {"includeUsers": [user["id"]]}, "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
        },
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }, 201)
    try:
        for language, title in (("en", "You cannot get to this"), ("fr", "Vous n’avez pas accès à ceci")):
            with chromium.window(language) as window:
                window.go(app.url()).sign_in(user).check("blocked")
                assert window.heading == title
                assert "AADSTS53003" in window.text and policy["displayName"] in window.text
    finally:
        graph.delete(f"/v1.0/identity/conditionalAccess/policies/{policy['id']}", 204)
