from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.statistics.__main__ import main

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        path.write_bytes(text.encode())
        return path

    return written


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    def asked(*arguments: object, status: int = 0) -> dict[str, Any]:
        assert main([str(argument) for argument in arguments]) == status
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return asked


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def refused(*arguments: object) -> str:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        streams = capsys.readouterr()
        assert status == 2
        assert streams.out == ""
        return streams.err

    return refused
