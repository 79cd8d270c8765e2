"""A real headless Chromium that visits the chat page."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = os.environ.get("KIEBOT_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


class Visitor:
    """A browser with one page open, and what went wrong in it."""

    def __init__(self, page: Page, shots: Path) -> None:
        self.page = page
        self.wrong: list[str] = []
        self._shots = shots
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)
        page.on("dialog", self._unexpected)

    async def _unexpected(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    async def say(self, text: str) -> None:
        await self.page.fill(".input", text)
        await self.page.press(".input", "Enter")

    async def sees(self, text: str, selector: str = ".bubble", timeout_s: float = 10) -> None:
        await self.page.locator(selector).filter(has_text=text).last.wait_for(timeout=timeout_s * 1000)

    async def texts(self, selector: str) -> list[str]:
        return await self.page.locator(selector).all_inner_texts()

    async def until(self, script: str) -> None:
        """Wait until a script says true. (The browser driver's own way of waiting needs `eval`, which the page forbids.)"""
        for _ in range(400):
            if await self.page.evaluate(script):
                return
            await asyncio.sleep(0.025)
        raise AssertionError(f"never true: {script}")

    async def shot(self, name: str) -> Path:
        """A picture of the page for people to look at."""
        path = self._shots / f"{name}.png"
        await self.page.screenshot(path=path)
        return path


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visit(
    browser: Browser, url: str, shots: Path, *, width: int = 1280, height: int = 860, **options: Any
) -> AsyncIterator[Visitor]:
    """Open the page as somebody who was never here; `options` as color_scheme and locale. Nothing may go wrong in it."""
    options = {"locale": "en-US", "color_scheme": "light", "viewport": {"width": width, "height": height}} | options
    context = await browser.new_context(**options)
    visitor = Visitor(await context.new_page(), shots)
    await visitor.page.goto(url)
    await visitor.page.locator(".conversation .composer").wait_for()
    yield visitor
    await context.close()
    assert visitor.wrong == []
