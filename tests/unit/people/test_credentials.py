from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import search_key
from services.chassis.errors import Invalid
from services.people.domain import credentials
from services.people.passphrases import Passphrases


def refusal(check: object, *args: str) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        check(*args)  # type: ignore[operator]
    return caught.value.reason, caught.value.field


@pytest.mark.parametrize(
    "login", ["abc", "하늘이네", "kim.haneul_1-2", "a" * 40, "ｈａｎｅｕｌ", "สมชาย", "प्रवीण", "иван"]
)
def test_logins_are_letters_of_any_script_digits_and_three_signs(login: str) -> None:
    assert credentials.checked_login(f" {login} ") == unicodedata.normalize("NFKC", login)


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ("ab", "LOGIN_LENGTH"),
        ("a" * 41, "LOGIN_LENGTH"),
        ("two words", "LOGIN_CHARACTERS"),
        ("haneul@example.org", "LOGIN_CHARACTERS"),
        ("---", "LOGIN_CHARACTERS"),
        ("\u0430dmin", "LOGIN_MIXES_SCRIPTS"),
        ("500101-1234567", "LOOKS_LIKE_RESIDENT_NUMBER"),
        ("5001011234567", "LOOKS_LIKE_RESIDENT_NUMBER"),
        ("５００１０１-１２３４５６７", "LOOKS_LIKE_RESIDENT_NUMBER"),
    ],
)
def test_other_logins_are_refused(login: str, reason: str) -> None:
    assert refusal(credentials.checked_login, login) == (reason, "login")


@given(st.text(max_size=50))
def test_the_normal_form_of_a_login_is_its_own_normal_form(login: str) -> None:
    key = credentials.login_key(login)
    assert credentials.login_key(key) == key
    assert credentials.login_key(unicodedata.normalize("NFD", login)) == key


def test_a_display_name_is_tidied_and_needs_something_to_see() -> None:
    assert credentials.checked_display_name("  김  하늘 ") == "김 하늘"
    assert refusal(credentials.checked_display_name, " \t ")[0] == "DISPLAY_NAME_MISSING"
    assert refusal(credentials.checked_display_name, "가" * 61)[0] == "DISPLAY_NAME_TOO_LONG"
    assert refusal(credentials.checked_display_name, "하늘\u200b\u202e")[0] == "DISPLAY_NAME_CHARACTERS"
    assert refusal(credentials.checked_display_name, "김하늘 500101 1234567")[0] == "LOOKS_LIKE_RESIDENT_NUMBER"


@pytest.mark.parametrize("name", ["ශ්\u200dරී ලංකා", "می\u200cرود", "하늘 👩\u200d👧", "สมชาย ใจดี", "김하늘😀", "7번"])
def test_a_display_name_is_spelt_as_its_language_does(name: str) -> None:
    assert credentials.checked_display_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("\u115f", "DISPLAY_NAME_MISSING"),
        ("\u3164\u2800", "DISPLAY_NAME_MISSING"),
        ("\ufe0f", "DISPLAY_NAME_CHARACTERS"),
        ("\u200d", "DISPLAY_NAME_CHARACTERS"),
        ("하늘\u200d", "DISPLAY_NAME_CHARACTERS"),
        ("김\u200d\u200d하늘", "DISPLAY_NAME_CHARACTERS"),
        ("...", "DISPLAY_NAME_CHARACTERS"),
    ],
)
def test_a_display_name_that_nobody_could_see_is_refused(name: str, reason: str) -> None:
    assert refusal(credentials.checked_display_name, name) == (reason, "display_name")


def test_an_address_is_optional_and_only_looked_at_lightly() -> None:
    assert credentials.checked_email("") == ""
    assert credentials.checked_email(" haneul+class@mail.example.org ") == "haneul+class@mail.example.org"
    for wrong in ("haneul", "haneul@", "haneul@example", "a b@example.org", "haneul@example..org"):
        assert refusal(credentials.checked_email, wrong) == ("EMAIL_INVALID", "email")


def test_a_language_is_korean_where_none_is_chosen() -> None:
    assert credentials.checked_locale("") == "ko"
    assert credentials.checked_locale("zh-Hans") == "zh-Hans"
    assert refusal(credentials.checked_locale, "../ko")[0] == "LOCALE_INVALID"


@pytest.mark.parametrize(
    ("passphrase", "reason"),
    [
        ("seven77", "PASSPHRASE_TOO_SHORT"),
        ("x y" * 67, "PASSPHRASE_TOO_LONG"),
        ("ＨａｎｅｕｌＫｉｍ", "PASSPHRASE_IS_LOGIN"),
        ("QWER1234", "PASSPHRASE_TOO_COMMON"),
        ("ㅋㅋㅋㅋㅋㅋㅋㅋ", "PASSPHRASE_TOO_COMMON"),
    ],
)
def test_a_passphrase_that_anybody_guesses_is_refused(passphrase: str, reason: str) -> None:
    assert refusal(credentials.check_passphrase, passphrase, "haneulkim") == (reason, "passphrase")


def test_any_characters_make_a_passphrase() -> None:
    credentials.check_passphrase("우리 집 강아지 🐶", "haneul")
    credentials.check_passphrase("x y" * 66 + "zz", "haneul")


@given(st.text(min_size=1, max_size=20), st.data())
def test_any_part_of_a_word_begins_an_entry_of_the_index(name: str, data: st.DataObject) -> None:
    for word in search_key.search_words(name):
        start = data.draw(st.integers(0, len(word) - 1))
        end = data.draw(st.integers(start + 1, len(word)))
        assert any(entry.startswith(word[start:end]) for entry in credentials.search_words(name))


@pytest.mark.parametrize(
    ("chosen", "typed"), [("ＰＡＳＳ１２３４ｗｏｒｄ", "PASS1234word"), ("pass word 12", "pass\u00a0word\u300012")]
)
def test_a_passphrase_is_the_same_on_every_keyboard(chosen: str, typed: str) -> None:
    assert credentials.comparable_passphrase(chosen) == credentials.comparable_passphrase(typed)


async def test_a_passphrase_hashed_as_it_was_typed_still_opens_its_account() -> None:
    passphrases = Passphrases()
    hashed = passphrases._hasher.hash("ＰＡＳＳ１２３４ｗｏｒｄ")
    assert await passphrases.verify(hashed, "ＰＡＳＳ１２３４ｗｏｒｄ")
    assert not await passphrases.verify(hashed, "ＰＡＳＳ１２３４ｗｏｒｋ")


async def test_a_passphrase_is_known_again_however_its_korean_was_put_together() -> None:
    passphrases = Passphrases()
    hashed = await passphrases.hash(unicodedata.normalize("NFD", "우리 집 강아지"))
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passphrases.verify(hashed, "우리 집 강아지")
    assert not await passphrases.verify(hashed, "우리 집 고양이")
    assert not await passphrases.verify("", "우리 집 강아지")
    assert not passphrases.is_outdated(hashed)
    assert passphrases.is_outdated(hashed.replace("t=2", "t=1"))
