"""Plain words that clearly begin an order: "draw a cat", "спой песню о море", "read aloud: good evening".

Who wanted to talk has a button for it.
"""

from __future__ import annotations

import re

from kiebot.catalog.schema import has_words
from kiebot.errors import UserFault
from kiebot.services import chat, generation
from kiebot.services.accounts import Person, may_handle
from kiebot.services.incoming import Incoming
from kiebot.services.jobs import SPOKEN
from kiebot.store import forms, jobs, threads
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.screens import Screen, put

LONGEST = 1000  # characters; who writes more is not giving an order
LONGEST_ALOUD = 4000  # but a text to be read may be long
IMAGE, VIDEO, MUSIC, SPEECH = "text_to_image", "text_to_video", "text_to_music", "text_to_speech"
FILM = "film"  # no type of models: many of them make one
_PLEASE = r"(?:please[ ,]+|пожалуйста[ ,]+)?"
_MAKE = r"(?:сгенерируй|сделай|создай)(?:те)?(?: мне)?(?: пожалуйста)?(?: \w+(?:ую|ое|ый|ий))?"
_MAKE_EN = r"(?:generate|create|make)(?: me)?(?: an?| the| some)?(?: \w+)?"
_NO_PICTURE = r"(?:up|on|from|out|upon|conclusions?|parallels?|a (?:conclusion|parallel|comparison|line|blank))\b"
_SING_RU = r"спой(?:те|-ка)?(?: мне| нам)?(?:,? пожалуйста,?)?"
_WRITE_RU = r"(?:сочини|напиши)(?:те)?(?: мне)?(?: \w+(?:ую|ый|ий))?"
_SING_EN = r"sing(?: me| us)?"
_COMPOSE_EN = r"compose(?: me)?(?: an?| some)?(?: \w+)?"
_SONG_EN = r"(?:song|lullaby|carol|ballad|serenade)s?"
# No "make the music louder", no "track record".
_THEN_EN = (
    r"(?=\s*(?:$|[.,!:;—-]|"
    r"(?:about|for|with|in|that|which|like|to|and|please)\b))"
)
_THEN_RU = (
    r"(?=\s*(?:$|[.,!:;—-]|(?:о|об|обо|про|для|с|со|в|на|под|из|и|где|чтобы|как|без|по|пожалуйста)\b))"
    r"(?!.*\b(?:тише|громче|короче|длиннее|быстрее|медленнее|лучше)\b)"
)
_MUSIC_EN = rf"(?:{_SONG_EN}|music|melody|tune|track|jingle|soundtrack)"
_TEXT_EN = r"(?: (?:this|the following|the))?(?: (?:text|phrase|words|sentence|poem))?"
_TEXT_RU = (
    r"(?: (?:этот|эту|эти|следующий|следующую|такой))?"
    r"(?: (?:текст|фразу|слова|предложение|стих|стихотворение))?"
)
_READ_RU = r"(?:прочитай|прочти|зачитай)(?:те)?"
_ALOUD = (  # what is to be read stands behind a colon, a dash, in quotes or on the next line
    rf"{_PLEASE}(?:read{_TEXT_EN} (?:aloud|out loud)|read (?:aloud|out loud){_TEXT_EN}|say{_TEXT_EN} (?:aloud|out loud)"
    rf"|voice (?:this|the following)(?: text)?|озвучь(?:те)?{_TEXT_RU}"
    rf"|{_READ_RU}(?: мне)? вслух{_TEXT_RU}|{_READ_RU}{_TEXT_RU} вслух)(?:,? please|,? пожалуйста)?"
    r"(?:\s*[:\n]\s*|\s+[—–-]\s+|\s+(?=[«\"“„]))"
)
ALOUD = re.compile(_ALOUD, re.IGNORECASE)
QUOTES = {"«": "»", '"': '"', "“": "”", "„": "“"}
BEGINNINGS = (
    (VIDEO, rf"{_PLEASE}(?:{_MAKE}|сними(?:те)?(?: мне| нам)?) (?:видео|ролик|видеоролик|клип)\b"),
    (VIDEO, rf"{_PLEASE}{_MAKE_EN} (?:video|clip)s?\b"),
    (VIDEO, r"(?:видео|ролик)(?: с| про|:)\b"),
    (IMAGE, rf"{_PLEASE}(?:нарисуй|изобрази)(?:те)?\b"),
    (IMAGE, rf"{_PLEASE}{_MAKE} (?:картинку|изображение|рисунок|иллюстрацию|фото)\b"),
    (IMAGE, r"(?:картинку|картинка|рисунок)(?: с| про|:)"),
    (IMAGE, rf"{_PLEASE}{_MAKE_EN} (?:image|picture|drawing|painting|illustration|photo)s?\b"),
    (IMAGE, rf"{_PLEASE}(?:draw|paint)\b(?! {_NO_PICTURE})"),
    (MUSIC, rf"{_PLEASE}{_SING_RU} (?:\w+(?:ую|ый|ий) )?(?:песн|песенк|колыбельн|частушк|романс|серенад)"),
    (MUSIC, rf"{_PLEASE}{_SING_RU}(?: что-нибудь| что-то)?(?: \w+ое)? (?:о|об|обо|про) "),
    (MUSIC, rf"{_PLEASE}{_MAKE} (?:песню|песенку|музыку|мелодию|трек|саундтрек|джингл|колыбельную){_THEN_RU}"),
    (MUSIC, rf"{_PLEASE}{_WRITE_RU} (?:музыку|мелодию|джингл|саундтрек){_THEN_RU}"),
    (MUSIC, rf"{_PLEASE}{_SING_EN}(?: an?| the| some)?(?: [\w-]+)? {_SONG_EN}\b"),
    (MUSIC, rf"{_PLEASE}{_SING_EN}(?: something)? about\b"),
    (MUSIC, rf"{_PLEASE}(?:{_MAKE_EN}|{_COMPOSE_EN}) {_MUSIC_EN}{_THEN_EN}"),
)
_SHOOT_RU = r"(?:сними|снять|сделай|создай|сгенерируй)(?:те)?(?: мне| нам)?(?:,? пожалуйста,?)?(?: \w+(?:ый|ий|ой|ую|ое|ее))?"
_SHOOT_EN = r"(?:make|create|shoot|generate|produce)(?: me| us)?(?: an?| the| some)?(?: [\w-]+)?"
FILMS = re.compile(
    rf"{_PLEASE}(?:"
    rf"{_SHOOT_RU} (?:фильм|мультфильм|мультик|кино|фильмец|короткометражку)\b(?! \w+(?:ее|че|ше)\b)"
    rf"|{_SHOOT_EN} (?:film|movie|cartoon)\b(?! (?:\w+er|review|recommendations?|list|poster|title|script|night)\b))"
    rf"\s*[:,.—–-]?\s*",
    re.IGNORECASE,
)
PATTERNS = [(model_type, re.compile(beginning, re.IGNORECASE)) for model_type, beginning in BEGINNINGS]


