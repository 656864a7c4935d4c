//! `$select` and `$expand`: which properties and relations of an object are printed.

use std::sync::Arc;

use directory::{AttrId, AttributeDef, Kind, LinkDef, Model, Read, Shape};

use crate::errors::Error;
use crate::limits::{EXPAND_DEPTH_MAX, EXPAND_MAX, SELECT_MAX};
use crate::path::Version;

/// What is printed of each object.
#[derive(Clone, Debug, Default)]
pub struct Projection {
    /// Names as the client wrote them; `None` prints the default set.
    pub select: Option<Arc<Vec<String>>>,
    pub expand: Vec<Expand>,
}

/// One relation to print with the object.
#[derive(Clone, Debug)]
pub struct Expand {
    pub name: String,
    /// Only related objects of this kind.
    pub cast: Option<String>,
    pub projection: Projection,
    pub filter: Option<String>,
    pub top: Option<usize>,
    pub count: bool,
    /// How often the relation is followed again from what it leads to.
    pub levels: usize,
}

/// One property to print.
#[derive(Clone, Debug)]
pub struct Column {
    pub definition: &'static AttributeDef,
    /// Only these fields of a record.
    pub fields: Vec<String>,
}

impl Projection {
    pub fn parse(select: Option<&str>, expand: Option<&str>) -> Result<Projection, Error> {
        let expand = expand.map(|text| expansions(text, 0)).transpose()?.unwrap_or_default();
        Ok(Projection { select: select.map(selection).transpose()?, expand })
    }

    /// Refuse names that neither the kind nor one that inherits from it has.
    pub fn check(&self, kind: &'static Kind, model: &Model) -> Result<(), Error> {
        for name in self.select.iter().flat_map(|select| select.iter()) {
            let bare = bare(name);
            let first = bare.split('/').next().unwrap_or_default();
            let is_known = first == "*"
                || first.eq_ignore_ascii_case("id")
                || first.starts_with("extension_")
                || find_attribute(model, kind, first).is_some()
                || find_link(model, kind, first).is_some();
            if !is_known {
                return Err(unknown(first, kind));
            }
        }
        for expand in &self.expand {
            if expand.name == "*" {
                continue;
            }
            let link = find_link(model, kind, &expand.name).ok_or_else(|| unknown(&expand.name, kind))?;
            expand.projection.check_related(link, model)?;
        }
        Ok(())
    }

    fn check_related(&self, link: &'static LinkDef, model: &Model) -> Result<(), Error> {
        // A kind without attributes describes records, whose fields stand elsewhere.
        if matches!(link.shape, Shape::Records(_)) { Ok(()) } else { self.check(link.target, model) }
    }

    /// The properties to print of objects of exactly this kind.
    #[must_use]
    pub fn columns(&self, kind: &'static Kind, version: Version) -> Vec<Column> {
        let all = kind.all_attributes().filter(|a| a.read != Read::Never && a.name != "id");
        let Some(select) = &self.select else {
            let is_shown = |a: &&AttributeDef| match a.read {
                Read::Default => true,
                // Beta returns nearly everything; what is a relation there too is only expanded.
                Read::Selected => version == Version::Beta && !is_relation(kind, a.id),
                Read::Never => false,
            };
            return all.filter(is_shown).map(|definition| Column { definition, fields: Vec::new() }).collect();
        };
        let has_star = select.iter().any(|name| name == "*");
        let mut columns = Vec::new();
        for definition in all {
            let mut fields = Vec::new();
            let mut is_asked = has_star && !is_relation(kind, definition.id);
            for name in select.iter().map(|name| bare(name)) {
                let (first, field) = name.split_once('/').map_or((name, None), |(first, field)| (first, Some(field)));
                if first.eq_ignore_ascii_case(definition.name) {
                    is_asked = true;
                    fields.extend(field.map(str::to_owned));
                }
            }
            if is_asked {
                columns.push(Column { definition, fields });
            }
        }
        columns
    }

    /// What stands in parentheses in the context URL.
    #[must_use]
    pub fn in_context(&self) -> String {
        self.select.as_ref().map_or(String::new(), |select| format!("({})", select.join(",")))
    }
}

/// Whether an attribute is shown as a relation: the records of a navigation, or what was said of one that has its name.
#[must_use]
pub fn is_relation(kind: &'static Kind, attribute: AttrId) -> bool {
    kind.all_links().any(|link| link.shape == Shape::Records(attribute) || link.id == attribute)
}

