"""The guarded fetcher and the provider clients' transport: the only importer of httpx."""
