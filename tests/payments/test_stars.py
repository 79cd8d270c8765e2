"""Telegram's list against ours."""

from kiebot.payments.orders import new_token
from kiebot.payments.stars import EDGE_S, SETTLE_S, Known, Transaction, compare

NOW = 100 * 24 * 3600.0
SINCE = NOW - 35 * 24 * 3600.0
DAY = 24 * 3600


def payment(charge_id, *, stars=350, refund=False, payload=None, date=NOW - 5 * DAY):
    token = new_token(500) if payload is None else payload
    return Transaction(charge_id, int(date), -stars if refund else stars, refund, 7, token)


def known(charge_id, state="paid", date=NOW - 5 * DAY, token=""):
    return Known(1, charge_id, token or new_token(500), state, date)


def test_what_both_have_is_no_difference():
    assert not compare([payment("a")], [known("a")], SINCE, NOW)


def test_a_payment_we_missed_is_to_be_credited():
    found = compare([payment("a"), payment("b")], [known("a")], SINCE, NOW)
    assert [line.id for line in found.credit] == ["b"]
    assert not found.reverse


def test_a_refund_we_missed_is_to_be_taken_back():
    listed = [payment("a"), payment("a", refund=True)]
    assert [line.id for line in compare(listed, [known("a")], SINCE, NOW).reverse] == ["a"]
    assert not compare(listed, [known("a", "refunded")], SINCE, NOW)


def test_a_payment_that_came_and_went_unseen_changes_nothing():
    assert not compare([payment("a"), payment("a", refund=True)], [], SINCE, NOW)


def test_a_refund_whose_payment_lies_before_the_list_is_taken_back():
    found = compare([payment("a", refund=True)], [known("a", date=SINCE - DAY)], SINCE, NOW)
    assert [line.id for line in found.reverse] == ["a"]
    assert not found.missing


def test_a_second_payment_for_an_offer_that_is_paid_is_left_to_a_person():
    token = new_token(500)
    found = compare([payment("a", payload=token), payment("b", payload=token)], [known("a", token=token)], SINCE, NOW)
    assert ([line.id for line in found.doubtful], found.credit) == (["b"], [])


def test_what_another_program_sold_is_counted_and_left_alone():
    found = compare([payment("a", payload="order:1001")], [], SINCE, NOW)
    assert not found
    assert [line.id for line in found.foreign] == ["a"]


def test_a_payment_that_telegram_does_not_know_is_named():
    assert [payment.charge_id for payment in compare([], [known("a")], SINCE, NOW).missing] == ["a"]


def test_what_lies_at_the_edges_of_the_list_is_not_missed():
    ours = [known("young", date=NOW - SETTLE_S + 1), known("old", date=SINCE + EDGE_S - 1)]
    assert not compare([], ours, SINCE, NOW)
