"""What people say, over the wire: heard, answered, ordered, refused, survived, and answered aloud."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

TALK = "aevalsrc=0.4*sin(2*PI*220*t)*lt(mod(t\\,5)\\,4):s=16000"
SILENCE = "anullsrc=r=16000:cl=mono"


def made(path: Path, *arguments: str) -> Path:
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)], check=True)
    return path


def sound(folder: Path, name: str = "voice.ogg", seconds: float = 3, source: str = TALK) -> Path:
    codec = ["-c:a", "libopus"] if name.endswith(".ogg") else []
    return made(folder / name, "-f", "lavfi", "-i", f"{source}:d={seconds}", *codec)


def sum_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


async def say(person: Person, file: Path, words: str = "", kind: str = "voice", **more: Any) -> int:
    """Send a recording, and tell the sandbox what is said in it, as the chat page does."""
    if words:
        await person.studio.behaviour.apply({"service": "transcription", "sha256": sum_of(file), "text": words})
    mime = {".ogg": "audio/ogg", ".mp4": "video/mp4", ".mp3": "audio/mpeg"}.get(file.suffix, "application/octet-stream")
    return person.say("", kind=kind, file=file, name=file.name, mime=mime, duration=3, **more)


def probed(path: Path) -> str:
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,channels:format=format_name", "-of", "csv=p=0"]
    return subprocess.run([*command, str(path)], check=True, capture_output=True, text=True).stdout


async def test_a_voice_is_shown_as_text_and_answered(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = await say(ann, sound(tmp_path), "why is the sky blue")
    heard = await ann.reply(sent, "🎙 why is the sky blue", timeout_s=30)
    assert heard["reply_to"] == sent
    answer = await ann.reply(heard["id"], "sky blue", timeout_s=30)
    assert button(answer, "chat:again:")
    assert ann.texts(after=sent)[0] == "🎙 why is the sky blue"


async def test_a_picture_is_ordered_by_voice(studio: Studio, tmp_path: Path) -> None:
    vera = studio.person("Вера", "ru")
    sent = await say(vera, sound(tmp_path), "нарисуй кота в сапогах")
    await vera.reply(sent, "🎙 нарисуй кота", timeout_s=30)
    await studio.until(lambda: [m for m in vera.messages(after=sent) if m["kind"] == "photo"], 40, what="a picture")


async def test_a_video_message_is_heard_too(studio: Studio, ann: Person, tmp_path: Path) -> None:
    clip = made(
        tmp_path / "note.mp4", "-f", "lavfi", "-i", "testsrc=s=64x64:d=3:r=5", "-f", "lavfi", "-i", f"{TALK}:d=3",
        "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac",
    )  # fmt: skip
    sent = await say(ann, clip, "how are you", kind="video_note")
    await ann.reply(sent, "🎙 how are you", timeout_s=30)


async def test_what_is_silent_ends_in_a_sentence_with_ways_on(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = await say(ann, sound(tmp_path, source=SILENCE))
    told = await ann.reply(sent, "only silence", timeout_s=30)
    assert button(told, "h:again:")
    await ann.press(told, button(told, "h:type:"))
    await ann.reply(sent, "write it to me as text")


async def test_a_refused_format_is_converted_and_a_failing_server_can_be_asked_again(
    studio: Studio, ann: Person, tmp_path: Path
) -> None:
    await studio.behave("transcription", "error", code=400)
    sent = await say(ann, sound(tmp_path), "the first is refused")
    await ann.reply(sent, "🎙 the first is refused", timeout_s=30)
    await studio.behave("transcription", "error", code=401, times=1)
    sent = await say(ann, sound(tmp_path, seconds=2), "once more")
    told = await ann.reply(sent, "out of order", timeout_s=30)
    await ann.press(told, button(told, "h:again:"))
    await ann.reply(sent, "🎙 once more", timeout_s=30)


async def test_the_words_of_a_file_are_written_down_when_they_are_wanted(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = await say(ann, sound(tmp_path, "talk.mp3"), "a talk about ships", kind="audio")
    offer = await ann.reply(sent, "this sound")
    await ann.press(offer, button(offer, "h:file:"))
    heard = await ann.reply(sent, "🎙 a talk about ships", timeout_s=30)
    await ann.press(heard, button(heard, "h:answer:"))
    await ann.reply(heard["id"], "about ships", timeout_s=30)


async def test_a_file_of_an_old_format_is_heard(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = await say(ann, sound(tmp_path, "talk.aiff"), "an old recording", kind="audio")
    offer = await ann.reply(sent, "this sound")
    await ann.press(offer, button(offer, "h:file:"))
    await ann.reply(sent, "🎙 an old recording", timeout_s=30)


async def test_answers_are_read_aloud_as_real_voice_messages(studio: Studio, ann: Person, tmp_path: Path) -> None:
    await ann.ask("/voice on", "read my answers aloud")
    sent = ann.say("tell me about boats")
    text = await ann.reply(sent, "boats")
    voices = await studio.until(lambda: [m for m in ann.messages(after=sent) if m["kind"] == "voice"], 30, what="a voice")
    assert voices[0]["id"] > text["id"]
    path = tmp_path / "answer.ogg"
    path.write_bytes(studio.humans.file(voices[0]["media"]["id"])[0].read_bytes())
    assert probed(path).split() == ["opus,1", "ogg"]
    await ann.ask("/voice", "in writing only")


async def test_a_voice_that_fails_leaves_the_text(studio: Studio, ann: Person) -> None:
    await ann.ask("/voice", "read my answers aloud")
    await studio.behave("speech", "error", code=401)
    sent = ann.say("tell me about trees")
    await ann.reply(sent, "trees")
    await ann.reply(sent, "could not read this answer aloud", timeout_s=30)
    await ann.ask("/voice off", "in writing only")


async def test_the_menu_says_how_to_have_something_written_down(studio: Studio, ann: Person) -> None:
    menu = await ann.ask("/menu", "What shall we do")
    await ann.press(menu, "g:tools")
    tools = await ann.reply(menu["id"] - 1, "", timeout_s=10)
    await ann.press(tools, "t:speech_to_text")
    await ann.reply(menu["id"] - 1, "send me a voice message")


@pytest.mark.parametrize("failpoint", ["voice-cut", "voice-part-kept", "voice-heard"])
async def test_a_worker_that_dies_while_it_listens_loses_nothing(fresh: Studio, tmp_path: Path, failpoint: str) -> None:
    await fresh.run("bot")
    await fresh.run("worker", KIEBOT_FAILPOINT=failpoint)
    ann = fresh.person("Ann")
    sent = await say(ann, sound(tmp_path), "what floats")
    dying = fresh.processes.pop("worker")
    await fresh.until(lambda: dying.poll() is not None, 30, what=f"{failpoint} reached")
    await fresh.run("worker")
    await ann.reply(sent, "🎙 what floats", timeout_s=30)
    await fresh.until(lambda: len([text for text in ann.texts(after=sent) if "what floats" in text]) == 2, 30, what="one answer")


async def test_a_bot_that_dies_before_it_acts_on_the_words_acts_once(fresh: Studio, tmp_path: Path) -> None:
    await fresh.run("bot")
    ann = fresh.person("Ann")
    sent = await say(ann, sound(tmp_path), "what floats")
    await ann.reply(sent, "Listening", timeout_s=30)
    await fresh.until(lambda: fresh.rows("SELECT 1 FROM job WHERE json_extract(input, '$.path') IS NOT NULL"), 20, what="fetched")
    await fresh.kill("bot")
    await fresh.run("worker")
    await fresh.until(lambda: fresh.rows("SELECT 1 FROM voice WHERE state = 'heard'"), 30, what="heard")
    await fresh.run("bot")
    await fresh.until(lambda: len([text for text in ann.texts(after=sent) if "what floats" in text]) == 2, 30, what="one answer")
    assert fresh.rows("SELECT state FROM voice") == [("handled",)]


async def test_without_a_server_the_bot_says_so(tmp_path: Path) -> None:
    environ = {"KIEBOT_TRANSCRIPTION__BASE_URL": "", "KIEBOT_SPEECH__BASE_URL": ""}
    async with Studio(tmp_path, environ=environ) as studio:
        await studio.run("bot")
        ann = studio.person("Ann")
        sent = await say(ann, sound(tmp_path))
        await ann.reply(sent, "cannot listen here")
        await ann.ask("/voice", "cannot read aloud here")
        menu = await ann.ask("/menu", "What shall we do")
        await ann.press(menu, "t:speech_to_text")
        await ann.reply(menu["id"] - 1, "has not set up speech recognition")
