"""Backups of Moodle courses (.mbz): a section becomes a lesson. Who learnt there is not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from services.courses.documents.archive import Archive, opened
from services.courses.documents.moodle_bank import Bank
from services.courses.documents.moodle_questions import take
from services.courses.documents.questions import Collected, short
from services.courses.documents.reading import (
    Attachment,
    Left,
    LeftOut,
    Part,
    Questions,
    ReadDocument,
    ReadLesson,
    Screen,
    Unreadable,
    escaped,
)
from services.courses.documents.web_page import Find, Page, headed, plain

MANIFEST = "moodle_backup.xml"
OLD_MANIFEST = "moodle.xml"
_FILE_SCHEME = "@@PLUGINFILE@@"
_CONTENT_PAGES = ("20", "21", "30", "31")  # a page, and ends of branches and clusters
_TO_PLAY = frozenset(("scorm", "h5pactivity", "hvp", "imscp"))


def read(data: bytes, title: str) -> ReadDocument:
    archive = opened(data)
    if MANIFEST not in archive:
        raise Unreadable("no backup", "PACKAGE_OLD_MOODLE" if OLD_MANIFEST in archive else "DOCUMENT_TYPE")
    return _Backup(archive).document(title)


class _Backup:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._manifest = archive.xml(MANIFEST)
        self._files = _Files(archive)
        self._bank = Bank(archive, self._files.of_question)
        self._left: Counter[tuple[LeftOut, str]] = Counter()
        listed = self._manifest.iterfind(".//contents/activities/activity")
        self._activities = {activity.findtext("moduleid", ""): activity for activity in listed}

    def document(self, title: str) -> ReadDocument:
        if self._with_people():
            self._left[LeftOut.PEOPLE, ""] += 1
        lessons = [lesson for section in self._sections() if (lesson := self._lesson(section)).screens]
        for activity in self._activities.values():  # what no section names
            self._leave(LeftOut.ACTIVITY, activity)
        name, summary = self._course()
        left = tuple(Left(what, where, count) for (what, where), count in self._left.items())
        return ReadDocument(tuple(lessons), left, name or title, summary)

    def _with_people(self) -> bool:
        settings = self._manifest.iter("setting")
        return any(each.findtext("name") == "users" and each.findtext("value") == "1" for each in settings)

    def _course(self) -> tuple[str, str]:
        name = self._manifest.findtext(".//original_course_fullname") or ""
        if "course/course.xml" not in self._archive:
            return name, ""
        course = self._archive.xml("course/course.xml")
        return course.findtext("fullname") or name, plain(course.findtext("summary") or "")

    def _sections(self) -> list[Any]:
        found = []
        for section in self._manifest.iterfind(".//contents/sections/section"):
            name = f"{section.findtext('directory', '').strip('/')}/section.xml"
            if name in self._archive:
                found.append(self._archive.xml(name))
            else:
                self._left[LeftOut.MISSING, short(section.findtext("title", ""))] += 1
        return sorted(found, key=lambda section: _whole(section.findtext("number")))

    def _lesson(self, section: Any) -> ReadLesson:
        number = _whole(section.findtext("number"))
        name = (section.findtext("name") or "").strip()
        title = plain(name) if name and name != "$@NULL@$" else str(number)
        screens = [self._screen("", section.findtext("summary") or "", self._files.of_section(section))]
        for module in (section.findtext("sequence") or "").split(","):
            if (activity := self._activities.pop(module.strip(), None)) is not None:
                screens += self._screens(activity)
        return ReadLesson(title, tuple(Screen(tuple(parts)) for parts in screens if parts))

    def _screens(self, activity: Any) -> Iterator[list[Part]]:
        kind = activity.findtext("modulename", "")
        name = f"{activity.findtext('directory', '').strip('/')}/{kind}.xml"
        root = self._archive.xml(name) if name in self._archive else None
        module = root.find(kind) if root is not None else None
        if root is None or module is None:
            return self._leave(LeftOut.MISSING, activity)
        find = self._files.of_context(root.get("contextid", ""))
        if reader := _READERS.get(kind):
            yield from reader(self, module, find)
            return None
        self._leave(LeftOut.PACKAGE if kind in _TO_PLAY else LeftOut.ACTIVITY, activity)
        if intro := self._screen("", module.findtext("intro") or "", find):
            yield headed(_title(module), intro)

    def _leave(self, what: LeftOut, activity: Any) -> None:
        where = f"{activity.findtext('modulename', '')}: {activity.findtext('title', '')}"
        self._left[what, short(where)] += 1

    def _screen(self, title: str, text: str, find: Find) -> list[Part]:
        page = Page(find)
        page.words(_heading(title))
        page.take(text)
        for what, count in page.left.items():
            if count:
                self._left[what, short(title)] += count
        return page.parts

    def _page(self, module: Any, find: Find) -> Iterator[list[Part]]:
        yield self._screen(_title(module), (module.findtext("intro") or "") + (module.findtext("content") or ""), find)

    def _label(self, module: Any, find: Find) -> Iterator[list[Part]]:
        yield self._screen("", module.findtext("intro") or "", find)

    def _book(self, module: Any, find: Find) -> Iterator[list[Part]]:
        if intro := self._screen("", module.findtext("intro") or "", find):
            yield headed(_title(module), intro)
        for chapter in sorted(module.iter("chapter"), key=lambda each: _whole(each.findtext("pagenum"))):
            yield self._screen(chapter.findtext("title") or "", chapter.findtext("content") or "", find)

    def _branches(self, module: Any, find: Find) -> Iterator[list[Part]]:
        """The pages of Moodle's own lesson, in their order; those that ask have no counterpart."""
        yield self._screen(_title(module), module.findtext("intro") or "", find)
        pages = {page.findtext("prevpageid") or "0": page for page in module.iter("page")}
        page = pages.pop("0", None)
        while page is not None:
            title = page.findtext("title") or ""
            if page.findtext("qtype") not in _CONTENT_PAGES:
                self._left[LeftOut.QUESTION, short(f"{_title(module)}: {title}")] += 1
            yield self._screen(title, page.findtext("contents") or "", find)
            page = pages.pop(page.get("id", ""), None)

    def _link(self, module: Any, find: Find) -> Iterator[list[Part]]:
        address = (module.findtext("externalurl") or "").strip()
        link = f'<p><a href="{_quoted(address)}">{_quoted(address)}</a></p>'
        yield self._screen(_title(module), (module.findtext("intro") or "") + link, find)

    def _folder(self, module: Any, find: Find) -> Iterator[list[Part]]:
        parts = self._screen(_title(module), module.findtext("intro") or "", find)
        files = [Attachment(name, data) for name, data in self._files.handed_out(find)]
        yield [*parts, *files]

    def _quiz(self, module: Any, find: Find) -> Iterator[list[Part]]:
        if intro := self._screen("", module.findtext("intro") or "", find):
            yield headed(_title(module), intro)
        collected = Collected()
        for instance in module.iter("question_instance"):
            question = self._bank.question(instance)
            if question is None:
                collected.leave(LeftOut.QUESTION, f"{_title(module)} {instance.findtext('slot') or ''}")
            elif question.kind == "description":
                if collected.questions:
                    yield [Questions(_title(module), tuple(collected.questions))]
                    collected.questions = []
                yield list(question.description())
            else:
                take(question, collected)
        self._left.update(collected.left)
        if collected.questions:
            yield [Questions(_title(module), tuple(collected.questions))]


