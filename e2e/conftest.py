"""What tests share: one server, a client that may do everything, and trust in the server's certificate authority."""

import os
import ssl
from pathlib import Path

import pytest

from castellan import Server
from graph import Graph


def pytest_addoption(parser):
    parser.addoption("--programs", default="target/debug", help="folder with the built programs")
    parser.addoption("--web", default=None, help="folder with a build of web/ (`vite build`), shown in place of the program's own")
    parser.addoption("--list-people", type=int, default=100_000, help="how many people bench_list.py puts into its list")
    parser.addoption("--list-data", default=None, help="folder in which bench_list.py keeps them for the next time")
    parser.addoption("--pictures", default=None, help="folder for pictures of the pages that Chromium sees")
    parser.addoption("--diary", default=None, help="file that a run which does not come to its end leaves: what failed, and where it was")


class Diary:
    """What failed so far and which test runs. Whoever ends the run from outside, or the limit of one test, finds it here: pytest
    itself says what failed at its end only, and a coroutine or a greenlet is in no thread's stack."""

    def __init__(self, path: Path):
        self.path = path
        self.failed = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid):
        self.path.write_text(f"{self.failed}it was in {nodeid}\n")

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed += f"FAILED {report.nodeid} ({report.when})\n{report.longreprtext}\n"

    def pytest_sessionfinish(self):
        self.path.unlink(missing_ok=True)


def pytest_configure(config):
    if path := config.getoption("--diary"):
        config.pluginmanager.register(Diary(Path(path)))


@pytest.fixture(scope="session")
def programs(request) -> Path:
    folder = Path(request.config.getoption("--programs")).resolve()
    assert (folder / "castellan").exists(), f"there is no program `castellan` in {folder}"
    return folder


@pytest.fixture(scope="session")
def server(programs, tmp_path_factory):
    """The server that most tests use. The clients' own settings for trust name its authority; nothing turns checks off."""
    server = Server(programs, tmp_path_factory.mktemp("server") / "data")
    server.start()
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = server.ca
    yield server
    code, tail = server.stop(), server.tail()
    assert code == 0, tail
    assert "panicked" not in server.log.read_text(errors="replace"), tail


@pytest.fixture(scope="session")
def bootstrap(server) -> dict:
    return server.bootstrap


@pytest.fixture(scope="session")
def graph(server) -> Graph:
    return Graph(server)


@pytest.fixture
def spare(programs, tmp_path):
    """Servers for a test alone, ended with it."""
    started = []

    def start(*options: str, name: str = "data", **more) -> Server:
        server = Server(programs, tmp_path / name, *options, **more)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        if server.process:
            server.kill()


@pytest.fixture(scope="session")
def trust(server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca)


@pytest.fixture(scope="session")
def chromium(request, server, tmp_path_factory):
    """One browser for all tests of this run."""
    from chromium import Chromium

    pictures = request.config.getoption("--pictures")
    folder = Path(pictures).resolve() if pictures else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    web = request.config.getoption("--web")
    browser = Chromium(server.ca, tmp_path_factory.mktemp("home"), folder, web=Path(web).resolve() if web else None)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def sdk_as(server, trust):
    """msgraph-sdk, unmodified: its own middleware; only the address is ours. Takes the credential to ask with."""
    import httpx
    from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.graph_request_adapter import options
    from msgraph_core import GraphClientFactory

    def client(credential) -> GraphServiceClient:
        identity = AzureIdentityAuthenticationProvider(credential, allowed_hosts=["localhost"])
        http = GraphClientFactory.create_with_default_middleware(
            options=options, client=httpx.AsyncClient(verify=trust, timeout=30, http2=True), host=server.url
        )
        adapter = GraphRequestAdapter(identity, client=http)
        adapter.base_url = f"{server.url}/v1.0"
        return GraphServiceClient(request_adapter=adapter)

    return client


@pytest.fixture(scope="session")
def sdk(server, sdk_as):
    """The SDK as the client that may do everything, with azure-identity's own credential."""
    from azure.identity import ClientSecretCredential

    known = server.bootstrap
    credential = ClientSecretCredential(
        known["tenantId"],
        known["clientId"],
        known["clientSecret"],
        authority=server.url,
        disable_instance_discovery=True,
        connection_verify=server.ca,
    )
    return sdk_as(credential)
