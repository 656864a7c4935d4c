// Signing in by the authorization code flow with PKCE against our own authority, and tokens while it lasts.
//
// Tokens are kept for this window only (sessionStorage); a new window signs in by the browser's session without a question.
// Deliberately absent: anything that reads a token. What somebody may do, the server says.

import { ErrorResponse, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
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

let isBack = false;

/** Whether this page was loaded by coming back from the sign-in pages. */
export function cameBack(): boolean {
  return isBack;
}

/** Come back from the sign-in pages, or find the session, or go and sign in. Answers where to go next. */
export async function enter(): Promise<{ path: string } | "leaving"> {
  if (location.pathname === arrivalPath && /[?&](code|error)=/.test(location.search)) {
    let user: User | undefined;
    try {
      user = await sessions.signinCallback();
    } catch (why) {
      // A sign-in is answered once: loaded again, this address would fail again.
      history.replaceState(null, "", arrivalPath);
      throw why;
    }
    current = user ?? null;
    isBack = true;
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
  const path = location.pathname === arrivalPath ? arrivalPath.replace("/signed-in", "") : here();
  await sessions.signinRedirect({
    state: { path },
    ui_locales: currentLanguage(),
    extraQueryParams: claims ? { claims } : {},
  });
}

export async function signOut(): Promise<void> {
  forgetWork();
  await sessions.signoutRedirect();
}

/** Forget this session's tokens and sign in as somebody else. */
export async function switchAccount(): Promise<void> {
  sessionStorage.clear();
  await sessions.signinRedirect({ state: { path: arrivalPath.replace("/signed-in", "") }, prompt: "select_account" });
}

/** What somebody was at is not for whoever comes next. What ends the session is needed for that. */
function forgetWork(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("castellan.")) sessionStorage.removeItem(key);
}

/**
 * A token that is good for now; renewed if it is about to end. `null` when only signing in again helps; an error when the server
 * gave no answer, and signing in would find none either.
 */
export async function token(isRefused = false): Promise<string | null> {
  const isGood = current && !isRefused && (current.expires_in ?? 0) > RENEW_SECONDS;
  if (isGood) return current!.access_token;
  renewing ??= renewed().finally(() => {
    renewing = null;
  });
  let fresh: User | null;
  try {
    fresh = await renewing;
  } catch (why) {
    if (!isRefused && (current?.expires_in ?? 0) > 0) return current!.access_token;
    throw why;
  }
  if (fresh) current = fresh;
  else if (isRefused || (current?.expires_in ?? 0) <= 0) return null;
  return current?.access_token ?? null;
}

/** Answers that are about the server, not about the session (RFC 6749 §5.2, §4.1.2.1). */
const PASSING = ["temporarily_unavailable", "server_error"];

async function renewed(): Promise<User | null> {
  if (!current?.refresh_token) return null;
  try {
    return await sessions.signinSilent();
  } catch (why) {
    if (why instanceof ErrorResponse && !PASSING.includes(why.error ?? "")) return null;
    throw why;
  }
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
