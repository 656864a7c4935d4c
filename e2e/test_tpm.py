"""A device that was registered with its TPM joins by itself, with each sort of endorsement key that a TPM has: the built agent with
tpm2-tools against a TPM of software (swtpm). Another TPM is refused."""

import hashlib
import json
import os
import shutil
import subprocess

import pytest

from graph import unique
from test_push import Device
from tpm import software_tpm

REGISTERED = "/beta/deviceManagement/importedDeviceIdentities"
needed = ["swtpm", "tpm2_createek", "tpm2_activatecredential"]
pytestmark = pytest.mark.skipif(any(shutil.which(name) is None for name in needed), reason=f"needs {', '.join(needed)}")


@pytest.fixture
def tpm(tmp_path):
    """What the tools find a TPM by."""
    with software_tpm(tmp_path / "tpm") as found:
        yield found


def endorsement_key(tpm: str, algorithm: str, folder) -> str:
    """The SHA-256 of the endorsement key of this sort, as somebody at the device finds it out."""
    environment = {**os.environ, "TPM2TOOLS_TCTI": tpm}
    for command in (
        ["tpm2_createek", "-Q", "-c", "ek", "-G", algorithm, "-u", "ek.pub"],
        ["tpm2_readpublic", "-Q", "-c", "ek", "-f", "der", "-o", "ek.der"],
        ["tpm2_flushcontext", "-t"],
    ):
        subprocess.run(command, cwd=folder, env=environment, check=True, timeout=60)
    return hashlib.sha256((folder / "ek.der").read_bytes()).hexdigest()


@pytest.mark.parametrize("algorithm", ["rsa", "ecc"])
def test_a_device_joins_by_the_endorsement_key_that_it_is_registered_by(programs, server, graph, tpm, tmp_path, monkeypatch, algorithm):
    device = Device(programs, server, tmp_path)
    key = endorsement_key(tpm, algorithm, tmp_path)
    new = server.cli("zero-touch", "new", "--name", unique("workshop"), "--registered-only", "--format", "file")
    assert new.returncode == 0, new.stderr
    token = json.loads(new.stdout)["token"]
    path = tmp_path / "token"
    path.write_text(token)
    monkeypatch.setenv("TPM2TOOLS_TCTI", tpm)

    def join() -> subprocess.CompletedProcess:
        return device.run("join", "--server", server.url, "--ca-file", server.ca, "--token-file", str(path))

    other = server.cli("zero-touch", "register", "--endorsement-key", "0" * 64)
    assert other.returncode == 0, other.stderr
    refused = join()
    assert refused.returncode != 0 and "register" in refused.stderr, refused.stderr
    said = server.cli("zero-touch", "register", "--endorsement-key", key)
    assert said.returncode == 0, said.stderr
    joined = join()
    assert joined.returncode == 0, joined.stderr
    found = {one["importedDeviceIdentifier"]: one["enrollmentState"] for one in graph.all(REGISTERED)}
    assert found[key] == "enrolled" and found["0" * 64] == "notContacted"
    for registered in graph.all(REGISTERED):
        graph.delete(f"{REGISTERED}/{registered['id']}")
