//! Rules of dynamic groups, device filters and assignment filters. A rule that can be read can be judged, and printed as a
//! rule that reads back as the same.

#![no_main]

use std::sync::{Arc, LazyLock};

use directory::{Change, Id, RULE_CHARS_MAX, RuleNames, Snapshot, Time, parse_rule};
use libfuzzer_sys::fuzz_target;

static ALL: [&RuleNames; 4] = [
    &identity::USER_RULE,
    &identity::DEVICE_RULE,
    &access::conditional::DEVICE_FILTER_RULE,
    &devices::ASSIGNMENT_FILTER_RULE,
];

/// A user and a device, to judge.
static NOW: LazyLock<Snapshot> = LazyLock::new(|| {
    let empty = Snapshot::empty(Arc::new(schema::model()));
    let create = |id: u128, kind: &str, attributes| Change::Create {
        id: Id::from_u128(id),
        kind: directory::KindId::of(kind),
        attributes,
    };
    let user = vec![
        (schema::DISPLAY_NAME.id, "Ada".into()),
        (schema::MAIL_NICKNAME.id, "ada".into()),
        (schema::USER_PRINCIPAL_NAME.id, "ada@xyz.example".into()),
        (schema::ACCOUNT_ENABLED.id, true.into()),
        (schema::user::BUSINESS_PHONES.id, ["+1 555 0100"].into()),
    ];
    let device = vec![
        (schema::DISPLAY_NAME.id, "lt-7".into()),
        (schema::ACCOUNT_ENABLED.id, true.into()),
        (schema::device::DEVICE_ID.id, Id::from_u128(2).to_string().into()),
        (schema::device::OPERATING_SYSTEM_VERSION.id, "24.04".into()),
    ];
    let managed = vec![(schema::managed_device::DEVICE_NAME.id, "lt-7".into())];
    let changes = [create(1, "user", user), create(2, "device", device), create(3, "managedDevice", managed)];
    empty.fork(Time::from_unix(1_795_248_000), &changes).expect("the model takes a user and a device")
});

fuzz_target!(|text: &str| {
    for names in ALL {
        let Ok(filter) = parse_rule(text, names) else { continue };
        for id in [1, 2, 3].map(Id::from_u128) {
            let object = NOW.find(id).expect("it was made above");
            let _ = filter.matches(&NOW, object, Time::from_unix(1_795_248_000));
        }
        let _ = (filter.attributes(), filter.links(), filter.demands(), filter.depends_on_time());
        let printed = names.print(&filter);
        // Spelling out may take more characters than were given.
        if printed.chars().count() <= RULE_CHARS_MAX {
            let again = parse_rule(&printed, names).unwrap_or_else(|why| panic!("`{printed}` {why}, from `{text}`"));
            assert_eq!(names.print(&again), printed, "from `{text}`");
        }
    }
});
