//! Who asks: from the administrator of the first day to somebody of another tenant.

use directory::{Actor, Caller, Id, Snapshot, TenantId};
use schema::ACCOUNT_ENABLED;
use schema::user::USER;

use crate::dice::Dice;

/// A sort of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    System,
    Administrator,
    HelpDesk,
    Person,
    /// This person, for something that only they can do.
    Named(Id),
    /// A person through an application that was granted nothing.
    Unscoped,
    /// An application that may read people and write nothing.
    ReaderApp,
    WriterApp,
    Nobody,
    /// Somebody of another tenant.
    Stranger,
    /// Somebody whose account is off, with a token from before.
    Disabled,
}

impl Sort {
    /// The sorts by weight.
    const MIX: &'static [Sort] = &[
        Sort::System,
        Sort::System,
        Sort::System,
        Sort::System,
        Sort::System,
        Sort::Administrator,
        Sort::Administrator,
        Sort::Administrator,
        Sort::WriterApp,
        Sort::WriterApp,
        Sort::HelpDesk,
        Sort::Person,
        Sort::Unscoped,
        Sort::ReaderApp,
        Sort::Nobody,
        Sort::Stranger,
        Sort::Disabled,
    ];

    /// Choose a sort of caller.
    pub fn draw(dice: &mut Dice) -> Sort {
        dice.one(Sort::MIX)
    }

    /// Whether it can never change anything.
    #[must_use]
    pub fn is_powerless(self) -> bool {
        // Not `Disabled`: the node that chose them may not know yet that they were switched on again.
        matches!(self, Sort::Unscoped | Sort::Nobody | Sort::Stranger | Sort::ReaderApp)
    }
}

/// The people and applications of the first day.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    pub tenant: TenantId,
    pub admin: Id,
    pub help_desk: Id,
    pub app: Id,
}

/// What an application that administers is granted.
const WRITER_ROLES: &[&str] = &[
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "Device.ReadWrite.All",
    "EntitlementManagement.ReadWrite.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "LicenseAssignment.ReadWrite.All",
];

impl Cast {
    /// Somebody of a sort, if there is anybody.
    pub fn caller(&self, sort: Sort, dice: &mut Dice, now: &Snapshot) -> Option<Caller> {
        let mut person = |is_enabled: bool| {
            let all: Vec<Id> =
                now.all(&USER).filter(|user| user.is(ACCOUNT_ENABLED) == is_enabled).map(|user| user.id).collect();
            dice.pick(&all).copied()
        };
        let all = &["Directory.AccessAsUser.All"];
        Some(match sort {
            Sort::System => Caller::system(self.tenant),
            Sort::Administrator => self.with(Actor::User(self.admin), all, &[]),
            Sort::HelpDesk => self.with(Actor::User(self.help_desk), all, &[]),
            Sort::Named(id) => self.with(Actor::User(id), all, &[]),
            Sort::Person => self.with(Actor::User(person(true)?), all, &[]),
            Sort::Unscoped => self.with(Actor::User(person(true)?), &[], &[]),
            Sort::ReaderApp => self.with(Actor::App(self.app), &[], &["User.Read.All"]),
            Sort::WriterApp => self.with(Actor::App(self.app), &[], WRITER_ROLES),
            Sort::Nobody => self.with(Actor::Nobody, all, &[]),
            Sort::Stranger => {
                let stranger = self.with(Actor::User(Id::from_u128(0xbad)), all, &[]);
                Caller { tenant: Id::from_u128(0xbad0), ..stranger }
            }
            Sort::Disabled => self.with(Actor::User(person(false)?), all, &[]),
        })
    }

    fn with(&self, actor: Actor, scopes: &[&str], roles: &[&str]) -> Caller {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Caller { actor, scopes: texts(scopes), roles: texts(roles), strong: true, ..Caller::system(self.tenant) }
    }
}