_Reader = Callable[[_Backup, Any, Find], Iterator[list[Part]]]
_READERS: dict[str, _Reader] = {
    "page": _Backup._page,
    "label": _Backup._label,
    "lesson": _Backup._branches,
    "book": _Backup._book,
    "url": _Backup._link,
    "resource": _Backup._folder,
    "folder": _Backup._folder,
    "quiz": _Backup._quiz,
}


class _Files:
    """By context: what `files.xml` says of the blobs in `files/`, which are called by their hash."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._by_context: dict[tuple[str, str], Any] = {}
        self._of_questions: dict[tuple[str, str], Any] = {}
        for file in archive.xml("files.xml").iterchildren("file") if "files.xml" in archive else ():
            name = file.findtext("filename") or "."
            if name == "." or file.findtext("component") == "user":
                continue
            path = f"{file.findtext('filepath') or '/'}{name}"
            if file.findtext("component", "").startswith("question"):
                self._of_questions[file.findtext("itemid", ""), path] = file
            else:
                self._by_context[file.findtext("contextid", ""), path] = file

    def of_context(self, context: str) -> Find:
        return _Finder(self, self._by_context, context)

    def of_question(self, question: str) -> Find:
        return _Finder(self, self._of_questions, question)

    def of_section(self, section: Any) -> Find:
        """Pictures of a section are filed under the course and the section's id."""
        of_this = {
            (section.get("id", ""), path): file
            for (_, path), file in self._by_context.items()
            if file.findtext("filearea") == "section" and file.findtext("itemid") == section.get("id", "")
        }
        return _Finder(self, of_this, section.get("id", ""))

    def handed_out(self, find: Find) -> Iterator[tuple[str, bytes]]:
        """The files of a resource or folder, those of its introduction left out."""
        if isinstance(find, _Finder):
            for (context, _), file in find.files.items():
                if context == find.key and file.findtext("filearea") == "content" and (found := self.data(file)):
                    yield found

    def data(self, file: Any) -> tuple[str, bytes] | None:
        digest = file.findtext("contenthash") or ""
        name = f"files/{digest[:2]}/{digest}"
        return (file.findtext("filename") or "", self._archive.read(name)) if name in self._archive else None


class _Finder:
    def __init__(self, files: _Files, index: dict[tuple[str, str], Any], key: str) -> None:
        self._files, self.files, self.key = files, index, key

    def __call__(self, address: str) -> tuple[str, bytes] | None:
        if not address.startswith(_FILE_SCHEME):
            return None
        path = unquote(address.removeprefix(_FILE_SCHEME).partition("?")[0])
        file = self.files.get((self.key, path))
        return None if file is None else self._files.data(file)


def _title(module: Any) -> str:
    return plain(module.findtext("name") or "")


def _heading(title: str) -> str:
    return f"## {escaped(' '.join(title.split()))}" if title.strip() else ""


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
