"""A TPM of software (swtpm), where tpm2-tools find it."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

from castellan import free_port
from graph import within

START_SECONDS_MAX = 20


@contextmanager
def software_tpm(folder: Path, host: str = "127.0.0.1"):
    """What the tools are told (TPM2TOOLS_TCTI)."""
    # The tools look for the control channel at the next port.
    port = free_port(2)
    folder.mkdir()
    begun = folder / "pid"
    command = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}", "--flags", "not-need-init,startup-clear"]
    command += ["--server", f"type=tcp,port={port},bindaddr={host}", "--ctrl", f"type=tcp,port={port + 1},bindaddr={host}"]
    # Written once both channels are open.
    running = subprocess.Popen([*command, "--pid", f"file={begun}"])
    try:
        within(START_SECONDS_MAX, lambda: begun.exists() or running.poll() is not None)
        assert running.poll() is None, f"swtpm ended with {running.returncode}"
        yield f"swtpm:host={host},port={port}"
    finally:
        running.kill()
        running.wait(timeout=10)
