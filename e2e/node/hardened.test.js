// openid-client, unmodified: pushed requests, DPoP with the server's nonces, keys instead of secrets, signed requests and
// answers, and a client that is held to the FAPI 2.0 Security Profile.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as client from "openid-client";

import { Browser } from "./browser.js";
import { PASSWORD, REDIRECT, application, bootstrap, issuer, user } from "./castellan.js";

const SCOPE = "openid profile offline_access User.Read";
const GRAPH = new URL(`${bootstrap.publicUrl}/v1.0/me`);
const publicClient = { publicClient: { redirectUris: [REDIRECT] }, isFallbackPublicClient: true };

/** A key pair, and what an application registers of it. */
async function keyPair() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const key = Buffer.from(JSON.stringify(jwk)).toString("base64");
  return { ...pair, credential: { keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key }] } };
}

/** The code flow by a pushed request; `how` may add a DPoP handle, parameters and a browser of its own. */
async function signIn(config, person, { dpop, browser, parameters = {}, build = client.buildAuthorizationUrlWithPAR } = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const asked = await build(
    config,
    {
      redirect_uri: REDIRECT,
      scope: SCOPE,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...parameters,
    },
    dpop && { DPoP: dpop },
  );
  const back = await (browser ?? new Browser(person.userPrincipalName, PASSWORD)).go(asked.href, REDIRECT);
  const expected = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(config, back, expected, undefined, dpop && { DPoP: dpop });
  return { tokens, asked, back };
}

const payload = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

describe("a pushed request", () => {
  let config;
  let person;

  before(async () => {
    const { clientId } = await application(publicClient, false);
    config = await client.discovery(issuer, clientId, undefined, client.None());
    person = await user();
  });

  test("carries everything, and the browser nothing but its name", async () => {
    const { tokens, asked } = await signIn(config, person);
    assert.deepEqual([...asked.searchParams.keys()].sort(), ["client_id", "request_uri"]);
    assert.equal(tokens.claims().oid, person.id);
  });

  test("counts once", async () => {
    const { asked } = await signIn(config, person);
    await assert.rejects(new Browser(person.userPrincipalName, PASSWORD).go(asked.href, REDIRECT), /AADSTS9900003|no end|page says/);
  });

  test("with DPoP binds the code, the tokens and the refresh token to the key", async () => {
    const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
    const { tokens } = await signIn(config, person, { dpop });
    assert.equal(tokens.token_type, "dpop");
    assert.equal(payload(tokens.access_token).cnf.jkt, await dpop.calculateThumbprint());

    const me = await client.fetchProtectedResource(config, tokens.access_token, GRAPH, "GET", undefined, undefined, { DPoP: dpop });
    assert.equal((await me.json()).id, person.id);
    const info = await client.fetchUserInfo(config, tokens.access_token, person.id, { DPoP: dpop });
    assert.equal(info.name, person.displayName);

    const bearer = await fetch(GRAPH, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(bearer.status, 401);
    assert.match(bearer.headers.get("www-authenticate"), /^DPoP .*invalid_token/);

    const second = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: dpop });
    assert.equal(payload(second.access_token).cnf.jkt, await dpop.calculateThumbprint());
    const thief = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
    await assert.rejects(client.refreshTokenGrant(config, second.refresh_token, undefined, { DPoP: thief }), { error: "invalid_grant" });
    await assert.rejects(client.refreshTokenGrant(config, second.refresh_token), { error: "invalid_grant" });
  });
});

test("a client held to FAPI 2.0 signs in with keys, and in no weaker way", async () => {
  const own = await keyPair();
  const web = { web: { redirectUris: [REDIRECT] }, tags: ["security_profile:fapi2"], ...own.credential };
  const { clientId, secret } = await application(web);
  const config = await client.discovery(issuer, clientId, undefined, client.PrivateKeyJwt(own.privateKey));
  const person = await user();
  const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const { tokens, back } = await signIn(config, person, { dpop });
  assert.equal(back.searchParams.get("iss"), issuer.href);
  const again = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: dpop });
  assert.ok(again.access_token && !again.refresh_token, "the refresh token stays the same");
  await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: dpop });

  const weaker = await client.discovery(issuer, clientId, secret);
  await assert.rejects(signIn(weaker, person, { dpop }), { error: "unauthorized_client" });
  const open = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: "openid",
    code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
    code_challenge_method: "S256",
  });
  const refused = await new Browser(person.userPrincipalName, PASSWORD).go(open.href, REDIRECT);
  assert.equal(refused.searchParams.get("error"), "invalid_request");
  await assert.rejects(signIn(config, person), { error: "invalid_dpop_proof" });
});

test("a resource that proves itself with a key asks about its tokens", async () => {
  const own = await keyPair();
  const { clientId } = await application(own.credential, false);
  const config = await client.discovery(issuer, clientId, undefined, client.PrivateKeyJwt(own.privateKey));
  const mine = await client.clientCredentialsGrant(config, { scope: `${clientId}/.default` });
  const told = await client.tokenIntrospection(config, mine.access_token);
  assert.deepEqual([told.active, told.client_id], [true, clientId]);
});

test("a signed request is followed, and a signed answer is understood", async () => {
  const own = await keyPair();
  const web = { ...publicClient, tags: ["require_signed_request_object:true"], ...own.credential };
  const { clientId } = await application(web, false);
  const config = await client.discovery(issuer, clientId, undefined, client.None());
  const person = await user();
  const build = (with_, parameters) => client.buildAuthorizationUrlWithJAR(with_, parameters, own.privateKey);
  const { tokens } = await signIn(config, person, { build });
  assert.equal(tokens.claims().oid, person.id);

  const answering = await client.discovery(issuer, clientId, undefined, client.None());
  client.useJwtResponseMode(answering);
  const signed = await signIn(answering, person, { build, parameters: { response_mode: "jwt" } });
  assert.equal(signed.tokens.claims().oid, person.id);
  assert.ok(signed.back.searchParams.get("response") && !signed.back.searchParams.get("code"));
});

test("signing out ends the session at the server", async () => {
  const { clientId, secret } = await application({ web: { redirectUris: [REDIRECT] } });
  const config = await client.discovery(issuer, clientId, secret);
  const person = await user();
  const browser = new Browser(person.userPrincipalName, PASSWORD);
  const { tokens } = await signIn(config, person, { browser });
  const out = client.buildEndSessionUrl(config, { post_logout_redirect_uri: REDIRECT, id_token_hint: tokens.id_token });
  const back = await browser.go(out.href, REDIRECT);
  assert.equal(back.searchParams.get("error"), null);
  const silent = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: "openid",
    prompt: "none",
    code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
    code_challenge_method: "S256",
  });
  assert.equal((await browser.go(silent.href, REDIRECT)).searchParams.get("error"), "login_required");
});
