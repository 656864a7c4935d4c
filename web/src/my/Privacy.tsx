// What the organisation can see and do on a managed device, and what it cannot: said plainly.
//
// True of what the agent reports (`agent/wire`) and of what remote actions do; whoever widens those widens this text.

import { Text } from "@fluentui/react-components";
import { Columns, Page, Section } from "../parts/page";
import { useWords } from "../words";

const SEES = ["my.seesModel", "my.seesSystem", "my.seesChecks", "my.seesApps", "my.seesSignIns"] as const;
const DOES = ["my.doesSettings", "my.doesApps", "my.doesLock", "my.doesRetire", "my.doesWipe"] as const;
const NEVER = ["my.neverFiles", "my.neverMail", "my.neverBrowsing", "my.neverPasswords", "my.neverScreen"] as const;

export default function Privacy() {
  const { t } = useWords();
  const list = (keys: readonly (typeof SEES | typeof DOES | typeof NEVER)[number][]) => (
    <ul style={{ margin: 0, paddingInlineStart: "18px", display: "flex", flexDirection: "column", gap: "6px" }}>
      {keys.map((key) => (
        <li key={key}>
          <Text>{t(key)}</Text>
        </li>
      ))}
    </ul>
  );
  return (
    <Page title={t("my.privacy")} subtitle={t("my.privacyAbout")} isNarrow>
      <Columns>
        <Section title={t("my.sees")}>{list(SEES)}</Section>
        <Section title={t("my.does")}>{list(DOES)}</Section>
        <Section title={t("my.never")}>{list(NEVER)}</Section>
      </Columns>
    </Page>
  );
}
