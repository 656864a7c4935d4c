"""Many at once: what there is one of goes to exactly one."""

import concurrent.futures

import msal

from browser import Browser, Refused
from graph import PASSWORD, unique
from people import REDIRECT, public_app

AT_ONCE = 12


def all_at_once(call) -> list:
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(call, range(AT_ONCE)))


def test_one_name_is_given_once(server, graph):
    name = unique("contested")

    def create(at: int) -> int:
        nickname = f"{name}-{at}"
        body = {"accountEnabled": True, "displayName": nickname, "mailNickname": nickname,
                "userPrincipalName": f"{name}@xyz.example", "passwordProfile": {"password": PASSWORD}}
        return graph.http.post("/v1.0/users", json=body).status_code

    assert sorted(all_at_once(create)) == [201] + [400] * (AT_ONCE - 1)


def test_one_member_is_added_once(server, graph):
    group, user = graph.group(), graph.user()
    reference = {"@odata.id": f"https://x/v1.0/users/{user['id']}"}
    statuses = all_at_once(lambda _: graph.http.post(f"/v1.0/groups/{group['id']}/members/$ref", json=reference).status_code)
    assert sorted(statuses) == [204] + [400] * (AT_ONCE - 1)
    assert graph.members(group) == {user["id"]}


def test_changes_of_different_properties_do_not_undo_each_other(server, graph):
    user = graph.user()
    names = ["jobTitle", "department", "city", "companyName", "officeLocation", "state", "givenName", "surname"]
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: graph.patch(f"/v1.0/users/{user['id']}", {name: "set"}, 204), names))
    got = graph.get(f"/v1.0/users/{user['id']}?$select={','.join(names)}")
    assert {name: got[name] for name in names} == dict.fromkeys(names, "set")


def test_a_code_is_redeemed_once(server, graph):
    user, client_id = graph.user(), public_app(graph)
    app = msal.PublicClientApplication(client_id, authority=server.authority, instance_discovery=False)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
    with server.http() as http:
        answer = Browser(http, user["userPrincipalName"], PASSWORD).go(flow["auth_uri"], back_to=REDIRECT)
        form = {"grant_type": "authorization_code", "client_id": client_id, "code": answer["code"],
                "redirect_uri": REDIRECT, "code_verifier": flow["code_verifier"]}
        redeem = lambda _: http.post(f"/{server.tenant}/oauth2/v2.0/token", data=form).status_code  # noqa: E731
        assert sorted(all_at_once(redeem)) == [200] + [400] * (AT_ONCE - 1)


def test_a_pass_for_one_use_lets_one_in(server, graph):
    user, client_id = graph.user(), public_app(graph)
    access_pass = graph.access_pass(user)
    app = msal.PublicClientApplication(client_id, authority=server.authority, instance_discovery=False)
    flows = [app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT) for _ in range(AT_ONCE)]

    def try_it(at: int) -> bool:
        with server.http() as http:
            try:
                answer = Browser(http, user["userPrincipalName"], access_pass).go(flows[at]["auth_uri"], back_to=REDIRECT)
            except Refused:
                return False
        return isinstance(answer, dict) and "code" in answer

    assert sum(all_at_once(try_it)) == 1
