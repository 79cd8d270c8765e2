"""What answers are charged for: by what they are about, by day, by who asks."""

from __future__ import annotations

import pytest

from kiebot.config.keys import Billing
from kiebot.i18n import text
from kiebot.services import billing, chat, forgetting
from kiebot.services.chat import Answer
from kiebot.services.document_questions import Material
from kiebot.services.metering import Meter, day_start, free_answers_left
from kiebot.services.pictures import parts_of, prompt_content
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, ledger, threads
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Account, LedgerEntry, OutboxRow, Thread, Turn
from kiebot.store.order_models import Request


def meter(enabled=True, **rates):
    return Meter(Tariff(Billing(enabled=enabled, **rates)))


@pytest.fixture
def asked(rich):
    """A turn of Ann's, begun."""

    def asked(number=1, *, content=None, files="", user=None, **more):
        turn = threads.add_turn(
            thread=threads.active(7, 0).id, account=(user or rich).id, chat_id=7, message_id=number, language="en",
            content=content or [{"type": "text", "text": "hi"}],
        )  # fmt: skip
        return again(turn, files=files, **more)

    def again(turn, *, files="", **more):
        question = chat.begin_answer(turn.id, prompts=lambda turn: [""], most_chars=10_000, material=Material(files), **more)
        return turn if question is None else question

    asked.again = again
    return asked


def answer(question, tokens, words="hello"):
    price = question.charge.price(tokens)
    assert chat.end_answer(question.turn_id, Answer(words, "answered", "m", tokens, 0, charge=question.charge, price=price))
    return price


def spend(account, credits):
    """The operator takes so many; what is below zero is given."""
    number = LedgerEntry.select().count()
    with transaction(durable=True):
        if credits:
            ledger.add(account.id, "reversal" if credits > 0 else "bonus", -credits, f"grant:spend{number}")


def money(account):
    return billing.balance(account.id), billing.held(account.id)


def test_the_most_is_held_the_real_price_taken_and_the_rest_given_back(rich, asked):
    question = asked(meter=meter(chat_per_1000_tokens=10))
    assert money(rich) == (100 - question.charge.held, question.charge.held)
    assert question.charge.held == 41, "4,096 tokens of answer, and the question"
    assert answer(question, 1001) == 11
    assert money(rich) == (89, 0)
    assert threads.turn(question.turn_id).price == 11
    assert Request.get(Request.kind == "answer").cost == 11
    assert billing.verify().problems == []


@pytest.mark.parametrize("left", [1, 2, 3, 4])
def test_the_last_credits_buy_an_answer_as_long_as_they_pay(rich, asked, left):
    one_a_thousand = meter(chat_per_1000_tokens=1)
    spend(rich, 100 - left)
    question = asked(meter=one_a_thousand)
    assert money(rich) == (0, left)
    assert (question.charge.held, question.charge.most_tokens) == (left, left * 1000 - 1), "a token is the question"
    again = asked.again(threads.turn(question.turn_id), meter=one_a_thousand)
    assert (again.charge, money(rich)) == (question.charge, (0, left)), "begun anew after a crash it may be as long"
    assert answer(again, 1 + again.charge.most_tokens) == left
    assert money(rich) == (0, 0)
    assert billing.verify().problems == []


def test_what_is_not_used_of_the_last_credits_is_given_back(rich, asked):
    spend(rich, 96)
    assert answer(asked(meter=meter(chat_per_1000_tokens=1)), 700) == 1
    assert money(rich) == (3, 0)


def test_who_can_pay_the_whole_answer_gets_it_as_long_as_ever(rich, asked):
    assert asked(meter=meter(chat_per_1000_tokens=1)).charge.most_tokens is None


@pytest.mark.parametrize("rates", [{"chat_per_1000_tokens": 0.7}, {"chat_per_1000_tokens": 13.5, "document_question": 2}])
def test_a_shorter_answer_never_takes_more_than_there_is(rich, asked, rates):
    dear, number = meter(**rates), 0
    for left in range(40, 0, -1):
        spend(rich, billing.balance(rich.id) - left)
        question = asked(number := number + 1, files="a file", meter=dear)
        if hasattr(question, "charge"):
            most = question.charge.most_tokens or 4096
            assert question.charge.rate.price(4 + most) <= question.charge.held <= left
            chat.fail_answer(question.turn_id, "chat-empty-answer")
    assert billing.verify().problems == []


