"""XYZ Ltd., the sample organisation that the manual's pictures show: people from HR, what rules make of them, who may do what, and
a morning's sign-ins. Everybody acts for themselves, by the doors that everybody uses; nobody here exists.
"""

import base64
import datetime
import hashlib
import secrets
import ssl
from urllib.parse import urlencode

import httpx

from browser import Browser, Refused
from castellan import Server
from graph import PASSWORD, Graph, within

ADMIN_CENTER, MY_PORTAL = "c0a57e11-a000-4000-8000-000000000c02", "c0a57e11-a000-4000-8000-000000000c03"
WORKPLACE, SALES, DESIGN = (f"7c0b1c9e-5a0e-4f0f-9c55-2f2f0a7b1e0{n}" for n in (1, 2, 3))
ROLES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Intune Administrator": "3a2c62db-5318-420d-8d74-23affee5d9d5",
    "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "Reports Reader": "4a5d8f65-41da-4de4-8968-e035b65339cf",
    "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
}
GOVERNANCE = "/v1.0/identityGovernance"
ACCESS = "/v1.0/identity/conditionalAccess"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"
PHONE = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"

# Given name, family name, title, department, number of the manager, city, country. The first has number 1001.
PEOPLE = """
Fatima,Haddad,Managing Director,Management,,Hamburg,DE
Jonas,Weber,Head of Sales,Sales,1001,Hamburg,DE
Amina,Okafor,Head of Finance,Finance,1001,Lyon,FR
Lucas,Martin,Head of Engineering,Engineering,1001,Lyon,FR
Sofia,Rossi,Head of Design,Design,1001,Lisbon,PT
Hana,Sato,Head of People,People,1001,Hamburg,DE
Daniel,Novak,Head of IT,IT,1001,Hamburg,DE
Maria,Silva,Head of Operations,Operations,1001,Lisbon,PT
Lena,Fischer,Account Manager,Sales,1002,Hamburg,DE
Amir,Rahimi,Account Manager,Sales,1002,Hamburg,DE
Chloe,Dubois,Account Manager,Sales,1002,Lyon,FR
Omar,Farouk,Sales Analyst,Sales,1002,Lisbon,PT
Ingrid,Larsen,Account Manager,Sales,1002,Hamburg,DE
Pedro,Alves,Sales Engineer,Sales,1002,Lisbon,PT
Grace,Mensah,Controller,Finance,1003,Lyon,FR
Tomas,Ruiz,Accountant,Finance,1003,Lyon,FR
Yuki,Tanaka,Payroll Specialist,Finance,1003,Hamburg,DE
Elif,Demir,Financial Analyst,Finance,1015,Lyon,FR
Priya,Nair,Staff Engineer,Engineering,1004,Lyon,FR
Mateo,Garcia,Software Engineer,Engineering,1019,Lisbon,PT
Anna,Kowalska,Software Engineer,Engineering,1019,Lyon,FR
David,Cohen,Software Engineer,Engineering,1004,Lyon,FR
Nour,Saleh,Test Engineer,Engineering,1004,Hamburg,DE
Viktor,Horvat,Software Engineer,Engineering,1004,Lyon,FR
Mei,Lin,Data Engineer,Engineering,1019,Lisbon,PT
Samuel,Adeyemi,Release Engineer,Engineering,1004,Hamburg,DE
Clara,Jensen,Product Designer,Design,1005,Lisbon,PT
Ravi,Kumar,Illustrator,Design,1005,Lisbon,PT
Zoe,Peeters,Product Designer,Design,1005,Lyon,FR
Leila,Mansour,Recruiter,People,1006,Hamburg,DE
Oliver,Brandt,Learning Specialist,People,1006,Hamburg,DE
Nadia,Rahman,Identity Administrator,IT,1007,Hamburg,DE
Ben,Carter,Device Administrator,IT,1007,Lyon,FR
Aylin,Kaya,Help Desk,IT,1007,Hamburg,DE
Marek,Dvorak,Security Analyst,IT,1007,Hamburg,DE
Joana,Costa,Buyer,Operations,1008,Lisbon,PT
Ahmed,Hassan,Logistics Planner,Operations,1008,Hamburg,DE
Emma,de Vries,Facility Manager,Operations,1008,Hamburg,DE
Kofi,Boateng,Logistics Planner,Operations,1036,Lisbon,PT
Luca,Moretti,Buyer,Operations,1036,Lisbon,PT
"""
COLUMNS = "employeeId,givenName,familyName,userName,title,department,managerId,city,country,company,hireDate,leaveDate"
# Who has not begun yet, and who leaves soon, by given name and days from today.
BEGIN, LEAVE = {"Luca": 9, "Oliver": 16}, {"Tomas": 24}


