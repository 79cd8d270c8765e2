import pytest

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.sandbox.ai.backend import INTRODUCTION, Choice
from kiebot.sandbox.ai.local import open_backend
from kiebot.sandbox.ai.question import read_question
from kiebot.sandbox.ai.scripted import Scripted, pieces


class Local:
    """A small model as the sandbox would start it: says a word or two, or breaks."""

    models = ("small",)

    def __init__(self, words=("Paris",), breaks=False):
        self.words, self.breaks, self.closed = words, breaks, False

    async def answer(self, question):
        for word in self.words:
            yield word
        if self.breaks:
            raise ProviderError(ProviderErrorKind.TRANSIENT, "local")

    async def aclose(self):
        self.closed = True


def question(text, **more):
    return read_question({"model": "any", "messages": [{"role": "user", "content": text}], **more})


async def answer(backend, asked):
    return "".join([piece async for piece in backend.answer(asked)])


async def test_plain_english_goes_to_the_local_model():
    backend = Choice(Local(), Scripted())
    assert (await answer(backend, question("What is the capital of France?"))).endswith("Paris")
    assert backend.models == ("small", "sandbox-script")


async def test_the_local_model_says_once_in_a_conversation_what_it_is():
    talk = [{"role": "user", "content": "Hi"}]
    first = await answer(Choice(Local(), Scripted()), read_question({"messages": talk}))
    assert first == INTRODUCTION + "Paris"
    talk += [{"role": "assistant", "content": first}, {"role": "user", "content": "And Spain?"}]
    assert await answer(Choice(Local(), Scripted()), read_question({"messages": talk})) == "Paris"


PICTURE = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "https://a/b.png"}}]


@pytest.mark.parametrize(
    "asked",
    [
        question("Столица Франции?"),
        question("A film", response_format={"type": "json_object"}),
        question("Weather?", tools=[{"type": "function", "function": {"name": "f"}}]),
        question(PICTURE),
        question("Hello", model="sandbox-script"),
    ],
)
async def test_what_a_small_model_cannot_do_goes_to_the_script(asked):
    assert "sandbox" in (await answer(Choice(Local(), Scripted()), asked)).lower().replace("песочница", "sandbox")


async def test_a_broken_local_model_is_replaced_only_before_its_first_word():
    assert "sandbox" in await answer(Choice(Local(words=(), breaks=True), Scripted()), question("Hello"))
    with pytest.raises(ProviderError):
        await answer(Choice(Local(breaks=True), Scripted()), question("Hello"))


async def test_closing_reaches_the_local_model():
    local = Local()
    await Choice(local, Scripted()).aclose()
    assert local.closed


async def test_a_backend_answers_with_whatever_is_installed(tmp_path):
    backend = await open_backend(tmp_path)
    assert await answer(backend, question("Say hello"))
    await backend.aclose()


def test_pieces_are_the_whole_text():
    text = "One two three four five.\n\n  - a\n- b  c\n"
    assert "".join(pieces(text)) == text
    assert len(list(pieces("word " * 100))) == 25
