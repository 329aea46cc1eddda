"""Pictures for "Ordering at a kiosk", in a tea house that does not exist."""

from __future__ import annotations

from kit import Say, button, div, icon, line, mark, note, photo, row, screen, step, tap


def shop(t: Say, *parts: str) -> str:
    return screen(t("느티나무 찻집", "Zelkova Tea House"), *parts, classes="phone board")


def dish(name: str, text: str, price: str) -> str:
    return div("card", photo(name), f"<b>{text}</b><br>", price)


def start(t: Say) -> str:
    return shop(
        t,
        mark(1, div("big center", t("화면을 눌러 주세요", "Touch the screen"))),
        div("grid two", mark(2, button(t("먹고 가기", "Eat here"))), mark(3, button(t("가져가기", "Take away")))),
        div(
            "grid two",
            mark(4, button(t("큰 글씨", "Large text"), "plain")),
            mark(5, button(t("직원 부르기", "Call staff"), "plain")),
        ),
    )


def menu(t: Say) -> str:
    tabs = row(
        f'<span class="chip on">{t("마실 것", "Drinks")}</span>', f'<span class="chip">{t("빵", "Bakery")}</span>'
    )
    dishes = div(
        "grid two",
        mark(2, dish("cup", t("커피", "Coffee"), t("3,000원", "3,000 won"))),
        dish("glass", t("매실차", "Plum tea"), t("3,500원", "3,500 won")),
    )
    total = row(mark(3, row(icon("cart"), t("1개 3,000원", "1 item, 3,000 won"), kind="card")), kind="between")
    return shop(t, mark(1, tabs), dishes, total, mark(4, button(t("주문하기", "Order"))))


def basket(t: Say) -> str:
    def item(name: str, number: int, price: str) -> str:
        count = f'<span class="chip">−</span> <b>{number}</b> <span class="chip">+</span>'
        return line(div("grow", name), f"<span>{count}</span>", price)

    return shop(
        t,
        f"<b>{t('주문 확인', 'Your order')}</b>",
        item(t("커피", "Coffee"), 1, "3,000"),
        item(t("매실차", "Plum tea"), 2, "7,000"),
        item(t("빵", "Bread"), 1, "2,500"),
        row(f"<b>{t('모두', 'Total')}</b>", div("big", t("12,500원", "12,500 won")), kind="between"),
        div("grid two", button(t("처음으로", "Start again"), "plain"), button(t("결제하기", "Pay"))),
    )


def pay(t: Say) -> str:
    def way(number: int, sign: str, text: str) -> str:
        return mark(number, line(div("round", icon(sign)), div("grow", text)))

    return shop(
        t,
        row(f"<b>{t('낼 돈', 'To pay')}</b>", div("big", t("12,500원", "12,500 won")), kind="between"),
        way(1, "card", t("<b>카드</b>: 꽂고 그대로 두기", "<b>Card</b>: insert, leave it in")),
        way(2, "phone", t("<b>휴대전화</b>: 가까이 대기", "<b>Phone</b>: hold it close")),
        way(3, "person", t("<b>현금</b>: 직원에게", "<b>Cash</b>: at the counter")),
        note(t("카드를 빼라는 말이 나올 때까지 기다려요", "Wait until it tells you to take the card out")),
    )


def ticket(t: Say) -> str:
    return shop(
        t,
        div("big center", t("주문이 끝났어요", "Thank you")),
        div("small center", t("주문 번호", "Order number")),
        div("huge center", "208"),
        note(t("전광판에 208이 나오면 받으러 오세요", "Collect when the board shows 208"), "good"),
        note(t("카드와 영수증을 챙기세요", "Take your card and receipt")),
    )


PICTURES = {"start": start, "menu": menu, "basket": basket, "pay": pay, "ticket": ticket}


