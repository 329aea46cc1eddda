"""Pictures for "Photos and messages on your smartphone"."""

from __future__ import annotations

from kit import Say, bubble, button, div, icon, mark, note, photo, row, screen, step, tap


def camera(t: Say) -> str:
    last = f'<div style="width:58px">{photo("hill")}</div>'
    controls = row(
        mark(3, last, "left"),
        mark(1, div("shutter")),
        mark(2, div("round", icon("flip"))),
        kind="between",
    )
    return div("phone dark", div("body", photo("flowers"), controls))


def gallery(t: Say) -> str:
    shots = [photo(name) for name in ("flowers", "hill", "dog", "cake", "child", "cup")]
    tools = row(
        mark(1, div("round", icon("share")), "left"),
        mark(2, div("round", icon("crop"))),
        mark(3, div("round", icon("trash"))),
        kind="between",
    )
    return screen(t("사진첩", "Photos"), div("grid", *shots), tools)


def crop(t: Say) -> str:
    before = div(
        "card", t("자르기 전", "Before"), f'<div class="crop photo">{photo("dog")}<div class="frame"></div></div>'
    )
    closer = (
        '<div style="overflow:hidden;border-radius:10px"><div style="width:172%;margin:-20% 0 -18% -36%">'
        + photo("dog")
        + "</div></div>"
    )
    return div("grid two", before, div("card", t("자른 뒤", "After"), closer))


def message(t: Say) -> str:
    return screen(
        t("김순자 (동생)", "Kim Sun-ja (sister)"),
        bubble(
            t(
                "언니, 토요일 낮 12시에 들꽃읍 느티나무 식당에서 만나요!",
                "Let's meet on Saturday at 12 noon, at the Zelkova Diner in Deulkkot!",
            )
        ),
        bubble(t("그래, 그때 보자.", "Good, see you then."), "mine"),
        row(
            mark(1, div("round", icon("plus")), "left"),
            div("grow", mark(2, div("field", f"<div>{t('여기를 눌러 쓰기', 'Tap to write')}</div>"))),
            mark(3, div("round", icon("send"))),
        ),
        start=icon("back"),
    )


def choose(t: Say) -> str:
    def pick(name: str, number: str) -> str:
        ring = f'<span class="n" style="background:#1f8a4c">{number}</span>' if number else ""
        return f'<div class="marked">{photo(name)}{ring}</div>'

    shots = (
        pick("flowers", "1"),
        pick("hill", ""),
        pick("dog", "2"),
        pick("cake", "3"),
        pick("child", ""),
        pick("cup", ""),
    )
    return screen(
        t("보낼 사진 고르기", "Choose photos"), div("grid", *shots), button(t("보내기", "Send")), start=icon("back")
    )


PICTURES = {"camera": camera, "gallery": gallery, "crop": crop, "message": message, "choose": choose}


def scenes(t: Say) -> list[tuple[float, str, str]]:
    who = t("김순자 (동생)", "Kim Sun-ja (sister)")

    def talk(*parts: str) -> str:
        return screen(who, *parts, start=icon("back"))

    hello = bubble(t("꽃이 피었어요?", "Are the flowers out?"))
    writing = f'<div class="grow field"><div>{t("여기를 눌러 쓰기", "Tap to write")}</div></div>'
    send = div("round", icon("send"))
    plus = div("round", icon("plus"))

    def thumb(name: str, on: bool = False) -> str:
        picture = f'<div style="width:96px">{photo(name)}</div>'
        return tap(picture) if on else picture

    def pick(on: bool, go: bool) -> str:
        sending = (
            button(t("1장 보내기", "Send 1 photo")) if on else note(t("사진을 한 번 누르세요", "Tap a photo once"))
        )
        shots = row(thumb("flowers", on and not go), thumb("hill"), thumb("dog"), kind="between")
        return screen(t("사진 고르기", "Choose a photo"), shots, tap(sending) if go else sending, start=icon("back"))

    sent = f'<div style="width:120px">{photo("flowers")}</div>'
    sent_chat = talk(hello, bubble(sent, "mine pic"))
    return [
        (
            6,
            t(
                "동생에게 꽃 사진을 보내요. 먼저 이름을 확인해요.",
                "We send flowers to our sister. First check the name.",
            ),
            step(1, t("받을 사람을 확인해요", "Check who will get it")) + screen(tap(who), hello, start=icon("back")),
        ),
        (
            5,
            t("쓰는 칸 옆의 더하기를 눌러요.", "Tap the plus sign beside the box."),
            step(2, t("더하기(+)를 눌러요", "Tap the plus sign")) + talk(hello, row(tap(plus), writing, send)),
        ),
        (
            4,
            t("사진 목록이 나와요.", "Your photos appear."),
            step(3, t("사진을 골라요", "Choose the photo")) + pick(False, False),
        ),
        (
            4,
            t("꽃 사진을 한 번 눌러요.", "Tap the flowers once."),
            step(3, t("사진을 골라요", "Choose the photo")) + pick(True, False),
        ),
        (
            5,
            t("‘1장 보내기’를 눌러요.", "Tap “Send 1 photo”."),
            step(4, t("보내기를 눌러요", "Tap Send")) + pick(True, True),
        ),
        (
            6,
            t("대화에 사진이 보이면 다 보낸 거예요.", "You see it in the chat: it is sent."),
            step("✓", t("사진이 대화에 나타나면 끝!", "It appears in the chat. Done!")) + sent_chat,
        ),
    ]


def card(t: Say) -> dict[str, object]:
    return {
        "title": t("사진 찍어 보내기", "Take a photo and send it"),
        "lead": t("휴대전화 옆에 두고 천천히 따라 해 보세요.", "Keep this by your phone and go step by step."),
        "steps_title": t("이렇게 해요", "What to do"),
        "steps": [
            t("렌즈를 부드러운 천으로 닦아요.", "Wipe the lens with a soft cloth."),
            t("두 손으로 잡고, 해를 등지고 서요.", "Hold the phone with both hands, the sun behind you."),
            t(
                "찍고 싶은 곳을 화면에서 한 번 누르고, 둥근 버튼을 눌러요.",
                "Tap what you want sharp, then press the round button.",
            ),
            t(
                "메시지를 열고 받을 사람 이름을 소리 내어 읽어요.",
                "Open your messages and read the person's name aloud.",
            ),
            t("더하기(+)를 누르고, 사진을 골라, 보내기를 눌러요.", "Tap plus (+), choose the photo, tap Send."),
        ],
        "keep_title": t("꼭 기억해요", "Remember"),
        "keep": [
            t(
                "신분증, 통장, 카드 사진은 메시지로 보내지 않아요.",
                "Never send a picture of an ID, a bank book or a card by message.",
            ),
            t("다른 사람이 나온 사진은 먼저 물어보고 보내요.", "Ask people before you send a picture of them."),
            t(
                "집에서는 와이파이에 연결하면 데이터 요금이 들지 않아요.",
                "On Wi-Fi at home, sending does not use your mobile data.",
            ),
        ],
        "notes_title": t("내 휴대전화에서는", "On my phone"),
        "notes": [
            t("카메라 그림이 있는 곳: ", "Where the camera icon is: "),
            t("자주 보내는 사람: ", "People I write to: "),
            t("도와줄 사람 전화: ", "Who helps me, phone: "),
        ],
        "foot": t("한빛시 마을 배움터 · 이음", "Hanbit village learning centres · Ieum"),
    }
