"""A data centre of its own for every test, and plain kurigram bots that talk to it."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from pyrogram import Client

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.telegram.client import build_client


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a data centre that has made its key and its bot; beside it, the session file of that bot, logged in once."""
    folder = tmp_path_factory.mktemp("made") / "centre"

    async def make() -> None:
        centre = DataCentre(folder)
        await centre.start()
        client = bot_of(centre, "bot", folder.parent)
        await client.start()
        await client.stop()
        await centre.stop()

    asyncio.run(make())
    with closing(sqlite3.connect(folder.parent / "bot.session")) as session, session:
        session.execute("DELETE FROM update_state")  # as after a first login: it does not ask for what was before
    return folder


def bot_of(centre: DataCentre, name: str, folder: Path, token: str = "", **options) -> Client:
    """A bot as kiebot builds it."""
    return build_client(
        name,
        folder,
        api_id=1,
        api_hash="0" * 32,
        bot_token=token or centre.bot["token"],
        server=f"{centre.host}:{centre.port}",
        public_key_file=centre.public_key_file,
        **{"skip_updates": False, "workers": 16, **options},
    )


@pytest.fixture
async def centre(made_folder: Path, tmp_path: Path) -> AsyncIterator[DataCentre]:
    folder = tmp_path / "centre"
    shutil.copytree(made_folder, folder)
    centre = DataCentre(folder)
    await centre.start()
    yield centre
    await centre.stop()


MakeBot = Callable[..., Client]


@pytest.fixture
async def make_bot(centre: DataCentre, made_folder: Path, tmp_path: Path) -> AsyncIterator[MakeBot]:
    """Build bots; those still running are stopped at the end. Each has its own session file; "bot" is logged in already."""
    made: list[Client] = []
    shutil.copy(made_folder.parent / "bot.session", tmp_path)

    def make(name: str = "bot", token: str = "", **options) -> Client:
        client = bot_of(centre, name, tmp_path, token, **options)
        made.append(client)
        return client

    yield make
    for client in made:
        if client.is_connected:
            await client.stop()


@pytest.fixture
async def bot(make_bot: MakeBot) -> Client:
    """A started bot without handlers."""
    client = make_bot()
    await client.start()
    return client


@pytest.fixture
def ann(centre: DataCentre) -> int:
    """A person who has written to the bot once."""
    user = centre.humans.add_user("Ann")["id"]
    centre.humans.post(user, user, "hello")
    return user
