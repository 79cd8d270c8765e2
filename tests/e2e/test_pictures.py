"""Pictures as input, over the wire: questions about them, replies, albums, prompts made of them, a model that cannot see."""

from __future__ import annotations

import asyncio
import io
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANSWER_S = 30


def picture(folder: Path, name: str = "photo.png", colour: str = "red", size: tuple[int, int] = (640, 480)) -> Path:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    path = folder / name
    path.write_bytes(buffer.getvalue())
    return path


def send(person: Person, words: str, file: Path, **more: Any) -> int:
    return person.say(words, kind="photo", file=file, name=file.name, **more)


async def answer(person: Person, after: int, containing: str, chat: int | None = None) -> dict[str, Any]:
    return await person.reply(after, containing, chat, ANSWER_S)


def data(message: dict[str, Any], words: str) -> str:
    found = [item["data"] for row in message["buttons"] for item in row if words in item["text"]]
    assert found, f"no button {words!r} in {message['buttons']}"
    return str(found[0])


async def test_a_photo_with_a_question_is_looked_at_and_later_questions_still_see_it(
    studio: Studio, ann: Person, tmp_path: Path
) -> None:
    sent = send(ann, "What is in this picture?", picture(tmp_path))
    said = await answer(ann, sent, "mostly red")
    assert "640x480" in said["text"]
    assert "JPEG" in said["text"], "the model is shown what was made for it, not the file"
    tokens = studio.rows("SELECT prompt_tokens, content FROM turn WHERE chat_id = ?", ann.chat)
    assert tokens[0][0] > 85
    assert "base64" not in tokens[0][1]
    again = ann.say("And what is in the background?")
    await answer(ann, again, "background")
    assert "image_url" in str(studio.behaviour.prompts[-1]), "the picture is still before its eyes"


async def test_a_large_image_file_is_scaled_down(studio: Studio, ann: Person, tmp_path: Path) -> None:
    file = picture(tmp_path, colour="blue", size=(3000, 1500))
    sent = ann.say("What colour is it?", kind="document", file=file, name="scan.png", mime="image/png")
    assert "1568x784" in (await answer(ann, sent, "mostly blue"))["text"]


async def test_an_album_is_asked_about_as_one(studio: Studio, ann: Person, tmp_path: Path) -> None:
    first = send(ann, "Compare them, what differs?", picture(tmp_path, "1.png", "red"), album="both")
    send(ann, "", picture(tmp_path, "2.png", "green"), album="both")
    said = await answer(ann, first, "mostly red")
    assert "mostly green" in said["text"]
    assert len(ann.messages(after=first)) == 1


