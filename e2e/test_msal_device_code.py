"""msal, unmodified: a device without a keyboard is let in from another screen."""

import threading

import msal

from browser import Browser
from graph import PASSWORD, Graph
from people import public_app


def begin(server, graph):
    app = msal.PublicClientApplication(public_app(graph), authority=server.authority, instance_discovery=False)
    flow = app.initiate_device_flow(["User.Read"])
    assert "user_code" in flow, flow
    flow["interval"] = 1
    return app, flow


def confirm(server, flow, user, decision="accept"):
    with server.http() as http:
        person = Browser(http, user["userPrincipalName"], PASSWORD)
        person.answers |= {"user_code": flow["user_code"], "decision": decision}
        return person.go(flow["verification_uri"])


def test_a_code_typed_on_another_screen_lets_the_device_in(server, graph):
    user, (app, flow) = graph.user("device"), begin(server, graph)
    screen = threading.Thread(target=confirm, args=(server, flow, user))
    screen.start()
    got = app.acquire_token_by_device_flow(flow)
    screen.join()
    assert "access_token" in got, got
    assert Graph(server, got["access_token"]).get("/v1.0/me")["id"] == user["id"]
    assert app.acquire_token_silent(["User.Read"], app.get_accounts()[0], force_refresh=True)["access_token"]


def test_a_device_waits_until_somebody_decides(server, graph):
    app, flow = begin(server, graph)
    got = app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
    assert got["error"] == "authorization_pending" and got["error_codes"] == [70016], got


def test_a_device_that_is_refused_stays_out(server, graph):
    user, (app, flow) = graph.user("refuser"), begin(server, graph)
    confirm(server, flow, user, decision="cancel")
    got = app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
    assert got["error"] in ("authorization_declined", "access_denied"), got
