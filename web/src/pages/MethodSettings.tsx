// What a method can be told besides whom it is for.

import { Checkbox, Dropdown, Field, Input, Option, SpinButton, Switch, Text, Textarea } from "@fluentui/react-components";
import type { Targeted } from "../parts/audience";
import { Go } from "../parts/Go";
import { Section } from "../parts/page";
import { type Key, useWords } from "../words";
import { campaignMethod, type Configuration, METHODS } from "./methodsPolicy";

/** Of a pass, in minutes and signs (`signin/src/access_pass.rs`, `signin/src/methods_check.rs`). */
const MINUTES = { min: 10, max: 43_200 };
const SIGNS = { min: 8, max: 48 };
/** A nudge comes again at the latest after so many days. */
const SNOOZE_DAYS_MAX = 14;

type Put = (part: object) => void;
type Settings = { draft: Configuration; put: Put };

export function MethodSettings({ draft, onDraft }: { draft: Configuration; onDraft: (draft: Configuration) => void }) {
  const { t } = useWords();
  const put: Put = (part) => onDraft({ ...draft, ...part });
  const Own = OWN[draft.id];
  if (!Own) return null;
  return <Section title={t("device.settings")}><Own draft={draft} put={put} /></Section>;
}

const OWN: Record<string, (props: Settings) => React.ReactNode> = { Fido2: Passkeys, TemporaryAccessPass: Passes, Email: Mail, X509Certificate: Certificates };

interface Makes {
  isEnforced?: boolean;
  enforcementType?: string;
  aaGuids?: string[];
}

function Passkeys({ draft, put }: Settings) {
  const { t } = useWords();
  const keys = (draft.keyRestrictions ?? {}) as Makes;
  const makes = (part: Makes) => put({ keyRestrictions: { ...keys, ...part } });
  return (
    <>
      <Switch label={t("methods.bySelf")} checked={draft.isSelfServiceRegistrationAllowed !== false} onChange={(_, data) => put({ isSelfServiceRegistrationAllowed: data.checked })} />
      <Field hint={t("methods.attestedHint")}><Switch label={t("methods.attested")} checked={draft.isAttestationEnforced === true} onChange={(_, data) => put({ isAttestationEnforced: data.checked })} /></Field>
      <Switch label={t("methods.makes")} checked={keys.isEnforced === true} onChange={(_, data) => makes({ isEnforced: data.checked })} />
      {keys.isEnforced === true && (
        <>
          <Field label={t("methods.makesHow")}>
            <Dropdown value={t(keys.enforcementType === "allow" ? "methods.makesAllow" : "methods.makesBlock")} selectedOptions={[keys.enforcementType ?? "block"]} onOptionSelect={(_, data) => makes({ enforcementType: data.optionValue })}>
              <Option value="allow">{t("methods.makesAllow")}</Option>
              <Option value="block">{t("methods.makesBlock")}</Option>
            </Dropdown>
          </Field>
          <Field label={t("methods.makesWhich")} hint={t("methods.makesHint")}>
            <Textarea dir="ltr" resize="vertical" rows={4} defaultValue={(keys.aaGuids ?? []).join("\n")} onChange={(_, data) => makes({ aaGuids: data.value.split(/[\s,;]+/).filter(Boolean) })} />
          </Field>
        </>
      )}
    </>
  );
}

function Passes({ draft, put }: Settings) {
  const { t } = useWords();
  const number = (label: Key, name: string, range: { min: number; max: number }, step = 1) => (
    <Field label={t(label)}>
      <SpinButton style={{ width: "140px" }} {...range} step={step} value={Number(draft[name] ?? range.min)} onChange={(_, data) => put({ [name]: within(data.value ?? Number(data.displayValue), range) })} />
    </Field>
  );
  return (
    <>
      {number("methods.passUsual", "defaultLifetimeInMinutes", MINUTES, 10)}
      {number("methods.passLeast", "minimumLifetimeInMinutes", MINUTES, 10)}
      {number("methods.passMost", "maximumLifetimeInMinutes", MINUTES, 10)}
      {number("methods.passSigns", "defaultLength", SIGNS)}
      <Switch label={t("methods.passOnce")} checked={draft.isUsableOnce === true} onChange={(_, data) => put({ isUsableOnce: data.checked })} />
    </>
  );
}

function Mail({ draft, put }: Settings) {
  const { t } = useWords();
  return <Switch label={t("methods.guestsMail")} checked={draft.allowExternalIdToUseEmailOtp !== "disabled"} onChange={(_, data) => put({ allowExternalIdToUseEmailOtp: data.checked ? "enabled" : "disabled" })} />;
}

