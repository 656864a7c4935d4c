//! Comparisons: what two sides and an operator mean.

use directory::{CompareOp, Filter, Operand, Type, Value};

use super::{Parser, Side, is_literal, one_or};
use crate::errors::Error;
use crate::filter::lexer::{Token, syntax};
use crate::filter::literal::{edm, edm_of, fit};
use crate::filter::names::Term;
use crate::limits::FILTER_VALUES_MAX;

impl Parser<'_> {
    pub(super) fn compare(&mut self, left: Side, operator: &str, right: Side, at: usize) -> Result<Filter, Error> {
        let op = match operator {
            "eq" => CompareOp::Eq,
            "ne" => CompareOp::Ne,
            "gt" => CompareOp::Gt,
            "ge" => CompareOp::Ge,
            "lt" => CompareOp::Lt,
            "le" => CompareOp::Le,
            _ => return Err(syntax(self.text, at)),
        };
        match (left, right) {
            (Side::Condition(filter), Side::Literal(Token::Bool(wanted))) => match op {
                CompareOp::Eq if wanted => Ok(filter),
                CompareOp::Ne if !wanted => Ok(filter),
                CompareOp::Eq | CompareOp::Ne => Ok(Filter::Not(Box::new(filter))),
                _ => Err(syntax(self.text, at)),
            },
            (Side::Path { term, property }, Side::Literal(literal)) => {
                self.uses(&property, operator, literal == Token::Null);
                self.with_literal(term, op, &literal, at)
            }
            (Side::Literal(literal), Side::Path { term, property }) => {
                self.uses(&property, operator, literal == Token::Null);
                self.with_literal(term, mirrored(op), &literal, at)
            }
            (Side::Path { term: a, property }, Side::Path { term: b, .. }) => {
                self.uses(&property, operator, false);
                match (a, b) {
                    (Term::Value { operand: a, many: false, .. }, Term::Value { operand: b, many: false, .. }) => {
                        Ok(Filter::Compare(a, op, b))
                    }
                    _ => Err(syntax(self.text, at)),
                }
            }
            _ => Err(syntax(self.text, at)),
        }
    }

    fn with_literal(&self, term: Term, op: CompareOp, literal: &Token, at: usize) -> Result<Filter, Error> {
        match term {
            Term::Value { operand, ty, many, .. } => {
                if *literal == Token::Null {
                    return Ok(Filter::Compare(operand, op, Operand::Null));
                }
                // A whole collection can only be compared with nothing; its items by a lambda.
                if many {
                    return Err(Error::bad(format!(
                        "Invalid filter clause: the property is a collection: use any() at position {at} in '{}'.",
                        self.text
                    )));
                }
                let value = fit(literal, ty).ok_or_else(|| incompatible(ty, literal, op))?;
                Ok(with_guid(operand, op, &value))
            }
            Term::BackId(link) => match (op, fit(literal, Type::Guid)) {
                (CompareOp::Eq, Some(Value::Guid(id))) => Ok(Filter::LinkedFrom(link, vec![id])),
                (CompareOp::Ne, Some(Value::Guid(id))) => Ok(Filter::Not(Box::new(Filter::LinkedFrom(link, vec![id])))),
                _ => Err(syntax(self.text, at)),
            },
            // `manager eq null`: there is none.
            Term::Links(link, _) if *literal == Token::Null => match op {
                CompareOp::Eq => Ok(Filter::Not(Box::new(Filter::AnyLinked(link.id, None)))),
                CompareOp::Ne => Ok(Filter::AnyLinked(link.id, None)),
                _ => Err(syntax(self.text, at)),
            },
            Term::Links(..) | Term::BackLinks(..) => Err(syntax(self.text, at)),
        }
    }

    pub(super) fn is_in(&mut self, left: Side, at: usize) -> Result<Filter, Error> {
        let Side::Path { term, property } = left else {
            return Err(syntax(self.text, at));
        };
        let close = match self.take() {
            Some(Token::Open) => Token::Close,
            Some(Token::OpenList) => Token::CloseList,
            _ => return Err(self.before()),
        };
        let mut literals = Vec::new();
        loop {
            match self.take() {
                Some(token) if token == close && literals.is_empty() => break,
                Some(token) if is_literal(&token) => literals.push(token),
                _ => return Err(self.before()),
            }
            if literals.len() > FILTER_VALUES_MAX {
                return Err(Error::bad(format!("`in` lists more than the limit of {FILTER_VALUES_MAX} values")));
            }
            match self.take() {
                Some(Token::Comma) => {}
                Some(token) if token == close => break,
                _ => return Err(self.before()),
            }
        }
        self.uses(&property, "in", false);
        match term {
            Term::Value { operand, ty, many: false, .. } => {
                let mut values = Vec::new();
                let mut or_missing = Vec::new();
                for literal in &literals {
                    if *literal == Token::Null {
                        or_missing.push(Filter::Compare(operand.clone(), CompareOp::Eq, Operand::Null));
                    } else {
                        values.push(fit(literal, ty).ok_or_else(|| incompatible(ty, literal, CompareOp::Eq))?);
                    }
                }
                or_missing.push(Filter::In(operand, values));
                Ok(one_or(or_missing, Filter::Or))
            }
            Term::BackId(link) => {
                let ids = literals.iter().filter_map(|literal| fit(literal, Type::Guid)?.as_guid()).collect();
                Ok(Filter::LinkedFrom(link, ids))
            }
            _ => Err(syntax(self.text, at)),
        }
    }

    pub(super) fn has(&mut self, left: Side, at: usize) -> Result<Filter, Error> {
        let (
            Side::Path { term: Term::Value { operand, .. }, property },
            Some(Token::Text(member) | Token::Prefixed(_, member)),
        ) = (left, self.take())
        else {
            return Err(syntax(self.text, at));
        };
        self.uses(&property, "has", false);
        Ok(Filter::Has(operand, member))
    }
}

/// A comparison; one with an `id` of a kind's own counts for objects without it by their GUID, which is printed as `id`.
fn with_guid(operand: Operand, op: CompareOp, value: &Value) -> Filter {
    let compare = |operand: Operand| Filter::Compare(operand, op, Operand::Literal(value.clone()));
    let is_own_id = matches!(&operand, Operand::Attribute(id, path) if *id == schema::ID.id && path.is_empty());
    match op {
        CompareOp::Eq if is_own_id => Filter::Or(vec![compare(operand), compare(Operand::Id)]),
        CompareOp::Ne if is_own_id => Filter::And(vec![compare(operand), compare(Operand::Id)]),
        _ => compare(operand),
    }
}

const fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
    }
}

fn incompatible(ty: Type, literal: &Token, op: CompareOp) -> Error {
    let operator = match op {
        CompareOp::Eq => "Equal",
        CompareOp::Ne => "NotEqual",
        CompareOp::Gt => "GreaterThan",
        CompareOp::Ge => "GreaterThanOrEqual",
        CompareOp::Lt => "LessThan",
        CompareOp::Le => "LessThanOrEqual",
    };
    Error::bad(format!(
        "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '{}' and \
         '{}' for operator kind '{operator}'.",
        edm(ty),
        edm_of(literal)
    ))
}
