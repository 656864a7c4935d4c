//! Rights: what may be done with the objects of an area, and sets of them that are cheap to join and to ask.
//!
//! Whose rights they are, and how far they reach, stands in `rights`.

use crate::area::Area;

/// One thing that may be done with the objects of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    Read,
    Create,
    /// Set any attribute that is not a credential.
    Update,
    /// Delete and restore.
    Delete,
    /// Set or reset credentials: passwords, keys, passes.
    Credentials,
    /// Add and remove any link.
    Links,
    /// Call any action.
    Actions,
    /// Set this attribute.
    Set(&'static str),
    /// Add and remove links of this name.
    Link(&'static str),
    /// Call the action of this name.
    Action(&'static str),
}

/// Everything that may be done with an area, credentials excepted.
pub const MANAGE: &[Right] = &[Right::Read, Right::Create, Right::Update, Right::Delete, Right::Links, Right::Actions];
/// Everything.
pub const ALL: &[Right] =
    &[Right::Read, Right::Create, Right::Update, Right::Delete, Right::Credentials, Right::Links, Right::Actions];
pub const READ: &[Right] = &[Right::Read];

/// What somebody asks to do; like [`Right`], with the names they gave. An empty name asks for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    Read,
    Create,
    Delete,
    Credentials,
    Set(&'a str),
    Link(&'a str),
    Action(&'a str),
}

/// A set of rights over areas.
#[derive(Clone, Debug, Default)]
pub struct Powers {
    /// Per area one bit per unnamed right.
    broad: Vec<u8>,
    named: Vec<(Area, Right)>,
}

impl Powers {
    /// Every right over every area.
    #[must_use]
    pub fn everything() -> Powers {
        Powers { broad: vec![u8::MAX; Area::ALL.len()], named: Vec::new() }
    }

    pub fn grant(&mut self, area: Area, rights: &[Right]) {
        for right in rights {
            match bit(*right) {
                0 => self.grant_named(area, *right),
                bit => self.grant_bits(area, bit),
            }
        }
    }

    pub fn join(&mut self, other: &Powers) {
        if self.broad.is_empty() {
            self.broad.clone_from(&other.broad);
        } else {
            self.broad.iter_mut().zip(&other.broad).for_each(|(mine, theirs)| *mine |= theirs);
        }
        other.named.iter().for_each(|(area, right)| self.grant_named(*area, *right));
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.broad.iter().all(|bits| *bits == 0) && self.named.is_empty()
    }

    /// Whether these powers include what is asked.
    #[must_use]
    pub fn have(&self, area: Area, ask: Ask<'_>) -> bool {
        let broad = self.broad.get(area as usize).copied().unwrap_or(0);
        let wanted = match ask {
            Ask::Read => bit(Right::Read),
            Ask::Create => bit(Right::Create),
            Ask::Delete => bit(Right::Delete),
            Ask::Credentials => bit(Right::Credentials),
            Ask::Set(_) => bit(Right::Update),
            Ask::Link(_) => bit(Right::Links),
            Ask::Action(_) => bit(Right::Actions),
        };
        broad & wanted != 0 || self.have_named(area, ask)
    }

    fn have_named(&self, area: Area, ask: Ask<'_>) -> bool {
        self.named.iter().any(|(of, right)| {
            *of == area
                && match (right, ask) {
                    (Right::Set(mine), Ask::Set(asked))
                    | (Right::Link(mine), Ask::Link(asked))
                    | (Right::Action(mine), Ask::Action(asked)) => asked.is_empty() || mine.eq_ignore_ascii_case(asked),
                    _ => false,
                }
        })
    }

    fn grant_bits(&mut self, area: Area, bits: u8) {
        if self.broad.is_empty() {
            self.broad = vec![0; Area::ALL.len()];
        }
        if let Some(mine) = self.broad.get_mut(area as usize) {
            *mine |= bits;
        }
    }

    fn grant_named(&mut self, area: Area, right: Right) {
        if !self.named.contains(&(area, right)) {
            self.named.push((area, right));
        }
    }
}

/// The bit of an unnamed right; none for a named one.
const fn bit(right: Right) -> u8 {
    match right {
        Right::Read => 1,
        Right::Create => 2,
        Right::Update => 4,
        Right::Delete => 8,
        Right::Credentials => 16,
        Right::Links => 32,
        Right::Actions => 64,
        Right::Set(_) | Right::Link(_) | Right::Action(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_what_was_granted_and_nothing_else() {
        let mut powers = Powers::default();
        assert!(powers.is_empty());
        powers.grant(Area::Groups, &[Right::Read, Right::Link("members")]);
        let mut joined = Powers::default();
        joined.join(&powers);
        joined.grant(Area::Users, &[Right::Update]);
        for (area, ask, expected) in [
            (Area::Groups, Ask::Read, true),
            (Area::Groups, Ask::Link("members"), true),
            (Area::Groups, Ask::Link("owners"), false),
            (Area::Groups, Ask::Delete, false),
            (Area::Users, Ask::Set("department"), true),
            (Area::Users, Ask::Credentials, false),
            (Area::Devices, Ask::Read, false),
        ] {
            assert_eq!(joined.have(area, ask), expected, "{area:?} {ask:?}");
        }
        assert!(Powers::everything().have(Area::Other, Ask::Action("wipe")));
    }
}
