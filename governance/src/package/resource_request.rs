//! Resource requests: that a group or application comes into a catalogue, or leaves it. Carried out at once.

use directory::{Call, Change, Check, Id, Refusal, Snapshot, Value};
use schema::access_package_catalog::{ACCESS_PACKAGE_CATALOG, RESOURCES};
use schema::access_package_resource::{
    ACCESS_PACKAGE_RESOURCE, ACCESS_PACKAGE_RESOURCE_REQUEST, ACCESS_PACKAGE_RESOURCE_ROLE,
    ACCESS_PACKAGE_RESOURCE_SCOPE, IS_ROOT_SCOPE, ORIGIN_ID, ORIGIN_SYSTEM, RESOURCE, ROLES, SCOPES,
};
use schema::group::GROUP;
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::{APP_ROLES, CATALOG, CATALOG_ID, CREATED_DATE_TIME, DISPLAY_NAME, REQUEST_TYPE, STATE};

/// How many resources one catalogue may have.
const RESOURCES_MAX: usize = 500;

pub(crate) const CHECK: Check = Check { kind: &ACCESS_PACKAGE_RESOURCE_REQUEST, complete: Some(complete), check: None };

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut more = Vec::new();
    for change in changes.iter() {
        let Change::Create { id, kind, attributes } = change else { continue };
        if *kind != ACCESS_PACKAGE_RESOURCE_REQUEST.id() {
            continue;
        }
        let given = |wanted| attributes.iter().find(|(attribute, _)| *attribute == wanted).map(|(_, value)| value);
        let linked = changes.iter().find_map(|change| match change {
            Change::Link { source, link, target, .. } if source == id && *link == CATALOG => Some(*target),
            _ => None,
        });
        let catalog = linked.or_else(|| given(CATALOG_ID.id)?.as_guid());
        let catalog = catalog.filter(|id| now.find_a(&ACCESS_PACKAGE_CATALOG, *id).is_some());
        let catalog = catalog.ok_or_else(|| Refusal::invalid("say which catalog").at("catalog"))?;
        let resource = given(RESOURCE.id).and_then(Value::as_record);
        let origin = resource.and_then(|resource| resource.guid("originId"));
        let origin =
            origin.ok_or_else(|| Refusal::invalid("say which group or application").at("resource/originId"))?;
        let known = now
            .links(catalog, RESOURCES)
            .find(|r| r.object.value(ORIGIN_ID.id).and_then(|v| v.as_guid()) == Some(origin));
        match (given(REQUEST_TYPE.id).and_then(Value::as_text).unwrap_or_default(), known) {
            ("adminAdd", None) => {
                if now.links(catalog, RESOURCES).count() >= RESOURCES_MAX {
                    return Err(Refusal::limit(format!("a catalog has at most {RESOURCES_MAX} resources")));
                }
                more.extend(add(now, call, catalog, origin)?);
            }
            ("adminAdd", Some(_)) => return Err(Refusal::conflict("the resource is in the catalog already")),
            ("adminRemove", Some(known)) => more.push(Change::Delete { id: known.object.id }),
            ("adminRemove", None) => return Err(Refusal::state("the resource is not in the catalog")),
            (other, _) => {
                return Err(Refusal::invalid(format!(
                    "`{other}` cannot be asked for here: say adminAdd or adminRemove"
                ))
                .at(REQUEST_TYPE.name));
            }
        }
        more.push(Change::set(*id, STATE, "delivered"));
        more.push(Change::set(*id, CREATED_DATE_TIME, call.at));
        more.push(Change::link(*id, CATALOG, catalog));
    }
    changes.append(&mut more);
    Ok(())
}

/// The resource with the roles and the scope that packages can name.
fn add(now: &Snapshot, call: &Call<'_>, catalog: Id, origin: Id) -> Result<Vec<Change>, Refusal> {
    let missing = || Refusal::invalid("there is no such group or application").at("resource/originId");
    let object = now.find(origin).ok_or_else(missing)?;
    let (system, roles): (&str, Vec<(String, String)>) = if now.is_a(object, &GROUP) {
        ("AadGroup", ["Member", "Owner"].map(|role| (role.to_owned(), format!("{role}_{origin}"))).to_vec())
    } else if now.is_a(object, &SERVICE_PRINCIPAL) {
        let roles = object.get(APP_ROLES).unwrap_or_default();
        let named = roles.iter().filter_map(|role| {
            Some((role.text("displayName").unwrap_or("Role").to_owned(), role.guid("id")?.to_string()))
        });
        ("AadApplication", named.collect())
    } else {
        return Err(missing());
    };
    let name = object.get(DISPLAY_NAME).unwrap_or_default();
    let resource = call.new_id();
    let mut changes = vec![
        Change::Create {
            id: resource,
            kind: ACCESS_PACKAGE_RESOURCE.id(),
            attributes: vec![
                (DISPLAY_NAME.id, name.into()),
                (ORIGIN_ID.id, origin.to_string().into()),
                (ORIGIN_SYSTEM.id, system.into()),
                (CREATED_DATE_TIME.id, call.at.into()),
            ],
        },
        Change::link(catalog, RESOURCES, resource),
    ];
    for (role, role_origin) in roles {
        let id = call.new_id();
        let attributes =
            vec![(DISPLAY_NAME.id, role.into()), (ORIGIN_ID.id, role_origin.into()), (ORIGIN_SYSTEM.id, system.into())];
        changes.push(Change::Create { id, kind: ACCESS_PACKAGE_RESOURCE_ROLE.id(), attributes });
        changes.push(Change::link(resource, ROLES, id));
    }
    let scope = call.new_id();
    let attributes = vec![
        (DISPLAY_NAME.id, "Root".into()),
        (ORIGIN_ID.id, origin.to_string().into()),
        (ORIGIN_SYSTEM.id, system.into()),
        (IS_ROOT_SCOPE.id, true.into()),
    ];
    changes.push(Change::Create { id: scope, kind: ACCESS_PACKAGE_RESOURCE_SCOPE.id(), attributes });
    changes.push(Change::link(resource, SCOPES, scope));
    Ok(changes)
}
