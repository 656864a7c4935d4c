"""The devices of XYZ Ltd.: laptops of the sample people, each the built agent confined to a folder, with policies, applications and
scripts; some as they should be, some not.
"""

import base64
import io
import json
import os
import tarfile
import threading
from pathlib import Path

import msal

from browser import Browser
from graph import PASSWORD, within
from organisation import Organisation
from test_configuration import AUTHORITY, BEFORE, DEVICES, POLICIES, PROGRAMS, WIFI, choice, group, secret, several, simple
from test_push import AGENT_CLIENT_ID, Device

COMPLIANCE = "/beta/deviceManagement/compliancePolicies"
APPS = "/beta/deviceAppManagement/mobileApps"
EVERYBODY = {"target": {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}}
RELEASES = {
    "debian": 'ID=debian\nVERSION_ID="13"\nNAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
    "ubuntu": 'ID=ubuntu\nVERSION_ID="24.04"\nNAME="Ubuntu"\nPRETTY_NAME="Ubuntu 24.04.3 LTS"\n',
}
# Whose, its name, what it runs, who made it, which model, whether its disk is encrypted and its firewall on, and how many security
# updates wait.
LAPTOPS = [
    ("Amir", "amirs-laptop", "debian", "Example Computers", "Traveller 14", False, False, 2),
    ("Lena", "lenas-laptop", "debian", "Example Computers", "Traveller 14", True, True, 0),
    ("Jonas", "jonas-laptop", "ubuntu", "Example Computers", "Traveller 16", True, True, 0),
    ("Priya", "priyas-workstation", "ubuntu", "Sample Systems", "Tower 7", True, True, 0),
    ("Mateo", "mateos-laptop", "ubuntu", "Sample Systems", "Slim 15", True, True, 4),
    ("Anna", "annas-laptop", "debian", "Sample Systems", "Slim 15", True, True, 0),
    ("Clara", "claras-laptop", "ubuntu", "Example Computers", "Studio 16", True, False, 0),
    ("Grace", "graces-laptop", "debian", "Example Computers", "Traveller 14", True, True, 0),
    ("Nadia", "nadias-laptop", "debian", "Sample Systems", "Slim 13", True, True, 0),
]
SOFTWARE = [
    ("bash", "5.2.37-2+b5", "Matthias Klose"), ("curl", "8.14.1-2", "Debian Curl Maintainers"), ("firefox-esr", "140.4.0esr-1", "Maintainers of Mozilla-related packages"),
    ("git", "1:2.47.3-0", "Jonathan Nieder"), ("gnome-shell", "48.4-1", "Debian GNOME Maintainers"), ("libreoffice-writer", "4:25.2.3-2", "Debian LibreOffice Maintainers"),
    ("openssh-server", "1:10.0p1-7", "Debian OpenSSH Maintainers"), ("python3", "3.13.5-1", "Matthias Klose"), ("thunderbird", "1:140.4.0esr-1", "Carsten Schoenert"), ("ufw", "0.36.2-9", "Debian Security Tools"),
]


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def furnish(device: Device, number: int, laptop: tuple) -> None:
    """What the agent finds when it looks around."""
    _, name, release, maker, model, is_encrypted, has_firewall, updates = laptop
    disk = "nvme0n1p3"
    facts = {
        **BEFORE, "etc/hostname": f"{name}\n", "etc/os-release": RELEASES[release], "usr/lib/os-release": RELEASES[release],
        "etc/ufw/ufw.conf": f"ENABLED={'yes' if has_firewall else 'no'}\nLOGLEVEL=low\n",
        "proc/sys/kernel/hostname": f"{name}\n", "proc/sys/kernel/osrelease": "6.12.48-amd64\n", "proc/meminfo": "MemTotal:       16310432 kB\n",
        "proc/self/mounts": f"/dev/{'mapper/crypt' if is_encrypted else disk} / ext4 rw 0 0\n", "proc/swaps": "Filename Type Size Used Priority\n",
        "sys/class/dmi/id/sys_vendor": f"{maker}\n", "sys/class/dmi/id/product_name": f"{model}\n", "sys/class/dmi/id/product_serial": f"XYZ{26_0400 + number * 37}\n",
        f"sys/class/block/{disk}/slaves/.keep": "", "etc/pam.d/common-password": "password requisite pam_pwquality.so minlen=14\n", "sys/firmware/efi/.keep": "",
        "var/lib/update-notifier/updates-available": f"{updates + 3} updates can be applied immediately.\n{updates} of these updates are standard security updates.\n",
        "etc/apt/apt.conf.d/20auto-upgrades": 'APT::Periodic::Unattended-Upgrade "1";\n', "usr/bin/unattended-upgrade": "",
        "var/lib/apt/periodic/update-success-stamp": "", "etc/kernel/postinst.d/update-notifier": "",
        "var/lib/dpkg/status": "".join(f"Package: {package}\nStatus: install ok installed\nMaintainer: {who} <packages@xyz.example>\nArchitecture: amd64\nVersion: {version}\nDescription: {package}\n\n" for package, version, who in SOFTWARE),
        "run/castellan/runs-scripts": "",
    }
    if is_encrypted:
        facts |= {"sys/class/block/dm-0/dm/name": "crypt\n", "sys/class/block/dm-0/dm/uuid": "CRYPT-LUKS2-00-crypt\n"}
    write(device.root, facts)
    (device.root / f"sys/class/block/{disk}/slaves/.keep").unlink()
    variable = device.root / "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    variable.parent.mkdir(parents=True)
    variable.write_bytes(b"\x06\0\0\0\x01")
    if is_encrypted:
        (device.root / f"sys/class/block/dm-0/slaves/{disk}").mkdir(parents=True)
    for path in PROGRAMS:
        write(device.root, {path: ""})


