import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kiebot.catalog.forms import complete
from kiebot.catalog.loading import load
from kiebot.catalog.prices import provider_credits
from kiebot.catalog.validation import MediaFacts, validate
from tests.catalog.mutations import mutations
from tests.catalog.strategies import inputs

CATALOGUE = load()
MODELS = list(CATALOGUE.models.values())
QUICK = settings(
    max_examples=4,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_what_the_schema_makes_is_accepted_and_every_single_mistake_is_refused(model):
    @QUICK
    @given(inputs(model))
    def check(made):
        assert validate(model, made) == []
        for wrong, media, field, code in mutations(model, made):
            errors = {(error.field, error.code) for error in validate(model, wrong, media)}
            assert (field, code) in errors, (wrong, errors)

    check()


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_valid_input_has_a_price_and_stays_valid_when_it_is_completed(model):
    @QUICK
    @given(inputs(model))
    def check(made):
        full = complete(model, made)
        assert validate(model, full) == []
        if model.price is not None:
            assert provider_credits(model, made) is not None
            assert provider_credits(model, full) is not None

    check()


class Vast(int):
    """A number of so many digits that Python refuses to write it down; pytest names its cases by what they print."""

    def __str__(self):
        return "vast"

    __repr__ = __str__

    def __neg__(self):
        return Vast(super().__neg__())


PICTURES = {"type": "array", "items": "url-image", "max_items": 2, "accept": ["image/jpeg", "image/png"], "max_mb": 10}
VAST = Vast(10**5000)
CASES = [
    ({"type": "enum", "values": [5, 10]}, 5, None),
    ({"type": "enum", "values": [5, 10]}, "5", "enum"),
    ({"type": "enum", "values": [5, 10]}, 5.0, "enum"),
    ({"type": "enum", "values": [0, 1]}, True, "type"),
    ({"type": "enum", "values": ["720p"]}, "720P", "enum"),
    ({"type": "enum", "values": ["Anna"], "strict": False}, "Boris", None),
    ({"type": "enum", "values": ["Anna"], "strict": False}, 5, "enum"),
    ({"type": "integer", "min": 4, "max": 15, "also_allowed": [-1]}, -1, None),
    ({"type": "integer", "min": 4, "max": 15, "also_allowed": [-1]}, 3, "min"),
    ({"type": "integer", "min": 4, "max": 15}, 16, "max"),
    ({"type": "integer"}, True, "type"),
    ({"type": "number", "min": 0, "max": 1}, 1, None),
    ({"type": "number", "min": 0, "max": 1}, float("nan"), "type"),
    ({"type": "number", "multiple_of": 0.1}, 0.3, None),
    ({"type": "number", "multiple_of": 0.1}, 0.35, "multiple_of"),
    ({"type": "boolean"}, 1, "type"),
    ({"type": "string", "min_length": 2, "max_length": 3}, "ёж", None),
    ({"type": "string", "min_length": 2, "max_length": 3}, "ё", "min_length"),
    ({"type": "string", "min_length": 2, "max_length": 3}, "ежик", "max_length"),
    ({"type": "string"}, "", None),
    ({"type": "string", "required": True}, " ", "required"),
    ({"type": "string", "required": True}, "\u200b\u2060\u200d\ufeff \u00a0\u3164", "required"),
    ({"type": "string", "required": True}, "\u2764\ufe0f", None),
    ({"type": "integer", "min": 40, "max": 120, "multiple_of": 4}, 10**39, "max"),
    ({"type": "integer", "max": 120}, VAST, "max"),
    ({"type": "integer"}, -VAST, "min"),
    ({"type": "number", "max": 1, "multiple_of": 0.1}, VAST, "max"),
    ({"type": "string"}, "\ud800", "text"),
    ({"type": "string", "format": "task"}, "abc-123_X.y:z", None),
    ({"type": "string", "format": "task"}, "а б", "task"),
    ({"type": "string", "format": "track"}, "5a-b", None),
    ({"type": "string", "format": "track"}, "a b", "track"),
    ({"type": "array", "items": "string", "max_items": 2}, ["a"] * 3, "max_items"),
    ({"type": "array", "items": "string", "required": True}, [], "min_items"),
    ({"type": "array", "items": "string"}, [], None),
    ({"type": "string", "format": "url-page"}, "https://example.com/a?b=c", None),
    ({"type": "string", "format": "url-page"}, "file:1", "url"),
    ({"type": "string", "format": "url-image"}, "http://10.0.0.1/a.png", "url_private"),
]


@pytest.mark.parametrize(("parameter", "value", "code"), CASES)
def test_a_value_is_accepted_or_refused_with_its_field_and_code(model_of, parameter, value, code):
    errors = validate(model_of(it=parameter), {"prompt": "x", "it": value})
    assert [(error.field, error.code) for error in errors] == ([("it", code)] if code else [])


def test_all_faults_are_told_at_once_in_the_language_asked_for(model_of):
    model = model_of(
        size={"type": "enum", "values": ["S"]}, seed={"type": "integer", "max": 9, "label": {"ru": "Зерно", "en": "Seed"}}
    )
    given = {"size": "M", "seed": 10, "colour": "red"}
    found = {(error.field, error.code): error.message for error in validate(model, given, language="ru")}
    assert found == {
        ("colour", "unknown"): "Параметра «colour» у этой модели нет.",
        ("prompt", "required"): "«Описание»: без этого параметра нельзя.",
        ("size", "enum"): "«Размер»: выберите одно из значений: S.",
        ("seed", "max"): "«Зерно»: не больше 9, а сейчас 10.",
    }
    english = {error.field: error.message for error in validate(model, given)}
    assert english["seed"] == "Seed must be at most 9, it is 10."
    assert {error.message for error in validate(model, given, language="de")} == set(english.values())


def test_an_input_that_is_no_object_is_refused(model_of):
    assert [(error.field, error.code) for error in validate(model_of(), ["x"])] == [("", "type")]


def test_a_text_that_shows_nothing_counts_for_no_rule(model_of):
    model = model_of({"rules": [{"requires": {"prompt": ["other"]}}]}, other={"type": "string"})
    assert [error.code for error in validate(model, {"prompt": "x", "other": "\u200b"})] == ["requires"]


def test_what_cannot_be_written_down_is_refused_and_its_place_can_be_printed(model_of):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    model = model_of(lists={"type": "array", "items": "array"})
    for sent, fault in (
        ({"prompt": "x", "\udc80": 1}, ("\\udc80", "text")),
        ({"prompt": "x", "lists": [["a", "\ud800"]]}, ("lists[0][1]", "text")),
        ({"prompt": "x", "lists": deep}, (f"lists{'[0]' * 32}", "depth")),
    ):
        (error,) = validate(model, sent)
        assert (error.field, error.code) == fault
        assert error.message.encode()


def test_a_fault_inside_of_a_list_names_its_place(model_of):
    words = {"type": "string", "required": True, "max_length": 5}
    shots = {"type": "array", "items": "object", "item_properties": {"words": words, "seconds": {"type": "integer", "min": 1}}}
    given = {"prompt": "x", "shots": [{"words": "a"}, {"words": "too long", "seconds": 0, "x": 1}, {}, "text"]}
    found = {(error.field, error.code) for error in validate(model_of(shots=shots), given)}
    assert found == {
        ("shots[1].words", "max_length"),
        ("shots[1].seconds", "min"),
        ("shots[1].x", "unknown"),
        ("shots[2].words", "required"),
        ("shots[3]", "type"),
    }


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (MediaFacts("image", "image/jpeg", 10_000_000), None),
        (MediaFacts("image", "image/jpg", 10), None),
        (MediaFacts("image", "IMAGE/PNG; charset=binary", 10), None),
        (MediaFacts("image", "image/webp", 10), "media_type"),
        (MediaFacts("video", "video/mp4", 10), "media_kind"),
        (MediaFacts("image", "image/jpeg", 10_000_001), "media_size"),
        (None, "media_unknown"),
    ],
)
def test_a_file_of_a_person_is_checked_by_what_is_known_of_it(model_of, facts, code):
    model = model_of(pictures=PICTURES)
    errors = validate(
        model, {"prompt": "x", "pictures": ["https://example.com/a.png", "file:7"]}, {"file:7": facts} if facts else {}
    )
    assert [(error.field, error.code) for error in errors] == ([("pictures[1]", code)] if code else [])


