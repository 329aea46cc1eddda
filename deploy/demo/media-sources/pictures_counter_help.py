"""Pictures for "Helping a resident with an online petition at the counter"."""

from __future__ import annotations

from kit import Say, board, bubble, button, div, field, icon, line, mark, note, screen, step, tap


def seats(t: Say) -> str:
    def person(name: str, colour: str) -> str:
        return div("center", icon("person", colour), f"<b>{name}</b>")

    shown = mark(1, div("card", t("화면은 주민 쪽으로", "The screen faces the resident")))
    people = div("grid two", person(t("주민", "Resident"), "#7048a8"), person(t("직원", "You"), "#12766f"))
    mouse = mark(
        2, note(t("마우스와 키보드는 <b>주민 앞에</b>", "Mouse and keyboard <b>in front of the resident</b>"), "good")
    )
    return board(
        t("나란히 앉아요", "Sit side by side"),
        shown,
        mouse,
        people,
        mark(3, note(t("뒤에 서지 않아요. 손을 뻗지 않아요.", "Do not stand behind. Do not reach over."))),
    )


def password(t: Say) -> str:
    return screen(
        t("로그인", "Sign in"),
        field(t("아이디", "User name"), "sunja1954"),
        field(t("비밀번호", "Password"), "●●●●●●●●"),
        bubble(t("제 비밀번호 좀 대신 쳐 줘요. 한빛…", "Could you type my password? It's Hanb…")),
        bubble(
            t(
                "잠깐만요! 제가 고개를 돌릴게요. 천천히 직접 쳐 보세요.",
                "One moment! I will look away. Take your time and type it yourself.",
            ),
            "mine",
        ),
    )


def errors(t: Say) -> str:
    def shown(number: int, text: str) -> str:
        return mark(number, note(text, "bad"))

    return board(
        t("자주 보는 알림", "Messages you will often see"),
        shown(1, t("인증번호가 맞지 않습니다. (남은 시간 0:00)", "The code is not correct. (Time left 0:00)")),
        shown(2, t("파일이 너무 큽니다. 한 개에 10 MB까지 됩니다.", "The file is too large. Up to 10 MB each.")),
        shown(3, t("오래 쉬어 로그아웃되었습니다.", "Signed out after a long pause.")),
        shown(4, t("새 창이 차단되었습니다.", "A new window was blocked.")),
    )


def closing(t: Say) -> str:
    def done(text: str) -> str:
        return line(icon("check", "#1f8a4c"), div("grow", text))

    return board(
        t("자리를 뜨기 전에", "Before the resident leaves"),
        done(t("접수 번호를 종이에 적어 드렸다", "Receipt number given on paper")),
        done(t("로그아웃하고 창을 모두 닫았다", "Signed out, all windows closed")),
        done(t("내려받은 파일과 휴지통을 비웠다", "Downloads and bin emptied")),
        done(t("신분증과 휴대전화를 챙기셨다", "ID card and phone taken along")),
        done(t("메모지를 드리거나 파쇄했다", "Notes handed over or shredded")),
    )


PICTURES = {"seats": seats, "password": password, "errors": errors, "closing": closing}


