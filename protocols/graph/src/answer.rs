//! From a request by a known caller to its answer: which file does what, by method and target.

use directory::Id;
use http::Method;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::resolve::{self, On, Target};
use crate::{
    actions, app_states, authentication, batch, catalog, change, compliance_states, content_file, export_job, happened,
    licence_details, metadata, own, read, refs, registration, rehearse,
};

/// Answer; errors are worded by the workload under whose path they happened.
pub async fn answer(exchange: &Exchange) -> Result<Reply, Error> {
    let workload = resolve::workload(&exchange.segments);
    if exchange.asked.rehearses && !exchange.is_nested && exchange.method != Method::GET {
        return rehearse::answer(exchange).await.map_err(|error| error.worded_by(workload));
    }
    really(exchange).await
}

/// Answer with everything that follows.
pub async fn really(exchange: &Exchange) -> Result<Reply, Error> {
    let workload = resolve::workload(&exchange.segments);
    if let Some(answer) = own::answer(exchange).await {
        return answer.map_err(|error| error.worded_by(workload));
    }
    if let Some(answer) = registration::answer(exchange)
        .or_else(|| licence_details::answer(exchange))
        .or_else(|| app_states::answer(exchange))
        .or_else(|| compliance_states::answer(exchange))
    {
        return answer.map_err(|error| error.worded_by(workload));
    }
    dispatch(exchange).await.map_err(|error| error.worded_by(workload))
}

async fn dispatch(exchange: &Exchange) -> Result<Reply, Error> {
    let view = authentication::view(exchange);
    if let Some(answer) = authentication::answer(exchange, &view) {
        return answer;
    }
    let target = {
        let is_action = |kind, name: &str| actions::is_action(&exchange.engine, kind, name);
        resolve::resolve(&exchange.segments, &view, &is_action)?
    };
    match (exchange.method.as_str(), target) {
        ("GET", Target::Service) => Ok(metadata::service(exchange)),
        ("GET", Target::Metadata) => Ok(metadata::document()),
        ("POST", Target::Batch) if exchange.is_nested => Err(Error::bad("A batch cannot contain another batch.")),
        ("POST", Target::Batch) => batch::answer(exchange).await,

        ("GET", Target::Collection(collection)) if happened::is_here(&collection) => {
            happened::page(exchange, &view, &collection)
        }
        ("GET", Target::Collection(collection)) if catalog::is_here(&collection) => {
            catalog::page(exchange, &view, &collection)
        }
        ("GET", Target::Row { collection, key }) if catalog::is_here(&collection) => {
            catalog::one(exchange, &view, &collection, &key)
        }
        ("GET", Target::Row { collection, key }) => happened::one(exchange, &view, &collection, &key),
        ("GET", Target::Collection(collection)) => read::collection(exchange, &view, &collection),
        ("POST", Target::Collection(collection)) if authentication::is_here(&collection) => {
            authentication::create(exchange, view, &collection).await
        }
        ("POST", Target::Collection(collection)) => change::create(exchange, view, &collection).await,
        ("GET", Target::Count(collection)) => read::count(exchange, &view, &collection),

        ("GET", Target::Entity(entity)) if content_file::is_here(&entity) => {
            content_file::show(exchange, &view, &entity)
        }
        ("GET", Target::Entity(entity)) if export_job::is_here(&entity) => export_job::show(exchange, &view, &entity),
        ("GET", Target::Entity(entity)) => read::entity(exchange, &view, &entity),
        ("PATCH" | "PUT", Target::Entity(entity)) if authentication::is_method(&entity) => {
            authentication::update(exchange, view, &entity).await
        }
        ("DELETE", Target::Entity(entity)) if authentication::is_method(&entity) => {
            authentication::delete(exchange, view, &entity).await
        }
        ("PATCH" | "PUT", Target::Entity(entity)) => change::update(exchange, view, &entity).await,
        ("DELETE", Target::Entity(entity)) => change::delete(exchange, view, &entity).await,
        ("PATCH" | "PUT", Target::Absent { kind, keys, workload, context }) => {
            change::upsert(exchange, view, kind, &keys, (&context, workload)).await
        }
        ("GET" | "DELETE", Target::Absent { keys, .. }) => {
            Err(Error::missing(keys.first().map_or("", |(_, value)| value)))
        }

        ("GET", Target::Records(records)) => read::records(exchange, &view, &records),
        (_, Target::Records(records)) => change::records(exchange, view, &records).await,
        ("GET", Target::Property { entity, attribute, fields, is_raw }) => {
            read::property(exchange, &view, &entity, attribute, &fields, is_raw)
        }

        ("GET", Target::Reference { owner, link, target: None, is_count }) => {
            read::references(exchange, &view, &owner, link, is_count)
        }
        ("POST" | "PUT", Target::Reference { owner, link, target: None, is_count: false }) => {
            let target = reference(exchange, &view)?;
            let kind = view.now().kind_of(read::found(view.now(), owner.id)?);
            refs::put(&exchange.engine, &view, (owner.id, kind), link, target).await?;
            Ok(Reply::empty())
        }
        ("DELETE", Target::Reference { owner, link, target, is_count: false }) => {
            let kind = view.now().kind_of(read::found(view.now(), owner.id)?);
            let target = match exchange
                .query
                .pairs
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("@id") || name.eq_ignore_ascii_case("$id"))
            {
                // OData's other form: `DELETE …/members/$ref?@id=url`.
                Some((_, url)) => Some(refs::target(url, &view)?),
                None => target,
            };
            if target.is_none() && link.cardinality == directory::Cardinality::Many {
                return Err(Error::method());
            }
            refs::delete(&exchange.engine, &view, (owner.id, kind), link, target).await?;
            Ok(Reply::empty())
        }
        ("POST", Target::Call { on: On::Entity(entity), name, .. }) if authentication::resets(&entity, &name) => {
            authentication::reset(exchange, view, &entity).await
        }
        ("POST", Target::Call { on: On::Entity(entity), name, .. })
            if content_file::is_here(&entity) && name.eq_ignore_ascii_case("commit") =>
        {
            content_file::commit(exchange, view, &entity).await
        }
        ("GET" | "POST", Target::Call { on, name, arguments }) => {
            actions::call(exchange, view, &on, &name, &arguments).await
        }
        _ => Err(Error::method()),
    }
}

fn reference(exchange: &Exchange, view: &engine::View) -> Result<Id, Error> {
    let body = crate::given::json_object(&exchange.body)?;
    let url = body.get("@odata.id").and_then(serde_json::Value::as_str);
    let url = url.ok_or_else(|| Error::bad("The body refers to an object by '@odata.id'."))?;
    refs::target(url, view)
}

/// Whether a method is one that this API knows at all.
#[must_use]
pub fn is_known(method: &Method) -> bool {
    ["GET", "POST", "PATCH", "PUT", "DELETE"].contains(&method.as_str())
}
