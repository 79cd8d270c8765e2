"""The check of an input before anything is sent or paid: all that is wrong at once, each with field, code and sentence.

Codes: text and depth (it cannot be written down at all), unknown, required, type, enum, min, max, multiple_of, min_length,
max_length, min_items, max_items, task, track, url, url_private, media_unknown, media_kind, media_type, media_size; of rules:
any_of, one_of, exclusive, requires, required_if, forbid.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from kiebot.catalog import names
from kiebot.catalog.rules import broken_rules
from kiebot.catalog.schema import EARLIER, InputError, Model, Parameter, has_words, same
from kiebot.catalog.urls import fault_of
from kiebot.catalog.wire import faults_of

FILE = "file:"  # begins a value that stands for a person's file, uploaded later
TASK_ID = re.compile(r"[\w.:-]{1,200}", re.ASCII)
MEGABYTE = 10**6
LARGEST = 2**63 - 1  # of whole numbers without limits of their own
SAME_MIMES = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-aac": "audio/aac",
    "audio/x-flac": "audio/flac",
    "video/mov": "video/quicktime",
    "video/x-mov": "video/quicktime",
    "video/mkv": "video/x-matroska",
    "video/avi": "video/x-msvideo",
}
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "enum": (str, int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What is known of a person's file."""

    kind: str
    mime: str
    size_bytes: int
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None


def validate(
    model: Model,
    given: Any,
    media: Mapping[str, MediaFacts] | None = None,
    language: str = "en",
    *,
    allowed_hosts: frozenset[str] = frozenset(),
) -> list[InputError]:
    """All that is wrong with an input; empty when it may be sent. `media`: facts of what the input calls "file:<id>"."""
    check = _Check(media or {}, language, allowed_hosts)
    if not isinstance(given, Mapping):
        return [InputError("", "type", names.sentence("type", language, label="input", type=names.type_word("object", language)))]
    if unwritable := list(faults_of(given)):
        return [InputError(field, code, names.sentence(code, language, label=field)) for field, code in unwritable]
    errors = list(check.mapping(model.input, given, ""))
    errors += [
        InputError(broken.field, broken.code, _rule_sentence(model, broken.code, broken.field, broken.names, language))
        for broken in broken_rules(model, given)
    ]
    return errors


def check_value(parameter: Parameter, value: Any) -> list[InputError]:
    """All that is wrong with the value of one parameter."""
    return list(_Check({}, "en", frozenset()).value(parameter, value, parameter.name))


def _rule_sentence(model: Model, code: str, field: str, others: Sequence[str], language: str) -> str:
    labels = ", ".join(names.label_of(model.input[name], language) for name in others)
    return names.sentence(code, language, label=names.label_of(model.input[field], language), names=labels)


