"""A real Chromium for tests, and what no page may have: axe findings, sideways scrolling, small print, broken CSP."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

# Its own five seconds say more of what else the machine does than of us.
expect.set_options(timeout=20_000)

# The first that is there. Chromium's headless shell draws the same pages with a quarter of the work: the whole Chromium
# makes a profile for every session of its own (context).
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SMALL_PRINT = """() => {
  const small = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (["SCRIPT", "STYLE", "TITLE", "DESC"].includes(element.tagName.toUpperCase())) continue;
    if (parseFloat(getComputedStyle(element).fontSize) < 15) small.add(walker.currentNode.data.trim());
  }
  return [...small];
}"""
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def page_of(browser: Browser, width: int, height: int = 800) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open a page of its own session; the list gathers what the console complains of, CSP violations among it."""
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, complaints
    finally:
        await context.close()


async def axe_findings(page: Page) -> list[str]:
    """Name each violation of axe's rules with the first element it was found on."""
    results = await Axe().run(page)
    return [f"{found['id']}: {found['help']}: {found['nodes'][0]['html']}" for found in results.response["violations"]]


async def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(await page.evaluate(_OVERFLOW))


async def small_print(page: Page) -> list[str]:
    """Return the texts set smaller than 15 px."""
    return list(await page.evaluate(_SMALL_PRINT))
