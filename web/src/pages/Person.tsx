// A person's whole story on one page: who they are, what they have and why, how and where they sign in; and what an
// administrator does for them.

import { Avatar, Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { KeyResetRegular, PersonAvailableRegular, PersonProhibitedRegular, SignOutRegular, TicketDiagonalRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";
import { Detail } from "../parts/Detail";
import { Waiting } from "../parts/page";
import { Tone } from "../parts/Value";
import { useWantedAct } from "../parts/wantedAct";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { type Act, ACTS, Acting } from "./PersonAct";
import { SigningIn } from "./PersonSignIns";
import { Story } from "./PersonStory";

const PersonPowers = lazy(() => import("./PersonPowers"));

export default function Person({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const [act, setAct] = useState<Act | null>(null);
  useWantedAct((wanted) => setAct(ACTS.find((known) => known === wanted) ?? null));
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(user) => (user.accountEnabled === false ? <Tone word="disabled" /> : null)}
      subtitle={(user) => (
        <span style={{ display: "inline-flex", gap: "8px", alignItems: "center" }}>
          <Avatar name={String(user.displayName ?? "")} size={24} aria-hidden />
          {[user.userPrincipalName, user.jobTitle, user.department].filter(Boolean).join(" · ")}
        </span>
      )}
      actions={(user) => (
        <>
          <Menu>
            <MenuTrigger disableButtonEnhancement>
              <Button appearance="primary">{t("person.actions")}</Button>
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItem icon={<TicketDiagonalRegular />} onClick={() => setAct("pass")}>{t("person.pass")}</MenuItem>
                <MenuItem icon={<KeyResetRegular />} onClick={() => setAct("reset")}>{t("person.reset")}</MenuItem>
                <MenuItem icon={<SignOutRegular />} onClick={() => setAct("revoke")}>{t("person.revoke")}</MenuItem>
                {user.accountEnabled === false ? (
                  <MenuItem icon={<PersonAvailableRegular />} onClick={() => setAct("enable")}>{t("person.enable")}</MenuItem>
                ) : (
                  <MenuItem icon={<PersonProhibitedRegular />} onClick={() => setAct("disable")}>{t("person.disable")}</MenuItem>
                )}
              </MenuList>
            </MenuPopover>
          </Menu>
          {act && <Acting act={act} user={user} onClose={() => setAct(null)} />}
        </>
      )}
      tabs={[
        { key: "story", title: t("person.story"), content: (user) => <Story user={user} /> },
        { key: "powers", title: t("role.may"), content: (user) => <Suspense fallback={<Waiting />}><PersonPowers user={user} /></Suspense> },
        { key: "signIns", title: t("person.signInsAndMethods"), content: (user) => <SigningIn user={user} /> },
      ]}
    />
  );
}
