import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { serve, show } from "../served";
import Apps from "./Apps";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const app = (id: string, more: object = {}) => ({ id, displayName: id, homepage: `https://${id.toLowerCase()}.example`, ...more });

/** A server with these given to somebody and these for everybody, two at a time. */
function served(given: { id: string }[], open: { id: string; displayName: string }[]) {
  return serve(({ path, body }) => {
    if (path.startsWith("/me/appRoleAssignments")) return { value: [...given, ...given].map(({ id }) => ({ resourceId: id })) };
    if (path.startsWith("/servicePrincipals/getByIds")) return { value: given.filter(({ id }) => (body as { ids: string[] }).ids.includes(id)) };
    if (path.startsWith("/servicePrincipals?")) {
      const word = /\$search="displayName:([^"]*)"/.exec(path)?.[1];
      const from = Number(/from=(\d+)/.exec(path)?.[1] ?? 0);
      const found = open.filter(({ displayName }) => !word || displayName.startsWith(word));
      const next = from + 2 < found.length && { "@odata.nextLink": `https://castellan.test/beta/servicePrincipals?from=${from + 2}` };
      return { value: found.slice(from, from + 2), ...next };
    }
    return { value: [] };
  });
}

const tiles = () => screen.queryAllByRole("link").filter((link) => link.getAttribute("target") === "_blank").map((link) => link.getAttribute("href"));
const at = (...names: string[]) => names.map((name) => `https://${name}.example`);

test("what somebody was given stands first, what is for everybody follows as far as they go on, and each once", async () => {
  const asked = served([app("Payroll"), app("Books"), app("Hidden", { tags: ["HideApp"] }), app("Off", { accountEnabled: false }), app("Service", { homepage: null })], ["Atlas", "Books", "Canteen"].map((name) => app(name)));
  show(<Apps />);
  await vi.waitFor(() => expect(tiles()).toEqual(at("books", "payroll", "atlas")));
  fireEvent.click(screen.getByRole("button", { name: "Show more" }));
  await vi.waitFor(() => expect(tiles()).toEqual(at("books", "payroll", "atlas", "canteen")));
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  expect(asked.find(({ path }) => path.startsWith("/servicePrincipals/getByIds"))?.body).toEqual({ ids: ["Payroll", "Books", "Hidden", "Off", "Service"] });
});

test("a search is the server's, so that it finds what was not read yet", async () => {
  served([app("Payroll")], ["Atlas", "Books", "Canteen"].map((name) => app(name)));
  show(<Apps />);
  fireEvent.change(await screen.findByRole("searchbox", { name: "Find an app" }), { target: { value: "Cant" } });
  await vi.waitFor(() => expect(tiles()).toEqual(at("canteen")));
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: "Zoo" } });
  expect(await screen.findByText("No app has this name.")).toBeTruthy();
});

test("who can open nothing is told so", async () => {
  const asked = served([], []);
  show(<Apps />);
  expect(await screen.findByText("There is no application to open yet")).toBeTruthy();
  expect(asked.some(({ path }) => path.includes("getByIds"))).toBe(false);
});
