// An act that an address asks for (`?act=wipe`): the page begins with its question. Nothing is done by an address alone.

import { useLocation, useRouter } from "@tanstack/react-router";
import { useEffect, useEffectEvent } from "react";

export function useWantedAct(take: (act: string) => void): void {
  const router = useRouter();
  const { pathname, searchStr } = useLocation();
  const taken = useEffectEvent((act: string) => {
    take(act);
    // Loaded again, the page does not ask once more.
    router.history.replace(pathname);
  });
  useEffect(() => {
    const act = new URLSearchParams(searchStr).get("act");
    if (act) taken(act);
  }, [searchStr]);
}
