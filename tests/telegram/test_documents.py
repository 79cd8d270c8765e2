"""/docs, the buttons of documents, passwords, albums of groups, /forget and /export at the intake of the bot."""

from __future__ import annotations

import pytest

from kiebot.i18n import text
from kiebot.services import documents
from kiebot.services.document_questions import Quote, Source
from kiebot.services.incoming import Attachment
from kiebot.store import documents as rows
from kiebot.store import jobs, threads
from kiebot.store.db import utc_now
from kiebot.store.models import Document, Job, Turn
from kiebot.store.order_models import InputFile
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.sources import quoted, sources_line
from tests.telegram.phone import GROUP, Phone


@pytest.fixture
def read(ann: Phone):
    """Ann sends a file, and it is read; its row comes back."""

    def read(words: str = "The rent is 900 euros.", phone: Phone = ann, **more) -> Document:
        phone.file("document", mime="text/plain", **more)
        job = _arrived()
        documents.read(job, [{"number": 1, "text": words, "method": "text"}], kind="text", page_count=1)
        phone.deliver()
        return rows.of_job(job.id)

    return read


def _arrived():
    job = Job.select().order_by(Job.id.desc()).get()
    jobs.change(job.id, next_poll_at=None)
    return jobs.claim(job.id, "queued", "storing", "boot")


def tasks() -> list[str]:
    return [turn.task for turn in Turn.select().order_by(Turn.id)]


def test_docs_without_files_says_how_to_send_one_also_in_a_group(intake) -> None:
    assert "with my name" not in Phone(intake, 7).say("/docs").text
    assert "with my name in the words below it" in Phone(intake, 7, chat=GROUP).say("/docs").text


def test_docs_lists_opens_chooses_and_turns_pages(ann: Phone, read) -> None:
    assert ann.say("/docs").key == "documents-none"
    for number in range(8):
        read(f"text {number}")
    listed = ann.say("/docs")
    assert listed.text.startswith("8 files")
    assert len([data for _, data in listed.buttons if data.startswith("d:open")]) == 6
    assert len([data for _, data in ann.press("▶️").buttons if data.startswith("d:open")]) == 2
    opened = ann.press("d:open")
    assert (opened.key, "is about it" in opened.text) == ("document-shown", True)
    assert "is not about it" in ann.press("d:unchoose").text
    assert "is about it" in ann.press("d:choose").text
    assert ann.press("All files").key == "documents"


@pytest.mark.parametrize("mime", ["image/tiff", "image/vnd.djvu"])
def test_what_a_scanner_makes_is_read_although_it_calls_itself_a_picture(ann: Phone, mime: str) -> None:
    assert ann.file("document", mime=mime).key == "document-accepted"


def test_files_of_one_name_are_told_apart(ann: Phone, read) -> None:
    for _ in range(3):
        read()
    assert [row.name for row in rows.listed(7, 10)] == ["document (3).bin", "document (2).bin", "document.bin"]


def test_buttons_under_a_document_ask_for_what_they_say(ann: Phone, read) -> None:
    document = read()
    ready = ann.last()
    for action, task in (("summarise", "summarise"), ("points", "points"), ("translate", "translate")):
        ann.press(f"d:{action}", ready)
        assert (tasks()[-1], ann.notice) == (task, "document-working")
        assert [turn.turn_id for turn in ann.effects.turns] == [Turn.select().count()], "answered at once, not at the next look"
    ann.press_data(f"d:translate:{document.id}:3", ready)
    assert tasks()[-1] == "translate:3"


def test_ask_makes_the_conversation_about_one_document_alone(ann: Phone, read) -> None:
    first, second = read("first"), read("second")
    thread = threads.active(7, 0)
    assert len(rows.chosen(thread.id, 7)) == 2
    said = ann.press_data(f"d:ask:{first.id}", ann.last())
    assert [document.id for document in rows.chosen(thread.id, 7)] == [first.id]
    ann.say("and what is it", reply_to=said.message_id)
    assert Turn.select().order_by(Turn.id.desc()).get().documents == [first.id]
    assert second.state == "ready"


def test_a_document_is_forgotten_after_a_second_press_and_its_buttons_are_dead_then(ann: Phone, read) -> None:
    document = read()
    ready = ann.last()
    assert ann.press("d:forget", ready).key == "document-forget"
    assert ann.press("d:gone").key == "document-forgotten"
    assert rows.get(document.id).state == "forgotten"
    ann.press_data(f"d:points:{document.id}", ann.last())
    assert ann.notice == "document-gone"


