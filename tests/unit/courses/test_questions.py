from __future__ import annotations

import base64

import pytest

from services.courses.documents import formats
from services.courses.documents.drafting import draft_lessons
from services.courses.documents.reading import LeftOut, Questions, ReadDocument, Unreadable, Words
from services.courses.domain.content import Choice, Item, Matching, Number, Ordering, Quiz, ShortText, Task, TrueFalse
from services.courses.domain.draft_limits import check_lesson
from tests.unit.courses import documents as made


def items(document: ReadDocument) -> list[Item]:
    parts = [part for lesson in document.lessons for screen in lesson.screens for part in screen.parts]
    return [each.item for part in parts if isinstance(part, Questions) for each in part.questions]


def left(document: ReadDocument) -> list[tuple[LeftOut, str]]:
    return [(each.what, each.where) for each in document.left]


def texts(task: Task) -> list[str]:
    match task:
        case Choice():
            return [option.text[""] + "!" * (option.id in task.correct) for option in task.options]
        case Matching():
            right = {option.id: option.text[""] for option in task.right}
            return [f"{option.text['']}={right[task.correct[option.id]]}" for option in task.left]
        case Ordering():
            return [option.text[""] for option in task.steps]
        case ShortText():
            return list(task.accepted)
        case Number():
            return [task.value, task.tolerance]
        case TrueFalse():
            return [str(task.correct)]
        case _:
            return []


GIFT = r"""// a comment
$CATEGORY: a/b

::수도::우리나라 수도는? {
=서울#맞아요
~부산
~대전
}

2 \+ 2 \= 4 {T}

얼마? {#4:0.1}

사이 {#1..5}

짝 {=가 -> 1 =나 -> 2 =다 -> 2}

[html]<p>인사는 <b>뭐</b>?</p>{=hi =%50%hello ####자세히}

이음은 {~비싸다 =무료다} 배움터입니다.

고르세요 {~%50%가 ~%50%나 ~%-100%다}

쓰세요 {}

끝나지 않음 {=a

설명하는 **글**
"""


def test_gift_questions_come_over_and_what_does_not_is_said() -> None:
    document = formats.read(GIFT.encode(), "파일")
    assert [(item.prompt[""], texts(item.task)) for item in items(document)] == [
        ("우리나라 수도는?", ["서울!", "부산", "대전"]),
        (r"2 \+ 2 = 4", ["True"]),
        ("얼마?", ["4", "0.1"]),
        ("사이", ["3", "2"]),
        ("짝", ["가=1", "나=2", "다=2"]),
        ("인사는 뭐?", ["hi"]),
        ("이음은 _____ 배움터입니다.", ["비싸다", "무료다!"]),
        ("고르세요", ["가!", "나!", "다"]),
    ]
    assert items(document)[0].explanation[""] == "- 서울: 맞아요"
    assert left(document) == [
        (LeftOut.PARTIAL_CREDIT, "인사는 뭐?"),
        (LeftOut.PARTIAL_CREDIT, "고르세요"),
        (LeftOut.QUESTION, "쓰세요"),
        (LeftOut.UNREAD_LINE, "끝나지 않음 {=a"),
    ]
    assert document.lessons[0].screens[0].parts == (Words(r"설명하는 \*\*글\*\*"),)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_aiken_questions_in_any_encoding_that_windows_saves(encoding: str) -> None:
    text = "무엇을\r\n누르나요?\r\nA. 확인\r\nB) 취소\r\nANSWER : B\r\n\r\n정답 없음\r\nA. 가\r\n"
    document = formats.read(text.encode(encoding), "파일")
    assert [(item.prompt[""], texts(item.task)) for item in items(document)] == [
        ("무엇을\n누르나요?", ["확인", "취소!"])
    ]
    assert left(document) == [(LeftOut.UNREAD_LINE, "정답 없음")]


def moodle(kind: str, name: str, *inside: str, form: str = "html") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name><questiontext format="{form}">'
        f"<text>{name}</text></questiontext>{''.join(inside)}</question>"
    )


def answer(text: str, fraction: int = 0, *inside: str) -> str:
    return f'<answer fraction="{fraction}"><text>{text}</text>{"".join(inside)}</answer>'