def day(days: int) -> str:
    return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()


def moment(days: int) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def name_of(given: str, family: str) -> str:
    return f"{given}.{family}".lower().replace(" ", "")


def rows() -> list[dict[str, str]]:
    """The people as the HR system writes them."""
    out = []
    for n, line in enumerate(PEOPLE.strip().splitlines()):
        given, family, title, department, manager, city, country = line.split(",")
        hired = day(BEGIN[given]) if given in BEGIN else f"{2015 + n % 11}-{1 + n * 7 % 12:02}-01"
        leaves = day(LEAVE[given]) if given in LEAVE else ""
        values = [str(1001 + n), given, family, name_of(given, family), title, department, manager, city, country, "XYZ Ltd.", hired, leaves]
        out.append(dict(zip(COLUMNS.split(","), values, strict=True)))
    return out


def hr_file(path, people: list[dict[str, str]]) -> None:
    path.write_text("\n".join([COLUMNS, *(",".join(person.values()) for person in people)]) + "\n")


class Organisation:
    """What there is, by name: `people` by given name, `groups`, `apps`, `packages` and the rest as they were answered."""

    def __init__(self, server: Server, graph: Graph, folder):
        self.server, self.graph, self.folder = server, graph, folder
        self.groups: dict[str, dict] = {}
        self.apps: dict[str, dict] = {}
        self.licences: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        self.packages: dict[str, dict] = {}
        self._graphs: dict[tuple[str, str], Graph] = {}

    def build(self) -> "Organisation":
        """Everything but what happens on a day: that is `morning`, once there are devices."""
        self.products()
        self.rules()
        self.hire()
        self.administrators()
        self.look()
        self.applications()
        self.conditional_access()
        self.borrowing()
        self.roles_for_a_time()
        self.workflows()
        return self

    def reference(self, kind: str, id: str) -> dict:
        return {"@odata.id": f"{self.server.url}/v1.0/{kind}/{id}"}

    # What there is before anybody comes.

    def products(self) -> None:
        plan = lambda name: {"servicePlanId": same_id(name), "servicePlanName": name, "appliesTo": "User", "provisioningStatus": "Success"}  # noqa: E731
        for sku, part, seats, plans in (
            (WORKPLACE, "XYZ_WORKPLACE", 60, ["INTUNE_A", "AAD_PREMIUM"]), (SALES, "XYZ_SALES", 8, ["XYZ_CRM"]), (DESIGN, "XYZ_DESIGN", 3, ["XYZ_STUDIO"]),
        ):
            body = {"skuId": sku, "skuPartNumber": part, "appliesTo": "User", "capabilityStatus": "Enabled", "prepaidUnits": {"enabled": seats}, "servicePlans": [plan(name) for name in plans]}
            self.licences[part] = self.graph.post("/v1.0/subscribedSkus", body, 201)["id"]

    def group(self, name: str, rule: str | None = None, description: str = "", graph: Graph | None = None) -> dict:
        nickname = "".join(letter for letter in name.lower().replace(" ", "-") if letter.isalnum() or letter == "-")
        body = {"displayName": name, "mailNickname": nickname, "mailEnabled": False, "securityEnabled": True, "description": description}
        if rule:
            body |= {"groupTypes": ["DynamicMembership"], "membershipRule": rule, "membershipRuleProcessingState": "On"}
        self.groups[name] = (graph or self.graph).post("/v1.0/groups", body, 201)
        return self.groups[name]

    def rules(self) -> None:
        is_here = "user.accountEnabled -eq true"
        self.group("Workforce", f"{is_here} -and user.employeeId -ne null", "Everybody whom HR knows.")
        for department in ("Sales", "Finance", "Engineering", "Design", "Operations", "IT"):
            self.group(f"{department} Team", f'user.department -eq "{department}" -and {is_here}', f"Everybody in {department}.")
        self.group("Heads of department", 'user.jobTitle -startsWith "Head of"', "Decide about access of their people.")
        self.group("Lyon office", f'user.city -eq "Lyon" -and {is_here}', "For the printers and the Wi-Fi in Lyon.")
        for name, about in (("Sales report readers", "May read the quarterly figures."), ("Ledger auditors", "May read the general ledger."), ("Pilot ring", "Gets what is new before others.")):
            self.group(name, description=about)
        for group, sku in (("Workforce", WORKPLACE), ("Sales Team", SALES), ("Design Team", DESIGN)):
            body = {"addLicenses": [{"skuId": sku, "disabledPlans": []}], "removeLicenses": []}
            self.graph.post(f"/v1.0/groups/{self.groups[group]['id']}/assignLicense", body)

    # People, and who of them administers.

    def hire(self) -> None:
        file = self.folder / "people.csv"
        hr_file(file, rows())
        ended = self.server.cli("hr", "import", str(file))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        found = self.graph.all("/v1.0/users?$filter=startswith(employeeId,'1')&$select=id,givenName,displayName,userPrincipalName")
        self.people = {person["givenName"]: person for person in found}
        assert len(self.people) == len(rows())
        for person in self.people.values():
            secret = {"passwordProfile": {"password": PASSWORD, "forceChangePasswordNextSignIn": False}}
            self.graph.patch(f"/v1.0/users/{person['id']}", secret, 204)
        within(20, lambda: len(self.graph.members(self.groups["Workforce"])) == len(self.people), every=0.2)

    def assign(self, given: str, role: str) -> None:
        body = {"principalId": self.people[given]["id"], "roleDefinitionId": ROLES[role], "directoryScopeId": "/"}
        self.graph.post("/v1.0/roleManagement/directory/roleAssignments", body, 201)

    def administrators(self) -> None:
        for given, role in (("Nadia", "Global Administrator"), ("Ben", "Intune Administrator"), ("Aylin", "Helpdesk Administrator")):
            self.assign(given, role)
        for given in ("Lena", "Mateo", "Priya", "Clara"):
            self.as_("Nadia").post(f"/v1.0/groups/{self.groups['Pilot ring']['id']}/members/$ref", self.reference("users", self.people[given]["id"]), 204)
        self.as_("Nadia").post("/v1.0/administrativeUnits", {"displayName": "Lyon", "description": "People and devices of the Lyon office."}, 201)

    def look(self) -> None:
        """How the sign-in pages look."""
        organization = self.graph.get("/v1.0/organization")["value"][0]["id"]
        branding = {"backgroundColor": "#e6eef2", "headerBackgroundColor": "#1d4f6b", "signInPageText": "Help desk: extension 42", "usernameHintText": "given.family@xyz.example"}
        self.as_("Nadia").patch(f"/v1.0/organization/{organization}/branding", branding)

    def as_(self, given: str, client: str = ADMIN_CENTER, secret: str = PASSWORD) -> Graph:
        """Graph as somebody, through one of the server's own pages."""
        known = (given, client)
        if known not in self._graphs:
            path = "/admin/signed-in" if client == ADMIN_CENTER else "/my/signed-in"
            self._graphs[known] = Graph(self.server, self.token(given, client, self.server.url + path, secret))
        return self._graphs[known]

    def token(self, given: str, client: str, redirect: str, secret: str = PASSWORD) -> str:
        verifier = secrets.token_urlsafe(32)
        scope = "openid profile https://graph.microsoft.com/Directory.AccessAsUser.All"
        answer = self.sign_in(given, client, redirect, scope=scope, secret=secret, verifier=verifier)
        assert isinstance(answer, dict) and "code" in answer, answer
        form = {"client_id": client, "redirect_uri": redirect, "grant_type": "authorization_code", "code": answer["code"], "code_verifier": verifier}
        with self.server.http(headers={"origin": self.server.url}) as http:
            got = http.post(f"/{self.server.tenant}/oauth2/v2.0/token", data=form)
        assert got.status_code == 200, got.text
        return got.json()["access_token"]

    def sign_in(self, given: str, client: str, redirect: str, *, scope="openid profile", secret=PASSWORD, verifier=None, agent=LINUX, desk=0):
        """Somebody signs in at an application from a desk of theirs: what the application is told, or what the page says."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256((verifier or secrets.token_urlsafe(32)).encode()).digest()).rstrip(b"=").decode()
        asked = {"client_id": client, "redirect_uri": redirect, "response_type": "code", "scope": scope, "state": "s", "code_challenge": challenge, "code_challenge_method": "S256"}
        trust = ssl.create_default_context(cafile=self.server.ca)
        transport = httpx.HTTPTransport(verify=trust, local_address=f"127.0.0.{desk + 10}")
        with httpx.Client(base_url=self.server.url, transport=transport, timeout=30, headers={"user-agent": agent}) as http:
            try:
                return Browser(http, self.people[given]["userPrincipalName"], secret).go(f"{self.server.authority}/oauth2/v2.0/authorize?{urlencode(asked)}", back_to=redirect)
            except (Refused, AssertionError) as refused:
                # Or the pages ask for more than a password, again and again.
                return str(refused)

    # What people open, and under which conditions.

    def applications(self) -> None:
        graph = self.as_("Nadia")
        for name, about in (
            ("Intranet", "News, rooms and the canteen's menu."),
            ("Customer database", "Who buys what, and since when."),
            ("Timesheets", "Hours by project."),
            ("Payroll", "Salaries and tax, for Finance."),
            ("Source code", "Repositories and reviews."),
        ):
            host = f"{name.lower().replace(' ', '-')}.xyz.example"
            use = {"id": same_id(host), "value": "Use", "type": "User", "isEnabled": True, "adminConsentDisplayName": "Use it", "adminConsentDescription": "Use it."}
            app = graph.post("/v1.0/applications", {
                "displayName": name, "isFallbackPublicClient": True, "publicClient": {"redirectUris": [f"https://{host}/back"]},
                "identifierUris": [f"api://{host}"], "api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [use]},
            }, 201)
            principal = graph.post("/v1.0/servicePrincipals", {"appId": app["appId"], "homepage": f"https://{host}", "description": about}, 201)["id"]
            graph.post("/v1.0/oauth2PermissionGrants", {"clientId": principal, "consentType": "AllPrincipals", "resourceId": principal, "scope": "Use"}, 201)
            self.apps[name] = {**app, "redirect": f"https://{host}/back", "scope": f"openid profile api://{host}/Use"}
        job = graph.post("/v1.0/applications", {"displayName": "Payroll export"}, 201)
        graph.post("/v1.0/servicePrincipals", {"appId": job["appId"]}, 201)
        secret = {"passwordCredential": {"displayName": "nightly", "endDateTime": moment(12)}}
        graph.post(f"/v1.0/applications/{job['id']}/addPassword", secret, 200)

    def policy(self, name: str, state: str, controls: dict, applications: list[str], users: dict | None = None, **conditions) -> None:
        body = {
            "displayName": name, "state": state, "grantControls": {"operator": "OR", "builtInControls": [], **controls},
            "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": applications}, "users": users or {"includeUsers": ["All"]}, **conditions},
        }
        self.policies[name] = self.as_("Nadia").post(f"{ACCESS}/policies", body, 201)["id"]

    def conditional_access(self) -> None:
        graph = self.as_("Nadia")
        range_ = lambda cidr: {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": cidr}  # noqa: E731
        offices = graph.post(f"{ACCESS}/namedLocations", {"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Offices", "isTrusted": True, "ipRanges": [range_("198.51.100.0/24"), range_("203.0.113.0/24")]}, 201)
        countries = {"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "Where we have offices", "countriesAndRegions": ["DE", "FR", "PT"], "includeUnknownCountriesAndRegions": True}
        graph.post(f"{ACCESS}/namedLocations", countries, 201)
        on, reports = "enabled", "enabledForReportingButNotEnforced"
        app = lambda name: self.apps[name]["appId"]  # noqa: E731
        nobody_locked_out = {"includeUsers": ["All"], "excludeUsers": [self.people["Nadia"]["id"]]}
        self.policy("Customer database: compliant device", on, {"builtInControls": ["compliantDevice"]}, [app("Customer database")])
        self.policy("Payroll: a second factor outside the offices", on, {"builtInControls": ["mfa"]}, [app("Payroll")], locations={"includeLocations": ["All"], "excludeLocations": [offices["id"]]})
        self.policy("Payroll: only Finance", on, {"builtInControls": ["block"]}, [app("Payroll")], {"includeUsers": ["All"], "excludeGroups": [self.groups["Finance Team"]["id"]]})
        self.policy("Everybody: no old protocols", on, {"builtInControls": ["block"]}, ["All"], nobody_locked_out, clientAppTypes=["exchangeActiveSync", "other"])
        self.policy("Everybody: a new password at high risk", on, {"operator": "AND", "builtInControls": ["mfa", "passwordChange"]}, ["All"], nobody_locked_out, userRiskLevels=["high"])
        self.policy("Everybody: a second factor", reports, {"builtInControls": ["mfa"]}, ["All"], nobody_locked_out)
        self.policy("Administrators: a passkey", reports, {"builtInControls": [], "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"}}, ["MicrosoftAdminPortals"], {"includeRoles": [ROLES["Global Administrator"], ROLES["Intune Administrator"]]})
        self.policy("Source code: not from phones", "disabled", {"builtInControls": ["block"]}, [app("Source code")], platforms={"includePlatforms": ["android", "iOS"]})

    # Access for a time.

    def package(self, name: str, about: str, group: str, days: int, approver: dict, rule: str) -> None:
        graph, where = self.as_("Nadia"), f"{GOVERNANCE}/entitlementManagement"
        [catalog] = graph.get(f"{where}/catalogs?$filter=displayName eq 'General'")["value"]
        made = graph.post(f"{where}/accessPackages", {"displayName": name, "description": about, "catalog": {"id": catalog["id"]}}, 201)
        group_id = self.groups[group]["id"]
        origin = {"originId": group_id, "originSystem": "AadGroup"}
        role = {"originId": f"Member_{group_id}", "displayName": "Member", "originSystem": "AadGroup", "resource": origin}
        graph.post(f"{where}/accessPackages/{made['id']}/resourceRoleScopes", {"role": role, "scope": {**origin, "isRootScope": True}}, 201)
        policy = graph.post(f"{where}/assignmentPolicies", {
            "displayName": rule, "description": "", "allowedTargetScope": "allMemberUsers", "accessPackage": {"id": made["id"]},
            "expiration": {"type": "afterDuration", "duration": f"P{days}D"}, "requestorSettings": {"enableTargetsToSelfAddAccess": True},
            "requestApprovalSettings": {"isApprovalRequiredForAdd": True, "stages": [{"durationBeforeAutomaticDenial": "P14D", "primaryApprovers": [approver]}]},
        }, 201)
        self.packages[name] = {**made, "policy": policy["id"]}

    def ask(self, given: str, package: str, why: str) -> str:
        names = {"targetId": self.people[given]["id"], "accessPackageId": self.packages[package]["id"], "assignmentPolicyId": self.packages[package]["policy"]}
        body = {"requestType": "userAdd", "assignment": names, "justification": why}
        return self.as_(given, MY_PORTAL).post(f"{GOVERNANCE}/entitlementManagement/assignmentRequests", body, 201)["id"]

    def decide(self, given: str, request: str, result: str, why: str) -> None:
        graph = self.as_(given, MY_PORTAL)
        stages = f"{GOVERNANCE}/entitlementManagement/accessPackageAssignmentApprovals/{request}/stages"
        [stage] = graph.get(stages)["value"]
        graph.patch(f"{stages}/{stage['id']}", {"reviewResult": result, "justification": why})

    def borrowing(self) -> None:
        manager = {"@odata.type": "#microsoft.graph.requestorManager", "managerLevel": 1}
        finance = {"@odata.type": "#microsoft.graph.singleUser", "userId": self.people["Amina"]["id"]}
        self.package("Sales report", "Read the quarterly figures of Sales.", "Sales report readers", 30, manager, "A month, approved by the manager")
        self.package("General ledger", "Read the ledger for an audit.", "Ledger auditors", 7, finance, "A week, approved by Finance")
        self.decide("Jonas", self.ask("Omar", "Sales report", "For the forecast"), "Approve", "Go ahead.")
        self.decide("Sofia", self.ask("Clara", "Sales report", "Slides for the fair"), "Approve", "Until the fair is over.")
        self.decide("Amina", self.ask("David", "General ledger", "Curious how it looks"), "Deny", "Ask Grace for a summary.")
        self.ask("Amir", "Sales report", "For the quarterly review on Thursday")
        self.ask("Chloe", "Sales report", "To prepare the Lyon meeting")
        self.ask("Priya", "General ledger", "The auditors ask for cloud costs")

    def roles_for_a_time(self) -> None:
        where, nadia = "/v1.0/roleManagement/directory", self.as_("Nadia")
        for given, role in (("Marek", "Security Reader"), ("Marek", "Reports Reader"), ("Daniel", "Security Reader"), ("Aylin", "Security Reader")):
            body = {"action": "adminAssign", "principalId": self.people[given]["id"], "roleDefinitionId": ROLES[role], "directoryScopeId": "/", "justification": "Part of the job", "scheduleInfo": {"expiration": {"type": "afterDuration", "duration": "P180D"}}}
            nadia.post(f"{where}/roleEligibilityScheduleRequests", body, 201)
        pass_ = self.graph.access_pass(self.people["Marek"])
        body = {"action": "selfActivate", "principalId": self.people["Marek"]["id"], "roleDefinitionId": ROLES["Security Reader"], "directoryScopeId": "/", "justification": "Looking into last night's failed sign-ins", "scheduleInfo": {"expiration": {"type": "afterDuration", "duration": "PT4H"}}}
        self.as_("Marek", MY_PORTAL, pass_).post(f"{where}/roleAssignmentScheduleRequests", body, 201)

    def workflows(self) -> None:
        space, nadia = "#microsoft.graph.identityGovernance", self.as_("Nadia")

        def make(name: str, category: str, date: str, offset: int, tasks: list[tuple]) -> str:
            return nadia.post(f"{GOVERNANCE}/lifecycleWorkflows/workflows", {
                "displayName": name, "category": category, "isEnabled": True, "isSchedulingEnabled": True,
                "tasks": [{"taskDefinitionId": task, "displayName": said, "isEnabled": True, "continueOnError": True, "arguments": [{"name": key, "value": value} for key, value in (more[0] if more else {}).items()]} for task, said, *more in tasks],
                "executionConditions": {
                    "@odata.type": f"{space}.triggerAndScopeBasedConditions",
                    "trigger": {"@odata.type": f"{space}.timeBasedAttributeTrigger", "timeBasedAttribute": date, "offsetInDays": offset},
                    "scope": {"@odata.type": f"{space}.ruleBasedSubjectSet", "rule": "(userType eq 'Member')"},
                },
            }, 201)["id"]

        self.joiner = make("First day", "joiner", "employeeHireDate", -1, [
            ("6fc52c9d-398b-4305-9763-15f42c1676fc", "Enable the account"),
            ("1b555e50-7f65-41d5-b514-5894a026d10d", "Make a pass and mail it to the manager", {"tapLifetimeMinutes": "480", "tapIsUsableOnce": "false"}),
            ("70b29d51-b59a-4773-9280-8841dfd3f2ea", "Mail a welcome"),
        ])
        self.leaver = make("Last day", "leaver", "employeeLeaveDateTime", 0, [
            ("1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950", "Disable the account"),
            ("c0a57e11-a000-4000-8000-00000000d001", "Release the devices", {"action": "retire"}),
            ("c0a57e11-a000-4000-8000-00000000d002", "End all roles"),
            ("42ae2956-193d-4f39-be06-691b8ac4fa1d", "End all access packages"),
            ("b3a31406-2a15-4c9a-b25b-a658fa5f07fc", "Remove from all groups"),
        ])
        nadia.post(f"{GOVERNANCE}/lifecycleWorkflows/workflows/{self.leaver}/activate", {"subjects": [{"id": self.people["Viktor"]["id"]}]})

    # A morning: sign-ins, good ones and others, and what the administrators do.

    def morning(self) -> None:
        for given, app, agent in (
            ("Fatima", "Intranet", WINDOWS), ("Jonas", "Intranet", LINUX), ("Lena", "Timesheets", LINUX), ("Mei", "Source code", LINUX),
            ("Hana", "Intranet", WINDOWS), ("Kofi", "Timesheets", PHONE), ("Emma", "Intranet", PHONE), ("Priya", "Source code", LINUX),
            ("Anna", "Source code", LINUX), ("Grace", "Payroll", WINDOWS), ("Joana", "Timesheets", WINDOWS), ("Clara", "Intranet", LINUX),
            ("Ravi", "Timesheets", LINUX), ("David", "Source code", LINUX), ("Amir", "Intranet", LINUX), ("Samuel", "Source code", LINUX),
            ("Leila", "Intranet", LINUX), ("Pedro", "Payroll", LINUX), ("Ahmed", "Intranet", PHONE), ("Amir", "Customer database", LINUX),
        ):
            self.open(given, app, agent)
        for _ in range(2):
            self.open("Zoe", "Intranet", WINDOWS, "Summer2025!")
        self.as_("Aylin").patch(f"/v1.0/users/{self.people['Zoe']['id']}", {"passwordProfile": {"password": PASSWORD, "forceChangePasswordNextSignIn": False}}, 204)
        self.open("Zoe", "Intranet", WINDOWS)
        self.open("Viktor", "Source code", LINUX)
        moved = {"department": "Engineering", "jobTitle": "Software Engineer", "city": "Lyon"}
        self.as_("Nadia").patch(f"/v1.0/users/{self.people['Pedro']['id']}", moved, 204)
        self.open("Chloe", "Timesheets", PHONE)
        self.open("Nour", "Source code", LINUX)

    def open(self, given: str, app: str, agent: str, secret: str = PASSWORD) -> None:
        """Somebody opens an application from a desk of theirs; whether it lets them in is in the log."""
        known, desk = self.apps[app], list(self.people).index(given)
        self.sign_in(given, known["appId"], known["redirect"], scope=known["scope"], secret=secret, agent=agent, desk=desk)


def same_id(name: str) -> str:
    """The same id for the same name, so that pictures of two days agree."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"

