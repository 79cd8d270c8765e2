"""Files in the prompt, as the bot itself puts them there, and the script's answers out of them."""

from types import SimpleNamespace

import pytest

from kiebot.sandbox.ai.backend import Choice
from kiebot.sandbox.ai.passages import closest, passages_in
from kiebot.sandbox.ai.question import read_question
from kiebot.sandbox.ai.scripted import Scripted, scripted_answer
from kiebot.services.document_questions import READ, SHOWN_PASSAGES, framed, whole
from tests.sandbox.ai.test_backend import Local, answer

LIGHTHOUSE = (
    "The lighthouse of Moss Bay\nThe tower was built by the fishermen of Saint\nAnn. The lamp was lit in 1887 and is\nred.",
    "The lighthouse keeper is called Ottokar Brandt. He has a cat.",
)
MAYAK = ("Маяк построили рыбаки.", "Смотрителя маяка зовут Оттокар Брандт. У него есть кошка.")


def shown(pages, name="moss.docx"):
    """A file as the bot shows it."""
    rows = [SimpleNamespace(number=number, text=text) for number, text in enumerate(pages, 1)]
    return whole(SimpleNamespace(name=name, pages=len(pages)), rows)


def asked(text, *files, summary=""):
    system = "\n\n".join(["You are kind.", *([f"Summary of the earlier conversation:\n{summary}"] if summary else [])])
    material = [{"role": "user", "content": framed("41a0", "\n\n".join(files))}, {"role": "assistant", "content": READ}]
    messages = [{"role": "system", "content": system}, *(material if files else []), {"role": "user", "content": text}]
    return read_question({"messages": messages})


def test_every_sentence_is_known_with_its_file_and_page():
    question = asked("?", shown(LIGHTHOUSE), shown(["Only one."], name="b.pdf"), summary="We spoke of boats.")
    assert [(passage.file, passage.page, passage.text) for passage in passages_in(question)] == [
        ("moss.docx", 1, "The lighthouse of Moss Bay"),
        ("moss.docx", 1, "The tower was built by the fishermen of Saint Ann."),
        ("moss.docx", 1, "The lamp was lit in 1887 and is red."),
        ("moss.docx", 2, "The lighthouse keeper is called Ottokar Brandt."),
        ("moss.docx", 2, "He has a cat."),
        ("b.pdf", 1, "Only one."),
    ]


def test_what_the_bot_says_about_lack_of_room_is_no_text_of_the_file():
    title, *texts = shown(["One.", "Two."]).splitlines()
    part = "\n".join([title, SHOWN_PASSAGES, *texts])
    assert [passage.text for passage in passages_in(asked("?", part))] == ["One.", "Two."]


def test_a_conversation_without_files_has_no_passages():
    assert passages_in(asked('What is in File "a", 2 pages: of mine?')) == []


@pytest.mark.parametrize(
    ("question", "pages", "found"),
    [
        ("who keeps the lighthouse", LIGHTHOUSE, "The lighthouse keeper is called Ottokar Brandt."),
        ("What colour has the lamp?", LIGHTHOUSE, "The lamp was lit in 1887 and is red."),
        ("как зовут смотрителя?", MAYAK, "Смотрителя маяка зовут Оттокар Брандт."),
        ("Кто смотритель маяка?", MAYAK, "Смотрителя маяка зовут Оттокар Брандт."),
        ("Есть ли кошки?", MAYAK, "У него есть кошка."),
    ],
)
def test_the_sentence_with_most_words_of_the_question_is_closest(question, pages, found):
    assert closest(passages_in(asked(question, shown(pages))), question)[0].text == found


def test_the_script_quotes_the_file_names_the_page_and_says_that_it_searched_by_words():
    said = scripted_answer(asked("who keeps the lighthouse", shown(LIGHTHOUSE)))
    assert "> The lighthouse keeper is called Ottokar Brandt." in said
    assert "moss.docx, p. 2" in said
    assert "The sandbox can only look for the words of a question in files; this comes closest to yours:" in said
    said = scripted_answer(asked("как зовут смотрителя?", shown(MAYAK)))
    assert "Песочница умеет лишь искать в файлах слова из вопроса; ближе всего к вашему вот это:" in said
    assert "> Смотрителя маяка зовут Оттокар Брандт." in said
    assert ", с. " in said
    assert ", p. " not in said


def test_a_question_that_shares_no_word_is_told_so_with_the_beginning():
    said = scripted_answer(asked("Quantum physics?", shown(LIGHTHOUSE)))
    assert "and found none of yours. Here is the beginning:" in said
    assert "> The lighthouse of Moss Bay" in said
    said = scripted_answer(asked("Квантовая физика?", shown(LIGHTHOUSE)))
    assert "и ни одного из ваших там нет. Вот начало:" in said


async def test_a_question_about_a_file_does_not_go_to_the_local_model():
    backend = Choice(Local(), Scripted())
    assert "Ottokar Brandt" in await answer(backend, asked("who keeps the lighthouse", shown(LIGHTHOUSE)))
    assert (await answer(backend, asked("who keeps the lighthouse"))).endswith("Paris")
