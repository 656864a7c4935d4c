// Why: in a group, a licence, a role, a sign-in's end, a device's state, an application on it. Asked by what it is about; answered from what is recorded.

import { Button, Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Page, Section } from "../parts/page";
import { Picker, type Picked } from "../parts/Picker";
import { Because, type Question } from "../parts/Why";
import { type Key, useWords } from "../words";

const SORTS = ["group", "licence", "role", "device", "app", "signIn"] as const;
type Sort = (typeof SORTS)[number];

export default function Explain() {
  const { t } = useWords();
  const [sort, setSort] = useState<Sort>("group");
  const [user, setUser] = useState<Picked | null>(null);
  const [group, setGroup] = useState<Picked | null>(null);
  const [licence, setLicence] = useState("");
  const [role, setRole] = useState("");
  const [device, setDevice] = useState("");
  const [app, setApp] = useState("");
  const [signIn, setSignIn] = useState("");
  const [question, setQuestion] = useState<Question | null>(null);
  const skus = useRead<GraphPage<Entity>>(at("/subscribedSkus", { $select: "id,skuId,skuPartNumber" }));
  const devices = useRead<GraphPage<Entity>>(at("/deviceManagement/managedDevices", { $select: "id,deviceName", $top: 200 }));
  const roles = useRead<GraphPage<Entity>>(sort === "role" ? at("/roleManagement/directory/roleDefinitions", { $select: "id,displayName", $top: 500 }) : null);
  const apps = useRead<GraphPage<Entity>>(sort === "app" ? at("/deviceAppManagement/mobileApps", { $select: "id,displayName", $top: 200 }) : null);
  const asked: Question | null =
    sort === "group" ? (user && group ? { user: user.id, group: group.id } : null)
    : sort === "licence" ? (user && licence ? { user: user.id, licence } : null)
    : sort === "role" ? (user && role ? { user: user.id, role } : null)
    : sort === "app" ? (device && app ? { device, app } : null)
    : sort === "device" ? (device ? { device } : null)
    : signIn.trim() ? { signIn: signIn.trim() } : null;
  return (
    <Page title={t("list.explain")} subtitle={t("why.subtitle")} isNarrow>
      <Section>
        <Field label={t("why.what")}>
          <Dropdown value={t(`why.${sort}` as Key)} selectedOptions={[sort]} onOptionSelect={(_, data) => (setSort(data.optionValue as Sort), setQuestion(null))}>
            {SORTS.map((known) => <Option key={known} value={known} text={t(`why.${known}` as Key)}>{t(`why.${known}` as Key)}</Option>)}
          </Dropdown>
        </Field>
        {(sort === "group" || sort === "licence" || sort === "role") && <Picker label={user ? `${t("why.who")}: ${user.name}` : t("why.who")} kinds={["user"]} onPick={setUser} />}
        {sort === "group" && <Picker label={group ? `${t("why.whichGroup")}: ${group.name}` : t("why.whichGroup")} kinds={["group"]} onPick={setGroup} />}
        {sort === "licence" && (
          <Field label={t("list.licences")}>
            <Dropdown onOptionSelect={(_, data) => setLicence(data.optionValue ?? "")}>
              {(skus.data?.value ?? []).map((sku) => <Option key={sku.id} value={String(sku.skuId)} text={String(sku.skuPartNumber)}>{String(sku.skuPartNumber)}</Option>)}
            </Dropdown>
          </Field>
        )}
        {sort === "role" && (
          <Field label={t("list.roles")}>
            <Dropdown onOptionSelect={(_, data) => setRole(data.optionValue ?? "")}>
              {(roles.data?.value ?? []).map((one) => <Option key={one.id} value={one.id} text={String(one.displayName)}>{String(one.displayName)}</Option>)}
            </Dropdown>
          </Field>
        )}
        {(sort === "device" || sort === "app") && (
          <Field label={t("list.managedDevices")}>
            <Dropdown onOptionSelect={(_, data) => setDevice(data.optionValue ?? "")}>
              {(devices.data?.value ?? []).map((one) => <Option key={one.id} value={one.id} text={String(one.deviceName)}>{String(one.deviceName)}</Option>)}
            </Dropdown>
          </Field>
        )}
        {sort === "app" && (
          <Field label={t("list.mobileApps")}>
            <Dropdown onOptionSelect={(_, data) => setApp(data.optionValue ?? "")}>
              {(apps.data?.value ?? []).map((one) => <Option key={one.id} value={one.id} text={String(one.displayName)}>{String(one.displayName)}</Option>)}
            </Dropdown>
          </Field>
        )}
        {sort === "signIn" && <Field label={t("why.signInId")}><Input value={signIn} onChange={(_, data) => setSignIn(data.value)} /></Field>}
        <div><Button appearance="primary" disabled={!asked} onClick={() => setQuestion(asked)}>{t("why.ask")}</Button></div>
      </Section>
      {question && <Section title={t("why.because")}><Because question={question} /></Section>}
    </Page>
  );
}
