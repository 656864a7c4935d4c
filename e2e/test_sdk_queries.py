"""msgraph-sdk, unmodified: the questions that can be asked of a list."""

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.user_collection_response import UserCollectionResponse
from msgraph.generated.users.count.count_request_builder import CountRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.tasks.page_iterator import PageIterator

from graph import short, unique
from test_sdk_users import new_user


@pytest.fixture(scope="module")
async def staff(sdk):
    """Seven people of a department of their own."""
    department, head = unique("dept"), short()
    people = []
    for at in range(7):
        asked = new_user("staff", department=department, employee_id=f"{head}-{at}")
        asked.job_title = ["Clerk", "Chef"][at % 2]
        made = await sdk.users.post(asked)
        made.employee_id = asked.employee_id
        people.append(made)
    return department, people


def ask(advanced: bool = False, **parameters) -> RequestConfiguration:
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**parameters)
    asked = RequestConfiguration(query_parameters=query)
    if advanced:
        asked.headers.add("ConsistencyLevel", "eventual")
    return asked


async def names(sdk, advanced: bool = False, **parameters) -> list[str]:
    found = await sdk.users.get(ask(advanced, **parameters))
    return [user.employee_id for user in found.value]


async def test_simple_filters_find_who_is_meant(sdk, staff):
    department, people = staff
    of = f"department eq '{department}'"
    select = ["id", "employeeId"]
    expectations = {
        of: 7,
        f"{of} and jobTitle eq 'Clerk'": 4,
        f"{of} and (jobTitle eq 'Chef' or employeeId eq '{people[0].employee_id}')": 4,
        f"{of} and accountEnabled eq true": 7,
        f"startswith(department,'{department}')": 7,
        f"startsWith(userPrincipalName, '{people[3].user_principal_name}')": 1,
        f"department in ('{department}','nowhere')": 7,
        f"employeeId eq '{people[5].employee_id}'": 1,
        f"id eq '{people[2].id}'": 1,
        f"{of} and jobTitle eq 'it''s quoted'": 0,
    }
    for text, count in expectations.items():
        found = await names(sdk, filter=text, select=select)
        assert len(found) == count, (text, found)


async def test_advanced_filters_need_to_be_asked_for_as_such(sdk, staff):
    department, _ = staff
    of = f"department eq '{department}'"
    expectations = {
        f"{of} and jobTitle ne 'Clerk'": 3,
        f"{of} and not(startsWith(displayName,'nobody'))": 7,
        f"{of} and endsWith(userPrincipalName,'@xyz.example')": 7,
        f"{of} and NOT(department eq 'elsewhere')": 7,
        f"{of} and companyName eq null": 7,
        f"{of} and createdDateTime ge 2020-01-01T00:00:00Z": 7,
    }
    for text, count in expectations.items():
        found = await sdk.users.get(ask(True, filter=text, count=True, select=["id"]))
        assert len(found.value) == count and found.odata_count == count, text
    with pytest.raises(ODataError) as refused:
        await sdk.users.get(ask(filter=f"{of} and jobTitle ne 'Clerk'"))
    assert refused.value.error.code == "Request_UnsupportedQuery"


async def test_lists_are_ordered(sdk, staff):
    department, people = staff
    of = f"startswith(displayName,'staff-') and department eq '{department}'"
    ordered = await sdk.users.get(ask(True, filter=of, orderby=["displayName desc"], count=True))
    expected = sorted((user.display_name for user in people), reverse=True, key=str.lower)
    assert [user.display_name for user in ordered.value] == expected


