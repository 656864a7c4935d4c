// @azure/msal-node, unmodified, in front of a person: code, refresh, device code, a claims challenge; and a workload.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as msal from "@azure/msal-node";

import { Browser } from "./browser.js";
import { PASSWORD, REDIRECT, application, bootstrap, user } from "./castellan.js";

const SCOPES = ["User.Read"];
const publicClient = { publicClient: { redirectUris: [REDIRECT] }, isFallbackPublicClient: true };

const auth = (clientId, more = {}) => ({
  auth: {
    clientId,
    authority: `${bootstrap.publicUrl}/${bootstrap.tenantId}`,
    knownAuthorities: [new URL(bootstrap.publicUrl).host],
    ...more,
  },
});

/** The code flow with PKCE, from its beginning to the tokens. */
async function signIn(app, browser, more = {}) {
  const { verifier, challenge } = await new msal.CryptoProvider().generatePkceCodes();
  const asked = await app.getAuthCodeUrl({
    scopes: SCOPES,
    redirectUri: REDIRECT,
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
    ...more,
  });
  const back = await browser.go(asked, REDIRECT);
  const code = back.searchParams.get("code");
  assert.ok(code, back.href);
  return app.acquireTokenByCode({ code, scopes: SCOPES, redirectUri: REDIRECT, codeVerifier: verifier });
}

const payload = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

test("a public client signs in by code, and refreshes without the person", async () => {
  const { clientId } = await application(publicClient, false);
  const app = new msal.PublicClientApplication(auth(clientId));
  const person = await user();
  const tokens = await signIn(app, new Browser(person.userPrincipalName, PASSWORD));
  assert.equal(tokens.account.username, person.userPrincipalName);
  assert.equal(tokens.tenantId, bootstrap.tenantId);
  const cached = await app.acquireTokenSilent({ account: tokens.account, scopes: SCOPES });
  assert.equal(cached.fromCache, true);
  const fresh = await app.acquireTokenSilent({ account: tokens.account, scopes: SCOPES, forceRefresh: true });
  assert.equal(fresh.fromCache, false);
  assert.notEqual(fresh.accessToken, tokens.accessToken);
});

test("a device is let in from another screen", async () => {
  const { clientId } = await application(publicClient, false);
  const app = new msal.PublicClientApplication(auth(clientId));
  const person = await user();
  const tokens = await app.acquireTokenByDeviceCode({
    scopes: SCOPES,
    deviceCodeCallback: async ({ userCode, verificationUri }) => {
      const browser = new Browser(person.userPrincipalName, PASSWORD);
      browser.answers.user_code = userCode;
      await assert.rejects(browser.go(verificationUri, REDIRECT), /signed in on your device/);
    },
  });
  assert.equal(tokens.account.username, person.userPrincipalName);
});

test("a workload signs in with its secret", async () => {
  const { clientId, secret } = await application({});
  const app = new msal.ConfidentialClientApplication(auth(clientId, { clientSecret: secret }));
  const tokens = await app.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
  assert.equal(payload(tokens.accessToken).appid, clientId);
});

test("a claims challenge makes it ask the person again", async () => {
  const { clientId } = await application(publicClient, false);
  const app = new msal.PublicClientApplication(auth(clientId, { clientCapabilities: ["cp1"] }));
  const person = await user();
  const browser = new Browser(person.userPrincipalName, PASSWORD);
  const first = await signIn(app, browser);
  assert.deepEqual(payload(first.accessToken).xms_cc, ["cp1"]);
  const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: String(Math.floor(Date.now() / 1000) + 1) } } });
  // Without a page the refresh token will do: nothing was revoked.
  const silent = await app.acquireTokenSilent({ account: first.account, scopes: SCOPES, claims });
  assert.equal(silent.fromCache, false);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await assert.rejects(signIn(app, browser, { claims }), /asks you to sign in again/);
  const again = await signIn(app, new Browser(person.userPrincipalName, PASSWORD), { claims });
  assert.ok(payload(again.accessToken).auth_time > payload(first.accessToken).auth_time, "with a page, a new proof");
});
