"""Media of messages: from what a client sends (InputMedia) to what a message shows (MessageMedia)."""

from __future__ import annotations

import json
import mimetypes
import random
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError
from pyrogram.raw import types as T

from kiebot.sandbox.telegram.files import Files, StoredFile
from kiebot.sandbox.telegram.peers import User
from kiebot.sandbox.telegram.tl import Refused

_PHOTO_BYTES, _PHOTO_SIDES, _PHOTO_RATIO = 10 << 20, 10_000, 20
_CURRENCY_OF_STARS = "XTR"


class Media:
    """Turns input media into the media of a message."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def taken(self, author: User, media: Any) -> Any:
        """The message media for an input media of this author."""
        if isinstance(media, T.InputMediaUploadedPhoto):
            stored = self._files.assemble(author.id, media.file, "image/jpeg", media.file.name)
            return T.MessageMediaPhoto(photo=self._photo(stored), spoiler=media.spoiler, ttl_seconds=media.ttl_seconds)
        if isinstance(media, T.InputMediaUploadedDocument):
            return self._uploaded_document(author, media)
        if isinstance(media, T.InputMediaPhoto):
            return T.MessageMediaPhoto(photo=self._referred(media.id), spoiler=media.spoiler)
        if isinstance(media, T.InputMediaDocument):
            return document_media(self._referred(media.id), spoiler=media.spoiler)
        return _without_file(media)

    def _referred(self, media_id: Any) -> Any:
        return self._files.referred(media_id).object

    def _photo(self, stored: StoredFile) -> Any:
        width, height = picture_size(self._files.path(stored.id))
        return self._files.photo(stored, width, height)

    def _uploaded_document(self, author: User, media: Any) -> Any:
        attributes = list(media.attributes)
        names = [a.file_name for a in attributes if isinstance(a, T.DocumentAttributeFilename)]
        if not names:
            attributes.append(T.DocumentAttributeFilename(file_name=media.file.name))
        mime = media.mime_type or mimetypes.guess_type(media.file.name)[0] or "application/octet-stream"
        stored = self._files.assemble(author.id, media.file, mime, (names or [media.file.name])[0])
        thumbs = [self._thumb(author, media.thumb)] if media.thumb else None
        return document_media(self._files.document(stored, attributes, thumbs), spoiler=media.spoiler)

    def _thumb(self, author: User, thumb: Any) -> Any:
        stored = self._files.assemble(author.id, thumb, "image/jpeg", thumb.name)
        width, height = picture_size(self._files.path(stored.id))
        return T.PhotoCachedSize(type="m", w=width, h=height, bytes=self._files.path(stored.id).read_bytes())

    def from_file(self, kind: str, file: Path, *, name: str, mime: str, duration: float, width: int, height: int) -> Any:
        """The media of a message in which a person sends a file from this machine."""
        name = name or file.name
        mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = self._files.add(file, mime="image/jpeg" if kind == "photo" else mime, name=name)
        if kind == "photo":
            return T.MessageMediaPhoto(photo=self._photo(stored))
        attributes = _attributes(kind, duration, width, height)
        return document_media(self._files.document(stored, [*attributes, T.DocumentAttributeFilename(file_name=name)]))


def document_media(document: Any, *, spoiler: bool | None = None) -> Any:
    kinds = {type(attribute): attribute for attribute in document.attributes}
    video, audio = kinds.get(T.DocumentAttributeVideo), kinds.get(T.DocumentAttributeAudio)
    return T.MessageMediaDocument(
        document=document,
        spoiler=spoiler,
        video=video is not None or None,
        round=getattr(video, "round_message", None) or None,
        voice=getattr(audio, "voice", None) or None,
    )


def _attributes(kind: str, duration: float, width: int, height: int) -> list[Any]:
    if kind in ("video", "video_note", "animation"):
        video = T.DocumentAttributeVideo(
            duration=float(duration), w=width or 640, h=height or 640, round_message=kind == "video_note", supports_streaming=True
        )
        return [video, T.DocumentAttributeAnimated()] if kind == "animation" else [video]
    if kind in ("voice", "audio"):
        return [T.DocumentAttributeAudio(duration=int(duration), voice=kind == "voice")]
    if kind == "sticker":
        sticker = T.DocumentAttributeSticker(alt="🙂", stickerset=T.InputStickerSetEmpty())
        return [T.DocumentAttributeImageSize(w=width or 512, h=height or 512), sticker]
    return []


def picture_size(file: Path) -> tuple[int, int]:
    """Width and height of a picture that Telegram would take as a photo."""
    if file.stat().st_size > _PHOTO_BYTES:
        raise Refused(400, "PHOTO_SAVE_FILE_INVALID")
    try:
        with Image.open(file) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError) as exc:
        raise Refused(400, "IMAGE_PROCESS_FAILED") from exc
    if width + height > _PHOTO_SIDES or max(width, height) > _PHOTO_RATIO * min(width, height):
        raise Refused(400, "PHOTO_INVALID_DIMENSIONS")
    return width, height


def _without_file(media: Any) -> Any:
    if isinstance(media, T.InputMediaInvoice):
        return invoice(media)
    if isinstance(media, T.InputMediaContact):
        return T.MessageMediaContact(
            phone_number=media.phone_number, first_name=media.first_name, last_name=media.last_name, vcard=media.vcard, user_id=0
        )
    if isinstance(media, T.InputMediaGeoPoint):
        return location(media.geo_point.lat, media.geo_point.long)
    if isinstance(media, T.InputMediaPoll):
        return T.MessageMediaPoll(poll=_poll(media.poll), results=T.PollResults(total_voters=0))
    if isinstance(media, T.InputMediaDice):
        return T.MessageMediaDice(value=random.randint(1, 6), emoticon=media.emoticon)
    raise Refused(400, "MEDIA_INVALID")


def _poll(asked: Any) -> Any:
    """The poll with ids and options of the server; the client's options may be InputPollAnswer or ready."""
    asked.id = random.getrandbits(60)
    asked.answers = [
        T.PollAnswer(text=answer.text, option=getattr(answer, "option", None) or str(index).encode())
        for index, answer in enumerate(asked.answers)
    ]
    if not 2 <= len(asked.answers) <= 12:
        raise Refused(400, "POLL_ANSWERS_INVALID")
    return asked


