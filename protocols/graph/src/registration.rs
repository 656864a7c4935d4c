//! `reports/authenticationMethods`: who has registered what to prove who they are. Worked out person by person as pages are
//! asked for; nothing is kept.

use directory::{Id, Object, Snapshot, Time};
use engine::View;
use schema::user::USER;
use schema::user_registration_details::USER_REGISTRATION_DETAILS;
use serde_json::json;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::filter;
use crate::json::Json;
use crate::limits::TOP_MAX;
use crate::path::{Arguments, Segment};
use crate::projection::Projection;
use crate::read::may_read;
use crate::token::Position;

const CONTEXT: &str = "reports/authenticationMethods/userRegistrationDetails";
/// So many people are looked at for one page, whatever the filter lets through.
const LOOKED_AT_MAX: usize = 20_000;

/// Answer, if the path is one of these reports.
pub fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let [reports, methods, rest @ ..] = exchange.segments.as_slice() else { return None };
    if !reports.is("reports") || !methods.is("authenticationMethods") {
        return None;
    }
    let view = exchange.view();
    let answer = match rest {
        _ if exchange.method != http::Method::GET => Err(Error::method()),
        [one] if one.is("userRegistrationDetails") => match &one.arguments {
            Arguments::Key(key) => details(exchange, &view, key),
            _ => page(exchange, &view),
        },
        [all, one] if all.is("userRegistrationDetails") => details(exchange, &view, &one.text()),
        [one] if one.is("usersRegisteredByMethod") => by_method(exchange, &view, one),
        [one] if one.is("usersRegisteredByFeature") => by_feature(exchange, &view, one),
        [.., last] => Err(Error::segment(&last.name)),
        [] => Err(Error::segment("authenticationMethods")),
    };
    Some(answer)
}

