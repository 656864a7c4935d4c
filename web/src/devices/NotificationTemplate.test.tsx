import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { collectionOf } from "../rooms/rooms";
import { Answer, refused, serve, show } from "../served";
import NotificationTemplate from "./NotificationTemplate";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me", roles: [] }), cameBack: () => false }));
beforeEach(() => sessionStorage.clear());
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const PATH = "/deviceManagement/notificationMessageTemplates/n";
const LIST = `${PATH}/localizedNotificationMessages`;

/** A template with a version, which others change too. */
function template(messages: Record<string, unknown>[]) {
  const now = { version: 1, messages };
  const asked = serve(({ method, path, body, headers }) => {
    if (path === LIST && method === "POST") {
      now.messages = [...now.messages, { id: "made", ...(body as object) }];
      return new Answer(201, { id: "made" });
    }
    if (method === "PATCH") return headers["if-match"] === `W/"${now.version}"` ? new Answer(200, {}) : refused(412, "It was changed.");
    if (path === LIST) return { value: now.messages };
    if (path.startsWith(PATH)) return new Answer(200, { id: "n", displayName: "Care" }, { etag: `W/"${now.version}"` });
    return { value: [] };
  });
  show(<NotificationTemplate room="devices" collection={collectionOf("devices", "notificationTemplates")!} id="n" listHref="/" />);
  return { now, sent: () => asked.filter(({ method }) => method === "PATCH" || method === "POST") };
}

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const type = (label: string, value: string) => fireEvent.change(field(label), { target: { value } });
const save = () => fireEvent.click(screen.getByRole("button", { name: "Save" }));

const ENGLISH = { id: "en", locale: "en", subject: "Care", messageTemplate: "Hello", isDefault: true, lastModifiedDateTime: "2026-01-01T00:00:00Z" };

test("a message that others wrote meanwhile is not written over, and the next save has both", async () => {
  const { now, sent } = template([ENGLISH]);
  await screen.findByDisplayValue("Care");
  type("Text*", "Hello {{UserName}}");
  now.messages = [{ ...ENGLISH, subject: "Your device" }];
  now.version = 2;
  save();
  expect(await screen.findByText(/Somebody else changed it/)).toBeTruthy();
  expect([field("Subject*").value, field("Text*").value]).toEqual(["Your device", "Hello {{UserName}}"]);
  save();
  await vi.waitFor(() => expect(sent()).toHaveLength(2));
  const { path, body, headers } = sent()[1]!;
  expect([path, headers["if-match"], body]).toEqual([`${LIST}/en`, 'W/"2"', { locale: "en", subject: "Your device", messageTemplate: "Hello {{UserName}}", isDefault: true }]);
});

test("the first message is in the reader's language and for everybody, and is shown when it is there", async () => {
  const { sent } = template([]);
  await screen.findByLabelText("Subject*");
  type("Subject*", "Care");
  expect(screen.getByText("Say the language, a subject and a text.")).toBeTruthy();
  type("Text*", "Hello");
  save();
  expect(await screen.findByRole("tab", { name: "English" })).toBeTruthy();
  expect(sent()[0]?.body).toEqual({ locale: "en", subject: "Care", messageTemplate: "Hello", isDefault: true });
});
