"""Documents in passages, and the passages that a question finds by any form of its words."""

from __future__ import annotations

import pytest

from kiebot.services import passages
from kiebot.services.wordforms import stems
from kiebot.store import documents
from kiebot.store import passages as rows
from kiebot.store.db import database

FILLER = "Погода на острове была тихая. Nobody came to the harbour that day. " * 8


@pytest.fixture
def keep(account):
    """A read document of these pages; its id comes back."""

    def keep(*texts):
        pages = [{"number": number, "text": text, "method": "text"} for number, text in enumerate(texts, 1)]
        document = documents.add(account=account.id, chat_id=7, name="a.txt", state="ready")
        documents.write_pages(document.id, pages)
        rows.write(document.id, passages.cut(pages))
        return document.id

    return keep


def pages_found(document_id, question, before=""):
    return [passage.page for passage in passages.read(passages.find([document_id], question, before))]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Смотрителем маяка назначили рыбака.", "Кто смотритель маяков?"),
        ("Ёлки стояли в снегу.", "где стоит елка"),
        ("The partitions were resized.", "how do I resize a partition"),
        ("Установка загрузчика занимает минуту.", "Как установить загрузчики?"),
        ("The instal-\nlation takes an hour.", "installation"),
        ("Ошибка 0x80070005 значит, что прав нет.", "что за 0x80070005"),
    ],
)
def test_a_question_finds_its_words_in_other_forms(keep, text, question):
    assert pages_found(keep(FILLER, f"{FILLER}\n{text}", FILLER), question) == [2]


def test_words_that_stand_in_any_text_find_nothing(keep):
    document_id = keep("The lamp and the light are on.")
    assert pages_found(document_id, "what is it about, and how?") == []
    assert pages_found(document_id, "") == []
    assert list(stems("как это и что")) == []


def test_what_a_question_may_say_is_no_syntax_of_the_index(keep):
    document_id = keep("The lamp is red.")
    assert pages_found(document_id, 'lamp" OR document : "d1" NEAR(*) -- \' ; NOT ^lamp {}') == [1]


def test_what_is_rare_in_this_document_counts_more_than_what_is_rare_elsewhere(keep):
    for _ in range(5):
        keep("The keeper lives here. " * 3)
    document_id = keep(*["The installer asks. " * 5] * 8, "The installer asks the keeper.", *["The installer asks. " * 5] * 8)
    assert pages_found(document_id, "installer keeper") == [9]


def test_a_question_of_few_words_borrows_from_what_was_said_before(keep):
    document_id = keep(f"{FILLER} The second keeper was Ann.", f"{FILLER} The second boat sank.")
    assert pages_found(document_id, "and the second?", "Who was the keeper?")[0] == 1


def test_other_documents_are_not_searched(keep):
    mine, other = keep("The lamp is red."), keep("The lamp is green.")
    assert [passage.document_id for passage in passages.read(passages.find([mine], "lamp"))] == [mine]
    assert len(passages.find([mine, other], "lamp")) == 2


def test_passages_cover_the_page_and_end_where_sentences_do(keep):
    text = "\n\n".join(f"Paragraph {number}. " + "It says something of use. " * 12 for number in range(20))
    cuts = passages.cut([{"number": 1, "text": text}])
    assert [cut.start for cut in cuts] == [0, *(cut.start + cut.length for cut in cuts[:-1])]
    assert sum(cut.length for cut in cuts) == len(text)
    assert all(cut.length <= passages.MOST_CHARS for cut in cuts)
    assert all(text[cut.start :].startswith("Paragraph") for cut in cuts)
    assert passages.cut([{"number": 1, "text": " \n "}]) == []
    assert sum(cut.length for cut in passages.cut([{"number": 1, "text": "x" * 5000}])) == 5000


def test_neighbours_come_from_the_pages_before_and_after(keep):
    document_id = keep("One.", "Two.", "Three.", "Four.")
    (found,) = passages.find([document_id], "three")
    assert [passage.text for passage in passages.read(passages.with_neighbours([found]))] == ["Two.", "Three.", "Four."]
    assert next(passage.text for passage in passages.read(rows.spread(document_id, 2))) == "One."


def test_pages_that_are_written_again_are_found_once_and_forgotten_ones_never(keep):
    document_id = keep("The lamp is red.")
    rows.write(document_id, passages.cut([{"number": 1, "text": "The lamp is blue."}]))
    assert pages_found(document_id, "lamp") == [1]
    assert pages_found(document_id, "red") == []
    rows.drop(document_id)
    assert pages_found(document_id, "lamp") == []
    assert database.execute_sql("SELECT COUNT(*) FROM document_words").fetchone() == (0,)
