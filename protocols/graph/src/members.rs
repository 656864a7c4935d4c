//! Questions about membership, and objects by their ids.

use std::collections::HashSet;

use directory::{Id, Object, Snapshot};
use engine::View;
use schema::MEMBERS;
use schema::group::{GROUP, SECURITY_ENABLED};
use serde_json::{Map, Value as Json};

use crate::actions::list;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::json::Json as Writer;
use crate::limits::IDS_MAX;
use crate::read;
use crate::resolve::{Collection, Entity};

/// `getByIds`: the objects of these ids, of these types, in whatever order the ids come.
pub fn by_ids(exchange: &Exchange, view: &View, collection: &Collection) -> Result<Reply, Error> {
    let body = exchange.members()?;
    let ids = ids(&body, "ids")?;
    let model = view.now().model();
    let mut kinds = Vec::new();
    for name in texts(&body, "types")?.unwrap_or_default() {
        let kind = model.kind_named(&name);
        kinds.push(
            kind.ok_or_else(|| Error::invalid(format!("The type '{name}' is not a type of directory objects.")))?,
        );
    }
    let now = view.now();
    let mut seen = HashSet::new();
    let wanted = |object: &&Object| {
        now.is_a(object, collection.kind)
            && (kinds.is_empty() || kinds.iter().any(|kind| now.is_a(object, kind)))
            && view.sees(object)
            && view.may_read_one(object).is_ok()
    };
    let objects: Vec<&Object> =
        ids.into_iter().filter(|id| seen.insert(*id)).filter_map(|id| now.find(id)).filter(wanted).collect();
    list(exchange, view, &objects, &collection.context, collection.kind)
}

/// `checkMemberGroups`, `checkMemberObjects`, `getMemberGroups`, `getMemberObjects`: transitive, as ids.
pub fn answer(exchange: &Exchange, view: &View, entity: &Entity, question: &str) -> Result<Reply, Error> {
    let object = read::found(view.now(), entity.id)?;
    read::check_readable(view, object)?;
    let body = exchange.members()?;
    let only_security = body.get("securityEnabledOnly").and_then(Json::as_bool).unwrap_or(false);
    let only_groups = question.ends_with("groups");
    let is_member = memberships(view.now(), entity.id, only_groups, only_security);
    let found: Vec<Id> = match question {
        "getmembergroups" | "getmemberobjects" => is_member,
        "checkmembergroups" => chosen(&is_member, &ids(&body, "groupIds")?),
        _ => chosen(&is_member, &ids(&body, "ids")?),
    };
    let mut json = Writer::new();
    json.open();
    exchange.printer(view).context(&mut json, "Collection(Edm.String)");
    json.key("value");
    json.open_list();
    found.iter().for_each(|id| json.string(&id.hyphenated().to_string()));
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

fn memberships(now: &Snapshot, member: Id, only_groups: bool, only_security: bool) -> Vec<Id> {
    let containers = now.closure(member, MEMBERS, true).into_iter();
    containers
        .filter(|object| !only_groups || now.is_a(object, &GROUP))
        .filter(|object| !only_security || object.is(SECURITY_ENABLED))
        .map(|object| object.id)
        .collect()
}

fn chosen(found: &[Id], asked: &[Id]) -> Vec<Id> {
    asked.iter().copied().filter(|id| found.contains(id)).collect()
}

fn ids(body: &Map<String, Json>, name: &str) -> Result<Vec<Id>, Error> {
    let texts =
        texts(body, name)?.ok_or_else(|| Error::invalid(format!("A value is required for property '{name}'.")))?;
    if texts.len() > IDS_MAX {
        return Err(Error::invalid(format!("'{name}' holds more than the limit of {IDS_MAX} ids.")));
    }
    let id =
        |text: &String| directory::id_from_text(text).ok_or_else(|| Error::invalid(format!("Invalid GUID:{text}")));
    texts.iter().map(id).collect()
}

fn texts(body: &Map<String, Json>, name: &str) -> Result<Option<Vec<String>>, Error> {
    let wrong = || Error::bad(format!("'{name}' is a collection of strings."));
    match body.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(wrong()),
    }
}
