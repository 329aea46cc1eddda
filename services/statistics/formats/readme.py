"""README.md in the release's folder: describes each file, for somebody who has only the files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.statistics.formats import licence, words
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.names import README

if TYPE_CHECKING:
    from services.statistics.formats.manifest import File

_PHRASES = {
    "ko": (
        "숨긴 값은 비어 있고 상태가 Q입니다. 0은 정말로 없다는 뜻입니다. 모든 파일의 수치는 같습니다.",
        "집계 기준 시각 {as_of}, 산출 방법 판 {method}, 이용 조건 {licence}.",
        "| 파일 | 내용 |",
    ),
    "en": (
        "A hidden figure is empty with status Q; 0 means that there is none. All files hold the same figures.",
        "As of {as_of}, method version {method}, licence {licence}.",
        "| File | What it is |",
    ),
}


def render(edition: PublicRelease, files: Sequence[File]) -> dict[str, bytes]:
    parts = [part for language in words.LANGUAGES for part in _section(edition, files, language)]
    return {README: ("\n".join(parts) + "\n").encode()}


def _section(edition: PublicRelease, files: Sequence[File], language: str) -> list[str]:
    release = edition.release
    symbols, facts, head = _PHRASES[language]
    facts_line = facts.format(
        as_of=release.as_of.isoformat(), method=release.method_version, licence=licence.name(release.licence)
    )
    rows = [f"| `{file.name}` | {_plain(file.title[language])} |" for file in files if file.name != README]
    title = f"# {_plain(release.title[language])} ({release.id}/{release.revision})"
    return [title, "", _plain(release.publisher[language]), "", symbols, facts_line, "", head, "|---|---|", *rows, ""]


def _plain(text: str) -> str:
    """The title with Markdown characters escaped."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in text)
