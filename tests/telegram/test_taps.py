"""The second tap of a button whose first has just worked."""

from __future__ import annotations

from dataclasses import replace

from kiebot.services.incoming import Press, Sender
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.taps import Taps
from tests.telegram.phone import Phone
from tests.telegram.test_film import IDEA, desk

__all__ = ["desk"]

PRESS = Press(1, 7, "private", 100, Sender(7, "Ann", "", "en"), "film:start:1:0")


def test_only_the_same_person_and_the_same_button_of_the_same_message_tap_twice() -> None:
    taps = Taps()
    taps.worked(PRESS, "film-started-notice")
    assert taps.told(replace(PRESS, query_id=2)) == "film-started-notice"
    others = (
        replace(PRESS, sender=Sender(8, "Bob", "", "en")),
        replace(PRESS, message_id=101),
        replace(PRESS, data="film:start:2:0"),
    )
    assert [taps.told(other) for other in others] == [None, None, None]


def test_a_press_is_forgotten_after_some_seconds() -> None:
    taps = Taps(lasts_s=0)
    taps.worked(PRESS, "film-started-notice")
    assert taps.told(PRESS) is None


def test_a_second_tap_without_a_notice_of_the_first_says_so_in_a_line(intake: Intake) -> None:
    ann = Phone(intake)
    order = ann.say(f"/film {IDEA}")
    drop = order.data("film:drop:")
    ann.press_data(drop, order)
    ann.press_data(drop, order)
    assert (ann.notice, ann.effects.alert) == ("film-gone", False)
