"""Whole stories in the admin center and My portal: people in windows of their own, on the built program."""

import pytest

from graph import PASSWORD, short, unique, within
from web import Portal, administrator

GOVERNANCE = "/v1.0/identityGovernance/entitlementManagement"
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


def test_somebody_comes_in_with_a_pass_and_registers_a_passkey(chromium, server, graph, keeper):
    newcomer = graph.user("newcomer")
    with chromium.window() as window:
        admin = Portal(window, server.url).enter(keeper, f"/admin/identity/users/{newcomer['id']}")
        admin.press("Do something").press("Give a Temporary Access Pass", "menuitem").press("Make a pass")
        secret = admin.page.get_by_role("alertdialog").locator("code").inner_text().strip()
    with chromium.window() as window:
        authenticator = window.authenticator()
        portal = Portal(window, server.url).enter(newcomer, "/my", secret)
        portal.press("Register a passkey You still sign in with a password.", "link").see("Your fingerprint, face")
        portal.check("story-first-sign-in")
        portal.page.get_by_role("link", name="Add a passkey").click()
        portal.page.wait_for_url("**/account/security-info")
        window.press("button[value=fido2]").press("form[data-passkey] button")
        assert len(window.credentials(authenticator)) == 1
        portal.go("/my/signin").see("You sign in with a passkey.").check("story-passkey")
        portal.go("/my").see("Nothing waits for you.")


def test_a_joiner_is_taken_in_asks_for_access_and_gets_it(chromium, server, graph, keeper, tmp_path):
    """HR brings somebody; a rule puts them into a group; they ask for a package and their manager, who holds no role, decides."""
    number, boss = short(), short()
    manager = graph.user("manages", employeeId=boss)
    team = graph.group("team", groupTypes=["DynamicMembership"], membershipRule=f'user.department -eq "{number}"', membershipRuleProcessingState="On")
    readers = graph.group("readers")
    name = unique("Quarterly figures")
    catalog = graph.get(f"{GOVERNANCE}/catalogs?$filter=displayName eq 'General'")["value"][0]
    file = tmp_path / "people.csv"
    file.write_text(f"employeeId,givenName,familyName,userName,department,country,managerId\n{number},Ines,Ferrari,{number},{number},DE,{boss}\n")
    with chromium.window() as window:
        admin = Portal(window, server.url).enter(keeper, "/admin/provisioning/hrImport")
        admin.page.wait_for_function("() => document.querySelector('main button') && !document.querySelector('main button').disabled")
        admin.page.set_input_files("input[type=file]", file)
        admin.see("Ines Ferrari").page.get_by_role("tab", name="All that follows").click()
        admin.see(team["displayName"]).check("story-hr-import")
        admin.press("Import 1 person").press("Import").see("1 person was taken in.")
        [joiner] = graph.get(f"/v1.0/users?$filter=employeeId eq '{number}'")["value"]
        within(20, lambda: graph.members(team) == {joiner["id"]})
        admin.go(f"/admin/identity/users/{joiner['id']}").see(team["displayName"]).check("story-joiner")

        package = graph.post(f"{GOVERNANCE}/accessPackages", {"displayName": name, "description": "", "catalog": {"id": catalog["id"]}}, 201)
        admin.go(f"/admin/governance/accessPackages/{package['id']}").see("Nobody can ask for it")
        admin.pick("Add a group", readers["displayName"]).see(f"Membership of {readers['displayName']}")
        admin.press("Add a policy").fill("Name", "Approved by the manager")
        admin.see("Their manager decides within 14 days. It ends after 90 days.").check("story-package-policy")
        admin.press("Create").see("Approved by the manager")
        expanded = graph.get(f"{GOVERNANCE}/accessPackages/{package['id']}?$expand=assignmentPolicies")
        assert [policy["displayName"] for policy in expanded["assignmentPolicies"]] == ["Approved by the manager"]

    with chromium.window() as asking, chromium.window() as deciding:
        mine = Portal(asking, server.url).enter(joiner, "/my/access", graph.access_pass(joiner))
        mine.page.get_by_role("listitem").filter(has_text=name).get_by_role("button", name="Ask").click()
        mine.page.get_by_role("dialog").get_by_role("textbox").fill("For the report")
        mine.press("Send").see("Waits for approval").check("story-asked")
        theirs = Portal(deciding, server.url).enter(manager, "/my")
        theirs.page.get_by_role("link", name=f"Ines Ferrari wants {name} For the report").click()
        theirs.see("For the report").check("story-approve").press("Approve").see("Nothing waits for you")
        within(20, lambda: graph.members(readers) == {joiner["id"]})
        mine.go("/my/access").see("Delivered").check("story-has")
        mine.press(f"Extend {name}").see("It ends on").page.get_by_role("alertdialog").get_by_role("textbox").fill("Still needed")
        mine.confirm("Extend")
        mine.press("Give back").see("You lose what it gave you at once.").confirm("Give back")
        within(20, lambda: graph.members(readers) == set())


