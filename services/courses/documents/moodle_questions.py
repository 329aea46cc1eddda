"""Moodle's questions, whichever of its files they come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.courses.documents.questions import Answer, Collected, explained, matching, ordering, true_false
from services.courses.documents.reading import Attachment, LeftOut, Part, Picture, Words, escaped
from services.courses.documents.web_page import Find, Page, plain
from services.courses.domain.content import Gap, Gaps, Task

_GAP = re.compile(r"\{([0-9]*):([A-Z_]+):((?:\\.|[^{}\\])*)\}")
_TYPED = frozenset(("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC", "NUMERICAL", "NM"))
_MARKDOWN = "markdown"


@dataclass(frozen=True)
class Text:
    """`form`: html, plain or markdown."""

    text: str = ""
    form: str = "html"

    @property
    def words(self) -> str:
        """Prompts and answers have no marks in Ieum."""
        return plain(self.text) if self.form == "html" else self.text.strip()

    def page(self, find: Find) -> Page:
        if self.form == "html":
            return Page(find).take(self.text)
        page = Page(find)
        page.words(self.text if self.form == _MARKDOWN else escaped(self.text))
        return page.end()


@dataclass(frozen=True)
class MoodleQuestion:
    kind: str
    name: str
    text: Text
    general: Text = field(default_factory=Text)
    points: float = 1.0
    answers: Sequence[Answer] = ()
    single: bool = True
    tolerances: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()
    find: Find = lambda address: None

    def description(self) -> Sequence[Part]:
        """What stands between questions."""
        return self.text.page(self.find).parts


def take(question: MoodleQuestion, collected: Collected) -> None:
    page = question.text.page(question.find)
    pictures = [part for part in page.parts if isinstance(part, Picture)]
    prompt = question.text.words or question.name
    for what, count in page.left.items():
        collected.leave(what, prompt, count)
    more = pictures[1:] + [part for part in page.parts if isinstance(part, Attachment)]
    collected.leave(LeftOut.FILE, prompt, len(more))
    task = _task(question, prompt, collected)
    if task is None:
        return collected.leave(LeftOut.QUESTION, f"{prompt} ({question.kind})")
    said = () if question.kind in ("matching", "match") else question.answers
    general = "\n\n".join(
        part.markdown for part in question.general.page(question.find).parts if isinstance(part, Words)
    )
    shown = question.name if isinstance(task, Gaps) else prompt
    collected.add(shown, task, explained(general, said), question.points, next(iter(pictures), None))


def _task(question: MoodleQuestion, prompt: str, collected: Collected) -> Task | None:
    answers = question.answers
    match question.kind:
        case "multichoice":
            return collected.choice(prompt, answers, multiple=not question.single)
        case "truefalse":
            right = max(answers, key=lambda each: each.fraction, default=None)
            return true_false(right.text.lower() in ("true", "참", "맞음", "예")) if right else None
        case "shortanswer":
            return collected.short_text(prompt, answers)
        case "numerical":
            return collected.number(prompt, list(zip(answers, question.tolerances, strict=False)))
        case "matching" | "match":
            return matching(question.pairs)
        case "ordering":
            return ordering([answer.text for answer in sorted(answers, key=lambda each: each.fraction)])
        case "cloze":
            return _gaps(question.text.words, prompt, collected)
        case _:
            return None


def _gaps(text: str, prompt: str, collected: Collected) -> Task | None:
    """Only gaps that are typed; one with a choice has no counterpart."""
    found = list(_GAP.finditer(text))
    if not found or any(match[2] not in _TYPED for match in found):
        return None
    gaps: list[Gap] = []
    for number, match in enumerate(found, 1):
        answers = re.split(r"(?<!\\)~", match[3])
        accepted = [_accepted(each) for each in answers if re.match(r"=|%100%", each)]
        if len(accepted) < len([each for each in answers if not re.match(r"%-?0%|\*", each)]):
            collected.leave(LeftOut.PARTIAL_CREDIT, prompt)
        if not accepted:
            return None
        gaps.append(Gap(str(number), tuple(accepted)))
    numbers = iter(range(1, len(gaps) + 1))
    return Gaps({"": _GAP.sub(lambda _: f"[[{next(numbers)}]]", text)}, tuple(gaps))


def _accepted(answer: str) -> str:
    words = re.sub(r"^(=|%100%)", "", answer)
    words = re.split(r"(?<!\\)#", words)[0]
    return re.sub(r"\\(.)", r"\1", words.partition(":")[0] if re.match(r"-?[0-9.]+:[0-9.]+$", words) else words).strip()
