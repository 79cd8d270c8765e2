"""Every key that an operator can set, with its type and default. config.example.toml explains them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from kiebot.config.addresses import host_and_port, http_url, listening, url_or_nothing

OPENAI_URL = "https://api.openai.com/v1"
TELEGRAM_BOT_API = "https://api.telegram.org"
BOT_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
KeyPath = tuple[str, ...]


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        if value != "UTC":  # a minimal system has no time zone files at all
            raise ValueError('must be a time zone of this system such as "Europe/Berlin"') from exc
    return value


def _only_sqlite(value: str) -> str:
    if value:
        raise ValueError("only the SQLite files in data_dir are supported by this release; leave it empty")
    return value


def _own_secret(value: SecretStr) -> SecretStr:
    if value.get_secret_value().endswith(("...", "…")):
        raise ValueError("is the example out of the README; put your own in its place")
    return value


def _bot_token(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not BOT_TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("is not a bot's token: it looks like 123456:ABC-DEF, with no blanks")
    return value


HttpUrl = Annotated[str, AfterValidator(http_url)]
SqliteUrl = Annotated[str, AfterValidator(_only_sqlite)]
OwnSecret = Annotated[SecretStr, AfterValidator(_own_secret)]
BotToken = Annotated[OwnSecret, AfterValidator(_bot_token)]
Positive = Annotated[int, Field(ge=1)]
Sold = Annotated[int, Field(ge=1, le=100_000_000)]  # a token that names it has nine digits at most
Credits = Annotated[int, Field(ge=0, le=1_000_000)]
Factor = Annotated[float, Field(gt=0, le=1_000_000)]  # not infinite: prices are whole numbers
NO_SECRET = SecretStr("")


class Section(BaseModel):
    """A table of config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Telegram(Section):
    """The bot, and where it connects."""

    api_id: Annotated[int, Field(ge=0)] = 0
    api_hash: SecretStr = NO_SECRET
    bot_token: BotToken = NO_SECRET
    admins: list[int] = []
    server: Annotated[str | None, AfterValidator(host_and_port)] = None
    server_public_key_file: Path | None = None
    bot_api_url: HttpUrl | None = None

    @property
    def bot_api(self) -> str:
        """Where the HTTP Bot API of this bot answers; empty beside another MTProto server."""
        return self.bot_api_url or ("" if self.server else TELEGRAM_BOT_API)

    @model_validator(mode="after")
    def _server_needs_its_key(self) -> Telegram:
        if self.server is not None and self.server_public_key_file is None:
            raise ValueError("server needs server_public_key_file beside it")
        return self


class Text(Section):
    """The text model."""

    base_url: HttpUrl = OPENAI_URL
    api_key: OwnSecret = NO_SECRET
    model: str = "gpt-6-luna"
    system_prompt: str = ""
    context_tokens: Annotated[int, Field(ge=500)] = 16_000
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    timeout_s: Annotated[float, Field(gt=0)] = 120


class Vision(Section):
    """The model that looks at pictures. What is not set is as in `text`."""

    base_url: Annotated[str, AfterValidator(url_or_nothing)] = ""
    api_key: OwnSecret = NO_SECRET
    model: str = ""


class Transcription(Section):
    """The model that writes down what is said. Without an address there is none."""

    base_url: Annotated[str, AfterValidator(url_or_nothing)] = ""
    api_key: OwnSecret = NO_SECRET
    model: str = "gpt-transcribe"
    language: str = ""


class Speech(Section):
    """The model that reads answers aloud. Without an address there is none."""

    base_url: Annotated[str, AfterValidator(url_or_nothing)] = ""
    api_key: OwnSecret = NO_SECRET
    model: str = "gpt-4o-mini-tts"
    voice: str = "alloy"


class Kie(Section):
    """KIE, which makes pictures and videos."""

    api_key: OwnSecret = NO_SECRET
    base_url: HttpUrl = "https://api.kie.ai"
    callback_url: Annotated[str, AfterValidator(url_or_nothing)] = ""
    webhook_key: SecretStr = NO_SECRET


class Access(Section):
    """Who may use the bot, as long as nobody changes it live with `kiebot-admin access`."""

    mode: Literal["open", "allow-list", "invite"] = "open"
    users: list[int] = []
    groups: Literal["people", "listed", "none"] = "people"
    group_ids: list[int] = []


class Limits(Section):
    """What one person may ask for."""

    requests_per_minute: Positive = 5
    requests_per_hour: Positive = 20
    jobs_at_once: Positive = 2
    document_mb: Positive = 50
    document_pages: Positive = 2_000
    upload_mb: Positive = 100
    voice_mb: Positive = 20
    audio_mb: Annotated[int, Field(ge=1, le=2_000)] = 2_000
    text_chars: Positive = 20_000


class Billing(Section):
    """Whether people pay with credits, and how many."""

    enabled: bool = False
    credit_price: Factor = 1.0
    margin: Factor = 1.0
    vendor_margins: dict[str, Factor] = {}
    model_margins: dict[str, Factor] = {}
    chat_per_1000_tokens: Annotated[float, Field(ge=0, le=1_000_000)] = 0
    free_answers_per_day: Credits = 0
    document_question: Credits = 0
    vision: Credits = 0
    reference_prompt: Credits = 0
    transcription_per_minute: Credits = 0
    speech_per_1000_chars: Credits = 0
    start_bonus: Credits = 0
    referral_bonus: Credits = 0
    invited_bonus: Credits = 0


