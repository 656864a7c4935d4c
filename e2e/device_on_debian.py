"""The real agent on a real Debian, from its package to its farewell: installed in a throw-away root with a network of its
own, it joins by itself, is configured, gets an application, becomes compliant, loses that, is repaired, does what is asked of
it, is retired, and leaves the machine as it found it. Once with its key in a file, once in a TPM (swtpm).

Not part of `make test`: it needs root, debootstrap and cargo-deb. `make e2e-device` runs it.
"""

import base64
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from castellan import Server
from graph import Graph
from tpm import software_tpm

SUITE = "bookworm"
PACKAGES = "ca-certificates,libpam-pwquality,tpm2-tools,libtss2-tcti-swtpm0"
SERIAL = "XYZ-E2E-0001"
HOST, DEVICE = "10.77.0.1", "10.77.0.2"
WAIT_SECONDS = 60
#: One command, the making of a whole Debian included.
COMMAND_SECONDS_MAX = 1200

needed = ["debootstrap", "swtpm", "ip", "unshare", "dpkg-deb"]
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or any(shutil.which(name) is None for name in needed),
    reason=f"needs root and {', '.join(needed)}",
)


def run(*command) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS_MAX)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def until(what: str, ask, seconds: float = WAIT_SECONDS):
    """Ask until the answer is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen within {seconds} s")


@pytest.fixture(scope="session")
def debian(programs) -> Path:
    """A Debian as its installer leaves it, made once and kept as an archive beside the programs."""
    kept = programs / f"debian-{SUITE}.tar"
    if not kept.exists():
        made = programs / f"debian-{SUITE}"
        shutil.rmtree(made, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, made)
        run("tar", "-C", made, "-cf", f"{kept}.new", ".")
        shutil.rmtree(made)
        os.rename(f"{kept}.new", kept)
    return kept


@pytest.fixture(scope="session")
def package(programs) -> Path:
    """The agent's package, as `make deb` builds it."""
    packages = sorted((programs.parent / "debian").glob("castellan-agent_*.deb"), key=lambda path: path.stat().st_mtime)
    assert packages, "there is no castellan-agent_*.deb; `make e2e-device` builds it"
    return packages[-1]


@pytest.fixture
def network():
    """A namespace with one wire to this machine."""
    name, ours, theirs = "castellan-e2e", "cstl-e2e0", "cstl-e2e1"
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    run("ip", "netns", "add", name)
    try:
        run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name)
        run("ip", "addr", "add", f"{HOST}/30", "dev", ours)
        run("ip", "link", "set", ours, "up")
        inside = ["ip", "netns", "exec", name]
        run(*inside, "ip", "addr", "add", f"{DEVICE}/30", "dev", theirs)
        run(*inside, "ip", "link", "set", theirs, "up")
        run(*inside, "ip", "link", "set", "lo", "up")
        yield inside
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", ours], capture_output=True, check=False)


class Machine:
    """A root of its own: file system, processes, network."""

    def __init__(self, root: Path, network: list[str], environment: dict[str, str]):
        self.root, self.network, self.environment = root, network, environment
        self.agent: subprocess.Popen | None = None

    def command(self, *words) -> list[str]:
        # The firmware of a make-believe machine; the kernel's own file systems; nothing of this machine's.
        dmi = "/sys/class/dmi/id"
        setup = (
            f"mount --bind {self.root} {self.root} && cd {self.root} && mount -t proc proc proc && mount -t tmpfs sys sys && "
            f"hostname lt-e2e && mkdir -p .{dmi} && echo {SERIAL} > .{dmi}/product_serial && echo XYZ > .{dmi}/sys_vendor && "
            f"echo Book > .{dmi}/product_name && exec chroot . \"$@\""
        )
        space = ["unshare", "--mount", "--pid", "--fork", "--uts", "--kill-child"]
        return [*self.network, *space, "sh", "-c", setup, "sh", *[str(word) for word in words]]

    def run(self, *words, check: bool = True) -> subprocess.CompletedProcess:
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", **self.environment}
        command = self.command(*words)
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=COMMAND_SECONDS_MAX)
        assert not check or done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-3000:]}"
        return done

    def start(self, log: Path) -> None:
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **self.environment}
        with open(log, "ab") as out:
            command = self.command("/usr/bin/castellan-agent", "run")
            self.agent = subprocess.Popen(command, stdout=out, stderr=out, env=env)

    def stop(self) -> None:
        if self.agent and self.agent.poll() is None:
            self.agent.send_signal(signal.SIGKILL)
            self.agent.wait(timeout=10)

    def status(self) -> dict:
        return json.loads(self.run("castellan-agent", "status", "--json").stdout)

    def snapshot(self) -> dict[str, str]:
        """Everything that the agent could have changed: path to mode and content."""
        found = {}
        for place in ["etc", "opt", "usr", "var/lib/castellan", "root", "home"]:
            for folder, _, files in os.walk(self.root / place):
                found[folder] = oct(os.lstat(folder).st_mode)
                for name in files:
                    path = Path(folder) / name
                    if path.is_symlink():
                        found[str(path)] = os.readlink(path)
                    else:
                        digest = hashlib.sha256(path.read_bytes()).hexdigest()
                        found[str(path)] = f"{oct(path.stat().st_mode)} {digest}"
        return found


