import { expect, test } from "vitest";
import { en } from "./en";

const sources = Object.values(import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*", "!../printed/**", "!./{en,de,ar}/**"], { query: "?raw", import: "default", eager: true })).join("\n");

/** `device.${act}About` is any text that begins and ends so. */
const built = [...sources.matchAll(/`([\w.]+\$\{[^`]*)`/g)].map(([, text]) => new RegExp(`^${(text ?? "").split(/\$\{[^}]*\}/).map((part) => part.replace(/[^\w]/g, "\\$&")).join(".+")}$`));

test("every text is said somewhere", () => {
  const unsaid = Object.keys(en).filter((key) => !key.startsWith("name.") && !sources.includes(`"${key}"`) && !built.some((pattern) => pattern.test(key)));
  expect(unsaid).toEqual([]);
});
