// When a dialog or drawer is gone, the page behind it belongs to the reader again: whoever listens hears it, and the keyboard goes
// on from where it was.
//
// What was opened without a trigger of its own has nothing to give the focus back to; the page would stay hidden from screen readers.

import { useEffect } from "react";

export function useGivenBack(): void {
  useEffect(() => {
    const root = document.getElementById("root");
    let last: HTMLElement | null = null;
    let wasAsked = false;
    const remember = (event: FocusEvent) => {
      if (event.target instanceof HTMLElement && root?.contains(event.target)) last = event.target;
    };
    const isAsked = () => document.querySelector("[aria-modal=true]") !== null;
    const giveBack = () => {
      if (isAsked()) return;
      if (root?.getAttribute("aria-hidden") === "true") root.removeAttribute("aria-hidden");
      else if (!wasAsked) return;
      wasAsked = false;
      if (document.activeElement !== document.body && document.activeElement !== null) return;
      const back = last?.isConnected ? last : document.querySelector("main");
      back?.focus({ preventScroll: true });
    };
    // Dialogs stand beside the page in the document's body; a moment later their own way back has been tried.
    const observer = new MutationObserver(() => {
      wasAsked ||= isAsked();
      setTimeout(giveBack, 50);
    });
    observer.observe(document.body, { childList: true });
    document.addEventListener("focusin", remember);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", remember);
    };
  }, []);
}
