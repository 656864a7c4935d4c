import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Entity, Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { refused, serve, show } from "../served";
import { Rows } from "./Rows";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

function List() {
  const query = useRead<Page<Entity>>("/things");
  return <Rows query={query} none="No things." rows={(query.data?.value ?? []).map((thing) => ({ key: thing.id, what: thing.id }))} />;
}

describe("that there is nothing", () => {
  test("is said when the server says so", async () => {
    serve(() => ({ value: [] }));
    show(<List />);
    expect(await screen.findByText("No things.")).toBeTruthy();
  });
  test("is not said while nobody knows", async () => {
    serve(() => ({ value: [] }));
    vi.stubGlobal("fetch", () => new Promise(() => {}));
    show(<List />);
    expect(await screen.findByText("Loading…")).toBeTruthy();
    expect(screen.queryByText("No things.")).toBeNull();
  });
  test.each([[500, /The server has a problem/], [403, /You may not see this/]])("is not said when it fails with %s", async (status, said) => {
    serve(() => refused(status, "no luck"));
    show(<List />);
    await screen.findByText(said);
    expect(screen.queryByText("No things.")).toBeNull();
  });
});
