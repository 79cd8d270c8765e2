"""One call a second in each chat."""

from __future__ import annotations

from kiebot.telegram.pace import CHAT_GAP_S, Pace


def test_a_chat_is_free_at_first_and_then_after_a_second() -> None:
    pace = Pace()
    assert pace.wait_s(1) == 0
    pace.called(1)
    assert 0.9 < pace.wait_s(1) <= CHAT_GAP_S
    assert pace.wait_s(2) == 0


def test_what_telegram_asks_for_is_waited_for_and_no_later_call_shortens_it() -> None:
    pace = Pace()
    pace.called(1, 30)
    pace.called(1)
    assert 29 < pace.wait_s(1) <= 30


def test_a_real_message_goes_before_previews() -> None:
    pace = Pace()
    pace.urgent.add(1)
    assert pace.wait_s(1) == 0
    assert pace.preview_wait_s(1) > 0
    pace.urgent.discard(1)
    assert pace.preview_wait_s(1) == 0


def test_chats_are_forgotten() -> None:
    pace = Pace()
    for chat in range(1000):
        pace.called(chat)
    pace._free_at = dict.fromkeys(range(1000), 0.0)
    pace._swept = -1000.0
    pace.called(5)
    assert list(pace._free_at) == [5]
