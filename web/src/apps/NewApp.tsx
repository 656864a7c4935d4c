// A new application: its package, dropped here; what it is called and needs; who gets it. At the end all of it is done in one go,
// with the bytes' progress.

import { useState } from "react";
import { Assignments } from "../devices/Assignments";
import { type Assignment, given } from "../devices/assignment";
import { type Entity, graph } from "../graph/client";
import { CreationPage, useCreating } from "../parts/creating";
import { Section } from "../parts/page";
import { Facts } from "../parts/Value";
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
  const creating = useCreating<Draft>("mobileApps.new", BEGINNING, listHref);
  const { draft: { app, assignments } } = creating;
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const put = (next: AppDraft) => creating.put({ app: next });
  const take = (chosen: File) => {
    setFile(chosen);
    const known = guess(chosen.name);
    if (known) put({ ...app, ...known, displayName: app.displayName || known.packageName });
  };
  const path = `/${collection.path}`;
  const finish = async ({ id }: Entity) => {
    const here = `${path}/${id}`;
    try {
      if (file) await upload({ path: here, kind: "linuxPackageApp", file, onProgress: setProgress, signal: new AbortController().signal });
      if (assignments.length) await graph(`${here}/assign`, { method: "POST", body: { mobileAppAssignments: given(assignments, ASSIGNMENT) } });
    } finally {
      setProgress(null);
    }
  };
  const lack = lackOf(app);
  return (
    <CreationPage
      list="list.mobileApps"
      creating={creating}
      onDone={() => creating.make({ path, ask: { method: "POST", body: { ...appBody(app), fileName: file?.name ?? null } } }, finish)}
      steps={[
        {
          key: "what",
          title: t("app.package"),
          lacks: !file ? t("app.noFile") : lack && lack !== "detection" ? t("form.missing", { name: name(lack) }) : undefined,
          content: <Section><PackageDrop file={file} progress={null} onFile={take} /><AppBasics draft={app} onDraft={put} /></Section>,
        },
        { key: "rules", title: t("app.rules"), lacks: lack && t("form.missing", { name: name(lack) }), content: <AppRules draft={app} onDraft={put} /> },
        { key: "who", title: t("assign.tab"), content: <Assignments assignments={assignments} onAssignments={(next) => creating.put({ assignments: next })} platforms="linux" intents={INTENTS} /> },
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
  );
}
