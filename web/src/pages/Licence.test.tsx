import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { collectionOf } from "../rooms/rooms";
import { Answer, refused, serve, show } from "../served";
import Licence from "./Licence";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me", roles: [] }), cameBack: () => false }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

test("how many were bought is not written over what others bought meanwhile", async () => {
  const now = { version: 1, units: { enabled: 10, suspended: 1, warning: 0 } };
  const asked = serve(({ method, path, body, headers }) => {
    if (method === "PATCH") {
      if (headers["if-match"] !== `W/"${now.version}"`) return refused(412, "It was changed.");
      now.units = (body as { prepaidUnits: typeof now.units }).prepaidUnits;
      return new Answer(204);
    }
    if (path.startsWith("/subscribedSkus/s")) return new Answer(200, { id: "s", skuId: "k", consumedUnits: 3, prepaidUnits: now.units }, { etag: `W/"${now.version}"` });
    return { value: [] };
  });
  show(<Licence room="identity" collection={collectionOf("identity", "licences")!} id="s" listHref="/" />);
  const bought = await screen.findByLabelText<HTMLInputElement>("Bought");
  fireEvent.change(bought, { target: { value: "12" } });
  fireEvent.blur(bought);
  now.version = 2;
  now.units = { enabled: 20, suspended: 2, warning: 0 };
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/You both changed: Enabled/)).toBeTruthy();
  fireEvent.click(screen.getByText("Keep mine"));
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  await vi.waitFor(() => expect(now.units).toEqual({ enabled: 12, suspended: 2, warning: 0 }));
  expect(asked.filter(({ method }) => method === "PATCH").map(({ headers }) => headers["if-match"])).toEqual(['W/"1"', 'W/"2"']);
});
