//! authenticationStrengthPolicy: which combinations of sign-in methods are strong enough for something.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Type};

pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, MODIFIED_DATE_TIME};
use crate::shape::{ENTITY_RECORD, abstract_shape, field, flags, item, members, shape, under};

pub const ALLOWED_COMBINATIONS: Attr<[String]> = Attr::new("allowedCombinations");
pub const POLICY_TYPE: Attr<str> = Attr::new("policyType");
pub const REQUIREMENTS_SATISFIED: Attr<str> = Attr::new("requirementsSatisfied");
pub const COMBINATION_CONFIGURATIONS: Attr<[Record]> = Attr::new("combinationConfigurations");

pub static AUTHENTICATION_STRENGTH_POLICY: Kind = Kind::new(
    "authenticationStrengthPolicy",
    &[
        ALLOWED_COMBINATIONS.def().of(Type::Enum(&AUTHENTICATION_METHOD_MODES_VALUES)).required(),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required(),
        MODIFIED_DATE_TIME.def().system(),
        POLICY_TYPE.def().of(Type::Enum(&AUTHENTICATION_STRENGTH_POLICY_TYPE_VALUES)).system(),
        REQUIREMENTS_SATISFIED.def().of(Type::Enum(&AUTHENTICATION_STRENGTH_REQUIREMENTS_VALUES)).system(),
        COMBINATION_CONFIGURATIONS.def().of(Type::Record(&AUTHENTICATION_COMBINATION_CONFIGURATION_RECORD)),
    ],
    &[LinkDef::records(
        "combinationConfigurations",
        "combinationConfigurations",
        &AUTHENTICATION_COMBINATION_CONFIGURATION,
    )],
);

pub static AUTHENTICATION_COMBINATION_CONFIGURATION: Kind = item(&AUTHENTICATION_COMBINATION_CONFIGURATION_RECORD, &[]);

pub static AUTHENTICATION_COMBINATION_CONFIGURATION_RECORD: RecordDef = abstract_shape(under(
    &ENTITY_RECORD,
    shape(
        "authenticationCombinationConfiguration",
        &[field::choices("appliesToCombinations", &AUTHENTICATION_METHOD_MODES_VALUES)],
    ),
));

pub static FIDO2_COMBINATION_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_COMBINATION_CONFIGURATION_RECORD,
    shape("fido2CombinationConfiguration", &[field::texts("allowedAAGUIDs")]),
);

pub static X509_CERTIFICATE_COMBINATION_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_COMBINATION_CONFIGURATION_RECORD,
    shape(
        "x509CertificateCombinationConfiguration",
        &[field::texts("allowedIssuerSkis"), field::texts("allowedPolicyOIDs")],
    ),
);

pub static AUTHENTICATION_METHOD_MODES_VALUES: EnumDef = flags(
    "authenticationMethodModes",
    &[
        "password",
        "voice",
        "hardwareOath",
        "softwareOath",
        "sms",
        "fido2",
        "windowsHelloForBusiness",
        "microsoftAuthenticatorPush",
        "deviceBasedPush",
        "temporaryAccessPassOneTime",
        "temporaryAccessPassMultiUse",
        "email",
        "x509CertificateSingleFactor",
        "x509CertificateMultiFactor",
        "federatedSingleFactor",
        "federatedMultiFactor",
        "unknownFutureValue",
        "qrCodePin",
    ],
);

pub static AUTHENTICATION_STRENGTH_POLICY_TYPE_VALUES: EnumDef =
    members("authenticationStrengthPolicyType", &["builtIn", "custom", "unknownFutureValue"]);

pub static AUTHENTICATION_STRENGTH_REQUIREMENTS_VALUES: EnumDef =
    flags("authenticationStrengthRequirements", &["none", "mfa", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &AUTHENTICATION_COMBINATION_CONFIGURATION_RECORD,
    &FIDO2_COMBINATION_CONFIGURATION_RECORD,
    &X509_CERTIFICATE_COMBINATION_CONFIGURATION_RECORD,
];
