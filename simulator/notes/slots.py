"""The words and figures that a note's sentences ask for: people, sums, dates, a writer's own words."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.notes import figures, phrases

WET_MONTHS = range(6, 11)  # storms and floods; earthquakes come at any time
OTHER_WORD = 8  # one time in so many a writer uses another word than his usual one


@dataclass(slots=True)
class Statement:
    """One thing that a note says about a firm."""

    fact: str
    topic: str
    group: str
    manner: int
    polarity: int  # the fact's own, as grave as it is, until a frame gives it another
    there: bool
    age: int
    ago: int
    amount: float  # yen; below nought: nobody names one
    pct: int
    main: bool = True  # of a main customer
    frame: str = ""


@dataclass(slots=True)
class Note:
    """What goes into a note: the talk, the writer's habits, the statements, the firm's figures."""

    role: str
    channel: str
    trade: str
    industry: int
    month: int
    picks: Iterator[int]  # numbers of 16 bits, without end
    writer: dict
    statements: list[Statement]
    figures: dict[str, float]
    given: tuple[str, ...]  # states of things that calm sentences may take for granted
    family_wrong: frozenset[str]  # facts that may not be denied in passing
    previous: dict[str, int] = field(default_factory=dict)  # the last note's manners by fact
    about: Statement | None = None  # the statement that is being put into words
    used: list[tuple[str, ...]] = field(default_factory=list)  # calm sentences that are in it already
    aside: bool = False  # somebody else than the owner was spoken with

    @property
    def staff(self) -> int:
        """Number of staff from which sentences are still sensible (`phrases.band`)."""
        return phrases.band(self.figures["staff"])

    def chance(self, share: float) -> bool:
        """Tell whether something happens that happens with this chance."""
        return next(self.picks) < 65536 * share


class Slots(dict):
    """Words of one note; figures and names are made when a sentence asks for them."""

    def __init__(self, note: Note):
        self.note = note

    def __missing__(self, key: str) -> str:
        maker = MAKERS.get(key)
        if maker is not None:
            return maker(self.note, self)
        value = self[key] = self._word(key)
        return value

    def _word(self, key: str) -> str:
        note = self.note
        choices = phrases.own_words(note.industry).get(key) or phrases.words(note.role)[key]
        turn = next(note.picks)
        favourite = note.writer["number"] + 7 * len(key) + ord(key[0])
        return choices[(turn // OTHER_WORD if turn % OTHER_WORD == 0 else favourite) % len(choices)]


def _amount(note: Note, _: Slots) -> str:
    return figures.money(note.about.amount, note.writer["unit"])


def _teller(note: Note, slots: Slots) -> str:
    return slots["accountant"] if note.aside and note.figures["staff"] > 1 else slots["rep"]


def _main_client(note: Note, slots: Slots) -> str:
    if note.about is None or note.about.main:
        return slots["mainclient"]
    return slots["smallclient"]


def _calamity(note: Note, _: Slots) -> str:
    month = (note.month - (note.about.age if note.about.there else 0)) % 12 + 1
    kinds = phrases.words(note.role)["storms" if month in WET_MONTHS else "quakes"]
    return kinds[note.writer["number"] % len(kinds)]


def _office(note: Note, _: Slots) -> str:
    return phrases.words(note.role)["offices"][note.figures["social"] < note.figures["tax"]]


def _person(word: str):
    def named(note: Note, _: Slots) -> str:
        staff = note.figures["staff"]
        names = next(names for most, names in phrases.people(word, note.trade) if staff <= most)
        return names[int(note.figures["number"]) % len(names)]

    return named


def _sum_of(name: str, digits: int = 2):
    return lambda note, _: figures.money(abs(note.figures[name]), note.writer["unit"], digits)


MAKERS = {
    "amount": _amount,
    "pct": lambda note, _: figures.tenths(note.about.pct, note.writer["number"] % 3 == 0),
    "pctn": lambda note, _: str(note.about.pct),
    "when": lambda note, _: figures.back(max(note.about.ago, 1), note.month),
    "since": lambda note, _: figures.since(note.about.age),
    "late": lambda note, _: f"{min(max(note.figures['late'], 1), 6):.0f}",
    "age": lambda note, _: f"{note.figures['owner_age']:.0f}",
    "maincl": _main_client,
    "office": _office,
    "calamity": _calamity,
    "teller": _teller,
    "deputy": _person("deputy"),
    "accountant": _person("accountant"),
    "cash": _sum_of("cash"),
    "cashm": lambda note, _: figures.months_of(note.figures["cash_months"]),
    "monthly": _sum_of("monthly"),
    "chg": lambda note, _: figures.change(note.figures["change"], note.writer["changes"]),
    "staff": lambda note, _: f"{note.figures['staff']:.0f}",
    "fy_sales": _sum_of("fy_sales", 3),
    "fy_profit": _sum_of("fy_profit"),
    "lent": _sum_of("lent", 3),
    "month_lent": lambda note, _: figures.back(int(note.figures["lent_ago"]), note.month),
    "diff": lambda note, _: str(10 * (1 + next(note.picks) % 90)),
    "month_now": lambda note, _: f"{note.month % 12 + 1}月",
    "next_month": lambda note, _: f"{(note.month + 3) % 12 + 1}月",
}