@pytest.fixture(params=["file", "tpm"])
def machine(request, debian, package, network, tmp_path):
    root, environment = tmp_path / "root", {}
    root.mkdir()
    run("tar", "-C", root, "-xf", debian)
    (root / "etc/hostname").write_text("lt-e2e\n")
    (root / "etc/hostname").chmod(0o644)
    # The server is called what its certificate says.
    (root / "etc/hosts").write_text(f"127.0.0.1 ip6-loopback\n{HOST} localhost\n")
    with software_tpm(tmp_path / "tpm", HOST) if request.param == "tpm" else nullcontext() as tpm:
        if tpm:
            environment["TPM2TOOLS_TCTI"] = tpm
        made = Machine(root, network, environment)
        shutil.copy(package, root / "agent.deb")
        made.run("dpkg", "-i", "/agent.deb")
        (root / "agent.deb").unlink()
        yield made
        made.stop()


@pytest.fixture
def house(programs, tmp_path):
    """A server that the device's wire reaches."""
    server = Server(programs, tmp_path / "data", listen="0.0.0.0")
    server.start()
    yield server
    server.kill()


def setting(identity: str, value) -> dict:
    kinds = "#microsoft.graph.deviceManagementConfiguration"
    if isinstance(value, str):
        simple = {"@odata.type": f"{kinds}StringSettingValue", "value": value}
    else:
        simple = {"@odata.type": f"{kinds}IntegerSettingValue", "value": value}
    instance = {
        "@odata.type": f"{kinds}SimpleSettingInstance", "settingDefinitionId": identity, "simpleSettingValue": simple,
    }
    return {"@odata.type": f"{kinds}Setting", "settingInstance": instance}


def policy(name: str, settings: list[dict], **more) -> dict:
    return {"name": name, "platforms": "linux", "technologies": "linuxMdm", "settings": settings, **more}


ALL_DEVICES = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
BLOCK = {"actionType": "block", "gracePeriodHours": 0}
RULES = [{"ruleName": "PasswordRequired", "scheduledActionConfigurations": [BLOCK]}]


def packed(folder: Path, name: str, version: str) -> bytes:
    """A small application as a Debian package, with a configuration file."""
    tree = folder / f"{name}-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: XYZ Ltd.\nDescription: {name}\n"
    )
    (tree / "DEBIAN/conffiles").write_text(f"/etc/{name}.conf\n")
    (tree / "etc").mkdir()
    (tree / f"etc/{name}.conf").write_text("colour = blue\n")
    (tree / "usr/bin").mkdir(parents=True)
    (tree / f"usr/bin/{name}").write_text(f"#!/bin/sh\necho {name}\n")
    (tree / f"usr/bin/{name}").chmod(0o755)
    run("dpkg-deb", "--build", "--root-owner-group", tree, tree.with_suffix(".deb"))
    return tree.with_suffix(".deb").read_bytes()


def signed(key: Ed25519PrivateKey, package: bytes, comment: str) -> str:
    """As `minisign -S` does it."""
    signature = key.sign(hashlib.blake2b(package).digest())
    line = base64.b64encode(b"ED" + b"xyz key1" + signature).decode()
    whole = base64.b64encode(key.sign(signature + comment.encode())).decode()
    return f"untrusted comment: a release\n{line}\ntrusted comment: {comment}\n{whole}\n"


