// To whom something goes, as Graph says it: targets, exclusions and filters; and what a draft of them would reach today.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { graph } from "../graph/client";

export interface Target {
  "@odata.type": string;
  groupId?: string | null;
  deviceAndAppManagementAssignmentFilterId?: string | null;
  deviceAndAppManagementAssignmentFilterType?: string | null;
}

export interface Assignment {
  "@odata.type"?: string;
  id?: string;
  intent?: string | null;
  target: Target;
  [more: string]: unknown;
}

export type Aim = "allDevices" | "allPeople" | "group" | "notGroup" | "other";

const TYPE = "#microsoft.graph.";
const TYPES: Record<Exclude<Aim, "other">, string> = {
  allDevices: `${TYPE}allDevicesAssignmentTarget`,
  allPeople: `${TYPE}allLicensedUsersAssignmentTarget`,
  group: `${TYPE}groupAssignmentTarget`,
  notGroup: `${TYPE}exclusionGroupAssignmentTarget`,
};

export function aimOf(target: Target): Aim {
  const found = Object.entries(TYPES).find(([, type]) => type === target["@odata.type"]);
  return (found?.[0] as Aim | undefined) ?? "other";
}

export function aimed(aim: Exclude<Aim, "other">, groupId?: string): Target {
  return { "@odata.type": TYPES[aim], ...(groupId && { groupId }) };
}

/** The filter of a target, or none. */
export function filtered(target: Target, filterId: string | null, mode: "include" | "exclude" = "include"): Target {
  return { ...target, deviceAndAppManagementAssignmentFilterId: filterId, deviceAndAppManagementAssignmentFilterType: filterId ? mode : "none" };
}

/** As they are given to `assign`: without what the server says of them. */
export function given(assignments: Assignment[], type?: string): Assignment[] {
  return assignments.map(({ id: _id, source: _source, sourceId: _sourceId, ...rest }) => ({ ...(type && { "@odata.type": type }), ...rest }));
}

/** Whether the same is assigned already. */
export function isSame(one: Assignment, other: Assignment): boolean {
  return one.target["@odata.type"] === other.target["@odata.type"] && (one.target.groupId ?? "") === (other.target.groupId ?? "") && (one.intent ?? "") === (other.intent ?? "");
}

export interface Reach {
  managedDeviceCount: number;
  deviceCount: number;
  userCount: number;
  assignments: { deviceCount: number }[];
  devices: { managedDeviceId: string; deviceName?: string; userPrincipalName?: string }[];
}

/** Whom a draft would reach, asked again when somebody pauses. */
export function useReach(assignments: Assignment[], platforms?: string) {
  const [wanted, setWanted] = useState(assignments);
  const key = JSON.stringify(assignments);
  useEffect(() => {
    const timer = setTimeout(() => setWanted(JSON.parse(key) as Assignment[]), 200);
    return () => clearTimeout(timer);
  }, [key]);
  return useQuery<Reach>({
    queryKey: ["graph", "reach", JSON.stringify(wanted), platforms],
    placeholderData: (before) => before,
    queryFn: ({ signal }) => graph<Reach>("/deviceManagement/previewAssignments", { method: "POST", body: { assignments: given(wanted).map((one) => ({ target: (one as Assignment).target, intent: (one as Assignment).intent ?? null })), platforms }, signal }),
  });
}
