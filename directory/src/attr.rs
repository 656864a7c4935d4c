//! Typed keys: `const ACCOUNT_ENABLED: Attr<bool>`; `user.get(ACCOUNT_ENABLED)` is a `bool` at compile time.

use std::marker::PhantomData;

use crate::codec::Reader;
use crate::model::{AttributeDef, Type};
use crate::{AttrId, Id, Record, Time, Value};

/// The key of an attribute whose values have type `T`: `bool`, `i64`, `f64`, `str`, `Time`, `Id`, `Record`, `[u8]`, or a
/// slice of `String`, `Id` or `Record` for collections.
pub struct Attr<T: ?Sized> {
    pub id: AttrId,
    pub name: &'static str,
    of: PhantomData<fn() -> Box<T>>,
}

impl<T: ?Sized> Clone for Attr<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Attr<T> {}

impl<T: ?Sized> std::fmt::Debug for Attr<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl<T: ?Sized> Attr<T> {
    #[must_use]
    pub const fn new(name: &'static str) -> Attr<T> {
        Attr { id: AttrId::of(name), name, of: PhantomData }
    }
}

impl<T: ?Sized + Field> Attr<T> {
    /// The definition of this attribute for a kind's table, so that name and type are written once.
    #[must_use]
    pub const fn def(self) -> AttributeDef {
        AttributeDef::new(self.name, T::TYPE, T::MANY)
    }
}

/// A Rust type that an attribute can have.
pub trait Field {
    const TYPE: Type;
    const MANY: bool;
    /// What reading yields; text is borrowed from the object.
    type Out<'a>;
    fn read(raw: RawValue<'_>) -> Option<Self::Out<'_>>;
}

/// An encoded value inside an object.
#[derive(Clone, Copy)]
pub struct RawValue<'a>(pub(crate) Reader<'a>);

impl RawValue<'_> {
    pub(crate) fn decode(mut self) -> Option<Value> {
        self.0.value().ok()
    }
}

macro_rules! fields {
    ($($ty:ty, $type:expr, $many:expr, $out:ty, |$raw:ident| $read:expr;)*) => {
        $(impl Field for $ty {
            const TYPE: Type = $type;
            const MANY: bool = $many;
            type Out<'a> = $out;
            fn read($raw: RawValue<'_>) -> Option<Self::Out<'_>> { $read }
        })*
    };
}

fields! {
    bool, Type::Bool, false, bool, |raw| raw.0.plain_bool();
    i64, Type::Int, false, i64, |raw| raw.decode()?.as_int();
    f64, Type::Double, false, f64, |raw| match raw.decode()? { Value::Double(d) => Some(d), _ => None };
    str, Type::Text, false, &'a str, |raw| raw.0.plain_text();
    Time, Type::Time, false, Time, |raw| raw.decode()?.as_time();
    Id, Type::Guid, false, Id, |raw| raw.decode()?.as_guid();
    Record, Type::AnyRecord, false, Record, |raw| match raw.decode()? { Value::Record(r) => Some(r), _ => None };
    [u8], Type::Bytes, false, Vec<u8>, |raw| match raw.decode()? { Value::Bytes(b) => Some(b), _ => None };
    [String], Type::Text, true, Vec<&'a str>, |raw| raw.0.plain_texts();
    [Id], Type::Guid, true, Vec<Id>, |raw| match raw.decode()? {
        Value::List(items) => items.iter().map(Value::as_guid).collect(),
        _ => None,
    };
    [Record], Type::AnyRecord, true, Vec<Record>, |raw| match raw.decode()? {
        Value::List(items) => items.into_iter().map(|v| match v { Value::Record(r) => Some(r), _ => None }).collect(),
        _ => None,
    };
}
