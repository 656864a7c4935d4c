// The other provider of `make bench`: client_credentials with ES256 access tokens as JWTs, and introspection, over TLS.
//
//   node provider.mjs CLIENT SECRET TLS_FOLDER      prints `listening on https://localhost:PORT`

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import Provider from "oidc-provider";

const [client, secret, tls] = process.argv.slice(2);
const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256" };

const server = createServer({ cert: readFileSync(`${tls}/server.pem`), key: readFileSync(`${tls}/server.key`) });
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `https://localhost:${server.address().port}`;

const provider = new Provider(url, {
  clients: [
    {
      client_id: client,
      client_secret: secret,
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "ES256",
    },
  ],
  jwks: { keys: [key] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, resource) =>
        resource === "urn:bench:opaque"
          ? { scope: "", accessTokenFormat: "opaque" }
          : { scope: "", accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } },
    },
  },
});
server.on("request", provider.callback());
console.log(`listening on ${url}`);