async def test_a_reply_to_an_earlier_picture(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = send(ann, "", picture(tmp_path, colour="orange"))
    await ann.reply(sent, "What shall I make")
    ann.say("/new")
    asked = ann.say("which colour is that?", reply_to=sent)
    await answer(ann, asked, "mostly orange")


async def test_in_a_group_by_mention_under_somebody_elses_picture(studio: Studio, ann: Person, tmp_path: Path) -> None:
    bob = studio.person("Bob")
    group = int(studio.humans.add_chat("Friends", [ann.id, bob.id], "supergroup")["id"])
    sent = send(bob, "my new wall", picture(tmp_path, colour="yellow"), chat=group)
    name = studio.centre.bot["username"]
    asked = ann.say(f"@{name} what colour is it?", chat=group, reply_to=sent)
    await answer(ann, asked, "mostly yellow", group)
    assert not [m for m in ann.messages(group, sent) if m["id"] < asked], "nobody asked the bot before"


async def test_a_picture_without_words_waits_for_the_question(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = send(ann, "", picture(tmp_path, colour="green"))
    offer = await ann.reply(sent, "What shall I make")
    await ann.press(offer, data(offer, "Ask about it"))
    await ann.reply(sent, "Write your question")
    asked = ann.say("draw conclusions about the colour")
    await answer(ann, asked, "mostly green")


async def test_the_answer_leads_on_to_an_edit_with_the_same_words(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = send(ann, "a winter evening with lanterns", picture(tmp_path))
    said = await answer(ann, sent, "mostly red")
    await ann.press(said, data(said, "Edit it so"))
    confirm = await ann.reply(said["id"], "Usually ready")
    assert "a winter evening with lanterns" in confirm["text"]


async def test_a_prompt_is_made_refined_and_ordered(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = send(ann, "", picture(tmp_path))
    offer = await ann.reply(sent, "What shall I make")
    await ann.press(offer, data(offer, "Prompt from it"))
    target = await ann.reply(sent, "What for?")
    await ann.press(target, data(target, "A picture"))
    prompt = await answer(ann, offer["id"], "in red")
    assert [entity["type"] for entity in prompt["entities"]] == ["pre"]
    changed = ann.say("at night", reply_to=prompt["id"])
    better = await answer(ann, changed, "at night")
    assert [entity["type"] for entity in better["entities"]] == ["pre"]
    await ann.press(better, data(better, "Make a picture"))
    confirm = await ann.reply(better["id"], "Usually ready")
    assert "at night" in confirm["text"]
    assert button(confirm, "o:")


async def test_a_clip_is_seen_in_its_moments(studio: Studio, ann: Person, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    source = ["-f", "lavfi", "-i", "color=blue:s=320x240:d=3:r=10", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    await asyncio.to_thread(subprocess.run, ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *source, str(clip)], check=True)
    sent = ann.say("what happens here?", kind="video", file=clip, name="clip.mp4", mime="video/mp4")
    said = await answer(ann, sent, "mostly blue")
    assert said["text"].count("mostly blue") == 8


async def test_a_model_that_sees_nothing_says_so_and_talks_on(fresh: Studio, tmp_path: Path) -> None:
    await fresh.run("bot")
    ann = fresh.person("Ann")
    words = "Invalid content type. image_url is only supported by certain models."
    await fresh.behave("chat", "error", code=400, message=words, times=1)
    sent = send(ann, "what is it?", picture(tmp_path))
    await answer(ann, sent, "cannot look at pictures")
    asked = ann.say("then tell me a joke")
    await answer(ann, asked, "joke")
    assert "image_url" not in str(fresh.behaviour.prompts[-1])


async def test_a_kill_in_the_middle_of_looking_loses_nothing(fresh: Studio, tmp_path: Path) -> None:
    await fresh.run("bot")
    ann = fresh.person("Ann")
    await fresh.behave("chat", "hang", times=1)
    sent = send(ann, "what is it?", picture(tmp_path))
    await fresh.until(lambda: fresh.behaviour.counters["requests.chat"] == 1, ANSWER_S, "the model is asked")
    await fresh.kill("bot")
    await fresh.run("bot")
    await answer(ann, sent, "mostly red")
    assert len(ann.messages(after=sent)) == 1


async def test_a_link_to_a_picture_is_fetched_and_asked_about(studio: Studio, ann: Person, tmp_path: Path) -> None:
    async with httpx.AsyncClient(base_url=studio.ai.url, headers={"Authorization": "Bearer sandbox"}) as site:
        form = {"uploadPath": "links", "fileName": "blue.png"}
        files = {"file": ("blue.png", picture(tmp_path, colour="blue").read_bytes(), "image/png")}
        link = (await site.post("/api/file-stream-upload", data=form, files=files)).json()["data"]["downloadUrl"]
    sent = ann.say(link)
    ready = await ann.reply(sent, "a picture", timeout_s=ANSWER_S)
    await ann.press(ready, data(ready, "Ask about it"))
    asked = ann.say("what is in it?")
    await answer(ann, asked, "mostly blue")
    told = await ann.ask("http://127.0.0.1:9/secret.png", "public addresses")
    assert told["id"] > asked
