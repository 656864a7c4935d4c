"""A Linux device: libhimmelblau, unmodified, driven by lines of JSON."""

import json
import os
import subprocess
from pathlib import Path


class Refused(Exception):
    """What the client said when it did not get what it asked for."""


class Himmelblau:
    """One device with keys of its own, for one organisation."""

    def __init__(self, program: Path, server, domain: str):
        # The library looks for device registration here instead of at its public host.
        environment = {**os.environ, "HIMMELBLAU_DISCOVERY_URL": server.url, "SSL_CERT_FILE": server.ca}
        command = [program, server.authority, domain]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )

    def __call__(self, *words: str):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()
