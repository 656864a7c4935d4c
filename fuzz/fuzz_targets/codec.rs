//! Bytes as the store keeps them: whatever they are, reading them ends with a value or with [`directory::Corrupt`], and what was
//! read is written as something that reads back the same.

#![no_main]

use directory::{Commit, Id, KindId, Object, Why, record_from_bytes, record_to_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = record_from_bytes(bytes) {
        let again = record_to_bytes(&record);
        let read = record_from_bytes(&again).expect("what we wrote can be read");
        // Compared as bytes: a NaN is not equal to itself.
        assert_eq!(record_to_bytes(&read), again);
    }
    if let Ok(commit) = Commit::from_bytes(bytes) {
        let again = commit.to_bytes();
        assert_eq!(Commit::from_bytes(&again).expect("what we wrote can be read").to_bytes(), again);
    }
    if let Ok(why) = Why::from_bytes(bytes) {
        assert_eq!(Why::from_bytes(&why.to_bytes()), Ok(why));
    }
    if let Ok(object) = Object::from_bytes(Id::from_u128(1), KindId::of("user"), 1, bytes.to_vec()) {
        for (attribute, value) in object.attributes() {
            let _ = (object.has(attribute), object.value(attribute));
            let _ = object.with(2, &[(attribute, Some(value))]).attributes().count();
            let _ = object.with(2, &[(attribute, None)]).attributes().count();
        }
        let _ = object.get(schema::DISPLAY_NAME);
        let _ = object.get(schema::user::BUSINESS_PHONES).map(|texts| texts.len());
        let _ = object.get(schema::ASSIGNED_PLANS);
    }
});
