//! stsPolicy: how long tokens last and what they say, as definitions in JSON that stand for one application or for all.

use directory::{Attr, Kind, LinkDef, LinkId};

use crate::directory_object::DIRECTORY_OBJECT;
use crate::policy_base::POLICY_BASE;

/// JSON texts; one is all there may be.
pub const DEFINITION: Attr<[String]> = Attr::new("definition");
pub const IS_ORGANIZATION_DEFAULT: Attr<bool> = Attr::new("isOrganizationDefault");
pub const TOKEN_LIFETIME_POLICIES: LinkId = LinkId::of("tokenLifetimePolicies");

pub const CLAIMS_MAPPING_POLICIES: LinkId = LinkId::of("claimsMappingPolicies");

pub static STS_POLICY: Kind =
    Kind::new("stsPolicy", &[DEFINITION.def().required(), IS_ORGANIZATION_DEFAULT.def()], &[])
        .under(&POLICY_BASE)
        .abstract_kind();

/// How long access tokens for an application, and its ID tokens, last.
pub static TOKEN_LIFETIME_POLICY: Kind =
    Kind::new("tokenLifetimePolicy", &[], &[LinkDef::back("appliesTo", "tokenLifetimePolicies", &DIRECTORY_OBJECT)])
        .under(&STS_POLICY);

/// Which claims the tokens for an application carry besides those they always do, and where these come from.
pub static CLAIMS_MAPPING_POLICY: Kind =
    Kind::new("claimsMappingPolicy", &[], &[LinkDef::back("appliesTo", "claimsMappingPolicies", &DIRECTORY_OBJECT)])
        .under(&STS_POLICY);
