// Addresses and what they show; each page is a file of its own that is loaded when somebody goes there.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Failure } from "../parts/Failure";
import { Nothing } from "../parts/Nothing";
import type { Wish } from "../parts/rows";

const root = createRootRoute({ component: Outlet, notFoundComponent: Nothing, errorComponent: ({ error }) => <Failure why={error} /> });

const admin = createRoute({ getParentRoute: () => root, path: "/admin", component: lazyRouteComponent(() => import("./AdminShell")) });
const home = createRoute({ getParentRoute: () => admin, path: "/", component: lazyRouteComponent(() => import("../pages/Home")) });
const list = createRoute({
  getParentRoute: () => admin,
  path: "$room/$list",
  validateSearch: (search): Wish & { about?: string } => texts(search),
  component: lazyRouteComponent(() => import("../pages/ListPage")),
});
const detail = createRoute({ getParentRoute: () => admin, path: "$room/$list/$id", component: lazyRouteComponent(() => import("../pages/DetailPage")) });

const my = createRoute({ getParentRoute: () => root, path: "/my", component: lazyRouteComponent(() => import("./MyShell")) });
const myHome = createRoute({ getParentRoute: () => my, path: "/", component: lazyRouteComponent(() => import("../my/Home")) });
const myPage = createRoute({ getParentRoute: () => my, path: "$page", validateSearch: (search): Record<string, string> => texts(search), component: lazyRouteComponent(() => import("../my/MyPage")) });

export const router = createRouter({
  routeTree: root.addChildren([admin.addChildren([home, list, detail]), my.addChildren([myHome, myPage])]),
  defaultPreload: false,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** Only texts, so that an address that somebody made up harms nothing. */
function texts(search: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(search).flatMap(([name, value]) => (typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [])));
}
