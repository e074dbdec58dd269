"""JQL into a tree: tokens, clauses, ordering. Syntax only; meaning lives next door.

``NOT`` is pushed down to the clauses while parsing (it turns ``=`` into ``!=`` and so on), as the
real engine does: that is why ``NOT labels = x`` leaves out issues without labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

ORDER_CAP = 7


class JqlSyntax(Exception):
    """A query that does not parse; always a 400."""


class NotModelled(Exception):
    """Something the real engine knows and the sandbox does not: refused loudly, never guessed."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One value: its text, whether it was quoted, and whether it is a function call."""

    text: str
    quoted: bool = False
    call: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One restriction on one field."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of these."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these."""

    parts: tuple[Tree, ...]


Tree = Clause | Both | Either


@dataclass(frozen=True, slots=True)
class Order:
    """One field to sort by."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; no ``where`` means unbounded."""

    where: Tree | None
    order: tuple[Order, ...]


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<operator><=|>=|!=|!~|&&|\|\||[=<>~!(),])
    | (?P<word>(?:\\.|[^\s"'=<>~!(),&|])+)
    )""",
    re.VERBOSE,
)
_OPPOSITE = {
    "=": "!=",
    "!=": "=",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "~": "!~",
    "!~": "~",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
}
_HISTORY = frozenset({"was", "changed"})
_RESERVED_SIGNS = frozenset("{}*/%+^$#@[];?")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    @property
    def lower(self) -> str:
        """For keywords; a quoted string is never one."""
        return "" if self.kind == "string" else self.text.lower()


@lru_cache(maxsize=1024)
def parse(text: str) -> Query:
    """Parse a whole query."""
    return _Parser(list(_tokens(text)), text).query()


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise JqlSyntax(f"Error in the JQL Query: unexpected character at position {place}.")
        place = match.end()
        kind = str(match.lastgroup)
        raw = match.group(kind)
        if kind == "word" and raw[0] in _RESERVED_SIGNS:
            raise JqlSyntax(
                f"Error in the JQL Query: The character '{raw[0]}' is a reserved JQL character. "
                "You must enclose it in a string or use an escape."
            )
        yield _Token(kind, _unescape(raw[1:-1] if kind == "string" else raw))


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[_Token], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._place = 0

    def query(self) -> Query:
        where = None
        if self._peek() and self._peek().lower != "order":
            where = self._either(False)
        order = self._order()
        if self._peek():
            raise self._unexpected()
        return Query(where, order)

    def _peek(self, ahead: int = 0) -> _Token:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else _END

    def _take(self) -> _Token:
        token = self._peek()
        if not token:
            raise self._unexpected()
        self._place += 1
        return token

    def _accept(self, *words: str) -> bool:
        if self._peek().lower in words:
            self._place += 1
            return True
        return False

    def _demand(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected(f"Expecting '{word}'")

    def _unexpected(self, hint: str = "") -> JqlSyntax:
        token = self._peek()
        what = f"Unexpected '{token.text}'" if token else "The query ends too early"
        return JqlSyntax(f"Error in the JQL Query: {what}. {hint}".rstrip())

    def _either(self, negated: bool) -> Tree:
        parts = [self._both(negated)]
        while self._accept("or", "||"):
            parts.append(self._both(negated))
        return _join(parts, Both if negated else Either)

    def _both(self, negated: bool) -> Tree:
        parts = [self._single(negated)]
        while self._accept("and", "&&"):
            parts.append(self._single(negated))
        return _join(parts, Either if negated else Both)

    def _single(self, negated: bool) -> Tree:
        if self._accept("not", "!"):
            return self._single(not negated)
        if self._accept("("):
            inner = self._either(negated)
            self._demand(")")
            return inner
        return self._clause(negated)

    def _clause(self, negated: bool) -> Clause:
        token = self._take()
        if token.kind == "operator" or token.lower in ("and", "or", "order"):
            self._place -= 1
            raise self._unexpected("Expecting a field name")
        operator = self._operator()
        operands = self._operands(operator)
        if negated:
            operator = _OPPOSITE[operator]
        return Clause(token.text, operator, operands)

    def _operator(self) -> str:
        token = self._take()
        word = token.lower
        if word in _HISTORY:
            raise NotModelled(f"the operator '{word.upper()}'")
        if word == "not":
            self._demand("in")
            return "not in"
        if word == "is":
            return "is not" if self._accept("not") else "is"
        if word in _OPPOSITE:
            return word
        self._place -= 1
        raise self._unexpected("Expecting an operator")

    def _operands(self, operator: str) -> tuple[Operand, ...]:
        if operator in ("in", "not in"):
            if not self._accept("("):
                raise NotModelled(f"the function '{self._peek().text}' after IN")
            found = [self._operand()]
            while self._accept(","):
                found.append(self._operand())
            self._demand(")")
            return tuple(found)
        operand = self._operand()
        if operator in ("is", "is not") and not operand.empty:
            raise JqlSyntax(f"Error in the JQL Query: '{operator}' takes EMPTY or NULL only.")
        return (operand,)

    def _operand(self) -> Operand:
        token = self._take()
        if token.kind == "operator":
            self._place -= 1
            raise self._unexpected("Expecting a value")
        if token.kind == "string":
            return Operand(token.text, quoted=True)
        if token.lower in ("empty", "null"):
            return Operand(token.text, empty=True)
        if self._accept("("):
            if not self._accept(")"):
                raise NotModelled(f"the function '{token.text}' with arguments")
            return Operand(token.text, call=True)
        return Operand(token.text)

    def _order(self) -> tuple[Order, ...]:
        if not self._accept("order"):
            return ()
        self._demand("by")
        found = [self._order_field()]
        while self._accept(","):
            found.append(self._order_field())
        if len(found) > ORDER_CAP:
            raise JqlSyntax(f"The ORDER BY clause takes at most {ORDER_CAP} fields.")
        return tuple(found)

    def _order_field(self) -> Order:
        name = self._take()
        if name.kind == "operator":
            self._place -= 1
            raise self._unexpected("Expecting a field name")
        if self._accept("desc"):
            return Order(name.text, True)
        self._accept("asc")
        return Order(name.text, False)


def _join(parts: list[Tree], kind: type[Both] | type[Either]) -> Tree:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


class _End(_Token):
    """Past the last token: false."""

    def __bool__(self) -> bool:
        return False


_END = _End("end", "")
