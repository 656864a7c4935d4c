// The admin center's frame: the rooms of the house as the menu, without what the person may not see.

import {
  AppFolderRegular, HistoryRegular, HomeRegular, KeyRegular, LaptopRegular, PeopleRegular,
  PersonArrowRightRegular, ShieldKeyholeRegular, TimerRegular,
} from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { useMay } from "../rooms/may";
import { isCollection, type RoomName, rooms, titleKey } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import { Frame, type MenuRoom } from "./Frame";

const icons: Record<RoomName, ReactNode> = {
  identity: <PeopleRegular />,
  signin: <KeyRegular />,
  access: <ShieldKeyholeRegular />,
  governance: <TimerRegular />,
  provisioning: <PersonArrowRightRegular />,
  devices: <LaptopRegular />,
  apps: <AppFolderRegular />,
  monitor: <HistoryRegular />,
};

/** A story is offered to those who may read the list that it is about. */
const STORIES: Record<string, string> = { whatIf: "policies", caMap: "policies", branding: "organization", mappings: "provisioningLog", hrImport: "provisioningLog", explain: "audits", integrity: "audits", conflicts: "configurationPolicies", baselines: "configurationPolicies" };

export default function AdminShell() {
  const { t } = useWords();
  const may = useMay();
  const isShown = (key: string) => may?.has(key) ?? false;
  const menu: MenuRoom[] = [
    { key: "home", label: t("room.home"), icon: <HomeRegular />, href: "/admin" },
    ...rooms.flatMap((room) => {
      const entries = room.entries
        .filter((entry) => (isCollection(entry) ? isShown(entry.key) : isShown(STORIES[entry.key] ?? "")))
        .map((entry) => ({ href: `/admin/${room.name}/${entry.key}`, label: t(titleKey(entry.key)) }));
      return entries.length ? [{ key: room.name, label: t(`room.${room.name}` as Key), icon: icons[room.name], entries }] : [];
    }),
  ];
  return <Frame rooms={menu} title={t("admin.title")} hasSearch />;
}
