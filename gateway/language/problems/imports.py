"""The words of problems with a file of people: of the whole file, and of one of its lines."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

IMPORTS: Mapping[str, str] = {
    "IMPORT_NOT_FOUND": msgid("There is no such file here. After 30 days it is deleted; others see only their own."),
    "IMPORT_HEADER": msgid("The first line must name the columns, up to %(max)s of them."),
    "IMPORT_STATE": msgid("This is not possible right now. Look at how far the file is, then try again."),
    "IMPORT_COLUMNS": msgid("Say for each column what it is, and for no two columns the same."),
    "IMPORT_NAME_COLUMN": msgid("Say which column has the names. Without it nobody can be registered."),
    "IMPORT_EMPTY": msgid("There is no line below the first one. Choose another file."),
    "IMPORT_PLAN_CHANGED": msgid(
        "The file was checked again meanwhile. Look at what it would do now, then approve that."
    ),
    "IMPORT_TOO_MANY_LINES": msgid("The file is too long. Cut it into files of up to %(max)s lines."),
    "IMPORT_CELL_TOO_LONG": msgid("A line has too many cells, or a cell more than %(max)s characters."),
    "IMPORT_TOO_MANY_CELLS": msgid(
        "This line has more cells than the first line has columns. Perhaps two people stand on it."
    ),
    "IMPORT_AREA_UNKNOWN": msgid("There is no such area. Write it as in the list of places, or its code."),
    "IMPORT_ORGANISATION_UNKNOWN": msgid(
        "There is no such organisation. Write it as in the list of places, or its code."
    ),
    "IMPORT_PLACE_SEVERAL": msgid("Several places have this name: %(names)s. Write the code."),
    "IMPORT_SEVERAL": msgid(
        "Several people fit this line. Add the login of the one who is meant, or look at them at the counter."
    ),
    "IMPORT_PERHAPS_KNOWN": msgid(
        "Somebody of this name is registered, and may be the same person. Add birth year and telephone, or the login."
    ),
    "IMPORT_TWICE": msgid(
        "Line %(line)s is about the same person. If they are two, give each a birth year and a telephone."
    ),
}
