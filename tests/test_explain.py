"""One firm's facts from the chunks, and an id that is almost right."""

from pathlib import Path

import pandas as pd
import pytest

from intake.contracts import TABLES, WRITTEN_TABLES, TableError, empty_table
from intake.store import write_table
from pipelines.explain import tables_of_firm
from pipelines.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Return where two chunks lie: firms 00000017 and 00000170, and K-17."""
    paths = Paths(tmp_path)
    firms = empty_table("firms")
    for chunk, ids in enumerate((["00000017", "00000170"], ["K-17"])):
        rows = pd.DataFrame({"firm_id": ids}).reindex(columns=firms.columns)
        write_table(rows, paths.interim / "firms" / f"part-{chunk:05d}.parquet")
        write_table(empty_table("note_signals"), paths.signals / f"part-{chunk:05d}.parquet")
    return paths


def test_a_firms_rows_are_found_in_its_chunk(paths: Paths) -> None:
    for firm in ("00000170", "K-17"):
        found = tables_of_firm(paths, firm)
        assert set(found) == {*TABLES, *WRITTEN_TABLES}
        assert found["firms"]["firm_id"].tolist() == [firm]


def test_an_id_without_its_leading_noughts_is_hinted_at(paths: Paths) -> None:
    with pytest.raises(TableError, match=r"no firm '17' in .*; did you mean 00000017\?$"):
        tables_of_firm(paths, "17")
    with pytest.raises(TableError, match=r"no firm '000170' in .*; did you mean 00000170\?$"):
        tables_of_firm(paths, "000170")


def test_an_id_like_no_other_has_no_hint(paths: Paths) -> None:
    with pytest.raises(TableError, match=r"no firm '18' in \S+$"):
        tables_of_firm(paths, "18")
