"""What the service loads when it starts: every restart, and every test of it, waits for that."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "scipy", "rdflib", "xlsxwriter", "pysdmx", "typst")


def test_the_service_starts_without_solver_and_formats() -> None:
    asked = "import sys, services.statistics.main; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", asked, *HEAVY], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
