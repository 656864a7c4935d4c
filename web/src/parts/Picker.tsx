// Choosing a person, a group or another object by typing a part of its name.

import { Combobox, Field, Option } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { at, batch, type Entity, GraphFailure, type Page } from "../graph/client";
import { useWords } from "../words";
import { told } from "./Failure";
import { searchText } from "./rows";

export type PickKind = "user" | "group" | "servicePrincipal";

const PATHS: Record<PickKind, { path: string; select: string; fields: string[] }> = {
  user: { path: "/users", select: "id,displayName,userPrincipalName", fields: ["displayName", "userPrincipalName"] },
  group: { path: "/groups", select: "id,displayName,description", fields: ["displayName"] },
  servicePrincipal: { path: "/servicePrincipals", select: "id,displayName,appId", fields: ["displayName"] },
};

const FOUND_MAX = 8;

export interface Picked {
  id: string;
  name: string;
  kind: PickKind;
  appId?: string;
}

export function Picker({ label, kinds = ["user", "group"], onPick }: { label: string; kinds?: PickKind[]; onPick: (item: Picked) => void }) {
  const words = useWords();
  const { t, name } = words;
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setWanted(text.trim()), 150);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error } = useQuery({
    queryKey: ["graph", "pick", kinds.join(), wanted],
    placeholderData: (before) => before,
    queryFn: async () => {
      const asks = kinds.map((kind) => {
        const { path, select, fields } = PATHS[kind];
        return { path: at(path, { $select: select, $top: FOUND_MAX, $count: true, $search: wanted ? searchText(wanted, fields) : undefined }) };
      });
      const answers = await batch<Page<Entity>>(asks);
      const failed = answers.find((answer) => answer instanceof GraphFailure);
      if (failed) throw failed;
      return answers.flatMap((answer, index): Picked[] =>
        answer instanceof GraphFailure ? [] : answer.value.map((item) => ({ id: item.id, name: String(item.displayName), kind: kinds[index] ?? "user", appId: item.appId ? String(item.appId) : undefined })),
      );
    },
  });
  return (
    <Field label={label} validationMessage={error ? `${told(error, words).title} ${told(error, words).detail}` : undefined}>
      <Combobox
        freeform
        placeholder={t("pick.placeholder")}
        value={text}
        selectedOptions={[]}
        onChange={(event) => setText(event.target.value)}
        onOptionSelect={(_, chosen) => {
          const item = data?.find((known) => known.id === chosen.optionValue);
          setText("");
          if (item) onPick(item);
        }}
      >
        {(data ?? []).map((item) => (
          <Option key={item.id} value={item.id} text={item.name}>
            {item.name} {kinds.length > 1 ? `· ${name(item.kind)}` : ""}
          </Option>
        ))}
        {data?.length === 0 && (
          <Option disabled value="" text="">
            {t("list.noneFound")}
          </Option>
        )}
      </Combobox>
    </Field>
  );
}
