"""The catalogue's search: which published courses a query finds, the best first.

Korean glues particles and compounds to a word, so a word is also found inside another. Titles count more than
summaries and lesson titles, and those more than the texts of the lessons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.chassis.search_key import search_words
from services.courses.domain import spelling
from services.courses.domain.content import Audience, Content, File, Gaps, Image, Level, Quiz, Text, Video
from services.courses.domain.practice import Practice, texts_of
from services.courses.domain.texts import Texts

Synonyms = Mapping[str, frozenset[str]]

_TITLE, _HEADING, _BODY = 8.0, 4.0, 1.0
_SYNONYM = 0.75
# More mentions in the lessons make a better course, up to so many.
_MENTIONS = 20
# A term of so many letters may reach over spaces: somebody left them out.
_REACHES = 3
_FILLERS = frozenset(
    search_words(
        "법 방법 하는 하는법 하는방법 하기 하고 해서 쓰는 쓰는법 사용 사용법 사용하는 이용 이용법 이용하는 "
        "어떻게 좀 싶어요 싶다 배우기 배우고 배워요 알려줘 알려주세요 것 거 때 수 및 또는 그리고 대해 관한 "
        "how to do the a an of for with my on in at and or use using learn about i want"
    )
)
_ENDINGS = sorted(
    search_words(
        "하는법 하는방법 하는 하기 하다 해요 하고 는법 는방법 기 는 은 을 를 이 가 에 에서 으로 로 와 과 도 의 들 "
        "고 어요 아요"
    ),
    key=len,
    reverse=True,
)


@dataclass(frozen=True)
class Wanted:
    """A catalogue query; empty fields do not narrow it."""

    query: str = ""
    areas: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    language: str = ""
    max_minutes: int = 0
    audience: Audience | None = None


@dataclass(frozen=True)
class Field:
    """Folded words of a part of a course; a line for each text."""

    text: str

    @cached_property
    def unspaced(self) -> str:
        return self.text.replace(" ", "")

    def mentions(self, term: str) -> int:
        """How often the term is there. One or two Latin letters, or a single syllable, only begin a word."""
        if len(term) < 2 or (len(term) < 3 and term.isascii()):
            return self.text.count(f" {term}")
        return self.text.count(term) or (len(term) >= _REACHES and self.unspaced.count(term))


@dataclass(frozen=True)
class Searchable:
    """What can be found in a published version."""

    title: Field
    headings: Field
    body: Field

    def weight(self, term: str) -> float:
        if self.title.mentions(term):
            return _TITLE
        if self.headings.mentions(term):
            return _HEADING
        mentions = self.body.mentions(term)
        return _BODY * (1 + min(mentions, _MENTIONS) / _MENTIONS) if mentions else 0.0


@dataclass(frozen=True)
class Hits:
    """Keys of courses, the best first. `nearest`: no course has all that was asked for."""

    keys: Sequence[str]
    nearest: bool = False


def searchable_of(content: Content) -> Searchable:
    lessons = content.lessons
    return Searchable(
        _field([content.title]),
        _field([content.summary, *(lesson.title for lesson in lessons)]),
        _field(texts for lesson in lessons for block in lesson.blocks for texts in _texts(block.body)),
    )


def _texts(body: object) -> Iterator[Texts]:
    match body:
        case Text():
            yield body.markdown
        case Image():
            yield body.alt
        case Video():
            yield from (body.title, body.transcript)
        case File():
            yield body.title
        case Quiz():
            yield body.title
            yield from (item.prompt for item in body.items)
            yield from (item.task.text for item in body.items if isinstance(item.task, Gaps))
        case Practice():
            yield from texts_of(body)


def _field(texts: Iterable[Texts]) -> Field:
    return Field("\n".join(f" {' '.join(search_words(text))} " for map_ in texts for text in map_.values()))


def find(query: str, courses: Mapping[str, Searchable], synonyms: Synonyms) -> Hits:
    """The courses, in the order given where they are equally good, that have every word of the query, or else the
    nearest: with one letter wrong, with most of the words, with parts of them."""
    terms = terms_of(query, synonyms)
    if hits := _with_all(terms, courses, synonyms):
        return Hits(hits)
    corrected = _corrected(terms, courses, synonyms)
    if corrected != terms and (hits := _with_all(corrected, courses, synonyms)):
        return Hits(hits)
    scores = {key: _nearness(corrected, course, synonyms) for key, course in courses.items()}
    return Hits(_best(scores) or list(courses), nearest=True)


def terms_of(query: str, synonyms: Synonyms) -> list[str]:
    """The words that count. Two that make a synonym together are one."""
    words = search_words(query)
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] + word in synonyms:
            joined[-1] += word
        else:
            joined.append(word)
    return list(dict.fromkeys([word for word in joined if word not in _FILLERS] or joined))


def _with_all(terms: Sequence[str], courses: Mapping[str, Searchable], synonyms: Synonyms) -> list[str]:
    scores: dict[str, float] = {}
    for key, course in courses.items():
        weights = [_weight(term, course, synonyms) for term in terms]
        if weights and all(weights):
            scores[key] = sum(weights)
    return _best(scores)


def _best(scores: Mapping[str, float]) -> list[str]:
    return sorted((key for key, score in scores.items() if score), key=lambda key: -scores[key])


def _weight(term: str, course: Searchable, synonyms: Synonyms) -> float:
    """The best place of the term itself, of its stem or of a word that means the same."""
    own = max(course.weight(form) for form in (term, *_stems(term)))
    same = {word for form in (term, *_stems(term)) for word in synonyms.get(form, ())}
    return max([own, *(_SYNONYM * course.weight(word) for word in sorted(same))])


def _stems(word: str) -> list[str]:
    """The word without a particle or the ending of a verb. Only a verb's stem may be a single syllable."""
    stems = ((word[: -len(ending)], ending) for ending in _ENDINGS if word.endswith(ending))
    return [stem for stem, ending in stems if len(stem) > (0 if "는" in ending else 1)][:1]


def _nearness(terms: Sequence[str], course: Searchable, synonyms: Synonyms) -> float:
    """Whole words count full, parts of words by how much of the word is there."""
    return sum(_weight(term, course, synonyms) or _part(term, course, synonyms) for term in terms)


def _part(term: str, course: Searchable, synonyms: Synonyms) -> float:
    """The longest piece of the term, of two letters (of Latin ones three) or more, that the course has."""
    shortest = 3 if term.isascii() else 2
    for length in range(len(term) - 1, shortest - 1, -1):
        pieces = (term[start : start + length] for start in range(len(term) - length + 1))
        if weight := max((_weight(piece, course, synonyms) for piece in pieces), default=0.0):
            return weight * (length / len(term)) ** 2
    return 0.0


def _corrected(terms: Sequence[str], courses: Mapping[str, Searchable], synonyms: Synonyms) -> list[str]:
    """Each term that no course has, as the known word that is one letter away from it."""
    known = list(dict.fromkeys([*_title_words(courses.values()), *synonyms]))
    return [
        term
        if any(_weight(term, course, synonyms) for course in courses.values())
        else next(filter(None, (spelling.one_letter_off(term, word) for word in known)), term)
        for term in terms
    ]


def _title_words(courses: Iterable[Searchable]) -> Iterator[str]:
    for course in courses:
        yield from course.title.text.split()
        yield from course.headings.text.split()
