import { describe, expect, test, vi } from "vitest";
import { placeOf, rooms } from "../rooms/rooms";
import { en } from "../words/en";
import { speech } from "../words";
import { beginnings, deedIn, deedsLike, says } from "./deeds";
import { asked, FINDS } from "./finds";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));

const ID = "01a20085-9e7d-7d7c-a11d-99360abfd969";
const { t, name } = speech("en", en, () => {});
const find = (kind: string) => FINDS.find((one) => one.kind === kind)!;

describe("what is looked for", () => {
  test.each([
    ["servicePrincipal", ID, `$filter=id eq '${ID}' or appId eq '${ID}'`],
    ["managedDevice", ID, `$filter=id eq '${ID}' or azureADDeviceId eq '${ID}'`],
    ["managedDevice", "PF1", "contains(serialNumber,'PF1')"],
    ["device", ID, `deviceId eq '${ID}'`],
    ["mobileApp", "O'Hara", "contains(displayName,'O''Hara')"],
    ["user", "amir", `"employeeId:amir"`],
  ])("of a %s by %s says %s", (kind, text, expected) => {
    expect(decodeURIComponent(asked(find(kind), text))).toContain(expected);
  });
  test("all have a page, and a group with a title", () => {
    expect(FINDS.filter(({ kind, group }) => !placeOf(kind, "1") || !(group in en)).map(({ kind }) => kind)).toEqual([]);
  });
  test("fit into one batch", () => expect(FINDS.length).toBeLessThanOrEqual(20));
});

describe("what can be done", () => {
  test.each([
    ["Wipe amirs-laptop", "wipe", "amirs-laptop"],
    ["  disable Amir Haddad", "disable", "Amir Haddad"],
    ["restart desk 7", "rebootNow", "desk 7"],
  ])("%s means %s", (text, act, about) => {
    expect(deedIn(text, t)).toMatchObject({ deed: { act }, about });
  });
  test.each(["wipe", "wiper laptop", "amirs-laptop wipe"])("%s alone means nothing yet", (text) => expect(deedIn(text, t)).toBeNull());
  test("a part of a deed's name is enough to be offered it", () => {
    expect(deedsLike("wip", t).map(({ act }) => act)).toEqual(["wipe"]);
  });
  test("something new is offered only where one sees the list", () => {
    const labels = (keys: string[]) => beginnings(rooms, new Set(keys), { t, name }).map(({ label }) => label);
    expect(labels(["users", "policies"])).toEqual(["New person", "New Conditional Access policy", "Import an HR file"]);
    expect(labels([])).toEqual(["Import an HR file"]);
  });
  test("words are found in any order", () => expect([says("New person People", "person new"), says("New person", "new policy")]).toEqual([true, false]));
});
