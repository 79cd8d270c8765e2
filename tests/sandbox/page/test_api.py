"""The HTTP API, over real sockets, against the real data centre."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.sandbox.page.running import ADDRESSES, PROCESSES
from tests.sandbox.page.waiting import until


async def texts(api, chat):
    return [message["text"] for message in (await api.get(f"/chats/{chat}/messages")).json()]


async def test_state_names_the_bot_the_people_the_processes_and_the_addresses(sandbox, api, you):
    state = (await api.get("/state")).json()

    assert state["bot"]["id"] == sandbox.centre.bot["id"]
    assert [(user["id"], user["chat"], user["name"]) for user in state["users"]] == [(you["id"], you["chat"], "You")]
    assert (state["processes"], state["addresses"]) == (PROCESSES, ADDRESSES)


async def test_the_bots_token_is_not_shown(sandbox, api, you):
    assert sandbox.centre.bot["token"] not in (await api.get("/state")).text


async def test_a_text_reaches_the_bot_and_its_answer_comes_back(api, you, bot):
    sent = await api.post(f"/chats/{you['chat']}/messages", json={"text": "hello"})

    assert sent.status_code == 201
    assert sent.json()["from"] == you["id"]
    await until(lambda: texts(api, you["chat"]), ["hello", "You said: hello"])


async def test_after_and_limit_cut_the_list_of_messages(api, you):
    sent = [(await api.post(f"/chats/{you['chat']}/messages", json={"text": str(n)})).json() for n in range(4)]
    path = f"/chats/{you['chat']}/messages"

    assert [m["text"] for m in (await api.get(path, params={"after": sent[1]["id"]})).json()] == ["2", "3"]
    assert [m["text"] for m in (await api.get(path, params={"limit": 1})).json()] == ["3"]


async def test_many_people_are_made_at_once(api, you):
    made = (await api.post("/users/bulk", json={"count": 25})).json()

    assert len({user["id"] for user in made} | {you["id"]}) == 26


async def test_a_group_hears_only_its_members_and_forums_have_topics(api, you):
    stranger = (await api.post("/users", json={"name": "Stranger"})).json()
    forum = (await api.post("/chats", json={"title": "Studio", "users": [you["id"]], "kind": "forum"})).json()
    topic = (await api.post(f"/chats/{forum['id']}/topics", json={"title": "Music"})).json()["topic"]
    path = f"/chats/{forum['id']}/messages"

    said = await api.post(path, json={"as_user": you["id"], "text": "a song", "topic": topic})
    refused = await api.post(path, json={"as_user": stranger["id"], "text": "let me in"})

    assert said.json()["topic"] == topic
    assert refused.status_code == 400


async def test_a_member_is_put_out_of_a_group_or_leaves_it(api, you):
    bob, eve = [(await api.post("/users", json={"name": name})).json()["id"] for name in ("Bob", "Eve")]
    people = [you["id"], bob, eve]
    path = f"/chats/{(await api.post('/chats', json={'title': 'Club', 'users': people})).json()['id']}/members"

    async def remove(user, as_user):
        return await api.request("DELETE", f"{path}/{user}", json={"as_user": as_user})

    refused = await remove(eve, bob)
    put_out, left = await remove(eve, you["id"]), await remove(bob, bob)
    twice = await remove(bob, you["id"])

    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "CHAT_ADMIN_REQUIRED")
    assert bob in put_out.json()["users"]
    assert eve not in put_out.json()["users"]
    assert bob not in left.json()["users"]
    assert (twice.status_code, twice.json()["error"]["message"]) == (400, "USER_NOT_PARTICIPANT")


async def test_the_bot_is_put_out_of_a_group(sandbox, api, you):
    group = (await api.post("/chats", json={"title": "Club", "users": [you["id"]]})).json()
    bot = sandbox.centre.bot["id"]

    removed = await api.request("DELETE", f"/chats/{group['id']}/members/{bot}", json={"as_user": you["id"]})

    assert (removed.status_code, removed.json()["users"]) == (200, [you["id"]])


async def test_a_group_becomes_a_supergroup_with_another_id_once_and_at_its_creators_wish(api, you):
    bob = (await api.post("/users", json={"name": "Bob"})).json()["id"]
    group = (await api.post("/chats", json={"title": "Club", "users": [you["id"], bob]})).json()
    path = f"/chats/{group['id']}/upgrade"

    stranger = await api.post(path, json={"as_user": bob})
    made = await api.post(path, json={"as_user": you["id"]})
    again = [await api.post(f"/chats/{chat}/upgrade", json={"as_user": you["id"]}) for chat in (group["id"], made.json()["id"])]

    assert (stranger.status_code, stranger.json()["error"]["message"]) == (400, "CHAT_ADMIN_REQUIRED")
    assert (made.status_code, made.json()["kind"], made.json()["users"]) == (201, "supergroup", group["users"])
    assert made.json()["id"] != group["id"]
    assert [(answer.status_code, answer.json()["error"]["message"]) for answer in again] == [(400, "CHAT_NOT_MODIFIED")] * 2


async def test_in_a_group_somebody_must_be_named(api, you):
    group = (await api.post("/chats", json={"title": "Club", "users": [you["id"]]})).json()

    refused = await api.post(f"/chats/{group['id']}/messages", json={"text": "who am I"})

    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "as_user")


async def test_a_message_is_edited_and_deleted(api, you):
    path = f"/chats/{you['chat']}/messages"
    message = (await api.post(path, json={"text": "frist"})).json()

    edited = await api.patch(f"{path}/{message['id']}", json={"text": "first"})
    deleted = await api.request("DELETE", f"{path}/{message['id']}", json={})

    assert (edited.json()["text"], bool(edited.json()["edited"])) == ("first", True)
    assert deleted.status_code == 200
    assert await texts(api, you["chat"]) == []


async def test_an_upload_arrives_whole_and_leaves_nothing_behind(sandbox, api, you, picture):
    fields = {"kind": "photo", "text": "my boat", "width": "900", "height": "600"}
    sent = await api.post(
        f"/chats/{you['chat']}/messages", data=fields, files={"file": ("boat.jpg", picture.read_bytes(), "image/jpeg")}
    )
    media = sent.json()["media"]
    file = await api.get(f"/files/{media['id']}")

    assert (sent.status_code, sent.json()["kind"], sent.json()["text"]) == (201, "photo", "my boat")
    assert (media["width"], media["height"], media["size"]) == (900, 600, picture.stat().st_size)
    assert (file.content, file.headers["content-type"]) == (picture.read_bytes(), "image/jpeg")
    assert list(sandbox.uploads.iterdir()) == []


async def test_the_words_of_a_voice_go_to_the_transcriber(sandbox, api, you, sound):
    fields = {"kind": "voice", "duration": "3", "transcript": "draw me a boat"}
    sent = await api.post(
        f"/chats/{you['chat']}/messages", data=fields, files={"file": ("v.ogg", sound.read_bytes(), "audio/ogg")}
    )

    sha256 = hashlib.sha256(sound.read_bytes()).hexdigest()
    assert sent.json()["kind"] == "voice"
    assert sandbox.behaviours == [{"service": "transcription", "sha256": sha256, "text": "draw me a boat"}]


async def test_a_poll_a_contact_and_a_place_are_sent_without_a_file(api, you):
    path = f"/chats/{you['chat']}/messages"
    poll = await api.post(path, json={"kind": "poll", "extra": {"question": "Which?", "options": ["red", "blue"]}})
    contact = await api.post(path, json={"kind": "contact", "extra": {"first_name": "Ann", "phone": "+100"}})
    place = await api.post(path, json={"kind": "location", "extra": {"latitude": 55.75, "longitude": 37.61}})

    assert [option["text"] for option in poll.json()["media"]["options"]] == ["red", "blue"]
    assert contact.json()["media"]["phone"] == "+100"
    assert place.json()["media"]["latitude"] == pytest.approx(55.75)


async def test_a_button_is_pressed_and_its_answer_comes_back(api, you, bot):
    await api.post(f"/chats/{you['chat']}/messages", json={"text": "/start"})
    messages = await until(lambda: texts(api, you["chat"]), ["/start", "Welcome! What shall we do?"])
    assert messages
    greeting = (await api.get(f"/chats/{you['chat']}/messages")).json()[-1]

    by_data = await api.post(f"/chats/{you['chat']}/press", json={"message_id": greeting["id"], "data": "warn"})
    by_words = await api.post(f"/chats/{you['chat']}/press", json={"message_id": greeting["id"], "button": "Open the site"})

    assert (by_data.json()["text"], by_data.json()["alert"]) == ("This is a warning", True)
    assert by_words.json()["url"] == "https://example.org/"


async def test_a_button_that_the_bot_never_answers_says_so(api, you, bot):
    await api.post(f"/chats/{you['chat']}/messages", json={"text": "/start"})
    await until(lambda: texts(api, you["chat"]), ["/start", "Welcome! What shall we do?"])
    greeting = (await api.get(f"/chats/{you['chat']}/messages")).json()[-1]

    answer = await api.post(f"/chats/{you['chat']}/press", json={"message_id": greeting["id"], "data": "mute", "timeout": 0.6})

    assert (answer.status_code, answer.json()["error"]["message"]) == (504, "BOT_RESPONSE_TIMEOUT")


async def test_faults_and_behaviours_are_passed_on(sandbox, api, you):
    fault = await api.post("/faults", json={"method": "messages.SendMessage", "action": "flood_wait", "seconds": 1})
    behaviour = await api.post("/ai/behaviour", json={"service": "text", "action": "hang", "times": 2})

    assert (fault.status_code, behaviour.status_code) == (201, 201)
    assert sandbox.centre.faults.take("messages.SendMessage").seconds == 1
    assert sandbox.behaviours == [{"service": "text", "action": "hang", "times": 2}]


async def test_a_vote_is_counted(api, you):
    path = f"/chats/{you['chat']}/messages"
    poll = (await api.post(path, json={"kind": "poll", "extra": {"question": "Which?", "options": ["red", "blue"]}})).json()

    voted = await api.post(f"{path}/{poll['id']}/vote", json={"options": [1]})

    assert [option["votes"] for option in voted.json()["media"]["options"]] == [0, 1]


async def test_a_behaviour_that_the_services_do_not_know_is_refused(sandbox, api):
    answer = await api.post("/ai/behaviour", json={"service": "chat", "action": "sing"})

    assert answer.status_code == 400
    assert sandbox.behaviours == []


async def test_a_person_blocks_the_bot(sandbox, api, you):
    await api.post(f"/users/{you['id']}/block", json={})

    assert sandbox.centre.peers.user(you["id"]).blocked == [sandbox.centre.bot["id"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/users", {"name": ""}, "name"),
        ("POST", "/users", {"name": "A", "langauge": "en"}, "langauge"),
        ("POST", "/users/bulk", {"count": 0}, "count"),
        ("POST", "/chats", {"title": "T", "users": [], "kind": "group"}, "users"),
        ("POST", "/chats", {"title": "T", "users": [1], "kind": "party"}, "kind"),
        ("POST", "/faults", {"method": "x", "action": "explode"}, "action"),
        (
            "POST",
            "/chats/1/messages",
            {"text": "x", "entities": [{"type": "shout", "offset": 0, "length": 1}]},
            "entities.0.type",
        ),
        ("POST", "/chats/1/messages", {"kind": "photo"}, "file"),
        ("POST", "/chats/1/messages", {"kind": "poll", "extra": {"question": "Which?", "options": [1, 2]}}, "extra.options.0"),
        ("POST", "/chats/1/press", {"message_id": 1}, "data"),
    ],
)
async def test_wrong_input_names_the_field(api, method, path, body, field):
    answer = await api.request(method, path, json=body)

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe"])
async def test_what_is_no_json_object_is_refused(api, body):
    answer = await api.post("/users", content=body)

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "")


async def test_half_a_character_is_refused_before_it_blocks_the_stream_of_updates(api, you):
    answer = await api.post(f"/chats/{you['chat']}/messages", content=b'{"text": "cut emoji \\ud83d"}')

    assert answer.status_code == 400
    assert (await api.get(f"/chats/{you['chat']}/messages")).json() == []


@pytest.mark.parametrize(
    "path", ["/chats/999/messages", "/chats/-5/messages", "/chats/abc/messages", "/files/1", "/files/..%2f..%2fx", "/nothing"]
)
async def test_what_does_not_exist_is_not_found(api, you, path):
    answer = await api.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"]


async def test_an_unknown_message_is_not_found(api, you):
    answer = await api.patch(f"/chats/{you['chat']}/messages/12345", json={"text": "x"})

    assert (answer.status_code, answer.json()["error"]["field"]) == (404, "message")


async def test_the_page_loads_nothing_from_elsewhere(sandbox, api):
    page = (await api.get(sandbox.url)).text

    assert not re.search(r'(src|href)="(?!/static/)', page)
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)


async def test_people_pay_get_their_stars_back_and_are_given_more(api, you, bot):
    await api.post(f"/chats/{you['chat']}/messages", json={"text": "sell"})

    async def invoices():
        found = (await api.get(f"/chats/{you['chat']}/messages")).json()
        return [message["id"] for message in found if message["kind"] == "invoice"]

    await until(lambda: _count(invoices), 1)
    paid = (await api.post("/pay", json={"message_id": (await invoices())[0], "as_user": you["id"]})).json()
    charges = (await api.get(f"/users/{you['id']}/charges")).json()
    given = (await api.post(f"/users/{you['id']}/stars", json={"stars": 7})).json()
    back = [(await api.post("/refund", json={"charge_id": paid["charge_id"]})).json() for _ in range(2)]

    assert [(charge["id"], charge["amount"]) for charge in charges] == [(paid["charge_id"], 50)]
    assert given["stars"] == you["stars"] - 50 + 7
    assert back == [{"ok": True, "error": None}, {"ok": False, "error": "CHARGE_ALREADY_REFUNDED"}]


async def _count(ask):
    return len(await ask())
