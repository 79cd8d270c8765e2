"""The RPC methods, grouped by what they are about. Importing a module registers its functions in `calls.HANDLERS`."""

from kiebot.sandbox.telegram.methods import (
    account,
    bots,
    editing,
    groups,
    payments,
    reactions,
    reading,
    sending,
    syncing,
    transfer,
)

__all__ = ["account", "bots", "editing", "groups", "payments", "reactions", "reading", "sending", "syncing", "transfer"]
