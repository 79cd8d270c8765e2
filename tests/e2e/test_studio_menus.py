"""Every way from a wish to a result, as a person walks it: over the wire, with bot, worker and services running."""

from __future__ import annotations

import asyncio
import io
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

MADE_S = 45


@pytest.fixture
def anna(studio: Studio) -> Person:
    return studio.person("Анна", "ru")


def media(person: Person, kind: str, after: int, chat: int | None = None) -> list[dict[str, Any]]:
    return [message for message in person.messages(chat, after) if message["kind"] == kind]


def labelled(message: dict[str, Any], words: str) -> str:
    """The callback data of the button that says this."""
    found = [item["data"] for row in message["buttons"] for item in row if words in item["text"]]
    assert found, f"no button {words!r} in {message['buttons']}"
    return str(found[0])


def now(person: Person, message: dict[str, Any]) -> dict[str, Any]:
    """A message as it looks now."""
    return next(m for m in person.messages(message["chat"]) if m["id"] == message["id"])


async def pressed(studio: Studio, person: Person, message: dict[str, Any], data: str, until: str) -> dict[str, Any]:
    """Press, and wait until the message says this or has such a button."""
    await person.press(message, data)
    return await studio.until(lambda: changed(person, message, until), what=f"{until!r} in {now(person, message)}")


def changed(person: Person, message: dict[str, Any], until: str) -> dict[str, Any] | None:
    seen = now(person, message)
    return seen if until in seen["text"] or until in str(seen["buttons"]) else None


def picture(folder: Path, name: str = "photo.png") -> Path:
    image = Image.new("RGB", (640, 480), "teal")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    path = folder / name
    path.write_bytes(buffer.getvalue())
    return path


async def made(studio: Studio, person: Person, kind: str, after: int, chat: int | None = None) -> dict[str, Any]:
    found = await studio.until(lambda: media(person, kind, after, chat), MADE_S, f"a {kind}")
    return found[0]


async def test_from_the_main_menu_to_the_picture_in_russian(studio: Studio, anna: Person) -> None:
    menu = await anna.ask("/menu", "Чем займёмся")
    menu = await pressed(studio, anna, menu, "g:pictures", "t:text_to_image")
    menu = await pressed(studio, anna, menu, "t:text_to_image", "m:")
    assert "~" in menu["text"]
    assert "кр." not in menu["text"], "nobody pays here"
    menu = await pressed(studio, anna, menu, button(menu, "m:"), "Дальше")
    menu = await pressed(studio, anna, menu, labelled(menu, "Формат"), "Выберите значение")
    menu = await pressed(studio, anna, menu, labelled(menu, "16:9"), "Дальше")
    menu = await pressed(studio, anna, menu, labelled(menu, "Дальше"), "например")
    sent = anna.say("маяк в шторм")
    confirm = await anna.reply(sent, "Обычно готово через")
    assert "маяк в шторм" in confirm["text"]
    assert "16:9" in confirm["text"]
    assert "Обычно готово через" in confirm["text"]
    status = await pressed(studio, anna, confirm, labelled(confirm, "Сделать"), "Задание")
    result = await made(studio, anna, "photo", sent)
    assert "маяк в шторм" in result["text"]
    await studio.until(lambda: "Готово" in now(anna, status)["text"], what="the status says that it is ready")
    assert len(anna.messages(after=sent)) == 2, "the form that became the status, and the picture"


async def test_the_confirmation_is_queued_at_once(studio: Studio, ann: Person) -> None:
    hint = await ann.ask("/img", "for example")
    assert hint["text"].count("•") == 2
    sent = ann.say("a harbour")
    confirm = await ann.reply(sent, "Usually ready in")
    await asyncio.sleep(1.1)  # kiebot writes to a chat once a second
    began = time.monotonic()
    await pressed(studio, ann, confirm, button(confirm, "o:"), "Accepted")
    assert time.monotonic() - began < 0.5
    second = await ann.press(confirm, button(confirm, "o:"))
    assert second["text"] == "Ordered.", "a double tap is one wish"
    await made(studio, ann, "photo", sent)
    assert studio.rows("SELECT count(*) FROM job WHERE chat_id = ?", ann.chat) == [(1,)]