def scenes(t: Say) -> list[tuple[float, str, str]]:
    here, away = button(t("먹고 가기", "Eat here")), button(t("가져가기", "Take away"), "plain")
    coffee = f'<div style="width:104px">{photo("cup")}</div>'
    tea = f'<div style="width:104px">{photo("glass")}</div>'
    plenty = row(coffee, t("커피<br>3,000원", "Coffee<br>3,000 won"), tea)
    chosen = row(tap(coffee), t("커피<br>3,000원", "Coffee<br>3,000 won"), tea)
    total = row(f"<b>{t('커피 1개', '1 coffee')}</b>", div("big", t("3,000원", "3,000 won")), kind="between")
    order, pays = button(t("주문하기", "Order")), button(t("결제하기", "Pay"))
    card_in = row(icon("card"), t("카드를 꽂고 그대로 두세요", "Insert the card and leave it in"), kind="card")
    steps = {
        1: t("먹고 갈지 골라요", "Choose: here or away"),
        2: t("먹을 것을 눌러요", "Tap what you want"),
        3: t("맞는지 확인해요", "Check your order"),
        4: t("카드로 내요", "Pay by card"),
    }
    return [
        (
            6,
            t("먹고 갈지, 가져갈지 먼저 골라요.", "First choose: eat here or take away."),
            step(1, steps[1]) + shop(t, tap(here), away),
        ),
        (5, t("그림을 천천히 둘러봐요.", "Look around. Take your time."), step(2, steps[2]) + shop(t, plenty)),
        (6, t("커피를 한 번 눌러요.", "Tap the coffee once."), step(2, steps[2]) + shop(t, chosen)),
        (
            6,
            t("다 골랐으면 ‘주문하기’를 눌러요.", "All chosen? Tap “Order”."),
            step(2, steps[2]) + shop(t, total, tap(order)),
        ),
        (
            7,
            t("개수와 값을 확인하고 ‘결제하기’를 눌러요.", "Check number and price, then tap “Pay”."),
            step(3, steps[3]) + shop(t, total, tap(pays)),
        ),
        (
            6,
            t("카드를 꽂고, 빼라고 할 때까지 그대로 둬요.", "Insert the card and leave it until you are told."),
            step(4, steps[4]) + shop(t, card_in, note(t("처리하고 있어요…", "Working…"))),
        ),
        (
            5,
            t("이제 카드를 빼요.", "Now take out the card."),
            step(4, steps[4]) + shop(t, note(t("카드를 빼 주세요", "Please take your card"), "good")),
        ),
        (
            6,
            t("주문 번호는 208. 번호가 나오면 받으러 가요.", "Your number is 208. Collect when it is shown."),
            step("✓", t("번호를 기억해요", "Remember the number"))
            + shop(t, div("small center", t("주문 번호", "Order number")), div("huge center", "208")),
        ),
    ]


def card(t: Say) -> dict[str, object]:
    return {
        "title": t("키오스크, 천천히 다섯 걸음", "The kiosk in five calm steps"),
        "lead": t(
            "지갑에 넣어 다니세요. 뒷사람이 기다려도 괜찮아요.", "Keep this in your bag. It is fine if others wait."
        ),
        "steps_title": t("다섯 걸음", "Five steps"),
        "steps": [
            t("먹고 갈지, 가져갈지 골라요.", "Choose: eat here or take away."),
            t("그림을 보고 한 번씩 눌러 담아요.", "Tap the pictures, once each."),
            t("개수와 값을 확인해요.", "Check the number and the price."),
            t("카드를 꽂고, 빼라고 할 때까지 둬요.", "Insert the card and leave it until told."),
            t("카드와 번호표를 챙겨요.", "Take the card and the number ticket."),
        ],
        "keep_title": t("막히면", "When stuck"),
        "keep": [
            t(
                "‘이전’이나 ‘처음으로’를 누르면 언제든 다시 할 수 있어요.",
                "“Back” or “Start again” always lets you begin anew.",
            ),
            t("‘큰 글씨’, ‘직원 부르기’를 찾아요.", "Look for “Large text” and “Call staff”."),
            t("결제하기 전에는 돈이 나가지 않아요.", "Before you pay, no money has left your account."),
        ],
        "notes_title": t("내가 자주 먹는 것", "What I often order"),
        "notes": [t("가게와 메뉴: ", "Shop and dish: "), t("빼 달라고 할 것: ", "What to leave out: ")],
        "foot": t("한빛시 마을 배움터 · 이음", "Hanbit village learning centres · Ieum"),
    }
