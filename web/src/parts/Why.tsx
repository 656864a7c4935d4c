// Why something is so: the answer of `/explain` as a tree, wherever somebody asks.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, makeStyles, tokens } from "@fluentui/react-components";
import { QuestionCircleRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at } from "../graph/client";
import { useRead } from "../graph/queries";
import { useWords } from "../words";
import { Answered } from "./page";

export interface Reason {
  text: string;
  because?: Reason[];
}

const useStyles = makeStyles({
  tree: { margin: 0, paddingInlineStart: "18px", display: "flex", flexDirection: "column", gap: "4px", borderLeft: `2px solid ${tokens.colorNeutralStroke2}`, listStyle: "none" },
  root: { fontWeight: tokens.fontWeightSemibold },
  word: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, backgroundColor: tokens.colorNeutralBackground3, borderRadius: tokens.borderRadiusSmall, paddingInline: "4px" },
});

export type Question = Partial<Record<"user" | "group" | "licence" | "role" | "assignment" | "signIn" | "device" | "setting" | "app", string>>;

export function Because({ question }: { question: Question }) {
  const query = useRead<Reason>(at("/explain", question));
  return <Answered query={query}>{(reason) => <Tree reason={reason} isRoot />}</Answered>;
}

export function Tree({ reason, isRoot }: { reason: Reason; isRoot?: boolean }) {
  const styles = useStyles();
  return (
    <div dir="auto">
      <div className={isRoot ? styles.root : undefined}>
        <Marked text={reason.text} />
      </div>
      {reason.because && (
        <ul className={styles.tree}>
          {reason.because.map((inner, index) => (
            <li key={index}>
              <Tree reason={inner} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What stands in backticks is somebody's own word: a name, a value, a rule. */
function Marked({ text }: { text: string }) {
  const styles = useStyles();
  return text.split("`").map((part, index) => (index % 2 ? <span key={index} className={styles.word}>{part}</span> : part));
}

/** A small button that asks. */
export function WhyButton({ question, about }: { question: Question; about: string }) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="small" appearance="subtle" icon={<QuestionCircleRegular />} aria-label={t("why.about", { about })} onClick={() => setOpen(true)}>
        {t("why.short")}
      </Button>
      {isOpen && (
        <Dialog open onOpenChange={(_, data) => setOpen(data.open)}>
          <DialogSurface>
            <DialogBody>
              <DialogTitle>{t("why.about", { about })}</DialogTitle>
              <DialogContent>
                <Because question={question} />
              </DialogContent>
              <DialogActions>
                <Button onClick={() => setOpen(false)}>{t("close")}</Button>
              </DialogActions>
            </DialogBody>
          </DialogSurface>
        </Dialog>
      )}
    </>
  );
}