async def test_pages_follow_each_other_to_the_end(sdk, staff):
    department, people = staff
    asked = ask(True, filter=f"department eq '{department}'", top=3, count=True, select=["id", "displayName"])
    first = await sdk.users.get(asked)
    assert len(first.value) == 3 and first.odata_count == 7 and "$skiptoken" in first.odata_next_link
    seen = []
    pages = PageIterator(first, sdk.request_adapter)
    await pages.iterate(lambda user: seen.append(user) or True)
    assert sorted(user.id for user in seen) == sorted(user.id for user in people)
    assert len(seen) == 7 and all(user.display_name for user in seen)
    last = first
    for _ in range(2):
        last = await sdk.users.with_url(last.odata_next_link).get()
    assert isinstance(last, UserCollectionResponse) and last.odata_next_link is None


async def test_everything_can_be_counted(sdk, staff):
    department, _ = staff
    query = CountRequestBuilder.CountRequestBuilderGetQueryParameters(filter=f"department eq '{department}'")
    asked = RequestConfiguration(query_parameters=query)
    asked.headers.add("ConsistencyLevel", "eventual")
    assert await sdk.users.count.get(asked) == 7
    with pytest.raises(ODataError) as refused:
        await sdk.users.count.get()
    assert refused.value.response_status_code == 400 and "$count" in refused.value.error.message


async def test_a_search_finds_names_by_their_beginning(sdk, staff):
    _, people = staff
    name = people[4].display_name
    found = await sdk.users.get(ask(True, search=f'"displayName:{name}"'))
    assert [user.id for user in found.value] == [people[4].id]
    found = await sdk.users.get(ask(True, search=f'"displayName:{name}" OR "displayName:{people[5].display_name}"'))
    assert {user.id for user in found.value} == {people[4].id, people[5].id}
    with pytest.raises(ODataError) as refused:
        await sdk.users.get(ask(search=f'"displayName:{name}"'))
    assert refused.value.error.code == "Request_UnsupportedQuery" and "ConsistencyLevel" in refused.value.error.message


async def test_a_filter_that_cannot_be_read_is_refused_with_a_reason(sdk):
    for wrong in ["displayName eq", "displayName eq 'x", "nothing eq 'x'", "displayName like 'x'", "(((", "id eq 5 5"]:
        with pytest.raises(ODataError) as refused:
            await sdk.users.get(ask(filter=wrong))
        assert refused.value.response_status_code == 400, wrong
        assert refused.value.error.code in ("BadRequest", "Request_BadRequest", "Request_UnsupportedQuery"), wrong


async def test_a_page_is_not_larger_than_allowed(sdk):
    with pytest.raises(ODataError) as refused:
        await sdk.users.get(ask(top=1000))
    assert refused.value.response_status_code == 400


def test_a_context_says_what_is_in_an_answer(graph, server):
    listed = graph.get("/v1.0/users?$select=id,displayName&$top=1")
    assert listed["@odata.context"] == f"{server.url}/v1.0/$metadata#users(id,displayName)"
    assert set(listed["value"][0]) <= {"id", "displayName", "@odata.id"}
    whole = graph.get(f"/v1.0/users/{listed['value'][0]['id']}")
    assert whole["@odata.context"] == f"{server.url}/v1.0/$metadata#users/$entity"
    default = {"businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation"}
    default |= {"preferredLanguage", "surname", "userPrincipalName", "@odata.context"}
    assert set(whole) == default


def test_addresses_are_read_as_tolerantly_as_clients_write_them(graph):
    one = graph.user("tolerant")
    for path in (
        f"/v1.0/users('{one['id']}')",
        f"/v1.0/Users/{one['id'].upper()}",
        f"/beta/users/{one['userPrincipalName']}",
        f"/v1.0/users(userPrincipalName='{one['userPrincipalName']}')",
        f"/v1.0/myorganization/users/{one['id']}",
        f"/v1.0//users/{one['id']}/",
        f"/v1.0/users/{one['id']}?&$select=id",
        f"/v1.0/directoryObjects/{one['id']}",
    ):
        assert graph.get(path)["id"] == one["id"], path
    assert "userPrincipalName" in graph.get(f"/beta/users?filter=id eq '{one['id']}'")["value"][0]
