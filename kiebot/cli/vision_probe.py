"""Whether the model that is to look at pictures sees: it is shown one small red picture. That costs a fraction of a cent."""

from __future__ import annotations

import asyncio

from kiebot.cli.checks import Check
from kiebot.config import Config
from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.openai_text import TextModel
from kiebot.telegram.pictures import model_that_looks, says_blind

TIMEOUT_S = 60.0
NAME = "vision"
COLOUR = "red"
QUESTION = "Which colour is this picture? Answer with one word."
RED_PNG = (  # 64 x 64 pixels: some models refuse smaller ones
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAAA1BMVEXcHh4Np/MyAAAAD0lEQVR42mNgGAWjgHwAAAJAAAHgTR1EAAAAAElFTkSuQmCC"
)
SHOWN_CHARS = 60
KEYS = {ProviderErrorKind.AUTH: "api_key", ProviderErrorKind.NOT_FOUND: "model"}


async def seen(config: Config) -> Check:
    """Ask for the colour."""
    model = model_that_looks(config, _text_model(config))
    section = "vision" if config.vision.model or config.vision.base_url else "text"
    parts = [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{RED_PNG}"}}]
    try:
        async with asyncio.timeout(TIMEOUT_S):
            said, _ = await model.complete([{"role": "user", "content": parts}])
    except TimeoutError:
        return Check(NAME, "fail", f"{model.model}: no answer in {TIMEOUT_S:.0f} s", f"look at {section}.base_url")
    except ProviderError as error:
        return _judge_error(model.model, section, error)
    finally:
        await model.aclose()
    words = " ".join(said.split())[:SHOWN_CHARS]
    if COLOUR not in said.lower():
        return Check(NAME, "warn", f"{model.model} was shown a red picture and said: {words!r}", "set another vision.model")
    return Check(NAME, "ok", f"{model.model} sees: {words!r}")


def _judge_error(name: str, section: str, error: ProviderError) -> Check:
    if says_blind(error):
        return Check(NAME, "warn", f"{name} takes no pictures: questions about them are not answered", "set vision.model")
    return Check(NAME, "fail", f"{name}: {error}", f"look at {section}.{KEYS.get(error.kind, 'base_url')}")


def _text_model(config: Config) -> TextModel:
    text = config.text
    return TextModel(text.base_url, text.api_key.get_secret_value(), text.model, timeout_s=TIMEOUT_S)
