// openid-client, unmodified, against the built server: a strict relying party that follows the specifications and knows
// nothing of Entra.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as client from "openid-client";

import { Browser } from "./browser.js";
import { PASSWORD, REDIRECT, application, bootstrap, graph, issuer, user } from "./castellan.js";

const SCOPE = "openid profile email offline_access User.Read";
const web = { web: { redirectUris: [REDIRECT] } };

/** The authorization code flow with PKCE, from its beginning to the tokens. */
async function signIn(config, person, { scope = SCOPE, secret = PASSWORD, ...more } = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const asked = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...more,
  });
  const back = await new Browser(person.userPrincipalName, secret).go(asked.href, REDIRECT);
  const expected = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  return client.authorizationCodeGrant(config, back, expected);
}

describe("a web application with a secret", () => {
  let config;
  let person;
  let tokens;

  before(async () => {
    const { clientId, secret } = await application(web);
    config = await client.discovery(issuer, clientId, secret);
    person = await user();
    tokens = await signIn(config, person);
  });

  test("discovery says who the server is and what it can do", () => {
    const metadata = config.serverMetadata();
    assert.equal(metadata.issuer, issuer.href);
    assert.equal(metadata.supportsPKCE(), true);
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    for (const name of ["authorization", "token", "userinfo", "introspection", "revocation", "device_authorization", "end_session"])
      assert.ok(metadata[`${name}_endpoint`].startsWith(bootstrap.publicUrl), name);
  });

  test("the id token is validated and says who signed in", () => {
    const claims = tokens.claims();
    assert.equal(claims.oid, person.id);
    assert.equal(claims.preferred_username, person.userPrincipalName);
    assert.equal(claims.name, person.displayName);
    assert.equal(tokens.token_type, "bearer");
    assert.ok(tokens.expires_in > 0 && tokens.refresh_token);
  });

  test("the access token is good for Graph", async () => {
    const answer = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${bootstrap.publicUrl}/v1.0/me`), "GET");
    assert.equal((await answer.json()).id, person.id);
  });

  test("userinfo is about the same person", async () => {
    const { sub } = tokens.claims();
    const info = await client.fetchUserInfo(config, tokens.access_token, sub);
    assert.equal(info.sub, sub);
    assert.equal(info.name, person.displayName);
    assert.equal(info.given_name, "Noor");
  });

  test("a refresh token gives new tokens and is replaced", async () => {
    const first = await signIn(config, person);
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    assert.ok(second.access_token && second.refresh_token !== first.refresh_token);
    assert.equal(second.claims().sub, first.claims().sub);
    await assert.rejects(client.refreshTokenGrant(config, first.refresh_token), { error: "invalid_grant" });
    await assert.rejects(client.refreshTokenGrant(config, second.refresh_token), { error: "invalid_grant" });
  });

  test("introspection tells a resource of tokens that are meant for it, and of no others", async () => {
    const { client_id: own } = config.clientMetadata();
    const mine = await client.clientCredentialsGrant(config, { scope: `${own}/.default` });
    const told = await client.tokenIntrospection(config, mine.access_token);
    assert.equal(told.active, true);
    assert.equal(told.client_id, own);
    assert.equal(told.iss, issuer.href);
    for (const other of [tokens.access_token, tokens.refresh_token, "nonsense"])
      assert.equal((await client.tokenIntrospection(config, other)).active, false);
  });

  test("a revoked refresh token is over", async () => {
    const own = await signIn(config, person);
    await client.tokenRevocation(config, own.refresh_token);
    await assert.rejects(client.refreshTokenGrant(config, own.refresh_token), { error: "invalid_grant" });
  });

  test("revoking what nobody knows is no error", async () => {
    await client.tokenRevocation(config, "nonsense");
  });

  test("a person who says no is told to the application", async () => {
    const other = await application(web);
    const own = await client.discovery(issuer, other.clientId, other.secret);
    const asked = client.buildAuthorizationUrl(own, {
      redirect_uri: REDIRECT,
      scope: "User.Read openid",
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: "S256",
    });
    const browser = new Browser(person.userPrincipalName, PASSWORD);
    browser.answers.decision = "cancel";
    const back = await browser.go(asked.href, REDIRECT);
    assert.equal(back.searchParams.get("error"), "access_denied");
    assert.equal(back.searchParams.get("iss"), issuer.href);
  });

  test("a sign-in without a page is refused when nobody is signed in", async () => {
    const asked = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: "openid",
      prompt: "none",
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: "S256",
    });
    const back = await new Browser("", "").go(asked.href, REDIRECT);
    assert.equal(back.searchParams.get("error"), "login_required");
  });
});

test("a secret may be sent in the header", async () => {
  const { clientId, secret } = await application(web);
  const config = await client.discovery(issuer, clientId, undefined, client.ClientSecretBasic(secret));
  const got = await client.clientCredentialsGrant(config, { scope: "https://graph.microsoft.com/.default" });
  assert.ok(got.access_token);
});

test("a public client proves nothing but its verifier", async () => {
  const { clientId } = await application({ publicClient: { redirectUris: [REDIRECT] }, isFallbackPublicClient: true }, false);
  const config = await client.discovery(issuer, clientId, undefined, client.None());
  const tokens = await signIn(config, await user());
  assert.ok((await client.refreshTokenGrant(config, tokens.refresh_token)).access_token);
});

test("a workload proves itself with a key", async () => {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const jwk = await crypto.subtle.exportKey("jwk", publicKey);
  const key = Buffer.from(JSON.stringify(jwk)).toString("base64");
  const { clientId } = await application({ keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key }] }, false);
  const config = await client.discovery(issuer, clientId, undefined, client.PrivateKeyJwt(privateKey));
  const got = await client.clientCredentialsGrant(config, { scope: `${bootstrap.publicUrl}/.default` });
  assert.equal(got.token_type, "bearer");
  const other = await client.discovery(issuer, clientId, undefined, client.ClientSecretPost("a guess"));
  await assert.rejects(client.clientCredentialsGrant(other, { scope: `${bootstrap.publicUrl}/.default` }), { error: "invalid_client" });
});

test("an application may ask for ES256 and gets it", async () => {
  const { clientId, secret } = await application({ ...web, tags: ["id_token_signed_response_alg:ES256"] });
  const config = await client.discovery(issuer, clientId, { id_token_signed_response_alg: "ES256", client_secret: secret });
  const tokens = await signIn(config, await user());
  assert.equal(JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")).alg, "ES256");
});

test("a device is let in from another screen", async () => {
  const { clientId } = await application({ isFallbackPublicClient: true }, false);
  const config = await client.discovery(issuer, clientId, undefined, client.None());
  const flow = await client.initiateDeviceAuthorization(config, { scope: "User.Read openid" });
  const person = await user();
  const browser = new Browser(person.userPrincipalName, PASSWORD);
  browser.answers.user_code = flow.user_code;
  await assert.rejects(browser.go(flow.verification_uri_complete, REDIRECT), /signed in on your device/);
  const tokens = await client.pollDeviceAuthorizationGrant(config, { ...flow, interval: 1 });
  assert.equal(tokens.claims().oid, person.id);
});

test("somebody who is disabled gets no new tokens", async () => {
  const { clientId, secret } = await application(web);
  const config = await client.discovery(issuer, clientId, secret);
  const person = await user();
  const tokens = await signIn(config, person);
  await graph("PATCH", `/v1.0/users/${person.id}`, { accountEnabled: false });
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: "invalid_grant" });
});
