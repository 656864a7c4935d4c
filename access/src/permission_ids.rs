//! The names and ids of the permissions of Microsoft Graph that mean something here. A table of public facts: the ids are
//! Graph's own, so that `requiredResourceAccess` of an exported app registration fits without translation.
//!
//! What each permission allows stands in `matrix`.

use crate::permission::Permission;

const fn admin(name: &'static str, role: &'static str, scope: &'static str) -> Permission {
    Permission { name, role, scope, users_may_consent: false }
}

const fn user(name: &'static str, role: &'static str, scope: &'static str) -> Permission {
    Permission { name, role, scope, users_may_consent: true }
}

/// Name, id as an application permission, id as a delegated permission; empty where there is none.
pub(crate) const TABLE: &[Permission] = &[
    user("User.Read", "", "e1fe6dd8-ba31-4d61-89e7-88639da4683d"),
    user("User.ReadWrite", "", "b4e74841-8e56-480b-be8b-910348b18b4c"),
    admin("User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "a154be20-db9c-4678-8ab7-66f6cc099a59"),
    admin("User.ReadUpdate.All", "5639c449-cfd9-4088-bc48-3e16da108bf8", "f8b099f1-a6ce-4e00-8fff-5f783ff4faeb"),
    admin("User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca", "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4"),
    admin("User.Create", "4240f680-4f73-4082-a766-aa916a2dc9b3", "d8ce6a2a-46ff-438e-96bc-020f23870a55"),
    admin("User.DeleteRestore.All", "eccc023d-eccf-4e7b-9683-8813ab36cecc", "4bb440cd-2cf2-4f90-8004-aa2acd2537c5"),
    admin(
        "User.EnableDisableAccount.All",
        "3011c876-62b7-4ada-afa2-506cbbecc68c",
        "f92e74e7-2563-467f-9dd0-902688cb5863",
    ),
    admin("User.RevokeSessions.All", "77f3a031-c388-4f99-b373-dc68676a979e", "fc30e98b-8810-4501-81f5-c20a3196387b"),
    admin("User.ManageIdentities.All", "c529cfca-c91b-489c-af2b-d92990b66ce6", "637d7bec-b31e-4deb-acc9-24275642a2c9"),
    admin(
        "User-PasswordProfile.ReadWrite.All",
        "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7",
        "56760768-b641-451f-8906-e1b8ab31bca7",
    ),
    admin(
        "User-LifeCycleInfo.ReadWrite.All",
        "925f1248-0f97-47b9-8ec8-538c54e01325",
        "7ee7473e-bd4b-4c9f-987c-bd58481f5fa2",
    ),
    admin("User-Phone.ReadWrite.All", "86ceff06-c822-49ff-989a-d912845ffe69", "e29d5979-5b06-4a7f-ae24-6a9348d2e1ff"),
    admin("User-Mail.ReadWrite.All", "280d0935-0796-47d1-8d26-273470a3f17a", "6166886a-9576-433b-8544-658177bdef1d"),
    user("UserAuthenticationMethod.Read", "", "1f6b61c5-2f65-4135-9c9f-31c0f8d32b52"),
    user("UserAuthenticationMethod.ReadWrite", "", "48971fc1-70d7-4245-af77-0beb29b53ee2"),
    admin(
        "UserAuthenticationMethod.Read.All",
        "38d9df27-64da-44fd-b7c5-a6fbac20248f",
        "aec28ec7-4d02-4e8c-b864-50163aea77eb",
    ),
    admin(
        "UserAuthenticationMethod.ReadWrite.All",
        "50483e42-d915-4231-9639-7fdb7fd190e5",
        "b7887744-6746-4312-813d-72daeaee7e2d",
    ),
    admin("Group.Create", "bf7b1a76-6e77-406b-b258-bf5c7720e98f", ""),
    admin("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b", "5f8c59db-677d-491f-a6b8-5f174b11ec1d"),
    admin("Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09", "4e46008b-f24c-477d-8fff-7bb4ec7aafe0"),
    admin("GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6", "bc024368-1153-4739-b217-4326f2e966d0"),
    admin("GroupMember.ReadWrite.All", "dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "f81125ac-d3b7-4573-a3b2-7099cc39df9e"),
    admin("OrgContact.Read.All", "e1a88a34-94c4-4418-be12-c87b00e26bea", "08432d1b-5911-483c-86df-7980af5cdee0"),
    admin("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "06da0dbc-49e2-44d2-8312-53f166ab848a"),
    admin("Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7", "c5366453-9fb0-48a5-a156-24f0c49a4b84"),
    admin("Directory.AccessAsUser.All", "", "0e263e50-5827-48a4-b97c-d940288653c7"),
    user("Device.Read", "", "11d4cd79-5ba5-460f-803f-e22c8ab85ccd"),
    admin("Device.Read.All", "7438b122-aefc-4978-80ed-43db9fcc7715", "951183d1-1a61-466f-a6d1-1fde911bfd95"),
    admin("Device.ReadWrite.All", "1138cb37-bd11-4084-a2b7-9f71582aeddb", ""),
    admin("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "c79f8feb-a9db-4090-85f9-90d820caa0eb"),
    admin("Application.ReadUpdate.All", "fc023787-fd04-4e44-9bc7-d454f00c0f0a", "0586a906-4d89-4de8-b3c8-1aacdcc0c679"),
    admin("Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "bdfbf15f-ee85-4955-8675-146e8e5296b5"),
    admin("Application.ReadWrite.OwnedBy", "18a4783c-866b-4cc7-a460-3d5e5662c884", ""),
    admin(
        "AppRoleAssignment.ReadWrite.All",
        "06b708a9-e830-4db3-a914-8e69da51d44f",
        "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
    ),
    admin(
        "DelegatedPermissionGrant.Read.All",
        "81b4724a-58aa-41c1-8a55-84ef97466587",
        "a197cdc4-a8e8-4d49-9d35-4ca7c83887b4",
    ),
    admin(
        "DelegatedPermissionGrant.ReadWrite.All",
        "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
        "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
    ),
    admin("Synchronization.Read.All", "5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce", "7aa02aeb-824f-4fbe-a3f7-611f751f5b55"),
    admin(
        "Synchronization.ReadWrite.All",
        "9b50c33d-700f-43b1-b2eb-87e89b703581",
        "7bb27fa3-ea8f-4d67-a916-87715b6188bd",
    ),
    admin(
        "SynchronizationData-User.Upload",
        "db31e92a-b9ea-4d87-bf6a-75a37a9ca35a",
        "1a2e7420-4e92-4d2b-94cb-fb2952e9ddf7",
    ),
    admin("SynchronizationData-User.Upload.OwnedBy", "25c32ff3-849a-494b-b94f-20a8ac4e6774", ""),
    admin("RoleManagement.Read.All", "c7fbd983-d9aa-4fa7-84b8-17382c103bc4", "48fec646-b2ba-4019-8681-8eb31435aded"),
    admin(
        "RoleManagement.Read.Directory",
        "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
        "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
    ),
    admin(
        "RoleManagement.ReadWrite.Directory",
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
        "d01b97e9-cbc0-49fe-810a-750afd5527a3",
    ),
    admin(
        "RoleEligibilitySchedule.Read.Directory",
        "ff278e11-4a33-4d0c-83d2-d01dc58929a5",
        "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d",
    ),
    admin(
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "fee28b28-e1f3-4841-818e-2704dc62245f",
        "62ade113-f8e0-4bf9-a6ba-5acb31db32fd",
    ),
    admin(
        "RoleEligibilitySchedule.Remove.Directory",
        "79c7e69c-0d9f-4eff-97a8-49170a5a08ba",
        "58ac4fa2-b484-4d6e-ba97-beee2a574220",
    ),
    admin(
        "RoleAssignmentSchedule.Read.Directory",
        "d5fe8ce8-684c-4c83-a52c-46e882ce4be1",
        "344a729c-0285-42c6-9014-f12b9b8d6129",
    ),
    admin(
        "RoleAssignmentSchedule.ReadWrite.Directory",
        "dd199f4a-f148-40a4-a2ec-f0069cc799ec",
        "8c026be3-8e26-4774-9372-8d5d6f21daff",
    ),
    admin(
        "RoleAssignmentSchedule.Remove.Directory",
        "d3495511-98b7-4df3-b317-4e35c19f6129",
        "f71cd05c-3fdb-4568-aef2-e1cf62ee20d4",
    ),
    admin(
        "RoleManagementPolicy.Read.Directory",
        "fdc4c997-9942-4479-bfcb-75a36d1138df",
        "3de2cdbe-0ff5-47d5-bdee-7f45b4749ead",
    ),
    admin(
        "RoleManagementPolicy.ReadWrite.Directory",
        "31e08e0a-d3f7-4ca2-ac39-7343fb83e8ad",
        "1ff1be21-34eb-448c-9ac9-ce1f506b2a68",
    ),
    admin(
        "AdministrativeUnit.Read.All",
        "134fd756-38ce-4afd-ba33-e9623dbe66c2",
        "3361d15d-be43-4de6-b441-3c746d05163d",
    ),
    admin(
        "AdministrativeUnit.ReadWrite.All",
        "5eb59dd3-1da2-4329-8733-9dabdc435916",
        "7b8a2d34-6b3f-4542-a343-54651608ad81",
    ),
    admin("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6", "4908d5b9-3fb2-4b1e-9336-1888b7937185"),
    admin("Organization.ReadWrite.All", "292d869f-3427-49a8-9dab-8c70152b74e9", "46ca0847-7e6b-426e-9775-ea810a948356"),
    admin(
        "OrganizationalBranding.Read.All",
        "eb76ac34-0d62-4454-b97c-185e4250dc20",
        "9082f138-6f02-4f3a-9f4d-5f3c2ce5c688",
    ),
    admin(
        "OrganizationalBranding.ReadWrite.All",
        "d2ebfbc1-a5f8-424b-83a6-56ab5927a73c",
        "15ce63de-b141-4c9a-a9a5-241bf27c6aaf",
    ),
    admin("Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664", "2f9ee017-59c1-4f1d-9472-bd5529a7b311"),
    admin("Domain.ReadWrite.All", "7e05723c-0bb0-42da-be95-ae9f08a6e53c", "0b5d694c-a244-4bde-86e6-eb5cd07730fe"),
    admin("LicenseAssignment.Read.All", "e2f98668-2877-4f38-a2f4-8202e0717aa1", "f395577a-0960-456b-979f-7228de0c5996"),
    admin(
        "LicenseAssignment.ReadWrite.All",
        "5facf0c1-8979-4e95-abcf-ff3d079771c0",
        "f55016cc-149c-447e-8f21-7cf3ec1d6350",
    ),
    admin("Policy.Read.All", "246dd0d5-5bd0-4def-940b-0421030a5b68", "572fea84-0151-49b2-9301-11cb16974376"),
    admin(
        "Policy.Read.ConditionalAccess",
        "37730810-e9ba-4e46-b07e-8ca78d182097",
        "633e0fce-8c58-4cfb-9495-12bbd5a24f7c",
    ),
    admin(
        "Policy.ReadWrite.ApplicationConfiguration",
        "be74164b-cff1-491c-8741-e671cb536e13",
        "b27add92-efb2-4f16-84f5-8108ba77985c",
    ),
    admin(
        "Policy.ReadWrite.ConditionalAccess",
        "01c0a623-fc9b-48e9-b794-0756f8e8f067",
        "ad902697-1014-4ef5-81ef-2b4301988e8c",
    ),
    admin(
        "Policy.Read.AuthenticationMethod",
        "8e3bc81b-d2f3-4b7b-838c-32c88218d2f0",
        "a6ff13ac-1851-4993-8ca9-a671d70de2d5",
    ),
    admin(
        "Policy.ReadWrite.AuthenticationMethod",
        "29c18626-4985-4dcd-85c0-193eef327366",
        "7e823077-d88e-468f-a337-e18f1f0e6c7c",
    ),
    admin("IdentityProvider.Read.All", "e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0", "43781733-b5a7-4d1b-98f4-e8edff23e1a9"),
    admin(
        "IdentityProvider.ReadWrite.All",
        "90db2b9a-d928-4d33-a4dd-8442ae3d41e4",
        "f13ce604-1677-429f-90bd-8a10b9f01325",
    ),
    admin("IdentityRiskEvent.Read.All", "6e472fd1-ad78-48da-a0f0-97ab2c6b769e", "8f6a01e7-0391-4ee5-aa22-a3af122cef27"),
    admin("IdentityRiskyUser.Read.All", "dc5007c0-2d7d-4c42-879c-2dab87571379", "d04bb851-cb7c-4146-97c7-ca3e71baf56c"),
    admin(
        "IdentityRiskyUser.ReadWrite.All",
        "656f6061-f9fe-4807-9708-6a2e0934df76",
        "e0a7cdbb-08b0-4697-8264-0069786e9674",
    ),
    admin(
        "DeviceManagementManagedDevices.Read.All",
        "2f51be20-0bb4-4fed-bf7b-db946066c75e",
        "314874da-47d6-4978-88dc-cf0d37f0bb82",
    ),
    admin(
        "DeviceManagementManagedDevices.ReadWrite.All",
        "243333ab-4d21-40cb-a475-36241daa0842",
        "44642bfe-8385-4adc-8fc6-fe3cb2c375c3",
    ),
    admin(
        "DeviceManagementManagedDevices.PrivilegedOperations.All",
        "5b07b0dd-2377-4e44-a38d-703f09a0dc3c",
        "3404d2bf-2b13-457e-a330-c24615765193",
    ),
    admin(
        "DeviceManagementConfiguration.Read.All",
        "dc377aa6-52d8-4e23-b271-2a7ae04cedf3",
        "f1493658-876a-4c87-8fa7-edb559b3476a",
    ),
    admin(
        "DeviceManagementConfiguration.ReadWrite.All",
        "9241abd9-d0e6-425a-bd4f-47ba86e767a4",
        "0883f392-0a7a-443d-8c76-16a6d39c7b63",
    ),
    admin(
        "DeviceManagementScripts.Read.All",
        "c7a5be92-2b3d-4540-8a67-c96dcaae8b43",
        "d32381d8-ee89-4220-9c83-b672aa68d404",
    ),
    admin(
        "DeviceManagementScripts.ReadWrite.All",
        "9255e99d-faf5-445e-bbf7-cb71482737c4",
        "8b9d79d0-ad75-4566-8619-f7500ecfcebe",
    ),
    admin(
        "DeviceManagementApps.Read.All",
        "7a6ee1e7-141e-4cec-ae74-d9db155731ff",
        "4edf5f54-4666-44af-9de9-0144fb4b6e8c",
    ),
    admin(
        "DeviceManagementApps.ReadWrite.All",
        "78145de6-330d-4800-a6ce-494ff2d33d07",
        "7b3f05d5-f68c-4b8d-8c59-a2ecd12f24af",
    ),
    admin(
        "DeviceManagementServiceConfig.Read.All",
        "06a5fe6d-c49d-46a7-b082-56b1b14103c7",
        "8696daa5-bce5-4b2e-83f9-51b6defc4e1e",
    ),
    admin(
        "DeviceManagementServiceConfig.ReadWrite.All",
        "5ac13192-7ace-4fcf-b828-1a26f28068ee",
        "662ed50a-ac44-4eef-ad86-62eed9be2a29",
    ),
    admin(
        "DeviceManagementRBAC.Read.All",
        "58ca0d9a-1575-47e1-a3cb-007ef2e4583b",
        "49f0cc30-024c-4dfd-ab3e-82e137ee5431",
    ),
    admin(
        "DeviceManagementRBAC.ReadWrite.All",
        "e330c4f0-4170-414e-a55a-2f022ec2b57b",
        "0c5e8a55-87a6-4556-93ab-adc52c4d862d",
    ),
    admin("BitlockerKey.Read.All", "57f1cf28-c0c4-4ec3-9a30-19a2eaaf2f6e", "b27a61ec-b99c-4d6a-b126-c4375d08ae30"),
    admin(
        "DeviceLocalCredential.Read.All",
        "884b599e-4d48-43a5-ba94-15c414d00588",
        "280b3b69-0437-44b1-bc20-3b2fca1ee3e9",
    ),
    admin(
        "EntitlementManagement.Read.All",
        "c74fd47d-ed3c-45c3-9a9e-b8676de685d2",
        "5449aa12-1393-4ea2-a7c7-d0e06c1a56b2",
    ),
    admin(
        "EntitlementManagement.ReadWrite.All",
        "9acd699f-1e81-4958-b001-93b1d2506e19",
        "ae7a573d-81d7-432b-ad44-4ed5c9d89038",
    ),
    user("EntitlementMgmt-SubjectAccess.ReadWrite", "", "e9fdcbbb-8807-410f-b9ec-8d5468c7c2ac"),
    admin(
        "LifecycleWorkflows.Read.All",
        "7c67316a-232a-4b84-be22-cea2c0906404",
        "9bcb9916-765a-42af-bf77-02282e26b01a",
    ),
    admin(
        "LifecycleWorkflows.ReadWrite.All",
        "5c505cf4-8424-4b8e-aa14-ee06e3bb23e3",
        "84b9d731-7db8-4454-8c90-fd9e95350179",
    ),
    admin(
        "LifecycleWorkflows-Workflow.Read.All",
        "03b0ad3e-fc2b-4ef1-b0ff-252e865cb608",
        "7fabe5bd-2e47-4e61-b924-327117024e18",
    ),
    admin(
        "LifecycleWorkflows-Workflow.ReadWrite.All",
        "94c88098-1d9d-4c42-a356-4d5a95312554",
        "29e49f0c-a053-4cc5-a4b1-7da0c8c1e643",
    ),
    admin(
        "LifecycleWorkflows-Workflow.Activate",
        "3a87a643-13d2-47aa-8d6a-b0a8377cb03b",
        "df1c25b3-072c-45cd-8403-c63441e4cca1",
    ),
    admin(
        "LifecycleWorkflows-Reports.Read.All",
        "fe615156-48b5-4c83-b613-e6e31a43c446",
        "4d3d7f81-163f-426a-8432-5638d2e82083",
    ),
    admin("AccessReview.Read.All", "d07a8cc0-3d51-4b77-b3b0-32704d1f69fa", "ebfcd32b-babb-40f4-a14b-42706e83bd28"),
    admin("AccessReview.ReadWrite.All", "ef5f7d5c-338f-44b0-86c3-351f46c8bb5f", "e4aa47b9-9a69-4109-82ed-36ec70d85ff1"),
    admin("ConsentRequest.Read.All", "1260ad83-98fb-4785-abbb-d6cc1806fd41", "f3bfad56-966e-4590-a536-82ecf548ac1e"),
    admin(
        "ConsentRequest.ReadWrite.All",
        "9f1b81a7-0223-4428-bfa4-0bcb5535f27d",
        "497d9dfa-3bd1-481a-baab-90895e54568c",
    ),
    admin(
        "Policy.ReadWrite.ConsentRequest",
        "999f8c63-0a38-4f1b-91fd-ed1947bdd1a9",
        "4d135e65-66b8-41a8-9f8b-081452c91774",
    ),
    admin("Agreement.Read.All", "2f3e6f8c-093b-4c57-a58b-ba5ce494a169", "af2819c9-df71-4dd3-ade7-4d7c9dc653b7"),
    admin("Agreement.ReadWrite.All", "c9090d00-6101-42f0-a729-c41074260d47", "ef4b5d93-3104-4664-9053-a5c49ab44218"),
    user("AgreementAcceptance.Read", "", "0b7643bb-5336-476f-80b5-18fbfbc91806"),
    admin(
        "AgreementAcceptance.Read.All",
        "d8e4ec18-f6c0-4620-8122-c8b1f2bf400e",
        "a66a5341-e66e-4897-9d52-c2df58c2bfb9",
    ),
    admin("AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da", "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20"),
    user("openid", "", "37f7f235-527c-4136-accd-4a02d197296e"),
    user("profile", "", "14dad69e-099b-42c9-810b-d002981feec1"),
    user("email", "", "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0"),
    user("offline_access", "", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182"),
];
