"""One firm's facts from the chunks, and an id that is almost right."""

from pathlib import Path

import pandas as pd
import pytest

from intake.contracts import TABLES, TableError, empty_table
from intake.store import write_table
from pipelines.explain import tables_of_firm


@pytest.fixture
def interim(tmp_path: Path) -> Path:
    """Return a folder of two chunks: firms 00000017 and 00000170, and K-17."""
    firms = empty_table("firms")
    for chunk, ids in enumerate((["00000017", "00000170"], ["K-17"])):
        rows = pd.DataFrame({"firm_id": ids}).reindex(columns=firms.columns)
        write_table(rows, tmp_path / "firms" / f"part-{chunk:05d}.parquet")
    return tmp_path


def test_a_firms_rows_are_found_in_its_chunk(interim: Path) -> None:
    for firm in ("00000170", "K-17"):
        found = tables_of_firm(interim, firm)
        assert set(found) == set(TABLES)
        assert found["firms"]["firm_id"].tolist() == [firm]


def test_an_id_without_its_leading_noughts_is_hinted_at(interim: Path) -> None:
    with pytest.raises(TableError, match=r"no firm '17' in .*; did you mean 00000017\?$"):
        tables_of_firm(interim, "17")
    with pytest.raises(TableError, match=r"no firm '000170' in .*; did you mean 00000170\?$"):
        tables_of_firm(interim, "000170")


def test_an_id_like_no_other_has_no_hint(interim: Path) -> None:
    with pytest.raises(TableError, match=r"no firm '18' in \S+$"):
        tables_of_firm(interim, "18")
