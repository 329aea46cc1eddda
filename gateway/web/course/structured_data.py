"""What search engines read of a course: schema.org as JSON-LD, for a data block in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.web.course.outline import CoursePage

_SCHEMA = "https://schema.org"


def course(page: CoursePage, languages: Sequence[str], origin: str, site: str) -> Mapping[str, Any]:
    """With what Google asks of a course list: name, description, provider, a price and an instance."""
    provider = {"@type": "Organization", "name": site, "url": f"{origin}/"}
    described: dict[str, Any] = {
        "@context": _SCHEMA,
        "@type": "Course",
        "@id": f"{origin}/{page.name}",
        "url": f"{origin}/{page.name}",
        "name": page.title,
        "description": page.summary or page.title,
        "provider": provider,
        "inLanguage": list(languages),
        "educationalLevel": page.level,
        "isAccessibleForFree": True,
        "offers": {"@type": "Offer", "category": "Free", "price": 0, "priceCurrency": "KRW"},
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Online",
            "courseWorkload": f"PT{max(1, page.minutes)}M",
        },
    }
    if page.cover:
        described["image"] = f"{origin}{page.cover}"
    return described
