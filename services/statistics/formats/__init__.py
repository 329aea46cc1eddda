"""A frozen release in every format that statistical offices and open-data portals read; same release, same bytes."""

from __future__ import annotations

from collections.abc import Mapping

from services.statistics.domain.release import Release
from services.statistics.formats import canonical, datapackage, jsonstat, report, sdmx, tabular, workbook
from services.statistics.formats.cells import Edition
from services.statistics.formats.dcat import catalogue
from services.statistics.formats.manifest import File, files

__all__ = ["File", "catalogue", "files", "render"]

_FORMATS = (report, workbook, tabular, canonical, sdmx, jsonstat, datapackage)


def render(release: Release) -> Mapping[str, bytes]:
    """File name -> content, in the order of `files`. Blocking: seconds for a large release, so call it in a thread."""
    edition = Edition.of(release)
    made = {name: content for form in _FORMATS for name, content in form.render(edition).items()}
    return {file.name: made[file.name] for file in files(release)}
