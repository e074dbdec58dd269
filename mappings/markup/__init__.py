"""Formatted text between HTML, wiki markup, Jira's documents, journals and plain text. Pure.

Every form is read into one small document and written from it, so that a form knows nothing of the
others. Reading order:

=====================  ============================================================================
`document.py`          the document: blocks and spans, frozen
`normal.py`            normal form: two documents that look the same are the same
`scan.py`              what all readers share: limits, control characters, addresses, entities
`wiki_inline.py`       wiki markup within a line
`wiki_reader.py`       wiki markup by blocks
`wiki_writer.py`       wiki markup in which nothing that a person wrote comes alive
`flat.py`              blocks as lines, for items and cells
`html_tokens.py`       HTML as tags and texts
`html_reader.py`       those into a document, by what is allowed
`html_writer.py`       HTML of a small set of tags
`adf_reader.py`        the document format of Jira Cloud's newer interface
`plain_writer.py`      text that reads well without any markup
`journal.py`           ServiceNow's journals, which render HTML between ``[code]`` and ``[/code]``
`cutting.py`           a document that is too long for a side, and its end put back after an edit
=====================  ============================================================================

Three promises, each a property test: no text makes a reader or writer fail; the time taken grows
with the length of the text and no faster, with limits on size and depth (reliability: S-19); what
a form can express comes back from it as the same document.
"""

from __future__ import annotations
