// What gives an application its permissions for everybody: which grants and assignments say what it asks for, over what it has.

import type { Change } from "../graph/queries";
import { at, type Entity } from "../graph/client";

export interface Resource extends Entity {
  displayName: string;
  appId: string;
  oauth2PermissionScopes?: { id: string; value?: string; isEnabled?: boolean }[];
  appRoles?: { id: string; value?: string; allowedMemberTypes?: string[] }[];
}

export interface Grant extends Entity {
  clientId: string;
  resourceId: string;
  consentType: string;
  scope: string;
}

/** Permissions in the name of people, of one resource. */
export interface Wish {
  resource: Resource;
  scopes: string[];
}

export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

/** What of a resource a page has to know to tell its permissions. */
export const RESOURCE_FIELDS = "id,displayName,appId,oauth2PermissionScopes,appRoles";

/** Whose permissions these are. A request names only the permissions: of several that publish the same, Graph is meant. */
export function wishesOf(scopes: string[], resources: Resource[]): { wishes: Wish[]; unknown: string[] } {
  const wishes = new Map<string, Wish>();
  const unknown: string[] = [];
  for (const scope of scopes) {
    const all = resources.filter((known) => known.oauth2PermissionScopes?.some(({ value, isEnabled }) => value === scope && isEnabled !== false));
    const resource = all.find(({ appId }) => appId === GRAPH_APP_ID) ?? (all.length === 1 ? all[0] : undefined);
    if (!resource) {
      unknown.push(scope);
      continue;
    }
    const wish = wishes.get(resource.id) ?? { resource, scopes: [] };
    wish.scopes.push(scope);
    wishes.set(resource.id, wish);
  }
  return { wishes: [...wishes.values()], unknown };
}

/** The changes after which `client` has them for everybody; none where it has them. */
export function grantsFor(client: string, wishes: Wish[], grants: Grant[]): Change[] {
  return wishes.flatMap(({ resource, scopes }): Change[] => {
    const known = grants.find((grant) => grant.clientId === client && grant.resourceId === resource.id && grant.consentType === "AllPrincipals");
    const has = words(known?.scope);
    const all = [...has, ...scopes.filter((scope) => !has.includes(scope))];
    if (all.length === has.length) return [];
    if (known) return [{ path: `/oauth2PermissionGrants/${known.id}`, ask: { method: "PATCH", body: { scope: all.join(" ") } } }];
    return [{ path: "/oauth2PermissionGrants", ask: { method: "POST", body: { clientId: client, consentType: "AllPrincipals", resourceId: resource.id, scope: all.join(" ") } } }];
  });
}

/** What takes one permission away again; the grant goes with its last. */
export function without(grant: Grant, scope: string): Change {
  const path = `/oauth2PermissionGrants/${grant.id}`;
  const left = words(grant.scope).filter((one) => one !== scope);
  return left.length ? { path, ask: { method: "PATCH", body: { scope: left.join(" ") } } } : { path, ask: { method: "DELETE" } };
}

export function words(scope: string | null | undefined): string[] {
  return (scope ?? "").split(" ").filter(Boolean);
}

/** Where the grants of an application are read. */
export function grantsPath(client: string): string {
  return at("/oauth2PermissionGrants", { $filter: `clientId eq '${client}'` });
}
