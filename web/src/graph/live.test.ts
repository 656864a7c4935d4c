import { describe, expect, it } from "vitest";
import { isTouched, split } from "./live";

describe("the stream", () => {
  it("is read in pieces that end anywhere, and what only keeps it open says nothing", () => {
    const text = 'id: 7\nevent: open\ndata: {}\n\n: \n\nid: 8\nevent: changes\ndata: {"value":[]}\n\nid: 9\nev';
    const { whole, rest } = split(text);
    expect(whole).toEqual([
      { name: "open", id: "7", data: "{}" },
      { name: "changes", id: "8", data: '{"value":[]}' },
    ]);
    expect(rest).toBe("id: 9\nev");
    expect(split(`${rest}ent: ended\ndata: {}\n\n`).whole).toEqual([{ name: "ended", id: "9", data: "{}" }]);
  });
});

describe("an answer is old", () => {
  const id = "6f2c9a1e-0000-4000-8000-000000000001";
  const news = { value: [{ id, path: "users" }] };
  for (const [name, key, is] of [
    ["when it is of the object", ["graph", `/users/${id}?$select=id`], true],
    ["when it is of something of the object", ["graph", `/users/${id}/memberOf`], true],
    ["when it is a list of such objects", ["graph", "/users?$top=50", "rows"], true],
    ["when it is of such a list what is somebody's own", ["graph", "/users/filterByCurrentUser(on='target')?$top=50"], true],
    ["when it is the glance at everything", ["graph", "home"], true],
    ["but not when it is of another object", ["graph", "/users/6f2c9a1e-0000-4000-8000-000000000002"], false],
    ["but not when it is a list of others", ["graph", "/groups?$top=50"], false],
    ["but not when it is no answer of the server's directory", ["rehearsal", `/users/${id}`], false],
  ] as const) {
    it(name, () => expect(isTouched(key, news)).toBe(is));
  }
  it("when more changed than is told, whatever it is of", () => {
    expect(isTouched(["graph", "/groups"], { value: [], isTruncated: true })).toBe(true);
  });
});
