// Cells of lists that say more than the value that stands there: a table, by kind and column.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, makeStyles, Text, tokens } from "@fluentui/react-components";
import { type ReactNode, useState } from "react";
import type { Entity } from "../graph/client";
import { codeOf, reasonOf, resultOf } from "./signInResult";
import { wordOf } from "../devices/policyStates";
import { useWords } from "../words";
import { Tone } from "./Value";

const useStyles = makeStyles({
  result: { display: "flex", gap: "8px", alignItems: "center", minWidth: 0 },
  tone: { flexShrink: 0 },
  why: { overflow: "hidden", textOverflow: "ellipsis", color: tokens.colorNeutralForeground2 },
  said: { minWidth: 0, maxWidth: "100%", padding: 0, justifyContent: "flex-start" },
  output: { margin: "4px 0 12px", padding: "8px 10px", maxHeight: "240px", overflow: "auto", backgroundColor: tokens.colorNeutralBackground3, borderRadius: tokens.borderRadiusMedium, whiteSpace: "pre-wrap", overflowWrap: "anywhere", fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  code: { color: tokens.colorNeutralForeground3, flexShrink: 0, fontVariantNumeric: "tabular-nums" },
});

export const CELLS: Record<string, (props: { row: Entity }) => ReactNode> = {
  "signIn status/errorCode": SignInResult,
  "signIn userDisplayName": SignInWho,
  "signIn deviceDetail/displayName": SignInDevice,
  "signIn location": SignInPlace,
  "deviceConfigurationDeviceStatus status": ({ row }) => <Tone word={wordOf(String(row.status))} />,
  "deviceManagementScriptDeviceState resultMessage": Said,
  "deviceHealthScriptDeviceState preRemediationDetectionScriptOutput": Said,
};

function SignInResult({ row }: { row: Entity }) {
  const { t } = useWords();
  const styles = useStyles();
  const why = reasonOf(row.status, t);
  const code = codeOf(row.status);
  return (
    <span className={styles.result} title={why ? `${why} (${code})` : undefined}>
      <span className={styles.tone}><Tone word={resultOf(row.status)} /></span>
      {code !== 0 && <Text size={200} className={styles.code}>{code}</Text>}
      {why && <Text size={200} className={styles.why} wrap={false}>{why}</Text>}
    </span>
  );
}

/** A person, or the program that signed in as itself. */
function SignInWho({ row }: { row: Entity }) {
  return String(row.userDisplayName || row.servicePrincipalName || "–");
}

/** The device by its name, or what is known of one that is not registered. */
function SignInDevice({ row }: { row: Entity }) {
  const detail = row.deviceDetail as { displayName?: string; operatingSystem?: string; browser?: string } | null;
  const { name } = useWords();
  return detail?.displayName || [detail?.operatingSystem && name(detail.operatingSystem), detail?.browser].filter(Boolean).join(" · ") || "–";
}

function SignInPlace({ row }: { row: Entity }) {
  const { language } = useWords();
  const place = row.location as { city?: string; countryOrRegion?: string } | null;
  return [place?.city, place?.countryOrRegion && country(place.countryOrRegion, language)].filter(Boolean).join(", ") || "–";
}

/** All that a script said, in the order in which it did. */
const SAID = ["resultMessage", "errorDescription", "preRemediationDetectionScriptOutput", "preRemediationDetectionScriptError", "remediationScriptError", "postRemediationDetectionScriptOutput"];

/** The first of what a script said on a device, and all of it when it is wanted. */
function Said({ row }: { row: Entity }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const [isOpen, setOpen] = useState(false);
  const said = SAID.flatMap((field) => (row[field] ? [{ field, text: String(row[field]) }] : []));
  const first = said[0]?.text.trim().split("\n")[0];
  if (!first) return "–";
  return (
    <>
      <Button size="small" appearance="transparent" className={styles.said} aria-label={`${t("script.output")}: ${first}`} onClick={() => setOpen(true)}><span className={styles.why} dir="auto">{first}</span></Button>
      {isOpen && (
        <Dialog open onOpenChange={(_, data) => setOpen(data.open)}>
          <DialogSurface>
            <DialogBody>
              <DialogTitle>{t("script.output")}: {String((row.managedDevice as { deviceName?: string } | null)?.deviceName ?? "")}</DialogTitle>
              <DialogContent>
                {said.map(({ field, text }) => (
                  <section key={field} aria-label={name(field)}>
                    <Text size={200} weight="semibold">{name(field)}</Text>
                    {/* Whatever is long scrolls, so the keyboard must be able to reach it. */}
                    {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
                    <pre className={styles.output} dir="auto" tabIndex={0}>{text}</pre>
                  </section>
                ))}
              </DialogContent>
              <DialogActions><Button onClick={() => setOpen(false)}>{t("close")}</Button></DialogActions>
            </DialogBody>
          </DialogSurface>
        </Dialog>
      )}
    </>
  );
}

/** A country by the name that the reader has for it. */
export function country(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}
