"""`castellan sim fleet`: simulated devices over the true wires, with and without misfortune."""

import re

import pytest

FAULTS = "lost-response,half-session,clock-skew,cloned-disk,restored-backup,revoked-certificate"


def figures(text: str, word: str) -> list[int]:
    """The numbers of the line that begins with a word."""
    [line] = [line for line in text.splitlines() if line.startswith(word)]
    return [int(number) for number in re.findall(r"\d+", line)]


@pytest.fixture
def house(spare):
    """A server of its own: the devices stay."""
    return spare(name="fleet")


def test_agents_and_linux_pcs_join_and_check_in(house):
    ended = house.cli("sim", "fleet", "--devices", "24", "--linux-percent", "25", "--every", "2", "--seconds", "7")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert figures(ended.stdout, "joined")[:3] == [24, 18, 6]
    assert figures(ended.stdout, "check-ins")[0] >= 24
    assert figures(ended.stdout, "failures") == [0]


def test_connected_agents_suffer_and_nothing_fails_that_should_not(house):
    ended = house.cli(
        "sim", "fleet", "--devices", "30", "--linux-percent", "0", "--connected", "--every", "1", "--seconds", "8",
        "--faults", FAULTS, "--fault-per-mille", "150",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for fault in FAULTS.split(","):
        assert f"× {fault}" in ended.stdout, ended.stdout
    assert figures(ended.stdout, "revoked")[1] == 0, "a revoked certificate was let in"
    assert figures(ended.stdout, "failures") == [0]


def test_a_fault_that_is_none_is_named(house):
    ended = house.cli("sim", "fleet", "--faults", "bad-mood")
    assert ended.returncode != 0
    assert "`bad-mood` is no fault" in ended.stderr