def test_who_cannot_pay_even_a_short_answer_reads_what_is_missing(rich, asked):
    spend(rich, 98)
    turn = asked(meter=meter(chat_per_1000_tokens=10))
    assert threads.turn(turn.id).fail_key == "credits-too-low-answer"
    assert OutboxRow.get().payload["args"] == {"balance": 2, "price": 4, "missing": 2, "shorter_helps": "no", "held": 0}
    long = asked(2, content=[{"type": "text", "text": "word " * 4000}], meter=meter(chat_per_1000_tokens=1))
    args = OutboxRow.select().order_by(OutboxRow.id.desc()).first().payload["args"]
    assert (args["balance"], args["price"], args["missing"], args["shorter_helps"]) == (2, 11, 9, "yes")
    assert threads.turn(long.id).state == "failed"
    assert money(rich) == (2, 0)


def test_who_asks_beside_another_answer_reads_that_credits_are_reserved_for_it(rich, asked):
    spend(rich, 98)
    dear = meter(chat_per_1000_tokens=1)
    asked(meter=dear)
    assert threads.turn(asked(2, meter=dear).id).fail_key == "credits-too-low-answer"
    args = OutboxRow.get().payload["args"]
    assert (args["balance"], args["price"], args["held"]) == (0, 1, 2)
    assert "2 are reserved for what is being made right now" in text("en", "credits-too-low-answer", **args)


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("ordinary words", 7),
        ("обычные слова", 7),
        ("\u4e2d\u6587" * 500, 1500),
        ("\U0001f937" * 400, 1000),
        ("a\U0001f937" * 400, 1200),
    ],
)
def test_signs_that_take_more_than_a_token_are_reserved_for_too(rich, asked, words, tokens):
    """Models cut rare signs into their bytes."""
    spend(rich, -(10**6))
    question = asked(content=[{"type": "text", "text": words}], meter=meter(chat_per_1000_tokens=1000))
    assert question.charge.held - 4096 == tokens


def test_an_operator_who_wants_short_answers_sets_the_least(rich, asked):
    spend(rich, 99)
    question = asked(meter=Meter(Tariff(Billing(enabled=True, chat_per_1000_tokens=10)), most_tokens=100))
    assert question.id, "100 tokens and the question are more than a credit"
    spend(rich, -1)
    question = asked(2, meter=Meter(Tariff(Billing(enabled=True, chat_per_1000_tokens=10)), most_tokens=100))
    assert (question.charge.held, question.charge.most_tokens) == (2, None)


def test_administrators_in_debt_still_pay_nothing(rich, asked):
    Account.update(role="admin").execute()
    spend(rich, 150)
    assert answer(asked(meter=meter(chat_per_1000_tokens=10)), 5000) == 0


def test_never_more_is_taken_than_was_held(rich, asked):
    question = asked(meter=meter(chat_per_1000_tokens=10))
    assert answer(question, 10**6) == question.charge.held


@pytest.mark.parametrize(
    ("content", "files", "price"),
    [
        (None, "", 0),
        (None, "a file", 2),
        ([{"type": "text", "text": "what is it?"}, *parts_of([1])], "", 3),
        ([{"type": "text", "text": "what is it?"}, *parts_of([1])], "a file", 5),
        (prompt_content([1], "image", "en"), "", 4),
    ],
)
def test_what_an_answer_is_about_has_its_own_price(rich, asked, content, files, price):
    question = asked(content=content, files=files, meter=meter(document_question=2, vision=3, reference_prompt=4))
    assert question.charge.held == price
    assert answer(question, 5000) == price
    assert money(rich) == (100 - price, 0)


@pytest.mark.parametrize("fields", [{"role": "admin"}, {"free": True}])
def test_admins_and_free_accounts_are_charged_nothing(rich, asked, fields):
    Account.update(**fields).execute()
    answer(asked(meter=meter(chat_per_1000_tokens=10)), 5000)
    assert LedgerEntry.select().where(LedgerEntry.kind == "hold").count() == 0


def test_where_nobody_pays_nothing_is_written(rich, asked):
    answer(asked(meter=meter(enabled=False, chat_per_1000_tokens=10)), 5000)
    answer(asked(2), 5000)
    assert LedgerEntry.select().where(LedgerEntry.kind != "bonus").count() == 0


