//! The words that stand for enum values, in the database and outside. They are stored: never change one.

use crate::{CorrectionAbout, CorrectionState, DraftState, MailKind, MailState, Role};

use super::{Act, ArtifactKind, BatchKind, BatchState, KeyRole, State, StatusPurpose, Suite};

macro_rules! codes {
    ($type:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in a fixed order.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The word for it.
            pub fn code(self) -> &'static str {
                match self { $($type::$variant => $code),+ }
            }

            /// The value that a word stands for.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some($type::$variant),)+ _ => None }
            }
        }
    };
}

codes!(KeyRole { Certificates = "certificates", Api = "api" });
codes!(ArtifactKind { Programme = "programme", Design = "design", Template = "template", Asset = "asset" });
codes!(BatchKind { Cohort = "cohort", Reissue = "reissue" });
codes!(BatchState { Reserved = "reserved", Issued = "issued" });
codes!(State {
    Reserved = "reserved",
    Issued = "issued",
    Suspended = "suspended",
    Revoked = "revoked",
    Superseded = "superseded",
    Erased = "erased",
});
codes!(Act { Revoke = "revoke", Suspend = "suspend", Reinstate = "reinstate", Supersede = "supersede" });
codes!(StatusPurpose { Revocation = "revocation", Suspension = "suspension", Refresh = "refresh" });
codes!(Role { Operator = "operator", Approver = "approver", Admin = "admin", Auditor = "auditor" });
codes!(DraftState {
    Draft = "draft",
    Submitted = "submitted",
    Approved = "approved",
    Issued = "issued",
    Discarded = "discarded",
});
codes!(MailKind { Issued = "issued", Corrected = "corrected", Link = "link", Declined = "declined" });
codes!(MailState {
    Queued = "queued",
    Sending = "sending",
    Handed = "handed",
    Sent = "sent",
    Failed = "failed",
    Unsure = "unsure",
});
codes!(CorrectionAbout { Name = "name", Number = "number", Other = "other" });
codes!(CorrectionState { Open = "open", Done = "done", Declined = "declined" });
codes!(Suite { Rdfc = "eddsa-rdfc-2022", Jcs = "eddsa-jcs-2022" });

impl Act {
    /// The state that follows, when the step exists.
    pub fn step(self, from: State) -> Option<State> {
        match (self, from) {
            (Self::Revoke, State::Issued | State::Suspended) => Some(State::Revoked),
            (Self::Suspend, State::Issued) => Some(State::Suspended),
            (Self::Reinstate, State::Suspended) => Some(State::Issued),
            (Self::Supersede, State::Issued | State::Suspended) => Some(State::Superseded),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_for_its_value() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(*state));
        }
        for purpose in StatusPurpose::ALL {
            assert_eq!(StatusPurpose::from_code(purpose.code()), Some(*purpose));
        }
        assert_eq!(State::from_code("Issued"), None);
    }

    #[test]
    fn revoked_superseded_and_erased_are_final() {
        for act in Act::ALL {
            for state in [State::Reserved, State::Revoked, State::Superseded, State::Erased] {
                assert_eq!(act.step(state), None, "{} from {}", act.code(), state.code());
            }
        }
    }
}
