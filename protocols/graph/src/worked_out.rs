//! A page of objects that were worked out for the request: `$filter`, `$select`, `$top`, `$skip` and `$count`, in the order in
//! which they were put together.

use directory::{Kind, Object};
use engine::View;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::filter;
use crate::json::Json;
use crate::limits::TOP_MAX;
use crate::print::id_of;
use crate::projection::Projection;

pub fn page(
    exchange: &Exchange,
    view: &View,
    objects: &[Object],
    kind: &'static Kind,
    context: &str,
) -> Result<Reply, Error> {
    let query = &exchange.query;
    let model = view.now().model();
    let projection = Projection::parse(query.select.as_deref(), None)?;
    projection.check(kind, model)?;
    let parsed = query.filter.as_deref().map(|text| filter::parse(text, kind, model)).transpose()?;
    let wanted: Vec<&Object> = objects
        .iter()
        .filter(|object| parsed.as_ref().is_none_or(|parsed| parsed.filter.matches(view.now(), object, view.at())))
        .collect();
    let skip = query.skip.unwrap_or(0);
    let top = query.top.or(exchange.asked.page_size).unwrap_or(TOP_MAX).min(TOP_MAX);
    let items: Vec<&Object> = wanted.iter().skip(skip).take(top).copied().collect();
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{context}{}", projection.in_context()));
    if query.count {
        json.key("@odata.count");
        json.int(i64::try_from(wanted.len()).unwrap_or(i64::MAX));
    }
    if top > 0 && skip.saturating_add(items.len()) < wanted.len() {
        json.member("@odata.nextLink", &exchange.link(&[("$skip", &(skip + items.len()).to_string())]));
    }
    json.key("value");
    json.open_list();
    for object in items {
        printer.object(&mut json, object, kind, &projection, &format!("{context}('{}')", id_of(object)))?;
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}
