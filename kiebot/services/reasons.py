"""Why a job failed: its code, the sentence of the locales that says so, and what follows from it."""

from __future__ import annotations

from kiebot.errors import ProviderErrorKind

# The sentence of each way in which a job fails: the provider's (errors.ProviderErrorKind) and our own.
REASONS: dict[str, str] = {
    **{kind.value: f"provider-{kind.value}" for kind in ProviderErrorKind},
    "unknown_outcome": "job-failed-silent",
    "deadline": "job-failed-deadline",
    "result": "job-failed-result",
    "reference": "job-failed-reference",
    "model_off": "job-failed-model-off",
    "longer": "job-failed-longer",
    "link": "job-failed-link",
    "stopped": "job-failed-stopped",
    "stuck": "job-failed-stuck",
    "internal": "job-failed-stuck",
}
NO_USE_TO_RETRY = frozenset({"input", "moderation", "not_found", "model_off"})
TO_BE_CHANGED = frozenset({"input", "moderation"})  # refused as it was ordered
FOR_THE_OPERATOR = frozenset({"provider_funds", "auth", "stuck", "internal"})
