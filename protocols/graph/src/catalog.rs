//! The settings catalogue and the templates of policies: what is part of the program, listed and found like objects.

use directory::{AttrId, Object, Record, Value};
use engine::View;
use schema::catalog::{self, Usage};
use schema::conditional_access_template::{CONDITIONAL_ACCESS_TEMPLATE, templates};
use schema::device_management_configuration_policy_template::DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE;
use schema::device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_CATEGORY;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::filter;
use crate::json::Json;
use crate::limits::TOP_MAX;
use crate::print::Printer;
use crate::read::may_read;
use crate::resolve::{Collection, From};
use crate::token::Position;

/// Whether a collection is a part of the catalogue.
#[must_use]
pub fn is_here(collection: &Collection) -> bool {
    matches!(collection.from, From::Catalog)
}

/// A page of definitions.
pub fn page(exchange: &Exchange, view: &View, collection: &Collection) -> Result<Reply, Error> {
    may_read(view, collection.kind)?;
    let query = &exchange.query;
    let model = view.now().model();
    let wanted = query.filter.as_deref().map(|text| filter::parse(text, collection.kind, model)).transpose()?;
    let found: Vec<Record> = definitions(collection)
        .filter(|record| {
            let object = object_of(collection, record);
            wanted.as_ref().is_none_or(|parsed| parsed.filter.matches(view.now(), &object, view.at()))
        })
        .collect();
    let position = query.skiptoken.as_deref().map(Position::parse).transpose()?.unwrap_or_default();
    let start = usize::try_from(position.seen).unwrap_or(usize::MAX).max(query.skip.unwrap_or(0));
    let top = query.top.or(exchange.asked.page_size).unwrap_or(TOP_MAX).clamp(1, TOP_MAX);
    let end = start.saturating_add(top);
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &collection.context);
    if query.count {
        json.key("@odata.count");
        json.int(i64::try_from(found.len()).unwrap_or(i64::MAX));
    }
    if end < found.len() {
        let next = Position { seen: end as u64, ..Position::default() };
        json.member("@odata.nextLink", &exchange.link(&[("$skiptoken", &next.print())]));
    }
    json.key("value");
    json.open_list();
    for record in found.iter().skip(start).take(top) {
        json.open();
        print(&printer, &mut json, record);
        json.close();
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// The definition of an id.
pub fn one(exchange: &Exchange, view: &View, collection: &Collection, key: &str) -> Result<Reply, Error> {
    may_read(view, collection.kind)?;
    let found = definitions(collection).find(|record| record.text("id").is_some_and(|id| id.eq_ignore_ascii_case(key)));
    let record = found.ok_or_else(|| Error::missing(key))?;
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{}/$entity", collection.context));
    print(&printer, &mut json, &record);
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// What the program brings along of this kind.
fn definitions(collection: &Collection) -> Box<dyn Iterator<Item = Record>> {
    if collection.kind.id() == CONDITIONAL_ACCESS_TEMPLATE.id() {
        return Box::new(templates().iter().cloned());
    }
    if collection.kind.id() == DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE.id() {
        return Box::new(catalog::baselines().iter().map(catalog::Baseline::record));
    }
    let is_compliance =
        ["complianceSettings", "complianceCategories"].iter().any(|end| collection.context.ends_with(end));
    let usage = if is_compliance { Usage::Compliance } else { Usage::Configuration };
    if collection.kind.id() == DEVICE_MANAGEMENT_CONFIGURATION_CATEGORY.id() {
        let of_usage = catalog::categories().iter().filter(move |category| category.usage == usage);
        return Box::new(of_usage.map(catalog::category_record));
    }
    let of_usage = catalog::definitions().iter().filter(move |definition| definition.usage == usage);
    Box::new(of_usage.map(catalog::definition_record))
}

fn print(printer: &Printer<'_>, json: &mut Json, record: &Record) {
    printer.fields(json, record, None, &[]);
}

/// A definition as an object, for the filter alone.
fn object_of(collection: &Collection, record: &Record) -> Object {
    let attributes: Vec<(AttrId, Value)> =
        record.iter().map(|(name, value)| (AttrId::of(name), value.clone())).collect();
    Object::pack(directory::Id::nil(), collection.kind.id(), 0, &attributes)
}
