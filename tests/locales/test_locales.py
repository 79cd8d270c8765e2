"""The Fluent files against each other and against the code that uses them."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import ast as ftl
from fluent.syntax import parse
from fluent.syntax.visitor import Visitor

import kiebot
from kiebot.i18n import LANGUAGES, LOCALES, sources, text

# Keys put together at run time, as f"provider-{kind}": the one list of them
DYNAMIC_PREFIXES = (
    "provider-",
    "confined-",
    "document-refused-",
    "document-do-",
    "forget-scope-",
    "forget-sure-",
    "media-refused-",
    "group-",
    "examples-",
    "form-send-",
    "state-",
    "audience-",
    "result-",
    "cancel-",
    "menu-",
    "command-",
    "settings-style-",
    "chat-note-",
    "picture-edit-",
    "picture-for-",
    "picture-make-",
    "picture-prompt-",
    "admin-days-",
    "admin-kind-",
    "film-button-",
    "film-doing-",
    "film-did-",
    "film-ask-",
    "film-choice-",
    "film-lacks-",
    "film-make-",
    "film-no-",
    "film-over-",
    "film-set-",
    "film-stage-",
    "film-state-",
    "film-style-",
    "film-value-",
    "film-why-",
    "movement-film-",
)

# Faults the person is never told (handlers/intake.py SILENT)
UNSAID = {"chat-seen"}

KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9_]+)*")
SPEAKING_CALLS = {"text", "say", "notice", "UserFault", "__init__"}  # __init__: super().__init__("key") of a UserFault's child
PACKAGE = Path(kiebot.__file__).parent

MACHINE_PHRASES = {
    "en": (
        "\u2014",
        "!!",
        "delve",
        "seamless",
        "effortless",
        "elevate",
        "unleash",
        "oops",
        "great question",
        "feel free",
        "kindly",
    ),
    "ru": (
        "\u2014",
        "!!",
        "упс",
        " ой,",
        "увы",
        "успешно",
        "пожалуйста, пожалуйста",
        "данный",
        "является",
        "осуществ",
        "не стесняйтесь",
    ),
}


class Variables(Visitor):
    def __init__(self):
        self.names = set()
        self.selects = []
        self.others = set()

    def visit_MessageReference(self, node):
        self.others.add(node.id.name)

    def visit_TermReference(self, node):
        self.others.add(node.id.name)

    def visit_VariableReference(self, node):
        self.names.add(node.id.name)

    def visit_SelectExpression(self, node):
        self.selects.append(node)
        self.generic_visit(node)


@dataclass(frozen=True)
class Call:
    where: str
    name: str
    key: str
    arguments: frozenset
    open_ended: bool  # **args: what is given cannot be read from the code


def entries(language):
    for file in sorted((LOCALES / language).glob("*.ftl")):
        for entry in parse(file.read_text(encoding="utf-8")).body:
            yield file.name, entry


@cache
def messages(language):
    return {entry.id.name: (file, entry) for file, entry in entries(language) if isinstance(entry, ftl.Message)}


@cache
def variables(language, key):
    visitor = Variables()
    visitor.visit(messages(language)[key][1])
    return visitor


@cache
def modules():
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(PACKAGE.rglob("*.py"))}


def literals(node):
    """The keys an argument may be: a literal, or either side of `a if x else b`. One word is a key only if it is known."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    word = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return [word] if KEY.fullmatch(word) and ("-" in word or word in messages("en")) else []


@cache
def calls():
    found = []
    for file, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found.extend(calls_of(node, f"{file.relative_to(PACKAGE)}:{node.lineno}"))
    return found


def arguments_of(node):
    """The variables a call gives, as keywords or in a dict, and whether there may be others that cannot be read here."""
    given = {keyword.arg for keyword in node.keywords if keyword.arg}
    values = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "args")]
    for mapping in (value for value in values if isinstance(value, ast.Dict)):
        given |= {key.value for key in mapping.keys if isinstance(key, ast.Constant)}
    after_key = [value for place, value in enumerate(node.args) if any(literals(before) for before in node.args[:place])]
    opaque = any(not isinstance(value, (ast.Dict, ast.Constant)) for value in after_key)
    return frozenset(given), opaque or any(keyword.arg is None for keyword in node.keywords)


def calls_of(node, where):
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    given, open_ended = arguments_of(node)
    positional = [key for argument in node.args for key in literals(argument)][:2] if name in SPEAKING_CALLS else []
    named = [key for keyword in node.keywords if keyword.arg == "key" for key in literals(keyword.value)]
    return [Call(where, name, key, given, open_ended) for key in positional] + [
        Call(where, "", key, given, True) for key in named
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_hold_only_valid_fluent(language):
    junk = [f"{file}: {entry.content}" for file, entry in entries(language) if isinstance(entry, ftl.Junk)]
    assert not junk


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_written_twice_and_all_look_alike(language):
    keys = [entry.id.name for _, entry in entries(language) if isinstance(entry, ftl.Message)]
    assert sorted(set(keys)) == sorted(keys)
    assert [key for key in keys if not KEY.fullmatch(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_is_read_alone_is_the_one_of_its_file_and_speaks_of_no_other(language):
    assert set(sources(language)) == set(messages(language))
    for key, source in sources(language).items():
        (entry,) = (each for each in parse(source).body if isinstance(each, ftl.Message | ftl.Junk))
        assert entry.equals(messages(language)[key][1], ignored_fields=["span", "comment"])
        visitor = Variables()
        visitor.visit(entry)
        assert visitor.others == set()


def test_both_languages_hold_the_same_keys_in_the_same_files():
    assert {key: file for key, (file, _) in messages("en").items()} == {key: file for key, (file, _) in messages("ru").items()}


def test_both_languages_use_the_same_variables():
    different = {key for key in messages("en") if variables("en", key).names != variables("ru", key).names}
    assert different == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_with_numbers_and_with_words(language):
    for key in messages(language):
        for value in (1, 2, 5, 1234, 0.5, "word"):
            assert text(language, key, **dict.fromkeys(variables(language, key).names, value))


def test_russian_plurals_have_all_their_forms():
    for key in messages("ru"):
        for select in variables("ru", key).selects:
            forms = {variant.key.name for variant in select.variants if isinstance(variant.key, ftl.Identifier)}
            if forms & {"one", "few", "many"}:
                assert forms >= {"one", "few"}, key
                assert forms & {"many", "other"}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_sound_like_a_person(language):
    for key, (_, message) in messages(language).items():
        said = " ".join(element.value for element in message.value.elements if isinstance(element, ftl.TextElement)).lower()
        assert [phrase for phrase in MACHINE_PHRASES[language] if phrase in said] == [], key


def test_every_key_the_code_says_exists():
    assert [call for call in calls() if call.key not in messages("en") and call.key not in UNSAID] == []


def test_every_call_gives_all_variables_of_its_sentence():
    known = [call for call in calls() if call.key in messages("en") and not call.open_ended]
    assert [call for call in known if not variables("en", call.key).names <= call.arguments] == []


def test_every_sentence_is_said_somewhere():
    said = {
        node.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [key for key in messages("en") if key not in said and not key.startswith(DYNAMIC_PREFIXES)] == []


def test_every_listed_prefix_is_put_together_somewhere():
    begun = {
        node.values[0].value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
    }
    assert [prefix for prefix in DYNAMIC_PREFIXES if prefix not in begun] == []
