//! What a path in a filter means: `displayName`, `scope/microsoft.graph.x/query`, `manager/id`, `assignedLicenses`.

use directory::{Kind, LinkDef, LinkId, Model, Operand, RecordDef, Shape, Type};

use crate::errors::Error;
use crate::projection::{find_attribute, find_link};
use schema::Source;

/// From where a path starts.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// An object of this kind.
    Object(&'static Kind),
    /// The item of a collection: a value of this type; if it is shown as an entity, of this kind.
    Item(Type, Option<&'static Kind>),
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub enum Term {
    /// A value, or a collection of values.
    Value { operand: Operand, ty: Type, many: bool, entity: Option<&'static Kind> },
    /// Objects at the other end of stored links.
    Links(&'static LinkDef, &'static Kind),
    /// Objects that link here with this stored link.
    BackLinks(LinkId, &'static Kind),
    /// The id of an object that links here.
    BackId(LinkId),
}

pub struct Names<'m> {
    pub model: &'m Model,
}

impl Names<'_> {
    /// Follow a path from a scope.
    pub fn find(&self, scope: Scope, path: &[String]) -> Result<Term, Error> {
        match scope {
            Scope::Object(kind) => self.in_object(kind, path),
            Scope::Item(ty, entity) => {
                let start = Term::Value { operand: Operand::Item(Vec::new()), ty, many: false, entity };
                self.follow(start, path)
            }
        }
    }

    fn in_object(&self, kind: &'static Kind, path: &[String]) -> Result<Term, Error> {
        let Some((name, rest)) = path.split_first() else {
            return Err(Error::bad("Invalid filter clause: a path has no name in it."));
        };
        if let Some(cast) = cast(name) {
            let kind = self.model.kind_named(cast).ok_or_else(|| unknown_type(name))?;
            return self.in_object(kind, rest);
        }
        // A kind may have an `id` of its own; that of a kind which inherits from it does not count here.
        if name.eq_ignore_ascii_case("id") && !kind.all_attributes().any(|a| a.name == "id") {
            // What happened is known by a number or by an id of its row, which is a text in either case.
            let happened = schema::SETS
                .iter()
                .any(|set| set.kind.name == kind.name && matches!(set.source, Source::Log | Source::Journal(_)));
            let operand = if happened { Operand::Attribute(schema::ID.id, Vec::new()) } else { Operand::Id };
            let ty = if happened { Type::Text } else { Type::Guid };
            let id = Term::Value { operand, ty, many: false, entity: None };
            return self.follow(id, rest);
        }
        if let Some(attribute) = self.attribute(kind, name) {
            let operand = Operand::Attribute(attribute.id, Vec::new());
            let start = Term::Value { operand, ty: attribute.ty, many: attribute.many, entity: None };
            return self.follow(start, rest);
        }
        let Some(link) = find_link(self.model, kind, name) else {
            return Err(unknown(name, kind.name));
        };
        self.over(link, rest)
    }

    fn over(&self, link: &'static LinkDef, rest: &[String]) -> Result<Term, Error> {
        match (link.shape, rest) {
            (Shape::Records(attribute), _) => {
                let operand = Operand::Attribute(attribute, Vec::new());
                let entity = Some(link.target);
                self.follow(Term::Value { operand, ty: Type::AnyRecord, many: true, entity }, rest)
            }
            (Shape::Forward | Shape::Contained, []) => Ok(Term::Links(link, link.target)),
            (Shape::Forward | Shape::Contained, [count]) if count.eq_ignore_ascii_case("$count") => {
                Ok(number(Operand::LinkCount(link.id)))
            }
            (Shape::Forward | Shape::Contained, [name, tail @ ..]) if cast(name).is_some() && tail.is_empty() => {
                let kind = cast(name).and_then(|n| self.model.kind_named(n)).ok_or_else(|| unknown_type(name))?;
                Ok(Term::Links(link, kind))
            }
            (Shape::Forward | Shape::Contained, rest) => match self.in_object(link.target, rest)? {
                Term::Value { operand, ty, many, entity } => {
                    Ok(Term::Value { operand: Operand::Linked(link.id, Box::new(operand)), ty, many, entity })
                }
                _ => Err(unsupported(link.name)),
            },
            (Shape::Backward(stored), []) => Ok(Term::BackLinks(stored, link.target)),
            (Shape::Backward(stored), [id]) if id.eq_ignore_ascii_case("id") => Ok(Term::BackId(stored)),
            (Shape::Backward(_) | Shape::Closure { .. }, _) => Err(unsupported(link.name)),
        }
    }

    /// Follow fields within a value.
    fn follow(&self, start: Term, path: &[String]) -> Result<Term, Error> {
        path.iter().try_fold(start, |term, name| {
            let Term::Value { operand, ty, many, entity } = term else {
                return Err(unsupported(name));
            };
            if many {
                return if name.eq_ignore_ascii_case("$count") {
                    Ok(number(Operand::Count(Box::new(operand))))
                } else {
                    Err(unsupported(name))
                };
            }
            if let Some(cast) = cast(name) {
                return match self.model.record_named(cast) {
                    Some(record) => Ok(Term::Value { operand, ty: Type::Record(record), many, entity }),
                    None if self.model.kind_named(cast).is_some() => Ok(Term::Value { operand, ty, many, entity }),
                    None => Err(unknown_type(name)),
                };
            }
            let (name, ty, many) = self.field(ty, entity, name)?;
            Ok(Term::Value { operand: deeper(operand, name)?, ty, many, entity: None })
        })
    }

    fn field(&self, ty: Type, entity: Option<&'static Kind>, name: &str) -> Result<(String, Type, bool), Error> {
        if let Some(attribute) = entity.and_then(|kind| self.attribute(kind, name)) {
            return Ok((attribute.name.to_owned(), attribute.ty, attribute.many));
        }
        match ty {
            Type::AnyRecord => Ok((name.to_owned(), Type::AnyRecord, false)),
            Type::Record(record) => match field(record, name) {
                Some(found) => Ok((found.name.to_owned(), found.ty, found.many)),
                None if record.is_open => Ok((name.to_owned(), Type::AnyRecord, false)),
                None => Err(unknown(name, record.name)),
            },
            _ => Err(unknown(name, &super::literal::edm(ty))),
        }
    }

    /// An attribute of a kind or of one that inherits from it. Secret ones cannot be asked about either: each answer would
    /// tell something of them.
    pub fn attribute(&self, kind: &'static Kind, name: &str) -> Option<&'static directory::AttributeDef> {
        find_attribute(self.model, kind, name)
    }
}

/// A field of a record or of one that inherits from it.
pub fn field(record: &'static RecordDef, name: &str) -> Option<&'static directory::FieldDef> {
    let own = record.all_fields().find(|field| field.name.eq_ignore_ascii_case(name));
    own.or_else(|| {
        let derived = schema::RECORDS.iter().filter(|other| other.is_a(record));
        derived.flat_map(|other| other.fields).find(|field| field.name.eq_ignore_ascii_case(name))
    })
}

/// The type named by a segment with a namespace: `microsoft.graph.user`, `graph.user`.
pub fn cast(segment: &str) -> Option<&str> {
    let (namespace, name) = segment.rsplit_once('.')?;
    let lower = namespace.to_ascii_lowercase();
    (lower == "graph" || lower.trim_start_matches('#').starts_with("microsoft.graph")).then_some(name)
}

fn deeper(operand: Operand, name: String) -> Result<Operand, Error> {
    match operand {
        Operand::Attribute(id, mut path) => {
            path.push(name);
            Ok(Operand::Attribute(id, path))
        }
        Operand::Item(mut path) => {
            path.push(name);
            Ok(Operand::Item(path))
        }
        _ => Err(unsupported(&name)),
    }
}

fn number(operand: Operand) -> Term {
    Term::Value { operand, ty: Type::Int, many: false, entity: None }
}

fn unknown(name: &str, of: &str) -> Error {
    Error::bad(format!(
        "Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.{of}'."
    ))
}

fn unknown_type(name: &str) -> Error {
    Error::bad(format!("Invalid filter clause: The type '{name}' is not defined in the model."))
}

fn unsupported(name: &str) -> Error {
    Error::unsupported(format!("Unsupported or invalid query filter clause specified for property '{name}'."))
}
