"""LaTeX formulas → one or more lines of Unicode: `\\frac{a}{b}^2` reads `a/b²`.

Chat has no typesetting, so a formula is rewritten the way a person would type it. What cannot be said so (an unknown command,
a missing brace) is not guessed at: `to_unicode` answers None, and the caller shows the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5

from kiebot.telegram.markdown_symbols import ACCENTS, ESCAPED, FENCES, FUNCTIONS, LOWERED, PLAIN, RAISED, SILENT, SYMBOLS

DEEPEST = 40  # nested groups; nobody writes more, and the reader recurses

_LEXEME = re.compile(r"\\[A-Za-z]+\*?|\\.|\\|[{}^_&~\[\]]|\s+|[A-Za-z]|[^\\{}^_&~\[\]\sA-Za-z]+", re.DOTALL)

# What stands under a fraction line without brackets, and what stands over it or under a root
_ONE_FACTOR = re.compile(r"\d[\d.,]*|[^\W\d_][^\W\d_°′²³ⁿ\u0300-\u036f\u20d0-\u20ff\u2080-\u209c]*|\([^()]*\)")
_ONE_TERM = re.compile(r"[√∛∜]?[\w.,°′²³ⁿ\u0300-\u036f\u20d0-\u20ff]+|\([^()]*\)")


class _Unreadable(Exception):
    """The formula says something that has no Unicode form we trust."""


@lru_cache(maxsize=512)  # a growing answer shows the same formula dozens of times
def to_unicode(latex: str) -> str | None:
    """The formula in Unicode, or None when it is better shown as it was written."""
    try:
        reader = _Reader(_LEXEME.findall(latex))
        said = reader.until(frozenset())
    except _Unreadable:
        return None
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in said.split("\n"))
    return "\n".join(line for line in lines if line) or None


class _Reader:
    """Reads lexemes from left to right; every method leaves `at` behind what it read."""

    def __init__(self, lexemes: list[str]) -> None:
        self.lexemes = lexemes
        self.at = 0
        self.depth = 0

    def until(self, stops: frozenset[str]) -> str:
        """Everything up to one of `stops`, which is not eaten; without stops up to the end."""
        said: list[str] = []
        while (lexeme := self.peek()) not in stops:
            if lexeme == "":
                if stops:
                    raise _Unreadable
                break
            said.append(self.piece())
        return "".join(said)

    def peek(self) -> str:
        return self.lexemes[self.at] if self.at < len(self.lexemes) else ""

    def take(self) -> str:
        lexeme = self.peek()
        if not lexeme:
            raise _Unreadable
        self.at += 1
        return lexeme

    def piece(self) -> str:
        lexeme = self.take()
        if lexeme == "{":
            return self.group()
        if lexeme in "^_":
            return script(lexeme, self.argument())
        if lexeme == "}" or lexeme == "\\":
            raise _Unreadable
        if lexeme in "&~" or lexeme.isspace():
            return " "
        return self.command(lexeme[1:].rstrip("*")) if lexeme[0] == "\\" else lexeme

    def group(self) -> str:
        """The inside of braces whose left one was read."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unreadable
        said = self.until(frozenset("}"))
        self.at += 1
        self.depth -= 1
        return said

    def argument(self) -> str:
        """What a command or a script applies to: a group or one sign. Digits stand alone, as in `x^23`."""
        while self.peek().isspace():
            self.at += 1
        lexeme = self.peek()
        if lexeme and lexeme[0].isdigit() and len(lexeme) > 1:
            self.lexemes[self.at] = lexeme[1:]
            return lexeme[0]
        return self.piece().strip()

    def option(self) -> str:
        if self.peek() != "[":
            return ""
        self.at += 1
        said = self.until(frozenset("]"))
        self.at += 1
        return said

    def command(self, name: str) -> str:
        if name in ESCAPED or not name.isalpha():
            return ESCAPED.get(name, name)
        if name in _STRUCTURES:
            return _STRUCTURES[name](self)
        if name in ACCENTS:
            accent = ACCENTS[name]
            return "".join(sign + accent for sign in self.argument())
        if name in PLAIN:
            return self.argument_of_text()
        if name in SILENT:
            self.argument()
            return ""
        return self.symbol(name)

    def symbol(self, name: str) -> str:
        if name in FUNCTIONS:
            return f"{name} " if self.peek()[:1].isalnum() or self.peek()[:1] == "\\" else name
        if name in ("left", "right", "middle") and self.peek()[:1] == ".":  # an invisible bracket
            self.lexemes[self.at] = self.peek()[1:] or " "
        sign = SYMBOLS.get(name, html5.get(f"{name};"))
        if sign is None:
            raise _Unreadable
        return sign

    def argument_of_text(self) -> str:
        """Words keep their spaces: `5\\text{ km}`."""
        if self.peek() != "{":
            return self.argument()
        self.at += 1
        return self.group()

    def fraction(self) -> str:
        over, under = self.argument(), self.argument()
        follower = self.peek()[:1]
        space = " " if follower.isalnum() or follower in ("\\", "{") else ""
        return f"{_operand(over)}/{_operand(under, _ONE_FACTOR)}{space}"

    def root(self) -> str:
        degree, inside = self.option().strip(), self.argument()
        sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree) or script("^", degree) + "√"
        return sign + _operand(inside)

    def binomial(self) -> str:
        return f"C({self.argument()}, {self.argument()})"

    def stacked(self, sign: str) -> str:
        above_or_below, base = self.argument(), self.argument()
        return base + script(sign, above_or_below)

    def remainder(self) -> str:
        return f"(mod {self.argument()})"

    def arrow(self, sign: str) -> str:
        self.option()
        words = self.argument()
        return f" {sign}({words}) " if words else f" {sign} "

    def blackboard(self) -> str:
        return "".join(_double_struck(sign) for sign in self.argument())

    def tag(self) -> str:
        return f"  ({self.argument()})"

    def chemistry(self) -> str:
        """mhchem's `\\ce{2H2 + O2 -> 2H2O}`: digits behind an element or a bracket are indices, a trailing charge is raised."""
        written = self.raw_group().replace("<=>", "⇌").replace("->", "→")
        written = re.sub(r"\^\{?(\d*[+-])\}?", lambda charge: script("^", charge[1]), written)
        return re.sub(r"(?<=[A-Za-z)\]])\d+", lambda index: script("_", index[0]), written)

    def raw_group(self) -> str:
        if self.take() != "{":
            raise _Unreadable
        start, depth = self.at, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return "".join(self.lexemes[start : self.at - 1])

    def environment(self) -> str:
        name = self.raw_group().rstrip("*")
        if name == "array":
            self.raw_group()
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unreadable
        rows = self.rows()
        self.depth -= 1
        if self.raw_group().rstrip("*") != name:
            raise _Unreadable
        return _laid_out(name, rows)

    def rows(self) -> list[list[str]]:
        """Cells up to `\\end`, which is eaten."""
        rows: list[list[str]] = [[]]
        while True:
            rows[-1].append(self.until(frozenset({"&", "\\\\", "\\end"})).strip())
            stop = self.take()
            if stop == "\\end":
                return [row for row in rows if any(row)]
            if stop == "\\\\":
                rows.append([])


