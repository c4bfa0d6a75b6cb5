"""Progress: log lines where there is no terminal, every tenth of the way."""

import logging

from pipelines.progress import progress


def test_every_tenth_and_the_end_are_logged(caplog):
    log = logging.getLogger("test_progress")
    with caplog.at_level(logging.INFO):
        show = progress(log)
        for done in range(1, 201):
            show(done, 200, "chunks")

    # the first, then whenever another tenth is done
    said = [1, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200]
    assert [record.getMessage() for record in caplog.records] == [f"chunks: {done} of 200" for done in said]


def test_a_bar_is_drawn_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    show = progress(logging.getLogger("test_progress"))

    show(1, 2, "chunks")
    show(2, 2, "chunks")

    assert "chunks" in capsys.readouterr().err
