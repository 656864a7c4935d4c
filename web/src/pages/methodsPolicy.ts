// The authentication methods policy as its pages show and change it: whom each method is for, what its settings say, and what
// a change of it would mean for people.
//
// Deliberately absent: working out who could still sign in. The server tries the change on a copy and says so.

import { at, type Entity, graph, type Page } from "../graph/client";
import type { Change } from "../graph/queries";
import type { Targeted } from "../parts/audience";
import { readAfter } from "../parts/Preview";
import type { Key, Speech } from "../words";

export const POLICY = "/policies/authenticationMethodsPolicy";
const REPORTS = "/reports/authenticationMethods";
const CHOSEN = "includedUserTypes='all',includedUserRoles='all'";
export const FEATURES = `${REPORTS}/usersRegisteredByFeature(${CHOSEN})`;
export const REGISTERED = `${REPORTS}/usersRegisteredByMethod(${CHOSEN})`;
/** So many people who would lose their second factor are named. */
const NAMED_MAX = 999;

export interface Configuration extends Targeted {
  id: string;
  "@odata.type": string;
}

export interface MethodsPolicy extends Entity {
  authenticationMethodConfigurations: Configuration[];
  registrationEnforcement?: { authenticationMethodsRegistrationCampaign?: Targeted | null } | null;
  systemCredentialPreferences?: Targeted | null;
  selfServicePasswordReset?: Targeted | null;
}

/** The methods in the order in which they are worth having; and how the reports name what is registered. */
export const METHODS = [
  { id: "Fido2", reported: "passKeyDeviceBound" },
  { id: "X509Certificate", reported: "x509Certificate" },
  { id: "MicrosoftAuthenticator", reported: "microsoftAuthenticatorPush" },
  { id: "SoftwareOath", reported: "softwareOneTimePasscode" },
  { id: "HardwareOath", reported: "hardwareOneTimePasscode" },
  { id: "TemporaryAccessPass", reported: "temporaryAccessPass" },
  { id: "Email", reported: "email" },
] as const;

/** What a method's settings say, a sentence each; what is as usual is not said. */
export function settingsInWords(configuration: Configuration, t: Speech["t"]): string[] {
  const { id } = configuration;
  if (id === "Fido2") {
    const keys = configuration.keyRestrictions as { isEnforced?: boolean; enforcementType?: string; aaGuids?: string[] } | null | undefined;
    const count = keys?.aaGuids?.length ?? 0;
    return [
      t(configuration.isSelfServiceRegistrationAllowed === false ? "methods.notBySelf" : "methods.bySelf"),
      ...(configuration.isAttestationEnforced === true ? [t("methods.attested")] : []),
      ...(keys?.isEnforced === true ? [t(keys.enforcementType === "allow" ? "methods.onlyMakes" : "methods.notMakes", { count })] : []),
    ];
  }
  if (id === "TemporaryAccessPass") {
    const minutes = (name: string) => Number(configuration[name] ?? 0);
    return [
      t("methods.passLasts", { usual: minutes("defaultLifetimeInMinutes"), least: minutes("minimumLifetimeInMinutes"), most: minutes("maximumLifetimeInMinutes") }),
      t(configuration.isUsableOnce === true ? "methods.passOnce" : "methods.passOften"),
      t("methods.passLength", { count: minutes("defaultLength") }),
    ];
  }
  if (id === "Email") return [t(configuration.allowExternalIdToUseEmailOtp === "disabled" ? "methods.guestsNoMail" : "methods.guestsMail")];
  if (id === "X509Certificate") {
    const mode = (configuration.authenticationModeConfiguration as { x509CertificateAuthenticationDefaultMode?: string } | null | undefined)?.x509CertificateAuthenticationDefaultMode;
    const lists = (configuration.crlValidationConfiguration as { state?: string } | null | undefined)?.state;
    return [t(mode === "x509CertificateMultiFactor" ? "methods.certificateBoth" : "methods.certificateOne"), ...(lists === "enabled" ? [t("methods.certificateLists")] : [])];
  }
  return [];
}

/** What a campaign says besides whom it is for. */
export function campaignInWords(campaign: Targeted, t: Speech["t"]): string[] {
  const days = Number(campaign.snoozeDurationInDays ?? 1);
  return [t(days ? "campaign.snooze" : "campaign.always", { days }), ...(campaign.enforceRegistrationAfterAllowedSnoozes === true ? [t("campaign.insists")] : [])];
}

/** The method that a campaign asks for. */
export function campaignMethod(campaign: Targeted): string {
  return String(campaign.includeTargets?.find((target) => target.targetedAuthenticationMethod)?.targetedAuthenticationMethod ?? "Fido2");
}

/** Of a record, what is other than it was: what is sent, and what takes it back. */
export function difference<T extends object>(before: T, after: T): { now: Partial<T>; back: Partial<T> } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => {
    const [one, other] = [(before as Record<string, unknown>)[name], (after as Record<string, unknown>)[name]];
    return JSON.stringify(one ?? null) !== JSON.stringify(other ?? null);
  });
  const some = (of: object) => Object.fromEntries(names.map((name) => [name, (of as Record<string, unknown>)[name] ?? null])) as Partial<T>;
  return { now: some(after), back: some(before) };
}

interface Features {
  totalUserCount: number;
  userRegistrationFeatureCounts: { feature: string; userCount: number }[];
}

interface Methods {
  userRegistrationMethodCounts: { authenticationMethod: string; userCount: number }[];
}

export const featureCount = (features: Features | undefined, feature: string) => features?.userRegistrationFeatureCounts.find((one) => one.feature === feature)?.userCount ?? 0;

export const registeredCount = (methods: Methods | undefined, method: string | undefined) => methods?.userRegistrationMethodCounts.find((one) => one.authenticationMethod === method)?.userCount ?? 0;

export type { Features, Methods };

/** What people can do, before a change and after it. */
export interface Impact {
  counts: { key: Key; before: number; after: number }[];
  /** Who would be left without a second factor that they have now. */
  lost: { id: string; userDisplayName: string; isAdmin: boolean }[];
  lostCount: number;
}

const TOLD: [string, Key][] = [
  ["mfaCapable", "methods.canMfa"],
  ["passwordlessCapable", "methods.canPasswordless"],
  ["ssprCapable", "methods.canReset"],
];

const STRANDED = at(`${REPORTS}/userRegistrationDetails`, { $filter: "isMfaRegistered eq true and isMfaCapable eq false", $select: "id,userDisplayName,isAdmin", $top: NAMED_MAX });

/** Try a change, and compare what people can do then with what they can do now. */
export async function impactOf(change: Change): Promise<Impact> {
  type Stranded = Page<Entity & { userDisplayName: string; isAdmin: boolean }>;
  const [now, strandedNow, [then, strandedThen]] = await Promise.all([
    graph<Features>(FEATURES),
    graph<Stranded>(STRANDED),
    readAfter([change], [FEATURES, STRANDED]) as Promise<[Features, Stranded]>,
  ]);
  const known = new Set(strandedNow.value.map((one) => one.id));
  const counts = TOLD.map(([feature, key]) => ({ key, before: featureCount(now, feature), after: featureCount(then, feature) }));
  const mfa = counts[0];
  return {
    counts,
    lost: strandedThen.value.filter((one) => !known.has(one.id)),
    lostCount: Math.max(mfa ? mfa.before - mfa.after : 0, 0),
  };
}
