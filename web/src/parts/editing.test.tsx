import { Input } from "@fluentui/react-components";
import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Entity } from "../graph/client";
import { useRead } from "../graph/queries";
import { Answer, refused, serve, show } from "../served";
import { Meanwhile, useEntityEditing } from "./editing";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));
beforeEach(() => sessionStorage.clear());
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const PATH = "/things/1";
const of = ({ name, city, seen: _seen }: Entity) => ({ name: String(name), city: String(city) });

function Editor({ thing, keptAt }: { thing: Entity; keptAt?: string }) {
  const editing = useEntityEditing(PATH, thing, of, keptAt);
  const field = (key: "name" | "city") => <Input aria-label={key} value={editing.draft[key]} onChange={(_, data) => editing.setDraft({ ...editing.draft, [key]: data.value })} />;
  return (
    <>
      {field("name")} {field("city")}
      <Meanwhile editing={editing} />
      {editing.why && <p>{editing.why.message}</p>}
      <p>{editing.isChanged ? "changed" : "as it is"}</p>
      <button onClick={() => editing.save({ path: PATH, ask: { method: "PATCH", body: editing.draft } })}>Save</button>
    </>
  );
}

function Page({ keptAt }: { keptAt?: string }) {
  const { data } = useRead<Entity>(PATH);
  return data ? <Editor thing={data} keptAt={keptAt} /> : null;
}

/** A thing with a version, which others change too. */
function thing() {
  const now = { version: 1, value: { id: "1", name: "Mail", city: "Oslo", seen: 0 } as Entity };
  const others = (part: object) => ((now.value = { ...now.value, ...part }), now.version++);
  const asked = serve(({ method, body, headers }) => {
    if (method === "PATCH") {
      if (headers["if-match"] !== `W/"${now.version}"`) return refused(412, "It was changed.");
      others(body as object);
      return new Answer(204);
    }
    return new Answer(200, { ...now.value }, { etag: `W/"${now.version}"` });
  });
  return { now, others, sent: () => asked.filter((one) => one.method === "PATCH") };
}

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const type = (label: string, value: string) => fireEvent.change(field(label), { target: { value } });

describe("what somebody edits", () => {
  test("is saved with the version that it was made from", async () => {
    const { sent } = thing();
    show(<Page />);
    await screen.findByLabelText("name");
    type("city", "Bergen");
    fireEvent.click(screen.getByText("Save"));
    await screen.findByText("as it is");
    expect(sent().map((one) => one.headers["if-match"])).toEqual(['W/"1"']);
  });

  test("is not written over others' changes: those appear, one's own stay, and the next save has both", async () => {
    const { now, others } = thing();
    show(<Page />);
    await screen.findByLabelText("name");
    type("city", "Bergen");
    others({ name: "Post" });
    fireEvent.click(screen.getByText("Save"));
    expect(await screen.findByText("It was changed.")).toBeTruthy();
    expect(await screen.findByText(/Somebody else changed it/)).toBeTruthy();
    expect([field("name").value, field("city").value, now.value.city]).toEqual(["Post", "Bergen", "Oslo"]);
    fireEvent.click(screen.getByText("Save"));
    await vi.waitFor(() => expect(now.value).toMatchObject({ name: "Post", city: "Bergen" }));
  });

  test("is saved at once where only something else of it is another", async () => {
    const { now, others, sent } = thing();
    show(<Page />);
    await screen.findByLabelText("name");
    type("city", "Bergen");
    others({ seen: 1 });
    fireEvent.click(screen.getByText("Save"));
    await screen.findByText("as it is");
    expect(now.value).toMatchObject({ city: "Bergen", seen: 1 });
    expect(sent()).toHaveLength(2);
  });

  test("stays when the page reads again, and where both changed the same the person decides", async () => {
    const { others } = thing();
    const { cache } = show(<Page />);
    await screen.findByLabelText("name");
    type("city", "Bergen");
    others({ city: "Tromsø", name: "Post" });
    await act(() => cache.invalidateQueries());
    expect(await screen.findByText(/You both changed: City/)).toBeTruthy();
    expect([field("name").value, field("city").value]).toEqual(["Post", "Bergen"]);
    fireEvent.click(screen.getByText("Take theirs"));
    expect(field("city").value).toBe("Tromsø");
    expect(screen.getByText("as it is")).toBeTruthy();
  });

  test("follows while nobody touches it", async () => {
    const { others } = thing();
    const { cache } = show(<Page />);
    await screen.findByLabelText("name");
    others({ city: "Tromsø" });
    await act(() => cache.invalidateQueries());
    await vi.waitFor(() => expect(field("city").value).toBe("Tromsø"));
    expect(screen.queryByText(/Somebody else/)).toBeNull();
  });

  test("and kept for later is put over what it is by then, not in its place", async () => {
    const { others, sent } = thing();
    show(<Page keptAt="thing" />);
    await screen.findByLabelText("name");
    type("city", "Bergen");
    cleanup();
    others({ name: "Post" });
    show(<Page keptAt="thing" />);
    await screen.findByLabelText("name");
    expect([field("name").value, field("city").value]).toEqual(["Post", "Bergen"]);
    fireEvent.click(screen.getByText("Save"));
    await screen.findByText("as it is");
    expect(sent().at(-1)?.body).toEqual({ name: "Post", city: "Bergen" });
    expect(sessionStorage.getItem("castellan.draft.thing")).toBeNull();
  });
});
