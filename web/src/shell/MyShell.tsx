// My portal's frame: what somebody has and what they can do for themselves.

import { AppsRegular, CheckmarkCircleRegular, FingerprintRegular, HomeRegular, KeyRegular, LaptopRegular, PeopleTeamRegular, PersonKeyRegular, ShieldTaskRegular } from "@fluentui/react-icons";
import { useWords } from "../words";
import { Frame } from "./Frame";

export default function MyShell() {
  const { t } = useWords();
  return (
    <Frame
      title={t("my.title")}
      rooms={[
        { key: "home", label: t("my.home"), icon: <HomeRegular />, href: "/my" },
        { key: "signin", label: t("my.signInPage"), icon: <FingerprintRegular />, href: "/my/signin" },
        { key: "apps", label: t("my.apps"), icon: <AppsRegular />, href: "/my/apps" },
        { key: "devices", label: t("my.devices"), icon: <LaptopRegular />, href: "/my/devices" },
        { key: "access", label: t("my.access"), icon: <KeyRegular />, href: "/my/access" },
        { key: "approvals", label: t("my.approvals"), icon: <CheckmarkCircleRegular />, href: "/my/approvals" },
        { key: "roles", label: t("my.roles"), icon: <PersonKeyRegular />, href: "/my/roles" },
        { key: "groups", label: t("my.groups"), icon: <PeopleTeamRegular />, href: "/my/groups" },
        { key: "privacy", label: t("my.privacy"), icon: <ShieldTaskRegular />, href: "/my/privacy" },
      ]}
    />
  );
}
