import base64
import hashlib
import io
import wave

import pytest
from openai import APIStatusError, BadRequestError, RateLimitError
from PIL import Image

from kiebot.http.sniff import sniff
from kiebot.sandbox.ai.voices import tone


async def test_the_models_are_listed(openai):
    assert [model.id async for model in openai.models.list()] == ["sandbox-script", "sandbox-ear", "sandbox-voice"]


async def test_a_voice_is_transcribed_by_the_words_that_came_with_it(services, openai):
    sound = tone("three short words")
    wish = {"service": "transcription", "sha256": hashlib.sha256(sound).hexdigest(), "text": "Три коротких слова"}
    assert (await services.behave(**wish)).status == 201
    heard = await openai.audio.transcriptions.create(model="gpt-transcribe", file=("voice.wav", sound))
    assert heard.text == "Три коротких слова"


async def test_a_voice_without_words_gets_an_honest_answer(openai):
    heard = await openai.audio.transcriptions.create(model="m", file=("voice.wav", tone("something else")))
    assert "andbox" in heard.text or heard.text


async def test_an_empty_voice_is_refused(openai):
    with pytest.raises(BadRequestError):
        await openai.audio.transcriptions.create(model="m", file=("voice.ogg", b""))


@pytest.mark.parametrize(("sound_format", "mime"), [("wav", "audio/wav"), ("mp3", "audio/mpeg"), ("opus", "audio/ogg")])
async def test_speech_is_sound_in_the_format_that_was_asked_for(openai, sound_format, mime):
    speech = await openai.audio.speech.create(model="m", voice="alloy", input="Привет, мир", response_format=sound_format)
    assert sniff(speech.content) == mime
    assert speech.response.headers["content-type"] == mime
    assert len(speech.content) > 1000


async def test_a_recording_that_was_converted_is_the_oldest_one_nobody_asked_for(services, openai):
    for text in ("первое", "второе"):
        await services.behave(service="transcription", sha256=hashlib.sha256(text.encode()).hexdigest(), text=text)
    heard = [
        (await openai.audio.transcriptions.create(model="m", file=("part.ogg", sound))).text
        for sound in ("второе".encode(), b"converted", b"one more")
    ]
    assert heard[:2] == ["второе", "первое"]
    assert "sandbox" in heard[2]


@pytest.mark.parametrize(("name", "size", "status"), [("voice.amr", 10, 400), ("voice.wav", 25 * 2**20 + 1, 413)])
async def test_what_openai_would_not_take_is_refused(openai, name, size, status):
    with pytest.raises(APIStatusError) as refusal:
        await openai.audio.transcriptions.create(model="m", file=(name, bytes(size)))
    assert refusal.value.status_code == status


async def test_speech_has_a_limit(openai):
    with pytest.raises(BadRequestError):
        await openai.audio.speech.create(model="m", voice="alloy", input="x" * 4097)


def test_the_substitute_for_a_voice_hums_once_a_word():
    with wave.open(io.BytesIO(tone("one two three"))) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(0.75, abs=0.01)


async def test_pictures_come_as_base64(openai):
    made = await openai.images.generate(model="m", prompt="a house by a lake", n=2, size="512x256")
    assert len(made.data) == 2
    with Image.open(io.BytesIO(base64.b64decode(made.data[0].b64_json))) as picture:
        assert (picture.format, picture.size) == ("PNG", (1024, 512))


@pytest.mark.parametrize("service", ["models", "transcription", "speech", "images"])
async def test_each_service_fails_on_request(services, openai, service):
    calls = {
        "models": lambda: openai.models.list(),
        "transcription": lambda: openai.audio.transcriptions.create(model="m", file=("a.wav", b"x")),
        "speech": lambda: openai.audio.speech.create(model="m", voice="alloy", input="x"),
        "images": lambda: openai.images.generate(model="m", prompt="x"),
    }
    await services.behave(service=service, action="429")
    with pytest.raises(RateLimitError):
        await calls[service]()
