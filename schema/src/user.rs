//! user: a person, or a guest, with an account.

use directory::{Attr, FieldDef, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

use crate::directory_object::{DIRECTORY_OBJECT, text};
use crate::{CREATED_DATE_TIME, DISPLAY_NAME};

pub const ACCOUNT_ENABLED: Attr<bool> = Attr::new("accountEnabled");
pub const USER_PRINCIPAL_NAME: Attr<str> = Attr::new("userPrincipalName");
pub const BUSINESS_PHONES: Attr<[String]> = Attr::new("businessPhones");
pub const DEPARTMENT: Attr<str> = Attr::new("department");
pub const EMPLOYEE_HIRE_DATE: Attr<Time> = Attr::new("employeeHireDate");
pub const EMPLOYEE_ORG_DATA: Attr<Record> = Attr::new("employeeOrgData");
pub const MANAGER: LinkId = LinkId::of("manager");

pub static USER: Kind = Kind::new(
    "user",
    &[
        ACCOUNT_ENABLED.def().required().on_select(),
        DISPLAY_NAME.def().required().ordered(),
        USER_PRINCIPAL_NAME.def().required().unique(),
        BUSINESS_PHONES.def(),
        DEPARTMENT.def().on_select().equal(),
        EMPLOYEE_HIRE_DATE.def().on_select().ordered(),
        EMPLOYEE_ORG_DATA.def().of(Type::Record(&EMPLOYEE_ORG_DATA_RECORD)).on_select(),
        CREATED_DATE_TIME.def().system().on_select(),
        text("faxNumber").on_select(),
    ],
    &[
        LinkDef::one("manager", &DIRECTORY_OBJECT),
        LinkDef::back("directReports", "manager", &DIRECTORY_OBJECT),
        LinkDef::back("memberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back_closure("transitiveMemberOf", "members", &DIRECTORY_OBJECT),
    ],
)
.under(&DIRECTORY_OBJECT)
.restorable(30)
.keyed_by(&["userPrincipalName"]);

pub static EMPLOYEE_ORG_DATA_RECORD: RecordDef = RecordDef {
    name: "employeeOrgData",
    base: None,
    is_abstract: false,
    is_open: false,
    fields: &[
        FieldDef { name: "costCenter", ty: Type::Text, many: false },
        FieldDef { name: "division", ty: Type::Text, many: false },
    ],
};

pub(crate) static RECORDS: &[&RecordDef] = &[&EMPLOYEE_ORG_DATA_RECORD];
