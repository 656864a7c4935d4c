//! accessPackageQuestion: what people are asked when they ask for an access package.

use directory::{Kind, RecordDef};

use crate::shape::{ENTITY_RECORD, abstract_shape, field, item, shape, under};

pub static ACCESS_PACKAGE_QUESTION: Kind = item(&ACCESS_PACKAGE_QUESTION_RECORD, &[]);

pub static ACCESS_PACKAGE_QUESTION_RECORD: RecordDef = abstract_shape(under(
    &ENTITY_RECORD,
    shape(
        "accessPackageQuestion",
        &[
            field::flag("isAnswerEditable"),
            field::flag("isRequired"),
            field::records("localizations", &ACCESS_PACKAGE_LOCALIZED_TEXT_RECORD),
            field::int("sequence"),
            field::text("text"),
        ],
    ),
));

pub static ACCESS_PACKAGE_LOCALIZED_TEXT_RECORD: RecordDef =
    shape("accessPackageLocalizedText", &[field::text("languageCode"), field::text("text")]);

pub static ACCESS_PACKAGE_MULTIPLE_CHOICE_QUESTION_RECORD: RecordDef = under(
    &ACCESS_PACKAGE_QUESTION_RECORD,
    shape(
        "accessPackageMultipleChoiceQuestion",
        &[
            field::records("choices", &ACCESS_PACKAGE_ANSWER_CHOICE_RECORD),
            field::flag("isMultipleSelectionAllowed"),
            field::flag("allowsMultipleSelection"),
        ],
    ),
);

pub static ACCESS_PACKAGE_ANSWER_CHOICE_RECORD: RecordDef = shape(
    "accessPackageAnswerChoice",
    &[
        field::text("actualValue"),
        field::records("localizations", &ACCESS_PACKAGE_LOCALIZED_TEXT_RECORD),
        field::text("text"),
        field::record("displayValue", &ACCESS_PACKAGE_LOCALIZED_CONTENT_RECORD),
    ],
);

pub static ACCESS_PACKAGE_LOCALIZED_CONTENT_RECORD: RecordDef = shape(
    "accessPackageLocalizedContent",
    &[field::text("defaultText"), field::records("localizedTexts", &ACCESS_PACKAGE_LOCALIZED_TEXT_RECORD)],
);

pub static ACCESS_PACKAGE_TEXT_INPUT_QUESTION_RECORD: RecordDef = under(
    &ACCESS_PACKAGE_QUESTION_RECORD,
    shape("accessPackageTextInputQuestion", &[field::flag("isSingleLineQuestion"), field::text("regexPattern")]),
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &ACCESS_PACKAGE_QUESTION_RECORD,
    &ACCESS_PACKAGE_LOCALIZED_TEXT_RECORD,
    &ACCESS_PACKAGE_MULTIPLE_CHOICE_QUESTION_RECORD,
    &ACCESS_PACKAGE_ANSWER_CHOICE_RECORD,
    &ACCESS_PACKAGE_LOCALIZED_CONTENT_RECORD,
    &ACCESS_PACKAGE_TEXT_INPUT_QUESTION_RECORD,
];
