//! Writing JSON text straight from values, in the order the schema gives; no tree in between.

/// JSON being written. Commas come by themselves.
#[derive(Default)]
pub struct Json {
    text: String,
    /// Whether the next item is the first of its object, list or member.
    fresh: bool,
}

impl Json {
    #[must_use]
    pub fn new() -> Json {
        Json { text: String::with_capacity(1024), fresh: true }
    }

    /// Everything written so far.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    pub fn open(&mut self) {
        self.item();
        self.text.push('{');
        self.fresh = true;
    }

    pub fn close(&mut self) {
        self.text.push('}');
        self.fresh = false;
    }

    pub fn open_list(&mut self) {
        self.item();
        self.text.push('[');
        self.fresh = true;
    }

    pub fn close_list(&mut self) {
        self.text.push(']');
        self.fresh = false;
    }

    /// The name of the member that is written next.
    pub fn key(&mut self, name: &str) {
        self.item();
        self.quote(name);
        self.text.push(':');
        self.fresh = true;
    }

    pub fn string(&mut self, text: &str) {
        self.item();
        self.quote(text);
    }

    pub fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    pub fn int(&mut self, value: i64) {
        self.raw(&value.to_string());
    }

    /// A number; what JSON cannot say (NaN, infinities) becomes null.
    pub fn double(&mut self, value: f64) {
        match serde_json::Number::from_f64(value) {
            Some(number) => self.raw(&number.to_string()),
            None => self.null(),
        }
    }

    pub fn null(&mut self) {
        self.raw("null");
    }

    /// Text that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.item();
        self.text.push_str(json);
    }

    /// A member whose value is text.
    pub fn member(&mut self, name: &str, text: &str) {
        self.key(name);
        self.string(text);
    }

    fn item(&mut self) {
        if !self.fresh {
            self.text.push(',');
        }
        self.fresh = false;
    }

    fn quote(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                c if (c as u32) < 0x20 => {
                    self.text.push_str("\\u00");
                    self.text.push(char::from_digit(c as u32 >> 4, 16).unwrap_or('0'));
                    self.text.push(char::from_digit(c as u32 & 15, 16).unwrap_or('0'));
                }
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut json = Json::new();
        json.open();
        json.member("a\"b", "x\u{1}\u{1f}\n\\é");
        json.key("list");
        json.open_list();
        json.int(-1);
        json.open();
        json.close();
        json.open_list();
        json.close_list();
        json.double(1.5);
        json.double(f64::NAN);
        json.bool(true);
        json.close_list();
        json.key("last");
        json.null();
        json.close();
        let read: serde_json::Value = serde_json::from_str(&json.into_text()).unwrap();
        assert_eq!(
            read,
            serde_json::json!({"a\"b": "x\u{1}\u{1f}\n\\é", "list": [-1, {}, [], 1.5, null, true], "last": null})
        );
    }
}
