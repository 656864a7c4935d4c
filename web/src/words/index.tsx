// Every text that a person reads, in their language: English, German, Arabic. Dates and numbers by the browser's own rules,
// times in the reader's zone.
//
// A text that is missing in a language does not compile. Names of the schema have their words in German and Arabic (`de/schema.ts`,
// `ar/schema.ts`: a test holds them against the printed schema); in English they are Graph's, spelt apart, as are the names
// that administrators give to attributes of their own, in every language.

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { activity } from "./activity";
import { en, type Words } from "./en";
import { finding } from "./findings";

export type Language = "en" | "de" | "ar";
export type Key = keyof Words;

export const languages: { id: Language; name: string }[] = [
  { id: "en", name: "English" },
  { id: "de", name: "Deutsch" },
  { id: "ar", name: "العربية" },
];

const KEPT_AT = "castellan.language";

const loaders: Record<Language, () => Promise<Words>> = {
  en: async () => en,
  de: async () => (await import("./de")).de,
  ar: async () => (await import("./ar")).ar,
};

/** Words of the schema's names, and of what the audit says. */
export interface Names {
  schema: Record<string, string>;
  activities: Record<string, string>;
  findings?: Record<string, string>;
}

const NONE: Names = { schema: {}, activities: {} };

/** A file of its own, read beside the page's words and not before them. */
const namers: Record<Language, () => Promise<Names>> = {
  en: async () => NONE,
  de: () => import("./de/schema"),
  ar: () => import("./ar/schema"),
};

/** What the person chose here, else the browser's best, else English. */
export function currentLanguage(): Language {
  const kept = localStorage.getItem(KEPT_AT);
  const wanted = [kept ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return (wanted.find((tag) => languages.some((known) => known.id === tag)) ?? "en") as Language;
}

export interface Speech {
  language: Language;
  isRightToLeft: boolean;
  speak(language: Language): void;
  t(key: Key, values?: Record<string, string | number>): string;
  /** The name of an attribute, enumeration member or kind; `of` is the kind or type in which it stands. */
  name(word: string, of?: string): string;
  /** What the audit says was done. */
  activity(text: string): string;
  /** What compliance expected or found, or advises. */
  finding(text: string): string;
  number(value: number): string;
  /** A moment: date and time, in the reader's zone. */
  moment(value: string | Date): string;
  day(value: string | Date): string;
  /** A day that is the same everywhere, as `2026-01-04` or its midnight UTC. */
  date(value: string): string;
  /** How long ago, or in how long. */
  ago(value: string | Date): string;
}

const Spoken = createContext<Speech>(null as unknown as Speech);

export function useWords(): Speech {
  return useContext(Spoken);
}

/** Words for everything below; shows nothing until the language is there, which is one small file. */
export function WordsProvider({ children, initial }: { children: ReactNode; initial?: Language }) {
  const [language, setLanguage] = useState<Language>(initial ?? currentLanguage());
  const [words, setWords] = useState<Words | null>(language === "en" ? en : null);
  const [names, setNames] = useState<Names>(NONE);
  useEffect(() => {
    let isCurrent = true;
    void loaders[language]().then((loaded) => isCurrent && setWords(loaded));
    void namers[language]().then((loaded) => isCurrent && setNames(loaded));
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
    return () => {
      isCurrent = false;
    };
  }, [language]);
  const spoken = useMemo(() => {
    const speak = (wanted: Language) => {
      localStorage.setItem(KEPT_AT, wanted);
      setLanguage(wanted);
    };
    return words && speech(language, words, speak, names);
  }, [language, words, names]);
  return spoken && <Spoken.Provider value={spoken}>{children}</Spoken.Provider>;
}

export function speech(language: Language, words: Words, speak: (language: Language) => void, names: Names = NONE): Speech {
  // Latin digits in Arabic too: they stand beside versions, addresses and serial numbers.
  const locale = language === "ar" ? "ar-u-nu-latn" : language;
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const numbers = new Intl.NumberFormat(locale);
  const plurals = new Intl.PluralRules(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const spoken: Speech = {
    language,
    isRightToLeft: language === "ar",
    speak,
    t: (key, values) => {
      const text = words[key] as string;
      return values
        ? text.replace(HOLE, (_, name: string, forms?: string) => {
            const value = values[name];
            const written = typeof value === "number" ? numbers.format(value) : (value ?? "");
            return forms === undefined ? written : formed(forms, plurals.select(Number(value)), written);
          })
        : text;
    },
    name: (word, of) => {
      const own = words as Record<string, string>;
      return (of && own[`name.${of}.${word}`]) ?? own[`name.${word}`] ?? names.schema[word] ?? spaced(word);
    },
    activity: (text) => activity(text, spoken, names.activities),
    finding: (text) => finding(text, names.findings ?? {}),
    number: (value) => numbers.format(value),
    moment: (value) => moments.format(new Date(value)),
    day: (value) => days.format(new Date(value)),
    date: (value) => dates.format(new Date(value)),
    ago: (value) => {
      const seconds = (new Date(value).getTime() - Date.now()) / 1000;
      for (const [unit, size] of UNITS) {
        if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
      }
      return relative.format(0, "second");
    },
  };
  return spoken;
}

/** `{count}`, or `{count|one:# device|other:# devices}`: by the number, as the language counts; `#` is the number as it is written. */
const HOLE = /\{(\w+)(?:\|([^{}]*))?\}/g;

/** The forms of a hole, by the plural category that each is for (CLDR's names). */
export function formsOf(forms: string): Map<string, string> {
  return new Map(forms.split("|").map((form) => [form.slice(0, form.indexOf(":")), form.slice(form.indexOf(":") + 1)]));
}

function formed(forms: string, category: string, written: string | number): string {
  const known = formsOf(forms);
  return (known.get(category) ?? known.get("other") ?? "").replaceAll("#", String(written));
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Names that are spelt as their owners spell them. */
const SPELT = ["iPadOS", "iOS", "macOS", "tvOS", "visionOS", "watchOS", "ChromeOS", "BitLocker", "FileVault", "OAuth2", "OpenID"];

/** `deviceRegistrationPolicy` as words: `Device registration policy`. */
export function spaced(name: string): string {
  const whole = SPELT.find((spelt) => spelt.toLowerCase() === name.toLowerCase());
  if (whole) return whole;
  // A name of its own stands between the words around it, whichever way its first letter is written there.
  const kept: string[] = [];
  const marked = name.replace(OWN, (found: string, at: number) => {
    const before = name[at - 1] ?? "";
    // `ios` within `radios` is no name; a name begins the word or has a capital where it stands.
    const isOwn = (at === 0 || /[A-Z]/.test(found[0] ?? "") || /[^a-zA-Z]/.test(before)) && !/[a-z]/.test(name[at + found.length] ?? "");
    if (!isOwn) return found;
    kept.push(SPELT.find((spelt) => spelt.toLowerCase() === found.toLowerCase()) ?? found);
    return ` \u0000${kept.length - 1}\u0000 `;
  });
  const words = marked
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replace(/[_/.]+/g, " ")
    .replace(/ +/g, " ")
    .trim();
  const lower = words.replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
  const first = lower.charAt(0).toUpperCase() + lower.slice(1);
  return first.replace(/\u0000(\d+)\u0000/g, (_, at: string) => kept[Number(at)] ?? "");
}

const OWN = new RegExp(SPELT.join("|"), "gi");
