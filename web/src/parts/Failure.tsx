// What went wrong and what to do about it, in the reader's words; what the server says of it stands below that heading in English,
// with the id under which the server's log knows it.

import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { GraphFailure } from "../graph/client";
import { type Speech, useWords } from "../words";

export function Failure({ why, again }: { why: unknown; again?: () => void }) {
  const words = useWords();
  const { title, advice, detail, id } = told(why, words);
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle> {detail && <bdi lang="en">{detail}</bdi>} {advice}
        {id && (
          <div style={{ opacity: 0.8, fontSize: "12px", marginBlockStart: "4px" }}>
            {words.t("failure.id")} <code>{id}</code>
          </div>
        )}
      </MessageBarBody>
      {again && (
        <MessageBarActions>
          <Button size="small" onClick={again}>
            {words.t("failure.again")}
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

export function told(why: unknown, { t }: Speech): { title: string; detail: string; advice: string; id: string | null } {
  if (!(why instanceof GraphFailure)) {
    return { title: t("failure.title"), detail: why instanceof Error ? why.message : String(why), advice: "", id: null };
  }
  const { status, requestId: id } = why;
  const detail = why.message;
  if (status === 0) return { title: t("failure.offline"), detail: "", advice: t("failure.offlineAdvice"), id };
  if (status === 401) return { title: t("failure.signedOut"), detail: "", advice: t("failure.signedOutAdvice"), id };
  if (status === 403) return { title: t("failure.denied"), detail, advice: t("failure.deniedAdvice"), id };
  if (status === 404) return { title: t("failure.missing"), detail: "", advice: t("failure.missingAdvice"), id };
  if (status === 409 || status === 412) return { title: t("failure.conflict"), detail, advice: t("failure.conflictAdvice"), id };
  if (status === 429) return { title: t("failure.busy"), detail, advice: t("failure.busyAdvice"), id };
  if (status >= 500) return { title: t("failure.server"), detail, advice: t("failure.serverAdvice"), id };
  return { title: t("failure.refused"), detail, advice: "", id };
}
