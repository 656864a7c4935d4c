//! Attribute mappings: which expression over a record gives which attribute of a user, and when.
//!
//! A synchronization job may bring its own mappings in its schema; without them, those below apply. Where one target has
//! several mappings, the first that yields something counts.

use directory::{AttrId, AttributeDef, Object, Record, RecordDef, Snapshot, Type, Write};
use schema::synchronization_job::SCHEMA;
use schema::user::USER;

use crate::expression::Expression;

/// How many mappings a job may bring.
const MAPPINGS_MAX: usize = 500;
/// The target that is a link to another user.
const MANAGER: &str = "manager";

/// One mapping, read.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) target: Target,
    pub(crate) expression: Expression,
    /// Whether it gives a value only to a user that is being made.
    pub(crate) on_create_only: bool,
    /// What a user that is being made gets where the expression yields nothing.
    pub(crate) default: Option<String>,
    /// Whether records are matched with users by it: the lowest first.
    pub(crate) priority: Option<i64>,
}

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Attribute(&'static AttributeDef),
    /// A text field of a record.
    Field(&'static AttributeDef, &'static str),
    Manager,
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Hire and leave dates, which SCIM's own schemas lack: under Castellan's name and under the one of Microsoft's samples.
const EMPLOYMENT: [&str; 2] = [
    "urn:ietf:params:scim:schemas:extension:castellan:1.0:User",
    "urn:ietf:params:scim:schemas:extension:csv:1.0:User",
];

/// The mappings of a job that brings none: (target, expression, only for a new user). `{e}`, `{c}` and `{m}` stand for the
/// names of the schema extensions.
const DEFAULTS: &[(&str, &str, bool)] = &[
    ("employeeId", "[externalId]", false),
    (
        "userPrincipalName",
        "IIF(IsPresent([userName]), IIF(InStr([userName], \"@\") > 0, [userName], Join(\"@\", [userName], DefaultDomain())), )",
        false,
    ),
    (
        "displayName",
        "Coalesce([displayName], [name.formatted], Join(\" \", [name.givenName], [name.familyName]))",
        false,
    ),
    ("givenName", "[name.givenName]", false),
    ("surname", "[name.familyName]", false),
    ("accountEnabled", "[active]", false),
    ("accountEnabled", "\"True\"", true),
    ("jobTitle", "[title]", false),
    ("employeeType", "[userType]", false),
    ("preferredLanguage", "[preferredLanguage]", false),
    ("department", "[{e}:department]", false),
    ("companyName", "[{e}:organization]", false),
    ("employeeOrgData.division", "[{e}:division]", false),
    ("employeeOrgData.costCenter", "[{e}:costCenter]", false),
    ("mail", "[emails[type eq \"work\"].value]", false),
    ("mobilePhone", "[phoneNumbers[type eq \"mobile\"].value]", false),
    ("businessPhones", "[phoneNumbers[type eq \"work\"].value]", false),
    ("streetAddress", "[addresses[type eq \"work\"].streetAddress]", false),
    ("city", "[addresses[type eq \"work\"].locality]", false),
    ("state", "[addresses[type eq \"work\"].region]", false),
    ("postalCode", "[addresses[type eq \"work\"].postalCode]", false),
    ("country", "[addresses[type eq \"work\"].country]", false),
    // Only a country of two letters says where licences are used.
    (
        "usageLocation",
        "IIF(Mid([addresses[type eq \"work\"].country], 3, 1) = \"\", ToUpper([addresses[type eq \"work\"].country]), )",
        false,
    ),
    ("employeeHireDate", "[{c}:hireDate]", false),
    ("employeeHireDate", "[{m}:hireDate]", false),
    ("employeeLeaveDateTime", "[{c}:leaveDate]", false),
    ("employeeLeaveDateTime", "[{m}:leaveDate]", false),
    (MANAGER, "[{e}:manager.value]", false),
];

/// The name that somebody signs in with who is given none: `given.family`, with a number if that is taken.
const MADE_NAMES: usize = 20;

/// Target names of Microsoft's own mappings that differ from Graph's.
const ALIASES: &[(&str, &str)] = &[
    ("facsimileTelephoneNumber", "faxNumber"),
    ("mailNickName", "mailNickname"),
    ("mobile", "mobilePhone"),
    ("physicalDeliveryOfficeName", "officeLocation"),
    ("telephoneNumber", "businessPhones"),
];

/// The mappings of a job. A mapping that cannot be used is said with its target.
pub(crate) fn mappings_of(now: &Snapshot, job: &Object) -> Result<Vec<Mapping>, String> {
    match job.get(SCHEMA) {
        Some(schema) => from_schema(now, &schema),
        None => defaults(now),
    }
}

fn defaults(now: &Snapshot) -> Result<Vec<Mapping>, String> {
    let mut mappings = Vec::new();
    for default in default_mappings() {
        let mut mapping = read(now, default.target, &default.expression, default.on_create_only)?;
        mapping.priority = default.priority;
        mappings.push(mapping);
    }
    Ok(mappings)
}

/// A mapping of a job that brings none, for whoever begins to write their own from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultMapping {
    pub target: &'static str,
    pub expression: String,
    /// Whether it gives a value only to a user that is being made.
    pub on_create_only: bool,
    /// Whether records are matched with users by it.
    pub priority: Option<i64>,
}