def newer(graph: Graph, machine: Machine, package: Path, folder: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(b"Ed" + b"xyz key1" + key.public_key().public_bytes_raw()).decode()
    (machine.root / "usr/share/castellan-agent/release-keys.pub").write_text(public + "\n")
    program = machine.root / "usr/bin/castellan-agent"
    version = machine.run("castellan-agent", "--version").stdout.split()[1]
    machine_name = run("dpkg", "--print-architecture").strip()
    tree, next_version = folder / "next", "9" + version[1:]
    run("dpkg-deb", "--raw-extract", package, tree)
    control = (tree / "DEBIAN/control").read_text()
    (tree / "DEBIAN/control").write_text(re.sub("(?m)^Version: .*$", f"Version: {next_version}", control))
    # The next version of this very program is this program that calls itself so.
    (tree / "usr/bin/castellan-agent").write_bytes(program.read_bytes().replace(version.encode(), next_version.encode()))
    (tree / "DEBIAN/md5sums").unlink(missing_ok=True)
    run("dpkg-deb", "--build", "--root-owner-group", "-Znone", tree, folder / "next.deb")
    content = (folder / "next.deb").read_bytes()
    releases = "/beta/deviceManagement/agentReleases"
    signature = signed(key, content, f"castellan-agent {next_version} {machine_name}")
    release = graph.post(releases, {"releaseSignature": signature})["id"]
    graph.ask("PUT", f"{releases}/{release}/content", content=content)
    device = graph.get(f"/beta/deviceManagement/managedDevices?$filter=serialNumber eq '{SERIAL}'")["value"][0]["id"]
    facts = f"/beta/deviceManagement/managedDevices/{device}?$select=deviceFacts,agentFailure"

    def runs() -> bool:
        said = graph.get(facts)
        assert not said.get("agentFailure"), said
        return said["deviceFacts"]["agentVersion"] == next_version

    graph.post(f"/beta/deviceManagement/managedDevices/{device}/syncDevice", {})
    until("the newer agent", runs)
    assert machine.agent.poll() is None, "it is the same process"
    kept = machine.root / "var/lib/castellan"
    until("its word", lambda: not (kept / "update.json").exists() and not (kept / "former-agent").exists())
    assert not (kept / "candidate-agent").exists()


def test_a_device_lives_its_whole_life(machine, house, package, tmp_path, request):
    graph = Graph(house)
    log = tmp_path / "agent.log"
    devices, beta = "/beta/deviceManagement/managedDevices", "/beta/deviceManagement"

    # What it should be, before it is there.
    profile = graph.post(
        f"{beta}/configurationPolicies",
        policy("Banner", [setting("linux.login.issue", "XYZ Ltd."), setting("linux.pwquality.minlen", 12)]),
    )["id"]
    graph.post(f"{beta}/configurationPolicies/{profile}/assign", {"assignments": [ALL_DEVICES]})

    def demanded(length: int) -> dict:
        return policy("Passwords", [setting("linux_passwordpolicy_minimumlength", length)], scheduledActionsForRule=RULES)

    rules = graph.post(f"{beta}/compliancePolicies", demanded(12))["id"]
    graph.post(f"{beta}/compliancePolicies/{rules}/assign", {"assignments": [ALL_DEVICES]})
    # The ledger is new to the machine; an older xyz-notes is somebody's own.
    (machine.root / "notes.deb").write_bytes(packed(tmp_path, "xyz-notes", "0.9"))
    machine.run("dpkg", "-i", "/notes.deb")
    (machine.root / "notes.deb").unlink()
    for name in ["xyz-ledger", "xyz-notes"]:
        app = graph.post(
            "/beta/deviceAppManagement/mobileApps",
            {
                "@odata.type": "#microsoft.graph.linuxPackageApp", "displayName": name, "publisher": "XYZ Ltd.",
                "packageType": "deb", "packageName": name, "packageVersion": "1.0",
                "uninstallOnAssignmentRemoval": True, "fileName": f"{name}.deb",
            },
        )["id"]
        graph.ask("PUT", f"/beta/deviceAppManagement/mobileApps/{app}/content", content=packed(tmp_path, name, "1.0"))
        required = {"@odata.type": "#microsoft.graph.mobileAppAssignment", "intent": "required", **ALL_DEVICES}
        graph.post(f"/beta/deviceAppManagement/mobileApps/{app}/assign", {"mobileAppAssignments": [required]})

    # Nobody signs in: the desk registers the machine and prints what goes onto it.
    # With a TPM, by that too: whoever says this serial number has to prove to be it.
    tpm = []
    if "tpm" in request.node.name:
        tpm = ["--endorsement-key", machine.run("castellan-agent", "endorsement-key").stdout.strip()]
    said = house.cli("zero-touch", "register", SERIAL, *tpm)
    assert said.returncode == 0, said.stderr
    new = house.cli("zero-touch", "new", "--name", "workshop", "--registered-only", "--format", "file")
    assert new.returncode == 0, new.stderr
    # Others of the same delivery, as administrators' tools register them.
    imported = f"{beta}/importedDeviceIdentities"
    others = [
        {"importedDeviceIdentityType": "serialNumber", "importedDeviceIdentifier": number} for number in ["XYZ-2", "XYZ-3", SERIAL]
    ]
    asked = {"importedDeviceIdentities": others, "overwriteImportedDeviceIdentities": False}
    said = graph.post(f"{imported}/importDeviceIdentityList", asked)
    assert said["@odata.context"].endswith("Collection(microsoft.graph.importedDeviceIdentityResult)"), said
    assert [one["status"] for one in said["value"]] == [True, True, False], said
    found = graph.post(f"{imported}/searchExistingIdentities", {"importedDeviceIdentities": others[1:]})["value"]
    assert [one["importedDeviceIdentifier"] for one in found] == ["XYZ-3", SERIAL]
    before = machine.snapshot()
    (machine.root / "etc/castellan").mkdir(exist_ok=True)
    (machine.root / "etc/castellan/join.json").write_text(new.stdout)
    machine.start(log)

    def mine() -> dict:
        found = graph.get(f"{devices}?$filter=serialNumber eq '{SERIAL}'")["value"]
        return found[0] if found else {}

    device = until("joining", mine)["id"]
    try:
        until("compliance", lambda: mine().get("complianceState") == "compliant")
        assert not (machine.root / "etc/castellan/join.json").exists(), "the token has done its work"
        assert (machine.root / "etc/issue").read_text().strip() == "XYZ Ltd."
        until("the application", lambda: (machine.root / "usr/bin/xyz-ledger").exists())
        state = f"{devices}/{device}?$select=appInstallStates"
        installed = ["installed", "installed"]
        until("its report", lambda: [s["installState"] for s in graph.get(state)["appInstallStates"] or []] == installed)
        notes = machine.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "xyz-notes").stdout
        assert notes == "installed 1.0", notes
        status = machine.status()
        assert status["isKeyInTpm"] == ("tpm" in request.node.name), status
        assert (machine.root / "var/lib/castellan/device.key").exists() != status["isKeyInTpm"]

        # What is installed is known, and who has it.
        def detected() -> list:
            query = "$filter=displayName eq 'xyz-ledger'"
            return graph.get(f"{beta}/detectedApps?{query}")["value"]

        graph.post(f"{devices}/{device}/syncDevice", {})
        found = until("the inventory", detected)[0]
        assert (found["version"], found["deviceCount"]) == ("1.0", 1)
        holders = graph.get(f"{beta}/detectedApps/{found['id']}/managedDevices")["value"]
        assert [holder["id"] for holder in holders] == [device]
        assert len(graph.all(f"{devices}/{device}/detectedApps?$top=50")) > 60

        # More is demanded than it is: not compliant. The profile follows: repaired.
        graph.ask("PUT", f"{beta}/compliancePolicies/{rules}", json=demanded(14))
        until("losing compliance", lambda: mine().get("complianceState") == "noncompliant")
        # The device hears of the verdict when it next speaks to the server.
        graph.post(f"{devices}/{device}/syncDevice", {})
        told = until("word of it", lambda: machine.run("castellan-agent", "status").stdout.count("at least 14"))
        assert told == 1
        stronger = policy("Banner", [setting("linux.login.issue", "XYZ Ltd."), setting("linux.pwquality.minlen", 14)])
        graph.ask("PUT", f"{beta}/configurationPolicies/{profile}", json=stronger)
        until("the repair", lambda: mine().get("complianceState") == "compliant")

        # Asked for once each; what it cannot do it says.
        def ended(action: str) -> str:
            results = graph.get(f"{devices}/{device}")["deviceActionResults"]
            states = [result["actionState"] for result in results if result["actionName"] == action]
            return states[0] if states and states[0] not in ("pending", "active") else ""

        graph.post(f"{devices}/{device}/setDeviceName", {"deviceName": "lt-renamed"})
        assert until("the name", lambda: ended("setDeviceName")) == "done"
        assert (machine.root / "etc/hostname").read_text() == "lt-renamed\n"
        (machine.root / "etc/hostname").write_text("lt-e2e\n")
        for action, state in [("locateDevice", "notSupported"), ("rotateBitLockerKeys", "failed")]:
            graph.post(f"{devices}/{device}/{action}", {})
            assert until(action, lambda: ended(action)) == state
        logs = graph.post(f"{devices}/{device}/createDeviceLogCollectionRequest", {"templateType": {}})["id"]
        place = f"{devices}/{device}/logCollectionRequests/{logs}"
        until("the logs", lambda: graph.get(place)["status"] == "completed")
        url = graph.post(f"{place}/createDownloadUrl", {})["value"]
        archive = tarfile.open(fileobj=io.BytesIO(graph.ask("GET", url.removeprefix(house.url)).content))
        names = [Path(name).name for name in archive.getnames()]
        assert "status.json" in names and not any("key" in name for name in names), names
        done = graph.post(f"{devices}/executeAction", {"actionName": "syncDevice", "deviceIds": [device]})
        assert done["successfulDeviceIds"] == [device]
        audits = f"{beta}/remoteActionAudits?$filter=bulkDeviceActionId eq '{done['bulkDeviceActionId']}'"
        until("progress", lambda: [a["actionState"] for a in graph.get(audits)["value"]] == ["done"])

        # A newer agent, signed by a key that came with this one: tried, and installed in its place.
        newer(graph, machine, package, tmp_path)
        # Another agent is another file, and stays.
        own = [path for path in machine.snapshot() if "/castellan-agent" in path.removeprefix(str(machine.root))]
        before |= {path: content for path, content in machine.snapshot().items() if path in own}

        # A crash changes nothing; days without the server neither.
        machine.stop()
        machine.start(log)
        house.kill()
        time.sleep(2)
        house.start()
        graph = Graph(house)

        # The end: everything is given back, and the device knows nobody any more.
        graph.post(f"{devices}/{device}/retire", {})
        assert machine.agent.wait(timeout=WAIT_SECONDS) == 0
        graph.get(f"{devices}/{device}", expect=404)
        after = machine.snapshot()
        differs = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        # The folder that the join file was left in is whoever's who left it.
        assert differs <= {str(machine.root / "etc/castellan")}, sorted(differs)
        assert "has not joined" in machine.run("castellan-agent", "status").stdout
        known = machine.run("dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev};").stdout.split(";")
        assert [line.split() for line in known if line.startswith("xyz-")] == [["xyz-notes", "ii"]], "what was there stays"
    except AssertionError:
        print(log.read_text(errors="replace")[-4000:])
        print(json.dumps({name: value for name, value in mine().items() if value}, indent=1))
        raise


