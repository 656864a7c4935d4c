//! subjectSet: a set of people named by what they are to somebody: a user, a group, the manager, the sponsors.

use directory::RecordDef;

use crate::shape::{abstract_shape, field, shape, under};

pub static ATTRIBUTE_RULE_MEMBERS_RECORD: RecordDef = under(
    &SUBJECT_SET_RECORD,
    shape("attributeRuleMembers", &[field::text("description"), field::text("membershipRule")]),
);

pub static SUBJECT_SET_RECORD: RecordDef = abstract_shape(shape("subjectSet", &[]));

pub static CONNECTED_ORGANIZATION_MEMBERS_RECORD: RecordDef = under(
    &SUBJECT_SET_RECORD,
    shape(
        "connectedOrganizationMembers",
        &[field::text("connectedOrganizationId"), field::text("description"), field::text("id")],
    ),
);

pub static EXTERNAL_SPONSORS_RECORD: RecordDef = under(&SUBJECT_SET_RECORD, shape("externalSponsors", &[]));

pub static GROUP_MEMBERS_RECORD: RecordDef = under(
    &SUBJECT_SET_RECORD,
    shape("groupMembers", &[field::text("description"), field::text("groupId"), field::text("id")]),
);

pub static INTERNAL_SPONSORS_RECORD: RecordDef = under(&SUBJECT_SET_RECORD, shape("internalSponsors", &[]));

pub static REQUESTOR_MANAGER_RECORD: RecordDef =
    under(&SUBJECT_SET_RECORD, shape("requestorManager", &[field::int("managerLevel")]));

pub static SINGLE_SERVICE_PRINCIPAL_RECORD: RecordDef = under(
    &SUBJECT_SET_RECORD,
    shape("singleServicePrincipal", &[field::text("description"), field::text("servicePrincipalId")]),
);

pub static SINGLE_USER_RECORD: RecordDef = under(
    &SUBJECT_SET_RECORD,
    shape("singleUser", &[field::text("description"), field::text("userId"), field::text("id")]),
);

pub static TARGET_AGENT_IDENTITY_SPONSORS_OR_OWNERS_RECORD: RecordDef =
    under(&SUBJECT_SET_RECORD, shape("targetAgentIdentitySponsorsOrOwners", &[]));

pub static TARGET_APPLICATION_OWNERS_RECORD: RecordDef =
    under(&SUBJECT_SET_RECORD, shape("targetApplicationOwners", &[]));

pub static TARGET_MANAGER_RECORD: RecordDef =
    under(&SUBJECT_SET_RECORD, shape("targetManager", &[field::int("managerLevel")]));

pub static TARGET_USER_SPONSORS_RECORD: RecordDef = under(&SUBJECT_SET_RECORD, shape("targetUserSponsors", &[]));

pub static GROUP_BASED_SUBJECT_SET_RECORD: RecordDef = under(&SUBJECT_SET_RECORD, shape("groupBasedSubjectSet", &[]));

pub static RULE_BASED_SUBJECT_SET_RECORD: RecordDef =
    under(&SUBJECT_SET_RECORD, shape("ruleBasedSubjectSet", &[field::text("rule")]));

pub(crate) const RECORDS: &[&RecordDef] = &[
    &ATTRIBUTE_RULE_MEMBERS_RECORD,
    &SUBJECT_SET_RECORD,
    &CONNECTED_ORGANIZATION_MEMBERS_RECORD,
    &EXTERNAL_SPONSORS_RECORD,
    &GROUP_MEMBERS_RECORD,
    &INTERNAL_SPONSORS_RECORD,
    &REQUESTOR_MANAGER_RECORD,
    &SINGLE_SERVICE_PRINCIPAL_RECORD,
    &SINGLE_USER_RECORD,
    &TARGET_AGENT_IDENTITY_SPONSORS_OR_OWNERS_RECORD,
    &TARGET_APPLICATION_OWNERS_RECORD,
    &TARGET_MANAGER_RECORD,
    &TARGET_USER_SPONSORS_RECORD,
    &GROUP_BASED_SUBJECT_SET_RECORD,
    &RULE_BASED_SUBJECT_SET_RECORD,
];