def test_forged_buttons_reach_no_other_chat(intake: Intake, ann: Phone, read) -> None:
    document = read()
    turn = Turn.select().get()
    bob = Phone(intake, 8)
    bob.say("/docs")
    for data in (
        f"d:open:{document.id}",
        f"d:gone:{document.id}",
        f"d:quotes:{turn.id}",
        "d:nothing:1",
        "d",
        "p:yes:there",
        "p:x",
    ):
        bob.press_data(data, bob.last())
        assert bob.notice in ("document-gone", "button-old")
    assert rows.get(document.id).state == "ready"


def test_in_a_group_only_who_sent_a_document_has_it_forgotten(intake: Intake, ann: Phone, read) -> None:
    here, bob = Phone(intake, 7, chat=GROUP), Phone(intake, 8, chat=GROUP)
    document = read(phone=here)
    bob.press_data(f"d:gone:{document.id}", here.last())
    assert bob.notice == "button-not-yours"
    bob.press_data(f"d:points:{document.id}", here.last())
    assert bob.notice == "document-working"
    assert here.press_data(f"d:gone:{document.id}", here.last()).key == "document-forgotten"


def _answered_now() -> list[str]:
    """What the bot would answer at its next look around."""
    return [turn.content[0]["text"] for turn in threads.open_turns() if not turn.task]


def test_a_question_right_after_a_file_waits_until_it_is_read(ann: Phone) -> None:
    ann.file("document", mime="application/pdf")
    assert ann.say("what is the rent?").key == "document-question-waits"
    assert ann.effects.turns == []
    assert ann.say("and how are you?").key == "document-question-waits", "only the first one waits"
    assert len(ann.effects.turns) == 1
    assert "what is the rent?" not in _answered_now()
    page = {"number": 1, "text": "The rent is 900.", "method": "text"}
    documents.read(_arrived(), [page], kind="pdf", page_count=1)
    assert "what is the rent?" in _answered_now()
    assert tasks() == ["", ""], "answered, not summed up as well"
    assert Turn.get(Turn.id == 1).documents == [rows.of_job(1).id]


@pytest.mark.parametrize("end", ["fail", "cancel"])
def test_a_question_does_not_wait_for_a_file_that_is_not_read_any_more(ann: Phone, end: str) -> None:
    got = ann.file("document", mime="application/pdf")
    ann.say("what is the rent?")
    assert _answered_now() == []
    if end == "fail":
        documents.fail(_arrived(), "document-refused-broken")
    else:
        ann.press("Cancel", got)
    assert _answered_now() == ["what is the rent?"]


def test_what_came_with_a_question_or_long_ago_is_not_what_the_next_message_is_about(ann: Phone) -> None:
    ann.file("document", "what is the rent?", mime="application/pdf")
    ann.say("hello")
    assert len(ann.effects.turns) == 1
    ann.file("document", mime="application/pdf")
    Document.update(created_at=utc_now() - 200).execute()
    ann.say("hello again")
    assert len(ann.effects.turns) == 1
    ann.say("and who signs?", reply_to=ann.all()[-1].message_id)
    assert ann.effects.turns == [], "a reply is, whenever it comes"


def test_a_reply_to_somebody_elses_document_reads_it_and_answers_from_it(intake: Intake) -> None:
    ann = Phone(intake, 7, chat=GROUP)
    file = Attachment("tg-9", "lease.pdf", "application/pdf", size_bytes=1000)
    theirs = {"reply_to": 9, "reply_text": "our lease", "replied": file, "replied_kind": "document"}
    assert ann.say("what is the rent?", **theirs).key == "document-accepted"
    job = Job.select().get()
    assert (job.input["question"], job.input["file_ref"]["message_id"]) == ("what is the rent?", 9)
    assert ann.effects.fetch == [job.id]
    assert (ann.effects.fetch_inputs, InputFile.select().count()) == ([], 0), "fetched once, to be read"
    ann.say("and who signs?", **theirs)
    assert Job.select().count() == 1, "it is being read"
    documents.read(_arrived(), [{"number": 1, "text": "The rent is 900.", "method": "text"}], kind="pdf", page_count=1)
    assert _answered_now() == ["> our lease\n\nAnn: and who signs?", "what is the rent?"]
    ann.say("how long?", **theirs)
    assert Turn.select().order_by(Turn.id.desc()).get().documents == [rows.of_job(job.id).id]


def test_a_reply_to_a_sound_of_somebody_else_fetches_nothing(intake: Intake) -> None:
    ann = Phone(intake, 7, chat=GROUP)
    ann.say("who sings?", reply_to=9, replied=Attachment("tg-9", "a.mp3", "audio/mpeg", size_bytes=1000), replied_kind="audio")
    assert (ann.effects.fetch_inputs, InputFile.select().count()) == ([], 0)