def test_a_role_is_activated_when_somebody_says_yes(chromium, server, graph, keeper):
    analyst, boss = graph.user("analyst"), graph.user("boss")
    [tie] = graph.get(f"/v1.0/policies/roleManagementPolicyAssignments?$filter=roleDefinitionId eq '{REPORTS_READER}'")["value"]
    rules = f"/v1.0/policies/roleManagementPolicies/{tie['policyId']}/rules"
    with chromium.window() as window:
        admin = Portal(window, server.url).enter(keeper, f"/admin/access/roles/{REPORTS_READER}")
        admin.pick("Make somebody eligible", analyst["displayName"]).confirm("Save").see(analyst["displayName"])
        admin.tab("What it allows").see("Sign-ins").check("story-role-allows")
        admin.tab("What activating demands").page.get_by_role("switch", name="Somebody decides first").click()
        admin.pick("Decided by", boss["displayName"]).press("Save").see("It counts from the next activation on.").check("story-role-rules")
    try:
        with chromium.window() as asking, chromium.window() as deciding:
            mine = Portal(asking, server.url).enter(analyst, "/my/roles", graph.access_pass(analyst))
            mine.press("Activate")
            mine.page.get_by_role("dialog").get_by_role("textbox").fill("Quarterly report")
            mine.check("story-activate").page.get_by_role("dialog").get_by_role("button", name="Activate").click()
            mine.page.get_by_role("dialog").wait_for(state="detached")
            mine.see("No role is in force.")
            theirs = Portal(deciding, server.url).enter(boss, "/my/approvals")
            theirs.see(f"{analyst['displayName']} wants to activate Reports Reader").see("Quarterly report")
            theirs.check("story-approve-role").press("Approve").see("Nothing waits for you")
            mine.go("/my/roles").page.get_by_role("button", name="Give up").wait_for()
            mine.go("/admin/monitor/signIns").see("read")
            assert not mine.page.locator("main [role=alert]").count(), asking.text
    finally:
        setting = {"isApprovalRequired": False, "approvalMode": "SingleStage", "approvalStages": []}
        body = {"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyApprovalRule", "id": "Approval_EndUser_Assignment", "setting": setting}
        graph.patch(f"{rules}/Approval_EndUser_Assignment", body)


def test_a_leaver_loses_everything_by_a_workflow_that_was_tried_before(chromium, server, graph, keeper):
    leaver = graph.user("leaver")
    group = graph.group("held")
    graph.post(f"/v1.0/groups/{group['id']}/members/$ref", {"@odata.id": f"{server.url}/v1.0/directoryObjects/{leaver['id']}"}, 204)
    name = unique("Farewell")
    with chromium.window() as leaving, chromium.window() as window:
        own = Portal(leaving, server.url).enter(leaver, "/my/groups").see(group["displayName"])
        admin = Portal(window, server.url).enter(keeper, "/admin/governance/workflows/new")
        admin.page.get_by_role("combobox", name="Begin with").click()
        admin.press("A farewell", "option").fill("Name", name).see("Release the devices").check("story-workflow")
        admin.press("Create").page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        admin.pick("Try it on", leaver["displayName"]).see("What follows, in").see(group["displayName"]).check("story-workflow-tried")
        assert graph.members(group) == {leaver["id"]}, "nothing has happened yet"
        admin.press(f"Run it for {leaver['displayName']}").confirm(f"Run it for {leaver['displayName']}", leaver["displayName"])
        within(20, lambda: graph.members(group) == set())
        assert graph.get(f"/v1.0/users/{leaver['id']}?$select=accountEnabled")["accountEnabled"] is False
        admin.tab("Runs").see(leaver["displayName"]).check("story-workflow-runs")
        # Whoever left is outside at the next thing they ask for, and told so by the sign-in pages.
        own.page.reload()
        own.page.wait_for_selector("[name=loginfmt]")
        leaving.complaints.clear()
    [workflow] = [one for one in graph.all("/v1.0/identityGovernance/lifecycleWorkflows/workflows") if one["displayName"] == name]
    graph.delete(f"/v1.0/identityGovernance/lifecycleWorkflows/workflows/{workflow['id']}", 204)


def test_a_policy_is_drafted_replayed_and_enabled_and_the_map_shows_what_it_protects(chromium, server, graph, keeper):
    victim = graph.user("portalless")
    name = unique("No admin center")
    body = {
        "displayName": name, "state": "enabledForReportingButNotEnforced",
        "conditions": {"users": {"includeUsers": [victim["id"]]}, "applications": {"includeApplications": ["MicrosoftAdminPortals"]}, "clientAppTypes": ["all"]},
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }
    policy = graph.post("/v1.0/identity/conditionalAccess/policies", body, 201)
    try:
        with chromium.window() as window:
            before = Portal(window, server.url).enter(victim, "/my")
            before.page.goto(f"{server.url}/admin")
            before.page.wait_for_selector("main h1")
        with chromium.window() as window:
            admin = Portal(window, server.url).enter(keeper, "/admin/access/caMap")
            admin.see(name).see("lets nobody in").check("story-map")
            admin.go(f"/admin/access/policies/{policy['id']}").press("Try it on the last 7 days").see("sign-ins judged")
            blocked = admin.page.get_by_text("blocked, of 1 person")
            blocked.wait_for()
            admin.check("story-replay").page.get_by_role("combobox", name="State").click()
            admin.press("Enabled", "option").press("Save")
            within(20, lambda: graph.get(f"/v1.0/identity/conditionalAccess/policies/{policy['id']}")["state"] == "enabled")
        with chromium.window() as window:
            Portal(window, server.url).enter(victim, "/my")
            window.go(f"{server.url}/admin")
            window.page.wait_for_selector("text=53003")
            window.complaints.clear()
    finally:
        graph.delete(f"/v1.0/identity/conditionalAccess/policies/{policy['id']}", 204)


