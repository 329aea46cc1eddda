"""Questions in plain text: GIFT and Aiken, as Moodle describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.courses.documents.questions import Answer, Collected, explained, matching, true_false
from services.courses.documents.reading import (
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
from services.courses.documents.web_page import Page, plain
from services.courses.domain.content import Task

_AIKEN_ANSWER = re.compile(r"\s*ANSWER\s*[::]\s*([A-Za-z])\s*")
_AIKEN_OPTION = re.compile(r"\s*([A-Za-z])[.)]\s+(.*\S)\s*")
_ESCAPES = {sign: chr(0xE000 + number) for number, sign in enumerate("~=#{}:\\")}
_WEIGHT = re.compile(r"%(-?[0-9]+(?:\.[0-9]+)?)%")
_TAG = re.compile(r"</?[a-z][a-z0-9]*(\s[^<>]*)?/?>|&(?:[a-z]+|#[0-9]+);", re.IGNORECASE)
_GAP = "_____"


def text_of(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or CP949, as Windows programs of Korea save it."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return re.sub(r"\r\n?", "\n", text)
    raise Unreadable("no text", "DOCUMENT_TYPE")


def is_aiken(text: str) -> bool:
    return any(map(_AIKEN_ANSWER.fullmatch, text.splitlines()))


def is_gift(text: str) -> bool:
    return bool(re.search(r"(?<!\\)\{[^{}]*(?<!\\)\}", text))


def read(data: bytes, title: str) -> ReadDocument:
    text = text_of(data)
    if not is_aiken(text) and not is_gift(text):
        raise Unreadable("no questions", "DOCUMENT_TYPE")
    parts, collected = _aiken(text) if is_aiken(text) else _gift(text)
    if collected.questions:
        parts.append(Questions(title, tuple(collected.questions)))
    lessons = (ReadLesson(title, tuple(Screen((part,)) for part in parts)),) if parts else ()
    return ReadDocument(lessons, collected.lefts())


def _aiken(text: str) -> tuple[list[Part], Collected]:
    collected, prompt, answers = Collected(), list[str](), list[tuple[str, str]]()
    for line in text.splitlines():
        if right := _AIKEN_ANSWER.fullmatch(line):
            letter = right[1].upper()
            said = "\n".join(prompt)
            options = [Answer(words, 1.0 if name == letter else 0.0) for name, words in answers]
            collected.add(said, collected.choice(said, options, multiple=False))
            prompt, answers = [], []
        elif (option := _AIKEN_OPTION.fullmatch(line)) and prompt and option[1].upper() == chr(ord("A") + len(answers)):
            answers.append((option[1].upper(), option[2]))
        elif line.strip():
            if answers:  # an option over several lines
                answers[-1] = (answers[-1][0], f"{answers[-1][1]} {line.strip()}")
            else:
                prompt.append(line.strip())
    if prompt:
        collected.leave(LeftOut.UNREAD_LINE, " ".join(prompt))
    return [], collected


def _gift(text: str) -> tuple[list[Part], Collected]:
    collected, parts = Collected(), list[Part]()
    for block in _gift_blocks(text):
        if not (words := _gift_question(block, collected)):
            continue
        parts.append(Words(words))
    return parts, collected


def _gift_blocks(text: str) -> Iterator[str]:
    """Without comments and categories; a blank line ends a question."""
    lines = [line for line in text.split("\n") if not line.lstrip().startswith(("//", "$CATEGORY:"))]
    for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", "\n".join(lines)):
        if block.strip():
            yield _hidden(block.strip())


def _hidden(text: str) -> str:
    return re.sub(r"\\([~=#{}:\\])", lambda found: _ESCAPES[found[1]], text)


def _shown(text: str) -> str:
    for sign, hidden in _ESCAPES.items():
        text = text.replace(hidden, sign)
    return re.sub(r"\\n", "\n", text).strip()


def _words(text: str, form: str = "") -> str:
    """As plain text: prompts and answers have no marks in Ieum."""
    shown = _shown(text)
    return plain(shown) if form == "html" or (form in ("", "moodle") and _TAG.search(shown)) else shown


def _gift_question(block: str, collected: Collected) -> str:
    """Adds the question; what is returned is a description, as Markdown."""
    block = re.sub(r"^::(.*?)::", "", block, count=1, flags=re.DOTALL).strip()
    form = ""
    if found := re.match(r"\[(html|moodle|plain|markdown)\]", block):
        form, block = found[1], block[found.end() :].strip()
    start, end = block.find("{"), block.rfind("}")
    if start < 0 and end < 0:
        shown = _shown(block)
        if form == "markdown":
            return shown
        return _markdown(shown) if form == "html" or _TAG.search(shown) else escaped(shown)
    if start < 0 or end < start or "{" in block[start + 1 : end] or "}" in block[start + 1 : end]:
        collected.leave(LeftOut.UNREAD_LINE, _shown(block))
        return ""
    before, inside, after = block[:start].strip(), block[start + 1 : end].strip(), block[end + 1 :].strip()
    prompt = _words(f"{before} {_GAP} {after}" if after else before, form)
    inside, _, general = inside.partition("####")
    task, answers = _gift_task(prompt, inside.strip(), form, collected)
    collected.add(prompt, task, explained(escaped(_words(general, form)), answers))
    return ""


def _markdown(shown: str) -> str:
    return "\n\n".join(part.markdown for part in Page().take(shown).parts if isinstance(part, Words))


def _gift_task(prompt: str, inside: str, form: str, collected: Collected) -> tuple[Task | None, list[Answer]]:
    head, *said = re.split("#", inside) if not inside.startswith("#") else [inside]
    if head.strip().upper() in ("T", "TRUE", "F", "FALSE"):
        is_true = head.strip().upper().startswith("T")
        wrong, right = ([*map(_words, said), "", ""])[:2]
        names = ("×", "○") if is_true else ("○", "×")
        return true_false(is_true), [Answer(names[0], 0, wrong), Answer(names[1], 1, right)]
    if inside.startswith("#"):
        return _gift_number(prompt, inside[1:].strip(), collected)
    answers = [_gift_answer(sign, text, form) for sign, text in re.findall(r"([=~])([^=~]*)", inside)]
    if not answers:
        return None, []
    signs = {sign for sign, _ in re.findall(r"([=~])([^=~]*)", inside)}
    if signs == {"="} and all("->" in each.text for each in answers):
        pairs = [each.text.partition("->") for each in answers]
        return matching([(left, right) for left, _, right in pairs]), [each for each in answers if each.feedback]
    if signs == {"="}:
        return collected.short_text(prompt, answers), answers
    return collected.choice(prompt, answers, multiple="=" not in signs), answers


def _gift_answer(sign: str, text: str, form: str) -> Answer:
    weight = _WEIGHT.match(text.strip())
    fraction = float(weight[1]) / 100 if weight else 1.0 if sign == "=" else 0.0
    words, _, feedback = text.strip()[weight.end() if weight else 0 :].partition("#")
    return Answer(_words(words, form), fraction, _words(feedback, form))


def _gift_number(prompt: str, inside: str, collected: Collected) -> tuple[Task | None, list[Answer]]:
    found = re.findall(r"=([^=]*)", inside) if inside.startswith("=") else [inside]
    answers: list[tuple[Answer, str]] = []
    for text in found:
        answer = _gift_answer("=", text, "plain")
        value, _, tolerance = answer.text.partition(":")
        lowest, dots, highest = value.partition("..")
        if dots:
            try:
                low, high = float(lowest), float(highest)
            except ValueError:
                return None, []
            value, tolerance = f"{(low + high) / 2:g}", f"{abs(high - low) / 2:g}"
        answers.append((Answer(value.strip(), answer.fraction, answer.feedback), tolerance.strip()))
    return collected.number(prompt, answers), [each for each, _ in answers]
