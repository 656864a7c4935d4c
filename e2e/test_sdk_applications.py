"""msgraph-sdk, unmodified: applications, service principals, secrets, permissions, devices, organisation."""

import uuid

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import (
    RemovePasswordPostRequestBody,
)
from msgraph.generated.devices.devices_request_builder import DevicesRequestBuilder
from msgraph.generated.models.alternative_security_id import AlternativeSecurityId
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.device import Device
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.web_application import WebApplication
from msgraph.generated.service_principals.service_principals_request_builder import ServicePrincipalsRequestBuilder

from graph import Graph, unique
from people import GRAPH_APP_ID


async def test_an_application_gets_a_secret_that_works(sdk, server):
    made = await sdk.applications.post(
        Application(display_name=unique("app"), web=WebApplication(redirect_uris=["https://app.xyz.example/back"]))
    )
    assert made.id and uuid.UUID(made.app_id) and made.sign_in_audience
    principal = await sdk.service_principals.post(ServicePrincipal(app_id=made.app_id))
    assert principal.display_name == made.display_name and principal.app_id == made.app_id
    where = sdk.applications.by_application_id(made.id)
    body = AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="first"))
    secret = await where.add_password.post(body)
    assert secret.secret_text and secret.key_id and secret.hint == secret.secret_text[:3]
    got = await where.get()
    assert [(c.key_id, c.secret_text) for c in got.password_credentials] == [(secret.key_id, None)]
    assert Graph(server, server.token(made.app_id, secret.secret_text)).ask("GET", "/v1.0/users", 403)
    await where.remove_password.post(RemovePasswordPostRequestBody(key_id=secret.key_id))
    assert (await where.get()).password_credentials == []
    by_app_id = await sdk.applications_with_app_id(made.app_id).get()
    assert by_app_id.id == made.id
    await where.delete()
    with pytest.raises(ODataError) as gone:
        await where.get()
    assert gone.value.response_status_code == 404


async def test_a_permission_that_is_granted_is_in_the_next_token(sdk, server, graph):
    app, principal = graph.app("granted")
    secret = graph.secret(app)
    resource = await sdk.service_principals_with_app_id(GRAPH_APP_ID).get()
    role = next(role for role in resource.app_roles if role.value == "Group.Read.All")
    given = AppRoleAssignment(
        principal_id=uuid.UUID(principal["id"]), resource_id=uuid.UUID(resource.id), app_role_id=role.id
    )
    where = sdk.service_principals.by_service_principal_id(principal["id"]).app_role_assignments
    assignment = await where.post(given)
    assert assignment.id and str(assignment.app_role_id) == str(role.id)
    mine = Graph(server, server.token(app["appId"], secret))
    mine.get("/v1.0/groups")
    mine.ask("GET", "/v1.0/users", 403)
    assert [a.id for a in (await where.get()).value] == [assignment.id]
    await where.by_app_role_assignment_id(assignment.id).delete()
    assert (await where.get()).value == []
    Graph(server, server.token(app["appId"], secret)).ask("GET", "/v1.0/groups", 403)


async def test_service_principals_are_found_by_name(sdk):
    query = ServicePrincipalsRequestBuilder.ServicePrincipalsRequestBuilderGetQueryParameters(
        filter="displayName eq 'Microsoft Graph'", select=["id", "appId"]
    )
    found = await sdk.service_principals.get(RequestConfiguration(query_parameters=query))
    assert [principal.app_id for principal in found.value] == [GRAPH_APP_ID]


async def test_a_device_is_registered_found_and_removed(sdk):
    device_id = str(uuid.uuid4())
    made = await sdk.devices.post(
        Device(
            account_enabled=True,
            display_name=unique("laptop"),
            device_id=device_id,
            operating_system="Linux",
            operating_system_version="12",
            alternative_security_ids=[AlternativeSecurityId(type=2, key=b"Y3YxN2E1MWFlYw==")],
        )
    )
    query = DevicesRequestBuilder.DevicesRequestBuilderGetQueryParameters(filter=f"deviceId eq '{device_id}'")
    found = await sdk.devices.get(RequestConfiguration(query_parameters=query))
    assert [device.id for device in found.value] == [made.id]
    assert (await sdk.devices_with_device_id(device_id).get()).display_name == made.display_name
    await sdk.devices.by_device_id(made.id).patch(Device(account_enabled=False))
    assert (await sdk.devices.by_device_id(made.id).get()).account_enabled is False
    await sdk.devices.by_device_id(made.id).delete()
    with pytest.raises(ODataError) as gone:
        await sdk.devices.by_device_id(made.id).get()
    assert gone.value.response_status_code == 404


async def test_the_organisation_and_its_domain_are_there(sdk, server):
    organization = (await sdk.organization.get()).value[0]
    assert organization.id == server.tenant and organization.display_name == "XYZ Ltd."
    domain = await sdk.domains.by_domain_id("xyz.example").get()
    assert domain.is_default and domain.is_verified


async def test_roles_are_listed_and_given(sdk, graph):
    from msgraph.generated.models.unified_role_assignment import UnifiedRoleAssignment

    definitions = await sdk.role_management.directory.role_definitions.get()
    reader = next(role for role in definitions.value if role.display_name == "Global Reader")
    user = graph.user("reader")
    where = sdk.role_management.directory.role_assignments
    given = await where.post(
        UnifiedRoleAssignment(role_definition_id=reader.id, principal_id=user["id"], directory_scope_id="/")
    )
    assert given.id
    got = await where.by_unified_role_assignment_id(given.id).get()
    assert (got.principal_id, got.role_definition_id) == (user["id"], reader.id)
    await where.by_unified_role_assignment_id(given.id).delete()
