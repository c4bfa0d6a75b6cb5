"""How a writer sets his sentences out: prose, bullets, headings; polite endings, slips of the pen."""

from itertools import zip_longest

from simulator.notes import phrases
from simulator.notes.slots import Note

PROSE, BULLETS, STROKES, HEADINGS, LINES = range(5)
MEMO, PLAIN, POLITE = range(3)  # styles
OPENING, BUSINESS, FUNDS, OTHER = range(4)  # what a sentence is about: its heading
OWN_MARKS = ("■", "▽", "△", "【", "（＋）")
FULL_WIDTH = str.maketrans("0123456789,.", "０１２３４５６７８９，．")


def lay_out(note: Note, said: list[tuple[int, str]]) -> str:
    """Return a note's text; `said` holds sentences with their headings."""
    writer, lines = note.writer, [text for _, text in said]
    if writer["style"] == POLITE:
        lines = [_politely(line) for line in lines]
    layout = writer["layout"]
    if len(lines) == 1:
        text = lines[0].removesuffix("。") if layout in (BULLETS, STROKES) else lines[0]
    elif layout == BULLETS:
        text = "\n".join(_bullet(line) for line in lines)
    elif layout == STROKES:
        text = "／".join(line.removesuffix("。") for line in lines)
    elif layout == HEADINGS and len(lines) > 2:
        names = phrases.words(note.role)["new_headings" if writer["era"] else "headings"]
        text = "\n".join(_under_headings(said, lines, names))
    elif layout == HEADINGS:
        marks = phrases.words(note.role)["marks"][: len(lines)]
        text = " ".join(mark + line for mark, line in zip_longest(marks, lines, fillvalue=""))
    else:
        text = ("\n" if layout == LINES else "").join(lines)
    if note.chance(writer["sloppy"]):
        text = _mistyped(text, next(note.picks))
    return text.translate(FULL_WIDTH) if writer["digits"] else text


def _bullet(line: str) -> str:
    """Return a line with its mark, unless it has one of its own."""
    return ("" if line.startswith(OWN_MARKS) else "・") + line.removesuffix("。")


def add_line(text: str, line: str) -> str:
    """Add a sentence to a text, the way it is set out."""
    last = text.rsplit("\n", 1)[-1]
    if last.startswith("・"):
        return text + "\n・" + line.removesuffix("。")
    return text + (line if last.endswith(("。", "）")) else "。" + line)


def _under_headings(said: list[tuple[int, str]], lines: list[str], names: tuple[str, ...]) -> list[str]:
    parts = [
        (name, [line for (head, _), line in zip(said, lines, strict=True) if head == place])
        for place, name in enumerate(names)
    ]
    filled = [(name, under) for name, under in parts if under]
    if len(filled) == 1:  # nobody divides what has one part
        return lines
    return [name + "".join(under) for name, under in filled]


def _politely(line: str) -> str:
    for plain, polite in phrases.endings():
        if line.endswith(plain):
            return line.removesuffix(plain) + polite
    return line


def _mistyped(text: str, turn: int) -> str:
    pairs = phrases.mistakes()
    for place in range(len(pairs)):
        right, wrong = pairs[(turn + place) % len(pairs)]
        if right in text:
            return text.replace(right, wrong, 1)
    return text