const MODES = ["x509CertificateSingleFactor", "x509CertificateMultiFactor"] as const;

function Certificates({ draft, put }: Settings) {
  const { t } = useWords();
  const modes = (draft.authenticationModeConfiguration ?? {}) as { x509CertificateAuthenticationDefaultMode?: string; rules?: unknown[] };
  const lists = (draft.crlValidationConfiguration ?? {}) as { state?: string };
  const hints = (draft.issuerHintsConfiguration ?? {}) as { state?: string };
  const bindings = (draft.certificateUserBindings ?? []) as { x509CertificateField?: string; userProperty?: string }[];
  const mode = modes.x509CertificateAuthenticationDefaultMode === MODES[1] ? MODES[1] : MODES[0];
  const word = (one: string) => t(one === MODES[1] ? "methods.certificateBoth" : "methods.certificateOne");
  return (
    <>
      <Field label={t("methods.certificateMode")} hint={t("methods.certificateRules", { count: modes.rules?.length ?? 0 })}>
        <Dropdown value={word(mode)} selectedOptions={[mode]} onOptionSelect={(_, data) => put({ authenticationModeConfiguration: { ...modes, x509CertificateAuthenticationDefaultMode: data.optionValue } })}>
          {MODES.map((one) => <Option key={one} value={one} text={word(one)}>{word(one)}</Option>)}
        </Dropdown>
      </Field>
      <Switch label={t("methods.certificateLists")} checked={lists.state === "enabled"} onChange={(_, data) => put({ crlValidationConfiguration: { ...lists, state: data.checked ? "enabled" : "disabled" } })} />
      <Switch label={t("methods.certificateHints")} checked={hints.state === "enabled"} onChange={(_, data) => put({ issuerHintsConfiguration: { ...hints, state: data.checked ? "enabled" : "disabled" } })} />
      <Text>{t("methods.certificateBindings")} {bindings.length ? bindings.map((one) => `${one.x509CertificateField ?? ""} → ${one.userProperty ?? ""}`).join(", ") : t("facts.none")}</Text>
    </>
  );
}

export function CampaignSettings({ draft, onDraft }: { draft: Targeted; onDraft: (draft: Targeted) => void }) {
  const { t } = useWords();
  const asked = campaignMethod(draft);
  const choose = (method: string) => onDraft({ ...draft, includeTargets: (draft.includeTargets ?? []).map((target) => ({ ...target, targetedAuthenticationMethod: method })) });
  const word = (id: string) => t(`method.${id}` as Key);
  return (
    <Section title={t("device.settings")}>
      <Field label={t("campaign.method")}>
        <Dropdown value={word(asked)} selectedOptions={[asked]} onOptionSelect={(_, data) => data.optionValue && choose(data.optionValue)}>
          {METHODS.filter(({ id }) => ["Fido2", "SoftwareOath", "MicrosoftAuthenticator"].includes(id)).map(({ id }) => <Option key={id} value={id} text={word(id)}>{word(id)}</Option>)}
        </Dropdown>
      </Field>
      <Field label={t("campaign.days")} hint={t("campaign.daysHint")}>
        <SpinButton style={{ width: "140px" }} min={0} max={SNOOZE_DAYS_MAX} value={Number(draft.snoozeDurationInDays ?? 1)} onChange={(_, data) => onDraft({ ...draft, snoozeDurationInDays: within(data.value ?? Number(data.displayValue), { min: 0, max: SNOOZE_DAYS_MAX }) })} />
      </Field>
      <Checkbox label={t("campaign.insists")} checked={draft.enforceRegistrationAfterAllowedSnoozes === true} onChange={(_, data) => onDraft({ ...draft, enforceRegistrationAfterAllowedSnoozes: data.checked === true })} />
    </Section>
  );
}

export function ResetSettings({ draft, onDraft }: { draft: Targeted; onDraft: (draft: Targeted) => void }) {
  const { t } = useWords();
  return (
    <Section title={t("device.settings")}>
      <Field label={t("reset.count")}>
        <Input type="number" min={1} max={2} style={{ width: "140px" }} value={String(draft.numberOfMethodsRequired ?? 1)} onChange={(_, data) => onDraft({ ...draft, numberOfMethodsRequired: within(Number(data.value), { min: 1, max: 2 }) })} />
      </Field>
      <Text>{t("reset.ways")} <Go href="/admin/signin/methodsPolicy/SoftwareOath">{t("method.SoftwareOath")}</Go>, <Go href="/admin/signin/methodsPolicy/Email">{t("method.Email")}</Go></Text>
    </Section>
  );
}

function within(value: number, { min, max }: { min: number; max: number }): number {
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), min), max) : min;
}