fn page(exchange: &Exchange, view: &View) -> Result<Reply, Error> {
    let kind = &USER_REGISTRATION_DETAILS;
    may_read(view, kind)?;
    let query = &exchange.query;
    let projection = Projection::parse(query.select.as_deref(), query.expand.as_deref())?;
    projection.check(kind, view.now().model())?;
    if query.orderby.is_some() || query.search.is_some() {
        return Err(Error::unsupported("The report is in the order of the users' ids, and is not searched."));
    }
    let parsed = query.filter.as_deref().map(|text| filter::parse(text, kind, view.now().model())).transpose()?;
    let top = query.top.or(exchange.asked.page_size).unwrap_or(TOP_MAX).clamp(1, TOP_MAX);
    let position = query.skiptoken.as_deref().map(Position::parse).transpose()?;
    let after = position.map(|position| position.last);
    let (mut items, mut last, mut is_more) = (Vec::new(), None, false);
    for (seen, user) in view.now().all_after(USER.id(), after).enumerate() {
        if items.len() == top || seen == LOOKED_AT_MAX {
            is_more = true;
            break;
        }
        last = Some(user.id);
        let item = of(view.now(), user, view.at());
        if parsed.as_ref().is_none_or(|parsed| parsed.filter.matches(view.now(), &item, view.at())) {
            items.push(item);
        }
    }
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{CONTEXT}{}", projection.in_context()));
    if let Some(last) = last.filter(|_| is_more) {
        let next = Position { last, ..Position::default() };
        json.member("@odata.nextLink", &exchange.link(&[("$skiptoken", &next.print())]));
    }
    json.key("value");
    json.open_list();
    for item in &items {
        printer.object(&mut json, item, kind, &projection, &format!("{CONTEXT}('{}')", item.id))?;
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

fn details(exchange: &Exchange, view: &View, key: &str) -> Result<Reply, Error> {
    let kind = &USER_REGISTRATION_DETAILS;
    may_read(view, kind)?;
    let id: Option<Id> = directory::id_from_text(key);
    let user = id.and_then(|id| view.now().find_a(&USER, id)).ok_or_else(|| Error::missing(key))?;
    let item = of(view.now(), user, view.at());
    let projection = Projection::parse(exchange.query.select.as_deref(), None)?;
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{CONTEXT}{}/$entity", projection.in_context()));
    printer.members(&mut json, &item, kind, &projection, CONTEXT)?;
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// How many people registered each method.
fn by_method(exchange: &Exchange, view: &View, segment: &Segment) -> Result<Reply, Error> {
    may_read(view, &USER_REGISTRATION_DETAILS)?;
    let chosen = Chosen::of(segment)?;
    let (mut total, mut counts) = (0_i64, std::collections::BTreeMap::<&str, i64>::new());
    for user in chosen.people(view.now()) {
        total += 1;
        for method in signin::methods_registered(view.now(), user.id) {
            *counts.entry(method).or_default() += 1;
        }
    }
    let counts: Vec<_> = counts
        .into_iter()
        .map(|(method, count)| json!({ "authenticationMethod": method, "userCount": count }))
        .collect();
    Ok(chosen.summary(exchange, "userRegistrationMethodSummary", "userRegistrationMethodCounts", total, &counts))
}

/// How many people can do what.
fn by_feature(exchange: &Exchange, view: &View, segment: &Segment) -> Result<Reply, Error> {
    may_read(view, &USER_REGISTRATION_DETAILS)?;
    let chosen = Chosen::of(segment)?;
    let (mut total, mut counts) = (0_i64, [0_i64; signin::REGISTRATION_FEATURES.len()]);
    for user in chosen.people(view.now()) {
        total += 1;
        let item = of(view.now(), user, view.at());
        for (count, (_, attribute)) in counts.iter_mut().zip(signin::REGISTRATION_FEATURES) {
            *count += i64::from(item.is(attribute));
        }
    }
    let counts: Vec<_> = signin::REGISTRATION_FEATURES
        .iter()
        .zip(counts)
        .map(|((feature, _), count)| json!({ "feature": feature, "userCount": count }))
        .collect();
    Ok(chosen.summary(exchange, "userRegistrationFeatureSummary", "userRegistrationFeatureCounts", total, &counts))
}

/// Which people a summary is about.
struct Chosen {
    types: String,
    roles: String,
}

impl Chosen {
    fn of(segment: &Segment) -> Result<Chosen, Error> {
        let given = match &segment.arguments {
            Arguments::Named(given) => given.as_slice(),
            _ => &[],
        };
        let find = |name: &str, known: &[&str]| {
            let said = given.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("all", |(_, value)| value);
            known.contains(&said).then(|| said.to_owned()).ok_or_else(|| Error::bad(format!("'{said}' is no {name}.")))
        };
        Ok(Chosen {
            types: find("includedUserTypes", &["all", "member", "guest"])?,
            roles: find("includedUserRoles", &["all", "privilegedAdmin", "admin", "user"])?,
        })
    }

    fn people<'n>(&self, now: &'n Snapshot) -> impl Iterator<Item = &'n Object> {
        let (types, roles) = (self.types.clone(), self.roles.clone());
        now.all(&USER).filter(move |user| {
            let is_guest = user.get(schema::user::USER_TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"));
            let is_admin = || signin::holds_role(now, user.id);
            let is_privileged = || {
                let roles = access::held_roles(now, user.id);
                roles.iter().any(|held| access::built_in(held.role).is_some_and(|role| role.is_privileged))
            };
            let has_type = matches!((types.as_str(), is_guest), ("all", _) | ("member", false) | ("guest", true));
            has_type
                && match roles.as_str() {
                    "admin" => is_admin(),
                    "privilegedAdmin" => is_privileged(),
                    "user" => !is_admin(),
                    _ => true,
                }
        })
    }

    fn summary(&self, exchange: &Exchange, ty: &str, counts: &str, total: i64, items: &[serde_json::Value]) -> Reply {
        let text = json!({
            "@odata.context": format!("{}/$metadata#microsoft.graph.{ty}", exchange.base()),
            "totalUserCount": total, "userRoles": self.roles, "userTypes": self.types, counts: items,
        });
        Reply::json(200, text.to_string())
    }
}

fn of(now: &Snapshot, user: &Object, at: Time) -> Object {
    Object::pack(user.id, USER_REGISTRATION_DETAILS.id(), 0, &signin::registration(now, user, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_about_those_who_were_asked_for() {
        let segment = |pairs: &[(&str, &str)]| Segment {
            name: "usersRegisteredByMethod".to_owned(),
            arguments: Arguments::Named(pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()),
        };
        assert!(Chosen::of(&segment(&[("includedUserTypes", "guest"), ("includedUserRoles", "admin")])).is_ok());
        assert!(Chosen::of(&segment(&[("includedUserTypes", "everybody")])).is_err());
    }
}
