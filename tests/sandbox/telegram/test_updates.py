"""pts, differences, broken lines, repeated sessions: what keeps a bot from losing or doubling a message."""

import asyncio

import pytest
from pyrogram import Client, filters, raw, types
from pyrogram.connection.transport import TCPAbridged, TCPAbridgedO, TCPFull, TCPIntermediate, TCPIntermediateO
from pyrogram.connection.transport.tcp.tcp_intermediate_padded import TCPIntermediatePadded
from pyrogram.handlers import MessageHandler, RawUpdateHandler

from kiebot.sandbox.telegram.options import client_options
from tests.sandbox.telegram.seeing import answer_to, echo, eventually, texts
from tests.sandbox.telegram.test_conversations import picture

TRANSPORTS = [TCPAbridged, TCPIntermediate, TCPIntermediatePadded, TCPAbridgedO, TCPIntermediateO, TCPFull]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_every_transport_logs_in_and_carries_messages(centre, make_bot, transport):
    client = make_bot("fresh", protocol_factory=transport)
    echo(client)
    await client.start()
    ann = centre.humans.add_user("Ann")["id"]
    assert (await answer_to(centre, ann, "x" * 3000, ann))["text"] == "echo " + "x" * 3000


async def test_a_wrong_token_is_refused(make_bot):
    client = make_bot("fresh", token="1:wrong")
    with pytest.raises(Exception, match="ACCESS_TOKEN_INVALID"):
        await client.start()


async def test_compressed_answers_are_read(centre, bot, ann):
    centre.server.gzip_over = 50
    for number in range(20):
        centre.humans.post(ann, ann, f"message {number}")
    found = await bot.get_messages(ann, list(range(1, 22)))
    assert [message.text for message in found][-1] == "message 19"


async def test_a_changed_salt_is_taken_up(centre, make_bot, ann):
    client = make_bot()
    echo(client)
    await client.start()
    centre.server.salt += 1
    assert (await answer_to(centre, ann, "new salt", ann))["text"] == "echo new salt"


async def test_every_update_counts_one_pts_and_the_bot_s_own_messages_too(centre, make_bot, ann):
    client = make_bot()
    seen = []

    async def on_update(_, update, users, chats):
        if hasattr(update, "pts"):
            seen.append((type(update).__name__, update.pts, update.pts_count))

    client.add_handler(RawUpdateHandler(on_update))
    await client.start()
    begin = (await client.invoke(raw.functions.updates.GetState())).pts
    asked = centre.humans.post(ann, ann, "one")
    own = await client.send_message(ann, "two")
    centre.humans.edit(ann, asked["id"], ann, "one!")
    await client.edit_message_text(ann, own.id, "two!")
    centre.humans.delete(ann, [asked["id"], own.id], ann)
    await eventually(lambda: len(seen) == 3)
    assert seen == [
        ("UpdateNewMessage", begin + 1, 1),
        ("UpdateEditMessage", begin + 3, 1),
        ("UpdateDeleteMessages", begin + 6, 2),
    ]
    assert (await client.invoke(raw.functions.updates.GetState())).pts == begin + 6


async def test_messages_sent_while_the_line_is_broken_come_once(centre, make_bot, ann):
    client = make_bot()
    echo(client)
    await client.start()
    centre.humans.cut()
    for number in range(3):
        centre.humans.post(ann, ann, f"gap {number}")
    await eventually(lambda: len(texts(centre, ann)) == 7, 20)
    assert sorted(texts(centre, ann)[-3:]) == [f"echo gap {number}" for number in range(3)]


async def test_a_bot_that_was_killed_gets_what_it_missed_and_its_own_messages_marked(centre, make_bot, ann):
    first = make_bot("same")
    echo(first)
    await first.start()
    await answer_to(centre, ann, "before", ann)
    await first.storage.save()
    await first.stop(block=True)
    for number in range(250):  # more than one slice
        centre.humans.post(ann, ann, f"missed {number}")
    group = centre.humans.add_chat("Group", [ann])["id"]
    centre.humans.post(group, ann, "in the group")
    second = make_bot("same")
    seen = []

    async def on_message(_, message):
        seen.append((message.text, bool(message.outgoing)))

    second.add_handler(MessageHandler(on_message, filters.text))
    await second.start()
    await eventually(lambda: ("in the group", False) in seen)
    missed = [words for words, own in seen if words.startswith("missed")]
    assert missed == [f"missed {number}" for number in range(250)]
    assert len(set(missed)) == len(missed)


