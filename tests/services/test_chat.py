"""Taking messages in, what the model is shown, and ending an answer once."""

from __future__ import annotations

import threading

import pytest

from kiebot.errors import UserFault
from kiebot.services import accounts as services
from kiebot.services import chat, chat_settings, conversations
from kiebot.services.chat import LONG_PART_CHARS, Answer
from kiebot.services.document_questions import READ, Material
from kiebot.services.incoming import Incoming, Sender
from kiebot.store import accounts, outbox, threads
from kiebot.store.db import close_store
from kiebot.store.models import OutboxRow, Turn
from kiebot.store.order_models import Request

ANN, BOB = Sender(7, "Ann", "", "en"), Sender(8, "Bob", "", "en")
GROUP = -100500
LIMIT = 20_000


def message(text="", number=1, *, sender=ANN, chat_id=7, **more):
    kind = "private" if chat_id > 0 else "supergroup"
    return Incoming(chat_id, kind, "", number, sender, "text", text=text, words=text, **more)


def take(text, number=1, *, sender=ANN, chat_id=7, group_text="", most_chars=LIMIT, **more):
    person = services.meet(sender, frozenset())
    incoming = message(text, number, sender=sender, chat_id=chat_id, **more)
    return chat.take(person, incoming, text, most_chars=most_chars, group_text=group_text)


def prompts(turn):
    return ["system"]


def begin(turn, most_chars=10_000, prompts=prompts):
    return chat.begin_answer(turn.turn_id, prompts=prompts, most_chars=most_chars)


def answered(text, number, answer, **more):
    turn = take(text, number, **more)
    assert begin(turn) is not None
    assert chat.end_answer(turn.turn_id, Answer(answer, "answered", "model", 10, 5))
    return turn


def texts(question):
    return [part["content"] for part in question.messages]


def last_row():
    return OutboxRow.select().order_by(OutboxRow.id.desc()).first()


# -- what the model is shown


