"""Logging in, configuration, and who is who."""

from __future__ import annotations

import logging
import random
from hashlib import sha256
from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.peers import Group, User, is_channel, peer_tl
from kiebot.sandbox.telegram.tl import Refused, now, read_tl

DEFAULT_MENU = "0"

log = logging.getLogger(__name__)


@handles(F.help.GetConfig, without_login=True)
def get_config(call: Call, query: Any) -> Any:
    server = call.centre.server
    return T.Config(
        date=now(), expires=now() + 3600, test_mode=False, this_dc=2,
        dc_options=[T.DcOption(id=2, ip_address=server.host, port=server.port)],
        dc_txt_domain_name="", chat_size_max=200, megagroup_size_max=200000, forwarded_count_max=100,
        online_update_period_ms=210000, offline_blur_timeout_ms=5000, offline_idle_timeout_ms=30000,
        online_cloud_timeout_ms=300000, notify_cloud_delay_ms=30000, notify_default_delay_ms=1500,
        push_chat_period_ms=60000, push_chat_limit=2, edit_time_limit=172800, revoke_time_limit=2147483647,
        revoke_pm_time_limit=2147483647, rating_e_decay=2419200, stickers_recent_limit=200,
        channels_read_media_period=604800, call_receive_timeout_ms=20000, call_ring_timeout_ms=90000,
        call_connect_timeout_ms=30000, call_packet_timeout_ms=10000, me_url_prefix="https://t.me/",
        caption_length_max=1024, message_length_max=4096, webfile_dc_id=4,
    )  # fmt: skip


@handles(F.help.GetNearestDc, without_login=True)
def get_nearest_dc(call: Call, query: Any) -> Any:
    return T.NearestDc(country="XX", this_dc=2, nearest_dc=2)


@handles(F.auth.ImportBotAuthorization, without_login=True)
def log_in_bot(call: Call, query: Any) -> Any:
    bot = call.centre.peers.with_token(query.bot_auth_token)
    if bot is None:
        raise Refused(400, "ACCESS_TOKEN_INVALID")
    call.centre.server.log_in(call.session.key_id, bot.id)
    return T.auth.Authorization(user=bot.tl(bot.id))


@handles(F.auth.SendCode, without_login=True)
def send_code(call: Call, query: Any) -> Any:
    """A person logs in with the phone number of a sandbox user; the code is always the same and is written to the log."""
    user = call.centre.peers.with_phone(query.phone_number)
    if user is None:
        raise Refused(400, "PHONE_NUMBER_UNOCCUPIED")
    log.info("sandbox login code user=%d phone=+%s code=%s", user.id, user.phone, login_code(user))
    return T.auth.SentCode(type=T.auth.SentCodeTypeApp(length=5), phone_code_hash=_code_hash(user))


@handles(F.auth.SignIn, without_login=True)
def sign_in(call: Call, query: Any) -> Any:
    user = call.centre.peers.with_phone(query.phone_number)
    if user is None or query.phone_code_hash != _code_hash(user):
        raise Refused(400, "PHONE_NUMBER_UNOCCUPIED")
    if query.phone_code != login_code(user):
        raise Refused(400, "PHONE_CODE_INVALID")
    call.centre.server.log_in(call.session.key_id, user.id)
    return T.auth.Authorization(user=user.tl(user.id))


def login_code(user: User) -> str:
    """The login code of a sandbox user: the last five digits of the phone number."""
    return user.phone[-5:]


def _code_hash(user: User) -> str:
    return sha256(f"{user.phone}:{user.access_hash}".encode()).hexdigest()[:18]


@handles(F.auth.LogOut)
def log_out(call: Call, query: Any) -> Any:
    call.centre.server.log_out(call.session.key_id)
    return T.auth.LoggedOut()


@handles(F.auth.ExportAuthorization)
def export_authorization(call: Call, query: Any) -> Any:
    token = random.randbytes(16)
    call.centre.exported[token] = call.me.id
    return T.auth.ExportedAuthorization(id=call.me.id, bytes=token)


@handles(F.auth.ImportAuthorization, without_login=True)
def import_authorization(call: Call, query: Any) -> Any:
    user_id = call.centre.exported.pop(query.bytes, None)
    if user_id is None or user_id != query.id:
        raise Refused(400, "AUTH_BYTES_INVALID")
    call.centre.server.log_in(call.session.key_id, user_id)
    return T.auth.Authorization(user=call.centre.peers.user(user_id).tl(user_id))


@handles(F.users.GetUsers)
def get_users(call: Call, query: Any) -> Any:
    return [call.peer(wanted).tl(call.me.id) for wanted in query.id]


@handles(F.users.GetFullUser)
def get_full_user(call: Call, query: Any) -> Any:
    user = call.peer(query.id)
    if isinstance(user, Group):
        raise Refused(400, "USER_ID_INVALID")
    full = T.UserFull(
        id=user.id,
        settings=T.PeerSettings(),
        notify_settings=T.PeerNotifySettings(),
        common_chats_count=0,
        about=user.infos.get("", {}).get("about") or None,
        blocked=user.id in call.me.blocked or None,
        bot_info=bot_info(user, call.me) if user.is_bot else None,
    )
    return T.users.UserFull(full_user=full, chats=[], users=[user.tl(call.me.id)])


def bot_info(bot: User, viewer: User) -> Any:
    """What a profile shows of a bot: in the viewer's language where the bot has given words for it."""
    language = viewer.language_code
    commands = bot.commands.get(f"BotCommandScopeUsers|{language}") or bot.commands.get(f"BotCommandScopeDefault|{language}")
    listed = commands or bot.commands.get("BotCommandScopeDefault|") or []
    info = {**bot.infos.get("", {}), **bot.infos.get(language, {})}
    return T.BotInfo(
        user_id=bot.id,
        description=info.get("description", ""),
        commands=[T.BotCommand(command=command, description=words) for command, words in listed],
        menu_button=menu_button_of(bot, viewer.id),
    )


def menu_button_of(bot: User, user_id: int) -> Any:
    """The bot's menu button in a private chat with this user."""
    data = bot.menu_buttons.get(str(user_id)) or bot.menu_buttons.get(DEFAULT_MENU)
    return read_tl(bytes.fromhex(data)) if data else T.BotMenuButtonDefault()


@handles(F.contacts.ResolveUsername)
def resolve_username(call: Call, query: Any) -> Any:
    user = call.centre.peers.named(query.username)
    if user is None:
        raise Refused(400, "USERNAME_NOT_OCCUPIED")
    return T.contacts.ResolvedPeer(peer=peer_tl(user.id), chats=[], users=[user.tl(call.me.id)])


@handles(F.contacts.Block, F.contacts.Unblock)
def block(call: Call, query: Any) -> bool:
    call.centre.block(call.me, call.peer(query.id).id, isinstance(query, F.contacts.Block))
    return True


@handles(F.account.UpdateStatus)
def update_status(call: Call, query: Any) -> bool:
    """Nobody's presence is shown here."""
    return call.me.id > 0


@handles(F.messages.GetChats)
def get_chats(call: Call, query: Any) -> Any:
    groups = [call.centre.peers.group(-chat_id) for chat_id in query.id]
    return T.messages.Chats(chats=[group.tl(call.me.id) for group in groups if not is_channel(group.id)])


@handles(F.channels.GetChannels)
def get_channels(call: Call, query: Any) -> Any:
    return T.messages.Chats(chats=[call.group(wanted).tl(call.me.id) for wanted in query.id])
