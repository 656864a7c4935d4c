// What people sign in with: each method with whom it is for, what its settings say and how many have it; the campaign that asks
// for something stronger, and what else stands in the policy. Each leads to the page on which it is changed.

import { Badge, Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import {
  CertificateRegular, ChevronRightRegular, FingerprintRegular, KeyResetRegular, MailRegular, MegaphoneRegular, NumberSymbolSquareRegular,
  PhoneKeyRegular, PhoneRegular, ShieldTaskRegular, TicketDiagonalRegular,
} from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { audience, isOn, type Targeted } from "../parts/audience";
import { followed, Go, useGo } from "../parts/Go";
import { History } from "../parts/History";
import { useNames } from "../parts/names";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { type Key, useWords } from "../words";
import {
  campaignInWords, campaignMethod, FEATURES, featureCount, type Features, METHODS, type Methods, type MethodsPolicy as Policy, POLICY, REGISTERED, registeredCount,
  settingsInWords,
} from "./methodsPolicy";

export const SELECTED = at(POLICY, { $select: "id,authenticationMethodConfigurations,registrationEnforcement,systemCredentialPreferences,selfServicePasswordReset" });

export const ICONS: Record<string, ReactNode> = {
  Fido2: <FingerprintRegular />,
  X509Certificate: <CertificateRegular />,
  MicrosoftAuthenticator: <PhoneKeyRegular />,
  SoftwareOath: <PhoneRegular />,
  HardwareOath: <NumberSymbolSquareRegular />,
  TemporaryAccessPass: <TicketDiagonalRegular />,
  Email: <MailRegular />,
  campaign: <MegaphoneRegular />,
  reset: <KeyResetRegular />,
  preferences: <ShieldTaskRegular />,
};

const HERE = "/admin/signin/methodsPolicy";
const REPORT = "/admin/signin/registrations";

const useStyles = makeStyles({
  tiles: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 220px), 1fr))" },
  tile: { display: "flex", flexDirection: "column", gap: "2px", padding: "14px 16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, color: tokens.colorNeutralForeground1, textDecorationLine: "none", ":hover": { border: `1px solid ${tokens.colorBrandStroke1}` } },
  number: { fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: "tabular-nums" },
  of: { fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightRegular, color: tokens.colorNeutralForeground3 },
  hint: { color: tokens.colorNeutralForeground3 },
  warn: { color: tokens.colorStatusWarningForeground3 },
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  item: { display: "grid", gridTemplateColumns: "28px minmax(0, 1fr) auto 20px", columnGap: "14px", alignItems: "center", padding: "12px 8px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, color: tokens.colorNeutralForeground1, textDecorationLine: "none", ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  last: { borderBottom: "none" },
  icon: { fontSize: "24px", display: "flex", color: tokens.colorBrandForeground1 },
  off: { color: tokens.colorNeutralForegroundDisabled },
  words: { display: "flex", flexDirection: "column", minWidth: 0, gap: "1px" },
  end: { display: "flex", flexDirection: "column", alignItems: "flex-end", gap: "3px", textAlign: "end" },
  chevron: { color: tokens.colorNeutralForeground3, display: "flex", fontSize: "18px", ":dir(rtl)": { transform: "scaleX(-1)" } },
});

export default function MethodsPolicy() {
  const { t } = useWords();
  const go = useGo();
  const policy = useRead<Policy>(SELECTED);
  return (
    <Page
      title={t("list.methodsPolicy")}
      subtitle={t("methods.about")}
      isNarrow
      actions={
        <>
          <Button onClick={() => go("/admin/access/policies")}>{t("list.policies")}</Button>
          <Button onClick={() => go("/admin/signin/strengths")}>{t("list.strengths")}</Button>
        </>
      }
    >
      <Able />
      <Answered query={policy}>{(known) => <Parts policy={known} />}</Answered>
    </Page>
  );
}

/** How many can do what, and the list of those who cannot. */
function Able() {
  const { t, number } = useWords();
  const styles = useStyles();
  const features = useRead<Features>(FEATURES);
  if (!features.data) return null;
  const all = features.data.totalUserCount;
  const tiles: [string, Key, string][] = [
    ["mfaCapable", "methods.canMfa", "isMfaCapable eq false"],
    ["passwordlessCapable", "methods.canPasswordless", "isPasswordlessCapable eq false"],
    ["ssprCapable", "methods.canReset", "isSsprCapable eq false"],
  ];
  return (
    <div className={styles.tiles}>
      {tiles.map(([feature, key, filter]) => {
        const count = featureCount(features.data, feature);
        return (
          <Go key={feature} href={`${REPORT}?filter=${encodeURIComponent(filter)}`} className={styles.tile}>
            <span className={styles.number}>{number(count)} <span className={styles.of}>{t("methods.of", { count: all })}</span></span>
            <span>{t(key)}</span>
            <Text size={200} className={mergeClasses(styles.hint, feature === "mfaCapable" && count < all && styles.warn)}>{t(count < all ? "methods.cannot" : "methods.allCan", { count: all - count })}</Text>
          </Go>
        );
      })}
    </div>
  );
}

