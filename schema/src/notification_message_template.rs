//! notificationMessageTemplate: what people are told when their device is not compliant, in their languages.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Type};

pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME, ROLE_SCOPE_TAG_IDS};
use crate::shape::{ENTITY_RECORD, field, flags, item, shape, under};

pub const BRANDING_OPTIONS: Attr<str> = Attr::new("brandingOptions");
pub const DEFAULT_LOCALE: Attr<str> = Attr::new("defaultLocale");
pub const LOCALIZED_NOTIFICATION_MESSAGES: Attr<[Record]> = Attr::new("localizedNotificationMessages");

pub static NOTIFICATION_MESSAGE_TEMPLATE: Kind = Kind::new(
    "notificationMessageTemplate",
    &[
        BRANDING_OPTIONS.def().of(Type::Enum(&NOTIFICATION_TEMPLATE_BRANDING_OPTIONS_VALUES)),
        DEFAULT_LOCALE.def(),
        DISPLAY_NAME.def().required().equal(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        ROLE_SCOPE_TAG_IDS.def(),
        DESCRIPTION.def().on_select(),
        LOCALIZED_NOTIFICATION_MESSAGES.def().of(Type::Record(&LOCALIZED_NOTIFICATION_MESSAGE_RECORD)).on_select(),
    ],
    &[LinkDef::records(
        "localizedNotificationMessages",
        "localizedNotificationMessages",
        &LOCALIZED_NOTIFICATION_MESSAGE,
    )],
);

/// The message in one language.
pub static LOCALIZED_NOTIFICATION_MESSAGE: Kind = item(&LOCALIZED_NOTIFICATION_MESSAGE_RECORD, &[]);

pub static LOCALIZED_NOTIFICATION_MESSAGE_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "localizedNotificationMessage",
        &[
            field::flag("isDefault"),
            field::time("lastModifiedDateTime"),
            field::text("locale"),
            field::text("messageTemplate"),
            field::text("subject"),
        ],
    ),
);

pub static NOTIFICATION_TEMPLATE_BRANDING_OPTIONS_VALUES: EnumDef = flags(
    "notificationTemplateBrandingOptions",
    &[
        "none",
        "includeCompanyLogo",
        "includeCompanyName",
        "includeContactInformation",
        "includeCompanyPortalLink",
        "includeDeviceDetails",
        "unknownFutureValue",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&LOCALIZED_NOTIFICATION_MESSAGE_RECORD];
