// Views of lists that a person keeps under a name, in this browser.
//
// Deliberately absent: sharing them. The address of a list says everything that a view does; send that.

import { person } from "../session/session";
import type { Wish } from "./rows";

export interface View {
  name: string;
  wish: Wish;
}

/** Views kept for one list. */
const VIEWS_MAX = 20;

export function viewsOf(list: string): View[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place(list)) ?? "[]");
    return Array.isArray(kept) ? (kept as View[]) : [];
  } catch {
    return [];
  }
}

/** Keep a view under a name, or forget it; answers what is kept now. */
export function keepView(list: string, name: string, wish: Wish | null): View[] {
  const others = viewsOf(list).filter((view) => view.name !== name);
  const views = (wish ? [...others, { name, wish }] : others).slice(-VIEWS_MAX);
  localStorage.setItem(place(list), JSON.stringify(views));
  return views;
}

/** Each person's own: a browser is used by several. */
function place(list: string): string {
  return `castellan.views.${person().id}.${list}`;
}
