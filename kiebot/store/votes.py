"""What people think of results."""

from __future__ import annotations

from peewee import fn

from kiebot.store.models import Job
from kiebot.store.order_models import JobVote


def save(job_id: int, account_id: int, vote: int) -> None:
    """Keep 1 or -1; the last one counts."""
    JobVote.insert(job=job_id, account=account_id, vote=vote).on_conflict_replace().execute()


def get(job_id: int, account_id: int) -> int:
    """1, -1, or 0 when the person has not voted."""
    row = JobVote.get_or_none(JobVote.job == job_id, JobVote.account == account_id)
    return 0 if row is None else int(row.vote)


def by_model() -> dict[str, tuple[int, int]]:
    """Votes for and against each model that has any."""
    ups = fn.SUM(JobVote.vote > 0)
    query = JobVote.select(Job.model, ups, fn.COUNT(JobVote.job) - ups).join(Job).group_by(Job.model).tuples()
    return {model: (int(up), int(down)) for model, up, down in query}
