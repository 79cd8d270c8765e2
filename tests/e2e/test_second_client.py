"""kiebot as seen by an unrelated MTProto client: Telethon in the person's hands, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import MemorySession
from telethon.tl import types as tt

from tests.e2e.studio import Studio
from tests.sandbox.telegram.second_client import connect

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE_S = 40


@pytest_asyncio.fixture(loop_scope="session")
async def telethon(studio: Studio) -> AsyncIterator[TelegramClient]:
    """A person who uses another client than ours."""
    user = studio.person("Telma").id
    rsa.add_key(studio.centre.public_key_file.read_text(), old=False)
    session = MemorySession()
    session.set_dc(2, studio.centre.host, studio.centre.port)
    client = TelegramClient(session, 1, "0" * 32)
    await connect(client)
    phone = studio.centre.peers.user(user).phone
    await client.send_code_request(phone)
    await client.sign_in(phone, phone[-5:])
    yield client
    await client.disconnect()


async def test_start_question_button_and_picture(studio: Studio, telethon: TelegramClient) -> None:
    async with telethon.conversation(studio.centre.bot["username"], timeout=PATIENCE_S) as talk:
        await talk.send_message("/start")
        greeting = await talk.get_response()
        assert "Hello, Telma" in greeting.raw_text
        await greeting.click(data=b"menu:lang")
        assert "language" in (await talk.get_response()).raw_text

        await talk.send_message("show me code, please")
        answer = await talk.get_response()
        assert any(isinstance(entity, tt.MessageEntityPre) for entity in answer.entities)

        await talk.send_message("/img a red boat at dawn")
        assert "Accepted" in (await talk.get_response()).raw_text
        picture = await talk.get_response()
        assert picture.photo is not None
        assert len(await telethon.download_media(picture, file=bytes)) > 1000


async def test_a_document_is_read(studio: Studio, telethon: TelegramClient) -> None:
    async with telethon.conversation(studio.centre.bot["username"], timeout=PATIENCE_S) as talk:
        await talk.send_file("Маяк построен в 1887 году.".encode(), attributes=[tt.DocumentAttributeFilename("маяк.txt")])
        status = await talk.get_response()
    assert "маяк.txt" in status.raw_text
    async with asyncio.timeout(PATIENCE_S):
        while "Ask me" not in (await telethon.get_messages(studio.centre.bot["username"], ids=status.id)).raw_text:
            await asyncio.sleep(0.2)
