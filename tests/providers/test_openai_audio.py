import json

import pytest

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.openai_audio import MOST_SOUND_BYTES, Server, Speaker, Transcriber
from tests.fakes.wire import wire
from tests.providers.conftest import saying

Kind = ProviderErrorKind


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"OggS" + bytes(600_000))
    return path


def transcriber(http, server, language=""):
    return Transcriber(http, Server(server.url, "key", "ear-1"), language)


def speaker(http, server):
    return Speaker(http, Server(server.url, "key", "mouth-1"), "anna")


async def heard(transcriber, sound):
    return await transcriber.transcribe(sound, name="voice.ogg", mime="audio/ogg")


async def refused(work):
    with pytest.raises(ProviderError) as refusal:
        await work
    return refusal.value


async def test_a_sound_goes_up_with_its_ending_and_its_words_come_back(http, sound):
    async with wire(saying({"text": " Hello there \n"})) as server:
        assert await heard(transcriber(http, server, "ru"), sound) == "Hello there"
    request = server.requests[0]
    assert (request.method, request.path) == ("POST", "/audio/transcriptions")
    assert request.headers["authorization"] == "Bearer key"
    assert b'filename="voice.ogg"\r\nContent-Type: audio/ogg' in request.body
    for field, value in (("model", "ear-1"), ("language", "ru"), ("response_format", "json")):
        assert f'name="{field}"\r\n\r\n{value}\r\n'.encode() in request.body
    assert sound.read_bytes() in request.body


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"message": "Invalid file format.", "type": "invalid_request_error", "code": None}}, Kind.INPUT),
        (413, b"<html>Payload Too Large</html>", Kind.INPUT),
        (415, {"detail": "Unsupported media type"}, Kind.INPUT),
        (401, {"error": {"message": "bad key", "code": "invalid_api_key"}}, Kind.AUTH),
        (429, {"error": {"message": "no money", "type": "insufficient_quota"}}, Kind.PROVIDER_FUNDS),
        (404, {"error": {"message": "no such model", "code": "model_not_found"}}, Kind.NOT_FOUND),
        (500, b"oops", Kind.TRANSIENT),
        (200, {"code": 402, "msg": "Credits insufficient"}, Kind.PROVIDER_FUNDS),
        (200, b"<html>hello</html>", Kind.TRANSIENT),
    ],
)
async def test_what_the_server_says_instead_of_words_is_understood(http, sound, status, body, kind):
    async with wire(saying(body, status=status)) as server:
        error = await refused(heard(transcriber(http, server), sound))
    assert (error.kind, error.provider) == (kind, "transcription")


async def test_the_wait_that_the_server_asks_for_is_passed_on(http, sound):
    async with wire(saying({"error": {"code": "rate_limit_exceeded"}}, status=429, retry_after="7")) as server:
        error = await refused(heard(transcriber(http, server), sound))
    assert (error.kind, error.retry_after_s) == (Kind.RATE_LIMIT, 7)


async def test_a_lost_answer_may_be_asked_for_again(http, sound):
    async def hang_up(exchange):
        return None

    async with wire(hang_up) as server:
        assert (await refused(heard(transcriber(http, server), sound))).kind is Kind.TRANSIENT


async def test_words_become_sound(http):
    async def reply(exchange):
        await exchange.answer(b"OggS...", kind="audio/ogg")

    async with wire(reply) as server:
        assert await speaker(http, server).speak("Hello") == b"OggS..."
    asked = json.loads(server.requests[0].body)
    assert asked == {"model": "mouth-1", "voice": "anna", "input": "Hello", "response_format": "opus"}


async def test_an_error_with_the_status_of_success_is_no_sound(http):
    async with wire(saying({"error": {"message": "overloaded", "code": "server_is_overloaded"}})) as server:
        assert (await refused(speaker(http, server).speak("Hello"))).kind is Kind.CAPACITY


async def test_a_sound_without_end_is_not_kept(http):
    async def reply(exchange):
        await exchange.answer(bytes(MOST_SOUND_BYTES + 1), kind="audio/wav")

    async with wire(reply) as server:
        assert (await refused(speaker(http, server).speak("Hello"))).kind is Kind.TRANSIENT
