"""The door: only this machine, only this page.

The server listens on loopback, but any web page open in the same browser can send requests to it. A name that an
attacker points at 127.0.0.1 (DNS rebinding) is refused by its Host header, a request from another page by its Origin.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiebot.sandbox.page.faults import fault_response

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


class Guard:
    """Refuses foreign requests and puts the security headers on every answer that has none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        reason = _refusal(Headers(scope=scope))
        answer = fault_response(*reason, 403) if reason else self._app
        await answer(scope, receive, send_guarded)


def _refusal(headers: Headers) -> tuple[str, str] | None:
    """Why the request may not come in, as (header, sentence), or None."""
    host = headers.get("host", "")
    name, _, _port = host.rpartition(":") if not host.endswith("]") and ":" in host else (host, "", "")
    if name.lower() not in LOOPBACK_NAMES:
        return "Host", "the sandbox answers only to localhost and 127.0.0.1"
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return "Origin", "the request comes from another page"
    return None
