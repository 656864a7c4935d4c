// What a device can be told to do: how each is called, what it asks for, and how much care it needs. A table.

import type { Key } from "../words";

export interface DeviceAct {
  /** The action of the API. */
  action: string;
  label: Key;
  /** Whether it takes something away; such an act can need a second administrator. */
  isHarmful?: boolean;
  /** Confirmed by typing the device's name. */
  isTyped?: boolean;
  /** What it asks for besides. */
  asks?: "name" | "remediation";
  body?: object;
  /** Whether many devices can be told at once. */
  isBulk?: boolean;
}

export const ACTS: DeviceAct[] = [
  { action: "syncDevice", label: "device.sync", isBulk: true },
  { action: "remoteLock", label: "device.lock", isBulk: true },
  { action: "rebootNow", label: "device.restart", isBulk: true },
  { action: "shutDown", label: "device.shutDown", isBulk: true },
  { action: "setDeviceName", label: "device.rename", asks: "name" },
  { action: "rotateBitLockerKeys", label: "device.rotateKey", isBulk: true },
  { action: "createDeviceLogCollectionRequest", label: "device.collectLogs", body: { templateType: { templateType: "predefined" } } },
  { action: "locateDevice", label: "device.locate" },
  { action: "initiateOnDemandProactiveRemediation", label: "device.remediate", asks: "remediation" },
  { action: "retire", label: "device.retire", isHarmful: true, isBulk: true },
  { action: "wipe", label: "device.wipe", isHarmful: true, isTyped: true, isBulk: true },
];