function Parts({ policy }: { policy: Policy }) {
  const { t, number } = useWords();
  const registered = useRead<Methods>(REGISTERED);
  const configurations = METHODS.flatMap((method) => policy.authenticationMethodConfigurations.filter((one) => one.id === method.id).map((configuration) => ({ ...method, configuration })));
  const campaign: Targeted = policy.registrationEnforcement?.authenticationMethodsRegistrationCampaign ?? {};
  const reset: Targeted = policy.selfServicePasswordReset ?? {};
  const preferences: Targeted = policy.systemCredentialPreferences ?? {};
  const targets = [...configurations.map(({ configuration }) => configuration), campaign, reset, preferences].flatMap((one: Targeted) => [...(one.includeTargets ?? []), ...(one.excludeTargets ?? [])]);
  const names = useNames(targets.map((target) => target.id));
  const who = (targeted: Targeted) => audience(targeted, (id) => names.get(id) ?? id, t);
  return (
    <>
      <Section title={t("methods.allowed")}>
        <Items
          items={configurations.map(({ id, reported, configuration }) => ({
            id,
            title: t(`method.${id}`),
            about: t(`method.${id}.about`),
            isOn: isOn(configuration),
            said: isOn(configuration) ? [t("methods.for", { who: who(configuration) }), ...settingsInWords(configuration, t)] : [],
            end: registered.data ? t(id === "TemporaryAccessPass" ? "methods.haveNow" : "methods.have", { count: number(registeredCount(registered.data, reported)) }) : undefined,
          }))}
        />
        <Text size={200}>{t("methods.notHere")}</Text>
      </Section>
      <Section title={t("methods.besides")}>
        <Items
          items={[
            { id: "campaign", title: t("campaign.title"), about: t("campaign.about", { method: t(`method.${campaignMethod(campaign)}` as Key) }), isOn: isOn(campaign), said: isOn(campaign) ? [t("methods.for", { who: who(campaign) }), ...campaignInWords(campaign, t)] : [] },
            { id: "reset", title: t("reset.title"), about: t("reset.about"), isOn: isOn(reset), said: isOn(reset) ? [t("methods.for", { who: who(reset) }), t("reset.proves", { count: Number(reset.numberOfMethodsRequired ?? 1) })] : [] },
            { id: "preferences", title: t("preferred.title"), about: t("preferred.about"), isOn: preferences.state !== "disabled", said: preferences.state === "enabled" ? [t("methods.for", { who: who(preferences) })] : [] },
          ]}
        />
      </Section>
      <Strengths />
      <Section title={t("detail.history")}><History id={policy.id} /></Section>
    </>
  );
}

interface Item {
  id: string;
  title: string;
  about: string;
  isOn: boolean;
  said: string[];
  end?: string;
}

function Items({ items }: { items: Item[] }) {
  const { t } = useWords();
  const styles = useStyles();
  const go = useGo();
  return (
    <ul className={styles.list}>
      {items.map((item, index) => {
        const href = `${HERE}/${item.id}`;
        return (
          <li key={item.id}>
            <a className={mergeClasses(styles.item, index === items.length - 1 && styles.last)} href={href} onClick={(event) => followed(event, () => go(href))}>
              <span className={mergeClasses(styles.icon, !item.isOn && styles.off)} aria-hidden>{ICONS[item.id]}</span>
              <span className={styles.words}>
                <Text weight="semibold">{item.title}</Text>
                <Text size={200} className={styles.hint}>{item.about}</Text>
                {item.said.length > 0 && <Text size={200}>{item.said.join(" ")}</Text>}
              </span>
              <span className={styles.end}>
                <Badge appearance="tint" shape="rounded" color={item.isOn ? "success" : "subtle"}>{t(item.isOn ? "methods.on" : "methods.off")}</Badge>
                {item.end && <Text size={200} className={styles.hint}>{item.end}</Text>}
              </span>
              <ChevronRightRegular className={styles.chevron} aria-hidden />
            </a>
          </li>
        );
      })}
    </ul>
  );
}

interface Demanding extends Entity {
  displayName: string;
  state: string;
  grantControls?: { builtInControls?: string[]; authenticationStrength?: { id: string } | null } | null;
}

/** Where something stronger is demanded: by which policies, and with which combinations. */
function Strengths() {
  const { t, name } = useWords();
  const strengths = useRead<GraphPage<Entity>>("/policies/authenticationStrengthPolicies");
  const policies = useRead<GraphPage<Demanding>>(at("/identity/conditionalAccess/policies", { $select: "id,displayName,state,grantControls" }));
  if (strengths.error) return null;
  const inForce = (policies.data?.value ?? []).filter((policy) => policy.state !== "disabled");
  const links = (wanted: Demanding[]) => (wanted.length ? wanted.map((policy, index) => <span key={policy.id}>{index > 0 && ", "}<Go href={`/admin/access/policies/${policy.id}`}>{policy.displayName}</Go></span>) : t("methods.noPolicy"));
  const twoFactors = inForce.filter((policy) => policy.grantControls?.builtInControls?.includes("mfa"));
  return (
    <Section title={t("methods.demanded")}>
        <Answered query={strengths}>
          {({ value }) => (
            <Rows
              rows={[
                { key: "mfa", what: name("mfa"), hint: links(twoFactors) },
                ...value.map((strength): Row => ({
                  key: strength.id,
                  what: <Go href={`/admin/signin/strengths/${strength.id}`}>{String(strength.displayName)}</Go>,
                  hint: links(inForce.filter((policy) => policy.grantControls?.authenticationStrength?.id === strength.id)),
                  end: <Badge appearance="outline" shape="rounded">{t("methods.combinations", { count: ((strength.allowedCombinations ?? []) as string[]).length })}</Badge>,
                })),
              ]}
            />
          )}
        </Answered>
    </Section>
  );
}
