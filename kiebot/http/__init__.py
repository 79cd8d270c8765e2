"""The guarded fetcher and the provider clients' transport: the only importer of httpx."""

import sys

# httpx loads its command line (click, rich, pygments: 6 MiB of a worker's 60) where these are installed. We never call it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None makes the import fail, which httpx expects
