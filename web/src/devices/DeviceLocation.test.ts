import { expect, test } from "vitest";
import { placeFound } from "./DeviceLocation";

const device = (...deviceActionResults: object[]) => ({ id: "d", deviceActionResults });

test("the place is the one that the action found, and none where it found none", () => {
  const found = { latitude: 52.52, longitude: 13.405, horizontalAccuracy: 30 };
  expect(placeFound(device({ actionName: "syncDevice" }, { actionName: "locateDevice", deviceLocation: found }))).toEqual(found);
  expect(placeFound(device({ actionName: "locateDevice", actionState: "pending" }))).toBeUndefined();
  expect(placeFound(device({ actionName: "locateDevice", deviceLocation: { latitude: null, longitude: null } }))).toBeUndefined();
  expect(placeFound({ id: "d", deviceActionResults: null })).toBeUndefined();
});
