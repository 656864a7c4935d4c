// The server under test, and what a test needs to exist on it.

import { readFileSync } from "node:fs";

export const bootstrap = JSON.parse(readFileSync(process.env.CASTELLAN_BOOTSTRAP, "utf8"));
export const issuer = new URL(`${bootstrap.publicUrl}/${bootstrap.tenantId}/v2.0`);
export const REDIRECT = "http://localhost:53683/back";
export const PASSWORD = "correct-horse-battery-9!";

let token;

/** A request to Graph as the bootstrap client. */
export async function graph(method, path, body) {
  token ??= await tokenOf(bootstrap.clientId, bootstrap.clientSecret);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(bootstrap.publicUrl + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}

async function tokenOf(clientId, clientSecret) {
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, scope: "https://graph.microsoft.com/.default" };
  const url = `${bootstrap.publicUrl}/${bootstrap.tenantId}/oauth2/v2.0/token`;
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  return (await answer.json()).access_token;
}

export async function user() {
  const name = `node-${crypto.randomUUID().slice(0, 8)}`;
  return graph("POST", "/v1.0/users", {
    accountEnabled: true,
    displayName: name,
    givenName: "Noor",
    mailNickname: name,
    userPrincipalName: `${name}@xyz.example`,
    passwordProfile: { password: PASSWORD, forceChangePasswordNextSignIn: false },
  });
}

/** An application with its service principal; and its secret, if it is to have one. */
export async function application(more, withSecret = true) {
  const app = await graph("POST", "/v1.0/applications", { displayName: `node-${crypto.randomUUID().slice(0, 8)}`, ...more });
  await graph("POST", "/v1.0/servicePrincipals", { appId: app.appId });
  const made = withSecret && (await graph("POST", `/v1.0/applications/${app.id}/addPassword`, { passwordCredential: { displayName: "test" } }));
  return { clientId: app.appId, secret: made ? made.secretText : undefined };
}
