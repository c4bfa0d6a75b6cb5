import json
from pathlib import Path

import numpy as np
import pytest

from models.notes.reader_files import ARRAYS_FILE, JSON_FILE, ReaderError, digest, load_reader, save_reader

CONTENT = {"kind": "line", "format": 1, "grams": ["増", "減"]}
ARRAYS = {"b": np.array([1.0, 2.0]), "a": np.array([[1, 2]], dtype=np.uint64)}


def test_what_was_saved_comes_back_and_what_stood_there_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    (folder / "old").touch()
    save_reader(folder, CONTENT, ARRAYS)
    assert sorted(path.name for path in folder.iterdir()) == [JSON_FILE, ARRAYS_FILE]
    content, arrays = load_reader(folder, "line", 1)
    assert content == CONTENT
    assert {name: array.dtype for name, array in arrays.items()} == {"a": np.uint64, "b": np.float64}
    assert all((arrays[name] == ARRAYS[name]).all() for name in ARRAYS)


def test_the_hash_sees_every_change_and_no_order_or_byte_order() -> None:
    whole = digest(CONTENT, ARRAYS)
    big = {name: array.astype(array.dtype.newbyteorder(">")) for name, array in reversed(ARRAYS.items())}
    assert digest(dict(reversed(CONTENT.items())), big) == whole
    others = [
        (CONTENT | {"format": 2}, ARRAYS),
        (CONTENT, ARRAYS | {"b": np.array([1.0, 2.5])}),
        (CONTENT, ARRAYS | {"b": np.array([1.0, 2.0], dtype=np.float32)}),
        (CONTENT, ARRAYS | {"a": np.array([[1], [2]], dtype=np.uint64)}),
        (CONTENT, {"c": ARRAYS["b"], "a": ARRAYS["a"]}),
    ]
    found = {digest(*other) for other in others}
    assert len(found) == len(others)
    assert whole not in found


def test_what_is_no_reader_is_named(tmp_path: Path) -> None:
    save_reader(tmp_path, CONTENT, ARRAYS)
    with pytest.raises(ReaderError, match="kind line, format 1, not levels, 1"):
        load_reader(tmp_path, "levels", 1)
    with pytest.raises(ReaderError, match="kind line, format 1, not line, 2"):
        load_reader(tmp_path, "line", 2)
    saved = (tmp_path / JSON_FILE).read_text(encoding="utf-8")
    for content in ("", "[]", json.dumps(CONTENT), saved[:-5]):
        (tmp_path / JSON_FILE).write_text(content, encoding="utf-8")
        with pytest.raises(ReaderError, match="holds no reader"):
            load_reader(tmp_path, "line", 1)
    (tmp_path / JSON_FILE).write_text(saved.replace("増", "贈"), encoding="utf-8")
    with pytest.raises(ReaderError, match="not what was saved"):
        load_reader(tmp_path, "line", 1)


def test_arrays_that_would_run_code_are_refused(tmp_path: Path) -> None:
    save_reader(tmp_path, CONTENT, ARRAYS)
    np.savez(tmp_path / ARRAYS_FILE, a=np.array([{}], dtype=object))
    with pytest.raises(ReaderError, match="holds no reader"):
        load_reader(tmp_path, "line", 1)
