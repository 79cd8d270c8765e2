"""How loud sound is, moment by moment: where nobody speaks, and where it can be cut. Pure."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from operator import mul

HOP_S = 0.1
PAUSE_HOPS = 4  # a cut wants so much quiet around it
SPEECH_HOPS = 3  # nobody says anything in less
SILENCE = 100.0  # of 32,767: -50 dB, below any voice that could be understood
WAVEFORM = 100  # values of Telegram's drawing of a voice message
WAVEFORM_TOP = 31


def levels(samples: array[int], rate: int) -> list[float]:
    """The mean level (root of the mean square) of every tenth of a second."""
    hop = int(rate * HOP_S)
    return [_level(samples[start : start + hop]) for start in range(0, len(samples), hop)]


def _level(samples: array[int]) -> float:
    return math.sqrt(sum(map(mul, samples, samples)) / len(samples))


def is_silent(found: Sequence[float]) -> bool:
    """Whether nothing is loud enough to be speech for long enough: a click is not."""
    return max(_means(found, SPEECH_HOPS), default=0.0) < SILENCE


def quietest_s(found: Sequence[float], look_back_s: float) -> float:
    """The middle of the quietest pause within the last seconds, in seconds from the beginning."""
    first = max(0, len(found) - int(look_back_s / HOP_S))
    means = _means(found[first:], PAUSE_HOPS)
    return (first + means.index(min(means)) + PAUSE_HOPS / 2) * HOP_S


def waveform(found: Sequence[float]) -> list[int]:
    """WAVEFORM values of 0 to WAVEFORM_TOP, the loudest moment at the top."""
    top = max(found, default=0.0) or 1.0
    picked = (found[number * len(found) // WAVEFORM] for number in range(WAVEFORM)) if found else iter([0.0] * WAVEFORM)
    return [round(level / top * WAVEFORM_TOP) for level in picked]


def _means(found: Sequence[float], width: int) -> list[float]:
    """Means of `width` neighbours, at least one where there is any."""
    width = min(width, len(found)) or 1
    return [sum(found[start : start + width]) / width for start in range(len(found) - width + 1)]
