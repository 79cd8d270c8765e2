"""A person at the intake of the bot: writes, sends files, presses buttons, and reads what would be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiebot.i18n import text
from kiebot.services.incoming import Attachment, Incoming, Press, Sender
from kiebot.store import outbox
from kiebot.store.models import OutboxRow
from kiebot.telegram.handlers.desk import Effects
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.late import show

GROUP = -100500


@dataclass(frozen=True)
class Shown:
    """A message as it looks now."""

    row: int
    message_id: int
    kind: str
    key: str
    text: str
    buttons: list[tuple[str, str]]  # (words, data)

    def data(self, part: str) -> str:
        """The data of the button whose words or data hold this."""
        found = [data for words, data in self.buttons if part in words or part in data]
        assert found, f"no button {part!r} in {self.buttons}"
        return found[0]


class Phone:
    """One person. All messages are delivered at once."""

    number = 100

    def __init__(self, intake: Intake, user_id: int = 7, language: str = "en", chat: int = 0) -> None:
        self.intake = intake
        self.sender = Sender(user_id, "Ann", "", language)
        self.chat = chat or user_id
        self.effects = Effects()

    def say(self, words: str, **more: Any) -> Shown:
        """Write; returns the newest message of the bot."""
        return self.send("text", words, **more)

    def file(self, kind: str, caption: str = "", mime: str = "", **more: Any) -> Shown:
        """Send a photo, video, audio or document."""
        sizes = {name: more.pop(name) for name in ("width", "height", "duration_s", "size_bytes") if name in more}
        attachment = Attachment(f"tg-{kind}-{Phone.number}", f"{kind}.bin", mime, **{"size_bytes": 1000, **sizes})
        return self.send(kind, caption, attachment=attachment, **more)

    def edit(self, words: str, kind: str = "text") -> Shown:
        """Change the message that was sent last."""
        place = "private" if self.chat > 0 else "supergroup"
        edited_at = Phone.number + 1
        incoming = Incoming(self.chat, place, "", self.message_id, self.sender, kind, words, words=words, edited_at=edited_at)
        self.effects = self.intake.message(incoming)
        self.deliver()
        return self.last()

    def send(self, kind: str, written: str, **more: Any) -> Shown:
        """Send a message of any kind, with its text or caption."""
        Phone.number += 1
        command, rest = "", written
        if written.startswith("/"):
            command, _, rest = written[1:].partition(" ")
        more = {"mentioned": self.chat < 0, "words": rest, "command": command, **more}
        place = "private" if self.chat > 0 else "supergroup"
        self.message_id = Phone.number
        self.effects = self.intake.message(Incoming(self.chat, place, "", Phone.number, self.sender, kind, text=written, **more))
        self.deliver()
        return self.last()

    def press(self, part: str, on: Shown | None = None) -> Shown:
        """Press the button of the newest message (or of this one) that holds these words or data; returns that message anew."""
        on = on or self.last()
        return self.press_data(on.data(part), on)

    def press_data(self, data: str, on: Shown) -> Shown:
        Phone.number += 1
        place = "private" if self.chat > 0 else "supergroup"
        self.effects = self.intake.press(Press(Phone.number, self.chat, place, on.message_id, self.sender, data))
        for reading in self.effects.readings:
            show(reading, reading.read())
        self.deliver()
        return self.last()

    @property
    def notice(self) -> str:
        """The notice that the last press got, as its sentence's key."""
        return self.effects.notice

    def deliver(self) -> None:
        """Everything that is queued arrives."""
        for row in OutboxRow.select().where(OutboxRow.state == "queued").order_by(OutboxRow.id):
            if row.kind == "edit":
                outbox.sent(row.id, OutboxRow.get_by_id(row.edits_id).message_id)
            else:
                outbox.sent(row.id, 1000 + row.id, f"sent-{row.id}" if "file" in row.payload else "")

    def all(self) -> list[Shown]:
        """The messages of the bot in this chat, oldest first, each as it was last changed."""
        roots = list(OutboxRow.select().where(OutboxRow.chat_id == self.chat, OutboxRow.kind != "edit").order_by(OutboxRow.id))
        gone = {root.payload.get("instead_of") for root in roots}
        return [self._shown(root) for root in roots if root.id not in gone]

    def last(self) -> Shown:
        """The message that was written or changed last; an empty one when nothing was."""
        newest = OutboxRow.select().where(OutboxRow.chat_id == self.chat).order_by(OutboxRow.id.desc()).first()
        if newest is None:
            return Shown(0, 0, "", "", "", [])
        return self._shown(OutboxRow.get_by_id(newest.edits_id) if newest.kind == "edit" else newest)

    def _shown(self, root: Any) -> Shown:
        edit = (
            OutboxRow.select().where(OutboxRow.edits == root.id, OutboxRow.state == "sent").order_by(OutboxRow.id.desc()).first()
        )
        payload = (edit or root).payload
        language = payload["language"]
        words = text(language, payload["key"], **payload["args"]) if "key" in payload else payload.get("markdown", "")
        buttons = [
            (button.get("text") or text(language, button["key"]), button.get("data", button.get("url", "")))
            for row in payload["buttons"]
            for button in row
        ]
        return Shown(root.id, root.message_id, root.kind, payload.get("key", ""), words, buttons)
