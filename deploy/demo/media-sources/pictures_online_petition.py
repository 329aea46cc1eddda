"""Pictures for "Sending a civil petition online", on the site of a city that does not exist."""

from __future__ import annotations

from kit import Say, board, button, div, field, icon, line, mark, note, photo, row, screen, step, tap

SITE = ("한빛시 온라인 민원", "Hanbit online petitions")
NUMBER = "HB-2048-0317"


def home(t: Say) -> str:
    return screen(
        t(*SITE),
        mark(1, button(t("민원 신청", "Send a petition"))),
        mark(2, button(t("내 민원 보기", "My petitions"), "plain")),
        mark(3, button(t("자주 묻는 질문", "Questions and answers"), "plain")),
        mark(4, note(t("도움 전화 000-000-0100 (평일 9~18시)", "Help: 000-000-0100 (weekdays 9-18)"))),
    )


def form(t: Say) -> str:
    wish = t(
        "저녁 7시부터 꺼져 있습니다. 걷기에 위험하니 고쳐 주세요.",
        "Dark from 7 p.m. on. Walking there is dangerous. Please repair it.",
    )
    return screen(
        t("민원 쓰기", "Write a petition"),
        field(t("제목", "Title"), mark(1, t("솔내동 소나무길 가로등 고장", "Street lamp broken, Sonamu-gil"))),
        field(
            t("어디에서", "Where"), mark(2, t("소나무길 12 배움터 앞 가로등", "Lamp by no. 12, the learning centre"))
        ),
        field(t("내용", "What and what for"), mark(3, wish)),
        row(
            mark(4, row(icon("camera"), t("사진 붙이기", "Add photo"), kind="card")),
            f'<div style="width:104px">{photo("street")}</div>',
            kind="between",
        ),
        start=icon("back"),
    )


def compare(t: Say) -> str:
    return board(
        t("제목을 견주어 보세요", "Compare two titles"),
        note(
            "<b>"
            + t("아쉬워요", "Not so good")
            + "</b><br>"
            + t("너무 불편합니다!!! 빨리 좀!", "This is terrible!!! Hurry up!"),
            "bad",
        ),
        note(
            "<b>"
            + t("좋아요", "Good")
            + "</b><br>"
            + t("솔내동 소나무길 12 앞 가로등 고장", "Street lamp broken by 12 Sonamu-gil, Solnae-dong"),
            "good",
        ),
        div("big center", t("어디 + 무엇 + 어떻게", "where + what + how")),
    )


def receipt(t: Say) -> str:
    return screen(
        t("접수되었습니다", "We have received it"),
        f'<div class="small">{t("접수 번호", "Receipt number")}</div>',
        mark(1, f'<div class="big">{NUMBER}</div>'),
        line(t("맡은 부서", "Handled by"), mark(2, "<b>" + t("도로과&nbsp;", "Roads&nbsp;") + "</b>&emsp;")),
        line(t("답변 예정일", "Answer by"), mark(3, "<b>" + t("3월 24일", "24 March") + "</b>&emsp;&ensp;")),
        button(t("문자로 받기", "Send me a text message"), "plain"),
    )


def progress(t: Say) -> str:
    def state(name: str, text: str, kind: str = "") -> str:
        return line(f'<span class="chip {kind}">{name}</span>', div("grow", text))

    return screen(
        t("내 민원", "My petitions"),
        f"<b>{t('가로등 고장', 'Street lamp broken')}</b> <span class='small'>{NUMBER}</span>",
        state(t("접수", "Received"), t("3월 17일, 잘 들어갔어요", "17 March: it has arrived"), "on"),
        state(
            t("보완 요청", "More needed"),
            t("3월 18일, 기둥 번호를 알려 주세요", "18 March: tell us the pole number"),
            "now",
        ),
        state(t("처리 중", "In progress"), t("담당자가 살펴봐요", "Someone is looking at it")),
        state(t("답변 완료", "Answered"), t("답을 읽을 수 있어요", "You can read the answer")),
    )


PICTURES = {"home": home, "form": form, "compare": compare, "receipt": receipt, "progress": progress}


