import { expect, test } from "vitest";
import { readHr, scim } from "./hr";

test("bad rows are named and good ones go on", () => {
  const file = readHr('\ufeffemployeeId,givenName,hireDate,country,active\r\n1,"Amir, the first",2026-11-01,NL,true\r\n,Nobody,2026-11-01,NL,true\r\n3,Fatima,2026-02-30,NL,true\r\n4,Lee,2026-11-01,Netherlands,true\r\n1,Again,,,\r\n5,Short\r\n\r\n6,Kim,,,FALSE\r\n');
  expect(file.people.map(({ line }) => line)).toEqual([2, 9]);
  expect(file.wrong.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
  expect(file.people[0]?.user.name).toEqual({ givenName: "Amir, the first" });
  expect(file.people[1]?.user.active).toBe(false);
});

test("what is empty is not touched", () => {
  const { people } = readHr("employeeId,department,managerId\n7,,\n");
  expect(Object.keys(people[0]?.user ?? {})).toEqual(["schemas", "externalId", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]);
});

test.each(["name\n1\n", "employeeId,colour\n1,red\n", ""])("a file that says nothing about people is refused whole: %j", (text) => {
  expect(() => readHr(text)).toThrow("employeeId");
});

test("people are sent as one bulk request, each with its line", () => {
  const request = scim(readHr("employeeId\n1\n2\n").people) as { Operations: { bulkId: string }[] };
  expect(request.Operations.map(({ bulkId }) => bulkId)).toEqual(["2", "3"]);
});
