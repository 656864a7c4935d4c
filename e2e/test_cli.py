"""`castellan hr import` and `castellan audit verify`, as at an administrator's desk."""

import json
import sqlite3
import subprocess

from graph import Graph, short


def test_a_bad_row_is_named_and_the_good_ones_go_on(server, graph, tmp_path):
    head = short()
    file = tmp_path / "people.csv"
    file.write_text(
        "employeeId,givenName,familyName,userName,department,managerId,country,hireDate\n"
        f"{head}-1,Amira,Haddad,{head}-1@xyz.example,Sales,,NL,2026-11-01\n"
        f"{head}-2,Sam,Okafor,{head}-2@xyz.example,Sales,{head}-1,NL,2026-02-30\n"
        f",No,Number,{head}-3@xyz.example,Sales,,NL,2026-11-01\n"
        f"{head}-4,Lee,Park,{head}-4@xyz.example,Sales,{head}-1,NL,2026-11-01\n"
        f"{head}-5,Kim,Short\n"
        f"{head}-6,Ines,Silva,{head}-6@unknown.example,Sales,{head}-1,NL,2026-11-01\n"
    )
    ended = server.cli("hr", "import", str(file))
    assert ended.returncode != 0
    assert "2 created" in ended.stdout, ended.stdout + ended.stderr
    complaints = ended.stderr.splitlines()
    for line, column, reason in (
        (3, "hireDate", "2026-02-30"),
        (4, "employeeId", "needed"),
        (6, "", "fields"),
        (7, "userName", "domain"),
    ):
        [said] = [text for text in complaints if text.startswith(f"line {line}")]
        assert column in said and reason in said, said
    people = graph.get(f"/v1.0/users?$filter=startswith(employeeId,'{head}')&$select=id,employeeId,department")["value"]
    assert {person["employeeId"] for person in people} == {f"{head}-1", f"{head}-4"}
    by_number = {person["employeeId"]: person for person in people}
    manager = graph.get(f"/v1.0/users/{by_number[f'{head}-4']['id']}/manager")
    assert manager["id"] == by_number[f"{head}-1"]["id"]


def test_the_same_file_twice_changes_nothing(server, graph, tmp_path):
    head = short()
    file = tmp_path / "people.csv"
    rows = [f"{head}-{n},Given{n},Family,{head}-{n}@xyz.example,Sales" for n in range(60)]
    file.write_text("employeeId,givenName,familyName,userName,department\n" + "\n".join(rows) + "\n")
    first = json.loads(server.cli("hr", "import", str(file), "--json").stdout)
    assert (first["created"], first["bad"]) == (60, [])
    again = server.cli("hr", "import", str(file), "--json")
    assert again.returncode == 0
    second = json.loads(again.stdout)
    assert (second["created"], second["updated"], second["unchanged"], second["bad"]) == (0, 0, 60, [])
    file.write_text("employeeId,givenName,familyName,userName,department\n" + rows[0].replace("Sales", "Finance") + "\n")
    third = json.loads(server.cli("hr", "import", str(file), "--json").stdout)
    assert (third["created"], third["updated"]) == (0, 1)
    found = graph.get(f"/v1.0/users?$filter=startswith(employeeId,'{head}') and department eq 'Finance'")["value"]
    assert len(found) == 1


def test_a_file_that_is_no_hr_file_is_refused_whole(server, tmp_path):
    for text, reason in (("name,salary\nx,1\n", "employeeId"), ("", "employeeId"), ("\0\0\0", "employeeId")):
        file = tmp_path / "people.csv"
        file.write_text(text)
        ended = server.cli("hr", "import", str(file))
        assert ended.returncode != 0 and reason in ended.stderr, ended.stderr
    assert server.cli("hr", "import", str(tmp_path / "absent.csv")).returncode != 0


def test_the_audit_is_whole_and_knows_who_did_what(server, graph, bootstrap):
    user = graph.user("audited")
    ended = server.cli("audit", "verify")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "whole" in ended.stdout and "NOT WHOLE" not in ended.stdout
    rows = graph.get(
        f"/v1.0/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '{user['id']}')"
    )["value"]
    [row] = [row for row in rows if row["activityDisplayName"] == "Add user"]
    assert row["initiatedBy"]["app"]["appId"] == bootstrap["clientId"] and row["result"] == "success"


def test_a_row_that_was_altered_is_found(spare):
    server = spare()
    for _ in range(3):
        Graph(server).user("evidence")
    assert server.cli("audit", "verify").returncode == 0
    server.stop()
    with sqlite3.connect(server.data / "log.db") as log:
        [(usn, body)] = log.execute('select usn, body from "commit" order by usn desc limit 1 offset 1')
        assert b"evidence" in body
        log.execute('update "commit" set body = ? where usn = ?', (bytes(body).replace(b"evidence", b"evidencf"), usn))
    server.start()
    ended = server.cli("audit", "verify")
    assert ended.returncode != 0 and "NOT WHOLE" in ended.stdout, ended.stdout + ended.stderr


def test_a_wrong_server_and_a_wrong_authority_are_said_plainly(server, tmp_path):
    known = dict(server.bootstrap)
    wrong = tmp_path / "bootstrap.json"
    for change, said in (
        ({"publicUrl": "https://localhost:1"}, "cannot reach"),
        ({"clientSecret": "wrong"}, "AADSTS7000215"),
        ({"caFile": str(tmp_path / "absent.pem")}, "cannot read"),
    ):
        wrong.write_text(json.dumps({**known, **change}))
        ended = verify(server, wrong)
        assert ended.returncode != 0 and said in ended.stderr, ended.stderr
        assert known["clientSecret"] not in ended.stderr


def verify(server, bootstrap) -> subprocess.CompletedProcess:
    command = [server.program, "audit", "verify", "--bootstrap", bootstrap]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
