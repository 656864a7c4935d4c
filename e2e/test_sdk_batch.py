"""msgraph-sdk, unmodified: many requests in one; and what other clients write differently."""

from msgraph.generated.models.user import User
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from graph import PASSWORD, unique
from test_sdk_users import new_user


async def test_a_batch_answers_each_request(sdk):
    """What stands in the answers is checked below: this client reads only bodies that are base64."""
    made = await sdk.users.post(new_user("batched"))
    get = BatchRequestItem(sdk.users.by_user_id(made.id).to_get_request_information(), id="get")
    missing = BatchRequestItem(
        sdk.users.by_user_id("00000000-0000-4000-8000-000000000002").to_get_request_information(), id="missing"
    )
    asked = new_user("in-batch")
    create = BatchRequestItem(sdk.users.to_post_request_information(asked), id="create")
    patch = BatchRequestItem(
        sdk.users.by_user_id(made.id).to_patch_request_information(User(job_title="Batched")), id="patch"
    )
    content = BatchRequestContent()
    for item in (get, missing, create, patch):
        content.add_request(item.id, item)
    answer = await sdk.batch.post(content)
    assert answer.get_response_status_codes() == {"get": 200, "missing": 404, "create": 201, "patch": 204}
    assert (await sdk.users.by_user_id(made.id).get()).job_title == "Batched"
    assert (await sdk.users.by_user_id(asked.user_principal_name).get()).display_name == asked.display_name


async def test_a_request_waits_for_what_it_depends_on(sdk):
    made = await sdk.users.post(new_user("first"))
    where = sdk.users.by_user_id(made.id)
    first = BatchRequestItem(where.to_patch_request_information(User(job_title="One")), id="1")
    second = BatchRequestItem(where.to_patch_request_information(User(job_title="Two")), id="2", depends_on=["1"])
    content = BatchRequestContent()
    content.add_request("1", first)
    content.add_request("2", second)
    answer = await sdk.batch.post(content)
    assert answer.get_response_status_codes() == {"1": 204, "2": 204}
    assert (await where.get()).job_title == "Two"


def batch(graph, requests, expect=200) -> dict:
    return graph.post("/v1.0/$batch", {"requests": requests}, expect)


def by_id(answer) -> dict:
    return {item["id"]: item for item in answer["responses"]}


def test_a_failure_spares_what_depends_on_it(graph):
    name = unique("never")
    body = {"displayName": name, "mailNickname": name, "accountEnabled": True, "userPrincipalName": f"{name}@xyz.example"}
    body["passwordProfile"] = {"password": PASSWORD}
    answer = batch(
        graph,
        [
            {"id": "a", "method": "GET", "url": "/users/00000000-0000-4000-8000-000000000003"},
            {"id": "b", "method": "POST", "url": "/users", "dependsOn": ["a"], "body": body,
             "headers": {"content-type": "application/json"}},
        ],
    )
    assert {key: item["status"] for key, item in by_id(answer).items()} == {"a": 404, "b": 424}
    assert graph.get(f"/v1.0/users?$filter=mailNickname eq '{name}'")["value"] == []


def test_ids_may_be_numbers_and_addresses_may_be_written_in_every_way(graph, server):
    user = graph.user("written")
    answer = batch(
        graph,
        [
            {"id": 1, "method": "GET", "url": f"users/{user['id']}"},
            {"id": 2, "method": "get", "url": f"/users/{user['id']}?$select=id"},
            {"id": 3, "method": "GET", "url": f"{server.url}/v1.0/users/{user['id']}"},
            {"id": 4, "method": "GET", "url": f"/users/{user['id']}", "depends_on": ["1"]},
            {"id": 5, "method": "GET", "url": "/users/$count", "headers": {"consistencylevel": "eventual"}},
        ],
    )
    items = by_id(answer)
    assert {key: item["status"] for key, item in items.items()} == {str(n): 200 for n in range(1, 6)}
    assert all(isinstance(item["headers"], dict) for item in items.values())
    assert items["1"]["body"]["id"] == user["id"] and int(items["5"]["body"]) >= 1


def test_a_batch_that_cannot_be_read_is_refused_whole(graph):
    one = {"id": "1", "method": "GET", "url": "/users"}
    for wrong in (
        {"requests": [one, one]},
        {"requests": [{**one, "id": str(n)} for n in range(21)]},
        {"requests": [{"id": "1", "method": "GET"}]},
        {"requests": [{**one, "dependsOn": ["nobody"]}]},
        {"requests": [{**one, "dependsOn": ["1"]}]},
        {"requests": "all"},
        {"nothing": 1},
        [],
    ):
        answer = graph.ask("POST", "/v1.0/$batch", 400, json=wrong)
        assert answer.json()["error"]["code"], wrong


def test_a_batch_within_a_batch_is_refused(graph):
    inner = {"id": "1", "method": "POST", "url": "/$batch", "body": {"requests": []},
             "headers": {"content-type": "application/json"}}
    answer = graph.http.post("/v1.0/$batch", json={"requests": [inner]})
    statuses = [answer.status_code, *(item["status"] for item in answer.json().get("responses", []))]
    assert 400 in statuses and max(statuses) < 500
