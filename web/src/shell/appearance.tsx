// How everything looks: light, dark, high contrast, or as the system has it.

import {
  type BrandVariants, createDarkTheme, createLightTheme, FluentProvider, teamsHighContrastTheme, type Theme,
} from "@fluentui/react-components";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useWords } from "../words";

export type Appearance = "system" | "light" | "dark" | "contrast";
export const appearances: Appearance[] = ["system", "light", "dark", "contrast"];

const KEPT_AT = "castellan.appearance";

const brand: BrandVariants = {
  10: "#020408", 20: "#0d1826", 30: "#102840", 40: "#123456", 50: "#15416c", 60: "#194e83", 70: "#1f5b98", 80: "#2768ab",
  90: "#3a79ba", 100: "#518bc8", 110: "#699dd4", 120: "#82afdf", 130: "#9cc1e9", 140: "#b6d3f1", 150: "#d1e4f8", 160: "#ecf5fd",
};

const light: Theme = createLightTheme(brand);
const dark: Theme = { ...createDarkTheme(brand) };
dark.colorBrandForeground1 = brand[120];
dark.colorBrandForeground2 = brand[130];
dark.colorBrandForegroundLink = brand[120];
dark.colorBrandForegroundLinkHover = brand[130];

const Chosen = createContext<{ appearance: Appearance; isDark: boolean; choose: (appearance: Appearance) => void }>(null as never);

export function useAppearance() {
  return useContext(Chosen);
}

export function AppearanceProvider({ children }: { children: ReactNode }) {
  const { isRightToLeft } = useWords();
  const [appearance, setAppearance] = useState<Appearance>(() => {
    const kept = localStorage.getItem(KEPT_AT) as Appearance | null;
    return kept && appearances.includes(kept) ? kept : "system";
  });
  const systemIsDark = useMedia("(prefers-color-scheme: dark)");
  const isDark = appearance === "dark" || appearance === "contrast" || (appearance === "system" && systemIsDark);
  const theme = appearance === "contrast" ? teamsHighContrastTheme : isDark ? dark : light;
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    document.body.style.margin = "0";
    document.body.style.backgroundColor = theme.colorNeutralBackground2;
  }, [isDark, theme]);
  const choose = (wanted: Appearance) => {
    localStorage.setItem(KEPT_AT, wanted);
    setAppearance(wanted);
  };
  return (
    <Chosen.Provider value={{ appearance, isDark, choose }}>
      <FluentProvider theme={theme} dir={isRightToLeft ? "rtl" : "ltr"} style={{ minHeight: "100vh" }}>
        {children}
      </FluentProvider>
    </Chosen.Provider>
  );
}

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const change = () => setMatches(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, [query]);
  return matches;
}
