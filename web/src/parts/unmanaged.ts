// Which of somebody's device objects nobody looks after.

import type { Entity } from "../graph/client";

/** Those that are not among the managed ones, each once. */
export function unmanaged(registered: Entity[], managed: Entity[]): Entity[] {
  const looked = new Set(managed.map((device) => String(device.azureADDeviceId).toLowerCase()));
  const seen = new Set<string>();
  return registered.filter((device) => !looked.has(String(device.deviceId).toLowerCase()) && !seen.has(device.id) && seen.add(device.id));
}
