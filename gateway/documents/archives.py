"""Files in one ZIP archive: the same files give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime


def archive(contents: Mapping[str, bytes], moment: datetime | None) -> bytes:
    """By name, all dated `moment`."""
    out = io.BytesIO()
    stamped = (moment.year, moment.month, moment.day, 0, 0, 0) if moment else (1980, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, stamped)
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, content)
    return out.getvalue()
