"""A data centre of its own for every test, and plain kurigram bots that talk to it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pyrogram import Client

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.telegram.client import build_client


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a data centre that has made its key and its bot, and has seen nothing else."""
    folder = tmp_path_factory.mktemp("centre")

    async def make() -> None:
        centre = DataCentre(folder)
        await centre.start()
        await centre.stop()

    asyncio.run(make())
    return folder


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
async def make_bot(centre: DataCentre, tmp_path: Path) -> AsyncIterator[MakeBot]:
    """Build bots as kiebot does; those still running are stopped at the end. Each has its own session file."""
    made: list[Client] = []

    def make(name: str = "bot", token: str = "", **options) -> Client:
        client = build_client(
            name,
            tmp_path,
            api_id=1,
            api_hash="0" * 32,
            bot_token=token or centre.bot["token"],
            server=f"{centre.host}:{centre.port}",
            public_key_file=centre.public_key_file,
            **{"skip_updates": False, "workers": 16, **options},
        )
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