async def test_a_photo_with_a_caption_becomes_a_picture(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = ann.say("make it winter", kind="photo", file=picture(tmp_path), name="photo.png")
    offer = await ann.reply(sent, "What shall I make")
    assert "make it winter" in offer["text"]
    models = await pressed(studio, ann, offer, "t:image_edit", "m:")
    form = await pressed(studio, ann, models, button(models, "m:"), "Continue")
    confirm = await pressed(studio, ann, form, labelled(form, "Continue"), "Usually ready in")
    await ann.press(confirm, button(confirm, "o:"))
    result = await made(studio, ann, "photo", sent)
    assert "make it winter" in result["text"]


async def test_an_image_file_becomes_a_clip(studio: Studio, ann: Person, tmp_path: Path) -> None:
    sent = ann.say("", kind="document", file=picture(tmp_path), name="photo.png", mime="image/png")
    offer = await ann.reply(sent, "this picture")
    models = await pressed(studio, ann, offer, "t:image_to_video", "m:")
    form = await pressed(studio, ann, models, button(models, "m:"), "Continue")
    words = ann.say("the sea begins to move")
    confirm = await ann.reply(words, "Usually ready in")
    await ann.press(confirm, button(confirm, "o:"))
    clip = await made(studio, ann, "video", words)
    assert clip["media"]["duration"] >= 1
    assert form["id"] == offer["id"]


async def test_an_album_is_one_offer(studio: Studio, ann: Person, tmp_path: Path) -> None:
    first = ann.say("", kind="photo", file=picture(tmp_path, "1.png"), name="1.png", album="together")
    ann.say("", kind="photo", file=picture(tmp_path, "2.png"), name="2.png", album="together")
    offer = await ann.reply(first, "What shall I make")
    await studio.until(lambda: "2 pictures" in now(ann, offer)["text"], what="both are counted")
    assert len(ann.messages(after=first)) == 1


async def test_plain_words_order_in_both_languages_and_talk_stays_talk(studio: Studio, ann: Person, anna: Person) -> None:
    sent, russian = ann.say("draw a fox"), anna.say("нарисуй лису")
    status = await ann.reply(sent, "Accepted")
    assert "Answer in words" in str(status["buttons"])
    await made(studio, ann, "photo", sent)
    await made(studio, anna, "photo", russian)


async def test_who_wanted_to_talk_gets_an_answer_in_words(studio: Studio, ann: Person) -> None:
    await studio.behave("kie", "slow", seconds=4)
    sent = ann.say("draw a plan of my day")
    status = await ann.reply(sent, "Job")
    told = await ann.press(status, labelled(status, "Answer in words"))
    assert "words" in told["text"]
    await studio.until(lambda: [m for m in ann.messages(after=status["id"]) if m["kind"] == "text"], 20, "an answer")


async def test_music_and_speech_come_as_sound(studio: Studio, ann: Person) -> None:
    for command in ("/music calm piano", "/say Good evening, our shop closes soon.", "read aloud: Hi!", "sing about rain"):
        sent = ann.say(command)
        first = await ann.reply(sent)
        if "Usually ready in" in first["text"] or "Continue" in str(first["buttons"]):
            raise AssertionError(f"{command} asks for more: {first['text']}")
        sound = await made(studio, ann, "audio", sent)
        assert sound["media"]["duration"] >= 1


async def test_words_are_improved_by_the_text_model(studio: Studio, ann: Person) -> None:
    await ann.ask("/video", "for example")
    sent = ann.say("waves")
    confirm = await ann.reply(sent, "Usually ready in")
    better = await pressed(studio, ann, confirm, labelled(confirm, "Improve"), "Take it")
    assert "How about this" in better["text"]
    taken = await pressed(studio, ann, better, labelled(better, "Take it"), "Usually ready in")
    assert "\n«waves»\n" not in taken["text"]
    closed = await pressed(studio, ann, taken, labelled(taken, "Cancel"), "nothing is ordered")
    assert closed["buttons"] == []


async def test_when_the_text_model_fails_the_words_are_kept(studio: Studio, ann: Person) -> None:
    await ann.ask("/img", "for example")
    confirm = await ann.reply(ann.say("a boat"), "Usually ready in")
    await studio.behave("text", "500", times=5)
    failed = await pressed(studio, ann, confirm, labelled(confirm, "Improve"), "Keep mine")
    failed = await studio.until(lambda: changed(ann, confirm, "no better words"), 20, f"{failed}")
    kept = await pressed(studio, ann, failed, labelled(failed, "Keep mine"), "Usually ready in")
    assert "«a boat»" in kept["text"]


async def test_results_are_voted_sent_in_full_used_again_and_deleted(studio: Studio, ann: Person) -> None:
    sent = ann.say("/img a red house")
    result = await made(studio, ann, "photo", sent)
    assert "thank" in (await ann.press(result, button(result, "r:up")))["text"]
    assert studio.rows("SELECT vote FROM job_vote v JOIN job j ON j.id = v.job_id WHERE j.chat_id = ?", ann.chat) == [(1,)]
    await ann.press(result, button(result, "r:file"))
    await made(studio, ann, "document", result["id"])
    await ann.press(result, button(result, "r:again"))
    await studio.until(lambda: len(media(ann, "photo", sent)) == 2, MADE_S, "the same once more")
    await ann.press(result, button(result, "r:use"))
    offer = await ann.reply(result["id"], "this picture")
    models = await pressed(studio, ann, offer, "t:upscale", "m:")
    assert button(models, "m:")
    assert "Deleted" in (await ann.press(result, button(result, "r:delete")))["text"]
    await studio.until(lambda: result["id"] not in [m["id"] for m in ann.messages(after=sent)], what="the message is gone")


async def test_vary_makes_another_one_with_other_words(studio: Studio, ann: Person) -> None:
    result = await made(studio, ann, "photo", ann.say("/img a grey cat"))
    await ann.press(result, button(result, "r:vary"))
    confirm = await ann.reply(result["id"], "a grey cat")
    await pressed(studio, ann, confirm, labelled(confirm, "Other words"), "Write other words")
    words = ann.say("a black cat")
    confirm = await ann.reply(words, "Usually ready in")
    await ann.press(confirm, button(confirm, "o:"))
    assert "a black cat" in (await made(studio, ann, "photo", words))["text"]


async def test_models_are_found_by_words_with_typing_errors(studio: Studio, ann: Person, anna: Person) -> None:
    found = await ann.ask("/models nano bananna", "Nano Banana")
    form = await pressed(studio, ann, found, labelled(found, "Nano Banana"), "Continue")
    assert "Nano Banana" in form["text"]
    await anna.ask("/models видео", "По запросу «видео»")


async def test_inline_search_chooses_a_model(studio: Studio, ann: Person) -> None:
    bot = studio.centre.bot["id"]
    hits = await studio.humans.inline(ann.id, "nano banana", bot)
    assert "Nano Banana" in hits[0]["title"]
    sent = studio.humans.choose_inline(ann.chat, ann.id, hits[0]["query_id"], hits[0]["id"])
    form = await ann.reply(int(sent["id"]), "Nano Banana")
    assert "Continue" in str(form["buttons"])
    group = studio.humans.add_chat("Friends", [ann.id], "supergroup")
    elsewhere = await studio.humans.inline(ann.id, "nano banana", int(group["id"]))
    assert elsewhere[0]["text"].startswith("/model@")


async def test_history_turns_pages_and_resends_free_of_charge(studio: Studio, ann: Person) -> None:
    for words in ("first", "second"):
        await made(studio, ann, "photo", ann.say(f"/img the {words} house"))
    history = await ann.ask("/history", "the first house")
    await ann.press(history, labelled(history, "Thumbnails"))
    await studio.until(lambda: len(media(ann, "photo", history["id"])) == 2, what="two thumbnails")
    jobs = studio.rows("SELECT count(*) FROM job WHERE chat_id = ?", ann.chat)
    await ann.press(history, button(history, "history:"))
    await studio.until(lambda: len(media(ann, "photo", history["id"])) == 3, what="the result again")
    assert studio.rows("SELECT count(*) FROM job WHERE chat_id = ?", ann.chat) == jobs


async def test_a_form_in_a_group_is_its_owners_and_takes_replies(studio: Studio, ann: Person) -> None:
    bob = studio.person("Bob")
    group = int(studio.humans.add_chat("Friends", [ann.id, bob.id], "supergroup")["id"])
    hint = await ann.reply(ann.say("/img", chat=group), "for example", chat=group)
    told = await bob.press(hint, labelled(hint, "Parameters"))
    assert told["text"]
    assert told["alert"]
    reply = ann.say("a tower", chat=group, reply_to=hint["id"])
    confirm = await ann.reply(reply, "Usually ready in", chat=group)
    stolen = await bob.press(confirm, button(confirm, "o:"))
    assert "somebody else" in stolen["text"]
    await ann.press(confirm, button(confirm, "o:"))
    result = await made(studio, ann, "photo", reply, group)
    assert "somebody else" in (await bob.press(result, button(result, "r:delete")))["text"]


async def test_text_in_the_wrong_moment_and_a_restart_in_between(studio: Studio, ann: Person) -> None:
    await ann.ask("/img", "for example")
    confirm = await ann.reply(ann.say("a bridge"), "Usually ready in")
    wrong = await ann.ask("what is the weather", "waiting for you to confirm")
    assert "Main menu" in str(wrong["buttons"])
    await studio.end("bot")
    await studio.run("bot")
    status = await pressed(studio, ann, confirm, button(confirm, "o:"), "Job")
    assert status["id"] == confirm["id"]
    await made(studio, ann, "photo", wrong["id"])


async def test_a_song_becomes_a_video_of_its_second_track(studio: Studio, anna: Person) -> None:
    sent = anna.say("/music спокойный джаз")
    tracks = await studio.until(lambda: (found := media(anna, "audio", sent))[1:] and found, MADE_S, "two tracks")
    await anna.press(tracks[1], labelled(tracks[1], "Использовать"))
    offer = await anna.reply(tracks[1]["id"], "Что сделать")
    offer = await pressed(studio, anna, offer, "t:audio_to_video", "m:")
    clip = await pressed(studio, anna, offer, labelled(offer, "клип"), "Дальше")
    clip = await pressed(studio, anna, clip, labelled(clip, "Дальше"), "Обычно готово")
    assert "/2 · 🎵 Suno: песня" in clip["text"]
    await anna.press(clip, button(clip, "o:"))
    film = await made(studio, anna, "video", sent)
    assert film["media"]["duration"] > 30
    first, second = studio.rows("SELECT json_extract(results, '$[1].remote_id'), input FROM job ORDER BY id DESC LIMIT 2")
    assert second[0] in first[1]
    assert film["buttons"]
