"""kill -9 at any moment, under load, loses no write that was acknowledged."""

import concurrent.futures
import random
import threading
import time

import httpx

from graph import Graph, unique

ROUNDS = 55
WRITERS = 4
SECONDS_PER_ROUND = (0.05, 0.35)


class Writer:
    """Creates users one after another until the server is gone, and remembers which the server said it had kept."""

    def __init__(self, server, token: str, head: str):
        self.server, self.token, self.head = server, token, head
        self.acknowledged: dict[str, str] = {}
        self.attempted: set[str] = set()
        self.odd: list[str] = []

    def run(self, go_on: threading.Event, at_round: int) -> None:
        number = 0
        with self.server.http(headers={"authorization": f"Bearer {self.token}"}) as http:
            while go_on.is_set():
                name = f"{self.head}-{at_round}-{number}"
                number += 1
                self.attempted.add(name)
                body = {
                    "accountEnabled": False,
                    "displayName": name,
                    "mailNickname": name,
                    "userPrincipalName": f"{name}@xyz.example",
                }
                try:
                    answer = http.post("/v1.0/users", json=body)
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    self.acknowledged[name] = answer.json()["id"]
                else:
                    self.odd.append(f"{name}: {answer.status_code} {answer.text[:200]}")


def everybody(graph, head: str) -> list[tuple[str, str]]:
    listed = graph.all(f"/v1.0/users?$filter=startswith(displayName,'{head}')&$select=id,displayName&$top=999")
    return [(user["displayName"], user["id"]) for user in listed]


def check(writers, found: list[tuple[str, str]]) -> None:
    """Every acknowledged write is there exactly once, and nothing is there that nobody asked for."""
    names = [name for name, _ in found]
    assert len(names) == len(set(names)), "something is there twice"
    there = dict(found)
    for writer in writers:
        lost = {name: id for name, id in writer.acknowledged.items() if there.get(name) != id}
        assert not lost, f"acknowledged, but lost: {lost}"
    assert set(names) <= set().union(*(writer.attempted for writer in writers))


def test_fifty_kills_lose_nothing(spare):
    server, head, chance = spare(), unique("kill"), random.Random(20261121)
    token = server.token()
    writers = [Writer(server, token, f"{head}-w{at}") for at in range(WRITERS)]
    restarts, began = [], time.monotonic()
    for at_round in range(ROUNDS):
        go_on = threading.Event()
        go_on.set()
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            running = [pool.submit(writer.run, go_on, at_round) for writer in writers]
            time.sleep(chance.uniform(*SECONDS_PER_ROUND))
            assert server.kill() == -9
            go_on.clear()
            for one in running:
                one.result()
        restarts.append(server.start())
        graph = Graph(server, token)
        check(writers, everybody(graph, head))
        graph.http.close()
    odd = [text for writer in writers for text in writer.odd]
    assert not odd, odd
    kept = sum(len(writer.acknowledged) for writer in writers)
    assert kept > ROUNDS, f"only {kept} writes in {ROUNDS} rounds: there was no load"
    ended = server.cli("audit", "verify")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert server.stop() == 0
    print(
        f"\n{ROUNDS} kills, {kept} acknowledged writes, none lost; restart {sorted(restarts)[ROUNDS // 2]:.3f} s in the "
        f"middle, {max(restarts):.3f} s at most; {time.monotonic() - began:.0f} s in all"
    )
