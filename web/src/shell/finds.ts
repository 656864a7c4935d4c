// Where Ctrl-K looks for objects, and by what: a table. The server searches; what somebody may not see is not found.

import { at, batch, type Entity, GraphFailure, type Page, quoted } from "../graph/client";
import { searchText } from "../parts/rows";
import { placeOf } from "../rooms/rooms";
import type { Key } from "../words";

export const FOUND_MAX = 6;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface Find {
  group: Key;
  kind: string;
  path: string;
  select: string;
  name: string;
  hint: string;
  /** Looked for by `contains` in these. */
  fields?: string[];
  /** Looked for by `$search` in these. */
  search?: string[];
  /** Other ids than its own that an object goes by. */
  ids?: string[];
  /** Found among all there are: the list is short and takes no filter. */
  isShort?: boolean;
}

export const FINDS: Find[] = [
  { group: "list.users", kind: "user", path: "/users", select: "id,displayName,userPrincipalName", name: "displayName", hint: "userPrincipalName", search: ["displayName", "userPrincipalName", "mail", "employeeId"] },
  { group: "list.groups", kind: "group", path: "/groups", select: "id,displayName,description", name: "displayName", hint: "description", search: ["displayName", "mail"] },
  { group: "list.managedDevices", kind: "managedDevice", path: "/deviceManagement/managedDevices", select: "id,deviceName,userPrincipalName,serialNumber", name: "deviceName", hint: "userPrincipalName", fields: ["deviceName", "serialNumber", "userPrincipalName"], ids: ["azureADDeviceId"] },
  { group: "list.directoryDevices", kind: "device", path: "/devices", select: "id,displayName,deviceId,operatingSystem", name: "displayName", hint: "operatingSystem", search: ["displayName"], ids: ["deviceId"] },
  { group: "list.servicePrincipals", kind: "servicePrincipal", path: "/servicePrincipals", select: "id,displayName,appId", name: "displayName", hint: "appId", search: ["displayName"], ids: ["appId"] },
  { group: "list.applications", kind: "application", path: "/applications", select: "id,displayName,appId", name: "displayName", hint: "appId", search: ["displayName"], ids: ["appId"] },
  { group: "list.mobileApps", kind: "mobileApp", path: "/deviceAppManagement/mobileApps", select: "id,displayName,publisher", name: "displayName", hint: "publisher", fields: ["displayName"] },
  { group: "list.policies", kind: "conditionalAccessPolicy", path: "/identity/conditionalAccess/policies", select: "id,displayName,state", name: "displayName", hint: "state", fields: ["displayName"] },
  { group: "list.namedLocations", kind: "namedLocation", path: "/identity/conditionalAccess/namedLocations", select: "id,displayName", name: "displayName", hint: "", fields: ["displayName"] },
  { group: "list.configurationPolicies", kind: "deviceManagementConfigurationPolicy", path: "/deviceManagement/configurationPolicies", select: "id,name", name: "name", hint: "description", fields: ["name"] },
  { group: "list.compliancePolicies", kind: "deviceManagementCompliancePolicy", path: "/deviceManagement/compliancePolicies", select: "id,name", name: "name", hint: "description", fields: ["name"] },
  { group: "list.assignmentFilters", kind: "deviceAndAppManagementAssignmentFilter", path: "/deviceManagement/assignmentFilters", select: "id,displayName", name: "displayName", hint: "", fields: ["displayName"] },
  { group: "list.healthScripts", kind: "deviceHealthScript", path: "/deviceManagement/deviceHealthScripts", select: "id,displayName", name: "displayName", hint: "", fields: ["displayName"] },
  { group: "list.shellScripts", kind: "deviceShellScript", path: "/deviceManagement/deviceShellScripts", select: "id,displayName", name: "displayName", hint: "", fields: ["displayName"] },
  { group: "list.accessPackages", kind: "accessPackage", path: "/identityGovernance/entitlementManagement/accessPackages", select: "id,displayName,description", name: "displayName", hint: "description", fields: ["displayName"] },
  { group: "list.workflows", kind: "workflow", path: "/identityGovernance/lifecycleWorkflows/workflows", select: "id,displayName", name: "displayName", hint: "", fields: ["displayName"] },
  { group: "list.administrativeUnits", kind: "administrativeUnit", path: "/directory/administrativeUnits", select: "id,displayName,description", name: "displayName", hint: "description", search: ["displayName"] },
  { group: "list.licences", kind: "subscribedSku", path: "/subscribedSkus", select: "id,skuPartNumber,skuId", name: "skuPartNumber", hint: "", fields: ["skuPartNumber"], ids: ["skuId"], isShort: true },
  { group: "list.settings", kind: "deviceManagementConfigurationSettingDefinition", path: "/deviceManagement/configurationSettings", select: "id,displayName,categoryId", name: "displayName", hint: "categoryId", fields: ["displayName", "id"] },
  { group: "list.roles", kind: "unifiedRoleDefinition", path: "/roleManagement/directory/roleDefinitions", select: "id,displayName", name: "displayName", hint: "", fields: ["displayName"] },
];

/** What is asked to find a text in one place. */
export function asked({ path, select, fields, search, ids = [], isShort }: Find, text: string): string {
  if (isShort) return at(path, { $select: select });
  if (GUID.test(text)) return at(path, { $select: select, $top: FOUND_MAX, $count: true, $filter: ["id", ...ids].map((id) => `${id} eq ${quoted(text)}`).join(" or ") });
  if (fields) return at(path, { $select: select, $top: FOUND_MAX, $filter: fields.map((field) => `contains(${field},${quoted(text)})`).join(" or ") });
  return at(path, { $select: select, $top: FOUND_MAX, $count: true, $search: searchText(text, search ?? ["displayName"]) });
}

export interface Hit {
  group: Key;
  kind: string;
  label: string;
  hint?: string;
  href: string;
}

export async function objects(text: string, finds: Find[] = FINDS): Promise<Hit[]> {
  const answers = await batch<Page<Entity>>(finds.map((find) => ({ path: asked(find, text) })));
  // What somebody may not see is not found; anything else that fails is no answer to whether it is there.
  const failed = answers.find((answer) => answer instanceof GraphFailure && (answer.status === 429 || answer.status >= 500));
  if (failed) throw failed;
  return finds.flatMap((find, index) => {
    const answer = answers[index];
    if (!answer || answer instanceof GraphFailure) return [];
    return answer.value.filter((item) => !find.isShort || isNamed(item, find, text)).slice(0, FOUND_MAX).flatMap((item): Hit[] => {
      const href = placeOf(find.kind, item.id);
      return href ? [{ group: find.group, kind: find.kind, label: String(item[find.name] ?? item.id), hint: item[find.hint] ? String(item[find.hint]) : undefined, href }] : [];
    });
  });
}

function isNamed(item: Entity, { fields = [], ids = [] }: Find, text: string): boolean {
  const needle = text.toLowerCase();
  return fields.some((field) => String(item[field] ?? "").toLowerCase().includes(needle)) || [...ids, "id"].some((id) => String(item[id]).toLowerCase() === needle);
}
