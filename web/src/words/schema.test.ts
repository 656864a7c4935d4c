import { describe, expect, test } from "vitest";
import { enumerations, kinds, records } from "../printed/model";
import { ar } from "./ar";
import { activities as arabicActs, schema as arabic } from "./ar/schema";
import { de } from "./de";
import { activities as germanActs, schema as german } from "./de/schema";
import { en } from "./en";
import { speech } from "./index";

/** Every name that a list, a form, a filter or a detail can show: kinds, attributes, links, fields and members. */
const shown = new Set([
  ...kinds.flatMap((kind) => [kind.name, ...kind.attributes.map(({ name }) => name), ...kind.links.map(({ name }) => name)]),
  ...records.flatMap((record) => record.fields.map(({ name }) => name)),
  ...enumerations.flatMap((enumeration) => enumeration.members),
]);

describe.each([
  ["German", de, german],
  ["Arabic", ar, arabic],
] as const)("%s", (_, pages, schema) => {
  const own = pages as Record<string, string>;
  const names = schema as Record<string, string>;

  test("has a word for every name of the schema", () => {
    const missing = [...shown].filter((name) => !(own[`name.${name}`] ?? names[name])?.trim());
    expect(missing).toEqual([]);
  });

  test("has no word twice and none for what is not there", () => {
    expect(Object.keys(names).filter((name) => !shown.has(name))).toEqual([]);
    expect(Object.keys(names).filter((name) => own[`name.${name}`] !== undefined)).toEqual([]);
  });
});

test("Arabic has Arabic words, but for names that are written alike everywhere", () => {
  const latin = Object.entries(arabic).filter(([name, word]) => !/[\u0600-\u06FF]/.test(word) && word.replaceAll("\u200F", "") !== (german as Record<string, string>)[name]);
  expect(latin).toEqual([]);
});

test("a word may depend on where it stands, and a name without a word is spelt apart", () => {
  const { name } = speech("de", de, () => {}, { schema: german, activities: germanActs });
  expect(name("state")).toBe("Status");
  expect(name("state", "user")).toBe("Bundesland");
  expect(name("jobTitle", "user")).toBe("Position");
  expect(name("extension_badgeColour")).toBe("Extension badge colour");
  expect(speech("en", en, () => {}).name("state", "user")).toBe("State or province");
});

test.each([
  ["Update access package", "Zugriffspaket geändert", "تحديث حزمة وصول"],
  ["Add member to group", "Mitglied hinzugefügt: Gruppe", "إضافة عضو إلى مجموعة"],
  ["Change password", "Kennwort geändert", "تغيير كلمة المرور"],
  ["Something else happened", "Something else happened", "Something else happened"],
])("the audit’s `%s` is told in German and Arabic", (text, inGerman, inArabic) => {
  expect(speech("en", en, () => {}).activity(text)).toBe(text);
  expect(speech("de", de, () => {}, { schema: german, activities: germanActs }).activity(text)).toBe(inGerman);
  expect(speech("ar", ar, () => {}, { schema: arabic, activities: arabicActs }).activity(text)).toBe(inArabic);
});
