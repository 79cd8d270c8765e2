"""One module a part: `async def measure(folder: Path, quick: bool) -> str` gives its section of the report."""
