//! What the names in a rule stand for: one table per engine and object, built as constants by the room that judges.
//!
//! The same grammar serves dynamic groups, the device filter of Conditional Access and assignment filters; they differ in
//! names, in the operators each name takes, and in a few habits, all of which are data here.

use crate::{Attr, AttrId, CompareOp, LinkId, Record, TextOp, Time};

/// The names and habits of one engine for one kind of object.
#[derive(Clone, Copy, Debug)]
pub struct RuleNames {
    /// What stands before the dot: `user`, `device`.
    pub prefix: &'static str,
    pub names: &'static [(&'static str, RuleName)],
    /// The operators this engine knows at all; a name may take fewer.
    pub ops: &'static [RuleOp],
    /// Whether `-not` may stand before a condition.
    pub has_not: bool,
    /// The link that `Direct Reports for "id"` follows from a person, where the engine knows that form.
    pub direct_reports: Option<LinkId>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub struct RuleName {
    pub(super) source: RuleSource,
    pub(super) ty: RuleType,
    pub(super) ops: &'static [RuleOp],
}

#[derive(Clone, Copy, Debug)]
pub(super) enum RuleSource {
    Attribute(AttrId),
    Field(AttrId, &'static str),
    /// Fields called as the name itself with a number from 1 to this one behind it.
    Numbered(AttrId, u8),
    Id,
    LinkedFrom(LinkId),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum RuleType {
    Text,
    /// Text whose words differ from those that are kept: (in the rule, as kept).
    Words(&'static [(&'static str, &'static str)]),
    Bool,
    Number,
    Time,
    Guid,
    Version,
    Texts,
    /// Records; in a condition an item is called by this name, and has these fields.
    Records(&'static str, &'static [&'static str]),
    /// Objects that link here; in a condition each is called by this name.
    Linked(&'static str),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOp {
    Eq,
    Ne,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
    Contains,
    NotContains,
    Match,
    NotMatch,
    In,
    NotIn,
    Lt,
    Le,
    Gt,
    Ge,
}

impl RuleOp {
    pub const ALL: &'static [RuleOp] = &[
        Self::Eq,
        Self::Ne,
        Self::StartsWith,
        Self::NotStartsWith,
        Self::EndsWith,
        Self::NotEndsWith,
        Self::Contains,
        Self::NotContains,
        Self::Match,
        Self::NotMatch,
        Self::In,
        Self::NotIn,
        Self::Lt,
        Self::Le,
        Self::Gt,
        Self::Ge,
    ];
    /// What text takes in dynamic group rules.
    pub const TEXT: &'static [RuleOp] = &[
        Self::Eq,
        Self::Ne,
        Self::StartsWith,
        Self::NotStartsWith,
        Self::EndsWith,
        Self::NotEndsWith,
        Self::Contains,
        Self::NotContains,
        Self::Match,
        Self::NotMatch,
        Self::In,
        Self::NotIn,
    ];
    pub const EQUALITY: &'static [RuleOp] = &[Self::Eq, Self::Ne];
    pub const MEMBERSHIP: &'static [RuleOp] = &[Self::Eq, Self::Ne, Self::In, Self::NotIn];
    pub const ORDER: &'static [RuleOp] = &[Self::Eq, Self::Ne, Self::Lt, Self::Le, Self::Gt, Self::Ge];
    /// What a collection of texts takes without `-any` or `-all`: some item is the text (`-contains`), starts or ends so.
    pub const ITEMS: &'static [RuleOp] = &[
        Self::Contains,
        Self::NotContains,
        Self::StartsWith,
        Self::NotStartsWith,
        Self::EndsWith,
        Self::NotEndsWith,
        Self::Match,
        Self::NotMatch,
    ];

    /// As it is written, without the hyphen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::StartsWith => "startsWith",
            Self::NotStartsWith => "notStartsWith",
            Self::EndsWith => "endsWith",
            Self::NotEndsWith => "notEndsWith",
            Self::Contains => "contains",
            Self::NotContains => "notContains",
            Self::Match => "match",
            Self::NotMatch => "notMatch",
            Self::In => "in",
            Self::NotIn => "notIn",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
        }
    }

    pub(super) fn named(word: &str) -> Option<RuleOp> {
        RuleOp::ALL.iter().copied().find(|op| op.name().eq_ignore_ascii_case(word))
    }

    pub(super) const fn on_text(self) -> Option<TextOp> {
        match self {
            Self::StartsWith => Some(TextOp::StartsWith),
            Self::EndsWith => Some(TextOp::EndsWith),
            Self::Contains => Some(TextOp::Contains),
            Self::Eq | Self::Ne | Self::NotStartsWith | Self::NotEndsWith | Self::NotContains | Self::Match => None,
            Self::NotMatch | Self::In | Self::NotIn | Self::Lt | Self::Le | Self::Gt | Self::Ge => None,
        }
    }

    pub(super) const fn on_order(self) -> Option<CompareOp> {
        match self {
            Self::Eq => Some(CompareOp::Eq),
            Self::Ne => Some(CompareOp::Ne),
            Self::Lt => Some(CompareOp::Lt),
            Self::Le => Some(CompareOp::Le),
            Self::Gt => Some(CompareOp::Gt),
            Self::Ge => Some(CompareOp::Ge),
            Self::StartsWith | Self::NotStartsWith | Self::EndsWith | Self::NotEndsWith | Self::Contains => None,
            Self::NotContains | Self::Match | Self::NotMatch | Self::In | Self::NotIn => None,
        }
    }

    /// The operator that this one is the contrary of, for those that start with `not`.
    pub(super) const fn negates(self) -> Option<RuleOp> {
        match self {
            Self::NotStartsWith => Some(Self::StartsWith),
            Self::NotEndsWith => Some(Self::EndsWith),
            Self::NotContains => Some(Self::Contains),
            Self::NotMatch => Some(Self::Match),
            Self::NotIn => Some(Self::In),
            Self::Eq
            | Self::Ne
            | Self::StartsWith
            | Self::EndsWith
            | Self::Contains
            | Self::Match
            | Self::In
            | Self::Lt
            | Self::Le
            | Self::Gt
            | Self::Ge => None,
        }
    }
}

impl RuleName {
    const fn new(source: RuleSource, ty: RuleType, ops: &'static [RuleOp]) -> RuleName {
        RuleName { source, ty, ops }
    }

