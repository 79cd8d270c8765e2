"""What makes a bot a bot: pressed buttons, inline mode, commands, profile texts, menu button."""

from __future__ import annotations

from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram import composing, text
from kiebot.sandbox.telegram.asking import Inline, ask_inline, press, send_inline
from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.methods.account import DEFAULT_MENU, menu_button_of
from kiebot.sandbox.telegram.peers import User
from kiebot.sandbox.telegram.tl import Refused
from kiebot.sandbox.telegram.updates import message_update, peers_in

_COMMANDS, _RESULTS = 100, 50


@handles(F.messages.GetBotCallbackAnswer)
async def get_callback_answer(call: Call, query: Any) -> Any:
    post = call.post(call.peer(query.peer).id, query.msg_id)
    return await press(call.centre, call.me, post, query.data or b"")


@handles(F.messages.SetBotCallbackAnswer)
def set_callback_answer(call: Call, query: Any) -> bool:
    if query.message and len(query.message) > 200:
        raise Refused(400, "MESSAGE_TOO_LONG")
    answer = T.messages.BotCallbackAnswer(
        alert=query.alert,
        message=query.message or None,
        url=query.url,
        has_url=bool(query.url) or None,
        cache_time=query.cache_time,
    )
    call.centre.questions.answer(query.query_id, call.me.id, answer)
    return True


@handles(F.messages.StartBot)
def start_bot(call: Call, query: Any) -> Any:
    bot = call.peer(query.bot)
    words = f"/start {query.start_param}".strip()
    entities = text.entities_for(words, None, call.centre.peers)
    post, pts = composing.send(call.centre, call.me, bot, words, by=call.session, entities=entities)
    return call.envelope([message_update("new", post, call.me.id, pts)], peers_in(post))


@handles(F.messages.GetInlineBotResults)
async def get_inline_results(call: Call, query: Any) -> Any:
    bot = call.peer(query.bot)
    if not isinstance(bot, User) or not bot.is_bot:
        raise Refused(400, "BOT_INVALID")
    chat = call.me.id if isinstance(query.peer, T.InputPeerEmpty) else call.peer(query.peer).id
    found = await ask_inline(call.centre, call.me, bot, query.query, query.offset, chat)
    return T.messages.BotResults(
        query_id=found.query_id,
        results=found.results,
        cache_time=found.cache_time,
        users=[bot.tl(call.me.id)],
        next_offset=found.next_offset,
    )


@handles(F.messages.SetInlineBotResults)
def set_inline_results(call: Call, query: Any) -> bool:
    if len(query.results) > _RESULTS:
        raise Refused(400, "RESULTS_TOO_MUCH")
    ids = [result.id for result in query.results]
    if len(set(ids)) < len(ids):
        raise Refused(400, "RESULT_ID_DUPLICATE")
    results = [_inline_result(call, result) for result in query.results]
    found = Inline(query.query_id, call.me.id, results, query.cache_time, query.next_offset)
    call.centre.questions.answer(query.query_id, call.me.id, found)
    return True


def _inline_result(call: Call, result: Any) -> Any:
    """The result as people get it: stored media instead of references, texts checked."""
    message = _inline_message(call, result.send_message)
    if isinstance(result, T.InputBotInlineResult):
        return T.BotInlineResult(
            id=result.id,
            type=result.type,
            send_message=message,
            title=result.title,
            description=result.description,
            url=result.url,
        )
    title, description = getattr(result, "title", None), getattr(result, "description", None)
    fields = {"id": result.id, "type": result.type, "send_message": message, "title": title, "description": description}
    if isinstance(result, T.InputBotInlineResultPhoto):
        return T.BotInlineMediaResult(photo=call.centre.files.referred(result.photo).object, **fields)
    if isinstance(result, T.InputBotInlineResultDocument):
        return T.BotInlineMediaResult(document=call.centre.files.referred(result.document).object, **fields)
    raise Refused(400, "RESULT_TYPE_INVALID")


def _inline_message(call: Call, message: Any) -> Any:
    words = getattr(message, "message", "")
    text.check_markup(message.reply_markup)
    if isinstance(message, T.InputBotInlineMessageText):
        text.check_length(words)
        entities = text.entities_for(words, message.entities, call.centre.peers)
        return T.BotInlineMessageText(message=words, entities=entities, reply_markup=message.reply_markup)
    if isinstance(message, T.InputBotInlineMessageMediaAuto):
        text.check_length(words, text.CAPTION_LIMIT)
        entities = text.entities_for(words, message.entities, call.centre.peers)
        return T.BotInlineMessageMediaAuto(message=words, entities=entities, reply_markup=message.reply_markup)
    raise Refused(400, "RESULT_TYPE_INVALID")


