// @azure/msal-node, unmodified: a program in front of the person, and a service that calls on as that person.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ConfidentialClientApplication } from "@azure/msal-node";
import * as client from "openid-client";

import { Browser } from "./browser.js";
import { PASSWORD, REDIRECT, application, bootstrap, graph, issuer, user } from "./castellan.js";

const ORDERS = "Orders.Read";
const authority = `${bootstrap.publicUrl}/${bootstrap.tenantId}`;
const name = `api://orders-${crypto.randomUUID().slice(0, 8)}`;
let shop;
let orders;

function msal({ clientId, secret }) {
  const auth = { clientId, clientSecret: secret, authority, knownAuthorities: [new URL(authority).host] };
  return new ConfidentialClientApplication({ auth });
}

async function principal(appId) {
  const { value } = await graph("GET", `/v1.0/servicePrincipals?$filter=appId eq '${appId}'`);
  return value[0].id;
}

async function consent(from, to, scope) {
  const body = { clientId: await principal(from), consentType: "AllPrincipals", resourceId: await principal(to), scope };
  await graph("POST", "/v1.0/oauth2PermissionGrants", body);
}

async function signIn(person) {
  const verifier = client.randomPKCECodeVerifier();
  const codeChallenge = await client.calculatePKCECodeChallenge(verifier);
  const ask = { scopes: [`${name}/${ORDERS}`], redirectUri: REDIRECT, codeChallenge, codeChallengeMethod: "S256" };
  const back = await new Browser(person.userPrincipalName, PASSWORD).go(await shop.getAuthCodeUrl(ask), REDIRECT);
  const code = back.searchParams.get("code");
  return shop.acquireTokenByCode({ code, scopes: ask.scopes, redirectUri: REDIRECT, codeVerifier: verifier });
}

before(async () => {
  const scope = { id: crypto.randomUUID(), value: ORDERS, type: "User", isEnabled: true, adminConsentDisplayName: "Read", adminConsentDescription: "Read orders" };
  const api = { oauth2PermissionScopes: [scope], requestedAccessTokenVersion: 2 };
  const service = await application({ identifierUris: [name], api });
  const program = await application({ web: { redirectUris: [REDIRECT] } });
  const graphApp = "00000003-0000-0000-c000-000000000000";
  await consent(program.clientId, service.clientId, ORDERS);
  await consent(program.clientId, graphApp, "User.Read");
  await consent(service.clientId, graphApp, "User.Read");
  [shop, orders] = [msal(program), msal(service)];
});

test("a service calls on as the person who called it", async () => {
  const person = await user();
  const tokens = await signIn(person);
  const ask = { oboAssertion: tokens.accessToken, scopes: ["User.Read"] };
  const on = await orders.acquireTokenOnBehalfOf(ask);
  assert.equal(on.uniqueId, person.id);
  const answer = await fetch(`${bootstrap.publicUrl}/v1.0/me`, { headers: { authorization: `Bearer ${on.accessToken}` } });
  assert.equal((await answer.json()).id, person.id);
  assert.equal((await orders.acquireTokenOnBehalfOf(ask)).fromCache, true, "asked again, msal knows it");
  await assert.rejects(shop.acquireTokenOnBehalfOf(ask), { errorCode: "invalid_grant" });
});

test("openid-client signs out where it signed in", async () => {
  const { clientId, secret } = await application({ web: { redirectUris: [REDIRECT], logoutUrl: "http://localhost:53683/left" } });
  const config = await client.discovery(issuer, clientId, secret);
  assert.equal(config.serverMetadata().backchannel_logout_session_supported, true);
  const person = await user();
  const verifier = client.randomPKCECodeVerifier();
  const browser = new Browser(person.userPrincipalName, PASSWORD);
  const ask = { redirect_uri: REDIRECT, scope: "openid", code_challenge_method: "S256", code_challenge: await client.calculatePKCECodeChallenge(verifier) };
  const back = await browser.go(client.buildAuthorizationUrl(config, ask).href, REDIRECT);
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
  const silent = () => browser.go(client.buildAuthorizationUrl(config, { ...ask, prompt: "none" }).href, REDIRECT);
  assert.ok((await silent()).searchParams.get("code"), "the session is there");
  const end = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: REDIRECT });
  const left = await browser.look(end.href);
  assert.match(left, /<iframe src="http:\/\/localhost:53683\/left\?iss=[^"]+sid=[^"]+"/, "the application hears of it in a frame");
  assert.equal((await silent()).searchParams.get("error"), "login_required");
});
