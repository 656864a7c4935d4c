// What the menu lists: devices and their policies.

import type { Room } from "./rooms";

export const devices: Room = {
  name: "devices",
  entries: [
    {
      key: "managedDevices",
      path: "deviceManagement/managedDevices",
      kind: "managedDevice",
      title: "deviceName",
      columns: [
        "deviceName", "userPrincipalName", "complianceState", "operatingSystem", "osVersion", "lastSyncDateTime",
        "managementState",
      ],
      search: ["deviceName", "serialNumber", "userPrincipalName"],
      edit: ["managedDeviceName", "managedDeviceOwnerType", "notes"],
      canDelete: true,
    },
    {
      key: "directoryDevices",
      path: "devices",
      kind: "device",
      columns: ["displayName", "accountEnabled", "operatingSystem", "trustType", "isCompliant", "approximateLastSignInDateTime"],
      search: ["displayName"],
      edit: ["displayName", "accountEnabled"],
      canDelete: true,
    },
    {
      key: "compliancePolicies",
      path: "deviceManagement/compliancePolicies",
      kind: "deviceManagementCompliancePolicy",
      title: "name",
      columns: ["name", "platforms", "settingCount", "isAssigned", "lastModifiedDateTime"],
      form: [],
      edit: [],
      canDelete: true,
    },
    {
      key: "configurationPolicies",
      path: "deviceManagement/configurationPolicies",
      kind: "deviceManagementConfigurationPolicy",
      title: "name",
      columns: ["name", "platforms", "settingCount", "isAssigned", "lastModifiedDateTime"],
      form: [],
      edit: [],
      canDelete: true,
    },
    {
      key: "settings",
      path: "deviceManagement/configurationSettings",
      kind: "deviceManagementConfigurationSettingDefinition",
      columns: ["displayName", "categoryId", "id", "description"],
    },
    {
      key: "assignmentFilters",
      path: "deviceManagement/assignmentFilters",
      kind: "deviceAndAppManagementAssignmentFilter",
      columns: ["displayName", "platform", "rule", "createdDateTime"],
      form: ["displayName", "description", "platform", "rule"],
      edit: ["displayName", "description", "rule"],
      canDelete: true,
    },
    {
      key: "registrationPolicy",
      path: "policies/deviceRegistrationPolicy",
      kind: "deviceRegistrationPolicy",
      columns: [],
      isSingleton: true,
    },
  ],
};
