"""No test proves who somebody is when its file is imported: in a whole suite it may run after the proof has ended."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]


def proofs_made_at_import(text: str) -> list[int]:
    """Lines on which `proved_until` is reckoned outside of any function."""
    outside = [part for part in ast.parse(text).body if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        keyword.value.lineno
        for part in outside
        if not isinstance(part, ast.ClassDef)
        for keyword in ast.walk(part)
        if isinstance(keyword, ast.keyword) and keyword.arg == "proved_until"
        if any(isinstance(each, ast.Call) for each in ast.walk(keyword.value))
    ]


def test_a_proof_does_not_end_while_the_suite_runs() -> None:
    assert proofs_made_at_import("STAFF = Principal(proved_until=int(time.time()) + 600)") == [1]
    assert proofs_made_at_import("STAFF = Principal(proved_until=2**40)\ndef a(): b(proved_until=now())") == []
    early = {str(path): proofs_made_at_import(path.read_text()) for path in TESTS.rglob("*.py")}
    assert {path: lines for path, lines in early.items() if lines} == {}
