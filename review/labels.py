"""Codes as people read them, in Japanese and in English."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pandas as pd


class Words(NamedTuple):
    """The same words in both languages of the page."""

    ja: str
    en: str


@cache
def _labels() -> dict[tuple[str, str], Words]:
    frame = pd.read_csv(files("review") / "labels.csv", dtype=str, keep_default_na=False)
    return {(row.kind, row.code): Words(row.ja, row.en) for row in frame.itertuples(index=False)}


def label(kind: str, code: object) -> Words:
    """Return the words for `code`; a code without an entry stands for itself, in both languages.

    Examples
    --------
    >>> label("industry", "0201")
    Words(ja='建設業', en='Construction')
    >>> label("industry", "9999")
    Words(ja='9999', en='9999')
    """
    return _labels().get((kind, str(code)), Words(str(code), str(code)))


def codes(kind: str) -> list[str]:
    """Return the codes of a kind, in the order of labels.csv: the order pages list them in.

    Examples
    --------
    >>> codes("tier")
    ['none', 'basic', 'standard', 'advanced', 'all']
    >>> codes("colour")
    Traceback (most recent call last):
    KeyError: "labels.csv has no kind 'colour'"
    """
    found = [code for of_kind, code in _labels() if of_kind == kind]
    if not found:
        raise KeyError(f"labels.csv has no kind {kind!r}")
    return found


def fault(reason: str) -> Words:
    """Return the words for a quarantine reason, ``column: message``; the column keeps its name.

    Examples
    --------
    >>> fault("sales: not a number")
    Words(ja='sales：数値でない', en='sales: not a number')
    >>> fault("duplicate").ja
    '重複'
    """
    column, colon, message = reason.rpartition(": ")
    words = label("fault", message)
    return Words(f"{column}：{words.ja}" if colon else words.ja, reason)
