"""Inputs made from the schema alone: all of them are valid. The rules are read here anew, not by the code that is tested."""

import math

from hypothesis import reject
from hypothesis import strategies as st

from kiebot.catalog.schema import EARLIER, has_words

URLS = {
    "url-image": ["https://files.example.com/a/Boat%201.png?size=2#top", "http://8.8.8.8/a.jpg"],
    "url-video": ["https://files.example.com:8443/clip.mp4", "https://cdn.пример.рф/clip.mov"],
    "url-audio": ["https://a-b.example.org/voice.mp3", "https://[2606:4700::1111]/voice.wav"],
    "url-file": ["https://files.example.com/any.pdf"],
    "url-page": ["https://example.com", "https://ru.wikipedia.org/wiki/Лодка"],
}
letters = st.characters(codec="utf-8")


def values(parameter):
    """Values of one parameter."""
    if parameter.type == "enum":
        return st.sampled_from(parameter.values)
    if parameter.type == "boolean":
        return st.booleans()
    if parameter.type == "array":
        low = parameter.min_items if parameter.min_items is not None else int(parameter.required)
        high = min(parameter.max_items or low + 3, low + 3)
        return st.lists(_item(parameter), min_size=low, max_size=high)
    return _text(parameter, parameter.format, parameter.required) if parameter.type == "string" else _numbers(parameter)


def _item(parameter):
    if parameter.items == "object":
        return _mapping(parameter.item_properties)
    if parameter.items == "array":
        return st.lists(st.integers(0, 1000), max_size=4)
    if parameter.items == "integer":
        return st.integers(-5, 5)
    if parameter.items == "number":
        return st.floats(-5, 5)
    return _text(parameter, parameter.items, True)


def _text(parameter, form, required):
    if form in URLS:
        return st.sampled_from(URLS[form])
    if form in EARLIER:
        return st.text("0123456789abcdef", min_size=1, max_size=32)
    low = max(parameter.min_length or 0, int(required))
    high = parameter.max_length or low + 20
    short = st.text(letters, min_size=low, max_size=min(high, low + 20)).filter(
        lambda text: has_words(text) or not (text or required)
    )
    return st.one_of(short, st.just("ё" * high)) if high >= low else short


def _numbers(parameter):
    low = -1000 if parameter.min is None else parameter.min
    high = max(low, 2**31) if parameter.max is None else parameter.max
    step = parameter.multiple_of
    if step:
        found = st.integers(math.ceil(low / step), math.floor(high / step)).map(lambda times: times * step)
    elif parameter.type == "integer":
        found = st.integers(math.ceil(low), math.floor(high))
    else:
        found = st.floats(low, high)
    return st.one_of(found, st.sampled_from(parameter.also_allowed)) if parameter.also_allowed else found


@st.composite
def _mapping(draw, parameters):
    return {name: draw(values(each)) for name, each in parameters.items() if each.required or draw(st.booleans())}


@st.composite
def inputs(draw, model):
    """Whole inputs of a model that keep its rules."""
    given = draw(_mapping(model.input))
    for _ in range(20):
        broken = [rule for rule in model.rules if not is_kept(model, rule, given)]
        if not broken:
            return given
        _mend(draw, model, draw(st.sampled_from(broken)), given)
    reject()


def is_kept(model, rule, given):
    """Whether an input keeps a rule."""
    present = [name for name in rule.names if given.get(name) not in (None, "", [])]
    if rule.kind == "any_of":
        return bool(present)
    if rule.kind == "one_of":
        return len(present) == 1
    if rule.kind == "exclusive":
        return sum(any(given.get(name) not in (None, "", []) for name in group) for group in rule.groups) < 2
    if not _all_hold(model, rule.when, given):
        return True
    return rule.kind != "forbid" and len(present) == len(rule.names)


def _mend(draw, model, rule, given):
    if rule.kind == "any_of":
        _give(draw, model, given, draw(st.sampled_from(rule.names)))
    elif rule.kind == "one_of":
        chosen = draw(st.sampled_from(rule.names))
        for name in rule.names:
            given.pop(name, None)
        _give(draw, model, given, chosen)
    elif rule.kind == "exclusive":
        kept = draw(st.sampled_from(rule.groups))
        for name in {name for group in rule.groups for name in group if not model.input[name].required} - set(kept):
            given.pop(name, None)
    elif rule.kind == "forbid":
        _avoid(draw, model, given, draw(st.sampled_from(sorted(rule.when))), rule.when)
    elif rule.kind == "requires" and draw(st.booleans()):
        for name in rule.when:
            given.pop(name, None)
    else:
        for name in rule.names:
            _give(draw, model, given, name)


def _give(draw, model, given, name):
    given[name] = draw(values(model.input[name]).filter(lambda value: value not in ("", [])))


def _avoid(draw, model, given, name, when):
    given.pop(name, None)
    if model.input[name].required or _all_hold(model, {name: when[name]}, given):
        fitting = values(model.input[name]).filter(lambda value: not _all_hold(model, {name: when[name]}, {name: value}))
        given[name] = draw(fitting)


def _all_hold(model, when, given):
    return all(_holds(model, name, wanted, given) for name, wanted in when.items())


def _holds(model, name, wanted, given):
    present = given.get(name) not in (None, "", [])
    if wanted in ("present", "absent"):
        return present == (wanted == "present")
    value = given[name] if present else model.input[name].default
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in wanted)
