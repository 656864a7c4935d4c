//! Objects and records as JSON, by the schema: one printer for every kind.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{Cardinality, Id, Kind, LinkDef, Object, Record, RecordDef, Shape, Type, Value};
use engine::View;
use schema::MEMBERS;
use schema::app_role_assignment::APP_ROLE_ASSIGNMENT;
use schema::group::GROUP;
use schema::user::USER;

use crate::errors::Error;
use crate::filter;
use crate::headers::Metadata;
use crate::json::Json;
use crate::limits::{EXPAND_ITEMS_DIRECTORY, EXPAND_ITEMS_MAX};
use crate::path::Version;
use crate::projection::{Column, Expand, Projection, find_link};
use crate::resolve::record_of;

/// Prints for one request.
pub struct Printer<'v> {
    pub view: &'v View,
    pub version: Version,
    pub metadata: Metadata,
    /// `https://host/v1.0`
    pub base: String,
    columns: Columns,
}

/// The columns of each kind under each selection, found once.
type Columns = RefCell<HashMap<(directory::KindId, usize), Rc<Vec<Column>>>>;

impl<'v> Printer<'v> {
    #[must_use]
    pub fn new(view: &'v View, version: Version, metadata: Metadata, base: String) -> Printer<'v> {
        Printer { view, version, metadata, base, columns: RefCell::default() }
    }

    /// The member that says what an answer is.
    pub fn context(&self, json: &mut Json, fragment: &str) {
        if self.metadata != Metadata::None {
            json.member("@odata.context", &format!("{}/$metadata#{fragment}", self.base));
        }
    }

    /// An object with its braces.
    pub fn object(
        &self,
        json: &mut Json,
        object: &Object,
        declared: &'static Kind,
        projection: &Projection,
        place: &str,
    ) -> Result<(), Error> {
        json.open();
        self.members(json, object, declared, projection, place)?;
        json.close();
        Ok(())
    }

    /// The members of an object. `place` is where it is, as in a context URL: `users('…')`.
    pub fn members(
        &self,
        json: &mut Json,
        object: &Object,
        declared: &'static Kind,
        projection: &Projection,
        place: &str,
    ) -> Result<(), Error> {
        let model = self.view.now().model();
        let kind = model.kind(object.kind).unwrap_or(declared);
        let is_polymorphic = kind.name != declared.name || model.subkinds(declared.id()).len() > 1;
        if self.metadata == Metadata::Full || (self.metadata == Metadata::Minimal && is_polymorphic) {
            json.member("@odata.type", &format!("#microsoft.graph.{}", kind.name));
        }
        if self.metadata == Metadata::Full {
            json.member("@odata.id", &format!("{}/{place}", self.base));
            json.member("@odata.etag", &etag(object));
        }
        json.member("id", &id_of(object));
        for column in self.columns(kind, projection).iter() {
            if projection.expand.iter().any(|expand| expand.name.eq_ignore_ascii_case(column.definition.name)) {
                // The relation of the same name is printed in its place.
                continue;
            }
            json.key(column.definition.name);
            match object.value(column.definition.id) {
                Some(value) => self.value(json, &value, column.definition.ty, &column.fields),
                None if column.definition.many => {
                    json.open_list();
                    json.close_list();
                }
                None => json.null(),
            }
        }
        self.relations(json, object, kind, projection, place)
    }

    fn columns(&self, kind: &'static Kind, projection: &Projection) -> Rc<Vec<Column>> {
        // Which columns there are depends only on the kind and on the selection, which outlives this printer's use of it.
        let key = (kind.id(), projection.select.as_ref().map_or(0, |select| Arc::as_ptr(select) as usize));
        let known = self.columns.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let columns = Rc::new(projection.columns(kind, self.version));
            self.columns.borrow_mut().insert(key, columns.clone());
            columns
        })
    }

    fn relations(
        &self,
        json: &mut Json,
        object: &Object,
        kind: &'static Kind,
        projection: &Projection,
        place: &str,
    ) -> Result<(), Error> {
        let model = self.view.now().model();
        for expand in &projection.expand {
            if expand.name == "*" {
                for link in kind.all_links().filter(|l| matches!(l.shape, Shape::Records(_) | Shape::Contained)) {
                    self.relation(json, object, link, expand, place)?;
                }
                continue;
            }
            // A polymorphic collection may hold kinds that have no such relation.
            let link = find_link(model, kind, &expand.name).filter(|link| kind.all_links().any(|l| l.id == link.id));
            if let Some(link) = link {
                self.relation(json, object, link, expand, place)?;
            }
        }
        Ok(())
    }

    fn relation(
        &self,
        json: &mut Json,
        object: &Object,
        link: &'static LinkDef,
        expand: &Expand,
        place: &str,
    ) -> Result<(), Error> {
        if self.metadata != Metadata::None {
            let context = format!("{}/$metadata#{place}/{}", self.base, link.name);
            let suffix = if link.cardinality == Cardinality::One { "/$entity" } else { "" };
            json.member(&format!("{}@odata.context", link.name), &format!("{context}{suffix}"));
        }
        if let Shape::Records(attribute) = link.shape {
            json.key(link.name);
            let model = self.view.now().model();
            let record = model.attribute(object.kind, attribute).and_then(|a| record_of(a.ty));
            let record = record.or_else(|| model.record_named(link.target.name));
            let ty = record.map_or(Type::AnyRecord, Type::Record);
            match object.value(attribute) {
                Some(value) => self.value(json, &value, ty, &[]),
                None if link.cardinality == Cardinality::Many => {
                    json.open_list();
                    json.close_list();
                }
                None => json.null(),
            }
            return Ok(());
        }
        let items = self.related(object, link, expand)?;
        if expand.count {
            json.key(&format!("{}@odata.count", link.name));
            json.int(i64::try_from(items.len()).unwrap_or(i64::MAX));
        }
        json.key(link.name);
        let deeper = deeper(expand);
        let projection = deeper.as_ref().unwrap_or(&expand.projection);
        let inner = |item: &Object| format!("{place}/{}('{}')", link.name, id_of(item));
        if link.cardinality == Cardinality::One {
            return match items.first() {
                Some(item) => self.object(json, item, link.target, projection, &inner(item)),
                None => {
                    json.null();
                    Ok(())
                }
            };
        }
        let is_directory = filter::advanced::is_directory(self.view.now().kind_of(object));
        let most = if is_directory { EXPAND_ITEMS_DIRECTORY } else { EXPAND_ITEMS_MAX };
        json.open_list();
        for item in items.iter().take(expand.top.unwrap_or(most).min(most)) {
            self.object(json, item, link.target, projection, &inner(item))?;
        }
        json.close_list();
        Ok(())
    }

    /// The objects of a relation that the caller sees and the expansion wants.
    fn related(&self, object: &Object, link: &'static LinkDef, expand: &Expand) -> Result<Vec<&Object>, Error> {
        let now = self.view.now();
        let model = now.model();
        let cast = match &expand.cast {
            Some(name) => Some(model.kind_named(name).ok_or_else(|| Error::segment(name))?),
            None => None,
        };
        let wanted = match &expand.filter {
            Some(text) => Some(filter::parse(text, cast.unwrap_or(link.target), model)?.filter),
            None => None,
        };
        let at = self.view.at();
        let found = linked(now, object.id, link);
        Ok(found
            .filter(|item| cast.is_none_or(|kind| now.is_a(item, kind)))
            .filter(|item| wanted.as_ref().is_none_or(|filter| filter.matches(now, item, at)))
            .filter(|item| self.view.sees(item))
            .take(EXPAND_ITEMS_MAX)
            .collect())
    }

    /// A value of a type; of a record only some fields, if any are named.
    pub fn value(&self, json: &mut Json, value: &Value, ty: Type, fields: &[String]) {
        match value {
            Value::Bool(value) => json.bool(*value),
            Value::Int(value) => json.int(*value),
            Value::Double(value) => json.double(*value),
            Value::Text(text) => json.string(text),
            Value::Time(time) => json.string(&time.to_string()),
            Value::Guid(id) => json.string(&id.hyphenated().to_string()),
            Value::Bytes(bytes) => json.string(&STANDARD.encode(bytes)),
            Value::List(items) => {
                json.open_list();
                items.iter().for_each(|item| self.value(json, item, ty, fields));
                json.close_list();
            }
            Value::Record(record) => {
                json.open();
                self.fields(json, record, record_of(ty), fields);
                json.close();
            }
        }
    }

    /// The members of a record: what its definition has, null where there is none, then what is there besides.
    pub fn fields(&self, json: &mut Json, record: &Record, definition: Option<&'static RecordDef>, only: &[String]) {
        let model = self.view.now().model();
        let named = record.text("@odata.type").and_then(type_name);
        let definition = named.and_then(|name| model.record_named(name)).or(definition);
        if let Some(name) = named {
            if self.metadata != Metadata::None {
                json.member("@odata.type", &format!("#microsoft.graph.{name}"));
            }
        } else if self.metadata == Metadata::Full
            && let Some(definition) = definition
        {
            json.member("@odata.type", &format!("#microsoft.graph.{}", definition.name));
        }
        let is_wanted = |name: &str| {
            only.is_empty() || only.iter().any(|n| n.split('/').next().is_some_and(|n| n.eq_ignore_ascii_case(name)))
        };
        let mut defined: Vec<&str> = vec!["@odata.type"];
        for field in definition.into_iter().flat_map(RecordDef::all_fields) {
            defined.push(field.name);
            if !is_wanted(field.name) {
                continue;
            }
            json.key(field.name);
            match record.get(field.name) {
                Some(value) => self.value(json, value, field.ty, &[]),
                None if field.many => {
                    json.open_list();
                    json.close_list();
                }
                None => json.null(),
            }
        }
        for (name, value) in record.iter().filter(|(name, _)| !defined.contains(name) && is_wanted(name)) {
            json.key(name);
            self.value(json, value, Type::AnyRecord, &[]);
        }
    }
}

