// A new application: its package, dropped here; what it is called and needs; who gets it. At the end all of it is done in one go,
// with the bytes' progress.

import { useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Assignments } from "../devices/Assignments";
import { type Assignment, given } from "../devices/assignment";
import { type Entity, graph } from "../graph/client";
import { again } from "../graph/queries";
import { useDraft } from "../parts/drafts";
import { useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { Facts } from "../parts/Value";
import { Wizard } from "../parts/Wizard";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { AppBasics, AppRules, appBody, type AppDraft, EMPTY, lackOf } from "./AppForm";
import { PackageDrop } from "./PackageDrop";
import { guess, upload } from "./upload";

export const INTENTS = ["required", "available", "uninstall"];
export const ASSIGNMENT = "#microsoft.graph.mobileAppAssignment";

interface Draft {
  app: AppDraft;
  assignments: Assignment[];
}

const BEGINNING: Draft = { app: EMPTY, assignments: [] };

export default function NewApp({ collection, listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const go = useGo();
  const cache = useQueryClient();
  const [draft, setDraft, forget] = useDraft<Draft>("mobileApps.new", BEGINNING);
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [why, setWhy] = useState<unknown>();
  // An application that was made before its upload broke is gone on with, not made again.
  const made = useRef<string | null>(null);
  const app = draft.app;
  const put = (next: AppDraft) => setDraft({ ...draft, app: next });
  const take = (chosen: File) => {
    setFile(chosen);
    const known = guess(chosen.name);
    if (known) put({ ...app, ...known, displayName: app.displayName || known.packageName });
  };
  const done = async () => {
    setWhy(undefined);
    setProgress(0);
    try {
      const path = `/${collection.path}`;
      made.current ??= (await graph<Entity>(path, { method: "POST", body: { ...appBody(app), fileName: file?.name ?? null } })).id;
      const here = `${path}/${made.current}`;
      if (file) await upload({ path: here, kind: "linuxPackageApp", file, onProgress: setProgress, signal: new AbortController().signal });
      if (draft.assignments.length) await graph(`${here}/assign`, { method: "POST", body: { mobileAppAssignments: given(draft.assignments, ASSIGNMENT) } });
      forget();
      await again(cache);
      go(`${listHref}/${made.current}`);
    } catch (failure) {
      setWhy(failure);
    } finally {
      setProgress(null);
    }
  };
  const lack = lackOf(app);
  return (
    <Page title={t("create.title", { kind: t("list.mobileApps") })} isNarrow>
      <Wizard
        action={t("create")}
        isBusy={progress !== null}
        why={why}
        onDone={() => void done()}
        onCancel={() => (forget(), go(listHref))}
        steps={[
          {
            key: "what",
            title: t("app.package"),
            lacks: !file ? t("app.noFile") : lack && lack !== "detection" ? t("form.missing", { name: name(lack) }) : undefined,
            content: <Section><PackageDrop file={file} progress={null} onFile={take} /><AppBasics draft={app} onDraft={put} /></Section>,
          },
          { key: "rules", title: t("app.rules"), lacks: lack && t("form.missing", { name: name(lack) }), content: <AppRules draft={app} onDraft={put} /> },
          { key: "who", title: t("assign.tab"), content: <Assignments assignments={draft.assignments} onAssignments={(assignments) => setDraft({ ...draft, assignments })} platforms="linux" intents={INTENTS} /> },
          {
            key: "review",
            title: t("wizard.review"),
            lacks: file ? undefined : t("app.noFile"),
            content: (
              <Section title={app.displayName}>
                <Facts facts={["publisher", "packageName", "packageVersion"].map((fact) => ({ name: fact, type: "String", value: app[fact as "publisher"] })).concat([{ name: "packageType", type: "String", value: name(app.packageType) }])} />
                <PackageDrop file={file} progress={progress} onFile={take} />
              </Section>
            ),
          },
        ]}
      />
    </Page>
  );
}
