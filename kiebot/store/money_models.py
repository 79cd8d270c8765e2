"""Tables of what is bought and given: payments, promo codes, referrals."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BooleanField,
    Check,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from kiebot.store.db import utc_now
from kiebot.store.models import Account, BaseModel


class Payment(BaseModel):
    """An offer to buy credits, and what became of it: created -> offered -> paid -> refunded; or expired, failed.

    `token` is what the payment system carries back to us, `external_id` what it calls the payment: it is credited once.
    """

    account = ForeignKeyField(Account, on_delete="RESTRICT")
    provider = TextField()  # stars, lavatop
    token = TextField(unique=True)
    credits = IntegerField(constraints=[Check("credits > 0")])
    amount = IntegerField(constraints=[Check("amount > 0")])  # in whole units of the currency
    currency = TextField()  # XTR: Telegram Stars
    state = TextField(default="created")
    external_id = TextField(null=True)  # Telegram's charge id, lava.top's contract id
    url = TextField(default="")  # where it is paid, when that is not in the chat
    chat_id = BigIntegerField()
    language = TextField()
    message_row = IntegerField(null=True)  # outbox row of the offer
    detail = JSONField(default=dict)
    created_at = DoubleField(default=utc_now)
    expires_at = DoubleField()
    paid_at = DoubleField(null=True)
    refunded_at = DoubleField(null=True)

    class Meta:
        indexes = ((("provider", "external_id"), True), (("provider", "state"), False))


class PromoCode(BaseModel):
    """A word that is worth credits. `code` is in capitals."""

    code = TextField(unique=True)
    credits = IntegerField(constraints=[Check("credits > 0")])
    expires_at = DoubleField(null=True)
    total_limit = IntegerField(null=True)  # null: as often as people come
    per_user_limit = IntegerField(default=1)
    used = IntegerField(default=0, constraints=[Check("used >= 0 AND (total_limit IS NULL OR used <= total_limit)")])
    disabled = BooleanField(default=False)
    note = TextField(default="")  # for the operator
    created_at = DoubleField(default=utc_now)


class PromoRedemption(BaseModel):
    """An account used a code for the `number`th time, counted from 1."""

    promo = ForeignKeyField(PromoCode, on_delete="RESTRICT")
    account = ForeignKeyField(Account, on_delete="RESTRICT")
    number = IntegerField()
    created_at = DoubleField(default=utc_now)

    class Meta:
        primary_key = CompositeKey("promo", "account", "number")


class Referral(BaseModel):
    """`inviter` brought `account` here; both are paid once, after the first purchase, what they were promised then."""

    account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
    inviter = ForeignKeyField(Account, on_delete="CASCADE", constraints=[Check("inviter_id != account_id")])
    created_at = DoubleField(default=utc_now)
    paid_at = DoubleField(null=True)
    inviter_credits = IntegerField(default=0)
    invited_credits = IntegerField(default=0)


MONEY_MODELS: tuple[type[BaseModel], ...] = (Payment, PromoCode, PromoRedemption, Referral)
