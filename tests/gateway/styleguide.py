"""The style guide as a site: every component, both languages, under the policy that the gateway sends."""

# ruff: noqa: E501  # sample texts read better whole
from __future__ import annotations

import datetime as dt
from typing import Any

from aiohttp import web

from gateway.html.assets import routes
from gateway.html.render import PAGE, Flash, NavItem, PageContext, Site, Viewer, locales, page
from gateway.web.site import offline

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

WORDS: dict[str, dict[str, Any]] = {
    "ko": {
        "site": Site("한빛시 디지털 배움터", "031-000-1234", "평일 오전 9시 ~ 오후 6시, 솔밭 정보화센터"),
        "nav": ["배움 찾기", "내 배움", "진행 현황", "통계", "내 정보"],
        "courses": [
            ("스마트폰으로 사진 찍고 보내기", "손주 사진을 찍어 가족에게 보내는 법을 한 걸음씩 배워요.", "기초", "소통과 협업"),
            ("낚시 문자 알아보기", "은행이나 택배를 흉내 낸 문자를 가려내고, 받았을 때 할 일을 익혀요.", "기초", "안전"),
            ("온라인으로 민원 신청하기", "집에서 서류를 떼고 민원을 넣어 봐요. 창구 직원을 위한 과정도 있어요.", "활용", "문제 해결"),
        ],
        "areas": ["솔밭읍", "바람면", "달빛동", "고래면", "물안동", "새터읍"],
        "bands": ["20대", "30·40대", "50·60대", "70대 이상"],
        "quarter": "{quarter}분기\n{year}",
        "text": "## 사진 찍기 전에\n\n렌즈를 **부드러운 천**으로 닦으세요.\n\n1. 카메라를 켭니다.\n2. 화면을 한 번 누릅니다.\n\n> 흔들려도 괜찮아요. 다시 찍으면 돼요.\n\n| 버튼 | 하는 일 |\n|---|---|\n| 동그라미 | 사진을 찍어요 |\n| 화살표 | 앞뒤 카메라를 바꿔요 |\n",
        "kinds": ["사진과 문자", "안전하게 쓰기", "민원 신청"],
        "needs": [("large", "큰 글씨"), ("slow", "천천히 하는 설명"), ("person", "옆에서 도와주는 사람")],
        "errors": {"passphrase": "비밀번호가 너무 짧아요. 8글자 이상 써 주세요.", "year": "태어난 해를 네 자리 숫자로 써 주세요. 예: 1951"},
        "name": "박은지",
        "flash": Flash("과정을 시작했어요", "첫 수업은 약 8분 걸려요. 언제든 멈추었다가 이어서 할 수 있어요."),
    },
    "en": {
        "site": Site("Hanbit City Digital Learning", "031-000-1234", "Weekdays 9 am to 6 pm, Solbat information centre"),
        "nav": ["Find courses", "My learning", "Class progress", "Statistics", "My details"],
        "courses": [
            ("Take and send photos with a smartphone", "Take a picture of your grandchildren and send it, one step at a time.", "Foundation", "Communication"),
            ("Spot a phishing message", "Tell a false message from your bank or a parcel service from a true one.", "Foundation", "Safety"),
            ("Send a civil petition online", "Order papers and send a petition from home. There is a part for counter staff.", "Intermediate", "Problem solving"),
        ],
        "areas": ["Solbat", "Baram", "Dalbit", "Gorae", "Muran", "Saeteo"],
        "bands": ["20s", "30s and 40s", "50s and 60s", "70 and older"],
        "quarter": "Q{quarter}\n{year}",
        "text": "## Before you take a photo\n\nWipe the lens with a **soft cloth**.\n\n1. Open the camera.\n2. Press the screen once.\n\n> Never mind a shaky picture. Take another one.\n\n| Button | What it does |\n|---|---|\n| Circle | takes the photo |\n| Arrows | changes the camera |\n",
        "kinds": ["Photos and messages", "Staying safe", "Petitions"],
        "needs": [("large", "Large letters"), ("slow", "Slow explanations"), ("person", "A person beside me")],
        "errors": {"passphrase": "The passphrase is too short. Use 8 letters or more.", "year": "Write the year of birth with four digits, for example 1951."},
        "name": "Park Eun-ji",
        "flash": Flash("You have started the course", "The first lesson takes about 8 minutes. You can stop and go on whenever you like."),
    },
}  # fmt: skip
ADDRESSES = ["/", "/learning", "/classes", "/statistics", "/me"]
PLACES = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]
RATES = [0.62, 0.41, 0.83, None, 0.22, 0.57]


def context(language: str, size: int, signed_in: bool) -> PageContext:
    words = WORDS[language]
    return PageContext(
        locale=locales()[language],
        site=words["site"],
        path="/styleguide",
        size=size,
        viewer=Viewer(words["name"], frozenset({"learner"})) if signed_in else None,
        nav=[NavItem(href, text, href == "/") for href, text in zip(ADDRESSES, words["nav"], strict=True)],
        flash=words["flash"] if signed_in else None,
    )


def values(language: str) -> dict[str, Any]:
    words = WORDS[language]
    return {
        "courses": [_course(at, *course) for at, course in enumerate(words["courses"])],
        "areas": [("", ""), *((str(at), area) for at, area in enumerate(words["areas"]))],
        "kinds": [(("photos", "safe", "petition")[at], text) for at, text in enumerate(words["kinds"])],
        "needs": words["needs"],
        "values": {"name": words["name"]},
        "moment": dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC),
        "bands": words["bands"],
        "women": [0.71, 0.64, 0.58, 0.43],
        "men": [0.66, 0.61, 0.49, None],
        "table": [
            [band, *row]
            for band, row in zip(
                words["bands"],
                [
                    ("71.0%", "66.0%", "1,204"),
                    ("64.0%", "61.0%", "3,410"),
                    ("58.0%", "49.0%", "5,078"),
                    ("43.0%", None, "864"),
                ],
                strict=True,
            )
        ],
        "quarters": [words["quarter"].format(quarter=at % 4 + 1, year=2025 + at // 4) for at in range(8)],
        "residents": [120, 180, 165, 240, 310, None, 420, 466],
        "employees": [40, 62, 75, 70, 96, 120, 118, 131],
        "map": [(area, *place, rate) for area, place, rate in zip(words["areas"], PLACES, RATES, strict=True)],
        "text": words["text"],
    }


def _course(at: int, title: str, summary: str, level: str, topic: str) -> dict[str, Any]:
    card = {"title": title, "summary": summary, "level": level, "href": "/", "picture": "", "language": ""}
    return card | {"minutes": 25 + 40 * at, "tags": [(topic, "")], "done": 2 if at == 0 else None, "total": 5}


async def show(request: web.Request) -> web.Response:
    language = request.query.get("lang", "ko")
    wrong = "wrong" in request.query
    request[PAGE] = context(language, int(request.query.get("size", "1")), not wrong)
    return page(request, "site/styleguide.html", errors=WORDS[language]["errors"] if wrong else {}, **values(language))


async def guard(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = POLICY


def site() -> web.Application:
    app = web.Application()
    app.add_routes([web.get("/styleguide", show), *routes(), *offline.routes])
    app.on_response_prepare.append(guard)
    return app


if __name__ == "__main__":
    web.run_app(site(), host="127.0.0.1", port=8099)
