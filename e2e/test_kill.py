"""kill -9 at any moment, under load, loses nothing that was acknowledged: no creation, no change, no deletion."""

import concurrent.futures
import random
import threading
import time

import httpx

from graph import Graph, unique

ROUNDS = 55
WRITERS = 4
#: How many writes are acknowledged before the next kill: it comes after work, however long that takes.
WRITES_PER_ROUND = (1, 24)
#: And then at any moment of the writes that are on their way.
SECONDS_AFTER = (0.0, 0.03)
WRITE_SECONDS_MAX = 30
GONE = "gone"


class Writer:
    """Creates, changes and deletes users until the server is gone, and remembers what must be, or may be, there."""

    def __init__(self, server, token: str, head: str, acknowledged: threading.Semaphore):
        self.server, self.token, self.head, self.acknowledged = server, token, head, acknowledged
        self.ids: dict[str, str] = {}
        # By name: the job titles that a user may have, or GONE. One where the last write was acknowledged, two where it
        # was on its way.
        self.may_be: dict[str, set] = {}
        self.odd: list[str] = []

    def run(self, go_on: threading.Event, at_round: int) -> None:
        number, name = 0, ""
        with self.server.http(headers={"authorization": f"Bearer {self.token}"}) as http:
            try:
                while go_on.is_set():
                    if number % 3 == 0:
                        name = f"{self.head}-{at_round}-{number}"
                        self.create(http, name)
                    elif number % 3 == 1 and name in self.ids:
                        self.write(http, name, f"title {number}", "PATCH", {"jobTitle": f"title {number}"})
                    elif number % 6 == 2 and name in self.ids:
                        self.write(http, name, GONE, "DELETE", None)
                    number += 1
            except httpx.TransportError:
                return

    def create(self, http, name: str) -> None:
        body = {"accountEnabled": False, "displayName": name, "mailNickname": name, "userPrincipalName": f"{name}@xyz.example"}
        self.may_be[name] = {GONE, None}
        answer = http.post("/v1.0/users", json=body)
        if answer.status_code != 201:
            self.odd.append(f"{name}: {answer.status_code} {answer.text[:200]}")
            return
        self.ids[name] = answer.json()["id"]
        self.may_be[name] = {None}
        self.acknowledged.release()

    def write(self, http, name: str, state: str, method: str, body: dict | None) -> None:
        self.may_be[name] = self.may_be[name] | {state}
        answer = http.request(method, f"/v1.0/users/{self.ids[name]}", json=body)
        if answer.status_code != 204:
            self.odd.append(f"{method} {name}: {answer.status_code} {answer.text[:200]}")
            return
        self.may_be[name] = {state}
        self.acknowledged.release()

    def check(self, there: dict[str, dict]) -> None:
        for name, states in self.may_be.items():
            user = there.get(name)
            state = user["jobTitle"] if user else GONE
            assert state in states, f"{name} is {state!r}, which must be one of {states}"
            assert user is None or self.ids.get(name, user["id"]) == user["id"], name
            # What was found is so from now on: a later kill must not take it back.
            self.may_be[name] = {state}


def everybody(graph, head: str) -> dict[str, dict]:
    query = f"$filter=startswith(displayName,'{head}')&$select=id,displayName,jobTitle&$top=999"
    listed = graph.all(f"/v1.0/users?{query}")
    there = {user["displayName"]: user for user in listed}
    assert len(there) == len(listed), "something is there twice"
    return there


def odd(writers: list[Writer]) -> list[str]:
    return [text for writer in writers for text in writer.odd]


def test_fifty_kills_lose_nothing(spare):
    server, head, chance = spare(), unique("kill"), random.Random(20261121)
    token = server.token()
    acknowledged = threading.Semaphore(0)
    writers = [Writer(server, token, f"{head}-w{at}", acknowledged) for at in range(WRITERS)]
    restarts, kept, began = [], 0, time.monotonic()
    for at_round in range(ROUNDS):
        go_on = threading.Event()
        go_on.set()
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            running = [pool.submit(writer.run, go_on, at_round) for writer in writers]
            try:
                for _ in range(chance.randint(*WRITES_PER_ROUND)):
                    assert acknowledged.acquire(timeout=WRITE_SECONDS_MAX), f"nothing was written: {odd(writers)}"
                    kept += 1
                time.sleep(chance.uniform(*SECONDS_AFTER))
                assert server.kill() == -9
            finally:
                go_on.clear()
            for one in running:
                one.result()
        while acknowledged.acquire(blocking=False):
            kept += 1
        restarts.append(server.start())
        graph = Graph(server, token)
        there = everybody(graph, head)
        for writer in writers:
            writer.check(there)
        assert set(there) <= set().union(*(writer.may_be for writer in writers)), "something is there that nobody asked for"
        graph.http.close()
    assert not odd(writers), odd(writers)
    ended = server.cli("audit", "verify")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert server.stop() == 0
    print(
        f"\n{ROUNDS} kills, {kept} acknowledged writes, none lost; restart {sorted(restarts)[ROUNDS // 2]:.3f} s in the "
        f"middle, {max(restarts):.3f} s at most; {time.monotonic() - began:.0f} s in all"
    )
