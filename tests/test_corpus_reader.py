from pathlib import Path

import numpy as np
import pytest

from models.notes import corpus_reader
from models.notes.corpus_reader import fit_corpus_reader, load_corpus_reader
from models.notes.level_reader import LevelReader
from models.notes.reader_files import JSON_FILE, ReaderError
from models.notes.text_reader import TextReader

SUBJECTS = ("受注", "売上", "来客数", "販売量", "単価", "引き合い", "注文")
MOVES = {"が増えている": 5, "は横ばいである": 3, "が減っている": 1}
TEXTS = [f"{subject}{move}。" for subject in SUBJECTS for move in MOVES]
LEVELS = [level for _ in SUBJECTS for level in MOVES.values()]
MANY = 50  # 50 times 21 texts are 1,050


@pytest.mark.parametrize(
    ("texts", "levels", "kind"),
    [
        (TEXTS * MANY, LEVELS * MANY, LevelReader),
        (TEXTS, LEVELS, TextReader),  # too few texts
        (TEXTS * MANY, np.arange(len(TEXTS) * MANY) % 13, TextReader),  # 13 levels
        (TEXTS * MANY, [2] * len(TEXTS) * MANY, TextReader),  # one level
    ],
)
def test_the_corpus_says_which_reader_and_it_comes_back(
    texts: list[str], levels: list[int], kind: type, tmp_path: Path
) -> None:
    reader = fit_corpus_reader(texts, levels, seed=1)
    assert type(reader) is kind
    reader.save(tmp_path)
    again = load_corpus_reader(tmp_path)
    assert type(again) is kind
    assert again.version == reader.version
    assert (again.read(TEXTS) == reader.read(TEXTS)).all()


def test_levels_are_counted_from_their_mean_in_standard_deviations(monkeypatch: pytest.MonkeyPatch) -> None:
    # levels 5, 3, 1 as often: mean 3, variance (4 + 0 + 4) / 3, so the levels are ±2 / 1.633 = ±1.2247 and 0
    monkeypatch.setattr(corpus_reader, "FEWEST_TEXTS", 1)
    reader = fit_corpus_reader(TEXTS, LEVELS, seed=1)
    assert reader.levels == pytest.approx([-(1.5**0.5), 0, 1.5**0.5])
    shifted = fit_corpus_reader(TEXTS, [100 * level - 7 for level in LEVELS], seed=1)
    assert shifted.read(TEXTS) == pytest.approx(reader.read(TEXTS), abs=1e-9)


def test_a_file_without_a_kind_is_no_reader(tmp_path: Path) -> None:
    for content in ('{"format": 1}', "[]", "", '"levels"'):
        (tmp_path / JSON_FILE).write_text(content)
        with pytest.raises(ReaderError, match="holds no reader"):
            load_corpus_reader(tmp_path)
