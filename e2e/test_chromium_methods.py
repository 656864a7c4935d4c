"""Chromium registers and uses every way to sign in, on the real pages: passkeys, authenticator apps, recovery codes."""

import base64
import hashlib
import hmac
import struct
import time

import pytest

from chromium import NARROW, App
from graph import PASSWORD, unique

PERIOD_SECONDS = 30


@pytest.fixture(scope="module")
def app(chromium, graph):
    return App(graph, chromium.redirect)


@pytest.fixture
def careful(graph, app):
    """Makes a policy by which these people need a second factor for the application."""
    made = []

    def policy(user: dict) -> None:
        body = {
            "displayName": unique("second-factor"), "state": "enabled",
            "conditions": {
                "users": {"includeUsers": [user["id"]]}, "applications": {"includeApplications": ["All"]},
                "clientAppTypes": ["all"],
            },
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        }
        made.append(graph.post("/v1.0/identity/conditionalAccess/policies", body, 201)["id"])

    yield policy
    for each in made:
        graph.delete(f"/v1.0/identity/conditionalAccess/policies/{each}", 204)


def code_of(key: str, steps_ahead: int = 0) -> str:
    """The code that an app shows for a key (RFC 6238), now or some steps later."""
    secret = base64.b32decode(key.replace(" ", "") + "=" * (-len(key.replace(" ", "")) % 8))
    counter = int(time.time()) // PERIOD_SECONDS + steps_ahead
    digest = hmac.new(secret, struct.pack(">Q", counter), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def security_info(window, server, user, secret=PASSWORD):
    return window.go(f"{server.url}/account/security-info").sign_in(user, secret)


def add_passkey(window) -> None:
    window.press("button[value=fido2]").check("add-passkey").press("form[data-passkey] button")


def add_app(window) -> str:
    """Add an authenticator app; answers its key."""
    window.press("button[value=softwareOath]").check("add-app")
    key = window.page.locator("p.code").inner_text()
    window.type(otc=code_of(key)).press()
    return key


def arrive(window) -> dict:
    """Agree to what the application asks for, if it asks, and answer what it was told."""
    if not window.page.url.startswith(window.chromium.redirect):
        window.press("button[value=accept]")
    return window.returned


def test_a_passkey_is_enough_and_needs_no_name(chromium, server, graph, app):
    user = graph.user("passkey")
    with chromium.window() as window:
        authenticator = window.authenticator()
        security_info(window, server, user).check("security-info")
        add_passkey(window)
        window.check("security-info-passkey")
        assert len(window.credentials(authenticator)) == 1
        window.go(f"{server.authority}/oauth2/v2.0/logout").press()
        window.cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": authenticator, "enabled": False})
        window.go(app.url()).check("sign-in-passkey")
        window.cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": authenticator, "enabled": True})
        window.press("form[data-passkey] button")
        claims = app.claims(app.redeem(arrive(window)))
        assert claims["oid"] == user["id"] and {"fido", "mfa"} <= set(claims["amr"]), claims
        assert window.credentials(authenticator)[0]["signCount"] > 1


def test_a_passkey_that_its_owner_does_not_verify_is_the_second_factor_only(chromium, server, graph, app, careful):
    user = graph.user("key")
    with chromium.window() as window:
        window.authenticator(transport="usb", hasUserVerification=False, isUserVerified=False, hasResidentKey=False)
        security_info(window, server, user)
        add_passkey(window)
        window.go(f"{server.authority}/oauth2/v2.0/logout").press()
        careful(user)
        window.go(app.url()).sign_in(user).check("second-factor-passkey").press("form[data-passkey] button")
        claims = app.claims(app.redeem(arrive(window)))
        assert {"pwd", "fido", "mfa"} <= set(claims["amr"]), claims


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_an_app_and_a_recovery_code_are_second_factors(chromium, server, graph, app, careful, language):
    user = graph.user("authenticator")
    with chromium.window(language, viewport=NARROW, dark=language == "de") as window:
        security_info(window, server, user)
        key = add_app(window)
        window.check("security-info-app")
        window.press("button[value=codes]").check("recovery-codes")
        codes = window.page.locator("ul.code li").all_inner_texts()
        assert len(set(codes)) == len(codes) >= 8
        window.go(f"{server.url}/account/activity").check("activity")
        window.go(f"{server.url}/account/sessions").check("sessions")
        window.go(f"{server.authority}/oauth2/v2.0/logout").press()
        careful(user)
        window.go(app.url()).sign_in(user).check("second-factor-app")
        window.type(otc="000000").press().check("second-factor-app-wrong")
        assert window.page.locator("[role=alert]:visible").count() == 1
        # The code of the registration was used up; the next one counts already.
        window.type(otc=code_of(key, steps_ahead=1)).press()
        claims = app.claims(app.redeem(arrive(window)))
        assert {"pwd", "otp", "mfa"} <= set(claims["amr"]), claims
        window.go(f"{server.authority}/oauth2/v2.0/logout").press()
        window.go(app.url()).sign_in(user).press("button[value=recoveryCode]").check("second-factor-recovery-code")
        window.type(otc=codes[0]).press()
        assert app.redeem(arrive(window))
        window.go(f"{server.authority}/oauth2/v2.0/logout").press()
        window.go(app.url()).sign_in(user).press("button[value=recoveryCode]").type(otc=codes[0]).press()
        assert window.page.locator("[role=alert]:visible").count() == 1, "each lets in once"


def test_who_must_have_a_second_factor_sets_it_up_on_the_way_in(chromium, server, graph, app, careful):
    user = graph.user("asked")
    careful(user)
    with chromium.window() as window:
        window.go(app.url()).sign_in(user).check("choose-method")
        key = add_app(window)
        assert key
        claims = app.claims(app.redeem(arrive(window)))
        assert "mfa" in claims["amr"], claims


def test_a_password_is_changed_by_its_owner(chromium, server, graph, app):
    user = graph.user("changer")
    with chromium.window("de") as window:
        security_info(window, server, user)
        window.go(f"{server.url}/account/password").check("change-password")
        new = "kestrel over moorland"
        window.type(passwd="not this one", newpasswd=new, confirmpasswd=new).press().check("change-password-wrong")
        window.type(passwd=PASSWORD, newpasswd=new, confirmpasswd=new).press()
    with chromium.window() as window:
        window.go(app.url()).sign_in(user)
        assert window.page.locator("[role=alert]:visible").count() == 1, "the old one is over"
        window.type(passwd=new).press()
        assert arrive(window)["code"]


def test_a_forgotten_password_is_reset_by_its_owner(chromium, server, graph, app):
    user = graph.user("forgetful")
    policy = "/v1.0/policies/authenticationMethodsPolicy"
    everybody = [{"targetType": "group", "id": "all_users"}]
    one = {"state": "enabled", "numberOfMethodsRequired": 1, "includeTargets": everybody}
    graph.patch(policy, {"selfServicePasswordReset": one})
    try:
        with chromium.window("ar", viewport=NARROW) as window:
            security_info(window, server, user)
            key = add_app(window)
            window.go(f"{server.authority}/oauth2/v2.0/logout").press()
            window.go(f"{server.authority}/passwordreset").check("reset-name")
            window.type(loginfmt=user["userPrincipalName"]).press().check("reset-prove")
            window.page.locator("input[value=softwareOath]").check()
            window.type(otc="000000").press().check("reset-prove-wrong")
            window.page.locator("input[value=softwareOath]").check()
            window.type(otc=code_of(key, steps_ahead=1)).press().check("reset-password")
            new = "heron beside the lock"
            window.type(newpasswd=new, confirmpasswd=new).press().check("reset-done")
    finally:
        graph.patch(policy, {"selfServicePasswordReset": None})
    with chromium.window() as window:
        window.go(app.url()).sign_in(user)
        assert window.page.locator("[role=alert]:visible").count() == 1, "the forgotten one is over"
        window.type(passwd=new).press()
        assert arrive(window)["code"]
