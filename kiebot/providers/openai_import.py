"""The `openai` package without its catalogue of types.

Importing the package also imports some 470 modules that describe every object of its API: 11 MiB and 0.4 s of processor time, for
a client that sends one request and reads its own events. They are left blank while the package loads. Who asks for one of them
later gets the real one.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

log = logging.getLogger(__name__)

PACKAGE, TYPES = "openai", "openai.types"


class Blank(ModuleType):
    """Stands for a module of types: whatever is imported from it is an empty class."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


class Blanks(MetaPathFinder, Loader):
    """Finds every module of types, and leaves it blank."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if _within(name, TYPES) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Blank(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def load() -> ModuleType:
    """Import the package, whole when it cannot do without its types."""
    if PACKAGE in sys.modules:
        return sys.modules[PACKAGE]
    blanks = Blanks()
    sys.meta_path.insert(0, blanks)
    try:
        package = importlib.import_module(PACKAGE)
    except Exception:  # another release of the package, which looks into its types while it loads
        log.warning("openai does not load without its types", exc_info=True)
        _forget(PACKAGE)
    else:
        _forget(TYPES)
        vars(package).pop("types", None)
    finally:
        sys.meta_path.remove(blanks)
    return importlib.import_module(PACKAGE)


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if _within(name, package)]:
        del sys.modules[name]


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
