"""Groups, supergroups and forums: joining, leaving, topics, members."""

import pytest
from pyrogram import enums, filters, types
from pyrogram.errors import BadRequest, ChannelPrivate, ChatWriteForbidden
from pyrogram.handlers import ChatMemberUpdatedHandler, MessageHandler

from tests.sandbox.telegram.seeing import answer_to, event, eventually


async def watching(client) -> tuple[list, list]:
    """Service messages and membership changes that the bot sees."""
    services, changes = [], []

    async def on_service(_, message):
        services.append((message.service, [user.id for user in message.new_chat_members or ()]))

    async def on_change(_, change):
        new, old = change.new_chat_member, change.old_chat_member
        changes.append(((new or old).user.id, old and old.status, new and new.status))

    client.add_handler(MessageHandler(on_service, filters.service))
    client.add_handler(ChatMemberUpdatedHandler(on_change))
    await client.start()
    return services, changes


@pytest.mark.parametrize("kind", ["group", "supergroup", "forum"])
async def test_a_bot_added_to_a_chat_is_told_so(centre, make_bot, ann, kind):
    services, changes = await watching(make_bot())
    chat = centre.humans.add_chat("Chat", [ann], kind, with_bot=False)["id"]
    bot_id = centre.bot["id"]
    shape = centre.humans.add_member(chat, bot_id, ann)
    assert shape["users"] == [ann, bot_id]
    await eventually(lambda: services and changes)
    assert services == [(enums.MessageServiceType.NEW_CHAT_MEMBERS, [bot_id])]
    assert changes == [(bot_id, None, enums.ChatMemberStatus.MEMBER)]


async def test_a_bot_present_at_the_creation_sees_it(centre, make_bot, ann):
    services, changes = await watching(make_bot())
    centre.humans.add_chat("Chat", [ann])
    await eventually(lambda: services and changes)
    assert services[0][0] == enums.MessageServiceType.GROUP_CHAT_CREATED


async def test_a_bot_put_out_of_a_chat_can_write_no_more(centre, make_bot, ann):
    client = make_bot()
    _, changes = await watching(client)
    bot_id = centre.bot["id"]
    for kind, error in (("group", ChatWriteForbidden), ("supergroup", ChannelPrivate)):
        chat = centre.humans.add_chat("Chat", [ann], kind)["id"]
        await client.send_message(chat, "here")
        centre.humans.remove_member(chat, bot_id, ann)
        await eventually(lambda: changes and changes[-1][2] is None)
        with pytest.raises(error):
            await client.send_message(chat, "there")


async def test_a_bot_leaves_by_itself(centre, bot, ann):
    for kind in ("group", "supergroup"):
        chat = centre.humans.add_chat("Chat", [ann], kind)["id"]
        await bot.leave_chat(chat)
        assert centre.bot["id"] not in next(c for c in centre.humans.state()["chats"] if c["id"] == chat)["users"]


async def test_members_and_administrators_can_be_asked_for(centre, bot, ann):
    bob = centre.humans.add_user("Bob")["id"]
    for kind in ("group", "supergroup"):
        chat = centre.humans.add_chat("Chat", [ann, bob], kind)["id"]
        members = [member.user.id async for member in bot.get_chat_members(chat)]
        assert sorted(members) == sorted([ann, bob, centre.bot["id"]])
        assert (await bot.get_chat_member(chat, ann)).status == enums.ChatMemberStatus.OWNER
        assert (await bot.get_chat_member(chat, bob)).status == enums.ChatMemberStatus.MEMBER
        centre.humans.set_role(chat, bob, "admin", ann)
        assert (await bot.get_chat_member(chat, bob)).status == enums.ChatMemberStatus.ADMINISTRATOR
        full = await bot.get_chat(chat)
        assert (full.title, full.members_count) == ("Chat", 3)


