// Signing in by the authorization code flow with PKCE against our own authority, and tokens while it lasts.
//
// Tokens are kept for this window only (sessionStorage); a new window signs in by the browser's session without a question.
// Deliberately absent: anything that reads a token. What somebody may do, the server says.

import { type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { arrivalPath, clientId, server } from "../settings";
import { currentLanguage } from "../words";

/** The one permission: whatever the person may do, and nothing more. */
const SCOPE = "openid profile offline_access https://graph.microsoft.com/Directory.AccessAsUser.All";

const sessions = new UserManager({
  authority: `${server}/common/v2.0`,
  client_id: clientId,
  redirect_uri: `${location.origin}${arrivalPath}`,
  response_type: "code",
  scope: SCOPE,
  userStore: new WebStorageStateStore({ store: window.sessionStorage }),
  stateStore: new WebStorageStateStore({ store: window.sessionStorage }),
  automaticSilentRenew: false,
  loadUserInfo: false,
  monitorSession: false,
});

/** So long before its end a token is renewed. */
const RENEW_SECONDS = 60;

let current: User | null = null;
let renewing: Promise<User | null> | null = null;

/** Come back from the sign-in pages, or find the session, or go and sign in. Answers where to go next. */
export async function enter(): Promise<{ path: string } | "leaving"> {
  if (location.pathname === arrivalPath && /[?&](code|error)=/.test(location.search)) {
    const user = await sessions.signinCallback();
    current = user ?? null;
    const path = (user?.state as { path?: string } | undefined)?.path;
    return { path: path ?? arrivalPath.replace("/signed-in", "") };
  }
  current = await sessions.getUser();
  if (current && (!current.expired || current.refresh_token)) return { path: here() };
  await signIn();
  return "leaving";
}

/** Go to the sign-in pages and come back here. `claims` is what a resource asked for besides. */
export async function signIn(claims?: string): Promise<void> {
  const path = here() === arrivalPath ? arrivalPath.replace("/signed-in", "") : here();
  await sessions.signinRedirect({
    state: { path },
    ui_locales: currentLanguage(),
    extraQueryParams: claims ? { claims } : {},
  });
}

export async function signOut(): Promise<void> {
  sessionStorage.removeItem("castellan.may");
  await sessions.signoutRedirect();
}

/** Forget this session's tokens and sign in as somebody else. */
export async function switchAccount(): Promise<void> {
  sessionStorage.clear();
  await sessions.signinRedirect({ state: { path: arrivalPath.replace("/signed-in", "") }, prompt: "select_account" });
}

/** A token that is good for now; renewed if it is about to end. `null` when only signing in again helps. */
export async function token(isRefused = false): Promise<string | null> {
  const isGood = current && !isRefused && (current.expires_in ?? 0) > RENEW_SECONDS;
  if (isGood) return current!.access_token;
  renewing ??= sessions
    .signinSilent()
    .catch(() => null)
    .finally(() => {
      renewing = null;
    });
  const renewed = await renewing;
  if (renewed) current = renewed;
  else if (isRefused || (current?.expires_in ?? 0) <= 0) return null;
  return current?.access_token ?? null;
}

export interface Person {
  id: string;
  name: string;
  userName: string;
  tenant: string;
}

/** Who is signed in, by the ID token. */
export function person(): Person {
  const claims = current?.profile as Record<string, string> | undefined;
  return {
    id: claims?.oid ?? "",
    name: claims?.name ?? claims?.preferred_username ?? "",
    userName: claims?.preferred_username ?? "",
    tenant: claims?.tid ?? "",
  };
}

function here(): string {
  return location.pathname + location.search;
}
