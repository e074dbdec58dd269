"""The hands: carry out the actions of a plan, one module for each kind.

Every module follows the same steps: write down what is about to happen, look again, write, take
what the side really holds, remember it in one transaction. What failed leaves the memory of its
link as it was.
"""

from __future__ import annotations
