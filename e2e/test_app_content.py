"""Packages uploaded as Intune's tools do it: a content version, a file, blocks by Azure's own client, a commit, a published app."""

import base64
import hashlib
import hmac
import os

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobBlock, BlobClient
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from castellan import Server
from graph import Graph, unique

APPS = "/beta/deviceAppManagement/mobileApps"
KIND = "microsoft.graph.linuxPackageApp"
MEGABYTE = 1 << 20


class Package:
    """A file and how it travels: encrypted, with its code in front."""

    def __init__(self, size: int):
        self.clear = os.urandom(size)
        key, mac_key, vector = os.urandom(32), os.urandom(32), os.urandom(16)
        padder = padding.PKCS7(128).padder()
        cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        sealed = vector + cipher.update(padder.update(self.clear) + padder.finalize()) + cipher.finalize()
        mac = hmac.new(mac_key, sealed, hashlib.sha256).digest()
        self.bytes = mac + sealed
        text = lambda raw: base64.b64encode(raw).decode()  # noqa: E731
        self.info = {
            "encryptionKey": text(key), "macKey": text(mac_key), "initializationVector": text(vector), "mac": text(mac),
            "profileIdentifier": "ProfileVersion1", "fileDigestAlgorithm": "SHA256",
            "fileDigest": text(hashlib.sha256(self.clear).digest()),
        }


class File:
    """A file of a new application, open for its bytes."""

    def __init__(self, graph: Graph, package: Package):
        self.graph = graph
        app = {
            "@odata.type": f"#{KIND}", "displayName": unique("editor"), "packageType": "deb",
            "packageName": "xyz-editor", "packageVersion": "1.0",
        }
        self.app = f"{APPS}/{graph.post(APPS, app, 201)['id']}"
        self.version = graph.post(f"{self.app}/{KIND}/contentVersions", {}, 201)["id"]
        files = f"{self.app}/{KIND}/contentVersions/{self.version}/files"
        told = {
            "@odata.type": "#microsoft.graph.mobileAppContentFile", "name": "editor.deb", "size": len(package.clear),
            "sizeEncrypted": len(package.bytes), "manifest": None, "isDependency": False,
        }
        self.path = f"{files}/{graph.post(files, told, 201)['id']}"

    def read(self) -> dict:
        return self.graph.get(self.path)

    def blob(self, **more) -> BlobClient:
        uri = self.read()["azureStorageUri"]
        return BlobClient.from_blob_url(uri, connection_verify=self.graph.server.ca, retry_total=0, **more)


def test_a_package_goes_up_in_blocks_and_is_what_devices_are_given(graph):
    package = Package(9 * MEGABYTE)
    file = File(graph, package)
    assert file.read()["uploadState"] == "azureStorageUriRequestSuccess"
    blob = file.blob(max_single_put_size=MEGABYTE, max_block_size=4 * MEGABYTE)
    blob.upload_blob(package.bytes, blob_type="BlockBlob", max_concurrency=3)
    graph.post(f"{file.path}/commit", {"fileEncryptionInfo": package.info})
    done = file.read()
    assert (done["uploadState"], done["isCommitted"], done["azureStorageUri"]) == ("commitFileSuccess", True, None)
    graph.patch(file.app, {"@odata.type": f"#{KIND}", "committedContentVersion": file.version})
    app = graph.get(file.app)
    assert (app["publishingState"], app["size"], app["fileName"]) == ("published", len(package.clear), "editor.deb")
    assert app["packageSha256"] == hashlib.sha256(package.clear).hexdigest()
    with pytest.raises(HttpResponseError):
        BlobClient.from_blob_url(done["azureStorageUri"] or blob.url, connection_verify=graph.server.ca, retry_total=0) \
            .upload_blob(package.bytes, blob_type="BlockBlob")