def test_the_service_is_one_that_systemd_takes(machine, package):
    unit = machine.root / "usr/lib/systemd/system/castellan-agent.service"
    unit = unit if unit.exists() else machine.root / "lib/systemd/system/castellan-agent.service"
    text = unit.read_text()
    for promise in ["NoNewPrivileges=yes", "RestrictNamespaces=yes", "CapabilityBoundingSet=~"]:
        assert promise in text
    assert (machine.root / "etc/passwd").read_text().count("castellan-agent:") == 1, "a user without rights"
    if shutil.which("systemd-analyze"):
        copy = machine.root.parent / "castellan-agent.service"
        copy.write_text(text.replace("/usr/bin/castellan-agent ", f"{machine.root}/usr/bin/castellan-agent "))
        done = subprocess.run(
            ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=30
        )
        complaints = [line for line in done.stderr.splitlines() if "castellan-agent.service" in line]
        assert not complaints, complaints
    # A purge forgets; but what settings replaced, nobody else knows.
    kept = machine.root / "var/lib/castellan"
    for record in [True, False]:
        kept.mkdir(exist_ok=True)
        for name in ["identity.json", "device.key"] + ["settings.json"] * record:
            (kept / name).write_text("{}")
        timers = machine.root / "etc/systemd/system"
        timers.mkdir(exist_ok=True)
        # What the agent wrote says so; an administrator's own may be called as much.
        own = "# Written by castellan-agent; changes made here are undone.\n"
        for name, begins in [("clean", own), ("backup", "")]:
            (timers / f"castellan-{name}.timer").write_text(f"{begins}[Timer]\n")
            (timers / f"castellan-{name}.service").write_text(f"{begins}[Service]\n")
        said = machine.run("dpkg", "--purge", "castellan-agent").stderr
        assert "still belongs to an organisation" in said and ("leave --force" in said) == record, said
        assert "castellan-agent:" not in (machine.root / "etc/passwd").read_text()
        assert [path.name for path in kept.glob("*")] == ["settings.json"] * record
        assert kept.exists() == record
        assert {path.name for path in timers.glob("castellan-*")} == {"castellan-backup.timer", "castellan-backup.service"}
        if record:
            (kept / "settings.json").unlink()
            shutil.copy(package, machine.root / "agent.deb")
            machine.run("dpkg", "-i", "/agent.deb")
