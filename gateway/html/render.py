"""How a page is made: one template environment per language, and `page()`, which puts a request's own facts into it.

Everything but `page()` is free of aiohttp. A language has an environment of its own so that macros, which are imported
without a request, speak it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from gateway.html import charts
from gateway.html.assets import asset
from gateway.html.markdown import html
from gateway.language import i18n
from gateway.language.i18n import Locale

TEMPLATES = Path(__file__).parents[1] / "web"
SIZES = (0.9, 1.0, 1.1, 1.3, 1.5)
"""Text sizes a reader may choose; a page's `size` is an index into these."""
USUAL_SIZE = 1


@dataclass(frozen=True)
class Viewer:
    """`seconds_left`: until a session on a shared computer ends; none on one's own device."""

    name: str
    roles: frozenset[str] = frozenset()
    seconds_left: int | None = None


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
    """What the last request did and what comes next, said once on the page that follows it."""

    title: str
    text: str = ""
    kind: Literal["success", "information", "warning"] = "success"


@dataclass(frozen=True)
class PageContext:
    """What every page knows of its request; a middleware puts it into `request[PAGE]`."""

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


class _Said(NodeTransformer):
    """Puts in what a language says where a template asks for words that are the same each time."""

    def __init__(self, locale: Locale) -> None:
        self._say: Mapping[str, Callable[..., str]] = {
            "_": locale.gettext,
            "gettext": locale.gettext,
            "pgettext": locale.pgettext,
        }

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # named by Jinja
        self.generic_visit(node)
        words = [each.value for each in node.args if isinstance(each, nodes.Const)]
        fixed = len(words) == len(node.args) and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if fixed and isinstance(node.node, nodes.Name) and node.node.name in self._say:
            said = Markup(self._say[node.node.name](*words))  # noqa: S704 - as the extension does when asked
            return nodes.Const(said % {}, lineno=node.lineno)
        return node


class _Speaking(Environment):
    """Of one language."""

    said: _Said

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """As they are when a template is loaded: looking through a chain costs a tenth of a page."""
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(self.said.visit(source), *args, **kwargs)


@cache
def environment(locale: Locale) -> Environment:
    made = _Speaking(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.said = _Said(locale)
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        locale.gettext, locale.ngettext, newstyle=True, pgettext=locale.pgettext
    )
    made.globals.update(asset=asset, charts=charts, locale=locale, languages=i18n.LANGUAGES, usual_size=USUAL_SIZE)
    made.filters.update(_filters(locale))
    return made


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