/// The objects at the other end of a navigation.
pub fn linked<'n>(
    now: &'n directory::Snapshot,
    owner: Id,
    link: &'static LinkDef,
) -> Box<dyn Iterator<Item = &'n Object> + 'n> {
    match link.shape {
        Shape::Forward | Shape::Contained => Box::new(now.links(owner, link.id).map(|found| found.object)),
        // Graph's `appRoleAssignments` of a person has those of the groups that they are directly in as well.
        Shape::Backward(stored) if is_assigned_through_groups(now, owner, link) => {
            let groups =
                now.backlinks(owner, MEMBERS).map(|found| found.object).filter(|group| now.is_a(group, &GROUP));
            let holders = std::iter::once(owner).chain(groups.map(|group| group.id));
            let found = holders.flat_map(move |holder| now.backlinks(holder, stored)).map(|found| found.object);
            Box::new(found.filter(|object| now.is_a(object, link.target)))
        }
        // Other kinds may have a link of the same name to the same object.
        Shape::Backward(stored) => Box::new(
            now.backlinks(owner, stored).map(|found| found.object).filter(|object| now.is_a(object, link.target)),
        ),
        Shape::Closure { link, backward } => Box::new(now.closure(owner, link, backward).into_iter()),
        Shape::Records(_) => Box::new(std::iter::empty()),
    }
}

fn is_assigned_through_groups(now: &directory::Snapshot, owner: Id, link: &'static LinkDef) -> bool {
    link.target.name == APP_ROLE_ASSIGNMENT.name && now.find_a(&USER, owner).is_some()
}

/// The id that is printed: an object's own `id` property, or its GUID.
#[must_use]
pub fn id_of(object: &Object) -> String {
    match object.get(schema::ID) {
        Some(text) => text.to_owned(),
        None => object.id.hyphenated().to_string(),
    }
}

/// The version of an object, for `If-Match`.
#[must_use]
pub fn etag(object: &Object) -> String {
    format!("W/\"{}\"", object.usn)
}

/// The bare name in `#microsoft.graph.x`.
#[must_use]
pub fn type_name(text: &str) -> Option<&str> {
    text.trim_start_matches('#').rsplit('.').next().filter(|name| !name.is_empty())
}

/// What is printed of the next object along the same relation, while `$levels` lasts.
fn deeper(expand: &Expand) -> Option<Projection> {
    (expand.levels > 1).then(|| {
        let mut projection = expand.projection.clone();
        let mut next = expand.clone();
        next.levels -= 1;
        projection.expand.push(next);
        projection
    })
}
