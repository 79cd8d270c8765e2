"""The steps that listen and speak: real sounds, the real confined child, a server that answers as it is told."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import pytest

from kiebot.config.keys import Billing, Limits
from kiebot.confined.runner import Confined
from kiebot.errors import UserFault
from kiebot.media.calls import probe
from kiebot.providers.openai_audio import Server, Speaker, Transcriber
from kiebot.services import accounts as services
from kiebot.services import aloud, billing, chat, documents, generation, voices
from kiebot.services.chat import Answer
from kiebot.services.delivery import Place
from kiebot.services.incoming import Attachment, Incoming, Sender
from kiebot.services.jobs import file_arrived
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, jobs, ledger, requests, threads
from kiebot.store import voices as rows
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Incident, OutboxRow
from kiebot.worker.runner import Runner
from kiebot.worker.tasks.aloud import SpeechTasks
from kiebot.worker.tasks.voices import VoiceTasks
from tests.fakes.audio import running_audio, sound
from tests.worker.conftest import said, state, wait_for

SILENCE = "anullsrc=r=16000:cl=mono"


@pytest.fixture
def audio():
    with running_audio() as audio:
        yield audio


PART_S = 10.0  # ten minutes in real life
FREE = Tariff(Billing())
PAID = Tariff(Billing(enabled=True, transcription_per_minute=5, speech_per_1000_chars=7))


@pytest.fixture
def runner(parts, queue, audio, data_dir):
    server, confined = Server(audio.url, "key", "model-1"), Confined()
    ear, mouth = Transcriber(parts.http, server, "en"), Speaker(parts.http, server, "anna")
    listening = VoiceTasks(confined=confined, transcriber=ear, loop=parts.loop, queue=queue, part_s=PART_S)
    speaking = SpeechTasks(confined=confined, speaker=mouth, loop=parts.loop, data_dir=data_dir)
    return Runner(listening.steps() | speaking.steps(), "this life", lambda: None)


@pytest.fixture
def send(account, data_dir, queue):
    """Take a recording in, put it where the bot would, and say that it arrived."""
    numbers = itertools.count(1)

    def send(content, *, kind="voice", talk=True, arrives=True, says_s=None, tariff=FREE):
        number = next(numbers)
        file = Attachment(f"file-{number}", size_bytes=len(content))
        incoming = Incoming(7, "private", "", number, Sender(7, "Ann"), kind, attachment=file)
        person = services.person_of(accounts.get(account.id))
        job_id = voices.receive(
            person, Place(7, "en", 0, number), incoming, voices.Recording(file.file_id, file.size_bytes, says_s),
            talk=talk, limits=Limits(), tariff=tariff, order_key=f"m:7:{number}",
        )  # fmt: skip
        path = documents.folder(data_dir, job_id) / "source"
        path.parent.mkdir(parents=True)
        if arrives:
            path.write_bytes(content)
            file_arrived(job_id, path, queue=queue)
        return job_id

    return send


def shown(job_id):
    """The last sentence under the recording, its arguments, and the data of its buttons."""
    row = OutboxRow.select().where(OutboxRow.edits == jobs.get(job_id).status_row).order_by(OutboxRow.id.desc()).first()
    payload = row.payload
    return payload["key"], payload["args"], [button["data"] for line in payload["buttons"] for button in line]


def make_due(job_id):
    jobs.change(job_id, next_poll_at=None)


def test_a_voice_goes_to_the_server_as_it_came_and_its_words_wait_for_the_bot(runner, send, audio, account, data_dir):
    job_id = send(sound("ogg"))
    runner.run(job_id)
    name, content, fields = audio.heard[0]
    assert (name, content, fields["model"], fields["language"]) == ("voice.ogg", sound("ogg"), "model-1", "en")
    assert (state(job_id), shown(job_id)) == ("done", ("voice-heard", {"words": "hello there", "credits": 0}, []))
    assert [rows.get(voice_id).text for voice_id in rows.heard()] == ["hello there"]
    assert not documents.folder(data_dir, job_id).exists()
    assert requests.Request.select().where(requests.Request.account == account.id).get().kind == "voice"


@pytest.mark.parametrize("kind", ["wav", "ogg"])
def test_a_format_that_the_server_refuses_is_converted(runner, send, audio, kind):
    audio.refused_endings = (".wav",) if kind == "wav" else ()
    audio.answers = [] if kind == "wav" else [415]
    job_id = send(sound(kind))
    runner.run(job_id)
    assert shown(job_id)[0] == "voice-heard"
    name, content, _ = audio.heard[-1]
    assert name == "voice.ogg"
    assert content.startswith(b"OggS")
    assert content != sound(kind)


def test_only_the_sound_of_a_video_goes_up_and_what_is_no_talk_waits_for_nobody(runner, send, audio):
    job_id = send(sound("matroska"), kind="video", talk=False)
    runner.run(job_id)
    assert audio.heard[0][1].startswith(b"OggS")
    voice = rows.of_job(job_id)
    assert (voice.state, shown(job_id)) == (
        "handled",
        ("voice-heard", {"words": "hello there", "credits": 0}, [f"h:answer:{voice.id}"]),
    )


def test_silence_is_never_sent(runner, send, audio):
    job_id = send(sound("ogg", 2, SILENCE))
    runner.run(job_id)
    assert (state(job_id), audio.heard) == ("failed", [])
    assert shown(job_id) == ("voice-silence", {}, [f"h:again:{job_id}", f"h:type:{job_id}"])


@pytest.mark.parametrize("words", ["", " ... ", "♪♪"])
def test_sound_without_words_is_told_apart_from_silence(runner, send, audio, words):
    audio.words = [words]
    job_id = send(sound("ogg"))
    runner.run(job_id)
    assert shown(job_id)[0] == "voice-unclear"


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"%PDF-1.4 not a sound", "media-refused-broken"), (b"", "media-refused-broken")],
)
def test_what_is_no_sound_is_said(runner, send, audio, content, key):
    job_id = send(content)
    runner.run(job_id)
    assert shown(job_id) == (key, {}, [f"h:type:{job_id}"])
    assert audio.heard == []


def test_a_server_in_trouble_is_asked_three_times_with_growing_pauses(runner, send, audio):
    audio.answers = [503, ("wait", 40), 500, 500]
    job_id = send(sound("ogg"))
    waits = []
    for _ in range(2):
        runner.run(job_id)
        waits.append(round(jobs.get(job_id).next_poll_at - utc_now()))
        assert state(job_id) == "storing"
        make_due(job_id)
    runner.run(job_id)
    assert (waits, state(job_id), shown(job_id)[0]) == ([2, 40], "failed", "voice-failed-service")


def test_retry_listens_again_to_what_is_still_here(runner, send, audio, account, queue):
    audio.answers = [400, 400]
    job_id = send(sound("ogg"))
    runner.run(job_id)
    assert shown(job_id) == ("voice-failed-refused", {}, [f"h:type:{job_id}"])
    person = services.person_of(accounts.get(account.id))
    again, fetch = voices.again(person, job_id, queue=queue, tariff=FREE)
    assert not fetch
    runner.run(again)
    assert (state(again), shown(again)[0]) == ("done", "voice-heard")


def test_retry_lets_the_bot_fetch_what_is_gone(runner, send, account, audio, queue, data_dir):
    audio.answers = [500] * 3
    job_id = send(sound("ogg"))
    for _ in range(3):
        runner.run(job_id)
        make_due(job_id)
    for file in documents.folder(data_dir, job_id).iterdir():
        file.unlink()
    again, fetch = voices.again(services.person_of(accounts.get(account.id)), job_id, queue=queue, tariff=FREE)
    assert fetch
    assert [job.id for job in voices.waiting_for_file()] == [again]
    path = documents.folder(data_dir, again) / "source"
    path.parent.mkdir()
    path.write_bytes(sound("ogg"))
    file_arrived(again, path, queue=queue)
    runner.run(again)
    assert shown(again)[0] == "voice-heard"


def test_a_recording_that_vanished_before_it_was_heard_is_fetched_again(runner, send, audio, queue, data_dir):
    job_id = send(sound("ogg"))
    path = documents.folder(data_dir, job_id) / "source"
    path.unlink()
    runner.run(job_id)
    assert [job.id for job in voices.waiting_for_file()] == [job_id]
    path.write_bytes(sound("ogg"))
    file_arrived(job_id, path, queue=queue)
    audio.answers = [500]
    runner.run(job_id)
    rows.VoicePart.update(path="/nowhere").execute()
    path.write_bytes(sound("matroska"))  # of a kind that is not sent as it is
    make_due(job_id)
    runner.run(job_id)
    make_due(job_id)
    runner.run(job_id)
    assert shown(job_id)[0] == "voice-heard"


def test_a_wrong_key_is_the_operators_matter(runner, send, audio):
    audio.answers = [401]
    job_id = send(sound("ogg"))
    runner.run(job_id)
    assert shown(job_id)[0] == "voice-failed-service"
    assert Incident.get().kind == "provider-auth"


def test_a_long_recording_is_heard_in_parts_and_says_how_far_it_is(runner, send, audio):
    audio.words = ["one", "two", "three"]
    job_id = send(sound("flac", 24, "aevalsrc=0.3*sin(2*PI*220*t)*lt(mod(t\\,9)\\,8):s=8000"), kind="audio", talk=False)
    keys = []
    while state(job_id) not in ("done", "failed"):
        runner.run(job_id)
        keys.append(shown(job_id)[0])
    assert keys == ["voice-progress", "voice-progress", "voice-heard"]
    assert shown(job_id)[1]["words"] == "one\n\ntwo\n\nthree"
    assert all(content.startswith(b"OggS") for _, content, _ in audio.heard)


def test_what_was_said_at_length_comes_as_a_file_too(runner, send, audio):
    audio.words = ["word " * 2000]
    job_id = send(sound("ogg"), talk=False, kind="audio")
    runner.run(job_id)
    assert shown(job_id)[0] == "voice-heard-long"
    file = OutboxRow.get(OutboxRow.kind == "document").payload["file"]
    assert (len(file["text"]), file["name"]) == (len(("word " * 2000).strip()), f"{job_id}.txt")


def test_whoever_cancels_hears_nothing_more(runner, send, audio, account):
    job_id = send(sound("ogg"))
    generation.cancel(job_id, account.id)
    runner.run(job_id)
    assert (state(job_id), audio.heard) == ("cancelled", [])


@pytest.mark.parametrize("failpoint", ["voice-claimed", "voice-cut", "voice-written-down", "voice-part-kept", "voice-heard"])
def test_a_worker_killed_while_it_listens_goes_on_after_it(worker, send, audio, failpoint):
    job_id = send(sound("ogg"))
    assert worker(failpoint, transcription={"base_url": audio.url}).wait(40) == -signal.SIGKILL
    worker(transcription={"base_url": audio.url})
    wait_for(lambda: state(job_id) == "done", 40)
    assert len(audio.heard) == (2 if failpoint == "voice-written-down" else 1)
    assert shown(job_id)[0] == "voice-heard"


# -- what listening costs --------------------------------------------------------------------------------------------------------


def credits(account):
    return billing.balance(account.id), billing.held(account.id)


def test_listening_is_held_by_begun_minutes_and_charged_when_the_words_are_there(runner, send, audio, account):
    job_id = send(sound("ogg"), says_s=61, tariff=PAID)
    assert credits(account) == (90, 10)
    assert OutboxRow.get_by_id(jobs.get(job_id).status_row).payload["args"] == {"credits": 10, "minutes": 0}
    runner.run(job_id)
    assert credits(account) == (95, 0), "it is one minute long"
    assert shown(job_id) == ("voice-heard", {"words": "hello there", "credits": 5}, [])
    assert requests.Request.get(requests.Request.kind == "voice").cost == 10
    assert billing.verify().problems == []


@pytest.mark.parametrize("answers", [[400, 400], [500] * 3])
def test_a_recording_of_which_no_words_come_costs_nothing(runner, send, audio, account, answers):
    audio.answers = list(answers)
    job_id = send(sound("ogg"), says_s=5, tariff=PAID)
    for _ in answers:
        runner.run(job_id)
        make_due(job_id)
    assert (state(job_id), credits(account)) == ("failed", (100, 0))
    assert billing.verify().problems == []


def test_a_recording_that_is_longer_than_was_said_is_not_listened_to_until_its_price_was_seen(
    runner, send, audio, account, queue
):
    long = sound("ogg", 70)
    job_id = send(long, says_s=10, tariff=PAID)
    runner.run(job_id)
    assert (state(job_id), credits(account), audio.heard) == ("failed", (100, 0), [])
    assert shown(job_id)[:2] == ("voice-longer", {"minutes": 2, "credits": 10, "held": 5})
    again, _ = voices.again(services.person_of(accounts.get(account.id)), job_id, queue=queue, tariff=PAID)
    assert credits(account) == (90, 10)
    while state(again) != "done":
        runner.run(again)
        make_due(again)
    assert credits(account) == (90, 0)
    assert billing.verify().problems == []


def test_a_price_that_changed_is_shown_before_a_recording_is_listened_to_again(runner, send, audio, account, queue):
    audio.answers = [500] * 3
    job_id = send(sound("ogg"), says_s=5, tariff=PAID)
    for _ in range(3):
        runner.run(job_id)
        make_due(job_id)
    dearer, person = Tariff(Billing(enabled=True, transcription_per_minute=9)), services.person_of(accounts.get(account.id))
    assert voices.again(person, job_id, queue=queue, tariff=dearer) is None
    assert shown(job_id)[:2] == ("voice-price", {"credits": 9})
    assert voices.again(person, job_id, queue=queue, tariff=dearer) is not None
    assert credits(account) == (91, 9)


def test_whoever_has_too_few_credits_is_told_before_anything_is_fetched(send, account):
    with pytest.raises(UserFault) as fault:
        send(sound("ogg"), says_s=3600, tariff=PAID)
    assert (fault.value.key, fault.value.sentence_args) == ("credits-too-low", {"balance": 100, "price": 300})
    assert jobs.listed() == []


# -- answers that are read aloud ----------------------------------------------------------------------------------------------


@pytest.fixture
def answered(account, queue):
    """A turn that is answered, in a chat whose answers are read aloud."""
    numbers = itertools.count(100)

    def answered(words, ending="answered", tariff=FREE):
        turn = threads.add_turn(
            thread=threads.active(7, 0).id, account=account.id, chat_id=7, topic_id=0, message_id=next(numbers), language="en",
            content=[{"type": "text", "text": "hi"}], ready_at=0.0,
        )  # fmt: skip
        with transaction():
            accounts.chat(7, "private")
            aloud.switch(7, True)
        threads.start_answer(turn.id)
        assert aloud.end_answer(turn.id, Answer(words, ending, "m"), speakable=str.upper, queue=queue, tariff=tariff)
        return next(iter(jobs.listed(kind="speech")), None)

    return answered


def test_an_answer_follows_as_a_real_voice_message(runner, answered, audio, tmp_path):
    job = answered("hello. " * 1000)
    runner.run(job.id)
    assert [len(body["input"]) for body in audio.spoken] == [4094, 2904]
    assert audio.spoken[0]["input"].startswith("HELLO.")
    row = OutboxRow.get(OutboxRow.job == job.id)
    file = row.payload["file"]
    made = probe(Confined(), Path(file["path"]), out_dir=tmp_path)
    assert (row.kind, made.container, made.audio_codec, file["duration_s"]) == ("voice", "ogg", "opus", pytest.approx(2, abs=0.2))
    assert len(file["waveform"]) == 100
    assert [sent.kind for sent in OutboxRow.select().order_by(OutboxRow.id)] == ["text", "voice"]


def test_reading_aloud_is_charged_by_begun_thousands_once_the_voice_is_made(runner, answered, audio, account):
    job = answered("hello. " * 150, tariff=PAID)
    assert credits(account) == (86, 14)
    runner.run(job.id)
    assert (state(job.id), credits(account)) == ("done", (86, 0))
    assert billing.verify().problems == []


def test_a_voice_that_fails_costs_nothing(runner, answered, audio, account):
    audio.answers = [400]
    job = answered("hello", tariff=PAID)
    runner.run(job.id)
    assert (state(job.id), credits(account)) == ("failed", (100, 0))


def test_whoever_cannot_pay_for_the_voice_has_the_text_and_hears_so_once_a_day(answered, account):
    with transaction(durable=True):
        ledger.add(account.id, "reversal", -99, "grant:2")
    assert answered("hello", tariff=PAID) is None
    assert answered("hello again", tariff=PAID) is None
    assert said("aloud-too-low") == ["aloud-too-low"]
    assert chat.open_turns() == []


def test_a_voice_that_fails_leaves_the_text_and_says_so(runner, answered, audio):
    audio.answers = [500] * 3
    job = answered("hello")
    for _ in range(3):
        runner.run(job.id)
        make_due(job.id)
    assert (state(job.id), said("aloud-failed")) == ("failed", ["aloud-failed"])
    assert chat.open_turns() == []


def test_what_is_no_sound_is_not_sent_as_a_voice(runner, answered, audio):
    audio.sound = b"this is no sound"
    job = answered("hello")
    runner.run(job.id)
    assert (state(job.id), said("aloud-failed")) == ("failed", ["aloud-failed"])


@pytest.mark.parametrize(("words", "ending"), [("hello", "stopped"), ("hello", "cut"), ("***", "answered")])
def test_what_is_no_whole_answer_is_not_read_aloud(answered, words, ending):
    assert answered(words, ending) is None


@pytest.mark.parametrize("failpoint", ["speech-claimed", "speech-piece-kept", "speech-done"])
def test_a_worker_killed_while_it_speaks_sends_one_voice(worker, answered, audio, failpoint):
    job = answered("hello")
    assert worker(failpoint, speech={"base_url": audio.url}).wait(40) == -signal.SIGKILL
    worker(speech={"base_url": audio.url})
    wait_for(lambda: state(job.id) == "done", 40)
    assert len(audio.spoken) == 1
    assert OutboxRow.select().where(OutboxRow.kind == "voice").count() == 1