def test_blocks_come_in_any_order_and_again(graph):
    package = Package(3 * MEGABYTE)
    file = File(graph, package)
    blob, names = file.blob(), ["MDAw", "MDAx", "MDAy", "MDAz"]
    pieces = [package.bytes[at * MEGABYTE:(at + 1) * MEGABYTE] for at in range(4)]
    blob.stage_block("MDAx", b"something else")
    for name, piece in reversed(list(zip(names, pieces, strict=True))):
        blob.stage_block(name, piece)
    blob.commit_block_list([BlobBlock(name) for name in names])
    graph.post(f"{file.path}/commit", {"fileEncryptionInfo": package.info})
    assert file.read()["isCommitted"]


def test_blocks_do_not_come_again_for_ever(graph):
    package = Package(MEGABYTE)
    with File(graph, package).blob() as blob:
        for _ in range(3):
            blob.stage_block("AAAA", package.bytes[:MEGABYTE])
        with pytest.raises(HttpResponseError) as refused:
            blob.stage_block("AAAA", package.bytes[:MEGABYTE])
        assert refused.value.status_code == 409


def test_what_does_not_hold_is_refused(graph, server):
    package = Package(MEGABYTE)
    file = File(graph, package)
    said = graph.ask("POST", f"{file.path}/commit", 400, json={"fileEncryptionInfo": package.info}).json()
    assert "has not been uploaded" in said["error"]["message"]
    uri = file.read()["azureStorageUri"]
    with server.http() as http:
        for changed in (uri[:-3] + "AAA", uri.replace("se=", "se=9"), uri.split("?")[0], uri.replace(server.tenant, str(file.version))):
            answer = http.put(changed, content=package.bytes)
            assert answer.status_code == 403 and "<Code>AuthenticationFailed</Code>" in answer.text, changed
        assert http.get(uri).status_code == 405
        assert http.put(f"{uri}&comp=block&blockid=QQ==", content=package.bytes + b"x").status_code == 409
        assert http.put(f"{uri}&comp=blocklist", content=b"<BlockList><Latest>QQ==</Latest></BlockList>").status_code == 400
        assert http.put(f"{uri}&comp=blocklist", content=b"no list").status_code == 400
        assert http.put(uri, content=package.bytes[:-1]).status_code == 400
        assert http.put(uri, content=package.bytes, headers={"x-ms-blob-type": "BlockBlob"}).status_code == 201
    for name in ("macKey", "mac", "encryptionKey", "fileDigest"):
        wrong = {**package.info, name: base64.b64encode(bytes(32)).decode()}
        graph.ask("POST", f"{file.path}/commit", 400, json={"fileEncryptionInfo": wrong})
    graph.ask("PATCH", file.app, 400, json={"@odata.type": f"#{KIND}", "committedContentVersion": file.version})
    graph.post(f"{file.path}/commit", {"fileEncryptionInfo": package.info})
    graph.ask("POST", f"{file.path}/commit", 400, json={"fileEncryptionInfo": package.info})


def test_only_who_may_write_applications_is_told_where_bytes_go(graph, server: Server):
    file = File(graph, Package(1_000))
    app, principal = graph.app("reader")
    [resource] = graph.get("/v1.0/servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'")["value"]
    [role] = [one["id"] for one in resource["appRoles"] if one["value"] == "DeviceManagementApps.Read.All"]
    grant = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": role}
    graph.post(f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignments", grant, 201)
    reader = Graph(server, server.token(app["appId"], graph.secret(app)))
    assert reader.get(file.path)["azureStorageUri"] is None
    reader.ask("POST", f"{file.path}/commit", 403, json={})


def test_a_package_of_many_megabytes_goes_up_at_once_too(graph):
    package = Package(6 * MEGABYTE)
    file = File(graph, package)
    graph.ask("PUT", f"{file.app}/content", 204, content=package.clear)
    assert graph.get(file.app)["packageSha256"] == hashlib.sha256(package.clear).hexdigest()
