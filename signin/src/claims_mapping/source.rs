//! The properties that a claims mapping policy can name.

use directory::{Object, Value};
use schema::user;

type Read = fn(&Object) -> Option<Value>;

/// How many extension attributes a person has.
const EXTENSIONS: u32 = 15;

/// Of a person, by the names that policies have for them.
const OF_USER: [(&str, Read); 40] = [
    ("accountenabled", |u| u.get(user::ACCOUNT_ENABLED).map(Value::from)),
    ("city", |u| u.get(user::CITY).map(Value::from)),
    ("companyname", |u| u.get(user::COMPANY_NAME).map(Value::from)),
    ("consentprovidedforminor", |u| u.get(user::CONSENT_PROVIDED_FOR_MINOR).map(Value::from)),
    ("country", |u| u.get(user::COUNTRY).map(Value::from)),
    ("createddatetime", |u| u.get(user::CREATED_DATE_TIME).map(|at| Value::from(at.to_string()))),
    ("creationtype", |u| u.get(user::CREATION_TYPE).map(Value::from)),
    ("department", |u| u.get(user::DEPARTMENT).map(Value::from)),
    ("displayname", |u| u.get(user::DISPLAY_NAME).map(Value::from)),
    ("employeeid", |u| u.get(user::EMPLOYEE_ID).map(Value::from)),
    ("employeetype", |u| u.get(user::EMPLOYEE_TYPE).map(Value::from)),
    ("facsimiletelephonenumber", |u| u.get(user::FAX_NUMBER).map(Value::from)),
    ("givenname", |u| u.get(user::GIVEN_NAME).map(Value::from)),
    ("jobtitle", |u| u.get(user::JOB_TITLE).map(Value::from)),
    ("lastpasswordchangedatetime", |u| {
        u.get(user::LAST_PASSWORD_CHANGE_DATE_TIME).map(|at| Value::from(at.to_string()))
    }),
    ("mail", |u| u.get(user::MAIL).map(Value::from)),
    ("mailnickname", |u| u.get(user::MAIL_NICKNAME).map(Value::from)),
    ("mobilephone", |u| u.get(user::MOBILE_PHONE).map(Value::from)),
    ("netbiosname", |u| u.get(user::ON_PREMISES_DOMAIN_NAME).map(Value::from)),
    ("objectid", |u| Some(Value::from(u.id.to_string()))),
    ("officelocation", |u| u.get(user::OFFICE_LOCATION).map(Value::from)),
    ("onpremisesdistinguishedname", |u| u.get(user::ON_PREMISES_DISTINGUISHED_NAME).map(Value::from)),
    ("onpremisesdomainname", |u| u.get(user::ON_PREMISES_DOMAIN_NAME).map(Value::from)),
    ("onpremisesimmutableid", |u| u.get(user::ON_PREMISES_IMMUTABLE_ID).map(Value::from)),
    ("onpremisessamaccountname", |u| u.get(user::ON_PREMISES_SAM_ACCOUNT_NAME).map(Value::from)),
    ("onpremisessecurityidentifier", |u| u.get(user::ON_PREMISES_SECURITY_IDENTIFIER).map(Value::from)),
    ("onpremisessyncenabled", |u| u.get(user::ON_PREMISES_SYNC_ENABLED).map(Value::from)),
    ("onpremisesuserprincipalname", |u| u.get(user::ON_PREMISES_USER_PRINCIPAL_NAME).map(Value::from)),
    ("othermail", |u| u.get(user::OTHER_MAILS).and_then(|all| all.first().map(|one| Value::from(*one)))),
    ("postalcode", |u| u.get(user::POSTAL_CODE).map(Value::from)),
    ("preferreddatalocation", |u| u.get(user::PREFERRED_DATA_LOCATION).map(Value::from)),
    ("preferredlanguage", |u| u.get(user::PREFERRED_LANGUAGE).map(Value::from)),
    ("proxyaddresses", |u| u.get(user::PROXY_ADDRESSES).map(texts)),
    ("state", |u| u.get(user::STATE).map(Value::from)),
    ("streetaddress", |u| u.get(user::STREET_ADDRESS).map(Value::from)),
    ("surname", |u| u.get(user::SURNAME).map(Value::from)),
    ("telephonenumber", |u| u.get(user::BUSINESS_PHONES).and_then(|all| all.first().map(|one| Value::from(*one)))),
    ("usagelocation", |u| u.get(user::USAGE_LOCATION).map(Value::from)),
    ("userprincipalname", |u| u.get(user::USER_PRINCIPAL_NAME).map(Value::from)),
    ("usertype", |u| u.get(user::USER_TYPE).map(Value::from)),
];

/// Of an application.
const OF_PRINCIPAL: [(&str, Read); 3] = [
    ("displayname", |p| p.get(schema::DISPLAY_NAME).map(Value::from)),
    ("objectid", |p| Some(Value::from(p.id.to_string()))),
    ("tags", |p| p.get(schema::TAGS).map(texts)),
];

fn texts(all: Vec<&str>) -> Value {
    all.into_iter().map(Value::from).collect::<Vec<_>>().into()
}

/// Which extension attribute a name (in lower case) means.
fn extension(id: &str) -> Option<u32> {
    let digits = id.strip_prefix("extensionattribute")?;
    let number: u32 = digits.parse().ok()?;
    // `01` is no name of the first.
    ((1..=EXTENSIONS).contains(&number) && number.to_string() == digits).then_some(number)
}

pub(crate) fn is_of_user(id: &str) -> bool {
    extension(id).is_some() || OF_USER.iter().any(|(name, _)| *name == id)
}

pub(crate) fn is_of_principal(id: &str) -> bool {
    OF_PRINCIPAL.iter().any(|(name, _)| *name == id)
}

pub(crate) fn of_user(user: &Object, id: &str) -> Option<Value> {
    if let Some(number) = extension(id) {
        let extensions = user.get(user::ON_PREMISES_EXTENSION_ATTRIBUTES)?;
        return extensions.text(&format!("extensionAttribute{number}")).map(Value::from);
    }
    OF_USER.iter().find(|(name, _)| *name == id).and_then(|(_, read)| read(user))
}

pub(crate) fn of_principal(principal: &Object, id: &str) -> Option<Value> {
    OF_PRINCIPAL.iter().find(|(name, _)| *name == id).and_then(|(_, read)| read(principal))
}
