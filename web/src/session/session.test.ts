import { ErrorResponse } from "oidc-client-ts";
import { beforeEach, describe, expect, test, vi } from "vitest";

const manager = vi.hoisted(() => ({ signinSilent: vi.fn(), signinCallback: vi.fn(), getUser: vi.fn(), signinRedirect: vi.fn(async (_: { state: { path: string } }) => undefined), signoutRedirect: vi.fn(async () => undefined) }));
vi.mock("oidc-client-ts", async (original) => ({ ...(await original<object>()), UserManager: class { constructor() { return manager; } } }));

const session = () => import("./session");
const held = (seconds: number, refresh_token: string | undefined = "r") => ({ access_token: "old", expires_in: seconds, expired: seconds <= 0, refresh_token });

beforeEach(() => {
  vi.resetModules();
  vi.clearAllMocks();
  sessionStorage.clear();
  history.replaceState(null, "", "/admin");
});

/** The session after its token ended, and what renewing it comes to. */
async function renewing(outcome: unknown, seconds = -10) {
  manager.getUser.mockResolvedValue(held(seconds));
  manager.signinSilent.mockRejectedValue(outcome);
  const { enter, token } = await session();
  await enter();
  return token();
}

describe("a token that ended", () => {
  test("is no reason to sign in again while the server is away", async () => {
    await expect(renewing(new TypeError("Failed to fetch"))).rejects.toThrow("Failed to fetch");
    await expect(renewing(new Error("Service Unavailable (503)"))).rejects.toThrow("503");
    await expect(renewing(new ErrorResponse({ error: "temporarily_unavailable" }))).rejects.toThrow();
  });
  test("is one where the server says so", async () => {
    await expect(renewing(new ErrorResponse({ error: "invalid_grant" }))).resolves.toBeNull();
  });
  test("and one that is about to end is used as long as it lasts", async () => {
    await expect(renewing(new TypeError("Failed to fetch"), 30)).resolves.toBe("old");
  });
});

test("a sign-in that failed is not answered a second time, and the next one leads to the portal", async () => {
  history.replaceState(null, "", "/admin/signed-in?error=access_denied&state=s");
  manager.signinCallback.mockRejectedValue(new Error("access_denied"));
  const { enter, signIn } = await session();
  await expect(enter()).rejects.toThrow("access_denied");
  expect(location.pathname + location.search).toBe("/admin/signed-in");
  history.replaceState(null, "", "/admin/signed-in?error=access_denied&state=s");
  await signIn();
  expect(manager.signinRedirect.mock.calls[0]?.[0]).toMatchObject({ state: { path: "/admin" } });
});

test("what somebody was at is gone when they sign out", async () => {
  sessionStorage.setItem("castellan.draft.users.new", "{}");
  sessionStorage.setItem("oidc.user:x", "{}");
  await (await session()).signOut();
  expect(Object.keys(sessionStorage)).toEqual(["oidc.user:x"]);
});
