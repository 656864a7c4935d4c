"""Requests of which the headers alone come: they have an end of their own, and take nothing from those that come whole."""

import re
import socket
import ssl
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import PingAckReceived, ResponseReceived

STREAMS = 250
CONNECTIONS = 5
FROM = "127.0.0.3"
LISTEN = Path(__file__).parent.parent / "server" / "src" / "listen.rs"


def of_one_address() -> int:
    """How many bodies may be on their way from one address, as the program says it."""
    text = LISTEN.read_text()
    every = int(re.search(r"ARRIVING_MAX: usize = ([0-9_]+);", text)[1].replace("_", ""))
    return every // int(re.search(r"ARRIVING_OF_ONE_MAX: usize = ARRIVING_MAX / (\d+);", text)[1])


def begin(server) -> tuple[ssl.SSLSocket, int]:
    """A connection with as many requests as it may have, and how many of them were told to come back."""
    trust = ssl.create_default_context(cafile=server.ca)
    trust.set_alpn_protocols(["h2"])
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=20, source_address=(FROM, 0))
    tls = trust.wrap_socket(plain, server_hostname="localhost")
    http2 = H2Connection(H2Configuration(client_side=True))
    http2.initiate_connection()
    path = [(":method", "POST"), (":scheme", "https"), (":authority", f"localhost:{server.port}"), (":path", "/v1.0/users")]
    for _ in range(STREAMS):
        http2.send_headers(http2.get_next_available_stream_id(), path)
    http2.ping(b"12345678")
    tls.sendall(http2.data_to_send())
    refused, is_taken_in = 0, False
    # What is refused is refused at once; the answer to the ping may overtake it.
    tls.settimeout(2)
    while True:
        try:
            data = tls.recv(65536)
        except TimeoutError:
            break
        assert data, "the server hung up"
        for event in http2.receive_data(data):
            is_taken_in |= isinstance(event, PingAckReceived)
            refused += isinstance(event, ResponseReceived) and (b":status", b"503") in event.headers
        tls.sendall(http2.data_to_send())
    assert is_taken_in
    return tls, refused


def test_who_sends_headers_alone_holds_up_nobody_but_others_who_do(server, graph):
    open_ones = [begin(server) for _ in range(CONNECTIONS)]
    refused = sum(count for _, count in open_ones)
    assert refused == STREAMS * CONNECTIONS - of_one_address()
    assert graph.get("/v1.0/users?$top=1")["value"], "what comes whole is answered"
    for tls, _ in open_ones:
        tls.close()
