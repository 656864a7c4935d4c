"""A full disk is reported as a fault, and recovered from without a restart."""

import os
import subprocess

import pytest

from castellan import Server
from graph import Graph, unique


@pytest.fixture
def small_disk(tmp_path):
    """A disk of sixteen megabytes."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk) -> None:
    """Take every byte that is left."""
    with open(disk / "ballast", "ab", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                continue


def test_a_full_disk_is_a_fault_and_passes(programs, small_disk):
    server = Server(programs, small_disk / "data")
    server.log = small_disk.parent / "server.log"
    server.start()
    try:
        graph = Graph(server)
        before = graph.user("before")
        fill(small_disk)
        answer = None
        for _ in range(2000):
            name = unique("full")
            body = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True,
                    "description": "x" * 900}
            answer = graph.http.post("/v1.0/groups", json=body)
            if answer.status_code != 201:
                break
        assert answer.status_code in (500, 503, 507), answer.text
        assert int(answer.headers["retry-after"]) > 0 and answer.json()["error"]["code"]
        assert "disk" not in answer.text.lower() and "sqlite" not in answer.text.lower(), "details are the operator's"
        refused = name
        assert graph.get(f"/v1.0/users/{before['id']}")["id"] == before["id"], "reading goes on"

        (small_disk / "ballast").unlink()
        assert graph.user("after")["id"], "no restart is needed"
        assert graph.get(f"/v1.0/groups?$filter=displayName eq '{refused}'")["value"] == [], "refused means not at all"
        ended = server.cli("audit", "verify")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert server.stop() == 0
        server.start()
        assert Graph(server).get(f"/v1.0/users/{before['id']}")["id"] == before["id"]
        assert "panicked" not in server.log.read_text()
    finally:
        if server.process:
            server.kill()
