// Pages with an opinion: what takes the place of the list, the form or the facts of a collection. Everything else is shown by
// description.

import { type ComponentType, lazy, type LazyExoticComponent } from "react";
import type { Collection } from "../rooms/rooms";

export interface PageProps {
  room: string;
  collection: Collection;
  id: string;
  listHref: string;
}

type Lazy<P> = LazyExoticComponent<ComponentType<P>>;

export const details: Record<string, Lazy<PageProps>> = {
  users: lazy(() => import("./Person")),
  groups: lazy(() => import("./Group")),
  applications: lazy(() => import("./Application")),
  servicePrincipals: lazy(() => import("./ServicePrincipal")),
  consentRequests: lazy(() => import("./ConsentRequest")),
  riskyUsers: lazy(() => import("./RiskyUser")),
  managedDevices: lazy(() => import("../devices/ManagedDevice")),
  policies: lazy(() => import("./Policy")),
  methodsPolicy: lazy(() => import("./MethodPolicy")),
  signIns: lazy(() => import("./SignIn")),
  audits: lazy(() => import("./AuditRecord")),
  roles: lazy(() => import("./Role")),
  accessPackages: lazy(() => import("./AccessPackage")),
  assignmentPolicies: lazy(() => import("./PackagePolicy")),
  workflows: lazy(() => import("./Workflow")),
  licences: lazy(() => import("./Licence")),
  configurationPolicies: lazy(() => import("../devices/ConfigurationPolicy")),
  compliancePolicies: lazy(() => import("../devices/CompliancePolicy")),
  notificationTemplates: lazy(() => import("../devices/NotificationTemplate")),
  healthScripts: lazy(() => import("../devices/Script")),
  shellScripts: lazy(() => import("../devices/Script")),
  platformScripts: lazy(() => import("../devices/Script")),
  approvalRequests: lazy(() => import("../devices/ApprovalRequest")),
  mobileApps: lazy(() => import("../apps/App")),
  appDeployments: lazy(() => import("../apps/Deployment")),
};

export const creations: Record<string, Lazy<Omit<PageProps, "id">>> = {
  users: lazy(() => import("./NewPerson")),
  groups: lazy(() => import("./NewGroup")),
  policies: lazy(() => import("./NewPolicy")),
  workflows: lazy(async () => ({ default: (await import("./Workflow")).NewWorkflow })),
  assignmentPolicies: lazy(async () => ({ default: (await import("./PackagePolicy")).NewPackagePolicy })),
  configurationPolicies: lazy(() => import("../devices/NewConfigurationPolicy")),
  compliancePolicies: lazy(() => import("../devices/NewCompliancePolicy")),
  healthScripts: lazy(() => import("../devices/NewScript")),
  shellScripts: lazy(() => import("../devices/NewScript")),
  platformScripts: lazy(() => import("../devices/NewScript")),
  joinTokens: lazy(() => import("../devices/NewJoinToken")),
  agreements: lazy(() => import("./NewAgreement")),
  mobileApps: lazy(() => import("../apps/NewApp")),
  appDeployments: lazy(() => import("../apps/NewDeployment")),
};

/** What takes the place of a list, or is no list at all. */
export const stories: Record<string, Lazy<object>> = {
  whatIf: lazy(() => import("./WhatIf")),
  hrImport: lazy(() => import("./HrImport")),
  explain: lazy(() => import("./Explain")),
  integrity: lazy(() => import("./Integrity")),
  methodsPolicy: lazy(() => import("./MethodsPolicy")),
  caMap: lazy(() => import("./ProtectionMap")),
  branding: lazy(() => import("./Branding")),
  mappings: lazy(() => import("./Mappings")),
  conflicts: lazy(() => import("../devices/Conflicts")),
  baselines: lazy(() => import("../devices/Baselines")),
};