def test_the_words_of_a_task_are_not_quoted_as_if_somebody_had_written_them(ann: Phone, read) -> None:
    read()
    summary = Turn.select().get()
    ann.say("what is the rent?", reply_to=summary.message_id)
    assert Turn.select().order_by(Turn.id.desc()).get().content[0]["text"] == "what is the rent?"


def test_the_next_message_is_the_password_and_is_taken_out_of_the_chat(ann: Phone, tmp_path) -> None:
    ann.file("document", mime="application/pdf")
    job = _arrived()
    jobs.change(job.id, input={**job.input, "path": str(tmp_path / "source"), "locked_until": utc_now() + 100})
    jobs.let_go(job.id, job.attempt, not_before=utc_now() + 100)
    assert ann.say("sesame").key == "document-password-taken"
    assert ann.effects.delete == [(7, ann.message_id)]
    assert documents.password_file(tmp_path / "source").read_text() == "sesame"
    assert Turn.select().count() == 0, "no question for the model"
    assert "sesame" not in str(jobs.get(job.id).input)


def test_in_a_group_only_a_reply_is_the_password(intake: Intake, tmp_path) -> None:
    ann = Phone(intake, 7, chat=GROUP)
    ann.file("document", mime="application/pdf")
    job = _arrived()
    jobs.change(job.id, input={**job.input, "path": str(tmp_path / "source"), "locked_until": utc_now() + 100})
    jobs.let_go(job.id, job.attempt, not_before=utc_now() + 100)
    ann.say("good morning everybody")
    assert ann.effects.delete == []
    asked = ann.all()[0]
    assert Phone(intake, 8, chat=GROUP).say("not mine", reply_to=asked.message_id).key != "document-password-taken-group"
    assert ann.say("sesame", reply_to=asked.message_id).key == "document-password-taken-group"


def test_all_files_of_a_groups_album_are_taken_whichever_calls_the_bot(intake: Intake) -> None:
    ann = Phone(intake, 7, chat=GROUP)
    for number, caption in enumerate(("", "@bot which?", ""), 1):
        ann.file("document", caption, mime="text/plain", album="A", mentioned=bool(caption))
        assert Job.select().count() == (0, 2, 3)[number - 1]
    assert [job.input["question"] for job in Job.select().order_by(Job.id)] == ["", "@bot which?", ""]
    ann.file("document", mime="text/plain", album="B", mentioned=False)
    assert Job.select().count() == 3, "another album was not for us"


def test_forget_asks_twice_and_forgets_what_it_says(ann: Phone, read) -> None:
    document = read()
    assert ann.say("/forget").key == "forget"
    assert ann.press("p:here").key == "forget-sure-here"
    assert ann.press("Keep").key == "forget-kept"
    assert rows.get(document.id).state == "ready"
    ann.say("/forget")
    ann.press("p:all")
    assert ann.press("p:yes:all").key == "forget-done"
    assert rows.get(document.id).state == "forgotten"
    assert Turn.select().count() == 0


def test_a_groups_forget_is_pressed_by_who_asked_and_reaches_no_further(intake: Intake, desk: Desk) -> None:
    ann, bob = Phone(intake, 7, chat=GROUP), Phone(intake, 8, chat=GROUP)
    asked = ann.say("/forget")
    assert not [data for _, data in asked.buttons if data == "p:all"]
    bob.press("p:here", asked)
    assert bob.notice == "button-not-yours"
    ann.press_data("p:yes:all", asked)
    assert ann.notice == "button-old"


def test_export_is_ordered_in_private_only(intake: Intake, ann: Phone) -> None:
    assert Phone(intake, 7, chat=GROUP).say("/export").key == "export-private"
    assert ann.say("/export").key == "export-accepted"
    assert [job.kind for job in Job.select()] == ["export"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_are_named_in_the_persons_language_and_names_format_nothing(language) -> None:
    page = text(language, "document-pages", pages="41, 57")
    assert sources_line([Source("a.txt", (41, 57))], language) == f"📄 {page}"
    several = sources_line([Source("a_b*`x`.txt", (41, 57)), Source("b.txt", (1,))], language)
    assert several.splitlines()[0] == f"📄 `a_b*'x'.txt`: {page}"
    assert sources_line([], language) == ""
    assert len(quoted([Quote("n" * 100, 2000, "word " * 400)] * 5, language)) < 4096
