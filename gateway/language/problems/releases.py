"""What happened and what to do, for each reason that a release may be refused for or fail by."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

RELEASES: Mapping[str, str] = {
    "AREA_NEEDED": msgid("Choose one area. A release is about an area and all that lies in it."),
    "AS_OF_IN_FUTURE": msgid("The day of counting lies in the future. Leave it empty to count what is known now."),
    "FILE_NOT_FOUND": msgid("This release has no such file. Choose one from the list on its page."),
    "SDMX_NOTHING_FOUND": msgid("There is nothing by this agency, flow, version and key."),
    "SDMX_KEY": msgid("The key needs %(count)s parts with dots between: %(names)s. Write * for all codes of a part."),
    "PERIODS_MISSING": msgid("Choose at least one quarter or year."),
    "PERIODS_TOO_MANY": msgid(
        "These are too many periods for one release. Choose up to %(most)s; a year brings its four quarters along."
    ),
    "PERIOD_INVALID": msgid("%(period)s is no period. Write a quarter like 2026-Q3 or a year like 2026."),
    "PERIOD_NOT_OVER": msgid("%(period)s is not over yet. Leave it out, or wait until it has ended."),
    "RELEASE_ID_INVALID": msgid(
        "The id of a release has up to 60 small letters, digits and hyphens. Correct it, or leave it empty."
    ),
    "RELEASE_ID_TAKEN": msgid(
        "There is a release with this id for another area, other people, other periods or other tables. "
        "Choose another id, or discard that release first if it is not out."
    ),
    "RELEASE_OUT": msgid("This release is out, and what is out stays readable. Correct it by a new edition instead."),
    "RELEASE_AT_WORK": msgid("This release is being counted. Stop the counting first, then discard it."),
    "RELEASE_NOT_BUILDING": msgid("This release is not being counted, so there is nothing to stop."),
    "BUILDS_TOO_MANY": msgid(
        "You have %(most)s releases waiting or being counted. Wait until one is done, or stop one on its page."
    ),
    "PLANS_TOO_MANY": msgid(
        "You have planned %(most)s releases that are not out. Publish some or discard what is not needed, "
        "then plan the next."
    ),
    "DETAIL_UNKNOWN": msgid("There is no table %(table)s. Choose among sex, age, group and domain."),
    "PREVIEW_RUNNING": msgid("Your last preview is still being estimated. Look again in some seconds."),
    "RELEASE_WITHDRAWN": msgid(
        "This edition was withdrawn, because figures that it hides could be worked out. Read the corrected edition."
    ),
    "BUILD_TOO_LONG": msgid(
        "Counting took so long that it was stopped to let others go first. Plan fewer periods or a smaller area."
    ),
    "RELEASE_NAME_INVALID": msgid("This address names no release. Begin at the list of releases."),
    "RELEASE_NOT_APPROVED": msgid("Nobody has approved this release yet. A second official has to do that first."),
    "RELEASE_NOT_BUILT": msgid(
        "This release is not built yet. Build it first and look at the preview, then approve it."
    ),
    "RELEASE_ALREADY_APPROVED": msgid("Somebody has approved this release already. Now the time can be set."),
    "RELEASE_NOT_FOUND": msgid("There is no such release, or you may not see it yet."),
    "RELEASE_NOT_PUBLISHED": msgid("Only a published release can be corrected. Publish this one first."),
    "RELEASE_OUTDATED": msgid(
        "Another release about the same people came out since this one was built. Build this one again: "
        "then it is checked against the other, and approved once more."
    ),
    "RELEASE_TIME_SET": msgid(
        "The time of this release is set, and its files say it. It can no longer be changed; "
        "if something is wrong with the figures, correct the release after it is out."
    ),
    "REVISION_NOTE_MISSING": msgid("Write what was wrong and what is corrected. Everybody reads it on the release."),
    "SECOND_OFFICIAL_NEEDED": msgid(
        "You planned this release, so somebody else has to approve it: "
        "another official of the area or an administrator."
    ),
    "BUILD_FAILED": msgid(
        "Something went wrong while counting. What is done is kept. Build it again; if it fails again, call us."
    ),
    "FILES_FAILED": msgid(
        "The files of this release could not be written, so it did not come out. What is counted is kept: build it "
        "again and have it approved again. If it fails again, discard it and plan it with a plainer title, or call us."
    ),
    "AUDIT_OPENED": msgid(
        "The audit attacked the result and could work out figures that are hidden, so it is held back and nothing was "
        "published. Plan a release of whole years, of a larger area, or of periods that no other release covers."
    ),
    "DAY_UNREADABLE": msgid("Choose the day on which it comes out, for example 2026-12-01."),
    "HOUR_UNREADABLE": msgid("Choose the time of day, for example 09:00."),
    "EMBARGO_OVER": msgid("This time is over already. Choose a later one, or choose “At once”."),
}
