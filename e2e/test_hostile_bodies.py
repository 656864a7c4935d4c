"""Bodies that are begun and never come: they take nothing from others."""

import socket
import ssl

from graph import unique
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, PingAckReceived, SettingsAcknowledged

STREAMS = 250


def wait_for(kind: type, tls: ssl.SSLSocket, http2: H2Connection) -> None:
    """Take in what the server says until it says this; the socket has a limit of its own."""
    while data := tls.recv(65536):
        for event in http2.receive_data(data):
            assert not isinstance(event, ConnectionTerminated), event
            if isinstance(event, kind):
                return
    raise AssertionError(f"the server hung up before {kind.__name__}")


def begun(server) -> tuple[ssl.SSLSocket, H2Connection]:
    """One connection of a stranger with as many requests as it may have, of each of which the headers alone have come."""
    trust = ssl.create_default_context(cafile=server.ca)
    trust.set_alpn_protocols(["h2"])
    tls = trust.wrap_socket(socket.create_connection(("localhost", server.port), timeout=20), server_hostname="localhost")
    http2 = H2Connection(H2Configuration(client_side=True))
    http2.initiate_connection()
    for _ in range(STREAMS):
        headers = [(":method", "POST"), (":scheme", "https"), (":authority", f"localhost:{server.port}"), (":path", "/v1.0/users")]
        http2.send_headers(http2.get_next_available_stream_id(), headers)
    tls.sendall(http2.data_to_send())
    wait_for(SettingsAcknowledged, tls, http2)
    # The answer to a ping comes after all that was sent before it was taken in.
    http2.ping(b"12345678")
    tls.sendall(http2.data_to_send())
    wait_for(PingAckReceived, tls, http2)
    return tls, http2


def test_requests_whose_bodies_never_come_take_no_room_from_others(server, graph):
    connections = [begun(server) for _ in range(2)]
    body = {"mailNickname": unique("large"), "mailEnabled": False, "securityEnabled": True, "description": "x" * 200_000}
    graph.ask("POST", "/v1.0/groups", 201, json={**body, "displayName": unique("large")})
    answer = graph.http.post("/v1.0/groups", json={"displayName": "x" * 3_000_000})
    assert answer.status_code == 400, "read, and refused for what it says"
    for tls, _ in connections:
        tls.close()
