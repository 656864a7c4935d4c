//! federatedIdentityCredential: that tokens of another issuer are accepted instead of a secret.

use directory::{Attr, Kind, Record, RecordDef, Type};

pub use crate::keys::{DESCRIPTION, NAME};
use crate::shape::{field, shape};

pub const AUDIENCES: Attr<[String]> = Attr::new("audiences");
pub const ISSUER: Attr<str> = Attr::new("issuer");
pub const SUBJECT: Attr<str> = Attr::new("subject");
pub const CLAIMS_MATCHING_EXPRESSION: Attr<Record> = Attr::new("claimsMatchingExpression");

pub static FEDERATED_IDENTITY_CREDENTIAL: Kind = Kind::new(
    "federatedIdentityCredential",
    &[
        AUDIENCES.def().required(),
        DESCRIPTION.def(),
        ISSUER.def().required().equal(),
        NAME.def().required().on_create().equal(),
        SUBJECT.def(),
        CLAIMS_MATCHING_EXPRESSION.def().of(Type::Record(&FEDERATED_IDENTITY_EXPRESSION_RECORD)).on_select(),
    ],
    &[],
)
.keyed_by(&["name"]);

pub static FEDERATED_IDENTITY_EXPRESSION_RECORD: RecordDef =
    shape("federatedIdentityExpression", &[field::int("languageVersion"), field::text("value")]);

pub(crate) const RECORDS: &[&RecordDef] = &[&FEDERATED_IDENTITY_EXPRESSION_RECORD];
