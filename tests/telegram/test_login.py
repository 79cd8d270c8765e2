"""What the operator reads when the bot cannot log in."""

from __future__ import annotations

import socket

import pytest

from kiebot.errors import OperatorFault
from kiebot.telegram.login import log_in


class Unreached:
    """The library's client, whose start ends so."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def start(self) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError(0), "its answer was empty or cut short"),
        (KeyError(0x50545448), "its answer was not in Telegram's protocol"),
        (TimeoutError(), "nothing came in time"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (OSError(ConnectionResetError(104, "Connection reset by peer")), "Connection reset by peer"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (ConnectionError("Connection timed out"), "Connection timed out"),
        (ConnectionError(), "the connection broke"),
    ],
    ids=repr,
)
async def test_why_telegram_does_not_answer_is_told_in_words(error: Exception, words: str) -> None:
    with pytest.raises(OperatorFault) as told:
        await log_in(Unreached(error), "Telegram")
    assert str(told.value) == f"Telegram does not answer: {words}. Look at the network of this machine; it is tried again."
    assert told.value.exit_code == 1
