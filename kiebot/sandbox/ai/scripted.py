"""Answers without a model: instant, always the same for the same question, and honest about what they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator

from kiebot.sandbox.ai.film_answer import film_answer
from kiebot.sandbox.ai.passages import Passage, closest, passages_in
from kiebot.sandbox.ai.question import Question
from kiebot.sandbox.ai.samples import sample, wished
from kiebot.sandbox.ai.schema_answer import conforming
from kiebot.sandbox.ai.vision import look

PIECE_WORDS = 4
PROMPT_WANTED, WISH = "You write prompts for generative models.", "The wish: "  # how kiebot asks for a prompt made of pictures
QUOTED = 300

SENTENCES = {
    "en": {
        "who": "This is the sandbox speaking: a script on this machine, not a language model. "
        "It shows how answers look; with a key in config.toml a real model answers here.",
        "heard": "The message says «{quote}» (words: {words}).",
        "nothing": "The message has no words of its own.",
        "length": "Messages in this conversation: {count}.",
        "picture": "I opened the picture: {seen}.",
        "link": "I do not fetch pictures from addresses, only those sent along.",
        "file": "The sandbox can only look for the words of a question in files; this comes closest to yours:",
        "file_begins": "The sandbox can only look for the words of a question in files, and found none of yours. "
        "Here is the beginning:",
        "page": "p.",
        "tools": "I was offered tools ({names}); the sandbox calls none.",
        "sample": "You asked for {name}, so here is a sample:",
        "more": "Ask for code, a table, a list, a formula or a long text to see how each of them looks.",
    },
    "ru": {
        "who": "Говорит песочница: это сценарий на вашей машине, а не языковая модель. "
        "Он показывает, как выглядят ответы; с ключом в config.toml здесь отвечает настоящая модель.",
        "heard": "В сообщении написано: «{quote}» (слов: {words}).",
        "nothing": "Своих слов в сообщении нет.",
        "length": "Сообщений в разговоре: {count}.",
        "picture": "Я открыл картинку: {seen}.",
        "link": "По адресам я картинки не скачиваю, смотрю только присланные.",
        "file": "Песочница умеет лишь искать в файлах слова из вопроса; ближе всего к вашему вот это:",
        "file_begins": "Песочница умеет лишь искать в файлах слова из вопроса, и ни одного из ваших там нет. Вот начало:",
        "page": "с.",
        "tools": "Мне предложили инструменты ({names}); песочница их не вызывает.",
        "sample": "Вы просили: {name}. Вот образец:",
        "more": "Попросите код, таблицу, список, формулу или длинный текст, чтобы увидеть, как они выглядят.",
    },
}
NAMES = {
    "en": {"code": "code", "table": "a table", "list": "a list", "formula": "a formula", "long": "a long text"},
    "ru": {"code": "код", "table": "таблица", "list": "список", "formula": "формула", "long": "длинный текст"},
}


class Scripted:
    """The script as a text backend. `pause_s` between pieces makes the growing of an answer visible."""

    models = ("sandbox-script",)

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """The answer in pieces of a few words."""
        text = await asyncio.to_thread(scripted_answer, question)
        if question.schema is not None:  # nobody watches it grow
            yield text
            return
        for piece in pieces(text):
            yield piece
            await asyncio.sleep(self._pause_s)

    async def aclose(self) -> None:
        """Nothing is held."""


def scripted_answer(question: Question) -> str:
    """The whole answer to a question."""
    if question.schema is not None:
        film = film_answer(question, question.schema)
        return json.dumps(film, ensure_ascii=False) if film else conforming(question.schema, _quote(question.own_words))
    if any(turn.role == "system" and turn.text.startswith(PROMPT_WANTED) for turn in question.turns):
        return _prompt(question)
    return "\n\n".join(_paragraphs(question))


def _prompt(question: Question) -> str:
    """A prompt out of the colours of the first picture, and the wish for a change when there is one."""
    seen = [look(picture) for picture in question.last.pictures if isinstance(picture, bytes)]
    colours = ", ".join(name for name, _ in seen[0].colours) if seen else "plain colours"
    wish = next((line.removeprefix(WISH) for line in question.last.text.splitlines() if line.startswith(WISH)), "")
    prompt = f"A quiet scene in {colours}, simple shapes, soft even light, written by the sandbox's script"
    return f"{prompt}, {wish}" if wish else prompt


def _paragraphs(question: Question) -> Iterator[str]:
    say, text = SENTENCES[question.language], question.own_words
    heard = say["heard"].format(quote=_quote(text), words=len(text.split())) if text.strip() else say["nothing"]
    talk = [turn for turn in question.turns if turn.role in ("user", "assistant")]
    who = f"{say['who']} " if question.is_first else ""
    yield f"{who}{heard} {say['length'].format(count=len(talk))}"
    for picture in question.last.pictures:
        yield say["link"] if isinstance(picture, str) else say["picture"].format(seen=look(picture).words(question.language))
    if question.tools:
        yield say["tools"].format(names=", ".join(question.tools))
    passages = passages_in(question)
    found = closest(passages, text)
    if passages:
        yield say["file"] if found else say["file_begins"]
        yield "\n".join(_cited(passage, say["page"]) for passage in found or passages[:1])
    wishes = [] if found else wished(text)
    for name in wishes:
        yield say["sample"].format(name=NAMES[question.language][name])
        yield sample(name, question.language).rstrip()
    if question.is_first and not wishes and not passages:
        yield say["more"]


def _cited(passage: Passage, page: str) -> str:
    return f"> {_quote(passage.text)}\n\n— {passage.file}, {page} {passage.page}\n"


def _quote(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= QUOTED else words[:QUOTED] + "…"


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few words; joined they are the text, spaces and line ends included."""
    start, spaces = 0, 0
    for position, sign in enumerate(text):
        spaces += sign == " "
        if spaces == PIECE_WORDS or sign == "\n":
            yield text[start : position + 1]
            start, spaces = position + 1, 0
    if start < len(text):
        yield text[start:]
