"""Conditional Access while it is drafted: what would lock administrators out, what contradicts another policy, and what a policy
that only reports has said so far."""

import pytest

from graph import unique, within
from web import Portal, administrator

POLICIES = "/v1.0/identity/conditionalAccess/policies"


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


@pytest.fixture
def policy(graph):
    """Makes policies, and takes them away again."""
    made = []

    def make(state="disabled", users=None, applications=None, grant=None, **more) -> dict:
        body = {
            "displayName": unique("policy"), "state": state, **more,
            "conditions": {"clientAppTypes": ["all"], "users": users, "applications": applications or {"includeApplications": ["All"]}},
            "grantControls": grant or {"operator": "OR", "builtInControls": ["mfa"]},
        }
        made.append(graph.post(POLICIES, body, 201))
        return made[-1]

    yield make
    for one in made:
        graph.delete(f"{POLICIES}/{one['id']}")


def test_a_draft_that_locks_administrators_out_says_so_before_it_is_saved(chromium, server, graph, keeper, policy):
    made = policy(users={"includeUsers": ["All"]})
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/access/policies/{made['id']}")
        portal.see("It demands something of every administrator, you among them.")
        portal.see("In force as it is now, it leaves somebody who administers everything a way in.").check("web-policy-demands")
        portal.page.get_by_role("radio", name="Let nobody in").click()
        portal.see("In force as it is now, it would lock out everybody who administers everything.").check("web-policy-locks-out")
        portal.pick("But not", keeper["displayName"])
        portal.see("it leaves somebody who administers everything a way in.")
        assert not portal.page.get_by_text("it would lock out everybody").count()
        assert graph.get(f"{POLICIES}/{made['id']}")["grantControls"]["builtInControls"] == ["mfa"], "nothing was saved"


def test_a_draft_and_another_policy_that_refuses_the_same_are_both_named(chromium, server, graph, keeper, policy):
    team = graph.group("team")
    users = {"includeGroups": [team["id"]]}
    block = policy(state="enabledForReportingButNotEnforced", users=users, grant={"operator": "OR", "builtInControls": ["block"]})
    made = policy(state="enabledForReportingButNotEnforced", users=users)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/access/policies/{made['id']}")
        portal.see("Whatever it demands, another policy refuses everybody it is about.").check("web-policy-conflict")
        portal.page.get_by_role("link", name=block["displayName"], exact=True).click()
        portal.page.wait_for_url(f"**/{block['id']}")
        portal.see("It refuses everybody whom another policy would let in.")
        portal.page.get_by_role("link", name=made["displayName"], exact=True).wait_for()


def test_a_policy_that_only_reports_tells_whom_it_would_have_refused(chromium, server, graph, keeper, policy):
    somebody = graph.user("reported")
    made = policy(state="enabledForReportingButNotEnforced", users={"includeUsers": [somebody["id"]]}, grant={"operator": "OR", "builtInControls": ["block"]})
    with chromium.window() as window:
        Portal(window, server.url).enter(somebody, "/my")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/access/policies/{made['id']}")
        said = lambda row: [one["result"] for one in row["appliedConditionalAccessPolicies"] if one["id"] == made["id"]]  # noqa: E731
        rows = lambda: graph.get(f"/v1.0/auditLogs/signIns?$filter=userId eq '{somebody['id']}'")["value"]  # noqa: E731
        within(15, lambda: any(said(row) == ["reportOnlyFailure"] for row in rows()))
        portal.page.reload()
        portal.see("Who would have been refused").page.get_by_role("link", name=somebody["displayName"]).wait_for()
        assert portal.page.get_by_role("img", name="Refused: ").count() == 1
        portal.check("web-policy-reported")


def test_what_few_policies_say_is_edited_and_what_is_not_shown_stays(chromium, server, graph, keeper, policy):
    somebody = graph.user("careful")
    tenants = {"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"}
    guests = {"guestOrExternalUserTypes": "internalGuest", "externalTenants": tenants}
    made = policy(users={"includeUsers": [somebody["id"]], "excludeGuestsOrExternalUsers": guests})

    def choose(label: str, option: str) -> None:
        portal.page.get_by_role("combobox", name=label, exact=True).click()
        # Where several can be chosen, each is a tick.
        ticks = portal.page.get_by_role("menuitemcheckbox", name=option, exact=True)
        portal.page.get_by_role("option", name=option, exact=True).or_(ticks).click()
        portal.page.keyboard.press("Escape")

    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/access/policies/{made['id']}")
        choose("But not guests of these sorts", "Service provider")
        choose("But not who holds one of these roles", "Reports Reader")
        choose("Devices by a rule", "All but those that the rule matches")
        portal.fill("Rule", "device.isCompliant -eq True")
        choose("Ways of handing a sign-in on", "Device code flow")
        choose("Staying signed in after the browser was closed", "Never")
        portal.check("web-policy-more").press("Save")
        saved = lambda: graph.get(f"{POLICIES}/{made['id']}")  # noqa: E731
        within(15, lambda: saved()["sessionControls"] is not None)
        portal.page.get_by_role("radio", name="What somebody does").click()
        choose("Staying signed in after the browser was closed", "Not said")
        portal.press("Save")
        within(15, lambda: saved()["conditions"]["applications"]["includeUserActions"] == ["urn:user:registersecurityinfo"])
    conditions = saved()["conditions"]
    left_out = conditions["users"]["excludeGuestsOrExternalUsers"]
    assert left_out["guestOrExternalUserTypes"] == "internalGuest,serviceProvider" and left_out["externalTenants"]["membershipKind"] == "all"
    assert conditions["users"]["excludeRoles"] == ["4a5d8f65-41da-4de4-8968-e035b65339cf"]
    assert conditions["devices"]["deviceFilter"] == {"mode": "exclude", "rule": "device.isCompliant -eq True"}
    assert conditions["authenticationFlows"]["transferMethods"] == "deviceCodeFlow"
    assert (conditions["applications"]["includeApplications"], saved()["sessionControls"]) == ([], None)
