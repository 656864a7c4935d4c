"""`castellan demo --once`: one person's whole story, told by the program itself over the same doors as everybody uses."""

import subprocess

from castellan import free_port


def test_every_step_of_the_story_holds(programs, tmp_path):
    command = [programs / "castellan", "demo", "--once", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{free_port()}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Every step held" in ended.stdout
    # Once with the real agent, once with a Linux PC over device registration and Intune for Linux.
    for chapter in ["Amir's laptop", "Amir's Linux PC, with programs of others"]:
        assert chapter in ended.stdout
