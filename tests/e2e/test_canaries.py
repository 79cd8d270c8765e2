"""What people write and what they are called never reaches a log at INFO, nor do the secrets of this installation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.studio import Studio
from tests.e2e.test_voice import say, sound

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME, USERNAME, GROUP, FILE = "Canaryname", "canaryusername", "Canarygroup", "canaryfile.txt"
QUESTION, PROMPT, CAPTION, SPOKEN, PAGE = "canaryquestion", "canaryprompt", "canarycaption", "canaryspoken", "canarypage"
SEARCHED, PROMO, LINK = "canarysearched", "CANARYPROMO", "https://files.example/canarypath.mp4?canaryquery=1"
KEY = "canarykey-0123456789"
WORDS = (NAME, USERNAME, GROUP, FILE, QUESTION, PROMPT, CAPTION, SPOKEN, PAGE, SEARCHED, PROMO, "canaryquery", KEY)


async def test_no_canary_sings_in_a_log(fresh: Studio, tmp_path: Path) -> None:
    fresh.extra |= {"KIEBOT_TEXT__API_KEY": KEY, "KIEBOT_KIE__API_KEY": KEY, "KIEBOT_WEB__ENABLED": "true"}
    secrets = (*WORDS, fresh.centre.bot["token"])
    await fresh.run("bot")
    await fresh.run("worker")
    await _live(fresh, tmp_path)
    for process in ("bot", "worker"):
        await fresh.end(process)
    written = {path.name: path.read_text().lower() for path in (fresh.data / "logs").iterdir()}
    written |= {f"what {name} showed": fresh.log(name).lower() for name in ("bot", "worker")}
    assert {json.loads(line)["level"] for line in written["worker.log"].splitlines()} >= {"info"}
    assert len(written["bot.log"].splitlines()) > 5
    found = {(name, secret) for name, text in written.items() for secret in secrets if secret.lower() in text}
    assert found == set()


async def _live(studio: Studio, folder: Path) -> None:
    """Do what people do, well and badly."""
    ann = studio.humans.add_user(NAME, "en", USERNAME)
    person = studio.same_person(studio.person("x"))
    person.id, person.chat = int(ann["id"]), int(ann["chat"])
    await person.ask(f"{QUESTION} why?")
    picture = person.say(f"/img {PROMPT}")
    await studio.until(lambda: [m for m in person.messages(after=picture) if m["kind"] == "photo"], 40, what="a picture")
    await studio.behave("chat", "error", times=1)
    await person.reply(person.say(f"{QUESTION} again?"))
    await studio.behave("kie", "fail", fail_msg=f"Your prompt '{PROMPT}' was flagged", times=1)
    person.say(f"/img {PROMPT} that fails")
    await studio.until(lambda: studio.rows("SELECT id FROM job WHERE state = 'failed'"), 30, what="a job that failed")
    await person.reply(person.say(f"/img {LINK}"))
    page = folder / FILE
    page.write_text(f"{PAGE} " * 200)
    sent = person.say(CAPTION, kind="document", file=page, name=FILE)
    await person.reply(sent, "read")
    heard = await say(person, sound(folder), SPOKEN)
    await person.reply(heard, SPOKEN, timeout_s=30)
    await person.reply(person.say(f"/docs {SEARCHED}"))
    await person.reply(person.say(f"/promo {PROMO}"))
    group = studio.humans.add_chat(GROUP, [person.id], "supergroup")
    await person.reply(person.say(f"@{studio.centre.bot['username']} {QUESTION}", chat=int(group["id"])), chat=int(group["id"]))
