"""A receiver of shared signals, written from the specifications (SSF 1.0, RFC 8417, RFC 8935, RFC 8936) and from nothing of
the server's: it discovers the transmitter, makes streams, and believes only what verifies."""

import http.server
import json
import threading
import time

import jwt

PUSH, POLL = "urn:ietf:rfc:8935", "urn:ietf:rfc:8936"
CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
SSF = "https://schemas.openid.net/secevent/ssf/event-type/"


class Endpoint:
    """Where tokens are pushed to. It takes what comes, and notes when; as long as `answers` says so."""

    def __init__(self, authorization: str):
        self.authorization, self.answers, self.came = authorization, 202, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                assert self.headers["content-type"] == "application/secevent+jwt"
                is_known = self.headers["authorization"] == outer.authorization
                status = outer.answers if is_known else 401
                outer.came.append((time.monotonic(), status, body))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Receiver:
    """An application with the permission to manage its own streams."""

    def __init__(self, server, client_id: str, client_secret: str):
        self.server, self.client_id = server, client_id
        self.http = server.http()
        self.issuer = f"{server.authority}/v2.0"
        path = f"/.well-known/ssf-configuration/{server.tenant}/v2.0"
        self.known = self.http.get(path).raise_for_status().json()
        assert self.known["issuer"] == self.issuer, "SSF 7.2.4"
        assert self.known["spec_version"] == "1_0"
        assert {PUSH, POLL} <= set(self.known["delivery_methods_supported"])
        assert {"spec_urn": "urn:ietf:rfc:6749"} in self.known["authorization_schemes"]
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": f"{server.url}/ssf/.default",
        }
        answer = self.http.post(f"/{server.tenant}/oauth2/v2.0/token", data=form)
        assert answer.status_code == 200, answer.text
        self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        keys = self.http.get(self.known["jwks_uri"]).raise_for_status().json()
        self.keys = jwt.PyJWKSet.from_dict(keys)
        self.seen: set[str] = set()

    def create(self, **body) -> dict:
        answer = self.http.post(self.known["configuration_endpoint"], json=body)
        assert answer.status_code == 201, answer.text
        stream = answer.json()
        assert stream["iss"] == self.issuer and stream["aud"] == self.client_id
        assert set(stream["events_delivered"]) <= set(stream["events_supported"])
        return stream

    def read(self, token: str, again: bool = False) -> tuple[str, dict, dict]:
        """The event of a token, its claims and its own data; everything that RFC 8417 and SSF 4.1 ask for is checked."""
        header = jwt.get_unverified_header(token)
        assert header["typ"].lower() == "secevent+jwt" and header["alg"] == "RS256"
        claims = jwt.decode(
            token,
            self.keys[header["kid"]].key,
            algorithms=["RS256"],
            audience=self.client_id,
            issuer=self.issuer,
            options={"require": ["iss", "iat", "jti", "aud", "sub_id", "events"], "verify_sub": False},
        )
        assert not {"exp", "sub"} & set(claims), "SSF 4.1.7, 4.1.8"
        assert again or claims["jti"] not in self.seen, "a jti comes once"
        self.seen.add(claims["jti"])
        (event, data), = claims["events"].items()
        return event, claims, data

    def poll(self, stream: dict, **body) -> list[tuple[str, dict, dict]]:
        """Ask for tokens, and acknowledge those of before."""
        answer = self.http.post(stream["delivery"]["endpoint_url"], json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        sets = answer.json()["sets"]
        read = [self.read(token, again=True) for token in sets.values()]
        assert {claims["jti"] for _, claims, _ in read} == set(sets)
        return read

    def user(self, user: dict) -> dict:
        """The subject identifier of somebody (RFC 9493 3.2.3), as ID tokens name them."""
        return {"format": "iss_sub", "iss": self.issuer, "sub": user["id"]}


def text(value) -> str:
    return json.dumps(value)
