//! requestSchedule and its like: when something begins, how long it lasts and how it repeats.

use directory::{EnumDef, RecordDef};

use crate::shape::{field, members, shape};

pub static REQUEST_SCHEDULE_RECORD: RecordDef = shape(
    "requestSchedule",
    &[
        field::record("expiration", &EXPIRATION_PATTERN_RECORD),
        field::record("recurrence", &PATTERNED_RECURRENCE_RECORD),
        field::time("startDateTime"),
    ],
);

pub static EXPIRATION_PATTERN_RECORD: RecordDef = shape(
    "expirationPattern",
    &[field::duration("duration"), field::time("endDateTime"), field::choice("type", &EXPIRATION_PATTERN_TYPE_VALUES)],
);

pub static PATTERNED_RECURRENCE_RECORD: RecordDef = shape(
    "patternedRecurrence",
    &[field::record("pattern", &RECURRENCE_PATTERN_RECORD), field::record("range", &RECURRENCE_RANGE_RECORD)],
);

pub static RECURRENCE_PATTERN_RECORD: RecordDef = shape(
    "recurrencePattern",
    &[
        field::int("dayOfMonth"),
        field::choices("daysOfWeek", &DAY_OF_WEEK_VALUES),
        field::choice("firstDayOfWeek", &DAY_OF_WEEK_VALUES),
        field::choice("index", &WEEK_INDEX_VALUES),
        field::int("interval"),
        field::int("month"),
        field::choice("type", &RECURRENCE_PATTERN_TYPE_VALUES),
    ],
);

pub static RECURRENCE_RANGE_RECORD: RecordDef = shape(
    "recurrenceRange",
    &[
        field::date("endDate"),
        field::int("numberOfOccurrences"),
        field::text("recurrenceTimeZone"),
        field::date("startDate"),
        field::choice("type", &RECURRENCE_RANGE_TYPE_VALUES),
    ],
);

pub static ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD: RecordDef = shape(
    "entitlementManagementSchedule",
    &[
        field::record("expiration", &EXPIRATION_PATTERN_RECORD),
        field::record("recurrence", &PATTERNED_RECURRENCE_RECORD),
        field::time("startDateTime"),
    ],
);

pub static DAY_OF_WEEK_VALUES: EnumDef =
    members("dayOfWeek", &["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]);

pub static EXPIRATION_PATTERN_TYPE_VALUES: EnumDef =
    members("expirationPatternType", &["notSpecified", "noExpiration", "afterDateTime", "afterDuration"]);

pub static WEEK_INDEX_VALUES: EnumDef = members("weekIndex", &["first", "second", "third", "fourth", "last"]);

pub static RECURRENCE_PATTERN_TYPE_VALUES: EnumDef = members(
    "recurrencePatternType",
    &["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"],
);

pub static RECURRENCE_RANGE_TYPE_VALUES: EnumDef = members("recurrenceRangeType", &["endDate", "noEnd", "numbered"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &REQUEST_SCHEDULE_RECORD,
    &EXPIRATION_PATTERN_RECORD,
    &PATTERNED_RECURRENCE_RECORD,
    &RECURRENCE_PATTERN_RECORD,
    &RECURRENCE_RANGE_RECORD,
    &ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD,
];
