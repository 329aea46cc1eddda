"""NOTICE names every package that the image ships, and none of them forbids shipping it."""

from __future__ import annotations

import re

import pytest

from deploy import licences
from deploy.licences import Package

FREE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "OFL-1.1"}
FREE |= {"MIT-CMU", "PSF-2.0", "Zlib"}


def test_the_notice_names_each_shipped_package_with_its_version_and_licence() -> None:
    assert licences.listed() == licences.shipped(licences.listed()), "run: python -m deploy.licences"


@pytest.mark.parametrize("package", licences.shipped(licences.listed()), ids=lambda package: package.name)
def test_each_shipped_package_may_be_given_on_with_an_apache_licensed_work(package: Package) -> None:
    assert set(re.findall(r"[A-Za-z0-9.-]+", package.licence)) - {"AND", "OR"} <= FREE
    assert package.licence


def test_no_npm_package_ends_up_in_what_browsers_get() -> None:
    """NOTICE says so; one that is bundled must be named there."""
    npm = {package.name for package in licences.shipped()} - {name for name, _ in pinned()}
    assert npm == set()


def pinned() -> list[tuple[str, str]]:
    text = (licences.ROOT / "requirements/run.txt").read_text()
    return re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)


def test_the_image_holds_the_licence_and_the_notices() -> None:
    assert "COPY LICENSE NOTICE" in (licences.ROOT / "deploy/Dockerfile").read_text()
    assert {"!LICENSE", "!NOTICE"} <= set((licences.ROOT / ".dockerignore").read_text().splitlines())
