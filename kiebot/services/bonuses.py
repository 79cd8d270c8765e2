"""Credits that are given: the welcome of the operator, invitations, grants by hand. Promo codes are in promo.py.

Each is written once: its key in the ledger says whose it is. All functions belong into the transaction that gives the reason.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

from kiebot.services import delivery
from kiebot.services.accounts import Person, person_of
from kiebot.services.delivery import Place
from kiebot.store import accounts, ledger, referrals
from kiebot.store.db import utc_now

NEW_FOR_S = 60.0  # who wrote for the first time so lately is new
CODE_START = "r_"
CODE_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 7
CODE_SPACE = len(CODE_LETTERS) ** CODE_LENGTH
CODE_FACTOR = 21_358_924_571  # odd, so each number has its own code; neighbours look like strangers


class Amounts(Protocol):
    """The section `billing` of the configuration, as far as gifts need it."""

    @property
    def enabled(self) -> bool: ...
    @property
    def start_bonus(self) -> int: ...
    @property
    def referral_bonus(self) -> int: ...
    @property
    def invited_bonus(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Bonuses:
    """What is given here. All zero where billing is off."""

    start: int = 0
    inviter: int = 0
    invited: int = 0

    @classmethod
    def of(cls, amounts: Amounts) -> Bonuses:
        """As configured."""
        return cls(amounts.start_bonus, amounts.referral_bonus, amounts.invited_bonus) if amounts.enabled else cls()

    @property
    def invites(self) -> bool:
        """Whether invitations are worth something."""
        return self.inviter > 0 or self.invited > 0


def is_new(account_id: int) -> bool:
    """Whether the account was made just now, by somebody who never had one."""
    account = accounts.get(account_id)
    return bool(not account.returned and account.created_at > utc_now() - NEW_FOR_S)


def welcome(person: Person, bonuses: Bonuses) -> int:
    """Give the start bonus to whoever never had it: also to those who came before there was one. Returns the credits given now.

    It asks for no fsync: what a power cut takes away is given again at the next message.
    """
    key = f"start:{person.account_id}"
    if not bonuses.start or person.free or person.user_id < 0 or ledger.written(key) or accounts.get(person.account_id).returned:
        return 0
    ledger.add(person.account_id, "bonus", bonuses.start, key)
    return bonuses.start


# -- invitations ---------------------------------------------------------------------------------------------------------------


def invite_code(account_id: int) -> str:
    """What an account's own link carries: t.me/<bot>?start=<code>. It does not show how many accounts there are."""
    number = account_id * CODE_FACTOR % CODE_SPACE
    letters = [CODE_LETTERS[number // len(CODE_LETTERS) ** place % len(CODE_LETTERS)] for place in range(CODE_LENGTH)]
    return CODE_START + "".join(letters)


def inviter_of(code: str) -> int | None:
    """The account whose link carries this code; None when it is nobody's."""
    letters = code.removeprefix(CODE_START)
    if len(letters) != CODE_LENGTH or not set(letters) <= set(CODE_LETTERS):
        return None
    number = sum(CODE_LETTERS.index(letter) * len(CODE_LETTERS) ** place for place, letter in enumerate(letters))
    row = accounts.find(number * pow(CODE_FACTOR, -1, CODE_SPACE) % CODE_SPACE)
    return None if row is None or row.user_id < 0 else int(row.id)


def invite(account_id: int, code: str, bonuses: Bonuses) -> str:
    """An account came by a link. Returns the sentence about it: invite-taken, invite-own, invite-known; empty for a wrong code.

    Only who is new counts, so nobody can be brought by those whom they brought; the chain is looked through all the same.
    """
    inviter_id = inviter_of(code)
    if inviter_id is None:
        return ""
    if inviter_id == account_id:
        return "invite-own"
    if not is_new(account_id) or account_id in referrals.chain(inviter_id) or referrals.get(account_id) is not None:
        return "invite-known"
    referrals.add(account_id, inviter_id, inviter_credits=bonuses.inviter, invited_credits=bonuses.invited)
    return "invite-taken"


def first_purchase(account_id: int) -> None:
    """An account bought credits: when it came by invitation, both sides are paid, once. Part of the payment's transaction."""
    referral = referrals.get(account_id)
    if referral is None or not referrals.mark_paid(account_id):
        return
    _pay(account_id, referral.invited_credits, f"referral:invited:{account_id}", "invite-paid-invited")
    _pay(int(referral.inviter_id), referral.inviter_credits, f"referral:inviter:{account_id}", "invite-paid-inviter")


def _pay(account_id: int, credits: int, key: str, sentence: str) -> None:
    if credits and ledger.add(account_id, "bonus", credits, key):
        delivery.say(_home(account_id), sentence, {"credits": credits})


# -- by hand -------------------------------------------------------------------------------------------------------------------


def grant(account_id: int, credits: int, reason: str) -> None:
    """The operator gives credits, or takes some away, even more than there are. The person is told, with the reason."""
    kind = "bonus" if credits > 0 else "reversal"
    ledger.add(account_id, kind, credits, f"grant:{secrets.token_hex(8)}", reason=reason)
    sentence = "grant-given" if credits > 0 else "grant-taken"
    delivery.say(_home(account_id), sentence, {"credits": abs(credits), "reason": reason})


def _home(account_id: int) -> Place:
    """The private chat of an account."""
    person = person_of(accounts.get(account_id))
    return Place(person.user_id, person.language)
