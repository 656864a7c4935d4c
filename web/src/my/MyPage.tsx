// The pages of My portal, each a file of its own.

import { useParams } from "@tanstack/react-router";
import { type ComponentType, lazy, type LazyExoticComponent, Suspense } from "react";
import { Nothing } from "../parts/Nothing";
import { Waiting } from "../parts/page";

const pages: Record<string, LazyExoticComponent<ComponentType>> = {
  signin: lazy(() => import("./SignIn")),
  apps: lazy(() => import("./Apps")),
  devices: lazy(() => import("./Devices")),
  access: lazy(() => import("./Access")),
  approvals: lazy(() => import("./Approvals")),
  roles: lazy(() => import("./Roles")),
  groups: lazy(() => import("./Groups")),
  privacy: lazy(() => import("./Privacy")),
};

export default function MyPage() {
  const { page } = useParams({ strict: false }) as { page: string };
  const Shown = pages[page];
  return <Suspense fallback={<Waiting />}>{Shown ? <Shown /> : <Nothing />}</Suspense>;
}
