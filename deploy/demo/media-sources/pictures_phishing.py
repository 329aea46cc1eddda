"""Pictures for "Spotting a phishing message". Addresses end in .example, which can never be anyone's site."""

from __future__ import annotations

from kit import Say, board, bubble, button, div, field, icon, line, mark, note, row, screen, step, tap

FAKE = "hanbit.example.<i>fee-check.example</i>"


def parcel(t: Say) -> str:
    late = t("주소를 고치지 않으면 택배가 되돌아갑니다.", "correct your address or your parcel goes back.")
    text = (
        mark(2, f"<b>{t('오늘 안에', 'By today:')}</b> {late}"),
        mark(3, '<span class="link">parcel-hanbit.example/abc</span>'),
        mark(4, t("카드 번호를 넣고 수수료 300원을 내세요.", "Enter your card number and pay a fee of 300 won.")),
    )
    return screen(mark(1, t("모르는 번호", "Unknown number")), bubble("".join(text)), start=icon("person"))


def family(t: Say) -> str:
    return screen(
        t("모르는 번호", "Unknown number"),
        bubble(t("엄마, 나 휴대폰 고장 나서 친구 폰으로 보내.", "Mum, my phone broke. I'm writing from a friend's.")),
        bubble(
            t(
                "급히 결제할 게 있어. 신분증이랑 카드 앞뒤 찍어서 보내 줘.",
                "I must pay something quickly. Send me photos of your ID and both sides of your card.",
            )
        ),
        bubble(t("지금 통화는 안 돼.", "I can't talk right now.")),
        start=icon("person"),
    )


def address(t: Say) -> str:
    return board(
        t("누구의 주소일까요?", "Whose address is it?"),
        f"<b>{t('진짜 한빛시', 'The real Hanbit City')}</b>",
        '<div class="address"><i class="ok">hanbit.example</i>/petition</div>',
        f"<b>{t('가짜: 끝이 달라요', 'Fake: the end is different')}</b>",
        f'<div class="address">{FAKE}/pay</div>',
        note(t("첫 빗금(/) 바로 앞, 맨 끝을 읽어요.", "Read the very end, just before the first slash (/)."), "good"),
    )


def three_steps(t: Say) -> str:
    def say(sign: str, colour: str, head: str, text: str) -> str:
        return line(div("round", icon(sign, colour)), f'<div><span class="big">{head}</span><br>{text}</div>')

    return board(
        t("문자를 받으면", "When a message comes"),
        say("cross", "#c13c2c", t("멈춤", "Stop"), t("누르지 않아요", "Do not tap anything")),
        say("phone", "#12766f", t("확인", "Check"), t("아는 번호로 전화해요", "Phone a number you know")),
        say("trash", "#22384f", t("지움", "Delete"), t("알리고 지워요", "Report it, then delete it")),
    )


def first_aid(t: Say) -> str:
    def say(ko: str, en: str) -> str:
        return div("grow", t(ko, en))

    return board(
        t("이미 눌렀다면", "If you tapped already"),
        line(
            div("round", "1"),
            say("<b>비행기 모드</b>를 켜요", "Switch on <b>flight mode</b>"),
            icon("plane", "#12766f"),
        ),
        line(
            div("round", "2"),
            say("다른 전화로 <b>은행</b>과 <b>경찰 112</b>", "From another phone: <b>your bank</b>, <b>police 112</b>"),
            icon("phone", "#12766f"),
        ),
        line(
            div("round", "3"),
            say("수상한 <b>앱을 지워요</b>", "<b>Remove</b> the strange app"),
            icon("trash", "#12766f"),
        ),
        line(
            div("round", "4"),
            say("다른 기기에서 <b>비밀번호</b> 바꾸기", "Change <b>passwords</b> on another device"),
            icon("lock", "#12766f"),
        ),
    )


def mail(t: Say) -> str:
    return board(
        t("받은 편지", "Inbox"),
        field(
            t("보낸 사람", "From"),
            mark(1, t("정보화과", "Digital Services") + " &lt;help@<i>hanbit-it.example</i>&gt;"),
        ),
        field(
            t("제목", "Subject"),
            mark(2, t("[긴급] 30분 뒤 계정이 잠깁니다", "[URGENT] Your account locks in 30 minutes")),
        ),
        t("아래 파일을 열고 비밀번호를 다시 넣으세요.", "Open the file and enter your password again."),
        mark(3, row(icon("file"), "<b>notice.pdf.exe</b>", kind="card")),
    )


PICTURES = {
    "parcel": parcel,
    "family": family,
    "address": address,
    "three-steps": three_steps,
    "first-aid": first_aid,
    "mail": mail,
}


