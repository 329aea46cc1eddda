"""What the standard library raises for a ZIP that is broken, or packed in a way that it does not know."""

from __future__ import annotations

import zipfile

# NotImplementedError is its word for a compression that it lacks, RuntimeError for a part that is encrypted.
BROKEN_ZIP = (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, EOFError, OSError)