/// An attribute of a kind or of one that inherits from it, ignoring case; secret ones are not found.
#[must_use]
pub fn find_attribute(model: &Model, kind: &'static Kind, name: &str) -> Option<&'static AttributeDef> {
    let is_readable = |a: &&AttributeDef| a.read != Read::Never;
    // Most clients write names as they are defined: that is one lookup.
    if let Some(found) = model.attribute(kind.id(), AttrId::of(name)).filter(is_readable) {
        return Some(found);
    }
    let of =
        |kind: &'static Kind| kind.all_attributes().filter(is_readable).find(|a| a.name.eq_ignore_ascii_case(name));
    of(kind).or_else(|| model.subkinds(kind.id()).iter().filter_map(|id| model.kind(*id)).find_map(of))
}

/// A navigation of a kind or of one that inherits from it, ignoring case.
#[must_use]
pub fn find_link(model: &Model, kind: &'static Kind, name: &str) -> Option<&'static LinkDef> {
    let of = |kind: &'static Kind| kind.all_links().find(|l| l.name.eq_ignore_ascii_case(name));
    of(kind).or_else(|| model.subkinds(kind.id()).iter().filter_map(|id| model.kind(*id)).find_map(of))
}

fn unknown(name: &str, kind: &Kind) -> Error {
    Error::bad(format!(
        "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
        kind.name
    ))
}

/// A selected name without the type it is cast to.
fn bare(name: &str) -> &str {
    match name.split_once('/') {
        Some((first, rest)) if first.contains('.') => rest,
        _ => name,
    }
}

fn selection(text: &str) -> Result<Arc<Vec<String>>, Error> {
    let names: Vec<String> =
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if names.len() > SELECT_MAX {
        return Err(Error::bad(format!("$select names more than the limit of {SELECT_MAX} properties")));
    }
    Ok(Arc::new(names))
}

fn expansions(text: &str, depth: usize) -> Result<Vec<Expand>, Error> {
    if depth >= EXPAND_DEPTH_MAX {
        return Err(Error::bad(format!("$expand nests deeper than the limit of {EXPAND_DEPTH_MAX}")));
    }
    let pieces = split_outside(text, &[',']);
    if pieces.len() > EXPAND_MAX {
        return Err(Error::bad(format!("$expand names more than the limit of {EXPAND_MAX} relations")));
    }
    pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).map(|piece| expansion(piece, depth)).collect()
}

fn expansion(text: &str, depth: usize) -> Result<Expand, Error> {
    let syntax = || {
        Error::bad(format!(
            "Parsing OData Select and Expand failed: Term '{text}' is not valid in a $select or $expand expression."
        ))
    };
    let (path, options) = match text.split_once('(') {
        Some((path, rest)) => (path.trim(), Some(rest.trim_end().strip_suffix(')').ok_or_else(syntax)?)),
        None => (text, None),
    };
    let mut segments: Vec<&str> = path.split('/').map(str::trim).filter(|s| !s.eq_ignore_ascii_case("$ref")).collect();
    // A cast before the relation says whose relation it is, one behind it which objects are wanted.
    if segments.first().is_some_and(|first| first.contains('.')) {
        segments.remove(0);
    }
    let mut segments = segments.into_iter();
    let name = segments.next().filter(|name| !name.is_empty()).ok_or_else(syntax)?;
    let cast = segments.next().map(|cast| cast.rsplit('.').next().unwrap_or(cast).to_owned());
    let mut expand = Expand {
        name: name.to_owned(),
        cast,
        projection: Projection::default(),
        filter: None,
        top: None,
        count: false,
        levels: 1,
    };
    for option in options.map(options_of).unwrap_or_default() {
        let (name, value) = option.split_once('=').ok_or_else(syntax)?;
        let value = value.trim();
        match name.trim().trim_start_matches('$').to_ascii_lowercase().as_str() {
            "select" => expand.projection.select = Some(selection(value)?),
            "expand" => expand.projection.expand = expansions(value, depth + 1)?,
            "filter" => expand.filter = Some(value.to_owned()),
            "top" => expand.top = Some(value.parse().map_err(|_| syntax())?),
            "count" => expand.count = value.eq_ignore_ascii_case("true"),
            "levels" if value.eq_ignore_ascii_case("max") => expand.levels = EXPAND_DEPTH_MAX,
            "levels" => expand.levels = value.parse::<usize>().map_err(|_| syntax())?.clamp(1, EXPAND_DEPTH_MAX),
            _ => {}
        }
    }
    Ok(expand)
}

/// Options are separated by `;`; a comma before a `$` does the same for clients that write it so.
fn options_of(text: &str) -> Vec<&str> {
    let mut options: Vec<&str> = Vec::new();
    for piece in split_outside(text, &[';']) {
        let mut start = 0;
        let commas: Vec<usize> = split_outside(piece, &[','])
            .iter()
            .scan(0, |at, part| {
                *at += part.len() + 1;
                Some(*at)
            })
            .collect();
        for comma in commas {
            let is_next_option = piece.get(comma..).is_some_and(|rest| rest.trim_start().starts_with('$'));
            if is_next_option {
                options.extend(piece.get(start..comma - 1));
                start = comma;
            }
        }
        options.extend(piece.get(start..));
    }
    options.retain(|option| !option.trim().is_empty());
    options
}

/// Split where no parenthesis and no quote is open.
fn split_outside<'t>(text: &'t str, at: &[char]) -> Vec<&'t str> {
    let (mut depth, mut is_quoted) = (0usize, false);
    text.split(|c| {
        match c {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && !is_quoted && at.contains(&c)
    })
    .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn expansions_nest_and_take_options_in_both_spellings() {
        let parsed = Projection::parse(
            Some("id, displayName,"),
            Some("a($expand=b;$select=x, y),c($select=d,$top=3;$filter=e eq ',;)'),manager($levels=max)"),
        )
        .unwrap();
        assert_eq!(parsed.select.as_ref().unwrap().as_slice(), ["id", "displayName"]);
        let names: Vec<&str> = parsed.expand.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["a", "c", "manager"]);
        assert_eq!(parsed.expand[0].projection.expand[0].name, "b");
        assert_eq!(parsed.expand[0].projection.select.as_ref().unwrap().as_slice(), ["x", "y"]);
        assert_eq!(parsed.expand[1].projection.select.as_ref().unwrap().as_slice(), ["d"]);
        assert_eq!((parsed.expand[1].top, parsed.expand[1].filter.as_deref()), (Some(3), Some("e eq ',;)'")));
        assert_eq!(parsed.expand[2].levels, EXPAND_DEPTH_MAX);
    }

    #[test]
    fn unknown_names_and_deep_nests_are_refused() {
        let model = schema::model();
        let check =
            |select, expand| Projection::parse(select, expand).and_then(|p| p.check(&schema::user::USER, &model));
        assert!(check(Some("id,displayname,employeeOrgData/division"), Some("manager($select=id)")).is_ok());
        for (select, expand) in [(Some("wrong"), None), (None, Some("wrong")), (None, Some("manager($select=wrong)"))] {
            let message = check(select, expand).unwrap_err().message;
            assert!(message.contains("Could not find a property named 'wrong'"), "{message}");
        }
        let deep = (0..EXPAND_DEPTH_MAX + 1).fold("a".to_owned(), |inner, _| format!("a($expand={inner})"));
        assert!(Projection::parse(None, Some(&deep)).is_err());
        assert!(Projection::parse(None, Some("a($expand=b")).is_err());
    }

    #[test]
    fn v1_prints_the_default_set_and_beta_nearly_all() {
        let names = |select: Option<&str>, version| {
            let columns = Projection::parse(select, None).unwrap().columns(&schema::user::USER, version);
            columns.iter().map(|c| c.definition.name).collect::<Vec<_>>()
        };
        let mut default = names(None, Version::V1);
        default.sort_unstable();
        assert_eq!(
            default,
            [
                "businessPhones",
                "displayName",
                "givenName",
                "jobTitle",
                "mail",
                "mobilePhone",
                "officeLocation",
                "preferredLanguage",
                "surname",
                "userPrincipalName"
            ]
        );
        assert!(names(None, Version::Beta).contains(&"accountEnabled"));
        assert!(!names(None, Version::Beta).contains(&"passwordVerifier"));
        assert!(names(Some("passwordVerifier"), Version::V1).is_empty());
        assert_eq!(names(Some("AccountEnabled"), Version::V1), ["accountEnabled"]);
    }
}
