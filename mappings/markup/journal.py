"""ServiceNow's journals: plain text, in which ``[code]`` and ``[/code]`` enclose HTML. Pure.

The platform renders what stands between the two, so what others wrote must never hold them
(reliability: S-18); what the desk wrote between them is read as what it shows.
"""

from __future__ import annotations

import re

from mappings.markup.html_reader import read_html
from mappings.markup.plain_writer import write_plain
from mappings.markup.wiki_writer import write_wiki

_TAG = re.compile(r"\[(?P<end>/?)code\]", re.IGNORECASE)

_BLOCK = re.compile(r"h[1-6]\. |[*#]+ |\|")


def parts(text: str) -> list[tuple[bool, str]]:
    """A journal entry cut at its tags: whether it is HTML, and the text. One without an end is
    no tag."""
    found: list[tuple[bool, str]] = []
    tags = list(_TAG.finditer(text))
    last = max((place for place, tag in enumerate(tags) if tag["end"]), default=-1)
    at, opened = 0, -1
    for place, tag in enumerate(tags):
        if opened < 0 and not tag["end"] and place < last:
            found.append((False, text[at : tag.start()]))
            at, opened = tag.end(), place
        elif opened >= 0 and tag["end"]:
            found.append((True, text[at : tag.start()]))
            at, opened = tag.end(), -1
    return [*found, (False, text[at:])]


def formatted(text: str) -> bool:
    """Whether an entry holds HTML."""
    return any(html for html, _ in parts(text))


def journal_plain(text: str) -> str:
    """An entry as readable text."""
    return "".join(write_plain(read_html(part)) if html else part for html, part in parts(text))


def wiki_of_html(html: str) -> str:
    """A part of an entry as wiki markup; one that is more than a line stands apart."""
    wiki = write_wiki(read_html(html))
    alone = "\n" in wiki or _BLOCK.match(wiki)
    return f"\n\n{wiki}\n\n" if alone else wiki
