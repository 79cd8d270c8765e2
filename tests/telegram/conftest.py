"""A data centre, a started client, and a store of its own for every test."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrogram
import pytest

from kiebot.catalog.loading import load
from kiebot.config.keys import Billing, Limits
from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.services import delivery
from kiebot.services.pricing import Tariff
from kiebot.store.db import close_store, utc_now
from kiebot.store.order_models import OrderForm
from kiebot.telegram.client import build_client
from kiebot.telegram.handlers import desk as desks
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.shelf import Shelf
from kiebot.telegram.threads import in_store
from tests.services.conftest import RememberingQueue
from tests.stores import open_new_store
from tests.telegram.phone import Phone

CATALOGUE = load()
PAID = Tariff(Billing(enabled=True))


def client_of(centre: DataCentre, folder: Path) -> pyrogram.Client:
    """A client as the bot builds it."""
    return build_client(
        "bot",
        folder,
        api_id=1,
        api_hash="0" * 32,
        bot_token=centre.bot["token"],
        server=f"{centre.host}:{centre.port}",
        public_key_file=centre.public_key_file,
        skip_updates=False,
        workers=16,
    )


@pytest.fixture(autouse=True)
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said once a minute is not said twice because a minute of the clock ends during a test."""
    begun = utc_now()
    monkeypatch.setattr(desks, "utc_now", lambda: begun)


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data centre that has its key and its bot, and the session file of that bot: logging in costs a second."""
    folder = tmp_path_factory.mktemp("made") / "centre"

    async def make() -> None:
        centre = DataCentre(folder)
        await centre.start()
        client = client_of(centre, folder.parent)
        await client.start()
        await client.stop()
        await centre.stop()

    asyncio.run(make())
    with closing(sqlite3.connect(folder.parent / "bot.session")) as session, session:
        session.execute("DELETE FROM update_state")  # as after a first login: it does not ask for what was before
    return folder


@pytest.fixture
async def centre(made_folder: Path, tmp_path: Path) -> AsyncIterator[DataCentre]:
    shutil.copytree(made_folder, tmp_path / "centre")
    shutil.copy(made_folder.parent / "bot.session", tmp_path / "bot.session")
    centre = DataCentre(tmp_path / "centre")
    await centre.start()
    yield centre
    await centre.stop()


@pytest.fixture
async def client(centre: DataCentre, tmp_path: Path) -> AsyncIterator[pyrogram.Client]:
    """The bot's client, started, without handlers."""
    client = client_of(centre, tmp_path)
    await client.start()
    yield client
    await client.stop()


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    open_new_store(tmp_path / "data")
    delivery.bind_bell(lambda: None)
    yield tmp_path / "data"
    close_store()


@pytest.fixture
async def threads_closed() -> AsyncIterator[None]:
    """The store threads live as long as the process: their connections belong to this test's store only."""
    yield
    await in_store(close_store)


@pytest.fixture
def desk(data_dir: Path) -> Desk:
    return Desk(
        bot_id=1,
        bot_username="kiebot",
        admins=frozenset(),
        shelf=Shelf(CATALOGUE),
        data_dir=data_dir,
        queue=RememberingQueue(),  # type: ignore[arg-type]
        limits=Limits(),
        text_chars=20_000,
        tariff=Tariff(Billing()),
    )


@pytest.fixture
def intake(desk: Desk) -> Intake:
    return Intake(desk)


@pytest.fixture
def ann(intake: Intake) -> Phone:
    """Somebody who writes in private."""
    return Phone(intake)


def only_form() -> Any:
    """The newest form."""
    return OrderForm.select().order_by(OrderForm.id.desc()).get()
