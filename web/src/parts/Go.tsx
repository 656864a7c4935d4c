// A link inside the app: an ordinary address, followed without loading the page again.

import { Link, type LinkProps } from "@fluentui/react-components";
import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

export function Go({ href, children, ...rest }: { href: string; children: ReactNode } & Pick<LinkProps, "className" | "appearance" | "inline">) {
  const follow = useGo();
  return (
    <Link {...rest} href={href} onClick={(event: MouseEvent<HTMLElement>) => followed(event, () => follow(href))}>
      {children}
    </Link>
  );
}

/** Go to an address of the app. */
export function useGo(): (href: string) => void {
  const router = useRouter();
  return (href) => router.history.push(href);
}

/** Follow a click in the app, unless the person wants a new tab or window. */
export function followed(event: MouseEvent<HTMLElement>, follow: () => void): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  follow();
}