def poll(question: str, options: list[str]) -> Any:
    answers = [
        T.PollAnswer(text=T.TextWithEntities(text=text, entities=[]), option=str(index).encode())
        for index, text in enumerate(options)
    ]
    asked = T.Poll(id=0, question=T.TextWithEntities(text=question, entities=[]), answers=answers, hash=0)
    return T.MessageMediaPoll(poll=_poll(asked), results=T.PollResults(total_voters=0))


def contact(phone: str, first_name: str, last_name: str = "", user_id: int = 0) -> Any:
    return T.MessageMediaContact(phone_number=phone, first_name=first_name, last_name=last_name, vcard="", user_id=user_id)


def location(latitude: float, longitude: float) -> Any:
    return T.MessageMediaGeo(geo=T.GeoPoint(long=longitude, lat=latitude, access_hash=random.getrandbits(60)))


def invoice(media: Any) -> Any:
    prices = media.invoice.prices
    if media.invoice.currency == _CURRENCY_OF_STARS and len(prices) != 1:
        raise Refused(400, "STARS_INVOICE_INVALID")
    total = sum(price.amount for price in prices)
    if total <= 0:
        raise Refused(400, "CURRENCY_TOTAL_AMOUNT_INVALID")
    if media.invoice.currency != _CURRENCY_OF_STARS and not media.provider:
        raise Refused(400, "PAYMENT_PROVIDER_INVALID")
    if media.provider_data is not None:
        json.loads(media.provider_data.data or "{}")
    return T.MessageMediaInvoice(
        title=media.title,
        description=media.description,
        currency=media.invoice.currency,
        total_amount=total,
        start_param=media.start_param or "",
    )
