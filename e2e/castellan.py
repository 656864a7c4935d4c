"""A Castellan server of one's own: started on a free port with a data folder, stopped, killed and started again.

    python castellan.py PROGRAMS COMMAND…   starts one, runs COMMAND with CASTELLAN_BOOTSTRAP and the trust it needs in its
                                            environment, and stops the server
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

READY_SECONDS_MAX = 60
#: How long it may take to end. It gives requests three seconds; the rest is for a machine that is busy.
END_SECONDS_MAX = 30
COMMAND_SECONDS_MAX = 230

_held: list[socket.socket] = []


def free_port(count: int = 1) -> int:
    """A port that nobody else is given as long as this process lives, or the first of several that follow each other.

    A socket that is bound and does not listen keeps the kernel from handing it out, be it to a listener or for an outgoing
    connection. It does not keep a server out that asks for the very port, and allows what all servers do (SO_REUSEADDR):
    not even one that is killed and started again.
    """
    for _ in range(100):
        ports: list[socket.socket] = []
        try:
            for at in range(count):
                ports.append(_holding(ports[0].getsockname()[1] + at if ports else 0))
        except (OSError, OverflowError):
            for port in ports:
                port.close()
            continue
        _held.extend(ports)
        return ports[0].getsockname()[1]
    raise RuntimeError(f"there are no {count} free ports that follow each other")


def _holding(port: int) -> socket.socket:
    held = socket.socket()
    try:
        held.bind(("", port))
    except BaseException:
        held.close()
        raise
    # Only now: otherwise it would itself get what somebody else holds.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return held


class Server:
    """One server. It keeps its port over restarts, because its URL is in every token."""

    def __init__(self, programs: Path, data: Path, *options: str, bootstrap_client: bool = True, listen: str = "127.0.0.1"):
        self.program = programs / "castellan"
        self.data = data
        self.port, self.listen = free_port(), listen
        self.url = f"https://localhost:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self.options = [*options, *(["--bootstrap-client"] if bootstrap_client else [])]
        self.process: subprocess.Popen | None = None
        self.ready_line = ""

    def start(self) -> float:
        """Start, wait until it is ready, and say how many seconds that took."""
        began = time.monotonic()
        command = [self.program, "serve", "--data", self.data, "--listen", f"{self.listen}:{self.port}", *self.options]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.ready_line = self._line(began + READY_SECONDS_MAX)
        if not self.ready_line.startswith("listening on "):
            self.process.kill()
            raise RuntimeError(f"the server did not become ready: {self.ready_line!r}\n{self.tail()}")
        return time.monotonic() - began

    def _line(self, until: float) -> str:
        """What the server prints first, or nothing when it ends or the time is over."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            ready = selector.select(max(0.0, until - time.monotonic()))
        return self.process.stdout.readline().strip() if ready else ""

    def stop(self) -> int:
        """Ask it to end; answers its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> int:
        """End it without a word."""
        self.process.kill()
        return self._ended()

    def _ended(self) -> int:
        code = self.process.wait(timeout=END_SECONDS_MAX)
        self.process.stdout.close()
        self.process = None
        return code

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    @property
    def bootstrap(self) -> dict:
        return json.loads((self.data / "bootstrap.json").read_text())

    @property
    def tenant(self) -> str:
        return self.bootstrap["tenantId"]

    @property
    def authority(self) -> str:
        return f"{self.url}/{self.tenant}"

    @property
    def ca(self) -> str:
        return self.bootstrap["caFile"]

    def http(self, **options) -> httpx.Client:
        """A plain client that trusts this server's authority and nothing else."""
        import ssl

        return httpx.Client(base_url=self.url, verify=ssl.create_default_context(cafile=self.ca), timeout=30, **options)

    def token(self, client_id: str | None = None, client_secret: str | None = None) -> str:
        """An access token for Graph; the bootstrap client's, unless told otherwise."""
        known = self.bootstrap
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id or known["clientId"],
            "client_secret": client_secret or known["clientSecret"],
            "scope": "https://graph.microsoft.com/.default",
        }
        with self.http() as http:
            answer = http.post(f"/{self.tenant}/oauth2/v2.0/token", data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def cli(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess:
        """Run the program as an administrator would at a desk."""
        command = [self.program, *arguments, "--bootstrap", self.data / "bootstrap.json"]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def main() -> int:
    programs, command = Path(sys.argv[1]), sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(programs, Path(folder) / "data")
        server.start()
        trust = {"CASTELLAN_BOOTSTRAP": str(server.data / "bootstrap.json"), "NODE_EXTRA_CA_CERTS": server.ca}
        try:
            code = subprocess.run(command, env={**os.environ, **trust}, timeout=COMMAND_SECONDS_MAX, check=False).returncode
        finally:
            server.stop()
        if code:
            print(server.tail(), file=sys.stderr)
        return code


if __name__ == "__main__":
    sys.exit(main())