MOODLE = f"""<?xml version="1.0" encoding="UTF-8"?><quiz>
<question type="category"><category><text>$course$/a</text></category></question>
{
    moodle(
        "multichoice",
        "하나",
        "<single>true</single>",
        answer("예", 100, "<feedback><text>그래요</text></feedback>"),
        answer("아니요"),
    )
}
{moodle("multichoice", "여럿", "<single>false</single>", answer("a", 50), answer("b", 50), answer("c", -100))}
{moodle("truefalse", "참?", answer("true"), answer("false", 100))}
{moodle("shortanswer", "짧게", answer("이음", 100), answer("*", 0))}
{moodle("numerical", "수", answer("3.5", 100, "<tolerance>0.5</tolerance>"))}
{
    moodle(
        "matching",
        "짝",
        *(
            f"<subquestion><text>{a}</text><answer><text>{b}</text></answer></subquestion>"
            for a, b in (("가", "1"), ("나", "2"), ("", "3"))
        ),
    )
}
{moodle("ordering", "차례", answer("셋", 3), answer("하나", 1), answer("둘", 2))}
{moodle("essay", "쓰기")}
{moodle("description", "&lt;p&gt;&lt;b&gt;읽으세요&lt;/b&gt;&lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;")}
<question type="shortanswer"><name><text>그림</text></name><questiontext format="html">
<text><![CDATA[<p>보세요 <img src="@@PLUGINFILE@@/a%20b.png" alt="단추"></p>]]></text>
<file name="a b.png" path="/" encoding="base64">{base64.b64encode(made.png()).decode()}</file></questiontext>
{answer("단추", 100)}<defaultgrade>2.0</defaultgrade></question>
</quiz>"""


def test_moodle_questions_come_over_with_their_pictures() -> None:
    document = formats.read(MOODLE.encode(), "파일")
    assert [(item.prompt[""], texts(item.task)) for item in items(document)] == [
        ("하나", ["예!", "아니요"]),
        ("여럿", ["a!", "b!", "c"]),
        ("참?", ["False"]),
        ("짧게", ["이음"]),
        ("수", ["3.5", "0.5"]),
        ("짝", ["가=1", "나=2"]),
        ("차례", ["하나", "둘", "셋"]),
        ("보세요", ["단추"]),
    ]
    assert left(document) == [(LeftOut.PARTIAL_CREDIT, "여럿"), (LeftOut.QUESTION, "쓰기 (essay)")]
    assert document.lessons[0].screens[0].parts == (Words("**읽으세요**"),)
    last = document.lessons[0].screens[-1].parts[0]
    assert isinstance(last, Questions)
    assert last.questions[-1].picture is not None
    assert (last.questions[-1].picture.alt, last.questions[-1].item.points) == ("단추", 2)


def test_questions_become_a_quiz_in_the_language_that_was_chosen() -> None:
    (lesson,) = draft_lessons(formats.read(MOODLE.encode(), "파일"), "c/1", "ko", {})
    check_lesson(lesson)
    quiz = lesson.blocks[-1].body
    assert isinstance(quiz, Quiz)
    assert quiz.title == {"ko": "파일"}
    assert {language for item in quiz.items for language in item.prompt} == {"ko"}
    assert len({item.id for item in quiz.items}) == len(quiz.items)
    choice = quiz.items[0].task
    assert isinstance(choice, Choice)
    assert choice.options[0].text == {"ko": "예"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "DOCUMENT_TYPE"),
        (b"no question", "DOCUMENT_TYPE"),
        (b"<html></html>", "DOCUMENT_TYPE"),
        (b"\x89PNG\r\n\x1a\n\0\0", "DOCUMENT_TYPE"),
        (b"<quiz><question", "DOCUMENT_UNREADABLE"),
        (b"<!DOCTYPE quiz [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><quiz>&a;</quiz>", "DOCUMENT_UNREADABLE"),
        (made.packed({"a.txt": "x"}), "DOCUMENT_TYPE"),
    ],
    ids=["empty", "text", "page", "picture", "cut", "entity", "zip"],
)
def test_what_holds_no_questions_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        formats.read(data, "파일")
    assert refused.value.reason == reason
