"""Single mistakes made in a valid input, each with the field and the code under which it must be refused."""

from kiebot.catalog.schema import EARLIER, PRESENT
from kiebot.catalog.validation import MediaFacts

BAD_URLS = {
    "boat.png": "url",
    "ftp://example.com/boat.png": "url",
    "https://": "url",
    "https:///boat.png": "url",
    "https://exa mple.com/boat.png": "url",
    "https://example.com:99999/boat.png": "url",
    "https://user:word@example.com/boat.png": "url",
    "https://example..com/boat.png": "url",
    "https://-example.com/boat.png": "url",
    "https://300.1.1.1/boat.png": "url",
    "https://2130706433/boat.png": "url",
    "https://0x7f.1/boat.png": "url",
    "https://127.1/boat.png": "url",
    "https://exa%6dple.com/boat.png": "url",
    "https://١٢٧.0.0.1/boat.png": "url",
    "javascript:alert(1)": "url",
    "https://example.com\\@10.0.0.1/": "url",
    "http://127.0.0.1/boat.png": "url_private",
    "http://10.1.2.3/boat.png": "url_private",
    "http://192.168.0.1:8080/boat.png": "url_private",
    "http://169.254.169.254/latest/meta-data": "url_private",
    "http://0.0.0.0/": "url_private",
    "http://[::1]/boat.png": "url_private",
    "http://[fe80::1]/boat.png": "url_private",
    "http://[::ffff:10.0.0.1]/boat.png": "url_private",
    "http://localhost/boat.png": "url_private",
    "http://LOCALHOST./boat.png": "url_private",
    "http://printer.local/boat.png": "url_private",
    "http://metadata.google.internal/": "url_private",
    "https://boats.test/boat.png": "url_private",
    "https://boats.invalid/boat.png": "url_private",
    "https://boats.ONION./boat.png": "url_private",
    "https://files.corp/boat.png": "url_private",
    "https://nas.home/boat.png": "url_private",
    "https://nas.home.arpa/boat.png": "url_private",
    "https://nas.lan/boat.png": "url_private",
    "http://intranet/boat.png": "url_private",
    "http://１２７.0.0.1/boat.png": "url_private",
    "http://127。0。0。1/boat.png": "url_private",
    "http://①⓪.0.0.1/boat.png": "url_private",
}
OTHER_KIND = {"image": ("audio", "audio/mpeg"), "video": ("image", "image/png"), "audio": ("video", "video/mp4")}


def mutations(model, valid):
    """(input, media, field, code) for every single mistake."""
    yield {**valid, "no_such_parameter": 1}, {}, "no_such_parameter", "unknown"
    yield {**valid, "half": "\ud800"}, {}, "half", "text"
    yield {**valid, "deep": _nested(40)}, {}, "deep" + "[0]" * 32, "depth"
    for name, parameter in model.input.items():
        if parameter.required:
            yield {other: value for other, value in valid.items() if other != name}, {}, name, "required"
        for value, path, code, media in wrong_values(parameter, valid.get(name)):
            yield {**valid, name: value}, media, name + path, code
    for rule in model.rules:
        yield from broken(model, rule, valid)


def _nested(levels):
    return [_nested(levels - 1)] if levels else []


def wrong_values(parameter, valid=None):
    """(value, path below the parameter, code, media) for one parameter."""
    for value in WRONG_TYPES[parameter.type]:
        yield value, "", "type", {}
    yield from WRONG.get(parameter.type, lambda parameter, valid: ())(parameter, valid)


WRONG_TYPES = {
    "string": [5, None, True, ["x"], {"x": 1}],
    "integer": ["5", 5.5, 5.0, True, None, float("nan"), [5]],
    "number": ["5", True, None, float("nan"), float("inf"), [5]],
    "boolean": [1, 0, "true", None, []],
    "enum": [None, ["x"], {}, float("nan")],
    "array": ["x", {}, 5, None, True],
    "object": ["x", [], 5, None],
}


def _wrong_enum(parameter, valid):
    known = {(type(value), value) for value in parameter.values}
    for value in parameter.values:
        for other in (str(value), _as_number(value)):  # "5" and 5 are not the same
            if other is not None and (type(other), other) not in known and not isinstance(value, type(other)):
                yield other, "", "enum", {}
        if isinstance(value, str) and parameter.strict:
            for other in (value.upper(), value.lower(), value + " "):
                if (str, other) not in known:
                    yield other, "", "enum", {}


def _as_number(value):
    return int(value) if isinstance(value, str) and value.isdigit() else None


def _wrong_number(parameter, valid):
    for limit, step, code in ((parameter.min, -1, "min"), (parameter.max, 1, "max")):
        if limit is not None and limit + step not in parameter.also_allowed:
            value = limit + step * (parameter.multiple_of or 1)
            yield (int(value) if parameter.type == "integer" else value), "", code, {}
    if parameter.multiple_of and parameter.multiple_of > 1:
        yield (
            int(parameter.min or 0) // parameter.multiple_of * parameter.multiple_of + parameter.multiple_of + 1,
            "",
            "multiple_of",
            {},
        )


