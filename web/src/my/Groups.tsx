// Groups that somebody is in, and why.

import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { kindOfType } from "../graph/types";
import { useWords } from "../words";
import { useMyGroups } from "./mine";
import { OwnedGroups } from "./OwnedGroups";

export default function Groups() {
  const { t } = useWords();
  const groups = useMyGroups();
  return (
    <Page title={t("my.groups")} subtitle={t("my.groupsAbout")} isNarrow>
      <OwnedGroups />
      <Section title={t("my.inGroups")}>
        <Answered query={groups}>
          {({ value }) => (
            <Rows
              none={t("person.noGroups")}
              rows={value
                .filter((item) => kindOfType(item["@odata.type"]) === "group")
                .map((group): Row => ({
                  key: group.id,
                  what: String(group.displayName),
                  hint: group.description ? String(group.description) : group.membershipRule ? t("my.byRule") : t("my.byHand"),
                }))}
            />
          )}
        </Answered>
      </Section>
    </Page>
  );
}
