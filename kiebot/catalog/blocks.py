"""Edits of the catalogue's files as text: a model's block is found by a parser's marks, and only the lines in question change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from kiebot.catalog.names import LOADER
from kiebot.catalog.rows import CatalogueFault

WIDTH = 128


class _Dumper(yaml.SafeDumper):
    """Writes values as the files do: plain where they can be, else in double quotes."""

    def choose_scalar_style(self) -> Any:
        style = super().choose_scalar_style()
        return '"' if style == "'" else style


def holds_model(text: str, model: str) -> bool:
    """Whether a file has this model."""
    return model in text and any(_value(each, "id") == model for each in _models(text))


def parameter(text: str, model: str, name: str) -> dict[str, Any]:
    """The row of one parameter."""
    _, value = _found(_input(text, model), name, model)
    row: dict[str, Any] = yaml.load(_dedented(text, value), Loader=LOADER)  # noqa: S506 - one of the two safe loaders
    return row


def with_parameter(text: str, model: str, name: str, row: Mapping[str, Any]) -> str:
    """The file with another row for a parameter. Comments inside of the old one move above it."""
    key, value = _found(_input(text, model), name, model)
    start, end = _offset(text, key.start_mark), _end(text, value)
    comments = [line.strip() for line in text[start:end].splitlines() if line.strip().startswith("#")]
    lines = [*comments, *_parameter_lines(name, row)]
    return text[:start] + ("\n" + " " * 4).join(lines) + text[end:]


def with_new_parameter(text: str, model: str, name: str, row: Mapping[str, Any]) -> str:
    """The file with one more parameter at the end of the input."""
    inputs = _input(text, model)
    if not inputs.value or inputs.flow_style:
        raise CatalogueFault("", model, "input", "has another form than the others")
    end = _end(text, inputs)
    return text[:end] + "".join("\n" + " " * 4 + line for line in _parameter_lines(name, row)) + text[end:]


def without_parameter(text: str, model: str, name: str) -> str:
    """The file without a parameter."""
    key, value = _found(_input(text, model), name, model)
    start = text.rfind("\n", 0, _offset(text, key.start_mark))
    return text[:start] + text[_line_end(text, _end(text, value)) :]


def retired(text: str, model: str, reason: str) -> str:
    """The file with a model that is not listed any more."""
    _, status = _found(_model(text, model), "status", model)
    start, end = _offset(text, status.start_mark), _line_end(text, _end(text, status))
    return f"{text[:start]}unlisted\n  reason: {_flow(reason)}{text[end:]}"


def new_model(head: Mapping[str, Any], parameters: Mapping[str, Mapping[str, Any]]) -> str:
    """The block of a model: its keys, then `input`."""
    lines = [f"{key}: {_flow(value)}" for key, value in head.items()]
    lines.append("input:" if parameters else "input: {}")
    for name, row in parameters.items():
        lines += ["  " + line for line in _parameter_lines(name, row)]
    return "- " + "\n  ".join(lines) + "\n"


def _parameter_lines(name: str, row: Mapping[str, Any]) -> list[str]:
    """On one line where it fits, else a line for each key."""
    line = f"{_flow(name)}: {_flow(dict(row))}"
    if len(line) + 4 <= WIDTH:
        return [line]
    return [f"{_flow(name)}:", *(f"  {key}: {_flow(value)}" for key, value in row.items())]


def _flow(value: Any) -> str:
    written = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
    return str(written).removesuffix("...\n").strip()


def _models(text: str) -> list[yaml.Node]:
    root = yaml.compose(text, Loader=LOADER)
    return root.value if isinstance(root, yaml.SequenceNode) else []


def _model(text: str, model: str) -> yaml.MappingNode:
    return next(each for each in _models(text) if isinstance(each, yaml.MappingNode) and _value(each, "id") == model)


def _input(text: str, model: str) -> yaml.MappingNode:
    _, value = _found(_model(text, model), "input", model)
    assert isinstance(value, yaml.MappingNode)  # the catalogue was loaded, so it is one
    return value


def _found(node: yaml.MappingNode, key: str, model: str) -> tuple[yaml.Node, yaml.Node]:
    for name, value in node.value:
        if name.value == key:
            return name, value
    raise CatalogueFault("", model, key, "is not in the file")


def _value(node: yaml.Node, key: str) -> str:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((str(value.value) for name, value in pairs if name.value == key), "")


def _offset(text: str, mark: Any) -> int:
    """Where a mark is, by its line and column: the parsers do not agree on what its index counts."""
    start = 0
    for _ in range(mark.line):
        start = text.index("\n", start) + 1
    return start + int(mark.column)


def _end(text: str, node: yaml.Node) -> int:
    """The end of what a node says: a block's mark stands after the comments and blank lines that follow it."""
    start, end = _offset(text, node.start_mark), _offset(text, node.end_mark)
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    return start + len(text[start:end].rstrip())


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _dedented(text: str, node: yaml.Node) -> str:
    """A node as a document of its own: its first line stands as far to the right as the others."""
    start = _offset(text, node.start_mark)
    return " " * int(node.start_mark.column) + text[start : _end(text, node)]
