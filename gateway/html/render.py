"""Renders pages: one template environment for each language, and `page()`, which adds what belongs to the request.

Everything but `page()` is free of aiohttp. A language has an environment of its own so that macros, which are imported
without a request, speak it too.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.html import charts
from gateway.html.assets import asset
from gateway.html.markdown import html
from gateway.html.translations import ConstantTranslations
from gateway.language import i18n
from gateway.language.i18n import Locale

TEMPLATES = Path(__file__).parents[1] / "web"
SIZES = (0.9, 1.0, 1.1, 1.3, 1.5)
"""Text sizes a reader may choose; a page's `size` is an index into these."""
USUAL_SIZE = 1


@dataclass(frozen=True)
class Viewer:
    """`seconds_left`: until a session on a shared computer ends; none on one's own device. Whoever has a second factor
    is asked for it on a page of its own, not for the passphrase in a form."""

    name: str
    roles: frozenset[str] = frozenset()
    seconds_left: int | None = None
    has_second_factor: bool = False


@dataclass(frozen=True)
class NavItem:
    href: str
    text: str
    current: bool = False


@dataclass(frozen=True)
class Site:
    """Whose service this is, in the reader's language."""

    name: str
    phone: str
    hours: str


@dataclass(frozen=True)
class Flash:
    """A message about the last request, shown once on the next page."""

    title: str
    text: str = ""
    kind: Literal["success", "information", "warning"] = "success"


@dataclass(frozen=True)
class PageContext:
    """The part of a request that every page shows. A middleware sets `request[PAGE]`."""

    locale: Locale
    site: Site
    path: str = "/"
    size: int = USUAL_SIZE
    viewer: Viewer | None = None
    nav: Sequence[NavItem] = ()
    flash: Flash | None = None


PAGE = web.RequestKey("page", PageContext)


@cache
def locales(zone: ZoneInfo = i18n.SEOUL) -> Mapping[str, Locale]:
    """By language; times are shown in `zone`."""
    return i18n.load(timezone=zone)


class _FlatGlobals(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dict instead of Jinja's chain of two, whose look-ups take a tenth of the time of a page. Made when a
        template is loaded, so a later change of `globals` would not be seen; there is none."""
        return {**self.globals, **(d or {})}


@cache
def environment(locale: Locale) -> Environment:
    templates = _FlatGlobals(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n", ConstantTranslations],
    )
    templates.extend(locale=locale)
    templates.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        locale.gettext, locale.ngettext, newstyle=True, pgettext=locale.pgettext
    )
    templates.globals.update(asset=asset, charts=charts, locale=locale, languages=i18n.LANGUAGES, usual_size=USUAL_SIZE)
    templates.filters.update(_filters(locale))
    return templates


def _filters(locale: Locale) -> dict[str, Any]:
    return {
        "number": locale.number,
        "percent": locale.percent,
        "date": locale.date,
        "time": locale.time,
        "datetime": locale.datetime,
        "duration": locale.duration,
        "localized": lambda texts, *fallbacks: locale.pick(texts, *fallbacks)[0],
        "localized_language": lambda texts, *fallbacks: locale.pick(texts, *fallbacks)[1],
        "markdown": html,
    }


def render(context: PageContext, template: str, **values: Any) -> str:
    """Fill a template. `errors` maps the names of fields to what is wrong with them, in the order of the form."""
    known = {"errors": {}, "page": context, "site": context.site, "viewer": context.viewer}
    return environment(context.locale).get_template(template).render(known | values)


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    text = render(request[PAGE], template, **values)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