def test_the_whole_conversation_is_shown_when_it_fits(data_dir):
    answered("one", 1, "first")
    answered("two", 2, "second")
    question = begin(take("three", 3))
    assert texts(question) == ["system", "one", "first", "two", "second", "three"]
    assert [part["role"] for part in question.messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert not question.fallen_out


def test_the_newest_turns_are_kept_within_the_budget_and_it_is_said_that_others_fell_out(data_dir):
    for number in range(1, 6):
        answered("q" * 50, number, "a" * 50)
    question = begin(take("now", 6), most_chars=len("system") + len("now") + 250)
    assert len(question.messages) == 1 + 2 * 2 + 1
    assert question.fallen_out


def test_a_summary_stands_for_the_turns_it_covers(data_dir):
    first = answered("one", 1, "first")
    answered("two", 2, "second")
    thread = threads.active(7, 0)
    conversations.keep_summary(thread.id, "they counted to one", first.turn_id)
    question = begin(take("three", 3))
    assert texts(question)[1:] == ["two", "second", "three"]
    assert "they counted to one" in texts(question)[0]


def test_a_summary_is_asked_for_the_older_half_and_builds_on_the_earlier_one(data_dir):
    turns = [answered(f"question {number}", number, f"answer {number}") for number in range(1, 5)]
    thread = threads.active(7, 0)
    messages, up_to = conversations.summary_request(thread.id, 10_000)
    assert up_to == turns[1].turn_id
    assert "question 1" in messages[1]["content"]
    assert "question 3" not in messages[1]["content"]
    conversations.keep_summary(thread.id, "short", up_to)
    messages, up_to = conversations.summary_request(thread.id, 10_000)
    assert "Earlier summary: short" in messages[1]["content"]
    assert up_to == turns[2].turn_id


def test_a_summary_request_keeps_the_budget(data_dir):
    for number in range(1, 5):
        answered("q" * 500, number, "a" * 500)
    messages, _ = conversations.summary_request(threads.active(7, 0).id, 700)
    assert sum(len(part["content"]) for part in messages) <= 700


def test_one_turn_alone_is_not_summarised(data_dir):
    answered("one", 1, "first")
    assert conversations.summary_request(threads.active(7, 0).id, 10_000) is None
    assert conversations.summary_request(10**6, 10_000) is None


def test_empty_parts_of_the_system_prompt_leave_no_gap(data_dir):
    question = begin(take("who keeps the light", 1), prompts=lambda turn: ["system", "", "short answers"])
    assert texts(question)[0] == "system\n\nshort answers"


def test_files_are_shown_in_a_message_that_has_no_say_over_the_system(data_dir):
    answered("hello", 1, "hi")
    turn = take("who keeps the light", 2)
    question = chat.begin_answer(turn.turn_id, prompts=prompts, most_chars=10_000, material=Material("FILES", (4, 5)))
    assert [(m["role"], m["content"]) for m in question.messages] == [
        ("system", "system"), ("user", "FILES"), ("assistant", READ), ("user", "hello"), ("assistant", "hi"),
        ("user", "who keeps the light"),
    ]  # fmt: skip
    assert question.rests_on_passages
    assert threads.turn(turn.turn_id).passages == [4, 5]


def test_failed_turns_are_not_shown(data_dir):
    failed = take("one", 1)
    begin(failed)
    chat.fail_answer(failed.turn_id, "provider-transient")
    assert texts(begin(take("two", 2))) == ["system", "two"]


def test_in_a_group_each_message_has_the_name_of_who_wrote_it(data_dir):
    answered("hello", 1, "hi", chat_id=GROUP, group_text="Ann: hello")
    turn = take("and me", 2, sender=BOB, chat_id=GROUP, group_text="Bob: and me")
    question = begin(turn, prompts=lambda turn: chat_settings.prompts_for(turn, ""))
    assert texts(question)[1:] == ["Ann: hello", "hi", "Bob: and me"]
    assert chat_settings.GROUP_PROMPT in texts(question)[0]


def test_settings_of_the_chat_shape_the_prompt(data_dir):
    accounts.chat(7, "private")
    accounts.change_chat_settings(7, {"style": "short", "instructions": "be a pirate"})
    turn = take("hello", 1)
    parts = chat_settings.prompts_for(threads.turn(turn.turn_id), "")
    assert chat_settings.STYLE_PROMPTS["short"] in parts
    assert "be a pirate" in parts
    assert chat_settings.prompts_for(threads.turn(turn.turn_id), "my own")[0] == "my own"


def test_topics_have_conversations_of_their_own(data_dir):
    answered("red", 1, "r", chat_id=GROUP, topic_id=5)
    assert texts(begin(take("blue", 2, chat_id=GROUP, topic_id=6))) == ["system", "blue"]


# -- taking in


def test_the_parts_of_a_cut_text_become_one_question(data_dir):
    first = take("a" * LONG_PART_CHARS, 1)
    assert first.ready_at > 0
    second = take("the end", 2)
    assert second.turn_id == first.turn_id
    assert chat.ready_at(first.turn_id) == 0
    assert texts(begin(first))[-1] == "a" * LONG_PART_CHARS + " the end"


def test_what_was_sent_later_is_no_part_though_both_are_heard_of_at_once(data_dir):
    first = take("a" * LONG_PART_CHARS, 1, sent_at=1000)
    assert take("thanks, and now another question", 2, sent_at=1006).turn_id != first.turn_id


def test_parts_that_are_heard_of_with_a_crash_in_between_become_one_question(data_dir):
    first = take("a" * LONG_PART_CHARS, 1, sent_at=1000)
    threads.change_turn(first.turn_id, ready_at=1003.0)  # long ago: nobody waits for the next part any more
    assert take("the end", 2, sent_at=1001).turn_id == first.turn_id
    assert texts(begin(first))[-1] == "a" * LONG_PART_CHARS + " the end"


def test_a_short_text_waits_for_nothing_and_takes_no_part(data_dir):
    first = take("short", 1)
    assert first.ready_at == 0
    assert take("another", 2).turn_id != first.turn_id


def test_somebody_elses_text_is_no_part(data_dir):
    first = take("a" * LONG_PART_CHARS, 1, chat_id=GROUP)
    assert take("mine", 2, sender=BOB, chat_id=GROUP).turn_id != first.turn_id


def test_parts_that_are_too_long_together_are_refused_once_and_not_answered(data_dir):
    first = take("a" * 4000, 1, most_chars=9000)
    assert take("b" * 4000, 2, most_chars=9000).turn_id == first.turn_id
    assert take("c" * 4000, 3, most_chars=9000) is None
    assert take("d" * 4000, 4, most_chars=9000) is None
    assert take("the end", 5, most_chars=9000) is None
    assert begin(first) is None
    said = [row.payload["key"] for row in OutboxRow.select()]
    assert said == ["chat-too-long"]
    assert last_row().payload["buttons"] == [], "to be asked again it must be shorter"
    assert take("a new question", 6, most_chars=9000) is not None


def test_a_text_that_is_too_long_by_itself_is_a_fault(data_dir):
    with pytest.raises(UserFault) as fault:
        take("word " * 100, 1, most_chars=100)
    assert fault.value.key == "chat-too-long"


def test_the_same_message_is_taken_once(data_dir):
    take("hello", 1)
    with pytest.raises(UserFault, match="chat-seen"):
        take("hello", 1)


def test_a_reply_quotes_the_answer_it_replies_to(data_dir):
    answered("one", 1, "the **answer**\nin two lines")
    outbox.sent(last_row().id, 50)
    assert texts(begin(take("why", 3, reply_to=50)))[-1] == "> the **answer**\n> in two lines\n\nwhy"


def test_in_a_group_the_quotation_is_the_answer_not_the_placeholder(data_dir):
    answered("one", 1, "the answer", chat_id=GROUP)
    for row in OutboxRow.select():
        outbox.sent(row.id, 50)
    turn = take("why", 3, chat_id=GROUP, reply_to=50, group_text="Ann: why")
    assert texts(begin(turn))[-1] == "> the answer\n\nAnn: why"


def test_a_reply_quotes_ones_own_message_too(data_dir):
    answered("what is a boat", 1, "a thing")
    assert texts(begin(take("this one", 2, reply_to=1)))[-1] == "> what is a boat\n\nthis one"


def test_a_long_quotation_is_cut(data_dir):
    answered("one", 1, "x" * 5000)
    outbox.sent(last_row().id, 50)
    assert len(texts(begin(take("why", 3, reply_to=50)))[-1]) < 1100


def test_a_conversation_is_named_by_its_first_words(data_dir):
    take("What is the meaning of life, the universe and everything", 1)
    name = threads.active(7, 0).name
    assert name.startswith("What is the meaning")
    assert len(name) <= 40


# -- edits


def edit(text, number, *, chat_id=7, sender=ANN, edited_at=100):
    person = services.meet(sender, frozenset())
    return chat.edited(person, message(text, number, chat_id=chat_id, sender=sender, edited_at=edited_at), text)


def test_an_edit_keeps_the_new_words_for_another_answer(data_dir):
    turn = answered("what is a boat", 1, "a thing")
    assert edit("boat", 1) == turn.turn_id, "also when the old text ends with the new one"
    again = chat.ask_again(services.meet(ANN, frozenset()), turn.turn_id)
    assert texts(begin(again))[-1] == "boat"


def test_an_edit_without_a_change_is_nothing(data_dir):
    answered("what is a boat", 1, "a thing")
    assert edit("what is a boat", 1) is None
    assert edit("", 1) is None
    assert edit("unknown", 99) is None
    assert edit("not mine", 1, sender=BOB) is None


def test_an_edit_of_the_first_part_of_a_joined_text_changes_only_what_changed(data_dir):
    long = "a" * LONG_PART_CHARS
    turn = take(long, 1)
    take("end", 2)
    assert edit(long, 1) is None, "the other part is still there"
    assert edit("b" + long, 1) == turn.turn_id


# -- ending


def test_two_that_end_an_answer_at_once_write_it_once(data_dir):
    turn = take("hello", 1)
    begin(turn)
    barrier, outcomes = threading.Barrier(8), []

    def end(number):
        barrier.wait()
        outcomes.append(chat.end_answer(turn.turn_id, Answer(f"answer {number}", "answered", "model")))
        close_store()

    workers = [threading.Thread(target=end, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcomes) == [False] * 7 + [True]
    assert OutboxRow.select().count() == 1


def test_an_ended_turn_is_not_begun_and_not_failed(data_dir):
    turn = answered("hello", 1, "hi")
    assert begin(turn) is None
    assert not chat.fail_answer(turn.turn_id, "provider-transient")
    assert chat.open_turns() == []


def test_an_answer_that_kills_the_bot_each_time_is_given_up_in_words(data_dir):
    turn = take("hello", 1)
    for _ in range(chat.MOST_ATTEMPTS):
        assert begin(turn) is not None
    assert begin(turn) is None
    assert last_row().payload["key"] == "chat-gave-up"
    assert threads.turn(turn.turn_id).state == "failed"
    assert begin(chat.ask_again(services.meet(ANN, frozenset()), turn.turn_id)) is not None


def test_a_stopped_answer_keeps_what_came_and_says_so(data_dir):
    turn = take("hello", 1)
    begin(turn)
    chat.end_answer(turn.turn_id, Answer("half", "stopped", "model"), "Stopped.")
    assert last_row().payload["markdown"] == "half\n\nStopped."
    assert threads.turn(turn.turn_id).state == "stopped"
    assert threads.turn(turn.turn_id).answer == "half"


def test_usage_is_kept_with_the_turn(data_dir):
    turn = answered("hello", 1, "hi")
    assert threads.tokens_used(turn.account_id) == (10, 5)


# -- once more


def test_each_further_answer_in_a_private_chat_is_a_message_of_its_own(data_dir):
    person = services.meet(ANN, frozenset())
    turn = answered("hello", 1, "one")
    for answer in ("two", "three"):
        begin(chat.ask_again(person, turn.turn_id))
        assert chat.end_answer(turn.turn_id, Answer(answer, "answered", "model"))
    rows = list(OutboxRow.select().order_by(OutboxRow.id))
    assert [(row.kind, row.payload["markdown"]) for row in rows] == [("text", "one"), ("text", "two"), ("text", "three")]


def test_each_further_answer_in_a_group_has_a_placeholder_of_its_own(data_dir):
    person = services.meet(ANN, frozenset())
    turn = answered("hello", 1, "one", chat_id=GROUP)
    for answer in ("two", "three"):
        begin(chat.ask_again(person, turn.turn_id))
        chat.end_answer(turn.turn_id, Answer(answer, "answered", "model"))
    rows = list(OutboxRow.select().order_by(OutboxRow.id))
    assert [row.kind for row in rows] == ["text", "edit"] * 3
    assert [row.edits_id for row in rows[1::2]] == [row.id for row in rows[::2]]


def test_a_retry_in_a_group_goes_into_the_message_that_failed(data_dir):
    turn = take("hello", 1, chat_id=GROUP)
    begin(turn)
    chat.fail_answer(turn.turn_id, "provider-transient")
    begin(chat.ask_again(services.meet(ANN, frozenset()), turn.turn_id))
    chat.end_answer(turn.turn_id, Answer("now", "answered", "model"))
    rows = list(OutboxRow.select().order_by(OutboxRow.id))
    assert [row.kind for row in rows] == ["text", "edit", "edit"]
    assert rows[1].state == "superseded", "nobody had seen it yet"


def test_a_placeholder_is_written_once_however_often_it_is_asked_for(data_dir):
    turn = take("hello", 1)
    assert chat.hold_place(turn.turn_id) == chat.hold_place(turn.turn_id)
    assert OutboxRow.select().count() == 1
    begin(turn)
    chat.end_answer(turn.turn_id, Answer("hi", "answered", "model"))
    assert last_row().kind == "edit"


def test_only_ones_own_answers_can_be_asked_for_again_and_only_when_they_ended(data_dir):
    turn = take("hello", 1)
    with pytest.raises(UserFault, match="chat-still-answering"):
        chat.ask_again(services.meet(ANN, frozenset()), turn.turn_id)
    with pytest.raises(UserFault, match="button-not-yours"):
        chat.ask_again(services.meet(BOB, frozenset()), turn.turn_id)
    with pytest.raises(UserFault, match="button-old"):
        chat.ask_again(services.meet(ANN, frozenset()), 10**6)


def test_an_admin_may_stop_what_others_asked(data_dir):
    turn = take("hello", 1, chat_id=GROUP)
    with pytest.raises(UserFault, match="button-not-yours"):
        chat.may_stop(services.meet(BOB, frozenset()), turn.turn_id)
    chat.may_stop(services.meet(BOB, frozenset({8})), turn.turn_id)
    assert Turn.select().count() == 1


# -- conversations


def test_a_new_conversation_knows_nothing_of_the_old_one_which_can_be_gone_back_to(data_dir):
    answered("my name is Ann", 1, "hello Ann")
    old = threads.active(7, 0).id
    conversations.begin_thread(7, 0, "other")
    assert texts(begin(take("who am I", 2))) == ["system", "who am I"]
    assert conversations.select_thread(7, 0, old) == "my name is Ann"
    assert "hello Ann" in texts(begin(take("and now", 3)))
    assert [(name, active) for _, name, active in conversations.list_threads(7, 0)] == [
        ("my name is Ann", True),
        ("other", False),
    ]


def test_a_conversation_of_another_chat_cannot_be_selected(data_dir):
    answered("secret", 1, "of bob", sender=BOB, chat_id=8)
    with pytest.raises(UserFault, match="button-old"):
        conversations.select_thread(7, 0, threads.active(8, 0).id)


def test_each_question_is_counted_once_and_another_answer_to_it_too(data_dir):
    taken = answered("a question", 1, "an answer")
    with pytest.raises(UserFault, match="chat-seen"):
        take("a question", 1)
    chat.ask_again(services.meet(ANN, frozenset()), taken.turn_id)
    assert [(row.kind, row.cost) for row in Request.select()] == [("chat", 0)] * 2
