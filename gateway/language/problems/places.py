"""Areas, organisations and centres."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

PLACES: Mapping[str, str] = {
    "AREA_UNKNOWN": msgid("Choose the area where you live from the list."),
    "ORGANISATION_UNKNOWN": msgid("There is no such organisation. Choose one from the list."),
    "AREA_CYCLE": msgid("The area %(name)s lies in itself. Correct what it lies in."),
    "AREA_KIND_UNKNOWN": msgid("The kind of the area %(name)s is not known. Use one of: %(known)s."),
    "AREA_PARENT_UNKNOWN": msgid(
        "The area %(name)s lies in %(parent)s, which is not in the list. Add it or correct it."
    ),
    "PLACE_AREA_UNKNOWN": msgid("%(name)s is in the area %(area)s, which is not in the list. Add it or correct it."),
    "PLACE_NAME_INVALID": msgid(
        "%(name)s is no name for a place. Use letters and digits after the slash, for example areas/HB01."
    ),
    "PLACE_NAME_TWICE": msgid("%(name)s is in the list twice. Leave one of them out."),
    "PLACE_INHABITED": msgid("%(people)s people belong to %(name)s. Say where they belong from now on."),
    "PLACE_MOVE_NEEDLESS": msgid("%(name)s stays in the list, so nobody has to move. Leave it out of the moves."),
    "PLACE_MOVE_UNKNOWN": msgid("People of %(name)s cannot move to %(target)s. Choose a place of the new list."),
    "FILE_UNREADABLE": msgid("The file cannot be read as a list of places: %(error)s."),
    "PLACES_CHANGED": msgid("Somebody has changed the list of places meanwhile. Look at the changes again."),
    "PLACES_NO_PREVIOUS": msgid("There is no import of places to take back."),
    "PLACE_TITLE_MISSING": msgid("%(name)s has no title. Give it one."),
}
