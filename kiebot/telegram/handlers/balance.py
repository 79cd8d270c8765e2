"""/balance and /promo, links that bring gifts, and what whoever has too few credits is told. All of it in private chats."""

from __future__ import annotations

from urllib.parse import quote

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import billing, bonuses, delivery, promo, waiting
from kiebot.services.accounts import Person, place, press_place
from kiebot.services.delivery import Place
from kiebot.services.incoming import Incoming
from kiebot.store import movements, referrals
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.desk import Desk, Effects, Handler, Pressed, say
from kiebot.telegram.handlers.movements import line
from kiebot.telegram.handlers.payments import pack_buttons
from kiebot.telegram.handlers.price_list import price_list
from kiebot.telegram.handlers.screens import Rows, Screen, post, put, turning

PAGE = 8
PROMO = "promo"  # what is waited for, and how links to it begin
CODE_LINK = f"{PROMO}_"


def greet(desk: Desk, person: Person, where: Place) -> None:
    """Whoever comes for the first time since people pay here gets the start bonus; in a group it is told by /balance alone."""
    credits = bonuses.welcome(person, desk.bonuses)
    if credits and where.chat_id > 0:
        delivery.say(where, "bonus-start", {"credits": credits})


# -- /balance ------------------------------------------------------------------------------------------------------------------


