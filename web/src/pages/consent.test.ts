import { describe, expect, test } from "vitest";
import { type Grant, GRAPH_APP_ID, grantsFor, type Resource, wishesOf, without } from "./consent";

const resource = (id: string, scopes: string[], appId = id): Resource => ({ id, appId, displayName: id, oauth2PermissionScopes: scopes.map((value) => ({ id: value, value })) });
const grant = (scope: string, more: Partial<Grant> = {}): Grant => ({ id: "g", clientId: "app", resourceId: "graph", consentType: "AllPrincipals", scope, ...more });
const graph = resource("graph", ["User.Read", "Mail.Read"], GRAPH_APP_ID);
const orders = resource("orders", ["Orders.Read", "User.Read"]);

test("a permission is of the one that publishes it, of several of Graph, else of nobody known", () => {
  const { wishes, unknown } = wishesOf(["User.Read", "Orders.Read", "Twice", "Nowhere"], [orders, graph, resource("a", ["Twice"]), resource("b", ["Twice"])]);
  expect(wishes.map((wish) => [wish.resource.id, wish.scopes])).toEqual([["graph", ["User.Read"]], ["orders", ["Orders.Read"]]]);
  expect(unknown).toEqual(["Twice", "Nowhere"]);
});

describe("consent for everybody", () => {
  const wish = [{ resource: graph, scopes: ["User.Read", "Mail.Read"] }];
  test("is one grant for each resource", () => {
    expect(grantsFor("app", wish, [])).toEqual([{ path: "/oauth2PermissionGrants", ask: { method: "POST", body: { clientId: "app", consentType: "AllPrincipals", resourceId: "graph", scope: "User.Read Mail.Read" } } }]);
  });
  test("is added to what was given before", () => {
    expect(grantsFor("app", wish, [grant("Group.Read.All User.Read")])).toEqual([{ path: "/oauth2PermissionGrants/g", ask: { method: "PATCH", body: { scope: "Group.Read.All User.Read Mail.Read" } } }]);
  });
  test.each<[string, Partial<Grant>]>([["one person's", { consentType: "Principal" }], ["another's", { clientId: "other" }], ["for another resource", { resourceId: "orders" }]])("is not added to %s", (_, more) => {
    expect(grantsFor("app", wish, [grant("User.Read", more)])[0]?.ask.method).toBe("POST");
  });
  test("is nothing where it is there already", () => {
    expect(grantsFor("app", wish, [grant("Mail.Read User.Read")])).toEqual([]);
  });
});

test("the last permission takes its grant with it", () => {
  expect(without(grant("User.Read Mail.Read"), "User.Read").ask).toEqual({ method: "PATCH", body: { scope: "Mail.Read" } });
  expect(without(grant("User.Read"), "User.Read").ask).toEqual({ method: "DELETE" });
});
