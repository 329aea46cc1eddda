"""The audit log: who signed in, who was given which role, who saw or exported personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

DETAIL_LENGTH = 300


class Action(StrEnum):
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    ROLE_GRANTED = "role_granted"
    ROLE_REVOKED = "role_revoked"
    EXPORTED = "exported"
    PERSONAL_DATA_VIEWED = "personal_data_viewed"
    PASSPHRASE_RESET = "passphrase_reset"  # noqa: S105 - the name of an action
    TOKEN_CREATED = "token_created"  # noqa: S105 - the name of an action
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an action
    PERSON_ERASED = "person_erased"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_RENAMED = "certificate_renamed"
    RECIPIENTS_CHANGED = "recipients_changed"
    STATISTICS_QUERIED = "statistics_queried"
    DEAD_LETTER_REPLAYED = "dead_letter_replayed"
    RELEASE_DISCARDED = "release_discarded"
    PASSPHRASE_CHANGED = "passphrase_changed"  # noqa: S105 - the name of an action
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PERSON_VOUCHED_FOR = "person_vouched_for"
    ORGANISATION_CONFIRMED = "organisation_confirmed"
    ACCESS_REFUSED = "access_refused"
    PLACES_IMPORTED = "places_imported"
    PERSON_REGISTERED = "person_registered"
    PEOPLE_IMPORTED = "people_imported"
    PEOPLE_IMPORT_UNDONE = "people_import_undone"
    DESK_DATA_CHANGED = "desk_data_changed"
    RELEASE_PLANNED = "release_planned"
    RELEASE_BUILD_CANCELLED = "release_build_cancelled"
    RELEASE_APPROVED = "release_approved"
    RELEASE_PUBLISHED = "release_published"
    RELEASE_CORRECTION_PLANNED = "release_correction_planned"
    RELEASE_WITHDRAWN = "release_withdrawn"
    WORKING_FIGURES_VIEWED = "working_figures_viewed"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    SECOND_FACTOR_REFUSED = "second_factor_refused"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    COMMENT_DECIDED = "comment_decided"
    RECORD_CHANGED_BY_HAND = "record_changed_by_hand"
    KIT_TAKEN = "kit_taken"
    KIT_REVOKED = "kit_revoked"
    PRIVACY_NOTICE_PUBLISHED = "privacy_notice_published"
    ERASURE_ASKED_FOR = "erasure_asked_for"
    ERASURE_REQUEST_TAKEN_BACK = "erasure_request_taken_back"
    ERASURE_REQUEST_REFUSED = "erasure_request_refused"
    CARD_MADE = "card_made"
    CARD_ENDED_EARLY = "card_ended_early"
    CARD_WAS_LOCKED = "card_was_locked"
    CARD_UNLOCKED = "card_unlocked"
    CENTRE_DEVICE_ADDED = "centre_device_added"
    CENTRE_DEVICE_REMOVED = "centre_device_removed"
    ACCOUNTS_MERGED = "accounts_merged"
    ACCOUNTS_SEPARATED = "accounts_separated"
    RESET_MAIL_ASKED_FOR = "reset_mail_asked_for"
    PASSPHRASE_RESET_BY_MAIL = "passphrase_reset_by_mail"  # noqa: S105 - a name
    EMAIL_CONFIRMED = "email_confirmed"
    RETENTION_SET = "retention_set"
    RETENTION_RAN = "retention_ran"


# What callers may report here. All else happens in this service, or is heard from the service that did it.
REPORTED = frozenset([Action.DEAD_LETTER_REPLAYED, Action.ACCESS_REFUSED])


@dataclass(frozen=True)
class Entry:
    id: str
    time: datetime
    actor: str
    """ "people/{id}"; empty where unknown or where the operator did it by a command."""
    action: Action
    subject: str
    detail: str = ""
    subjects: tuple[str, ...] = ()
    """Of a list that somebody saw: each person on it, so that they can learn of it."""