async def test_a_supergroup_has_a_difference_of_its_own(centre, make_bot, ann):
    first = make_bot("same")
    echo(first)
    await first.start()
    chat = centre.humans.add_chat("Super", [ann], "supergroup")["id"]
    await answer_to(centre, chat, "before", ann)
    await first.storage.save()
    await first.stop()
    edited = centre.humans.post(chat, ann, "missed")
    gone = centre.humans.post(chat, ann, "missed and deleted")
    centre.humans.edit(chat, edited["id"], ann, "missed, edited")
    centre.humans.delete(chat, [gone["id"]], ann)
    second = make_bot("same")
    seen = []

    async def on_message(_, message):
        seen.append(message.text)

    second.add_handler(MessageHandler(on_message, filters.text & ~filters.outgoing))
    await second.start()
    await eventually(lambda: seen)
    assert seen == ["missed, edited"]


async def test_a_session_that_the_server_forgot_recovers_by_the_difference(centre, make_bot, ann):
    client = make_bot()
    seen = []

    async def on_text(_, message):
        seen.append(message.text)

    async def on_connect(app: Client, session):
        if session is app.session:
            await app.recover_gaps()

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    client.on_connect()(on_connect)
    await client.start()
    centre.humans.post(ann, ann, "before")
    await eventually(lambda: "before" in seen)
    centre.server.forget_sessions()
    centre.humans.post(ann, ann, "in the gap")
    await eventually(lambda: "in the gap" in seen, 20)
    assert seen.count("in the gap") == 1


async def test_two_sessions_of_one_bot_both_get_every_update(centre, make_bot, ann):
    seen = {"one": [], "two": []}
    for name in seen:
        client = make_bot(name)

        async def on_text(app, message):
            seen[app.name].append((message.text, bool(message.outgoing)))

        client.add_handler(MessageHandler(on_text, filters.text))
        await client.start()
    centre.humans.post(ann, ann, "to both")
    await eventually(lambda: all(("to both", False) in found for found in seen.values()))
    await client.send_message(ann, "from the second")
    await eventually(lambda: ("from the second", True) in seen["one"])
    assert ("from the second", True) not in seen["two"]


async def test_updates_do_not_go_to_sessions_that_carry_files(centre, make_bot, ann, tmp_path):
    client = make_bot()
    seen = []

    async def on_document(_, message):
        await client.download_media(message, in_memory=True)
        seen.append("file")

    async def on_text(_, message):
        seen.append(message.text)

    client.add_handler(MessageHandler(on_document, filters.document))
    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    (tmp_path / "file.bin").write_bytes(b"x" * 100_000)
    centre.humans.post(ann, ann, kind="document", file=tmp_path / "file.bin")
    await eventually(lambda: seen == ["file"])
    centre.humans.post(ann, ann, "after the file")
    await eventually(lambda: "after the file" in seen)
    await asyncio.sleep(0.2)
    assert seen == ["file", "after the file"]


async def test_many_updates_of_one_moment_arrive_in_order(centre, make_bot, ann):
    client = make_bot(workers=1)
    seen = []

    async def on_text(_, message):
        seen.append(message.text)

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    for number in range(300):
        centre.humans.post(ann, ann, str(number))
    await eventually(lambda: len(seen) >= 300)
    assert seen == [str(number) for number in range(300)]


async def test_every_message_of_an_album_has_a_pts_of_its_own(centre, make_bot, ann):
    first, second = make_bot(), make_bot("two")
    seen = []

    async def on_update(_, update, users, chats):
        seen.append((update.pts, update.pts_count, update.message.out))

    second.add_handler(RawUpdateHandler(on_update))
    await first.start()
    await second.start()
    for chat in (ann, centre.humans.add_chat("Super", [ann], "supergroup")["id"]):
        before = centre.boxes.box_for(centre.bot["id"], chat).pts
        await asyncio.sleep(0.1)  # what came before is seen
        seen.clear()
        await first.send_media_group(chat, [types.InputMediaPhoto(picture()), types.InputMediaPhoto(picture("blue"))])
        await eventually(lambda: len(seen) == 2)
        assert seen == [(before + 1, 1, True), (before + 2, 1, True)]


async def test_a_plain_client_is_led_here_by_the_options(centre):
    options = client_options(centre.host, centre.port, centre.public_key_file)
    async with Client("plain", bot_token=centre.bot["token"], in_memory=True, **options) as client:
        assert client.me.username == centre.bot["username"]