def _wrong_string(parameter, valid):
    if parameter.format in EARLIER:
        yield "no task", "", parameter.format, {}
    elif parameter.format:
        yield from _wrong_media(parameter, parameter.format, "", lambda value: value)
    else:
        yield from _wrong_length(parameter, "", lambda value: value)
        if parameter.required and not parameter.min_length:
            yield " \n", "", "required", {}


def _wrong_length(parameter, path, wrap):
    if parameter.max_length:
        yield wrap("x" * (parameter.max_length + 1)), path, "max_length", {}
    if parameter.min_length:
        yield wrap("x" * (parameter.min_length - 1)), path, "min_length", {}


def _wrong_media(parameter, form, path, wrap):
    for url, code in BAD_URLS.items():
        yield wrap(url), path, code, {}
    if form == "url-page":
        yield wrap("file:1"), path, "url", {}
        return
    kind = form.removeprefix("url-")
    yield wrap("file:1"), path, "media_unknown", {}
    if kind in OTHER_KIND:
        yield wrap("file:1"), path, "media_kind", {"file:1": MediaFacts(*OTHER_KIND[kind], 1000)}
    if parameter.accept:
        yield wrap("file:1"), path, "media_type", {"file:1": MediaFacts(kind, f"{kind}/x-unheard-of", 1000)}
    if parameter.max_mb:
        mime = parameter.accept[0] if parameter.accept else f"{kind}/mp4"
        yield wrap("file:1"), path, "media_size", {"file:1": MediaFacts(kind, mime, int(parameter.max_mb * 10**6) + 1)}


def _wrong_array(parameter, valid):
    least = parameter.min_items if parameter.min_items is not None else int(parameter.required)
    if least:
        yield (valid or [])[: least - 1], "", "min_items", {}
    if not valid:
        return
    if parameter.max_items:
        yield [valid[0]] * (parameter.max_items + 1), "", "max_items", {}
    form = parameter.items if parameter.items.startswith("url-") else ""
    for value in WRONG_TYPES["string" if form else parameter.items]:
        yield [value, *valid[1:]], "[0]", "type", {}
    if form:
        yield from _wrong_media(parameter, form, "[0]", lambda value: [value, *valid[1:]])
    elif parameter.items == "string":
        yield from _wrong_length(parameter, "[0]", lambda value: [value, *valid[1:]])
    elif parameter.items == "object":
        yield from _wrong_object(parameter, valid)


def _wrong_object(parameter, valid):
    first, *others = valid
    yield [{**first, "no_such": 1}, *others], "[0].no_such", "unknown", {}
    for name, each in parameter.item_properties.items():
        if each.required:
            yield [{key: value for key, value in first.items() if key != name}, *others], f"[0].{name}", "required", {}
        for value, path, code, media in wrong_values(each, first.get(name)):
            yield [{**first, name: value}, *others], f"[0].{name}{path}", code, media


WRONG = {
    "enum": _wrong_enum,
    "integer": _wrong_number,
    "number": _wrong_number,
    "string": _wrong_string,
    "array": _wrong_array,
}


def broken(model, rule, valid):
    """The input with one rule broken."""
    without = {name: value for name, value in valid.items() if name not in rule.names}
    if rule.kind in ("any_of", "one_of"):
        yield without, {}, rule.names[0], rule.kind
    if rule.kind == "one_of":
        yield {**valid, **{name: some(model.input[name]) for name in rule.names}}, {}, rule.names[1], rule.kind
    elif rule.kind == "exclusive":
        mixed = {name: some(model.input[name]) for name in (rule.groups[0][0], rule.groups[1][0])}
        others = {name for group in rule.groups for name in group}
        yield {**{name: value for name, value in valid.items() if name not in others}, **mixed}, {}, rule.groups[1][0], rule.kind
    elif rule.kind == "forbid":
        chosen = conditions(model, rule.when)
        field = next((name for name in rule.when if name in chosen), next(iter(rule.when)))
        yield {**_dropped(valid, rule.when), **chosen}, {}, field, rule.kind
    elif rule.kind in ("requires", "required_if"):
        yield {**_dropped(without, rule.when), **conditions(model, rule.when)}, {}, rule.names[0], rule.kind


def _dropped(given, names):
    return {name: value for name, value in given.items() if name not in names}


def conditions(model, when):
    """Values under which conditions hold."""
    chosen = {name: wanted[0] for name, wanted in when.items() if isinstance(wanted, tuple)}
    return {**chosen, **{name: some(model.input[name]) for name, wanted in when.items() if wanted == PRESENT}}


def some(parameter):
    """Any value that counts as given."""
    if parameter.type == "array":
        return ["https://example.com/some"]
    by_type = {"enum": parameter.values[:1], "boolean": (True,), "integer": (1,), "number": (1,)}
    return by_type.get(parameter.type, ("https://example.com/some",))[0]
