"""msal, unmodified: a device without a keyboard is let in from another screen."""

from concurrent.futures import ThreadPoolExecutor

import msal

from graph import Graph
from people import asked_once, code_typed, public_app


def begin(server, graph):
    app = msal.PublicClientApplication(public_app(graph), authority=server.authority, instance_discovery=False)
    flow = app.initiate_device_flow(["User.Read"])
    assert "user_code" in flow, flow
    flow["interval"] = 1
    return app, flow


def test_a_code_typed_on_another_screen_lets_the_device_in(server, graph):
    user, (app, flow) = graph.user("device"), begin(server, graph)
    with ThreadPoolExecutor(1) as other:
        screen = other.submit(code_typed, server, flow, user)
        # msal asks until the code expires; if nobody could type it, that is now.
        got = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: screen.done() and screen.exception())
        screen.result()
    assert "access_token" in got, got
    assert Graph(server, got["access_token"]).get("/v1.0/me")["id"] == user["id"]
    assert app.acquire_token_silent(["User.Read"], app.get_accounts()[0], force_refresh=True)["access_token"]


def test_a_device_waits_until_somebody_decides(server, graph):
    app, flow = begin(server, graph)
    got = asked_once(app, flow)
    assert got["error"] == "authorization_pending" and got["error_codes"] == [70016], got


def test_a_device_that_is_refused_stays_out(server, graph):
    user, (app, flow) = graph.user("refuser"), begin(server, graph)
    code_typed(server, flow, user, decision="cancel")
    got = asked_once(app, flow)
    assert got["error"] in ("authorization_declined", "access_denied"), got