def on_balance(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/balance: what there is, what is reserved, what moved it last."""
    if not desk.tariff.enabled:
        say(person, incoming, "balance-off")
    elif not incoming.private:
        _elsewhere(desk, person, incoming, "balance")
    else:
        post(person, place(person, incoming), balance_screen(desk, person, 0))


def balance_screen(desk: Desk, person: Person, page: int) -> Screen:
    """One page of movements below the balance."""
    pages = max(1, -(-movements.count(person.account_id) // PAGE))
    page = min(page, pages - 1)
    prices = "" if person.free else price_list(desk.tariff, person.language)
    parts = [*_notes(person), _movements(desk, person, page), prices, _invitation(desk, person)]
    more = "".join(f"\n\n{part}" for part in parts if part)
    buttons = [*turning("b:page", page, pages), *_ways(desk, person)]
    return Screen("balance", {"credits": billing.balance(person.account_id), "more": more}, buttons)


def _notes(person: Person) -> list[str]:
    language, held = person.language, billing.held(person.account_id)
    return [
        text(language, "balance-held", credits=held) if held else "",
        text(language, "balance-debt") if billing.balance(person.account_id) < 0 else "",
        text(language, "balance-no-charge") if person.free else "",
    ]


def _movements(desk: Desk, person: Person, page: int) -> str:
    language = person.language
    found = movements.page(person.account_id, PAGE, page * PAGE)
    if not found:
        return text(language, "balance-no-movements")
    return "\n".join([text(language, "balance-movements"), *(line(each, language, desk.timezone) for each in found)])


def _invitation(desk: Desk, person: Person) -> str:
    if not desk.bonuses.invites:
        return ""
    came, bought = referrals.brought_by(person.account_id)
    gifts = {"inviter": desk.bonuses.inviter, "invited": desk.bonuses.invited}
    return text(person.language, "invite-offer", link=_own_link(desk, person), came=came, bought=bought, **gifts)


def _own_link(desk: Desk, person: Person) -> str:
    return f"https://t.me/{desk.bot_username}?start={bonuses.invite_code(person.account_id)}"


def _ways(desk: Desk, person: Person) -> Rows:
    """How to come by more."""
    rows: Rows = [[billing.BUY]] if desk.shop.sells else []
    rows.append([{"key": "balance-promo-button", "data": "b:promo"}])
    if desk.bonuses.invites:
        words = quote(text(person.language, "invite-words"))
        share = f"https://t.me/share/url?url={quote(_own_link(desk, person), safe='')}&text={words}"
        rows.append([{"key": "balance-invite-button", "url": share}])
    return rows


def press_balance(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """b:page:<n> turns the page, b:promo asks for a code."""
    action = pressed.words[0] if pressed.words else ""
    if pressed.press.chat_id < 0 or not desk.tariff.enabled:
        raise UserFault("button-old")
    if action == "page":
        put(person, pressed, balance_screen(desk, person, pressed.number(1)))
    elif action == PROMO:
        _ask(press_place(person, pressed.press))
    else:
        raise UserFault("button-old")


# -- promo codes ---------------------------------------------------------------------------------------------------------------


def on_promo(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/promo CODE; without a code the next message is the code."""
    words = incoming.words.strip()
    if not desk.tariff.enabled:
        say(person, incoming, "promo-off")
    elif not incoming.private:
        code = promo.folded(words)
        _elsewhere(desk, person, incoming, f"{CODE_LINK}{code}" if promo.is_code(code) and code.isascii() else PROMO)
    elif words:
        _redeem(person, incoming, words)
    else:
        _ask(place(person, incoming))


def _ask(where: Place) -> None:
    waiting.expect(where.chat_id, PROMO)
    delivery.say(where, "promo-ask", lane=Lane.ANSWER)


def _redeem(person: Person, incoming: Incoming, words: str) -> None:
    answer = promo.redeem(person.account_id, words)
    say(person, incoming, answer.key, answer.args)


def awaits_code(incoming: Incoming) -> bool:
    """Whether a message is the code that was asked for."""
    new_text = incoming.kind == "text" and not (incoming.command or incoming.edited_at)
    return incoming.private and new_text and waiting.expected(incoming.chat_id) == PROMO


def on_typed(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Take the code that was asked for. False: none was, or nobody pays here any more."""
    if not desk.tariff.enabled or not awaits_code(incoming):
        return False
    waiting.forget(incoming.chat_id)
    _redeem(person, incoming, incoming.words)
    return True


def _elsewhere(desk: Desk, person: Person, incoming: Incoming, link: str) -> None:
    """Show the way into the private chat."""
    url = f"https://t.me/{desk.bot_username}?start={link}"
    say(person, incoming, "balance-group", buttons=[[{"key": "balance-private-button", "url": url}]])


# -- links to the bot ----------------------------------------------------------------------------------------------------------


def link_of(incoming: Incoming) -> Handler | None:
    """Who handles the link by which somebody comes: ?start=balance, promo, promo_CODE, r_abc1234. None: it is no link of ours."""
    word = incoming.words.strip()
    if not incoming.private or len(word.split()) != 1:
        return None
    if word.startswith(bonuses.CODE_START):
        return on_invited
    if word.startswith(CODE_LINK) or word == PROMO:
        return _on_code_link
    return on_balance if word == "balance" else None


def _on_code_link(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    code = incoming.words.strip().removeprefix(PROMO).removeprefix("_")
    if not desk.tariff.enabled:
        say(person, incoming, "promo-off")
    elif code:
        _redeem(person, incoming, code)
    else:
        _ask(place(person, incoming))


def on_invited(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """Somebody comes by the link of a friend."""
    if not desk.bonuses.invites:
        return
    sentence = bonuses.invite(person.account_id, incoming.words.strip(), desk.bonuses)
    if sentence == "invite-taken":
        say(person, incoming, sentence, {"invited": desk.bonuses.invited})
    elif sentence:
        say(person, incoming, sentence)


# -- too few credits -----------------------------------------------------------------------------------------------------------


def short_of(person: Person, pays: int) -> int:
    """How many credits are missing for this price. What is ordered in a group's name nobody can pay for, whatever they buy."""
    return max(0, pays - billing.balance(person.account_id)) if pays and person.user_id > 0 else 0


def ways_to_buy(desk: Desk, person: Person, chat_id: int, pays: int) -> Rows:
    """Buttons that buy what is missing for this price: in the private chat at once, elsewhere by /buy. None when nothing is."""
    missing = short_of(person, pays)
    if not missing or not desk.shop.sells:
        return []
    return [*(pack_buttons(desk.shop, person.language, missing) if chat_id > 0 else []), [billing.BUY]]
