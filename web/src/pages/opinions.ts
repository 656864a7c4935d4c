// Pages with an opinion: what takes the place of the list, the form or the facts of a collection. Everything else is shown by
// description.

import { type ComponentType, lazy, type LazyExoticComponent } from "react";
import type { Collection } from "../rooms/rooms";

export interface PageProps {
  room: string;
  collection: Collection;
  id: string;
  listHref: string;
}

type Lazy<P> = LazyExoticComponent<ComponentType<P>>;

export const details: Record<string, Lazy<PageProps>> = { users: lazy(() => import("./Person")) };

export const creations: Record<string, Lazy<Omit<PageProps, "id">>> = {};

export const stories: Record<string, Lazy<object>> = {};
