"""What browser tests share."""

from __future__ import annotations

from typing import Any


def wait_until_drawn(page: Any) -> None:
    """Charts far from the screen are drawn when there is time (the page's policy forbids to wait inside it)."""
    for _ in range(600):
        if page.evaluate(
            "[...document.querySelectorAll('.chart')].every(c => c.querySelector('svg') || !c.checkVisibility())"
        ):
            return
        page.wait_for_timeout(50)
    raise AssertionError("not all charts were drawn within half a minute")


def settle(page: Any) -> None:
    """Let two frames pass."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def texts(page: Any, selector: str) -> list[str]:
    """The text of every element that matches."""
    return [node.text_content() for node in page.query_selector_all(selector)]
