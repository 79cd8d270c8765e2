import re
from pathlib import Path

import kiebot

SOURCES = sorted(Path(kiebot.__file__).parent.rglob("*.py"))


def test_no_model_id_stands_in_python_code(catalogue):
    """A word that is an id and also a plain name ("runway", a provider) counts only as a whole text."""
    ids = sorted(catalogue.models, key=len, reverse=True)
    plain = [re.escape(name) for name in ids if name.isalpha()]
    special = [re.escape(name) for name in ids if not name.isalpha()]
    pattern = re.compile(rf"(?<![\w/.-])(?:{'|'.join(special)})(?![\w/.-])|[\"'](?:{'|'.join(plain) or '(?!)'})[\"']")
    found = [f"{path}: {match.group()}" for path in SOURCES for match in pattern.finditer(path.read_text(encoding="utf-8"))]
    assert len(SOURCES) > 100
    assert found == []