class StarPack(Section):
    """Credits for Telegram Stars."""

    credits: Sold
    stars: Annotated[int, Field(ge=1, le=25_000)]


class Stars(Section):
    """Paying with Telegram Stars."""

    enabled: bool = False
    packs: list[StarPack] = [
        StarPack(credits=100, stars=75),
        StarPack(credits=500, stars=350),
        StarPack(credits=2_000, stars=1_300),
    ]


class MoneyPack(Section):
    """Credits for money, in whole units of the currency."""

    credits: Sold
    amount: Sold


class Lavatop(Section):
    """Paying by card through lava.top."""

    enabled: bool = False
    api_key: OwnSecret = NO_SECRET
    webhook_key: OwnSecret = NO_SECRET
    base_url: HttpUrl = "https://gate.lava.top"
    offer_id: str = ""
    currency: Literal["RUB", "USD", "EUR"] = "RUB"
    packs: list[MoneyPack] = [MoneyPack(credits=100, amount=100), MoneyPack(credits=500, amount=450)]
    email: str = ""


class Payments(Section):
    """How people buy credits."""

    order_minutes: Positive = 60
    support: str = ""
    terms_url: Annotated[str, AfterValidator(url_or_nothing)] = ""
    stars: Stars = Stars()
    lavatop: Lavatop = Lavatop()


class Broadcast(Section):
    """Messages to many people."""

    per_second: Annotated[float, Field(gt=0, le=100)] = 25


class Media(Section):
    """Files of jobs."""

    keep_hours: Positive = 24
    max_gb: Positive = 20
    min_free_gb: Annotated[float, Field(ge=0)] = 1
    allowed_hosts: list[str] = []
    socket: Path | None = None


class Documents(Section):
    """Files that people ask about."""

    keep_originals: bool = False


class Film(Section):
    """Films: from an idea to a finished video. What is not set is as in `text`, or what the catalogue names first."""

    script_model: str = ""
    script_instructions: str = ""
    segments: Annotated[int, Field(ge=2, le=240)] = 48
    segment_s: Annotated[int, Field(ge=2, le=15)] = 5
    at_once: Annotated[int, Field(ge=1, le=20)] = 3
    approval_minutes: Positive = 10
    resume_days: Positive = 7
    per_user: Positive = 1
    total: Positive = 4
    image_model: str = ""
    animation_model: str = ""
    music_model: str = ""
    voices: list[str] = []
    script_price: Credits = 0
    max_mb: Annotated[int, Field(ge=0, le=2_000)] = 0


class Retention(Section):
    """How long what people wrote and sent is kept; 0: until they have it forgotten."""

    documents_days: Annotated[int, Field(ge=0)] = 180
    chat_days: Annotated[int, Field(ge=0)] = 365


class Backup(Section):
    """Where backups go. Without a folder: data_dir/backups."""

    folder: Path | None = None
    keep: Positive = 14


class Web(Section):
    """The web process."""

    enabled: bool = False
    host: Annotated[str, AfterValidator(listening)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080


class Worker(Section):
    """The worker process."""

    threads: Annotated[int, Field(ge=1, le=64)] = 4


class Queue(Section):
    """Where the queue lies."""

    url: SqliteUrl = ""


class Database(Section):
    """Where the state lies."""

    url: SqliteUrl = ""


class Logging(Section):
    """What is logged, and how."""

    level: Literal["auto", "DEBUG", "INFO", "WARNING", "ERROR"] = "auto"
    format: Literal["auto", "console", "json"] = "auto"


class Config(Section):
    """The whole configuration."""

    data_dir: Path = Path("data")
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    telegram: Telegram = Telegram()
    text: Text = Text()
    vision: Vision = Vision()
    transcription: Transcription = Transcription()
    speech: Speech = Speech()
    kie: Kie = Kie()
    access: Access = Access()
    limits: Limits = Limits()
    billing: Billing = Billing()
    payments: Payments = Payments()
    broadcast: Broadcast = Broadcast()
    media: Media = Media()
    documents: Documents = Documents()
    film: Film = Film()
    retention: Retention = Retention()
    backup: Backup = Backup()
    web: Web = Web()
    worker: Worker = Worker()
    queue: Queue = Queue()
    database: Database = Database()
    logging: Logging = Logging()


def key_paths(model: type[Section] = Config, trail: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every key, in the order of the models."""
    for name, field in model.model_fields.items():
        kind: object = field.annotation
        if is_section(kind):
            yield from key_paths(kind, (*trail, name))
        else:
            yield (*trail, name)


def field_type(path: KeyPath) -> object | None:
    """The annotation of a key or a section, or None when there is none of this name."""
    kind: object | None = Config
    for name in path:
        field = kind.model_fields.get(name) if is_section(kind) else None
        if field is None:
            return None
        kind = field.annotation
    return kind


def is_section(kind: object | None) -> TypeGuard[type[Section]]:
    """Whether the annotation is a table with keys of its own."""
    return isinstance(kind, type) and issubclass(kind, Section)