@handles(F.messages.SendInlineBotResult)
def send_inline_result(call: Call, query: Any) -> Any:
    to = call.peer(query.peer)
    composing.check_may_write(call.centre, call.me, to)
    post, pts = send_inline(call.centre, call.me, to, query.query_id, query.id, by=call.session)
    number = T.UpdateMessageID(id=post.id_for(call.me.id), random_id=query.random_id)
    call.centre.boxes.note_random_id(call.me.id, query.random_id, post)
    return call.envelope([number, message_update("new", post, call.me.id, pts)], peers_in(post))


def _scope(query: Any) -> str:
    """Commands are kept for a scope and a language; scopes of one chat or user carry its id."""
    scope = query.scope
    inner = [getattr(scope, name) for name in ("peer", "user_id") if getattr(scope, name, None) is not None]
    ids = "".join(f":{number}" for number in (_peer_number(peer) for peer in inner))
    return f"{type(scope).__name__}{ids}|{query.lang_code}"


def _peer_number(peer: Any) -> int:
    return next(int(getattr(peer, name)) for name in ("user_id", "chat_id", "channel_id") if hasattr(peer, name))


@handles(F.bots.SetBotCommands)
def set_commands(call: Call, query: Any) -> bool:
    if len(query.commands) > _COMMANDS:
        raise Refused(400, "BOT_COMMANDS_TOO_MUCH")
    for command in query.commands:
        valid = command.command.isascii() and command.command.replace("_", "").isalnum() and command.command.islower()
        if not valid or not 1 <= len(command.command) <= 32:
            raise Refused(400, "BOT_COMMAND_INVALID")
        if not 1 <= len(command.description) <= 256:
            raise Refused(400, "BOT_COMMAND_DESCRIPTION_INVALID")
    call.me.commands[_scope(query)] = [[command.command, command.description] for command in query.commands]
    call.centre.peers.save(call.me)
    return True


@handles(F.bots.ResetBotCommands)
def reset_commands(call: Call, query: Any) -> bool:
    call.me.commands.pop(_scope(query), None)
    call.centre.peers.save(call.me)
    return True


@handles(F.bots.GetBotCommands)
def get_commands(call: Call, query: Any) -> Any:
    listed = call.me.commands.get(_scope(query), [])
    return [T.BotCommand(command=command, description=description) for command, description in listed]


@handles(F.bots.SetBotInfo)
def set_info(call: Call, query: Any) -> bool:
    limits = {"name": 64, "about": 120, "description": 512}
    given = {name: getattr(query, name) for name in limits if getattr(query, name) is not None}
    if any(len(words) > limits[name] for name, words in given.items()):
        raise Refused(400, "INPUT_TEXT_TOO_LONG")
    call.me.infos.setdefault(query.lang_code, {}).update(given)
    if not query.lang_code and given.get("name"):
        call.me.name = given["name"]
    call.centre.peers.save(call.me)
    return True


@handles(F.bots.GetBotInfo)
def get_info(call: Call, query: Any) -> Any:
    info = call.me.infos.get(query.lang_code, {})
    words = {name: info.get(name, "") for name in ("name", "about", "description")}
    words["name"] = words["name"] or call.me.name
    return T.bots.BotInfo(**words)


@handles(F.bots.SetBotMenuButton)
def set_menu_button(call: Call, query: Any) -> bool:
    user_id = getattr(query.user_id, "user_id", None)
    call.me.menu_buttons[str(user_id) if user_id else DEFAULT_MENU] = query.button.write().hex()
    call.centre.peers.save(call.me)
    return True


@handles(F.bots.GetBotMenuButton)
def get_menu_button(call: Call, query: Any) -> Any:
    return menu_button_of(call.me, getattr(query.user_id, "user_id", 0))


@handles(F.bots.SetBotGroupDefaultAdminRights, F.bots.SetBotBroadcastDefaultAdminRights)
def set_default_rights(call: Call, query: Any) -> bool:
    """A suggestion to the person who adds the bot; nothing in the sandbox asks for it."""
    return call.me.is_bot
