import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Answer, serve, show } from "../served";
import { Members } from "./Group";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

test("every member of a large group can be reached and taken out", async () => {
  const page = (from: number) => Array.from({ length: 100 }, (_, index) => ({ id: `m${from + index}`, "@odata.type": "#microsoft.graph.user", displayName: `Member ${from + index}` }));
  const asked = serve(({ method, path }) => {
    if (method === "DELETE") return new Answer(204);
    if (path.includes("$skiptoken")) return { value: page(100) };
    if (path.startsWith("/groups/g/members")) return { value: page(0), "@odata.count": 200, "@odata.nextLink": "https://castellan.test/beta/groups/g/members?$skiptoken=1" };
    return { value: [] };
  });
  show(<Members group={{ id: "g", groupTypes: [] }} />);
  expect(await screen.findByText("Member 99")).toBeTruthy();
  expect(screen.queryByText("Member 100")).toBeNull();
  fireEvent.click(screen.getByText("Show more"));
  expect(await screen.findByText("Member 199")).toBeTruthy();
  fireEvent.click(screen.getAllByText("Remove").at(-1)!);
  await vi.waitFor(() => expect(asked.some(({ method, path }) => method === "DELETE" && path.startsWith("/groups/g/members/m199/"))).toBe(true));
});
