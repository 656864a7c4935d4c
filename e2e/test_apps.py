"""Applications with the built server and the built agent: what they need and supersede, programs in one file, a deployment that stops
by itself; and reports of it all, asked for with msgraph-sdk and packed as Intune packs them."""

import asyncio
import csv
import io
import json
import tarfile
import zipfile

import pytest
from msgraph.generated.models.device_management_export_job import DeviceManagementExportJob
from msgraph.generated.models.device_management_report_file_format import DeviceManagementReportFileFormat
from msgraph.generated.models.device_management_report_status import DeviceManagementReportStatus

from graph import Graph, unique, within
from test_configuration import check_in, laptop, mine, product  # noqa: F401

APPS = "/beta/deviceAppManagement/mobileApps"
DEPLOYMENTS = "/beta/deviceAppManagement/mobileAppDeployments"
DEVICES = "/beta/deviceManagement/managedDevices"


def tarball(text: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        entry = tarfile.TarInfo("bin/tool")
        entry.size, entry.mode = len(text), 0o755
        archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


def app(graph: Graph, content: bytes, assignment: dict | None = None, kind: str = "tarball", **more) -> dict:
    """An application with its content, required by those who are named."""
    name = unique("tool")
    body = {
        "@odata.type": "#microsoft.graph.linuxPackageApp", "displayName": name, "packageType": kind,
        "packageName": name, "packageVersion": "1.0", **more,
    }
    made = graph.post(APPS, body, 201)
    graph.ask("PUT", f"{APPS}/{made['id']}/content", content=content, headers={"content-type": "application/octet-stream"})
    if assignment:
        assignments = [{"@odata.type": "#microsoft.graph.mobileAppAssignment", "intent": "required", **assignment}]
        graph.ask("POST", f"{APPS}/{made['id']}/assign", json={"mobileAppAssignments": assignments})
    return made


def relate(graph: Graph, made: dict, *relationships: dict, expect: int | None = None):
    return graph.ask("POST", f"{APPS}/{made['id']}/updateRelationships", expect, json={"relationships": list(relationships)})


def needs(other: dict, how: str = "autoInstall") -> dict:
    return {"@odata.type": "#microsoft.graph.mobileAppDependency", "targetId": other["id"], "dependencyType": how}


def supersedes(other: dict, how: str) -> dict:
    return {"@odata.type": "#microsoft.graph.mobileAppSupersedence", "targetId": other["id"], "supersedenceType": how}


def states(graph: Graph, device) -> dict[str, str]:
    got = graph.get(f"{DEVICES}/{device.id}?$select=appInstallStates")
    return {state["applicationId"]: state["installState"] for state in got["appInstallStates"]}


def test_relationships_are_kept_on_both_sides_and_circles_are_refused(graph):
    runtime, tool = app(graph, tarball("runtime")), app(graph, tarball("tool"))
    relate(graph, tool, needs(runtime))
    (down,) = graph.all(f"{APPS}/{tool['id']}/relationships")
    (up,) = graph.all(f"{APPS}/{runtime['id']}/relationships")
    assert down["@odata.type"] == "#microsoft.graph.mobileAppDependency" and down["dependencyType"] == "autoInstall"
    assert (down["targetType"], down["targetDisplayName"]) == ("child", runtime["displayName"])
    assert (up["targetType"], up["targetId"]) == ("parent", tool["id"])
    assert graph.get(f"{APPS}/{tool['id']}?$select=dependentAppCount")["dependentAppCount"] == 1
    refused = relate(graph, runtime, supersedes(tool, "update"), expect=400).json()["error"]
    assert "circle" in refused["message"]
    graph.ask("DELETE", f"{APPS}/{runtime['id']}", 400)
    relate(graph, tool)
    graph.delete(f"{APPS}/{runtime['id']}", 204)


def test_what_an_application_needs_comes_with_it_and_a_replaced_one_goes(graph, laptop):  # noqa: F811
    to = mine(graph, laptop)
    runtime = app(graph, tarball("runtime"))
    tool = app(graph, tarball("tool"), to, launcher="bin/tool")
    relate(graph, tool, needs(runtime))
    check_in(laptop)
    assert states(graph, laptop) == {runtime["id"]: "installed", tool["id"]: "installed"}
    opt = laptop.root / "opt"
    assert (opt / runtime["packageName"] / "bin/tool").read_text() == "runtime"
    assert (laptop.root / "usr/local/bin/tool").is_symlink()

    newer = app(graph, b"\x7fELF program", to, kind="appImage")
    relate(graph, newer, supersedes(tool, "replace"))
    check_in(laptop)
    assert states(graph, laptop)[tool["id"]] == "notInstalled" and states(graph, laptop)[newer["id"]] == "installed"
    assert not (opt / tool["packageName"]).exists() and not (laptop.root / "usr/local/bin/tool").is_symlink()
    program = opt / newer["packageName"] / f"{newer['packageName']}.AppImage"
    assert program.read_bytes() == b"\x7fELF program" and program.stat().st_mode & 0o777 == 0o755
    entry = laptop.root / f"usr/local/share/applications/castellan-{newer['packageName']}.desktop"
    assert f"Name={newer['displayName']}\n" in entry.read_text()


def test_a_deployment_stops_by_itself_and_is_let_go_on(graph, laptop):  # noqa: F811
    to = mine(graph, laptop)
    broken = app(graph, b"this is no archive", to)
    body = {
        "displayName": unique("ring"), "mobileAppId": broken["id"],
        "waves": [{"percentage": 100, "durationInHours": 24}],
        "monitoringRules": [{"threshold": 10, "minimumDeviceCount": 1, "action": "pauseDeployment"}],
    }
    ring = f"{DEPLOYMENTS}/{graph.post(DEPLOYMENTS, body, 201)['id']}"
    graph.ask("POST", DEPLOYMENTS, 400, json={**body, "displayName": unique("ring")})
    check_in(laptop)
    assert states(graph, laptop)[broken["id"]] == "failed"

    within(20, lambda: graph.get(ring)["state"]["effectiveValue"] == "paused")
    got = graph.get(ring)
    assert got["state"]["reasons"] == ["pausedByMonitoring"] and got["failedDeviceCount"] == 1
    assert "1 of 1 devices" in got["state"]["detail"]
    graph.post(f"{ring}/resume", {})
    within(20, lambda: graph.get(ring)["state"]["effectiveValue"] == "offering")
    graph.post(f"{ring}/archive", {})


async def exported(sdk, server, **asked) -> tuple[str, str]:
    """A report's file and its text, as a script of Intune's fetches it."""
    jobs = sdk.device_management.reports.export_jobs
    made = await jobs.post(DeviceManagementExportJob(**asked))
    assert made.status == DeviceManagementReportStatus.NotStarted and made.url is None
    for _ in range(600):
        got = await jobs.by_device_management_export_job_id(made.id).get()
        if got.status == DeviceManagementReportStatus.Completed:
            break
        assert got.status in (DeviceManagementReportStatus.NotStarted, DeviceManagementReportStatus.InProgress)
        await asyncio.sleep(0.1)
    assert got.url and got.expiration_date_time
    with server.http() as stranger:  # The address is all that it takes, and it is all that there is.
        answer = stranger.get(got.url)
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
        assert stranger.get(got.url.replace("sig=", "sig=A")).status_code == 403
        assert stranger.get(got.url.replace("se=", "se=9")).status_code == 403
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        (name,) = archive.namelist()
        return name, archive.read(name).decode()


async def test_reports_are_written_outside_of_the_request_and_fetched_once_they_are_done(sdk, server, graph, laptop):  # noqa: F811
    to = mine(graph, laptop)
    tool = app(graph, tarball("tool"), to)
    check_in(laptop)
    name, text = await exported(sdk, server, report_name="Devices", select=["DeviceId", "UPN", "OS"])
    assert name.startswith("Devices_") and name.endswith(".csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"DeviceId": laptop.id, "UPN": laptop.user["userPrincipalName"], "OS": "Linux"} in rows

    filter = f"(ApplicationId eq '{tool['id']}')"
    json_format = DeviceManagementReportFileFormat.Json
    name, text = await exported(sdk, server, report_name="DeviceInstallStatusByApp", filter=filter, format=json_format)
    (row,) = json.loads(text)
    assert name.endswith(".json") and row["DeviceId"] == laptop.id and row["AppInstallState"] == "installed"
    _, text = await exported(sdk, server, report_name="UserInstallStatusAggregateByApp", filter=filter)
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["UserPrincipalName"] == laptop.user["userPrincipalName"] and row["InstalledCount"] == "1"
    for report in ("DeviceCompliance", "NonCompliantDevicesAndSettings", "PerSettingDeviceSummaryByConfigurationPolicy"):
        _, text = await exported(sdk, server, report_name=report)
        # Every cell is quoted, so that none is taken for more than text.
        assert text.startswith('"DeviceId","DeviceName",')


@pytest.mark.parametrize("asked", [{"reportName": "Everything"}, {"reportName": "Devices", "select": ["Mood"]}, {"reportName": "Devices", "format": "pdf"}])
def test_a_report_that_there_is_not_is_refused_at_once(graph, asked):
    graph.ask("POST", "/v1.0/deviceManagement/reports/exportJobs", 400, json=asked)
