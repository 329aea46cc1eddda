"""Message catalogues: brings the `.po` files of every language up to date with the texts in code and templates.

`python -m gateway.language.messages` (or `make messages`) adds what is missing, without a translation yet, prints and
removes what is used nowhere, and puts each message into the file of the room that uses it first. Translations stay.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

from gateway.language.i18n import CATALOGUES, LANGUAGES, SOURCE, Key, identity, translated

GATEWAY = Path(__file__).parents[1]
_KEYWORDS = {"_": None, "gettext": None, "msgid": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}
_WIDTH = 120


@dataclass(frozen=True)
class Use:
    """A text in the code, at the place that uses it first. `id` is a pair where there is a plural."""

    id: str | tuple[str, ...]
    context: str | None
    file: str
    line: int

    @property
    def key(self) -> Key:
        return self.context, self.id if isinstance(self.id, str) else self.id[0]

    @property
    def group(self) -> str:
        return group_of(self.file)


def group_of(file: str) -> str:
    """The room of a file, whose name its catalogue has: `learner` for web/learner/home.py."""
    rooms = Path(file).parts[:-1]
    if rooms[:2] == ("language", "problems"):
        return "problems"
    return "/".join(rooms[1:2] if rooms[:1] == ("web",) and rooms[1:] else rooms[:1]) or "gateway"


def extract(root: Path = GATEWAY) -> list[Use]:
    """Every text once, in the order of files and lines."""
    first: dict[Key, Use] = {}
    texts = extract_from_dir(root, _METHODS, _OPTIONS, _KEYWORDS)
    for file, line, text, _, context in sorted(texts, key=lambda each: each[:2]):
        use = Use(text, context, Path(file).as_posix(), line)
        known = first.setdefault(use.key, use)
        if isinstance(known.id, str) and isinstance(text, tuple):
            first[use.key] = Use(text, context, known.file, known.line)
    return list(first.values())


def read_messages(language: str, root: Path = CATALOGUES) -> Iterator[tuple[str, Message]]:
    """Each message of a language with the name of its file."""
    for path in sorted((root / language).glob("*.po")):
        with path.open("rb") as file:
            yield from ((path.name, message) for message in pofile.read_po(file, locale=language) if message.id)


def update(language: str, uses: Iterable[Use], root: Path = CATALOGUES) -> tuple[list[str], list[str]]:
    """Write the catalogues of a language anew; returns the texts without a translation and those removed."""
    known: dict[Key, Message] = {}
    for _, message in read_messages(language, root):
        key = (message.context, identity(message))
        if key not in known or not translated(known[key]):
            known[key] = message
    groups: dict[str, Catalog] = defaultdict(lambda: Catalog(locale=language))
    missing = []
    for use in uses:
        message = _message(use, known.pop(use.key, None))
        groups[use.group][use.id] = message
        if not translated(message):
            missing.append(f"{use.file}:{use.line}: {use.key[1]}")
    _write(root / language, groups)
    return missing, [identity(message) for message in known.values()]


def _message(use: Use, known: Message | None) -> Message:
    string = known.string if known and isinstance(known.id, str) == isinstance(use.id, str) else ""
    flags = known.flags & {"fuzzy"} if known else ()
    return Message(use.id, string, flags=flags, user_comments=known.user_comments if known else (), context=use.context)


def _write(folder: Path, groups: Mapping[str, Catalog]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.po"):
        if path.stem not in groups:
            path.unlink()
    for group, catalogue in groups.items():
        with (folder / f"{group}.po").open("wb") as file:
            file.write(_header(catalogue).encode())
            pofile.write_po(file, catalogue, width=_WIDTH, no_location=True, omit_header=True)


def _header(catalogue: Catalog) -> str:
    """As much as translators' tools need, and nothing that changes with the clock."""
    lines = (
        f"Language: {catalogue.locale_identifier}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def main() -> int:
    uses = extract()
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        missing, removed = update(language, uses)
        for text in removed:
            print(f"{language}: removed, used nowhere: {text}")
        for text in missing:
            print(f"{language}: to translate: {text}")
        print(f"{language}: {len(uses)} texts, {len(missing)} to translate, {len(removed)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
