// What the menu lists: logs, and why something is as it is.

import { filterOf } from "../parts/signInResult";
import type { Room } from "./rooms";

export const monitor: Room = {
  name: "monitor",
  entries: [
    {
      key: "signIns",
      path: "auditLogs/signIns",
      kind: "signIn",
      title: "createdDateTime",
      columns: [
        "createdDateTime", "userDisplayName", "appDisplayName", "status/errorCode", "ipAddress", "deviceDetail/displayName", "location",
        "conditionalAccessStatus",
      ],
      wide: ["status/errorCode"],
      also: ["servicePrincipalName"],
      quick: (["success", "interrupted", "failure"] as const).map((key) => ({ key, filter: filterOf(key) })),
      isJournal: true,
    },
    {
      key: "audits",
      path: "auditLogs/directoryAudits",
      kind: "directoryAudit",
      title: "activityDisplayName",
      columns: ["activityDisplayName", "activityDateTime", "initiatedBy", "targetResources", "result"],
      isJournal: true,
    },
    { key: "explain", story: true },
    { key: "integrity", story: true },
  ],
};
