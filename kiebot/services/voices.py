"""What people say: recordings taken in, fetched by the bot, listened to by the worker part by part, handled as if typed.

The row comes first: a job waits, queued until a time that never comes, while the bot fetches the recording. What the worker
writes down is kept after each part. Once all of it is heard, the recording waits (`heard`) until the bot has acted on the words.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import billing, delivery, documents
from kiebot.services.accounts import Person
from kiebot.services.delivery import Button, Place
from kiebot.services.generation import retry_key
from kiebot.services.incoming import Incoming, Sender
from kiebot.services.jobs import Queue, cancel_button, file_arrived, give_up, place
from kiebot.services.limits import Limits, check_open, count
from kiebot.services.pricing import MINUTE_S, Tariff, begun
from kiebot.store import accounts, jobs, voices
from kiebot.store.db import after_commit, transaction, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.store.outbox import Lane

KIND = "voice"
SAID = ("voice", "video_note")  # kinds of messages that are said to the bot; sounds and videos are files
MOST_WAITING = 10
SHOWN_CHARS = 3500  # in one message; what is longer comes as a file too
BEGINNING_CHARS = 3000
PROGRESS_FROM_PARTS = 2
LONG_S = 300.0  # who listens for so long says how long it is
SLACK_S = 2.0  # Telegram says whole seconds
LONGER = "voice-longer"
NOTHING_MORE = ("voice-failed-refused", "voice-failed-stuck")  # the same recording ends the same way


def limit_mb(kind: str, limits: Limits) -> int:
    """How large a recording of this kind of message may be."""
    return limits.voice_mb if kind in SAID else limits.audio_mb


@dataclass(frozen=True, slots=True)
class Recording:
    """What Telegram says of a file with sound. `seconds` is None where it does not say."""

    file_id: str
    size_bytes: int
    seconds: float | None = None


def receive(
    person: Person,
    where: Place,
    incoming: Incoming,
    recording: Recording,
    *,
    talk: bool,
    limits: Limits,
    tariff: Tariff,
    order_key: str,
) -> int:
    """Take in the recording of a message before it is fetched, and hold what it costs. Returns the job's id; the same order is
    taken once.

    `talk`: it is said to the bot, which acts on the words. Raises UserFault: voice-too-big, voice-file-too-big, limit-jobs,
    credits-too-low, order-nobody-pays.
    """
    most_mb = limit_mb(incoming.kind, limits)
    if recording.size_bytes > most_mb * 2**20:
        raise UserFault("voice-too-big" if incoming.kind in SAID else "voice-file-too-big", limit=most_mb)
    with transaction(durable=True):
        earlier = jobs.by_order(order_key)
        if earlier is not None:
            return int(earlier.id)
        file_ref = {"file_id": recording.file_id, "chat_id": incoming.chat_id, "message_id": incoming.message_id}
        given = {"file_ref": file_ref, "per_minute": tariff.rates.transcription_per_minute}
        price, seconds = price_of(person.account_id, recording.seconds, tariff), recording.seconds
        job = _add_job(person.account_id, where, order_key, given, message_id=incoming.message_id, price=price, media_s=seconds)
        voices.add(
            job=job.id, account=person.account_id, chat_id=incoming.chat_id, topic_id=incoming.topic_id,
            message_id=incoming.message_id, kind=incoming.kind, message=_kept(incoming), talk=talk,
        )  # fmt: skip
    failpoint("voice-accepted")
    return int(job.id)


def price_of(account_id: int, seconds: float | None, tariff: Tariff) -> int:
    """What it costs to listen; of a recording that does not say its length, one minute. Raises UserFault: order-nobody-pays."""
    return billing.price_for(accounts.get(account_id), tariff.transcription(seconds or 0), enabled=tariff.enabled)


def _add_job(account_id: int, where: Place, order_key: str, given: dict[str, Any], *, message_id: int, **more: Any) -> Any:
    check_open(accounts.get(account_id), KIND, MOST_WAITING)
    count(account_id, KIND, more["price"])
    job = jobs.add(
        order_key=order_key, account=account_id, kind=KIND, label="🎙", chat_id=where.chat_id, topic_id=where.topic_id,
        message_id=message_id, language=where.language, input=given, next_poll_at=jobs.NEVER, **more,
    )  # fmt: skip
    billing.hold(account_id, job.id, job.price)
    args = {"credits": job.price, "minutes": round((job.media_s or 0) / MINUTE_S) if (job.media_s or 0) >= LONG_S else 0}
    buttons = cancel_button(job.id)
    row = delivery.say(place(job), "voice-listening", args, lane=Lane.ANSWER, buttons=buttons, job_id=job.id)
    jobs.change(job.id, status_row=row)
    return job


def _kept(incoming: Incoming) -> dict[str, Any]:
    """What of a message is needed later, beside the columns of the row."""
    return {
        "chat_kind": incoming.chat_kind,
        "sender": asdict(incoming.sender),
        "reply_to": incoming.reply_to,
        "forwarded": incoming.forwarded,
        "caption": incoming.words.strip(),
    }


def as_typed(voice: Any) -> Incoming:
    """The message as it would be, had its words been typed: after the caption, if it has one."""
    kept = voice.message
    words = "\n\n".join(part for part in (kept["caption"], voice.text) if part)
    return Incoming(
        chat_id=voice.chat_id,
        chat_kind=kept["chat_kind"],
        chat_title="",
        message_id=voice.message_id,
        sender=Sender(**kept["sender"]),
        kind="text",
        text=words,
        topic_id=voice.topic_id,
        reply_to=kept["reply_to"],
        forwarded=kept["forwarded"],
        words=words,
    )


# -- the file -----------------------------------------------------------------------------------------------------------------


def waiting_for_file() -> list[Any]:
    """Jobs whose recording the bot still has to fetch: `job.input["file_ref"]` says which."""
    return jobs.waiting_for_file(jobs.NEVER, KIND)


def take_from_disk(job_id: int, source: str, data_dir: Path, *, queue: Queue) -> bool:
    """The recording lies here under another name already. False when it does not any more."""
    path = documents.folder(data_dir, job_id) / "source"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.link(source, path)
    except FileExistsError:  # pressed twice
        return True
    except OSError:
        return False
    return file_arrived(job_id, path, queue=queue)


def file_lost(job_id: int) -> bool:
    """Telegram does not give the recording: the person is asked to send it again."""
    job = jobs.get(job_id)
    return job is not None and job.state == "queued" and fail(job, "voice-failed-download")


# -- listening ------------------------------------------------------------------------------------------------------------------


def keep_parts(job: Any, parts: Sequence[dict[str, Any]], *, done: bool, duration_s: float) -> bool:
    """More parts are cut: {"start_s", "end_s", "silent", "path"} each. False when the claim is lost (the person cancelled), or
    when it has ended because the recording costs more than was held.
    """
    voice = of(job)
    with transaction(durable=True):
        if not jobs.is_held(job.id, job.attempt) or not _is_paid(job, duration_s):
            return False
        first = len(voices.parts(voice.id))
        for number, part in enumerate(parts, first + 1):
            voices.add_part(voice.id, number, text="" if part["silent"] else None, **part)
        voices.change(voice.id, ("hearing",), cut=done)
        job.input = {**job.input, "duration_s": duration_s, "tries": 0}
        jobs.change(job.id, input=job.input, stuck_claims=0)
    failpoint("voice-cut")
    return True


def _is_paid(job: Any, real_s: float) -> bool:
    """Whether what was held is enough for the real length; what is shorter costs less. False: it ended, the person knows why."""
    if not job.price:
        return True
    price = begun(real_s, MINUTE_S) * int(job.input["per_minute"])
    if price > job.price and real_s > (job.media_s or 0) + SLACK_S:
        remember(job, duration_s=real_s, shown=price)
        fail(job, LONGER, {"minutes": begun(real_s, MINUTE_S), "credits": price, "held": job.price})
        return False
    job.price = min(price, job.price)
    jobs.change(job.id, price=job.price)
    return True


def keep_text(job: Any, number: int, text: str) -> bool:
    """A part is written down. False when the claim is lost."""
    voice = of(job)
    with transaction(durable=True):
        if not jobs.is_held(job.id, job.attempt):
            return False
        voices.write_text(voice.id, number, text)
        job.input = {**job.input, "tries": 0}
        jobs.change(job.id, input=job.input, stuck_claims=0)
        _show_progress(job, voice)
    failpoint("voice-part-kept")
    return True


def _show_progress(job: Any, voice: Any) -> None:
    parts = voices.parts(voice.id)
    if len(parts) < PROGRESS_FROM_PARTS:
        return
    heard_s = sum(part.end_s - part.start_s for part in parts if part.text is not None)
    total_s = max(job.input.get("duration_s") or 0, parts[-1].end_s)
    jobs.change(job.id, progress=int(heard_s * 100 / total_s))
    minutes = {"done": round(heard_s / MINUTE_S), "total": max(1, round(total_s / MINUTE_S))}
    _show(job, "voice-progress", minutes, cancel_button(job.id))


def remember(job: Any, **more: Any) -> None:
    """Note something for whoever goes on with this job."""
    with transaction():
        job.input = {**job.input, **more}
        jobs.change(job.id, input=job.input)


def go_on(job: Any, *, queue: Queue) -> None:
    """Something is finished and more is to do: let go, so that a long recording keeps nobody waiting."""
    with transaction():
        jobs.let_go(job.id, job.attempt, not_before=utc_now(), stuck_claims=0)
        after_commit(lambda: queue.wake(job.id))


def wait(job: Any, seconds: float) -> None:
    """The server did not answer as it should: the same once more, later."""
    with transaction():
        tries = job.input.get("tries", 0) + 1
        jobs.let_go(job.id, job.attempt, not_before=utc_now() + seconds, stuck_claims=0, input={**job.input, "tries": tries})


def files_gone(job: Any, *, queue: Queue) -> None:
    """What nobody heard is cut anew, once the bot has fetched the recording again if that is gone too."""
    voice = of(job)
    with transaction(durable=True):
        voices.forget_unheard(voice.id)
        voices.change(voice.id, ("hearing",), cut=False)
        if Path(job.input["path"]).is_file():
            jobs.let_go(job.id, job.attempt, not_before=utc_now())
            after_commit(lambda: queue.wake(job.id))
        else:
            jobs.move(job.id, ("storing",), "queued", attempt=job.attempt, boot_id="", next_poll_at=jobs.NEVER)
            delivery.wake_bot()


def finish(job: Any) -> bool:
    """All parts are written down: show the words; what was said to the bot it acts on. storing -> done."""
    voice = of(job)
    parts = voices.parts(voice.id)
    words = "\n\n".join(part.text for part in parts if part.text)
    if not any(letter.isalnum() for letter in words):
        return fail(job, "voice-silence" if all(part.silent for part in parts) else "voice-unclear")
    with transaction(durable=True):
        if not jobs.move(job.id, ("storing",), "done", attempt=job.attempt):
            return False
        billing.settle(job)
        voices.change(voice.id, ("hearing",), text=words, state="heard" if voice.talk else "handled")
        _show_words(job, voice, words)
        delivery.wake_bot()
    failpoint("voice-heard")
    return True


def _show_words(job: Any, voice: Any, words: str) -> None:
    answer: Button = {"key": "voice-answer-button", "data": f"h:answer:{voice.id}"}
    buttons: list[list[Button]] = [] if voice.talk else [[answer]]
    if len(words) <= SHOWN_CHARS:
        _show(job, "voice-heard", {"words": words, "credits": job.price}, buttons)
        return
    _show(job, "voice-heard-long", {"words": words[:BEGINNING_CHARS].rstrip(), "credits": job.price}, buttons)
    file = {"text": words, "name": f"{job.id}.txt", "mime": "text/plain"}
    delivery.send_file(place(job), "document", file, "voice-whole", dedup_key=f"voice:{job.id}", job_id=job.id)


def fail(job: Any, key: str, args: dict[str, Any] | None = None) -> bool:
    """No words came of it, nothing is charged: the sentence `key` says why, with Retry where it may help, and "type instead"."""
    with transaction(durable=True):
        if not jobs.move(job.id, jobs.OPEN_STATES, "failed", attempt=job.attempt, fail_code=key):
            return False
        billing.give_back(job)
        voice = of(job)
        voices.change(voice.id, ("hearing",), state="failed")
        _show(job, key, args or {}, _ways_on(job, voice, key))
    return True


def _ways_on(job: Any, voice: Any, key: str) -> list[list[Button]]:
    retry: Button = {"key": "common-retry", "data": f"h:again:{job.id}"}
    instead: Button = {"key": "voice-type-button", "data": f"h:type:{job.id}"}
    useless = key in NOTHING_MORE or key.startswith("media-")
    ways = [*([] if useless else [retry]), *([instead] if voice.talk else [])]
    return [ways] if ways else []


def quarantine(job: Any) -> bool:
    """Each try to listen ended the worker: stop trying."""
    return give_up(job, lambda: fail(job, "voice-failed-stuck"))


def _show(job: Any, key: str, args: dict[str, Any], buttons: list[list[Button]]) -> None:
    """Change the message under the recording. It goes before the answer to its words."""
    if job.notify and job.status_row is not None:
        delivery.change(place(job), job.status_row, key, args, lane=Lane.ANSWER, buttons=buttons, job_id=job.id)


def of(job: Any) -> Any:
    """The recording that a job listens to."""
    voice = voices.of_job(job.id)
    assert voice is not None, "a voice job is written together with its recording"
    return voice


# -- afterwards -----------------------------------------------------------------------------------------------------------------


def again(person: Person, job_id: int, *, queue: Queue, tariff: Tariff) -> tuple[int, bool] | None:
    """Listen once more: what was written down stays. Returns the new job's id, and whether the bot has to fetch the file.

    None: it costs something else than was shown, so that is shown first. Raises UserFault: button-old, button-not-yours,
    limit-jobs, credits-too-low.
    """
    old = jobs.get(job_id)
    voice = None if old is None else voices.of_job(job_id)
    if old is None or voice is None or old.state != "failed":
        raise UserFault("button-old")
    if old.account_id != person.account_id:
        raise UserFault("button-not-yours")
    with transaction(durable=True):
        seconds = old.input.get("duration_s") or old.media_s
        price = price_of(person.account_id, seconds, tariff)
        if price != old.input.get("shown", old.price):
            remember(old, shown=price)
            _show(old, "voice-price", {"credits": price}, _ways_on(old, voice, "voice-price"))
            return None
        where = Place(old.chat_id, person.language, old.topic_id, old.message_id)
        given = {"file_ref": old.input["file_ref"], "per_minute": tariff.rates.transcription_per_minute}
        job = _add_job(
            person.account_id, where, retry_key(old.id), given, message_id=old.message_id, retry_of=old.id,
            price=price, media_s=seconds,
        )  # fmt: skip
        voices.change(voice.id, ("failed",), state="hearing", job=job.id)
        here = "path" in old.input and Path(old.input["path"]).is_file()
        if here:
            file_arrived(job.id, Path(old.input["path"]), queue=queue)
    return int(job.id), not here


def take_words(voice_id: int) -> Any | None:
    """The recording whose words are to be acted on now, once: heard -> handled. Call it in the transaction that acts."""
    voice = voices.get(voice_id)
    return voice if voice is not None and voices.change(voice_id, ("heard",), state="handled") else None


def words_of(person: Person, voice_id: int) -> Any:
    """The recording of a file whose words the person wants answered. Raises UserFault."""
    voice = voices.get(voice_id)
    if voice is None or voice.state != "handled" or not voice.text:
        raise UserFault("button-old")
    if voice.account_id != person.account_id:
        raise UserFault("button-not-yours")
    return voice