_STRUCTURES: dict[str, Callable[[_Reader], str]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "sfrac"), _Reader.fraction),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), _Reader.binomial),
    **dict.fromkeys(("overset", "stackrel"), lambda reader: reader.stacked("^")),
    "underset": lambda reader: reader.stacked("_"),
    "sqrt": _Reader.root,
    "pmod": _Reader.remainder,
    "xrightarrow": lambda reader: reader.arrow("→"),
    "xleftarrow": lambda reader: reader.arrow("←"),
    "mathbb": _Reader.blackboard,
    "tag": _Reader.tag,
    "ce": _Reader.chemistry,
    "begin": _Reader.environment,
}


def script(sign: str, written: str) -> str:
    """`^` or `_` with its argument: small signs where Unicode has all of them, brackets otherwise."""
    signs = written.replace(" ", "")
    table = RAISED if sign == "^" else LOWERED
    if all(one in table for one in signs):
        return "".join(table[one] for one in signs)
    return f"{sign}{signs}" if len(signs) == 1 else f"{sign}({written})"


def _operand(written: str, shape: re.Pattern[str] = _ONE_TERM) -> str:
    """In brackets unless it is one name, number or small power: `(a + b)/2`, `√x`."""
    bare = written.strip()
    return bare if shape.fullmatch(bare) else f"({bare})"


def _double_struck(sign: str) -> str:
    size = "CAPITAL" if sign.isupper() else "SMALL"
    for name in (f"DOUBLE-STRUCK {size} {sign.upper()}", f"MATHEMATICAL DOUBLE-STRUCK {size} {sign.upper()}"):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return sign


def _laid_out(name: str, rows: list[list[str]]) -> str:
    """A matrix stays on one line, `[1 2; 3 4]`; equations under each other stay lines."""
    if name in FENCES:
        between = ", " if "cases" in name else " "
        left, right = FENCES[name]
        inside = "; ".join(between.join(row) for row in rows)
        return f"{left}{inside}{right}".strip()
    return "\n".join(" ".join(cell for cell in row if cell) for row in rows)
