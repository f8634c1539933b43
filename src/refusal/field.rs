//! What a command can have wrong, as it is called to whoever reads a refusal.

use serde::{Deserialize, Serialize};

/// What a command can have too much of, or have wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Field {
    /// The bytes of a message's content.
    Message,
    /// The elements of a message.
    Elements,
    /// A nick.
    Nick,
    /// An avatar's address.
    Avatar,
    /// A name card.
    NameCard,
    /// A group's name.
    GroupName,
    /// A group's introduction.
    Introduction,
    /// A group's notification.
    Notification,
    /// The address of a group's picture.
    FaceUrl,
    /// A custom field's key.
    CustomKey,
    /// A custom field's value.
    CustomValue,
    /// The custom fields.
    CustomFields,
    /// The note of somebody who asks to join.
    Note,
    /// A reason given for an act.
    Reason,
    /// A notice's field.
    Notice,
    /// Users named in one command.
    Users,
    /// A length of time.
    Span,
    /// An attribute's key.
    AttributeKey,
    /// An attribute's value.
    AttributeValue,
    /// The attributes.
    Attributes,
    /// All attributes' values together.
    AttributeBytes,
    /// A counter's key.
    CounterKey,
    /// The counters.
    Counters,
    /// A counter's value.
    CounterValue,
    /// A mark's number.
    Mark,
    /// The marks of a group, or the members of a mark.
    Marks,
    /// The sessions of one user.
    Sessions,
    /// The acts of one step.
    Acts,
    /// Messages named as evidence.
    Evidence,
    /// Users muted.
    Mutes,
    /// Users banned.
    Bans,
    /// Fingerprints named, or banned.
    Prints,
    /// Users who have strikes.
    Strikes,
    /// Users who wait to be admitted.
    Applicants,
    /// Messages held: open questions, and what waits behind them or is in preview.
    Questions,
    /// Messages held of one author.
    AuthorQuestions,
    /// Messages in folds, and the folds.
    Folds,
    /// The members of a group.
    Members,
    /// The admins of a group.
    Admins,
    /// Custom elements in one message.
    CustomElements,
}

impl Field {
    /// What it is called, and the form that it must have: for whoever reads a refusal, so it is true
    /// wherever the field is refused as malformed. A group refuses what only a bound limits as too
    /// long or too many; there the bound is all that can be said.
    pub(super) const fn rule(self) -> (&'static str, &'static str) {
        const LINE: &str = "one line, without control characters or such as turn text around, with at \
                            most 4 marks on a character";
        const FILLED: &str = "one line and not empty, without control characters or such as turn text \
                              around, with at most 4 marks on a character";
        const TEXT: &str = "text that turns back where it turns around, without control characters but \
                            line breaks and tabs";
        const SHORT: &str = "no longer than the group allows";
        const FEW: &str = "no more than the group allows";
        match self {
            Self::Message => ("the message", "what its kind asks for"),
            Self::Elements => ("the elements of a message", FEW),
            Self::Nick => ("the nick", LINE),
            Self::Avatar => ("the address of the avatar", LINE),
            Self::NameCard => ("the name card", LINE),
            Self::GroupName => ("the name of the group", FILLED),
            Self::Introduction => ("the introduction", TEXT),
            Self::Notification => ("the notification", TEXT),
            Self::FaceUrl => ("the address of the group's picture", LINE),
            Self::CustomKey => {
                ("the key of a custom field", "one or more of the characters A-Z, a-z, 0-9 and _")
            }
            Self::CustomValue => ("the value of a custom field", SHORT),
            Self::CustomFields => ("the custom fields", FEW),
            Self::Note => ("the note", TEXT),
            Self::Reason => ("the reason", TEXT),
            Self::Notice => ("the notice", SHORT),
            Self::Users => (
                "users",
                "named by valid ids, at least one; a user's join names that user, a guest's nobody",
            ),
            Self::Span => {
                ("the span", "longer than zero, and in slow mode and raid mode at most 24 hours")
            }
            Self::AttributeKey => ("the key of an attribute", FILLED),
            Self::AttributeValue => ("the value of an attribute", SHORT),
            Self::Attributes => ("the attributes", FEW),
            Self::AttributeBytes => ("the values of all attributes together", SHORT),
            Self::CounterKey => ("the key of a counter", FILLED),
            Self::Counters => ("the counters", FEW),
            Self::CounterValue => ("the value of a counter", "a whole number of 64 bits"),
            Self::Mark => ("a mark", "named, and be 500, 600, or a number from 1,000 on"),
            Self::Marks => ("the marks, and the members who have one,", FEW),
            Self::Sessions => ("the sessions of one user", FEW),
            Self::Acts => ("the acts", "at least one"),
            Self::Evidence => ("the messages named as evidence", FEW),
            Self::Mutes => ("the users muted", FEW),
            Self::Bans => ("the users banned", FEW),
            Self::Prints => ("the fingerprints", "at least one, and no more than the group allows"),
            Self::Strikes => ("the users who have strikes", FEW),
            Self::Applicants => ("the users who wait to be admitted", FEW),
            Self::Questions => ("the messages held", FEW),
            Self::AuthorQuestions => ("the messages held of one author", FEW),
            Self::Folds => ("the folded messages", FEW),
            Self::Members => ("the members", FEW),
            Self::Admins => ("the admins", FEW),
            Self::CustomElements => ("the custom elements of a message", FEW),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use super::*;
    use crate::{bounds, command::Command, refusal::Refusal};

    /// Every field, as their wire form names them.
    fn fields() -> Vec<Field> {
        let error = serde_json::from_str::<Field>("\"none\"").unwrap_err().to_string();
        let names = error.split_once("expected one of").unwrap().1;
        let names = names.split('`').skip(1).step_by(2);
        names.map(|name| serde_json::from_str(&format!("{name:?}")).unwrap()).collect()
    }

    fn told(field: Field) -> String {
        Refusal::Malformed { field }.to_string()
    }

    #[test]
    fn each_field_has_a_sentence_of_its_own_that_says_its_form() {
        let fields = fields();
        assert_eq!((fields.first(), fields.len()), (Some(&Field::Message), 40));
        let sentences: BTreeSet<String> = fields.iter().map(|&field| told(field)).collect();
        assert_eq!(sentences.len(), fields.len());
        for sentence in sentences {
            assert!(sentence.contains(" must be "), "{sentence}");
            assert!(sentence.starts_with(char::is_lowercase), "{sentence}");
        }
        assert_eq!(
            told(Field::Nick),
            "the nick must be one line, without control characters or such as turn text around, with \
             at most 4 marks on a character"
        );
    }

    #[test]
    fn the_numbers_that_a_sentence_says_are_those_that_are_kept() {
        assert_eq!(bounds::LONGEST_PAUSE, Duration::from_hours(24));
        assert!(told(Field::Span).contains("at most 24 hours"));
        let marks = [Command::ALWAYS_ONLINE, Command::HIDDEN, bounds::FIRST_MARK];
        assert_eq!(marks, [500, 600, 1_000]);
        assert_eq!(bounds::STACKED, 4);
        assert!(told(Field::NameCard).contains("at most 4 marks"));
        assert!(told(Field::Mark).contains("500, 600, or a number from 1,000 on"));
    }
}