async def test_topics_keep_their_conversations_apart(centre, make_bot, ann):
    client = make_bot()
    seen = []

    async def on_text(_, message):
        seen.append((message.text, message.message_thread_id))
        await message.reply(f"echo {message.text}")

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    await client.start()
    forum = centre.humans.add_chat("Forum", [ann], "forum")["id"]
    one, two = (centre.humans.add_topic(forum, title) for title in ("One", "Two"))
    first = await answer_to(centre, forum, "in one", ann, topic=one)
    second = await answer_to(centre, forum, "in two", ann, topic=two)
    third = await answer_to(centre, forum, "in general", ann)
    fourth = await answer_to(centre, forum, "a reply in two", ann, reply_to=second["id"])
    assert [message["topic"] for message in (first, second, third, fourth)] == [one, two, 1, two]
    assert [topic for _, topic in seen[:2]] == [one, two]
    assert seen[3][1] == two
    assert {topic["title"] for topic in centre.humans.state()["chats"][0]["topics"]} == {"General", "One", "Two"}


async def test_a_bot_writes_to_a_topic_and_opens_one(centre, bot, ann):
    forum = centre.humans.add_chat("Forum", [ann], "forum")["id"]
    topic = await bot.create_forum_topic(forum, "By the bot")
    await bot.send_message(forum, "inside", message_thread_id=topic.id)
    assert centre.humans.messages(forum)[-1]["topic"] == topic.id
    with pytest.raises(BadRequest):
        await bot.send_message(forum, "nowhere", message_thread_id=999)


async def test_a_bot_sees_every_message_of_its_groups_but_none_of_other_bots(centre, make_bot, ann):
    other = centre.add_bot("other_bot")
    client, second = make_bot("one"), make_bot("two", token=other["token"])
    seen = []

    async def on_text(app, message):
        seen.append((app.name, message.text))

    for one in (client, second):
        one.add_handler(MessageHandler(on_text, filters.text))
        await one.start()
    for kind in ("group", "supergroup"):
        seen.clear()
        chat = centre.humans.add_chat("Chat", [ann], kind)["id"]
        centre.humans.add_member(chat, other["id"], ann)
        centre.humans.post(chat, ann, "for all")
        await eventually(lambda: len(seen) == 2)
        await second.send_message(chat, "by a bot")
        centre.humans.post(chat, ann, "again")
        await eventually(lambda: len(seen) == 4)
        assert ("one", "by a bot") not in seen


async def test_others_buttons_in_a_group_carry_who_pressed(centre, make_bot, ann):
    client = make_bot()
    pressed = []

    async def on_press(_, query):
        pressed.append((query.from_user.id, query.message.id))
        await query.answer("ok")

    client.on_callback_query()(on_press)
    await client.start()
    bob = centre.humans.add_user("Bob")["id"]
    for kind in ("group", "supergroup"):
        chat = centre.humans.add_chat("Chat", [ann, bob], kind)["id"]
        button = types.InlineKeyboardButton("b", callback_data="d")
        message = await client.send_message(chat, "x", reply_markup=types.InlineKeyboardMarkup([[button]]))
        queue = centre.humans.subscribe()
        await centre.humans.press(chat, message.id, bob, data="d")
        assert pressed[-1] == (bob, message.id)
        assert (await event(queue, "callback_answer"))["user"] == bob


async def test_an_administrator_deletes_what_others_wrote(centre, bot, ann):
    for kind in ("group", "supergroup"):
        chat = centre.humans.add_chat("Chat", [ann], kind)["id"]
        message = centre.humans.post(chat, ann, "spam")
        with pytest.raises(Exception, match="MESSAGE_DELETE_FORBIDDEN"):
            await bot.delete_messages(chat, message["id"])
        centre.humans.set_role(chat, centre.bot["id"], "admin", ann)
        assert await bot.delete_messages(chat, message["id"]) == 1
        assert "spam" not in [m["text"] for m in centre.humans.messages(chat)]
