// A question before something that is not easily taken back. With `typed`, the person types it to go on.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, Spinner, tokens } from "@fluentui/react-components";
import { type ReactNode, useState } from "react";
import { useWords } from "../words";
import { Failure } from "./Failure";

export function Confirm({ title, children, action, isHarmful, typed, isBusy, why, onYes, onNo }: {
  title: string;
  children?: ReactNode;
  action: string;
  isHarmful?: boolean;
  typed?: string;
  isBusy?: boolean;
  why?: unknown;
  onYes: () => void;
  onNo: () => void;
}) {
  const { t } = useWords();
  const [given, setGiven] = useState("");
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && onNo()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent style={{ display: "flex", flexDirection: "column", gap: "12px" }}>
            {children}
            {typed && (
              <Field label={t("confirm.type", { typed })}>
                <Input value={given} onChange={(_, data) => setGiven(data.value)} />
              </Field>
            )}
            {Boolean(why) && <Failure why={why} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onNo}>{t("cancel")}</Button>
            <Button
              appearance="primary"
              disabled={isBusy || (typed !== undefined && given !== typed)}
              icon={isBusy ? <Spinner size="tiny" /> : undefined}
              onClick={onYes}
              style={isHarmful ? { backgroundColor: tokens.colorStatusDangerBackground3, color: tokens.colorNeutralForegroundInverted } : undefined}
            >
              {action}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
