"""Invoices of the sandbox's lava.top: each a record in a file of its own, so that a restart loses none."""

from __future__ import annotations

import json
import os
import time
import uuid
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FEE = 0.08
EVENTS = {"COMPLETED": "payment.success", "FAILED": "payment.failed"}


@dataclass(slots=True)
class PayInvoice:
    """One contract. `owed`: somebody has still to be told how it ended."""

    id: str
    amount: float
    currency: str
    email: str
    product: str
    language: str
    mark: dict[str, Any]  # clientUtm, as it was given
    created_at: float
    status: str = "IN_PROGRESS"
    owed: bool = False
    deliveries: list[int] = field(default_factory=list)  # what the webhook's address answered; 0: nothing

    @property
    def moment(self) -> str:
        """When it was made, in the API's words."""
        return said(self.created_at)

    def created(self, base_url: str) -> dict[str, Any]:
        """The answer to a create."""
        total = {"amount": self.amount, "currency": self.currency}
        link = f"{base_url}lavatop/pay/{self.id}"
        return {"id": self.id, "status": self.status.lower().replace("_", "-"), "amountTotal": total, "paymentUrl": link}

    def record(self) -> dict[str, Any]:
        """How it is read later: without its link."""
        return {
            "id": self.id,
            "type": "INVOICE",
            "status": self.status,
            "datetime": self.moment,
            "receipt": {"amount": self.amount, "currency": self.currency, "fee": round(self.amount * FEE, 2)},
            "buyer": {"email": self.email},
            "product": {"name": self.product},
            "clientUtm": self.mark,
        }

    def webhook(self) -> dict[str, Any]:
        """What its owner is told when it has ended."""
        return {
            "eventType": EVENTS[self.status],
            "product": {"id": self.product, "title": self.product},
            "buyer": {"email": self.email},
            "contractId": self.id,
            "amount": self.amount,
            "currency": self.currency,
            "timestamp": said(time.time()),
            "status": self.status.lower(),
            "errorMessage": "" if self.status == "COMPLETED" else "Payment declined",
            "clientUtm": self.mark,
        }


def said(seconds: float) -> str:
    """A time in the API's words."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class PayInvoices:
    """All invoices of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        found = (_read(path) for path in folder.glob("*.json"))
        self.all = {invoice.id: invoice for invoice in found if invoice is not None}

    def add(self, **given: Any) -> PayInvoice:
        """A new one."""
        invoice = PayInvoice(id=str(uuid.uuid4()), created_at=time.time(), **given)
        self.all[invoice.id] = invoice
        self.save(invoice)
        return invoice

    def between(self, since: str, until: str) -> list[PayInvoice]:
        """Those of a time, the newest first. Both ends count, an empty one is open."""
        found = [invoice for invoice in self.all.values() if since <= invoice.moment <= (until or "9")]
        return sorted(found, key=lambda invoice: invoice.created_at, reverse=True)

    def save(self, invoice: PayInvoice) -> None:
        """Write a record."""
        path = self._folder / f"{invoice.id}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(invoice), ensure_ascii=False))
        os.replace(part, path)


def _read(path: Path) -> PayInvoice | None:
    """A record from the disk; None for one of an older shape."""
    record = json.loads(path.read_text())
    return PayInvoice(**record) if set(record) == {field.name for field in fields(PayInvoice)} else None
