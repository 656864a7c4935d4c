// What an administrator says about the risk of an account: that nothing was wrong, that it does not matter, or that it is in other
// hands. Each is asked first, with what follows from it.

import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Text } from "@fluentui/react-components";
import { DismissCircleRegular, ShieldCheckmarkRegular, ShieldErrorRegular } from "@fluentui/react-icons";
import { type ReactNode, useState } from "react";
import { type Change, useChange } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Preview } from "../parts/Preview";
import { useWords } from "../words";

export type RiskAct = "confirmSafe" | "dismiss" | "confirmCompromised";

export const RISK_ACTS: { key: RiskAct; icon: ReactNode; isHarmful?: boolean }[] = [
  { key: "confirmSafe", icon: <ShieldCheckmarkRegular /> },
  { key: "dismiss", icon: <DismissCircleRegular /> },
  { key: "confirmCompromised", icon: <ShieldErrorRegular />, isHarmful: true },
];

/** Nothing is held against an account in one of these states, so there is nothing to answer. */
const ANSWERED = ["none", "dismissed", "remediated", "confirmedSafe"];

export function riskChange(act: RiskAct, userIds: string[]): Change {
  return { path: `/identityProtection/riskyUsers/${act}`, ask: { method: "POST", body: { userIds } } };
}

/** What can be said of an account in a state. */
export function actsFor(state: unknown): RiskAct[] {
  const isOpen = !ANSWERED.includes(String(state ?? "none"));
  return RISK_ACTS.map(({ key }) => key).filter((key) => (key === "confirmCompromised" ? state !== "confirmedCompromised" : isOpen));
}

export function RiskActs({ user, who, state }: { user: string; who: string; state: unknown }) {
  const { t } = useWords();
  const [act, setAct] = useState<RiskAct | null>(null);
  const change = useChange(() => setAct(null));
  const known = RISK_ACTS.filter(({ key }) => actsFor(state).includes(key));
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement><Button>{t("risk.act")}</Button></MenuTrigger>
        <MenuPopover>
          <MenuList>{known.map(({ key, icon }) => <MenuItem key={key} icon={icon as never} onClick={() => setAct(key)}>{t(`risk.${key}`)}</MenuItem>)}</MenuList>
        </MenuPopover>
      </Menu>
      {act && (
        <Confirm title={t(`risk.${act}For`, { who })} action={t(`risk.${act}`)} isHarmful={act === "confirmCompromised"} isBusy={change.isPending} why={change.error} onNo={() => setAct(null)} onYes={() => change.mutate(riskChange(act, [user]))}>
          <Text>{t(`risk.${act}About`)}</Text>
          <Preview change={riskChange(act, [user])} />
        </Confirm>
      )}
    </>
  );
}