    #[must_use]
    pub const fn text(attribute: Attr<str>) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Text, RuleOp::TEXT)
    }

    /// Text whose words in rules differ from those that are kept: `Corporate` for `company`.
    #[must_use]
    pub const fn words(attribute: Attr<str>, words: &'static [(&'static str, &'static str)]) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Words(words), RuleOp::MEMBERSHIP)
    }

    #[must_use]
    pub const fn flag(attribute: Attr<bool>) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Bool, RuleOp::EQUALITY)
    }

    #[must_use]
    pub const fn number(attribute: Attr<i64>) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Number, RuleOp::ORDER)
    }

    #[must_use]
    pub const fn time(attribute: Attr<Time>) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Time, RuleOp::ORDER)
    }

    /// Text that is ordered as a version: `10.0.9` before `10.0.10`.
    #[must_use]
    pub const fn version(attribute: Attr<str>) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Version, RuleOp::ORDER)
    }

    #[must_use]
    pub const fn texts(attribute: Attr<[String]>) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Texts, RuleOp::ITEMS)
    }

    /// A text field of a record.
    #[must_use]
    pub const fn field(attribute: Attr<Record>, field: &'static str) -> RuleName {
        RuleName::new(RuleSource::Field(attribute.id, field), RuleType::Text, RuleOp::TEXT)
    }

    /// Text fields of a record that are called as this name with a number behind it: `extensionAttribute1` to `15`.
    #[must_use]
    pub const fn numbered(attribute: Attr<Record>, last: u8) -> RuleName {
        RuleName::new(RuleSource::Numbered(attribute.id, last), RuleType::Text, RuleOp::TEXT)
    }

    /// Records, asked with `-any` or `-all`; within, an item is called `item` and has these fields.
    #[must_use]
    pub const fn records(attribute: Attr<[Record]>, item: &'static str, fields: &'static [&'static str]) -> RuleName {
        RuleName::new(RuleSource::Attribute(attribute.id), RuleType::Records(item, fields), &[])
    }

    /// The object's own id.
    #[must_use]
    pub const fn id() -> RuleName {
        RuleName::new(RuleSource::Id, RuleType::Guid, RuleOp::MEMBERSHIP)
    }

    /// The objects that link here, asked as `-any (group.objectId -in [..])`.
    #[must_use]
    pub const fn linked_from(link: LinkId, item: &'static str) -> RuleName {
        RuleName::new(RuleSource::LinkedFrom(link), RuleType::Linked(item), &[])
    }

    /// The same name, taking only these operators.
    #[must_use]
    pub const fn only(mut self, ops: &'static [RuleOp]) -> RuleName {
        self.ops = ops;
        self
    }
}
