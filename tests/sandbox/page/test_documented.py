"""docs/sandbox.md names every address of the API, with whatever its body may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiebot.sandbox.page import bodies
from kiebot.sandbox.page.app import create_app
from kiebot.sandbox.telegram.centre import DataCentre

DOCS = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
CALLS = dict(re.findall(r"^\| `([A-Z]+ /[^`?]+)[^`]*`(?: `\{([^`]*)\}`)?", DOCS, re.MULTILINE))


def test_every_address_is_named(tmp_path):
    app = create_app(
        DataCentre(tmp_path / "centre").humans,
        processes=list,
        addresses={},
        ai_behaviour=lambda _: None,
        upload_dir=tmp_path,
    )
    api = next(route for route in app.routes if getattr(route, "path", "") == "/api")
    served = {f"{method} {route.path}" for route in api.routes for method in route.methods - {"HEAD"}}
    assert set(CALLS) == served


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("POST /users", bodies.NewUser),
        ("POST /users/bulk", bodies.ManyUsers),
        ("POST /users/{user}/block", bodies.Block),
        ("POST /users/{user}/stars", bodies.GivenStars),
        ("POST /chats", bodies.NewChat),
        ("POST /chats/{chat}/topics", bodies.NewTopic),
        ("POST /chats/{chat}/members", bodies.NewMember),
        ("DELETE /chats/{chat}/members/{user}", bodies.Actor),
        ("POST /chats/{chat}/upgrade", bodies.Actor),
        ("PATCH /chats/{chat}/messages/{message}", bodies.NewText),
        ("DELETE /chats/{chat}/messages/{message}", bodies.Actor),
        ("POST /chats/{chat}/messages/{message}/vote", bodies.Vote),
        ("POST /chats/{chat}/press", bodies.Press),
        ("POST /chats/{chat}/stop_draft", bodies.Actor),
        ("POST /inline", bodies.Inline),
        ("POST /inline/choose", bodies.InlineChoice),
        ("POST /pay", bodies.Pay),
        ("POST /refund", bodies.Refund),
        ("POST /faults", bodies.Fault),
    ],
)
def test_every_field_of_a_body_is_named(call, body):
    assert sorted(CALLS[call].split(", ")) == sorted(body.model_fields)


def test_every_kind_and_field_of_a_message_is_named():
    words = set(re.findall(r"\w+", DOCS[DOCS.index("A message has a `kind`") : DOCS.index("## Making services misbehave")]))
    extras = {field for extra in bodies.EXTRAS.values() for field in extra.model_fields}
    told = {*bodies.MEDIA_KINDS, *bodies.EXTRAS, *extras, *bodies.NewMessage.model_fields} - {"as_user"}  # in the table of calls
    assert told - words == set()
