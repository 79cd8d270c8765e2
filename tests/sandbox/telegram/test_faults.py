"""Trouble on demand."""

import time

import pytest
from pyrogram import filters
from pyrogram.errors import BadRequest, FileReferenceExpired, FloodWait, InternalServerError
from pyrogram.handlers import MessageHandler

from tests.sandbox.telegram.seeing import answer_to, echo, eventually, texts
from tests.sandbox.telegram.test_limits import send_raw


async def test_a_short_flood_wait_is_waited_for_by_the_client_and_a_long_one_raised(centre, bot, ann):
    centre.humans.fault("messages.SendMessage", "flood_wait", seconds=1)
    started = time.monotonic()
    await bot.send_message(ann, "after a second")
    assert time.monotonic() - started >= 1
    centre.humans.fault("messages.SendMessage", "flood_wait", seconds=60)
    with pytest.raises(FloodWait) as refused:
        await bot.send_message(ann, "no")
    assert refused.value.value == 60


async def test_faults_wait_for_their_turn_and_end(centre, bot, ann):
    centre.humans.fault("messages.Send*", "error", after=1, times=2, error="PEER_FLOOD")
    outcomes = []
    for number in range(4):
        try:
            await bot.send_message(ann, str(number))
            outcomes.append("sent")
        except BadRequest as exc:
            outcomes.append(exc.ID)
    assert outcomes == ["sent", "PEER_FLOOD", "PEER_FLOOD", "sent"]


async def test_a_lost_answer_leaves_one_message_when_the_client_asks_again(centre, bot, ann):
    centre.humans.fault("messages.SendMessage", "drop")
    with pytest.raises(TimeoutError):
        await send_raw_with_patience(bot, ann, 5)
    answer = await send_raw(bot, ann, 5)
    assert answer.updates[0].id == 2
    assert texts(centre, ann) == ["hello", "once"]


async def send_raw_with_patience(client, ann: int, random_id: int):
    from pyrogram import raw

    query = raw.functions.messages.SendMessage(peer=await client.resolve_peer(ann), message="once", random_id=random_id)
    return await client.session.send(query, timeout=0.3)


async def test_a_line_cut_before_or_after_the_work(centre, bot, ann):
    for action, delivered in (("cut", 0), ("cut_after", 1)):
        before = len(texts(centre, ann))
        centre.humans.fault("messages.SendMessage", action)
        with pytest.raises((TimeoutError, OSError)):
            await send_raw_with_patience(bot, ann, hash(action) & 0xFFFF)
        assert len(texts(centre, ann)) - before == delivered
        await eventually(lambda: bot.session.is_started.is_set())


@pytest.mark.parametrize(("code", "error"), [(400, BadRequest), (500, InternalServerError)])
async def test_a_delivered_message_can_be_answered_as_a_duplicate(centre, bot, ann, code, error):
    centre.humans.fault("messages.SendMessage", "duplicate", code=code)
    with pytest.raises(error, match="RANDOM_ID_DUPLICATE"):
        await send_raw(bot, ann, 6)
    assert texts(centre, ann)[-1] == "once"


async def test_updates_can_come_twice_late_or_never(centre, make_bot, ann):
    client = make_bot()
    seen = []

    async def on_text(_, message):
        seen.append(message.text)

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    centre.humans.fault("updates", "duplicate")
    centre.humans.post(ann, ann, "twice")
    await eventually(lambda: seen == ["twice", "twice"])
    centre.humans.fault("updates", "drop")
    centre.humans.post(ann, ann, "lost")
    centre.humans.fault("updates", "delay", seconds=0.2)
    centre.humans.post(ann, ann, "late")
    centre.humans.post(ann, ann, "in time")
    await eventually(lambda: len(seen) == 4)
    assert seen[2:] == ["in time", "late"]


async def test_an_expired_file_reference_is_renewed_by_the_message(centre, make_bot, ann, tmp_path):
    (tmp_path / "paper.txt").write_text("words")
    message = centre.humans.post(ann, ann, kind="document", file=tmp_path / "paper.txt")
    client = make_bot()
    await client.start()
    old = await client.get_messages(ann, message["id"])
    centre.humans.fault("upload.GetFile", "expire")
    with pytest.raises(FileReferenceExpired):
        await client.download_media(old.document.file_id, in_memory=True)
    with pytest.raises(FileReferenceExpired):
        await client.send_cached_media(ann, old.document.file_id)
    fresh = await client.get_messages(ann, message["id"])
    assert (await client.download_media(fresh, in_memory=True)).getvalue() == b"words"


async def test_a_delayed_call_goes_through(centre, make_bot, ann):
    client = make_bot()
    echo(client)
    await client.start()
    centre.humans.fault("messages.SendMessage", "delay", seconds=0.3)
    started = time.monotonic()
    await answer_to(centre, ann, "slow", ann)
    assert time.monotonic() - started >= 0.3


def test_an_unknown_action_is_a_mistake_of_the_caller(centre):
    with pytest.raises(ValueError, match="unknown action"):
        centre.humans.fault("messages.SendMessage", "explode")