def ordered_type(incoming: Incoming) -> str | None:
    """The type of work that a message orders by plain words; None when it is talk."""
    words = incoming.words.strip()
    new = incoming.kind == "text" and not (incoming.command or incoming.edited_at or incoming.forwarded or incoming.reply_to)
    if not new or len(words.split()) < 2:
        return None
    if len(words) <= LONGEST_ALOUD and has_words(aloud(words)):
        return SPEECH
    if len(words) > LONGEST or words.endswith("?"):
        return None
    if FILMS.match(words):
        return FILM
    return next((model_type for model_type, pattern in PATTERNS if pattern.match(words)), None)


def aloud(words: str) -> str:
    """The text that these words ask to be read; empty when they ask for something else."""
    begins = ALOUD.match(words)
    text = words[begins.end() :].strip() if begins is not None else ""
    return text[1:-1].strip() if len(text) > 1 and QUOTES.get(text[0]) == text[-1] else text


def film_idea(words: str) -> str:
    """What the ordered film is about, as it was written; empty when nothing is said of it."""
    begins = FILMS.match(words)
    return words if begins is not None and has_words(words[begins.end() :]) else ""


def prompt_of(words: str, model_type: str) -> str:
    """What a model of this type is given: a picture is told of by the whole order, only the text itself is read aloud."""
    return aloud(words) if model_type == SPEECH else words


def press_words(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """w:j:<job> or w:f:<form>: the words were no order. What was not sent yet is cancelled, and the text model answers."""
    kind = pressed.words[0] if pressed.words else ""
    if kind == "j":
        words, message_id = _of_job(person, pressed)
    elif kind == "f":
        words, message_id = _of_form(desk, person, pressed)
        put(person, pressed, Screen("form-closed"))
    else:
        raise UserFault("button-old")
    press = pressed.press
    effects.notice = "spoken-answering"
    if threads.turn_of_message(press.chat_id, message_id) is not None:  # pressed twice
        return
    incoming = Incoming(press.chat_id, press.chat_kind, "", message_id, press.sender, "text", words, press.topic_id, words=words)
    spoken = words if incoming.private else f"{person.name}: {words}"
    turn = chat.take(person, incoming, words, most_chars=desk.text_chars, group_text=spoken)
    if turn is not None:
        effects.turns.append(turn)


def _of_job(person: Person, pressed: Pressed) -> tuple[str, int]:
    job = jobs.get(pressed.number(1))
    if job is None or not job.order_key.startswith(f"{SPOKEN}:"):
        raise UserFault("button-old")
    if not may_handle(person, job.account_id, pressed.press.chat_id):
        raise UserFault("button-not-yours")
    generation.cancel(job.id, job.account_id)
    return str(job.prompt), int(job.message_id)


def _of_form(desk: Desk, person: Person, pressed: Pressed) -> tuple[str, int]:
    form = forms.by_id(pressed.number(1))
    model = desk.shelf.catalogue.get(form.model) if form is not None else None
    if form is None or model is None or not form.memo.get("spoken"):
        raise UserFault("button-old")
    if not may_handle(person, form.account_id, pressed.press.chat_id):
        raise UserFault("button-not-yours")
    forms.drop(form.account_id, form.chat_id, form.topic_id)
    return str(form.input.get(model.prompt_parameter or "", "")), int(form.order_message_id)