def scenes(t: Say) -> list[tuple[float, str, str]]:
    def at(title: str, *parts: str) -> str:
        return screen(title, *parts, start=icon("back"))

    site = t(*SITE)
    title, empty = t("제목", "Title"), "&nbsp;"
    filled = field(title, t("소나무길 12 앞 가로등 고장", "Street lamp broken, 12 Sonamu-gil"))
    picture = row(f'<div style="width:104px">{photo("street")}</div>', t("사진 1장을 붙였어요", "1 photo added"))
    add = row(icon("camera"), t("사진 붙이기", "Add photo"), kind="card")
    check = t("제목, 장소, 내용, 사진이 맞나요?", "Title, place, text, photo: all right?")
    private = row(icon("lock"), t("나와 담당자만 봐요", "Only I and the staff can see it"))
    arrived = (f'<div class="big">{NUMBER}</div>', note(t("이 번호를 적어 두세요", "Write this number down"), "good"))
    return [
        (
            6,
            t("한빛시 온라인 민원에서 ‘민원 신청’을 눌러요.", "On Hanbit online petitions, tap “Send a petition”."),
            step(1, t("민원 신청을 눌러요", "Tap Send a petition"))
            + screen(
                site, tap(button(t("민원 신청", "Send a petition"))), button(t("내 민원 보기", "My petitions"), "plain")
            ),
        ),
        (
            5,
            t("제목 칸을 눌러요.", "Tap the title box."),
            step(2, t("제목을 써요", "Write the title")) + at(t("민원 쓰기", "Write"), tap(field(title, empty))),
        ),
        (
            6,
            t("어디의 무엇이 어떤지 한 줄로 써요.", "In one line: where, what, how."),
            step(2, t("제목을 써요", "Write the title")) + at(t("민원 쓰기", "Write"), filled),
        ),
        (
            6,
            t("내용 아래에서 ‘사진 붙이기’를 누르고 사진을 골라요.", "Below the text, tap “Add photo” and choose one."),
            step(3, t("사진을 붙여요", "Add a photo")) + at(t("민원 쓰기", "Write"), filled, tap(add)),
        ),
        (
            5,
            t("사진이 붙었어요.", "The photo is there."),
            step(3, t("사진을 붙여요", "Add a photo")) + at(t("민원 쓰기", "Write"), filled, picture),
        ),
        (
            7,
            t(
                "나와 담당자만 보게 두고, 보내기 전에 한 번 읽어요.",
                "Keep it private, and read everything once before sending.",
            ),
            step(4, t("읽어 보고 보내요", "Read it, then send"))
            + at(t("확인", "Check"), check, private, tap(button(t("보내기", "Send")))),
        ),
        (
            7,
            t("접수 번호가 나와요. 꼭 적어 두세요.", "You get a receipt number. Write it down."),
            step("✓", t("접수 번호를 적어요", "Note the receipt number"))
            + screen(t("접수되었습니다", "We have received it"), *arrived),
        ),
    ]


def card(t: Say) -> dict[str, object]:
    return {
        "title": t("온라인 민원 보내기", "Sending a petition online"),
        "lead": t("쓰기 전에 이 쪽지의 빈칸을 먼저 채워 보세요.", "Fill in the blanks on this card before you start."),
        "steps_title": t("이렇게 해요", "What to do"),
        "steps": [
            t(
                "문제가 있는 곳을 사진으로 두 장 찍어요. 가까이, 그리고 멀리.",
                "Take two photos of the problem: close up, and from afar.",
            ),
            t("제목에 어디, 무엇, 어떻게를 써요.", "In the title say where, what and how."),
            t("내용에 언제부터인지와 바라는 것을 써요.", "In the text say since when, and what you wish for."),
            t("사진을 붙이고, 처음부터 읽어 본 뒤 보내요.", "Add the photos, read it all once, send."),
            t("접수 번호와 답변 예정일을 적어 둬요.", "Write down the receipt number and the date of the answer."),
        ],
        "keep_title": t("꼭 기억해요", "Remember"),
        "keep": [
            t(
                "주민등록번호, 통장 번호, 남의 이름은 내용에 쓰지 않아요.",
                "No ID numbers, account numbers or other people's names in the text.",
            ),
            t(
                "불이 나거나 사람이 다쳤으면 민원이 아니라 119예요.",
                "Fire or someone hurt: not a petition but 119 (Korea).",
            ),
        ],
        "notes_title": t("내 민원 쪽지", "My petition"),
        "notes": [
            t("어디: ", "Where: "),
            t("무엇이 어떻게: ", "What is wrong: "),
            t("접수 번호: ", "Receipt number: "),
            t("답변 예정일: ", "Answer by: "),
        ],
        "foot": t("한빛시 마을 배움터 · 이음", "Hanbit village learning centres · Ieum"),
    }
