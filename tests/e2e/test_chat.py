"""Conversations, as people have them."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST_SIGN_S = 0.3


async def watch(studio: Studio, chat: int, kinds: tuple[str, ...], until: float) -> list[tuple[float, dict]]:
    """The events of a chat with the seconds since the start."""
    queue, seen, started = studio.humans.subscribe(), [], time.monotonic()
    while (left := started + until - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                event = await queue.get()
        except TimeoutError:
            break
        if event.get("chat") == chat and event["type"] in kinds:
            seen.append((time.monotonic() - started, event))
    return seen


async def test_start_greets_by_name_in_the_persons_language(studio: Studio) -> None:
    boris = studio.person("Борис", "ru")
    message = await boris.ask("/start", "Здравствуйте, Борис")
    assert button(message, "g:pictures") == "g:pictures"


async def test_an_answer_grows_in_a_draft_and_ends_in_one_real_message(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "pace", deltas=30, delay_ms=60, chars=10)
    watching = asyncio.create_task(watch(studio, ann.chat, ("draft", "message", "typing"), 4))
    await asyncio.sleep(0)
    sent = ann.say("tell me something")
    events = await watching

    signs = [at for at, event in events if event["type"] == "draft"]
    assert signs[0] < FIRST_SIGN_S + 0.2, "the first sign comes at once (with room for a busy machine)"
    drafts = [event["text"] for _, event in events if event["type"] == "draft"]
    assert "working" in drafts[0]
    assert len({len(text) for text in drafts[1:]}) >= 3, "the draft grows"
    assert any(event["type"] == "typing" for _, event in events)
    await ann.reply(sent)
    await asyncio.sleep(0.5)  # a second copy would come now
    assert len(ann.messages(after=sent)) == 1


async def test_messages_that_wait_are_seen_to_wait_and_their_answers_say_whose_they_are(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "pace", deltas=30, delay_ms=60, chars=10)
    watching = asyncio.create_task(watch(studio, ann.chat, ("draft",), 2.5))
    await asyncio.sleep(0)
    asked = [ann.say(words) for words in ("tell me something", "and what is red?", "and what is blue?")]
    drafts = [event["text"] for _, event in await watching]
    assert any(text.endswith("⏳ 2 more messages of yours wait for their answers.") for text in drafts)
    await ann.reply(asked[0], "what is blue?")
    answers = ann.messages(after=asked[-1])
    assert [answer["reply_to"] for answer in answers] == [asked[0], asked[1], None]


async def test_a_message_in_which_there_is_nothing_to_see_is_answered_in_words(studio: Studio, ann: Person) -> None:
    await ann.ask("\u2800\u200b", "I see no words in this message")


async def test_markdown_of_the_model_becomes_entities(studio: Studio, ann: Person) -> None:
    message = await ann.ask("show me code, please", "sandbox")
    assert any(entity["type"] == "pre" for entity in message["entities"])


async def test_a_long_answer_arrives_whole_in_several_messages(studio: Studio, ann: Person) -> None:
    sent = ann.say("a long text, please")
    await ann.reply(sent)
    await studio.until(lambda: sum(len(text) for text in ann.texts(after=sent)) > 10_000, 20, "all pieces")
    messages = ann.messages(after=sent)
    assert all(len(message["text"]) <= 4096 for message in messages)
    assert [bool(message["buttons"]) for message in messages] == [False] * (len(messages) - 1) + [True]


async def test_a_very_long_answer_is_also_a_file(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "pace", deltas=300, delay_ms=0, chars=100)
    sent = ann.say("a book, please")
    await studio.until(lambda: any(message["kind"] == "document" for message in ann.messages(after=sent)), 20)
    messages = ann.messages(after=sent)
    assert [message["kind"] for message in messages] == ["text"] * 4 + ["document"]
    path, _, name = studio.humans.file(messages[-1]["media"]["id"])
    assert name == "answer.md"
    assert len(path.read_text("utf-8-sig")) > 25_000
    assert button(messages[-1], "chat:again:")


async def test_messages_of_one_person_are_answered_in_order(studio: Studio, ann: Person) -> None:
    ids = [ann.say(f"question number {number}") for number in range(3)]
    await studio.until(lambda: len(ann.messages(after=ids[-1])) == 3, 20)
    texts = ann.texts(after=ids[-1])
    assert [f"question number {number}" in text for number, text in enumerate(texts)] == [True] * 3


async def test_people_do_not_wait_for_each_other(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "pace", deltas=40, delay_ms=100, chars=10)
    slow = ann.say("slowly please")
    await studio.until(lambda: studio.behaviour.rules == [])
    bob = studio.person("Bob")
    await bob.ask("quick question", "quick question")
    assert ann.messages(after=slow) == []
    await ann.reply(slow)


async def test_the_stop_button_of_a_draft_keeps_what_came(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "pace", deltas=200, delay_ms=50, chars=10)
    sent = ann.say("a story without end")
    await studio.until(
        lambda: (
            studio.behaviour.counters["requests.chat"]
            and studio.rows("SELECT 1 FROM turn WHERE chat_id = ? AND state = 'answering'", ann.chat)
        ),
        what="answering",
    )
    await asyncio.sleep(1.2)
    before = studio.behaviour.counters["disconnects"]
    studio.humans.stop_draft(ann.chat, ann.id)
    message = await ann.reply(sent, "Stopped")
    assert len(message["text"]) > 30
    assert studio.rows("SELECT state FROM turn WHERE chat_id = ?", ann.chat) == [("stopped",)]
    await studio.until(lambda: studio.behaviour.counters["disconnects"] > before, what="the request at the provider is ended too")


async def test_another_answer_by_button(studio: Studio, ann: Person) -> None:
    first = await ann.ask("what is a boat", "boat")
    await ann.press(first, button(first, "chat:again:"))
    second = await ann.reply(first["id"], "boat")
    assert second["id"] != first["id"]


async def test_a_conversation_is_remembered_and_new_begins_another(studio: Studio, ann: Person) -> None:
    await ann.ask("my name is Ann", "conversation: 1.")
    await ann.ask("what is my name", "conversation: 3.")
    await ann.ask("/new", "new conversation")
    await ann.ask("and now", "conversation: 1.")
    chats = await ann.ask("/chats", "conversations")
    first = next(row[0] for row in chats["buttons"] if "my name is Ann" in row[0]["text"])
    await ann.press(chats, first["data"])
    await studio.until(lambda: "We go on with" in ann.messages()[-1]["text"])
    await ann.ask("once more", "conversation: 5.")


async def test_an_error_is_tried_again_without_the_person_noticing(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "error", code=503, times=2)
    before = studio.behaviour.counters["requests.chat"]
    await ann.ask("still there?", "still there?")
    assert studio.behaviour.counters["requests.chat"] - before == 3


async def test_retry_after_is_honoured(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "error", code=429, retry_after_s=2)
    started = time.monotonic()
    await ann.ask("hello", "hello")
    assert time.monotonic() - started >= 2


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"code": 401}, "not set up correctly"),
        ({"code": 429, "error_type": "insufficient_quota", "error_code": "insufficient_quota"}, "unavailable"),
        ({"code": 400, "error_code": "content_policy_violation"}, "content rules"),
        ({"code": 404}, "no longer knows"),
        ({"code": 400}, "did not accept"),
    ],
)
async def test_an_error_that_stays_becomes_a_sentence_and_a_button(studio: Studio, ann: Person, how: dict, sentence: str) -> None:
    await studio.behave("chat", "error", message="secret words of the provider", **how)
    message = await ann.ask("hello", sentence)
    assert "secret" not in message["text"]
    await ann.press(message, button(message, "chat:again:"))
    await ann.reply(message["id"], "hello")


async def test_a_cut_stream_keeps_what_came_and_says_so(studio: Studio, ann: Person) -> None:
    await studio.behave("chat", "cut", after_bytes=1500)
    message = await ann.ask("a long text, please", "the answer is not complete")
    assert len(message["text"]) > 60
    assert button(message, "chat:again:")


async def test_a_long_prompt_cut_by_telegram_is_one_question(studio: Studio, ann: Person) -> None:
    first = ann.say("alpha " * 680)  # 4,080 characters
    ann.say("beta " * 10 + "omega")
    message = await ann.reply(first)
    await asyncio.sleep(1.5)
    assert len(ann.messages(after=first)) == 1
    assert "(words: 691)" in message["text"]


async def test_a_text_over_the_limit_is_refused_in_words(studio: Studio, ann: Person) -> None:
    for _ in range(6):
        last = ann.say("word " * 800)
    await ann.reply(last, "up to 20,000")


async def test_settings_reach_the_model(studio: Studio, ann: Person) -> None:
    message = await ann.ask("/settings be a pirate", "be a pirate")
    await ann.press(message, "settings:style:short")
    await studio.until(lambda: "Length: short" in ann.messages()[-1]["text"])
    assert studio.rows("SELECT settings FROM chat WHERE chat_id = ?", ann.chat)[0][0].count("pirate") == 1


async def test_the_language_can_be_changed(studio: Studio, ann: Person) -> None:
    message = await ann.ask("/lang", "language")
    await ann.press(message, "lang:ru")
    await studio.until(lambda: "по-русски" in ann.messages()[-1]["text"])
    await ann.ask("/menu", "Чем займёмся")
    await ann.ask("/lang en", "I speak English")


async def test_usage_is_counted_as_the_provider_says(studio: Studio, ann: Person) -> None:
    await ann.ask("count me", "count me")
    rows = studio.rows("SELECT prompt_tokens, completion_tokens, model FROM turn WHERE chat_id = ?", ann.chat)
    assert rows[0][0] > 10
    assert rows[0][1] > 10
    assert rows[0][2] == "kiebot-sandbox"
