"""What is offered here: the models, and the studio that makes films of them."""

from __future__ import annotations

from kiebot.catalog.loading import load
from kiebot.config import Config
from kiebot.config.keys import OPENAI_URL
from kiebot.jobqueue import JobQueue
from kiebot.services import film_studio
from kiebot.services.film_studio import Studio
from kiebot.services.pricing import Tariff
from kiebot.telegram.handlers.shelf import Shelf


def open_shelf(config: Config, tariff: Tariff, queue: JobQueue) -> Shelf:
    """The models as people see them. Films are made of the same ones from now on."""
    writes = config.text.base_url != OPENAI_URL or bool(config.text.api_key.get_secret_value())  # their own address wants a key
    shelf = Shelf(load(), hears=bool(config.transcription.base_url), writes=writes)
    speaks = bool(config.speech.base_url)
    film_studio.bind(Studio(config.film, config.limits, tariff, shelf.live, queue, config.data_dir, speaks))
    return shelf
