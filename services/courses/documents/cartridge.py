"""Common Cartridges (1.1 to 1.3) and packages of QTI 2 items: a top item of the organisation becomes a lesson."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from services.courses.documents import qti1, qti2
from services.courses.documents.archive import Archive, opened
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
    Words,
    escaped,
)
from services.courses.documents.web_page import Find, Page, decoded, headed, plain

MANIFEST = "imsmanifest.xml"
_BASES = ("$IMS-CC-FILEBASE$", "$IMS_CC_FILEBASE$")
_WEB = "web_resources/"
_PAGES = (".html", ".htm", ".xhtml")
_OWN_KINDS = ("imswl", "imsdt", "imsqti_xml", "assignment")
_OF_PLATFORMS = ("course_settings/", "non_cc_assessments/")
"""What a platform keeps there for itself."""


@dataclass(frozen=True)
class _Resource:
    kind: str
    path: str
    files: tuple[str, ...]


@dataclass
class _Item:
    title: str
    resource: _Resource | None
    missing: bool
    inner: list[_Item] = field(default_factory=list)

    def leaves(self) -> Iterator[_Item]:
        if self.resource or self.missing or not self.inner:
            yield self
        for each in self.inner:
            yield from each.leaves()


def read(data: bytes, title: str) -> ReadDocument:
    archive = opened(data)
    found = sorted((name for name in archive.names if posixpath.basename(name) == MANIFEST), key=lambda n: n.count("/"))
    if not found:
        raise Unreadable("no manifest", "DOCUMENT_TYPE")
    return _Cartridge(archive, found[0]).document(title)


class _Cartridge:
    def __init__(self, archive: Archive, manifest: str) -> None:
        self._archive = archive
        self._root = posixpath.dirname(manifest)
        self._manifest = archive.xml(manifest)
        if any("scorm" in (value or "").lower() for value in _schemas(self._manifest)):
            raise Unreadable("SCORM", "PACKAGE_TO_PLAY")
        self._used: set[str] = {manifest}
        self._left: Counter[tuple[LeftOut, str]] = Counter()
        self._resources = dict(self._read_resources())

    def document(self, title: str) -> ReadDocument:
        about = next((each for each in self._manifest if _name(each) == "metadata"), None)
        general = next(_named(about, "general"), None) if about is not None else None
        name = _first(general, "title") or title
        items = self._items()
        lessons: list[ReadLesson] = []
        alone = [item for item in items if not item.inner]
        if alone:
            lessons.append(self._lesson(name, alone))
        lessons += [self._lesson(item.title or name, [*item.leaves()]) for item in items if item.inner]
        if not items:
            lessons.append(self._items_alone(name))
        lessons.append(self._rest(name))
        self._note_unused()
        left = tuple(Left(what, where, count) for (what, where), count in self._left.items() if count)
        kept = tuple(lesson for lesson in lessons if lesson.screens)
        return ReadDocument(kept, left, name, _first(general, "description"))

    def _read_resources(self) -> Iterator[tuple[str, _Resource]]:
        for each in _named(self._manifest, "resource"):
            bases = [above.get("{http://www.w3.org/XML/1998/namespace}base", "") for above in each.iterancestors()]
            base = posixpath.join(
                self._root, *reversed(bases), each.get("{http://www.w3.org/XML/1998/namespace}base", "")
            )
            files = tuple(_joined(base, file.get("href", "")) for file in _named(each, "file"))
            path = _joined(base, each.get("href", "")) if each.get("href") else next(iter(files), "")
            yield each.get("identifier", ""), _Resource(each.get("type", "").lower(), path, files)

    def _items(self) -> list[_Item]:
        organisation = next(_named(self._manifest, "organization"), None)
        items = [self._item(each) for each in organisation if _name(each) == "item"] if organisation is not None else []
        while len(items) == 1 and items[0].inner and not items[0].title and not items[0].resource:
            items = items[0].inner  # the root, which has no title
        return items

    def _item(self, element: Any) -> _Item:
        reference = element.get("identifierref", "")
        title = next((" ".join((each.text or "").split()) for each in element if _name(each) == "title"), "")
        inner = [self._item(each) for each in element if _name(each) == "item"]
        return _Item(title, self._resources.get(reference), bool(reference) and reference not in self._resources, inner)

    def _lesson(self, title: str, leaves: list[_Item]) -> ReadLesson:
        screens: list[list[Part]] = []
        for item in leaves:
            if item.missing or (item.resource and item.resource.path not in self._archive):
                self._left[LeftOut.MISSING, short(item.title)] += 1
            elif item.resource:
                screens += self._screens(item.title, item.resource)
            elif item.title:  # a heading within a module
                screens.append([Words(_heading(item.title))])
        return ReadLesson(title, tuple(Screen(tuple(parts)) for parts in screens if parts))

    def _screens(self, title: str, resource: _Resource) -> Iterator[list[Part]]:
        self._used.update((resource.path, *resource.files))
        kind, path = resource.kind, resource.path
        if "imsqti_item" in kind or "imsqti_test" in kind:
            yield self._quiz2(title, [resource])
        elif "imsqti" in kind:
            yield self._quiz(title, path)
        elif kind.startswith("imswl"):
            yield self._link(title, path)
        elif path.lower().endswith(_PAGES):
            yield self._page(title, decoded(self._archive.read(path)), path)
        elif kind.startswith(("imsdt", "assignment", "imsbasiclti")) or path.lower().endswith(".xml"):
            self._left[LeftOut.ACTIVITY, short(title or path)] += 1
            yield self._described(title, path)
        else:
            name = posixpath.basename(path)
            yield headed(title, [Attachment(name, self._archive.read(path))])

    def _page(self, title: str, markup: str, path: str) -> list[Part]:
        title = title or plain("".join(re.findall(r"(?is)<title>(.*?)</title>", markup)[:1]))
        page = Page(self._find(path))
        page.take(markup)
        for what, count in page.left.items():
            self._left[what, short(title)] += count
        first = page.parts[0] if page.parts else None
        titled = isinstance(first, Words) and first.markdown.startswith("#")
        return page.parts if titled else headed(title, page.parts)

    def _described(self, title: str, path: str) -> list[Part]:
        """The words of a discussion or an assignment."""
        root = self._archive.xml(path)
        text = next((each for each in root if _name(each) in ("text", "description")), None)
        own = next((each.text or "" for each in root if _name(each) == "title"), "")
        return self._page(title or own, text.text or "", path) if text is not None else []

    def _link(self, title: str, path: str) -> list[Part]:
        root = self._archive.xml(path)
        address = next((each.get("href", "") for each in _named(root, "url")), "")
        shown = f"<{address}>" if address.startswith(("http://", "https://")) and not set(address) & set("<> ") else ""
        own = next((each.text or "" for each in _named(root, "title")), "")
        return [Words("\n\n".join(filter(None, (_heading(title or own), shown))))]

    def _quiz(self, title: str, path: str) -> list[Part]:
        collected = Collected()
        own = qti1.take(self._archive.xml(path), self._find(path), collected)
        self._left.update(collected.left)
        return [Questions(title or own, tuple(collected.questions))] if collected.questions else []

    def _items_alone(self, title: str) -> ReadLesson:
        resources = [each for each in self._resources.values() if "imsqti" in each.kind and each.path in self._archive]
        return ReadLesson(title, (Screen(tuple(self._quiz2(title, resources))),) if resources else ())

    def _rest(self, title: str) -> ReadLesson:
        """Pages, links, discussions and questions that no item shows."""
        screens: list[list[Part]] = []
        for resource in self._resources.values():
            path = resource.path
            shown = path.lower().endswith(_PAGES) or resource.kind.startswith(_OWN_KINDS)
            if shown and path not in self._used and path in self._archive and not self._is_of_platform(path):
                screens += self._screens("", resource)
        return ReadLesson(title, tuple(Screen(tuple(parts)) for parts in screens if parts))

    def _quiz2(self, title: str, resources: list[_Resource]) -> list[Part]:
        """Items in the order of a test, where there is one."""
        paths: dict[str, None] = {}
        for resource in sorted(resources, key=lambda each: "imsqti_test" not in each.kind):
            self._used.update((resource.path, *resource.files))
            root = self._archive.xml(resource.path)
            addresses = [resource.path] if qti2.is_item(root) else []
            paths |= dict.fromkeys(addresses)
            paths |= {_joined(posixpath.dirname(resource.path), each): None for each in qti2.item_addresses(root)}
        collected = Collected()
        for path in paths:
            self._used.add(path)
            if path in self._archive:
                qti2.take(self._archive.xml(path), self._find(path), collected)
            else:
                collected.leave(LeftOut.MISSING, path)
        self._left.update(collected.left)
        return [Questions(title, tuple(collected.questions))] if collected.questions else []

    def _find(self, page: str) -> Find:
        def find(address: str) -> tuple[str, bytes] | None:
            plain_address = unquote(address.partition("?")[0].partition("#")[0])
            based = next((base for base in _BASES if plain_address.startswith(base)), "")
            rest = plain_address.removeprefix(based).lstrip("/")
            if not rest or ":" in rest.partition("/")[0]:
                return None
            folders = [self._root, posixpath.join(self._root, _WEB)] if based else [posixpath.dirname(page), self._root]
            for folder in [*folders, posixpath.dirname(page)]:
                path = _joined(folder, rest)
                if path in self._archive and not path.lower().endswith((*_PAGES, ".xml")):
                    self._used.add(path)
                    return posixpath.basename(path), self._archive.read(path)
            return None

        return find

    def _note_unused(self) -> None:
        for name in self._archive.names:
            if name not in self._used and not self._is_of_platform(name):
                self._left[LeftOut.UNUSED, short(self._inside(name))] += 1

    def _inside(self, name: str) -> str:
        return name.removeprefix(self._root).lstrip("/")

    def _is_of_platform(self, name: str) -> bool:
        inside = self._inside(name)
        return inside.startswith(_OF_PLATFORMS) or inside.endswith((".xsd", "/assessment_meta.xml"))


def _schemas(manifest: Any) -> list[str | None]:
    kinds = [
        value for each in manifest.iter() for key, value in each.attrib.items() if key.lower().endswith("scormtype")
    ]
    return [*(each.text for each in _named(manifest, "schema")), *("scorm" for _ in kinds)]


def _joined(base: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(base, unquote(address))).removeprefix("./")


def _first(element: Any, name: str) -> str:
    """The words of the first such element, whatever they are wrapped in."""
    found = next(_named(element, name), None) if element is not None else None
    return "" if found is None else plain(" ".join(filter(None, (each.strip() for each in found.itertext()))))


def _heading(title: str) -> str:
    return f"## {escaped(title)}" if title else ""


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _named(element: Any, name: str) -> Iterator[Any]:
    return (each for each in element.iter() if _name(each) == name)
