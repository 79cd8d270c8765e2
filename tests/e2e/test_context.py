"""Conversations that are longer than what the model is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.studio import Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUMMARISE = "Summarise the conversation"
SUMMARY = "Summary of the earlier conversation"


@pytest_asyncio.fixture(loop_scope="session")
async def narrow(tmp_path: Path) -> AsyncIterator[Studio]:
    """A model that can be shown about 1,800 characters."""
    studio = Studio(tmp_path, environ={"KIEBOT_TEXT__CONTEXT_TOKENS": "600"})
    await studio.start()
    await studio.run("bot")
    yield studio
    await studio.stop()


def asked_by_people(studio: Studio) -> list[list[dict[str, Any]]]:
    """The prompts without those that ask for a summary, which come whenever they like."""
    return [prompt for prompt in studio.behaviour.prompts if SUMMARISE not in prompt[0]["content"]]


def size(prompt: list[dict[str, Any]]) -> int:
    return sum(len(message["content"]) for message in prompt)


async def test_what_falls_out_of_the_context_is_summarised_and_the_summary_is_shown(narrow: Studio) -> None:
    ann = narrow.person()
    prompts = narrow.behaviour.prompts
    for number in range(20):
        await ann.ask(f"the secret number {number} of our talk", f"secret number {number}")
        if any(SUMMARISE in prompt[0]["content"] for prompt in prompts):
            break
    await narrow.until(lambda: narrow.rows("SELECT 1 FROM thread WHERE summary <> ''"), what="a summary")
    asked = next(prompt for prompt in prompts if SUMMARISE in prompt[0]["content"])
    assert "secret number 0" in asked[1]["content"]
    await ann.ask("what was it about", "what was it about")
    shown = asked_by_people(narrow)[-1]
    assert SUMMARY in shown[0]["content"]
    assert shown[-1]["content"] == "what was it about"
    assert narrow.rows("SELECT MAX(prompt_tokens) FROM turn")[0][0] <= 600 * 1.1, "by the provider's own count"
    assert not any("secret number 0" in message["content"] for message in shown[1:]), "what is summarised is not shown as well"


async def test_a_model_that_takes_less_is_asked_again_with_half(narrow: Studio) -> None:
    ann = narrow.person()
    for number in range(8):
        await ann.ask(f"question {number}", f"question {number}")
    await narrow.behave("chat", "error", code=400, error_code="context_length_exceeded", message="too long")
    await ann.ask("and this", "and this")
    refused, taken = asked_by_people(narrow)[-2:]
    assert size(taken) < size(refused)
    assert taken[-1]["content"] == refused[-1]["content"] == "and this"