def scenes(t: Say) -> list[tuple[float, str, str]]:
    unknown = t("모르는 번호", "Unknown number")
    link = '<span class="link">hanbit.example.fee-check.example</span>'
    text = t("[한빛시] 과태료 미납. 오늘까지 확인: ", "[Hanbit City] Unpaid fine. Check by today: ")
    fake = screen(unknown, bubble(text + link), start=icon("person"))
    looked = screen(
        unknown,
        bubble(text + f"<b>{FAKE}</b>"),
        note(t("끝이 hanbit.example 이 아니에요", "It does not end in hanbit.example"), "bad"),
    )
    number = '<span class="big">000-000-0100</span>'
    book = t("한빛시청 (내가 저장한 번호)", "Hanbit City Hall (saved by me)")
    call = screen(t("전화", "Phone"), row(icon("phone"), book), number, tap(button(t("전화 걸기", "Call"))))
    answer = screen(
        t("통화 중", "On the phone"),
        bubble(t("그런 문자는 보내지 않았습니다.", "We did not send such a message.")),
        icon("phone"),
    )
    choices = (
        button(t("스팸으로 신고", "Report as spam"), "plain"),
        button(t("차단하고 지우기", "Block and delete"), "stop"),
    )
    report = screen(unknown, tap(choices[0]), choices[1], start=icon("person"))
    remove = screen(unknown, choices[0], tap(choices[1]), start=icon("person"))
    gone = screen(
        t("메시지", "Messages"), div("body center", icon("check", "#1f8a4c"), div("big", t("깨끗해요!", "All clear!")))
    )
    return [
        (
            7,
            t(
                "과태료를 내라는 문자가 왔어요. 누르지 말고 멈춰요.",
                "A message about a fine. Stop. Do not tap the link.",
            ),
            step(1, t("멈춰요. 누르지 않아요", "Stop. Do not tap")) + fake,
        ),
        (
            7,
            t("주소의 끝을 읽어요. 한빛시 주소가 아니에요.", "Read the end of the address. It is not Hanbit's."),
            step(2, t("주소의 끝을 읽어요", "Read the end of the address")) + looked,
        ),
        (
            6,
            t(
                "문자에 적힌 번호가 아니라, 내가 아는 번호로 걸어요.",
                "Call the number you know, not one in the message.",
            ),
            step(3, t("아는 번호로 물어봐요", "Ask, at a number you know")) + call,
        ),
        (
            5,
            t("시청은 그런 문자를 보내지 않았대요.", "City Hall never sent it."),
            step(3, t("아는 번호로 물어봐요", "Ask, at a number you know")) + answer,
        ),
        (5, t("스팸으로 신고해요.", "Report it as spam."), step(4, t("알리고 지워요", "Report and delete")) + report),
        (
            5,
            t("차단하고 지워요.", "Block the sender and delete it."),
            step(4, t("알리고 지워요", "Report and delete")) + remove,
        ),
        (
            5,
            t("멈춤, 확인, 지움. 세 가지만 기억해요.", "Stop, check, delete. Remember these three."),
            step("✓", t("멈춤 · 확인 · 지움", "Stop · Check · Delete")) + gone,
        ),
    ]


def card(t: Say) -> dict[str, object]:
    return {
        "title": t("수상한 문자, 멈춤·확인·지움", "Strange message? Stop, check, delete"),
        "lead": t("전화기 옆이나 냉장고에 붙여 두세요.", "Put this by your telephone or on the fridge."),
        "steps_title": t("이미 눌렀다면, 이 순서로", "If you tapped already, in this order"),
        "steps": [
            t("비행기 모드를 켜요.", "Switch on flight mode."),
            t(
                "다른 전화로 거래 은행에 ‘지급정지’를 부탁하고 112에 알려요.",
                "From another phone, ask your bank to stop payments, and call the police on 112.",
            ),
            t(
                "새로 생긴 수상한 앱을 지워요. 어려우면 그대로 서비스 센터에 가져가요.",
                "Remove the strange app. If that is hard, take the phone to a service shop as it is.",
            ),
            t("다른 기기에서 비밀번호를 바꿔요.", "Change your passwords on another device."),
        ],
        "keep_title": t("늘 기억해요", "Always remember"),
        "keep": [
            t("급하다고 하면 더 천천히.", "The more it hurries you, the slower you go."),
            t(
                "카드 번호, 비밀번호, 인증번호는 누구에게도 말하지 않아요.",
                "Card number, password, one-time code: tell nobody.",
            ),
            t("가족이라면 목소리를 먼저 들어요.", "If it is “family”, hear the voice first."),
        ],
        "notes_title": t("내 전화번호 쪽지", "My numbers"),
        "notes": [
            t("경찰: 112", "Police (Korea): 112"),
            t("문자 사기 상담(한국인터넷진흥원): 118", "Advice on message fraud (KISA, Korea): 118"),
            t("내 거래 은행: ", "My bank: "),
            t("믿을 수 있는 가족: ", "Family I trust: "),
        ],
        "foot": t("한빛시 마을 배움터 · 이음", "Hanbit village learning centres · Ieum"),
    }