def test_so_many_answers_a_day_cost_no_tokens(rich, asked):
    two = meter(chat_per_1000_tokens=10, free_answers_per_day=2, document_question=1)
    assert free_answers_left(rich.id, two) == 2
    assert answer(asked(1, meter=two), 5000) == 0
    assert answer(asked(2, files="a file", meter=two), 5000) == 1
    assert free_answers_left(rich.id, two) == 0
    assert answer(asked(3, meter=two), 1000) == 10
    Request.update(created_at=day_start("UTC") - 1).execute()
    assert free_answers_left(rich.id, two) == 2


def test_an_answer_that_did_not_come_uses_up_none_of_the_free_ones(rich, asked):
    one = meter(chat_per_1000_tokens=10, free_answers_per_day=1)
    assert chat.fail_answer(asked(1, meter=one).turn_id, "chat-empty-answer")
    question = asked(2, meter=one)
    assert chat.end_answer(question.turn_id, Answer("", "stopped", "m", charge=question.charge))
    assert free_answers_left(rich.id, one) == 1


def test_answers_that_are_made_at_the_same_time_share_the_free_ones(rich, asked):
    one = meter(chat_per_1000_tokens=10, free_answers_per_day=1, document_question=1)
    questions = [asked(1, files="a file", meter=one), asked(2, meter=one), asked(3, meter=one)]
    assert [question.charge.rate.free for question in questions] == [True, False, False]
    turn = threads.turn(questions[0].turn_id)
    assert asked.again(turn, files="a file", meter=one).charge.rate.free, "begun anew after a crash it stays free"
    assert chat.fail_answer(turn.id, "chat-empty-answer")
    assert asked(4, meter=one).charge.rate.free, "it was not given, so it is free for another"


def test_days_begin_in_the_operators_time_zone():
    assert 0 <= utc_now() - day_start("Asia/Tokyo") < 24 * 3600
    assert (day_start("Asia/Tokyo") + 9 * 3600) % (24 * 3600) == 0


def test_what_is_asked_in_a_groups_name_nobody_pays(rich, asked):
    group = accounts.of_user(-100500)
    turn = asked(user=group, meter=meter(chat_per_1000_tokens=10))
    assert threads.turn(turn.id).fail_key == "order-nobody-pays"


def test_a_crash_reserves_once_and_an_end_without_an_answer_gives_it_back(rich, asked):
    paid = meter(chat_per_1000_tokens=10)
    question = asked(meter=paid)
    asked.again(threads.turn(question.turn_id), meter=paid)
    assert money(rich) == (100 - question.charge.held, question.charge.held)
    chat.fail_answer(question.turn_id, "common-unexpected", {"code": "x"})
    assert money(rich) == (100, 0)
    assert billing.verify().problems == []


def test_what_was_reserved_before_the_prices_went_is_given_back(rich, asked):
    question = asked(meter=meter(chat_per_1000_tokens=10))
    question = asked.again(threads.turn(question.turn_id))
    assert money(rich) == (100, 0)
    assert answer(question, 5000) == 0


def test_who_is_forgotten_before_an_answer_came_gets_back_what_was_reserved(rich, asked, data_dir):
    question = asked(meter=meter(chat_per_1000_tokens=10))
    assert forgetting.forget_here(rich.id, 7, data_dir).turns == (question.turn_id,)
    assert money(rich) == (100, 0)
    assert not chat.end_answer(question.turn_id, Answer("late", "answered", "m", charge=question.charge, price=9))
    assert billing.verify().problems == []
    assert OutboxRow.select().count() == 0


def test_an_answer_in_a_group_that_is_forgotten_in_the_middle_is_paid_so_far_and_says_that_it_ended(rich, asked, data_dir):
    question = asked(meter=meter(chat_per_1000_tokens=10))
    for table in (Turn, Thread):
        table.update(chat_id=-500).execute()
    placeholder = chat.hold_place(question.turn_id)
    came = Answer("half a sen", "stopped", "m", charge=question.charge, price=3)
    ended = forgetting.forget_everywhere(rich.id, 7, data_dir, lambda turn: came)
    assert (ended.turns, ended.charged) == ((question.turn_id,), 3)
    assert money(rich) == (97, 0)
    assert OutboxRow.get(OutboxRow.edits == placeholder).payload["key"] == "forget-answer"
    assert billing.verify().problems == []
