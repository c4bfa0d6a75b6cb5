"""How readers are saved: JSON and arrays in a folder with the hash of both, and nothing that runs code."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from intake.store import fresh_folder, write_json

JSON_FILE, ARRAYS_FILE = "reader.json", "reader.npz"


class ReaderError(ValueError):
    """A saved reader that is damaged, changed or of another kind or format."""


def digest(content: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 of all that a reader is: equal readers have equal ones on any machine."""
    whole = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())
    for name, array in sorted(arrays.items()):
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        whole.update(f"{name} {little.dtype.str} {array.shape}".encode())
        whole.update(np.ascontiguousarray(little).tobytes())
    return whole.hexdigest()


def save_reader(folder: Path, content: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> None:
    """Write a reader as a folder, whole or not at all; what stood there before is replaced."""
    with fresh_folder(Path(folder)) as fresh:
        write_json(dict(content) | {"hash": digest(content, arrays)}, fresh / JSON_FILE)
        np.savez(fresh / ARRAYS_FILE, **arrays)


def kind_of(folder: Path) -> str:
    """Return the kind of reader that a folder holds.

    Raises
    ------
    ReaderError
        When its file is missing, cannot be read or names no kind.
    """
    try:
        return str(json.loads((Path(folder) / JSON_FILE).read_text(encoding="utf-8"))["kind"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ReaderError(f"{folder} holds no reader: {error}") from error


def load_reader(folder: Path, kind: str, version: int) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Read a reader's content and arrays back, after checking that nothing in them was changed.

    Raises
    ------
    ReaderError
        When a file is missing or cannot be read, the kind or format is another, or the content is not what
        was saved.

    Examples
    --------
    >>> load_reader(Path("nowhere"), "line", 1)
    Traceback (most recent call last):
    models.notes.reader_files.ReaderError: nowhere holds no reader: ... 'nowhere/reader.json'
    """
    folder = Path(folder)
    try:
        content = json.loads((folder / JSON_FILE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        stated = content.pop("hash")
        saved = (content["kind"], content["format"])
    except (OSError, KeyError, TypeError, AttributeError, ValueError, EOFError) as error:
        raise ReaderError(f"{folder} holds no reader: {error}") from error
    if saved != (kind, version):
        raise ReaderError(
            f"{folder} holds a reader of kind {saved[0]}, format {saved[1]}, not {kind}, {version}"
        )
    if digest(content, arrays) != stated:
        raise ReaderError(
            f"{folder}: the files are not what was saved (their hash is not {str(stated)[:12]})"
        )
    return content, arrays