def scenes(t: Say) -> list[tuple[float, str, str]]:
    site = t("한빛시 온라인 민원", "Hanbit online petitions")
    resident, clerk = t("주민: ", "Resident: "), t("직원: ", "Clerk: ")
    head = [
        t("먼저 물어봐요", "Ask first"),
        t("누를 곳만 말해요", "Say where, let them tap"),
        t("고개를 돌려요", "Look away"),
        t("같이 읽고 보내요", "Read it together"),
    ]
    send = button(t("민원 신청", "Send a petition"))
    final = button(t("보내기", "Send"))
    need = bubble(clerk + t("어떤 일을 도와드릴까요?", "What would you like to do?"), "mine")
    return [
        (
            6,
            t("직원: 어떤 일을 도와드릴까요?", "Clerk: What would you like to do?"),
            step(1, head[0]) + screen(site, need),
        ),
        (
            6,
            t("주민: 가로등이 꺼졌어요. 컴퓨터는 무서워요.", "Resident: A street lamp is dark. Computers frighten me."),
            step(1, head[0])
            + screen(
                site,
                need,
                bubble(resident + t("가로등이 꺼졌어요. 컴퓨터는 무서워요.", "A lamp is dark. Computers frighten me.")),
            ),
        ),
        (
            7,
            t(
                "직원: 마우스는 선생님이 잡으세요. 초록 버튼이 보이세요?",
                "Clerk: You hold the mouse. Can you see the green button?",
            ),
            step(2, head[1])
            + screen(
                site,
                bubble(
                    clerk
                    + t(
                        "마우스는 직접 잡으세요. 초록 버튼이 보이세요?",
                        "You hold the mouse. Can you see the green button?",
                    ),
                    "mine",
                ),
                send,
            ),
        ),
        (
            5,
            t("주민이 직접 ‘민원 신청’을 눌러요.", "The resident taps “Send a petition” herself."),
            step(2, head[1]) + screen(site, tap(send)),
        ),
        (
            7,
            t("비밀번호를 칠 때 직원은 고개를 돌려요.", "While she types her password, the clerk looks away."),
            step(3, head[2])
            + screen(
                t("로그인", "Sign in"),
                tap(field(t("비밀번호", "Password"), "●●●●●")),
                note(t("직원은 화면을 보지 않아요", "The clerk does not look"), "good"),
            ),
        ),
        (
            7,
            t(
                "보내기 전에 주민이 소리 내어 읽고, 직접 보내기를 눌러요.",
                "Before sending, she reads it aloud and taps Send herself.",
            ),
            step(4, head[3])
            + screen(
                t("확인", "Check"),
                bubble(clerk + t("맞으면 직접 눌러 주세요.", "If it is right, please tap it."), "mine"),
                tap(final),
            ),
        ),
        (
            7,
            t("접수 번호를 적어 드리고, 로그아웃해요.", "Write down the receipt number for her, and sign out."),
            step("✓", t("적어 드리고 로그아웃", "Write it down, sign out"))
            + screen(
                t("접수되었습니다", "We have received it"),
                div("big", "HB-2048-0317"),
                button(t("로그아웃", "Sign out"), "plain"),
            ),
        ),
    ]


def card(t: Say) -> dict[str, object]:
    return {
        "title": t("창구에서 도와드릴 때", "Helping at the counter"),
        "lead": t(
            "모니터 옆에 붙여 두고 한 분 한 분 확인하세요.",
            "Keep this by your screen and go through it with each person.",
        ),
        "steps_title": t("순서", "In this order"),
        "steps": [
            t("어떤 일인지, 어디까지 해 보셨는지 물어요.", "Ask what it is about and how far they got."),
            t("나란히 앉고, 마우스는 주민이 잡아요.", "Sit side by side; the resident holds the mouse."),
            t("비밀번호와 인증번호를 칠 때는 고개를 돌려요.", "Look away for passwords and codes."),
            t("보내기 전에 함께 소리 내어 읽어요.", "Read it aloud together before sending."),
            t("보내기는 주민이 눌러요.", "The resident taps Send."),
            t("접수 번호를 종이에 적어 드려요.", "Give the receipt number on paper."),
        ],
        "keep_title": t("자리를 뜨시기 전에", "Before they leave"),
        "keep": [
            t("로그아웃, 창 닫기, 내려받은 파일 지우기", "Sign out, close windows, delete downloads"),
            t("신분증, 휴대전화, 메모지 돌려드리기", "Hand back ID card, phone, notes"),
        ],
        "notes_title": t("우리 창구", "Our counter"),
        "notes": [t("기술 도움: ", "Technical help: "), t("개인정보 보호 담당자: ", "Data protection officer: ")],
        "foot": t("한빛시 직원 배움 자료 · 이음", "Hanbit staff training · Ieum"),
    }
