// Where a device is, once somebody asked and for as long as the answer is kept.
//
// Deliberately absent: a map, which would tell a stranger's server where the device is. The place opens in whatever the reader's
// own computer has for `geo:` (RFC 5870).

import { Link, Text } from "@fluentui/react-components";
import type { Entity } from "../graph/client";
import { Section } from "../parts/page";
import { Moment } from "../parts/Value";
import { useWords } from "../words";

interface Place { latitude: number; longitude: number; horizontalAccuracy?: number | null; lastCollectedDateTime?: string | null }

/** The place in the results of a device's actions. */
export function placeFound(device: Entity): Place | undefined {
  const results = (device.deviceActionResults ?? []) as { actionName?: string; deviceLocation?: Partial<Place> | null }[];
  const found = results.find(({ actionName, deviceLocation }) => actionName === "locateDevice" && typeof deviceLocation?.latitude === "number" && typeof deviceLocation.longitude === "number");
  return found?.deviceLocation as Place | undefined;
}

export function DeviceLocation({ device }: { device: Entity }) {
  const { t } = useWords();
  const place = placeFound(device);
  if (!place) return null;
  const { latitude, longitude, horizontalAccuracy, lastCollectedDateTime } = place;
  const spot = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return (
    <Section title={t("device.place")}>
      <Link href={`geo:${latitude},${longitude}${horizontalAccuracy ? `;u=${Math.round(horizontalAccuracy)}` : ""}`} dir="ltr">{spot}</Link>
      {horizontalAccuracy && <Text>{t("device.placeWithin", { meters: Math.round(horizontalAccuracy) })}</Text>}
      {lastCollectedDateTime && <Text size={200}><Moment value={lastCollectedDateTime} /> · {t("device.placeKept")}</Text>}
    </Section>
  );
}