class _Check:
    """One check of one input."""

    def __init__(self, media: Mapping[str, MediaFacts], language: str, allowed_hosts: frozenset[str]) -> None:
        self._media = media
        self._language = language
        self._allowed_hosts = allowed_hosts

    def mapping(self, parameters: Mapping[str, Parameter], given: Mapping[Any, Any], path: str) -> Iterator[InputError]:
        for name in given:
            if name not in parameters:
                yield InputError(f"{path}{name}", "unknown", names.sentence("unknown", self._language, label=str(name)))
        for name, parameter in parameters.items():
            if name in given:
                yield from self.value(parameter, given[name], path + name)
            elif parameter.required:
                yield self._error(parameter, path + name, "required")

    def value(self, parameter: Parameter, value: Any, path: str) -> Iterator[InputError]:
        if not _has_type(parameter.type, value):
            yield self._wrong_type(parameter, path, parameter.type)
        elif parameter.type == "enum":
            yield from self._enum(parameter, value, path)
        elif parameter.type == "string":
            yield from self._string(parameter, value, path)
        elif parameter.type == "array":
            yield from self._array(parameter, value, path)
        elif parameter.type != "boolean" and not any(same(value, each) for each in parameter.also_allowed):
            yield from self._number(parameter, value, path)

    def _enum(self, parameter: Parameter, value: Any, path: str) -> Iterator[InputError]:
        if any(type(value) is type(each) and value == each for each in parameter.values):
            return
        if parameter.strict or type(value) not in {type(each) for each in parameter.values}:
            known = ", ".join(names.value_label(parameter, each, self._language) for each in parameter.values)
            yield self._error(parameter, path, "enum", values=known)

    def _number(self, parameter: Parameter, value: float, path: str) -> Iterator[InputError]:
        low, high = (None, None) if isinstance(value, float) else (-LARGEST, LARGEST)
        low = low if parameter.min is None else parameter.min
        high = high if parameter.max is None else parameter.max
        yield from self._range(parameter, path, value, low, high, "min", "max")
        step = parameter.multiple_of
        if step is not None and _exactly(value) % _exactly(step):
            yield self._error(parameter, path, "multiple_of", limit=f"{step:g}")

    def _string(self, parameter: Parameter, value: str, path: str) -> Iterator[InputError]:
        errors = [*self._length(parameter, value, path)]
        if not errors and parameter.required and not has_words(value):
            errors.append(self._error(parameter, path, "required"))
        yield from errors
        if not errors:
            yield from self._form(parameter, parameter.format, value, path)

    def _length(self, parameter: Parameter, value: str, path: str) -> Iterator[InputError]:
        low, high = parameter.min_length, parameter.max_length
        yield from self._range(parameter, path, len(value), low, high, "min_length", "max_length")

    def _array(self, parameter: Parameter, value: Sequence[Any], path: str) -> Iterator[InputError]:
        low = parameter.min_items if parameter.min_items is not None or not parameter.required else 1
        yield from self._range(parameter, path, len(value), low, parameter.max_items, "min_items", "max_items")
        for number, item in enumerate(value):
            yield from self._item(parameter, item, f"{path}[{number}]")

    def _item(self, parameter: Parameter, item: Any, path: str) -> Iterator[InputError]:
        kind = "string" if parameter.url_format else parameter.items
        if not _has_type(kind, item):
            yield self._wrong_type(parameter, path, kind)
        elif kind == "object":
            yield from self.mapping(parameter.item_properties, item, path + ".")
        elif kind == "string":
            yield from self._string(replace(parameter, required=True, format=parameter.url_format), item, path)

    def _form(self, parameter: Parameter, form: str, value: str, path: str) -> Iterator[InputError]:
        if form in EARLIER and not TASK_ID.fullmatch(value):
            yield self._error(parameter, path, form)
        elif form.startswith("url-"):
            if form != "url-page" and value.startswith(FILE):
                yield from self._file(parameter, form.removeprefix("url-"), value, path)
            elif fault := fault_of(value, self._allowed_hosts):
                yield self._error(parameter, path, fault)

    def _file(self, parameter: Parameter, kind: str, value: str, path: str) -> Iterator[InputError]:
        facts = self._media.get(value)
        if facts is None:
            yield self._error(parameter, path, "media_unknown")
            return
        if kind not in ("file", facts.kind):
            yield self._error(parameter, path, "media_kind", kind=names.kind_word(kind, self._language))
        elif parameter.accept and _mime(facts.mime) not in {_mime(each) for each in parameter.accept}:
            known = ", ".join(sorted({each.partition("/")[2] for each in parameter.accept}))
            yield self._error(parameter, path, "media_type", values=known)
        if parameter.max_mb is not None and facts.size_bytes > parameter.max_mb * MEGABYTE:
            yield self._error(parameter, path, "media_size", limit=f"{parameter.max_mb:g}")

    def _range(
        self, parameter: Parameter, path: str, measured: float, low: float | None, high: float | None, below: str, above: str
    ) -> Iterator[InputError]:
        if low is not None and measured < low:
            yield self._error(parameter, path, below, limit=_plain(low), size=_plain(measured))
        if high is not None and measured > high:
            yield self._error(parameter, path, above, limit=_plain(high), size=_plain(measured))

    def _wrong_type(self, parameter: Parameter, path: str, kind: str) -> InputError:
        return self._error(parameter, path, "type", type=names.type_word(kind, self._language))

    def _error(self, parameter: Parameter, path: str, code: str, **args: str) -> InputError:
        label = names.label_of(parameter, self._language)
        return InputError(path, code, names.sentence(code, self._language, label=label, **args))


def _has_type(kind: str, value: Any) -> bool:
    if isinstance(value, bool):  # for Python a bool is an int, for a provider it is not
        return kind == "boolean"
    return isinstance(value, PYTHON_TYPES[kind]) and not (isinstance(value, float) and not math.isfinite(value))


def _mime(mime: str) -> str:
    plain = mime.partition(";")[0].strip().lower()
    return SAME_MIMES.get(plain, plain)


def _exactly(number: float) -> Fraction:
    """The number as it is written in decimals; a whole one may have any number of digits."""
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def _plain(number: float) -> str:
    if isinstance(number, int) and abs(number) <= LARGEST:
        return str(number)
    try:
        return f"{float(number):.10g}"
    except OverflowError:  # Python does not even write such numbers down
        return "> 1e+308" if number > 0 else "< -1e+308"
