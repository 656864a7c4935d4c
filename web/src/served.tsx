// A part of the app on a server that is a function from what is asked to what is answered: for component tests.

import { FluentProvider, webLightTheme } from "@fluentui/react-components";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { WordsProvider } from "./words";

export interface Asked {
  method: string;
  /** Below the API's version, without escapes. */
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

/** An answer with a status or headers of its own. */
export class Answer {
  constructor(
    readonly status: number,
    readonly body?: unknown,
    readonly headers: Record<string, string> = {},
  ) {}
}

/** What the server says no with. */
export const refused = (status: number, message: string) => new Answer(status, { error: { code: String(status), message } });

/** Answer everything that is asked, those within a batch one by one; what was asked is told. */
export function serve(answer: (asked: Asked) => unknown): Asked[] {
  const all: Asked[] = [];
  const one = (asked: Asked): Answer => {
    all.push(asked);
    const given = answer(asked);
    if (given instanceof Answer) return given;
    return given === undefined ? new Answer(404, { error: { code: "NotFound", message: `nothing at ${asked.path}` } }) : new Answer(200, given);
  };
  const below = (address: string) => decodeURIComponent(address.replace(/^https?:\/\/[^/]+/, "").replace(/^\/(beta|v1\.0)/, ""));
  vi.stubGlobal("fetch", async (address: string, { method = "GET", body, headers = {} }: { method?: string; body?: string; headers?: Record<string, string> } = {}) => {
    const given = body === undefined ? undefined : (JSON.parse(body) as { requests?: { id: string; method: string; url: string; headers?: Record<string, string>; body?: unknown }[] });
    const path = below(address);
    const isBatch = path === "/$batch" && !headers.prefer;
    const responses = () => (given?.requests ?? []).map((request) => {
      const { status, body: text, headers: some } = one({ method: request.method, path: below(request.url), body: request.body, headers: request.headers ?? {} });
      return { id: request.id, status, body: text, headers: some };
    });
    const whole = isBatch ? new Answer(200, { responses: responses() }) : one({ method, path, body: given, headers });
    const hasNone = whole.status === 204 || whole.body === undefined;
    return new Response(hasNone ? null : JSON.stringify(whole.body), { status: whole.status, headers: whole.headers });
  });
  return all;
}

/** Show something as the app does: with words, the looks, a cache and addresses. */
export function show(content: ReactNode, address = "/") {
  const route = createRootRoute({ component: () => content });
  const router = createRouter({ routeTree: route, history: createMemoryHistory({ initialEntries: [address] }), defaultPendingMinMs: 0 });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: "always" }, mutations: { networkMode: "always" } } });
  render(
    <WordsProvider initial="en">
      <FluentProvider theme={webLightTheme}>
        <QueryClientProvider client={cache}>
          <RouterProvider router={router as never} />
        </QueryClientProvider>
      </FluentProvider>
    </WordsProvider>,
  );
  return { cache, router };
}
