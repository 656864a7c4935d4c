// How a device comes under the organization's care: what to type on it, and where to say that it is one's own doing.
//
// Deliberately absent: an installer. The agent's package comes from whoever looks after the computers.

import { Button, Field, makeStyles, Switch, Text, tokens } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { announce } from "../parts/announce";
import { Section } from "../parts/page";
import { person } from "../session/session";
import { server } from "../settings";
import { useWords } from "../words";

const useStyles = makeStyles({
  steps: { margin: 0, paddingInlineStart: "20px", display: "flex", flexDirection: "column", gap: "12px" },
  line: { display: "flex", gap: "8px", alignItems: "flex-start", flexWrap: "wrap", marginBlockStart: "6px" },
  command: { flexGrow: 1, minWidth: 0, margin: 0, padding: "10px 12px", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  hint: { color: tokens.colorNeutralForeground3 },
  foot: { display: "flex", flexWrap: "wrap", gap: "4px 20px" },
});

/** What joins this computer to the organization of whoever is signed in. */
export function joinCommand(address: string, who: { userName: string; tenant: string }, isOwnAuthority: boolean, isPersonal: boolean): string {
  const domain = who.userName.split("@")[1] || who.tenant;
  return ["sudo castellan-agent join", `--server ${address}`, ...(isOwnAuthority ? ["--ca-file ca.pem"] : []), `--tenant ${domain}`, ...(isPersonal ? ["--personal"] : [])].join(" ");
}

export function Register() {
  const { t } = useWords();
  const styles = useStyles();
  const [isOwnAuthority, setOwnAuthority] = useState(true);
  const [isPersonal, setPersonal] = useState(false);
  const command = joinCommand(server, person(), isOwnAuthority, isPersonal);
  return (
    <Section title={t("register.title")}>
      <Text>{t("register.about")}</Text>
      <div className={styles.foot}>
        <Field hint={t("register.authorityHint")}><Switch label={t("register.authority")} checked={isOwnAuthority} onChange={(_, data) => setOwnAuthority(data.checked)} /></Field>
        <Field hint={t("register.personalHint")}><Switch label={t("register.personal")} checked={isPersonal} onChange={(_, data) => setPersonal(data.checked)} /></Field>
      </div>
      <ol className={styles.steps}>
        <li><Text>{t("register.install")}</Text></li>
        <li>
          <Text>{t("register.join")}</Text>
          <div className={styles.line}>
            <pre className={styles.command} dir="ltr"><code>{command}</code></pre>
            <Button icon={<CopyRegular />} onClick={() => void navigator.clipboard.writeText(command).then(() => announce(t("register.copied")))}>{t("register.copy")}</Button>
          </div>
        </li>
        <li><Text>{t("register.code")} <a href={`${server}/device`}>{t("register.codePage")}</a></Text></li>
        <li><Text>{t("register.done")}</Text></li>
      </ol>
      <Text size={200} className={styles.hint}>{t("register.others")}</Text>
    </Section>
  );
}
