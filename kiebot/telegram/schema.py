"""The library's 3,200 classes of Telegram's schema, loaded when they are needed.

The library loads a file for each constructor at its start: 27 MiB and two thirds of the time of its import, and a bot uses one in
ten. Its packages of them only say which file has which name, so that is read here instead of running them; a constructor that
comes over the line is looked up by its number as before, and loaded if it is the first of its kind.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = "pyrogram.raw"
PACKAGES = ("types", "functions", "base")
CLASS = re.compile(r"^from \.(\w+) import (\w+)$", re.MULTILINE)
FOLDERS = re.compile(r"^from \. import (\w+(?:, \w+)*)$", re.MULTILINE)


class Constructors(dict[int, Any]):
    """Number → class. `get` and iteration know only those that were needed already; `in` and `[]` know all."""

    def __init__(self, paths: dict[int, str]) -> None:
        super().__init__()
        self._paths = paths

    def __contains__(self, number: object) -> bool:
        return number in self._paths

    def __missing__(self, number: int) -> Any:
        module, _, name = self._paths[number].rpartition(".")
        found = self[number] = getattr(import_module(module), name)
        return found


class RootLoader(Loader):
    """`pyrogram.raw` itself: the same names, without a walk through all classes."""

    def exec_module(self, module: ModuleType) -> None:
        numbers = import_module(f"{ROOT}.all")  # before the core, which takes the table from there
        numbers.objects = Constructors(numbers.objects)  # type: ignore[attr-defined]
        module.objects = numbers.objects  # type: ignore[attr-defined]
        for name in (*PACKAGES, "core"):
            import_module(f"{ROOT}.{name}")


class PackageLoader(Loader):
    """A package of classes: each is loaded when it is asked for."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def exec_module(self, module: ModuleType) -> None:
        words = self._file.read_text("utf-8")
        files = {name: file for file, name in CLASS.findall(words)}
        folders = {name for names in FOLDERS.findall(words) for name in names.split(", ")}

        def find(name: str) -> Any:
            if name in files:
                found = getattr(import_module(f"{module.__name__}.{files[name]}"), name)
            elif name in folders:
                found = import_module(f"{module.__name__}.{name}")
            else:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            setattr(module, name, found)
            return found

        module.__getattr__ = find  # type: ignore[method-assign]


class Finder(MetaPathFinder):
    """Gives the packages of the schema to the loaders above."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if not name.startswith(ROOT):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or spec.submodule_search_locations is None:
            return None
        if name == ROOT:
            spec.loader = RootLoader()
        elif name.split(".")[2] in PACKAGES:
            spec.loader = PackageLoader(Path(spec.origin))
        return spec


def load_when_needed() -> None:
    """From now on; called before anything imports the library. Too late it changes nothing."""
    sys.meta_path.insert(0, Finder())
