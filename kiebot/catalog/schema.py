"""What a model takes: parameters, their limits, and the check of an input before anything is sent or paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROMPT = "prompt"
TYPES = ("string", "integer", "number", "boolean", "enum")
STATUSES = ("current", "old-endpoint", "legacy", "paused", "unlisted", "disabled")
OUTPUTS = ("image", "video", "audio", "text")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a model's input. `values` belong to an enum; the type of each is its type on the wire."""

    name: str
    type: str
    required: bool = False
    default: Any = None
    values: tuple[Any, ...] = ()
    min: float | None = None
    max: float | None = None
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """Whole credits for one unit (an image, a video)."""

    unit: str
    credits: int


@dataclass(frozen=True, slots=True)
class Model:
    """One row of the catalogue."""

    id: str
    label: Mapping[str, str]
    emoji: str
    vendor: str
    type: str
    output: str
    provider: str
    status: str
    price: Price
    deadline_s: int
    input: Mapping[str, Parameter]
    default: bool = False


@dataclass(frozen=True, slots=True)
class InputError:
    """What is wrong with one field. `code`: unknown, required, type, enum, min, max, min_length, max_length."""

    field: str
    code: str
    message: str


def complete_input(model: Model, prompt: str) -> dict[str, Any]:
    """The input for a bare prompt: every parameter that has a default, and the prompt."""
    defaults = {name: parameter.default for name, parameter in model.input.items() if parameter.default is not None}
    return {**defaults, PROMPT: prompt}


def validate(model: Model, given: Mapping[str, Any]) -> list[InputError]:
    """All that is wrong with an input; empty when it may be sent."""
    errors = [InputError(name, "unknown", f"{model.id} has no parameter {name!r}") for name in given if name not in model.input]
    for name, parameter in model.input.items():
        if name in given:
            errors += check_value(parameter, given[name])
        elif parameter.required:
            errors.append(InputError(name, "required", f"{name} is required"))
    return errors


def check_value(parameter: Parameter, value: Any) -> list[InputError]:
    """All that is wrong with the value of one parameter."""
    if not _has_type(parameter, value):
        return [InputError(parameter.name, "type", f"{parameter.name} must be of type {parameter.type}")]
    if parameter.type == "enum":
        if any(value == allowed and type(value) is type(allowed) for allowed in parameter.values):
            return []
        return [InputError(parameter.name, "enum", f"{parameter.name} must be one of {', '.join(map(str, parameter.values))}")]
    if parameter.type == "string":
        return _check_range(parameter, len(value), parameter.min_length, parameter.max_length, "_length", " characters")
    if parameter.type in ("integer", "number"):
        return _check_range(parameter, value, parameter.min, parameter.max, "", "")
    return []


def _has_type(parameter: Parameter, value: Any) -> bool:
    if parameter.type == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool) and parameter.type != "enum":  # for Python a bool is an int, for a provider it is not
        return False
    expected: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
    return isinstance(value, expected.get(parameter.type, (str, int, float)))


def _check_range(
    parameter: Parameter, measured: float, low: float | None, high: float | None, suffix: str, unit: str
) -> list[InputError]:
    if low is not None and measured < low:
        return [InputError(parameter.name, "min" + suffix, f"{parameter.name} must be at least {low:g}{unit}")]
    if high is not None and not measured <= high:  # also refuses NaN
        return [InputError(parameter.name, "max" + suffix, f"{parameter.name} must be at most {high:g}{unit}")]
    return []
