"""House rules that a machine can check: size, form, words, and what is never written anywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("connector", "mappings", "sync")
LINES, FUNCTION_LINES, PARAMETERS, SHORTEST_PURPOSE = 350, 60, 6, 20
NOT_OUR_WORDS = frozenset(
    {"source", "target", "upstream", "downstream", "master", "handler", "manager", "service"}
    | {"entity", "guard", "helper", "util", "utils"}
)
TOP = frozenset({"connector", "mappings", "sync", "deploy", "tests"})
FOREIGN = re.compile(r"/work/main|/work/shared|\.\./shared/|/root/\.|/opt/wheels|/opt/pypi")


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def shipped() -> list[Path]:
    """Our own sources that say something; generated migrations are nobody's prose."""
    return [path for path in modules() if "versions" not in path.parts and path.read_text().strip()]


def everything() -> list[Path]:
    """All our Python files, tests included."""
    others = (ROOT / "tests", ROOT / "deploy")
    return shipped() + [path for folder in others for path in sorted(folder.rglob("*.py"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def words(name: str) -> set[str]:
    """``JiraTextHandler`` to its words; ServiceNow is one."""
    apart = name.replace("ServiceNow", "Servicenow")
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", apart)}


def test_there_is_something_to_check() -> None:
    assert len(shipped()) > 20


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_a_module_is_short_enough_to_be_read_at_once() -> None:
    assert not [named(path) for path in shipped() if text_of(path).count("\n") > LINES]


def test_a_module_says_what_it_is_for() -> None:
    told = {named(path): ast.get_docstring(ast.parse(text_of(path))) or "" for path in shipped()}
    assert not [name for name, text in told.items() if len(text) < SHORTEST_PURPOSE]


def test_annotations_are_never_evaluated() -> None:
    line = "from __future__ import annotations\n"
    assert not [named(path) for path in everything() if text_of(path) and line not in text_of(path)]


def test_functions_are_small() -> None:
    assert not [
        f"{named(path)}:{node.lineno} {node.name}: {size} lines"
        for path in shipped()
        for node in functions(path)
        if (size := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def test_functions_take_few_parameters() -> None:
    greedy = []
    for path in shipped():
        for node in functions(path):
            taken = [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
            many = len([name for name in taken if name not in ("self", "cls")])
            if many > PARAMETERS:
                greedy.append(f"{named(path)}:{node.lineno} {node.name}: {many}")
    assert not greedy


def test_only_the_console_writes() -> None:
    assert not [
        f"{named(path)}:{node.lineno}"
        for path in shipped()
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]


def test_classes_are_named_in_our_words() -> None:
    assert not [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in shipped()
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.ClassDef) and words(node.name) & NOT_OUR_WORDS
    ]


def test_our_words_are_recognised() -> None:
    assert words("ServiceNowAdapter") == {"servicenow", "adapter"}
    assert words("JSONHandler") == {"json", "handler"}


def test_no_further_package_appears_at_the_top() -> None:
    found = {
        path.parent.name for path in ROOT.glob("*/*.py") if not path.parent.name.startswith(".")
    }
    assert found <= TOP


def test_no_text_names_a_place_on_somebodys_machine() -> None:
    suffixes = {".py", ".md", ".toml", ".yaml", ".yml", ".lock", ".json"}
    folders = [ROOT / name for name in TOP]
    files = [*ROOT.glob("*"), *(path for folder in folders for path in folder.rglob("*"))]
    guilty = [
        named(path)
        for path in files
        if path.is_file()
        and (path.suffix in suffixes or path.name in ("Makefile", "Dockerfile"))
        and path != Path(__file__)
        and FOREIGN.search(path.read_text(encoding="utf-8"))
    ]
    assert not guilty
