"""msgraph-sdk, unmodified: what has changed since the last time."""

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.user import User
from msgraph.generated.users.delta.delta_request_builder import DeltaRequestBuilder

from graph import PAGES_MAX
from test_sdk_users import new_user


async def follow(sdk, page) -> tuple[dict[str, User], str]:
    """All that a round of changes says, and where the next one begins."""
    seen = {}
    for _ in range(PAGES_MAX):
        seen |= {user.id: user for user in page.value}
        if page.odata_delta_link:
            return seen, page.odata_delta_link
        page = await sdk.users.delta.with_url(page.odata_next_link).get()
    raise AssertionError(f"no end after {PAGES_MAX} pages")


async def test_a_round_of_changes_shows_what_happened_since(sdk):
    kept, removed = await sdk.users.post(new_user("kept")), await sdk.users.post(new_user("removed"))
    seen, link = await follow(sdk, await sdk.users.delta.get())
    assert {kept.id, removed.id} <= set(seen) and seen[kept.id].display_name == kept.display_name

    seen, link = await follow(sdk, await sdk.users.delta.with_url(link).get())
    assert seen == {}, "nothing has happened"

    added = await sdk.users.post(new_user("added"))
    await sdk.users.by_user_id(kept.id).patch(User(job_title="Changed"))
    await sdk.users.by_user_id(removed.id).delete()
    seen, link = await follow(sdk, await sdk.users.delta.with_url(link).get())
    assert set(seen) == {added.id, kept.id, removed.id}
    assert seen[kept.id].job_title == "Changed"
    assert seen[removed.id].additional_data["@removed"]["reason"] in ("changed", "deleted")

    seen, _ = await follow(sdk, await sdk.users.delta.with_url(link).get())
    assert seen == {}


async def test_only_what_is_asked_for_is_told(sdk):
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=["jobTitle"])
    made = await sdk.users.post(new_user("selected"))
    _, link = await follow(sdk, await sdk.users.delta.get(RequestConfiguration(query_parameters=query)))
    await sdk.users.by_user_id(made.id).patch(User(job_title="Asked for"))
    seen, _ = await follow(sdk, await sdk.users.delta.with_url(link).get())
    assert seen[made.id].job_title == "Asked for" and seen[made.id].display_name is None


def test_the_newest_link_can_be_had_without_the_past(graph):
    answer = graph.get("/v1.0/users/delta?$deltatoken=latest")
    assert answer["value"] == []
    made = graph.user("later")
    assert [user["id"] for user in graph.get(answer["@odata.deltaLink"])["value"]] == [made["id"]]


def test_members_of_a_group_are_told_as_changes(graph):
    group, user = graph.group("delta"), graph.user()
    first = graph.get("/v1.0/groups/microsoft.graph.delta?$deltatoken=latest&$select=displayName,members")
    where = f"/v1.0/groups/{group['id']}/members"
    graph.post(f"{where}/$ref", {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{user['id']}"}, 204)
    second = graph.get(first["@odata.deltaLink"])
    [told] = [item for item in second["value"] if item["id"] == group["id"]]
    assert [member["id"] for member in told["members@delta"]] == [user["id"]]
    graph.delete(f"{where}/{user['id']}/$ref", 204)
    [told] = [item for item in graph.get(second["@odata.deltaLink"])["value"] if item["id"] == group["id"]]
    [member] = told["members@delta"]
    assert member["id"] == user["id"] and member["@removed"]["reason"] == "deleted"


def test_a_link_that_was_tampered_with_is_refused(graph):
    for token in ("x", "eyJ9", "A" * 3000, "%00"):
        answer = graph.http.get(f"/v1.0/users/delta?$deltatoken={token}")
        assert answer.status_code in (400, 410), (token, answer.text)
        assert answer.json()["error"]["code"]