def test_what_was_deleted_comes_back_and_a_rule_is_as_it_was(chromium, server, graph, keeper):
    user = graph.user("undone")
    group = graph.group("undone", groupTypes=["DynamicMembership"], membershipRule='user.department -eq "Nowhere"', membershipRuleProcessingState="On")
    with chromium.window() as window:
        admin = Portal(window, server.url).enter(keeper, f"/admin/identity/users/{user['id']}")
        admin.press("More actions").press("Delete", "menuitem").see("What follows, in").check("story-delete").confirm("Delete")
        within(20, lambda: graph.http.get(f"/v1.0/users/{user['id']}").status_code == 404)
        admin.press("Undo").see("It is as it was.")
        assert graph.get(f"/v1.0/users/{user['id']}")["displayName"] == user["displayName"]
        admin.go(f"/admin/identity/groups/{group['id']}").tab("Rule")
        admin.page.get_by_role("textbox", name="Rule").fill('user.department -eq "Somewhere"')
        admin.press("Save").press("Undo").see("It is as it was.")
    assert graph.get(f"/v1.0/groups/{group['id']}")["membershipRule"] == 'user.department -eq "Nowhere"'


def test_nothing_is_lost_when_the_session_ends_in_the_middle_of_a_form(chromium, server, graph):
    admin_user = administrator(graph, "interrupted")
    name = unique("Kept")
    with chromium.window() as window:
        admin = Portal(window, server.url).enter(admin_user, "/admin/governance/catalogs/new")
        admin.fill("Name", name)
        graph.post(f"/v1.0/users/{admin_user['id']}/revokeSignInSessions", {})
        # The page is told, and goes to the sign-in pages by itself.
        admin.page.wait_for_selector("[name=loginfmt], [name=passwd]")
        if admin.page.locator("[name=loginfmt]:visible").count():
            window.sign_in(admin_user)
        else:
            window.type(passwd=PASSWORD).press()
        admin.page.wait_for_selector("main h1")
        admin.see("What you typed before is still here.")
        assert admin.page.get_by_role("textbox", name="Name").first.input_value() == name
        admin.press("Create").page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        window.complaints.clear()


def test_a_log_is_followed_while_it_is_written(chromium, server, graph, keeper):
    with chromium.window() as window:
        # Of sign-ins the stream of changes tells nothing: what appears, appears because the log is followed.
        admin = Portal(window, server.url).enter(keeper, "/admin/monitor/signIns")
        admin.page.get_by_role("button", name="Live", exact=True).click()
        admin.see(keeper["displayName"])
        newest = graph.user("just-came")
        with chromium.window() as other:
            Portal(other, server.url).enter(newest, "/my")
        admin.see(newest["displayName"], "main")


def test_branding_is_seen_before_and_after_it_is_saved(chromium, server, graph, keeper, tmp_path):
    organization = graph.get("/v1.0/organization")["value"][0]["id"]
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with chromium.window() as window:
        admin = Portal(window, server.url).enter(keeper, "/admin/identity/branding")
        admin.fill("Beneath the form", "Help desk: extension 42").see("Help desk: extension 42", "[role=img]")
        admin.page.locator("input[type=file]").first.set_input_files(logo)
        admin.see("Only PNG and JPEG are taken").check("story-branding")
        admin.press("Save").see("The next page that somebody opens looks like this.")
    with chromium.window() as window:
        window.go(f"{server.url}/my").page.wait_for_selector("[name=loginfmt]")
        assert "Help desk: extension 42" in window.text
    graph.patch(f"/v1.0/organization/{organization}/branding", {"signInPageText": None})


def test_mappings_are_tried_on_a_record_before_they_are_saved(chromium, server, graph, keeper):
    with chromium.window() as window:
        admin = Portal(window, server.url).enter(keeper, "/admin/provisioning/mappings")
        admin.see("These are the built-in mappings.").press("Edit the mapping of jobTitle")
        admin.fill("Expression", 'ToUpper([title]').press("Try it").see("expression of `jobTitle`")
        admin.fill("Expression", "ToUpper([title])").press("Try it").see("ANALYST").check("story-mappings")
        admin.press("Save").see("These mappings are your own.")
        admin.press("Back to the built-in ones").confirm("Back to the built-in ones").see("These are the built-in mappings.")
