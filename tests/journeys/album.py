"""Pictures for the guides, taken while a journey runs, and whether a guide holds beside what was seen.

``make guide`` takes the pictures into ``docs/guide/images``; every other run sees that each has its moment.
"""

import re
from collections.abc import Collection
from pathlib import Path

from playwright.sync_api import Page

from tests.portal import CHECKOUT

GUIDES = CHECKOUT / "docs" / "guide"
WINDOW = {"width": 1100, "height": 760}
MOVED = """() => document.getAnimations()
    .filter(one => Number.isFinite(one.effect.getComputedTiming().endTime))
    .forEach(one => one.finish())"""
"""Text that is still fading in has no contrast yet."""
TO_THE_TOP = "part => part.scrollIntoView({block: 'start', behavior: 'instant'})"


class Album:
    """The pictures that were taken, and all that was to be read on the way."""

    def __init__(self, keep: Path | None) -> None:
        self.keep = keep
        self.names: list[str] = []
        self.said = ""

    def read(self, page: Page) -> None:
        """Keep what the page says, what it tells screen readers included."""
        labels = page.locator("[aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
        self.said += " ".join([page.locator("body").inner_text(), *labels]).casefold()

    def take(self, page: Page, name: str) -> None:
        """Take a picture of what the window shows."""
        page.evaluate(MOVED)
        if self.keep:
            page.screenshot(path=self.keep / f"{name}.png")
        self.names.append(name)
        self.read(page)


def pictures_of(guide: Path) -> list[str]:
    """The pictures a guide shows, in order."""
    return re.findall(r"images/([\w-]+)\.png", guide.read_text())


def holds(guide: Path, album: Album, *, no_words_of_a_page: Collection[str] = ()) -> None:
    """Check that a guide shows the pictures of ``album`` and names what was on its pages, in bold."""
    assert pictures_of(guide) == album.names, album.names
    kept = {file.stem for file in (GUIDES / "images").glob("*.png")}
    assert kept == {name for each in GUIDES.glob("*.md") for name in pictures_of(each)}, "make guide"
    bold = [word.rstrip(".") for word in re.findall(r"\*\*(.+?)\*\*", guide.read_text())]
    nowhere = [word for word in bold if word.casefold() not in album.said]
    assert nowhere == list(no_words_of_a_page), nowhere
