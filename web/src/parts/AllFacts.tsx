// Everything that is known of an object, in groups: who it is, the rest, when, and what came from elsewhere.

import type { Entity } from "../graph/client";
import { type Attribute, attributesOf, fieldsOf } from "../schema";
import { type Key, useWords } from "../words";
import { isWorded } from "../words/texts";
import { Section } from "./page";
import { Facts, isNothing, Shapes } from "./Value";

const GROUPS: [Key, RegExp][] = [
  ["facts.who", /^(displayName|givenName|surname|name|userPrincipalName|mail|description|userType|deviceName|state|kind)/],
  ["facts.when", /DateTime$|Date$/],
  ["facts.onPremises", /^onPremises/],
];

export function AllFacts({ kind, entity }: { kind: string; entity: Entity }) {
  const { t } = useWords();
  const attributes = attributesOf(kind).filter((attribute) => attribute.shown !== "never" && !isNothing(entity[attribute.name]));
  const rest = attributes.filter((attribute) => !GROUPS.some(([, pattern]) => pattern.test(attribute.name)));
  const fact = (attribute: Attribute) => ({ name: attribute.name, type: isWorded(attribute.name) ? undefined : attribute.type, value: entity[attribute.name] });
  const groups: [Key, Attribute[]][] = GROUPS.map(([key, pattern]) => [key, attributes.filter((attribute) => pattern.test(attribute.name))]);
  const [who, ...others] = [...groups.slice(0, 1), ["facts.more", rest] as [Key, Attribute[]], ...groups.slice(1)];
  return (
    <Shapes.Provider value={typeOfField}>
      {[who!, ...others].map(
        ([key, some]) =>
          some.length > 0 && (
            <Section key={key} title={t(key)}>
              <Facts facts={some.map(fact)} of={kind} />
            </Section>
          ),
      )}
    </Shapes.Provider>
  );
}

function typeOfField(record: string, field: string): string | undefined {
  return fieldsOf(record).find((known) => known.name === field)?.type;
}
