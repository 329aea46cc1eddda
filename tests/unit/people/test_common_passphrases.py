from __future__ import annotations

import pytest

from services.people.domain.common_passphrases import is_common

# Among the first that were tried in a review, and let through then.
_TRIED = (
    "football",
    "qwertyuiop",
    "zaq12wsx",
    "korea123",
    "tkfkdgo1",
    "19500101",
    "password1",
    "1q2w3e4r!",
    "qwer1234",
)


@pytest.mark.parametrize(
    "passphrase",
    [
        *_TRIED,
        *(
            "비밀번호비밀번호",
            "사랑해사랑해",
            "대한민국1234",
            "dkssudgktpdy",
            "eogksalsrnr",
            "gksrnr1234",
            "qlalfqjsgh",
        ),
        *("Football!", "PASSWORD", "12341234", "aaaaaaaa", "ababababab", "1950-01-01", "samsung1!", "love1004love1004"),
    ],
)
def test_what_anybody_guesses_first_is_common(passphrase: str) -> None:
    assert is_common(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "three words only",
        "twelve small boats",
        "우리 집 강아지 셋",
        "보라색 우산 두 개",
        "haneul-4-boats",
        "x7Kq-92mLp",
    ],
)
def test_three_words_of_ones_own_are_not(passphrase: str) -> None:
    assert not is_common(passphrase)
