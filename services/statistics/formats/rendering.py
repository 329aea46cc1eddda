"""Renders a release in every format that statistical offices and open-data portals read. Deterministic: the same
release always gives the same bytes. A new format is added to `_DATA`, and its files to `manifest`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import (
    canonical,
    capability,
    datapackage,
    indicators,
    jsonstat,
    readme,
    report,
    sdmx,
    tabular,
    workbook,
)
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.dcat import catalogue
from services.statistics.formats.manifest import File, files

__all__ = ["File", "catalogue", "files", "render"]

_DATA = (canonical, tabular, capability, workbook, jsonstat, sdmx, datapackage)


def render(release: ReleaseContent) -> Mapping[str, bytes]:
    """File name -> content, in the order of `files`. Takes seconds for a large release, so call it in a thread."""
    edition = PublicRelease.of(release)
    contents = {name: content for form in _DATA for name, content in form.render(edition).items()}
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    listed = files(release)
    contents |= report.render(
        edition, {name: checksum for name, checksum in checksums.items() if not name.startswith("codes-")}
    )
    contents |= indicators.render(edition, report.report_phrases())
    contents |= readme.render(edition, listed)
    if unlisted := contents.keys() - {file.name for file in listed}:
        raise ValueError(f"add {', '.join(sorted(unlisted))} to services/statistics/formats/manifest.py")
    return {file.name: contents[file.name] for file in listed}