def archive(program: str, ballast: int = 400_000) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as packed:
        for path, content, mode in ((f"bin/{program}", f"#!/bin/sh\necho {program}\n".encode(), 0o755), ("share/data", os.urandom(ballast), 0o644)):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), mode
            packed.addfile(entry, io.BytesIO(content))
    return made.getvalue()


class Devices:
    """`devices` by whose they are; the policies and applications by name. Amir's agent stays at work until `close`."""

    def __init__(self, organisation: Organisation, programs: Path):
        self.xyz, self.programs = organisation, programs
        self.graph = organisation.as_("Ben")
        self.devices: dict[str, Device] = {}
        self.policies: dict[str, str] = {}
        self.apps: dict[str, str] = {}

    def build(self) -> "Devices":
        self.demands()
        self.settings()
        self.applications()
        self.scripts()
        for number, laptop in enumerate(LAPTOPS):
            self.join(number, laptop)
        self.work()
        return self

    def close(self) -> None:
        for device in self.devices.values():
            if device.process:
                device.process.kill()
                device.process.wait()

    def to(self, name: str, **more) -> dict:
        return {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": self.xyz.groups[name]["id"], **more}}

    # What is demanded, written and installed.

    def demand(self, name: str, about: str, settings: list[dict], hours: int) -> None:
        rules = [{"ruleName": "PasswordRequired", "scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": hours}]}]
        body = {"name": name, "description": about, "platforms": "linux", "technologies": "linuxMdm", "settings": settings, "scheduledActionsForRule": rules}
        self.policies[name] = self.graph.post(COMPLIANCE, body, 201)["id"]
        self.graph.post(f"{COMPLIANCE}/{self.policies[name]}/assign", {"assignments": [EVERYBODY]}, 200)

    def demands(self) -> None:
        message = {"displayName": "Your device needs care", "defaultLocale": "en", "description": "Sent to whoever has it."}
        made = self.graph.post("/beta/deviceManagement/notificationMessageTemplates", message, 201)
        text = {"locale": "en", "subject": "Your device needs care", "messageTemplate": "Hello {{UserName}}, please look at My devices.", "isDefault": True}
        self.graph.post(f"/beta/deviceManagement/notificationMessageTemplates/{made['id']}/localizedNotificationMessages", text, 201)
        self.demand("Linux laptops", "Encrypted and behind a firewall.", [choice("linux_deviceencryption_required", "true"), choice("linux_firewall_required", "true"), choice("linux_secureboot_required", "true"), simple("linux_passwordpolicy_minimumlength", 12)], 0)
        self.demand("Security updates", "Installed within three days.", [simple("linux_updates_maximumpendingsecurity", 0), choice("linux_updates_automatic_required", "true")], 72)

    def policy(self, name: str, about: str, settings: list[dict], to: list[dict], **more) -> str:
        body = {"name": name, "description": about, "platforms": "linux", "technologies": "linuxMdm", **more}
        if settings:
            body["settings"] = settings
        self.policies[name] = self.graph.post(POLICIES, body, 201)["id"]
        self.graph.post(f"{POLICIES}/{self.policies[name]}/assign", {"assignments": to}, 200)
        return self.policies[name]

    def settings(self) -> None:
        self.policy("Banner and screen lock", "What everybody's laptop says and does.", [
            simple("linux.login.issue", "Property of XYZ Ltd. - authorised use only"), choice("linux.gnome.screensaver.lock_enabled", "true"), simple("linux.sudo.timestamp_timeout", 5),
            simple("linux.faillock.deny", 5), choice("linux.gdm.AutomaticLoginEnable", "false"),
        ], [EVERYBODY])
        network = [simple(f"{WIFI}_name", "office"), simple(f"{WIFI}_ssid", "XYZ Office"), secret(f"{WIFI}_psk", base64.b32encode(os.urandom(15)).decode())]
        pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"
        self.policy("Office network", "Wi-Fi and the authority of our own services.", [group(WIFI, network), group(AUTHORITY, [simple(f"{AUTHORITY}_name", "xyz"), simple(f"{AUTHORITY}_pem", pem)])], [self.to("Lyon office"), self.to("Sales Team"), self.to("Finance Team", **{"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget"})])
        self.policy("Browser", "Pages that nobody needs at work.", [choice("linux.firefox.DisablePocket", "true"), several("linux.chromium.URLBlocklist", ["example.org", "*.example.net"])], [self.to("Workforce")])
        templates = self.graph.all("/beta/deviceManagement/configurationPolicyTemplates")
        [baseline] = [one for one in templates if one["displayName"] == "Debian and Ubuntu workstations" and one["lifecycleState"] == "superseded"]
        self.policy("Baseline for engineers", "As the baseline says.", [], [self.to("Engineering Team")], templateReference={"templateId": baseline["id"]})
        self.policy("Remote access for the pilot ring", "Tries what the next version brings.", [choice("linux.sshd.PermitRootLogin", "yes"), simple("linux.sshd.MaxAuthTries", 6)], [self.to("Pilot ring")])

    def app(self, name: str, package: str, content: bytes, version: str, to: dict | None, intent: str = "required", about: str = "") -> str:
        body = {
            "@odata.type": "#microsoft.graph.linuxPackageApp", "displayName": name, "publisher": "XYZ Ltd.", "description": about, "packageType": "tarball",
            "packageName": package, "packageVersion": version, "fileName": f"{package}-{version}.tar.gz", "uninstallOnAssignmentRemoval": True,
        }
        self.apps[name] = self.graph.post(APPS, body, 201)["id"]
        self.graph.ask("PUT", f"{APPS}/{self.apps[name]}/content", content=content, headers={"content-type": "application/octet-stream"})
        if to:
            assignment = {"@odata.type": "#microsoft.graph.mobileAppAssignment", "intent": intent, **to}
            self.graph.post(f"{APPS}/{self.apps[name]}/assign", {"mobileAppAssignments": [assignment]}, 200)
        return self.apps[name]

    def applications(self) -> None:
        self.app("CRM client", "xyz-crm", archive("crm"), "1.4", self.to("Sales Team"), about="Customers and orders, for Sales.")
        self.app("Design studio", "xyz-studio", archive("studio", 900_000), "3.2", self.to("Design Team"), about="Drawing and prototyping.")
        self.app("Ledger viewer", "xyz-ledger", b"a package that broke on its way", "2.0", self.to("Finance Team"), about="Reads the general ledger.")
        self.app("Whiteboard", "xyz-whiteboard", archive("whiteboard"), "1.1", EVERYBODY, "available", about="Draw together.")
        calls = self.app("Video calls", "xyz-calls", archive("calls"), "6.0", self.to("Workforce"), about="Meetings with sound and picture.")
        waves = [{"percentage": 25, "durationInHours": 24}, {"percentage": 50, "durationInHours": 48}, {"percentage": 100}]
        rule = {"threshold": 10, "minimumDeviceCount": 2, "action": "pauseDeployment"}
        made = self.graph.post("/beta/deviceAppManagement/mobileAppDeployments", {"displayName": "Video calls 6", "mobileAppId": calls, "waves": waves, "monitoringRules": [rule]}, 201)
        self.deployment = made["id"]

    def scripts(self) -> None:
        encoded = lambda text: base64.b64encode(text.encode()).decode()  # noqa: E731
        pair = {
            "displayName": "Room on the disk", "description": "Cleans up when less than a tenth is free.", "publisher": "IT", "runAsAccount": "system",
            "detectionScriptContent": encoded("#!/bin/sh\ntest -e cleaned && exit 0\necho 7% are free\nexit 1\n"), "remediationScriptContent": encoded("#!/bin/sh\ntouch cleaned\n"),
        }
        self.script = self.graph.post("/beta/deviceManagement/deviceHealthScripts", pair, 201)["id"]
        schedule = {"@odata.type": "#microsoft.graph.deviceHealthScriptDailySchedule", "interval": 1, "time": "12:00:00", "useUtc": True}
        self.graph.post(f"/beta/deviceManagement/deviceHealthScripts/{self.script}/assign", {"deviceHealthScriptAssignments": [{**self.to("Engineering Team"), "runRemediationScript": True, "runSchedule": schedule}]})

    # The devices themselves.

    def join(self, number: int, laptop: tuple) -> None:
        given, server = laptop[0], self.xyz.server
        app = msal.PublicClientApplication(AGENT_CLIENT_ID, authority=server.authority, instance_discovery=False)
        flow = app.initiate_device_flow([f"{server.url}/agent/.default"])
        flow["interval"] = 1

        def confirm():
            with server.http() as http:
                person = Browser(http, self.xyz.people[given]["userPrincipalName"], PASSWORD)
                person.answers["user_code"] = flow["user_code"]
                person.go(flow["verification_uri"])

        screen = threading.Thread(target=confirm)
        screen.start()
        got = app.acquire_token_by_device_flow(flow)
        screen.join()
        folder = self.xyz.folder / laptop[1]
        folder.mkdir()
        device = Device(self.programs, server, folder)
        furnish(device, number, laptop)
        device.join(got["access_token"], folder)
        device.id = json.loads((device.root / "var/lib/castellan/identity.json").read_text())["managedDeviceId"]
        self.devices[given] = device

    def work(self) -> None:
        """Each checks in until everything is settled; Amir's and Lena's agents stay at work."""
        for given, device in self.devices.items():
            if given in ("Amir", "Lena"):
                device.start()
            else:
                for _ in range(2):
                    done = device.run("run", "--once")
                    assert done.returncode == 0, done.stderr
        state = lambda given: self.graph.get(f"{DEVICES}/{self.devices[given].id}?$select=complianceState")["complianceState"]  # noqa: E731
        for given, wanted in (("Amir", "noncompliant"), ("Lena", "compliant"), ("Mateo", "inGracePeriod")):
            within(60, lambda given=given, wanted=wanted: state(given) == wanted, every=0.3)