def test_files_count_as_items_and_any_file_goes_where_any_is_taken(model_of):
    facts = {"file:1": MediaFacts("video", "video/mp4", 10)}
    model = model_of(pictures=PICTURES, any={"type": "string", "format": "url-file"})
    assert validate(model, {"prompt": "x", "any": "file:1"}, facts) == []
    errors = validate(model, {"prompt": "x", "pictures": ["https://example.com/a.png"] * 3})
    assert [error.code for error in errors] == ["max_items"]


def test_hosts_on_this_machine_pass_only_when_they_are_named(model_of):
    given = {"prompt": "x", "pictures": ["http://127.0.0.1:8081/a.png"]}
    assert [error.code for error in validate(model_of(pictures=PICTURES), given)] == ["url_private"]
    for host in ("127.0.0.1:8081", "127.0.0.1"):
        assert validate(model_of(pictures=PICTURES), given, allowed_hosts=frozenset({host})) == []
    others = frozenset({"127.0.0.1:8082"})
    assert [error.code for error in validate(model_of(pictures=PICTURES), given, allowed_hosts=others)] == ["url_private"]


RULED = {
    "a": {"type": "string"},
    "b": {"type": "string"},
    "c": {"type": "array", "items": "string"},
    "mode": {"type": "enum", "values": ["plain", "rich"], "default": "plain"},
    "on": {"type": "boolean", "default": True},
}
RULES = [
    ({"any_of": ["a", "b"]}, {"b": "x"}, None),
    ({"any_of": ["a", "c"]}, {"a": "", "c": []}, ("a", "any_of")),
    ({"one_of": ["a", "b"]}, {"a": "x"}, None),
    ({"one_of": ["a", "b"]}, {}, ("a", "one_of")),
    ({"one_of": ["a", "b"]}, {"a": "x", "b": "x"}, ("b", "one_of")),
    ({"exclusive": [["a", "b"], ["c"]]}, {"a": "x", "b": "x"}, None),
    ({"exclusive": [["a", "b"], ["c"]]}, {"a": "x", "c": ["x"]}, ("c", "exclusive")),
    ({"requires": {"a": ["b", "c"]}}, {"a": "x", "b": "x", "c": ["x"]}, None),
    ({"requires": {"a": ["b"]}}, {"a": "x"}, ("b", "requires")),
    ({"requires": {"mode": ["b"]}}, {}, None),
    ({"required_if": {"parameter": "a", "when": {"mode": "plain"}}}, {}, ("a", "required_if")),
    ({"required_if": {"parameter": "a", "when": {"mode": "plain"}}}, {"mode": "rich"}, None),
    ({"required_if": {"parameter": "a", "when": {"mode": ["rich", "plain"], "on": False}}}, {}, None),
    ({"required_if": {"parameter": ["a", "b"], "when": {"c": None}}}, {"a": "x"}, ("b", "required_if")),
    ({"required_if": {"parameter": "a", "when": {"c": None}}}, {"c": ["x"]}, None),
    ({"forbid": {"mode": "plain", "a": "present"}}, {"a": "x"}, ("a", "forbid")),
    ({"forbid": {"mode": "plain", "a": "present"}}, {"a": "x", "mode": "rich"}, None),
    ({"forbid": {"mode": "plain", "on": True}}, {}, ("mode", "forbid")),
]


@pytest.mark.parametrize(("rule", "given", "broken"), RULES)
def test_a_rule_is_kept_or_broken_and_what_is_not_given_has_its_default(model_of, rule, given, broken):
    errors = validate(model_of({"rules": [rule]}, **RULED), {"prompt": "x", **given})
    assert [(error.field, error.code) for error in errors] == ([broken] if broken else [])
    assert all(error.message for error in errors)
