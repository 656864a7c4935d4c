// When a dialog or drawer is gone, the page behind it belongs to the reader again: whoever listens hears it, and the keyboard goes
// on from there.
//
// What was opened without a trigger of its own has nothing to give the focus back to; the page would stay hidden from screen readers.

import { useEffect } from "react";

export function useGivenBack(): void {
  useEffect(() => {
    const root = document.getElementById("root");
    const giveBack = () => {
      if (root?.getAttribute("aria-hidden") !== "true" || document.querySelector("[aria-modal=true]")) return;
      root.removeAttribute("aria-hidden");
      if (document.activeElement === document.body || document.activeElement === null) document.querySelector("main")?.focus({ preventScroll: true });
    };
    // Dialogs stand beside the page in the document's body; a moment later their own way back has been tried.
    const observer = new MutationObserver(() => setTimeout(giveBack, 50));
    observer.observe(document.body, { childList: true });
    return () => observer.disconnect();
  }, []);
}
