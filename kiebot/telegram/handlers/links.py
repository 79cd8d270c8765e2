"""A message that is only a link, and /ref LINK: what it leads to is fetched and offered like a file that was sent."""

from __future__ import annotations

from kiebot.services import links
from kiebot.services.accounts import Person, place
from kiebot.services.incoming import Incoming
from kiebot.telegram.handlers.desk import Desk, Effects, say


def on_typed(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Take a message that is nothing but a link. False: it is talk, perhaps with a link in it."""
    if not is_link(incoming):
        return False
    _take(desk, person, incoming, links.link_in(incoming.words))
    return True


def is_link(incoming: Incoming) -> bool:
    """Whether a message is nothing but a link."""
    bare = incoming.kind == "text" and not (incoming.command or incoming.edited_at or incoming.reply_to)
    return bare and bool(links.link_in(incoming.words))


def on_ref(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/ref LINK."""
    url = links.link_in(incoming.words)
    if url:
        _take(desk, person, incoming, url)
    else:
        say(person, incoming, "link-usage")


def _take(desk: Desk, person: Person, incoming: Incoming, url: str) -> None:
    key = f"m:{incoming.chat_id}:{incoming.message_id}"
    where = place(person, incoming)
    links.receive(
        person.account_id, where, url, message_id=incoming.message_id, order_key=key, limits=desk.limits, queue=desk.queue
    )
