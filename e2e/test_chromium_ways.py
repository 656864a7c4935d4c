"""Chromium on the pages of the ways in and out that need more than a browser: a device, a mail, a certificate, other
applications."""

import email
import re

import pytest

from chromium import NARROW, WIDE, App, Chromium
from graph import Graph, unique, within
from test_certificates import asking, authority, trust_in
from test_chromium_methods import add_app, arrive
from test_push import demanding, device

# Fixtures of other files, which tests here ask for.
__all__ = ["asking", "authority", "demanding", "device"]
LOOKS = [("en", WIDE, False), ("ar", NARROW, True)]
METHODS = "/v1.0/policies/authenticationMethodsPolicy"
MAIL_SECONDS_MAX, DEVICE_SECONDS_MAX = 30, 30


@pytest.fixture(scope="module")
def app(chromium, graph):
    return App(graph, chromium.redirect)


def mail_to(server, address: str) -> str:
    """The text of the mail to an address, once it lies in the folder that takes the place of a mail server."""
    mails = (email.message_from_bytes(path.read_bytes()) for path in (server.data / "mail").glob("*.eml"))
    return next((mail.get_payload(decode=True).decode() for mail in mails if mail["to"] == address), "")


def answer_on(agent, user: dict, *answer: str) -> None:
    """Wait until the device was asked, and answer there."""
    within(DEVICE_SECONDS_MAX, lambda: user["userPrincipalName"] in agent.run("approvals").stdout, every=0.2)
    done = agent.run(*answer)
    assert done.returncode == 0, done.stderr


def test_the_page_waits_for_the_device_and_goes_on_by_itself(chromium, server, app, device, demanding):
    user, agent = device
    with chromium.window() as window:
        window.go(app.url()).sign_in(user).check("push")
        answer_on(agent, user, "approve", window.page.locator("p.number").inner_text().strip())
        window.page.wait_for_selector("p.number", state="detached")
        assert arrive(window)["code"]
        window.go(f"{server.url}/account/security-info")
        add_app(window)
    with chromium.window("ar", NARROW, dark=True) as window:
        window.go(app.url()).sign_in(user).check("push-or-app")
        answer_on(agent, user, "deny")
        window.page.wait_for_selector("p.number", state="detached")
        window.check("push-refused")
        notice = window.page.locator("[role=alert]:visible").inner_text()
        assert "جهازك" in notice, f"it says so in the page's language: {notice}"


@pytest.mark.parametrize("language, viewport, dark", LOOKS)
def test_a_campaign_asks_for_an_app_on_the_way(chromium, graph, app, language, viewport, dark):
    user = graph.user("nudged")
    target = {"id": user["id"], "targetType": "user", "targetedAuthenticationMethod": "softwareOath"}
    campaign = {"state": "enabled", "snoozeDurationInDays": 0, "includeTargets": [target]}
    graph.patch(METHODS, {"registrationEnforcement": {"authenticationMethodsRegistrationCampaign": campaign}})
    try:
        with chromium.window(language, viewport, dark) as window:
            window.go(app.url()).sign_in(user).check("campaign")
            window.press("button[value=later]")
            assert arrive(window)["code"]
        with chromium.window(language, viewport, dark) as window:
            window.go(app.url()).sign_in(user).press("button[value=now]").check("campaign-app")
    finally:
        graph.patch(METHODS, {"registrationEnforcement": None})


@pytest.mark.parametrize("language, viewport, dark", LOOKS)
def test_a_guest_types_the_code_that_the_mail_says(chromium, server, graph, app, language, viewport, dark):
    address = f"{unique('guest')}@partner.example"
    guest = graph.user("guest", userType="Guest", mail=address)
    with chromium.window(language, viewport, dark) as window:
        window.go(app.url()).type(loginfmt=guest["userPrincipalName"]).press()
        window.press("button[value=email]").check("mail-code")
        window.type(otc="00000000").press().check("mail-code-wrong")

        within(MAIL_SECONDS_MAX, lambda: mail_to(server, address))
        window.type(otc=re.search(r"\b\d{8}\b", mail_to(server, address)).group()).press()
        assert arrive(window)["code"]


@pytest.mark.parametrize("language, viewport, dark", LOOKS)
def test_signing_out_tells_the_applications_in_frames(chromium, server, graph, language, viewport, dark):
    app = App(graph, chromium.redirect)
    made = graph.get(f"/v1.0/applications(appId='{app.client_id}')")
    front = chromium.redirect.replace("/back", "/front")
    graph.patch(f"/v1.0/applications/{made['id']}", {"web": {"logoutUrl": front}})
    with chromium.window(language, viewport, dark) as window:
        told = []
        window.page.on("request", lambda request: told.append(request.url) if request.url.startswith(front) else None)
        window.go(app.url()).sign_in(graph.user("leaver"))
        app.redeem(arrive(window))
        window.go(f"{server.authority}/oauth2/v2.0/logout").press().check("signed-out-frames")
        assert len(told) == 1 and "sid=" in told[0] and "iss=" in told[0], told


def test_the_way_to_the_certificate_is_on_the_page(chromium, asking, authority, tmp_path):
    server, there = asking
    graph = Graph(server)
    trust_in(graph, authority)
    user = graph.user("holder")
    browser = Chromium(server.ca, tmp_path, chromium.pictures, beside=chromium)
    try:
        app = App(graph, browser.redirect)
        for language, viewport, dark in LOOKS:
            with browser.window(language, viewport, dark) as window:
                window.go(app.url()).check("certificate-name")
                window.type(loginfmt=user["userPrincipalName"]).press().check("certificate-password")
                window.press("button[name=certificate]").check("certificate-none")
                notice = window.page.locator("[role=alert]:visible").inner_text()
                assert ("المتصفح" if language == "ar" else "The browser") in notice, notice
                window.go(f"{there}/{server.tenant}/oauth2/v2.0/certificate?flow=none").check("certificate-over")
    finally:
        browser.close()
