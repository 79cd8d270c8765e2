"""What survives the end of the data centre's process, even SIGKILL."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from pyrogram import filters
from pyrogram.handlers import MessageHandler

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.sandbox.telegram.peers import PLAY_STARS
from tests.sandbox.telegram.conftest import bot_of
from tests.sandbox.telegram.seeing import echo, eventually, texts
from tests.sandbox.telegram.test_limits import send_raw
from tests.sandbox.telegram.test_payments import invoice, shop

SERVE = """
import asyncio, json, sys
from pathlib import Path
from kiebot.sandbox.telegram.centre import DataCentre

async def main():
    centre = DataCentre(Path(sys.argv[1]))
    await centre.start(int(sys.argv[2]))
    ann = centre.humans.add_user("Ann")["id"]
    centre.humans.post(ann, ann, "hello")
    group = centre.humans.add_chat("Forum", [ann], "forum")["id"]
    topic = centre.humans.add_topic(group, "Topic")
    paper = Path(sys.argv[1]) / "paper.txt"
    paper.write_text("words on paper")
    centre.humans.post(ann, ann, "read this", kind="document", file=paper)
    print(json.dumps({"port": centre.port, "ann": ann, "group": group, "topic": topic}), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def restarted(centre: DataCentre, folder: Path) -> DataCentre:
    port = centre.port
    await centre.stop()
    again = DataCentre(folder)
    await again.start(port)
    return again


async def test_a_killed_data_centre_comes_back_with_all_it_knew(made_folder, tmp_path):
    folder = tmp_path / "centre"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, str(folder), "0", stdout=asyncio.subprocess.PIPE)
    told = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    await asyncio.sleep(0.4)  # twice what may be lost
    process.send_signal(signal.SIGKILL)
    await process.wait()
    centre = DataCentre(folder)
    ann = told["ann"]
    assert [message["text"] for message in centre.humans.messages(ann)] == ["hello", "read this"]
    path, mime, name = centre.humans.file(centre.humans.messages(ann)[1]["media"]["id"])
    assert (path.read_text(), mime, name) == ("words on paper", "text/plain", "paper.txt")
    chat = centre.humans.state()["chats"][0]
    assert (chat["id"], chat["kind"], chat["topics"][1]) == (told["group"], "forum", {"id": told["topic"], "title": "Topic"})
    assert centre.boxes.of(told["group"]).pts > 4  # what clients may know beyond what was written is not given again
    assert centre.humans.post(ann, ann, "new")["id"] > 3
    await centre.start()
    await centre.stop()


async def test_a_bot_stays_logged_in_over_a_restart_of_the_data_centre(centre, tmp_path, ann):
    client = bot_of(centre, "bot", tmp_path)
    seen = []

    async def on_text(_, message):
        seen.append(message.text)

    async def on_connect(app, session):
        if session is app.session:
            await app.recover_gaps()

    client.add_handler(MessageHandler(on_text, filters.text & ~filters.outgoing))
    client.on_connect()(on_connect)
    await client.start()
    centre.humans.post(ann, ann, "before")
    await eventually(lambda: "before" in seen)
    folder = tmp_path / "centre"
    again = await restarted(centre, folder)
    again.humans.post(ann, ann, "after")
    await eventually(lambda: "after" in seen, 20)
    assert seen.count("before") == seen.count("after") == 1
    await client.send_message(ann, "still here")
    assert texts(again, ann) == ["hello", "before", "after", "still here"]
    assert again.humans.messages(ann)[-1]["id"] == 4
    await client.stop()
    await again.stop()


async def test_ids_pts_random_ids_and_references_go_on_after_a_restart(centre, tmp_path, ann):
    client = bot_of(centre, "bot", tmp_path)
    await client.start()
    await send_raw(client, ann, 99)
    (tmp_path / "paper.txt").write_text("words")
    document = centre.humans.post(ann, ann, kind="document", file=tmp_path / "paper.txt")
    gone = centre.humans.post(ann, ann, "deleted before the restart")
    centre.humans.delete(ann, [gone["id"]], ann)
    reference = (await client.get_messages(ann, document["id"])).document.file_id
    pts = centre.boxes.of(centre.bot["id"]).pts
    await client.stop()
    again = await restarted(centre, tmp_path / "centre")
    client = bot_of(again, "bot", tmp_path)
    await client.start()
    assert again.boxes.of(again.bot["id"]).pts == pts
    assert (await send_raw(client, ann, 99)).updates[0].id == 2
    assert (await client.download_media(reference, in_memory=True)).getvalue() == b"words"
    assert (await client.send_message(ann, "new")).id == gone["id"] + 1
    await client.stop()
    await again.stop()


async def test_the_difference_is_still_known_after_a_restart(centre, tmp_path, ann):
    client = bot_of(centre, "bot", tmp_path)
    echo(client)
    await client.start()
    centre.humans.post(ann, ann, "one")
    await eventually(lambda: "echo one" in texts(centre, ann))
    await client.storage.save()
    await client.stop()
    centre.humans.post(ann, ann, "two")
    again = await restarted(centre, tmp_path / "centre")
    again.humans.post(ann, ann, "three")
    client = bot_of(again, "bot", tmp_path)
    echo(client)
    await client.start()
    await eventually(lambda: {"echo two", "echo three"} <= set(texts(again, ann)))
    assert texts(again, ann).count("echo one") == 1
    await client.stop()
    await again.stop()


async def test_purses_receipts_and_the_bots_account_are_there_after_a_restart(centre, make_bot, tmp_path, ann):
    client = make_bot()
    await shop(client)
    charges = []
    for stars in (3, 4):
        message = await invoice(client, ann, stars)
        charges.append((await centre.humans.pay(ann, message.id, ann))["charge_id"])
    await centre.humans.refund(charges[1])
    await client.stop()
    again = await restarted(centre, tmp_path / "centre")
    try:
        assert again.humans.state()["users"][0]["stars"] == PLAY_STARS - 3
        assert {charge["id"]: charge["refunded"] for charge in again.humans.charges(ann)} == {charges[0]: False, charges[1]: True}
        shown = [entry for entry in again.humans.messages(ann) if entry["kind"] == "invoice"]
        assert [entry["media"]["paid"] for entry in shown] == [True, True]
    finally:
        await again.stop()
