"""A Linux device: libhimmelblau, unmodified, driven by lines of JSON."""

import json
import os
import selectors
import subprocess
from pathlib import Path


ANSWER_SECONDS_MAX = 60


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
        with selectors.DefaultSelector() as selector:
            # It says one line, and only when it is asked: nothing of the next is left in a buffer.
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(ANSWER_SECONDS_MAX), f"no answer to {words[0]} within {ANSWER_SECONDS_MAX} s"
        line = self.process.stdout.readline()
        assert line, f"the device ended with {self.process.wait(timeout=10)} instead of answering {words[0]}"
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        finally:
            self.process.kill()
            self.process.stdout.close()