/// What a job does that brings no mappings, in order.
#[must_use]
pub fn default_mappings() -> Vec<DefaultMapping> {
    let [castellan, sample] = EMPLOYMENT;
    let written =
        |expression: &str| expression.replace("{e}", ENTERPRISE).replace("{c}", castellan).replace("{m}", sample);
    let mut mappings: Vec<DefaultMapping> = DEFAULTS
        .iter()
        .map(|(target, expression, on_create_only)| DefaultMapping {
            target,
            expression: written(expression),
            on_create_only: *on_create_only,
            priority: None,
        })
        .collect();
    let name = "NormalizeDiacritics(StripSpaces(Join(\".\", [name.givenName], [name.familyName])))";
    let numbered = |n: usize| match n {
        1 => format!("Join(\"@\", {name}, DefaultDomain())"),
        n => format!("Join(\"@\", Append({name}, \"{n}\"), DefaultDomain())"),
    };
    let names: Vec<String> = (1..=MADE_NAMES).map(numbered).collect();
    let made = format!("IIF(IsPresent({name}), SelectUniqueValue({}), )", names.join(", "));
    mappings.push(DefaultMapping {
        target: "userPrincipalName",
        expression: made,
        on_create_only: true,
        priority: None,
    });
    if let Some(first) = mappings.first_mut() {
        first.priority = Some(1);
    }
    mappings
}

fn from_schema(now: &Snapshot, schema: &Record) -> Result<Vec<Mapping>, String> {
    let objects = schema.records("synchronizationRules").flat_map(|rule| rule.records("objectMappings"));
    let objects = objects.filter(|object| object.bool("enabled") != Some(false));
    let records: Vec<&Record> = objects.flat_map(|object| object.records("attributeMappings")).collect();
    if records.len() > MAPPINGS_MAX {
        return Err(format!("a job has at most {MAPPINGS_MAX} attribute mappings"));
    }
    let mut mappings = Vec::new();
    for record in records {
        let target = record.text("targetAttributeName").ok_or("a mapping needs a `targetAttributeName`")?;
        let source = record.record("source").ok_or_else(|| format!("the mapping of `{target}` needs a `source`"))?;
        let on_create_only = record.text("flowType") == Some("ObjectAddOnly");
        let mut mapping = read(now, target, &expression_of(target, source)?, on_create_only)?;
        mapping.default = record.text("defaultValue").filter(|text| !text.is_empty()).map(str::to_owned);
        mapping.priority = record.int("matchingPriority").filter(|priority| *priority > 0);
        mappings.push(mapping);
    }
    if !mappings.iter().any(|mapping| mapping.priority.is_some()) {
        return Err("no mapping has a `matchingPriority`: records could not be matched with users".to_owned());
    }
    Ok(mappings)
}

/// The expression of a source; Graph's clients give it as text, or as a type and a name.
fn expression_of(target: &str, source: &Record) -> Result<String, String> {
    let name = source.text("name").unwrap_or_default();
    match (source.text("expression").filter(|text| !text.is_empty()), source.text("type")) {
        (Some(expression), _) => Ok(expression.to_owned()),
        (None, Some("Constant")) => Ok(format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))),
        (None, Some("Attribute") | None) if !name.is_empty() => Ok(format!("[{name}]")),
        (None, _) => Err(format!("the source of `{target}` has no `expression`")),
    }
}

fn read(now: &Snapshot, target: &str, expression: &str, on_create_only: bool) -> Result<Mapping, String> {
    let parsed = Expression::parse(expression).map_err(|error| format!("the expression of `{target}`, {error}"))?;
    let target = target_named(now, target)?;
    Ok(Mapping { target, expression: parsed, on_create_only, default: None, priority: None })
}

fn target_named(now: &Snapshot, name: &str) -> Result<Target, String> {
    if name == MANAGER {
        return Ok(Target::Manager);
    }
    let known = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, known)| *known);
    let (known, field) = match known.split_once('.') {
        Some((attribute, field)) => (attribute, Some(field)),
        None if known.starts_with("extensionAttribute") => (schema::ON_PREMISES_EXTENSION_ATTRIBUTES.name, Some(known)),
        None => (known, None),
    };
    let attribute = now.model().attribute(USER.id(), AttrId::of(known));
    let attribute = attribute.ok_or_else(|| format!("a user has no attribute `{name}`"))?;
    if !matches!(attribute.write, Write::Caller | Write::Create) {
        return Err(format!("`{name}` cannot be given by a mapping"));
    }
    match (field, attribute.ty) {
        (None, Type::Record(_) | Type::AnyRecord | Type::Bytes) => {
            Err(format!("`{name}` cannot be given by a mapping"))
        }
        (None, _) => Ok(Target::Attribute(attribute)),
        (Some(field), Type::Record(definition)) if !attribute.many => {
            let field = text_field(definition, field).ok_or_else(|| format!("a user has no attribute `{name}`"))?;
            Ok(Target::Field(attribute, field))
        }
        (Some(_), _) => Err(format!("a user has no attribute `{name}`")),
    }
}

fn text_field(definition: &'static RecordDef, name: &str) -> Option<&'static str> {
    definition.field(name).filter(|field| matches!(field.ty, Type::Text) && !field.many).map(|field| field.name)
}

impl Mapping {
    /// How the target is called, for the log.
    pub(crate) fn target_name(&self) -> String {
        match self.target {
            Target::Attribute(attribute) => attribute.name.to_owned(),
            Target::Field(attribute, field) => format!("{}.{field}", attribute.name),
            Target::Manager => MANAGER.to_owned(),
        }
    }

    /// What to look at in the record when this mapping fails: the one attribute it takes, without its schema's name.
    pub(crate) fn source_name(&self) -> String {
        match self.expression.only_attribute() {
            Some(name) => name.rsplit(':').next().unwrap_or(name).to_owned(),
            None => self.target_name(),
        }
    }
}
