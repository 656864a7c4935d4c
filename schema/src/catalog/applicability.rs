//! Which devices a setting is for, and which other setting it means nothing without.

use std::cmp::Ordering;

/// Which devices a setting is for. Empty is every device of the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applicability {
    /// Any of these; none named is any.
    pub distributions: Vec<Distribution>,
    /// Paths of which one must be there: the program that reads the setting.
    pub needs: Vec<String>,
}

/// A distribution by the id of its os-release file, from a version on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    pub id: String,
    pub minimum_version: Option<String>,
}

/// Another setting and the value that it must have, as the catalogue writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub setting: String,
    pub value: String,
}

impl Applicability {
    /// Why the setting is not for a device of this distribution and version; `compare` compares versions. What a device has not
    /// said does not keep the setting away.
    pub fn refuses(
        &self,
        distribution: Option<&str>,
        version: Option<&str>,
        compare: impl Fn(&str, &str) -> Ordering,
    ) -> Option<String> {
        let id = distribution?;
        if self.distributions.is_empty() {
            return None;
        }
        let fits = |known: &Distribution| {
            let is_new_enough = match (&known.minimum_version, version) {
                (Some(minimum), Some(version)) => compare(version, minimum) != Ordering::Less,
                _ => true,
            };
            known.id.eq_ignore_ascii_case(id) && is_new_enough
        };
        let named = self.distributions.iter().map(Distribution::text).collect::<Vec<_>>().join(", ");
        (!self.distributions.iter().any(fits)).then(|| {
            format!("it is for {named}; the device has {id} {}", version.unwrap_or_default()).trim_end().to_owned()
        })
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let distributions = self.distributions.iter().map(Distribution::text).collect::<Vec<_>>().join(", ");
        match (self.distributions.is_empty(), self.needs.is_empty()) {
            (true, true) => None,
            (false, true) => Some(format!("For {distributions}.")),
            (true, false) => Some(format!("Where {} is there.", self.needs.join(" or "))),
            (false, false) => Some(format!("For {distributions}, where {} is there.", self.needs.join(" or "))),
        }
    }
}

impl Distribution {
    /// `debian` or `debian >= 12`.
    pub(super) fn parse(text: &str) -> Result<Distribution, String> {
        let (id, version) = match text.split_once(">=") {
            Some((id, version)) => (id.trim(), Some(version.trim())),
            None => (text.trim(), None),
        };
        let good =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !good(id) || !version.is_none_or(good) {
            return Err(format!("`{text}` is not a distribution such as `debian` or `debian >= 12`"));
        }
        Ok(Distribution { id: id.to_owned(), minimum_version: version.map(str::to_owned) })
    }

    fn text(&self) -> String {
        match &self.minimum_version {
            Some(version) => format!("{} {version} and later", self.id),
            None => self.id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_setting_is_for_the_distributions_that_it_names() {
        let applies = Applicability {
            distributions: vec![Distribution::parse("debian >= 12").unwrap(), Distribution::parse("fedora").unwrap()],
            needs: vec![],
        };
        for (id, version, expected) in [
            (Some("debian"), Some("12"), true),
            (Some("debian"), Some("11"), false),
            (Some("Fedora"), Some("1"), true),
            (Some("arch"), None, false),
            (Some("debian"), None, true),
            (None, None, true),
        ] {
            assert_eq!(applies.refuses(id, version, |a, b| a.cmp(b)).is_none(), expected, "{id:?} {version:?}");
        }
        assert_eq!(Applicability::default().refuses(Some("arch"), None, |a, b| a.cmp(b)), None);
        assert!(Distribution::parse("debian > 12").is_err());
    }
}
