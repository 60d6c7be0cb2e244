"""The page of a report."""

from html.parser import HTMLParser

import pytest

from myoedge.calibration.page import page
from myoedge.calibration.report import Report
from myoedge.calibration.verdict import Verdict

EVIL = '<script>alert("x")</script>'
REPORT = Report(
    wearer=EVIL,
    armband="myo",
    bundle="default",
    created_utc="2026-01-01T00:00:00+00:00",
    labels=("fist", EVIL),
    accuracy=0.9,
    held_out_by="repetition",
    confusion=((0.95, 0.05), (0.15, 0.85)),
    apart=((None, 1.5), (1.5, None)),
    signal={"rest": (1.0, 1.0, 1.0), EVIL: (10.0, 3.0, 0.0)},
    dead=(2,),
    verdicts=(Verdict("fist", 0, False, ("no contraction: as quiet as rest",), 3.2, 0.1, redo=True),),
    advice=("redo fist",),
)


class Tags(HTMLParser):
    """Counts, and holds every opened tag to be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def tags() -> Tags:
    tags = Tags()
    tags.feed(page(REPORT))
    return tags


def test_it_is_whole_and_a_label_cannot_break_out(tags: Tags) -> None:
    assert tags.open == []
    assert not [tag for tag, _ in tags.seen if tag == "script"]
    assert EVIL in tags.text


def test_it_fetches_nothing(tags: Tags) -> None:
    assert not [attrs for _, attrs in tags.seen if "src" in attrs or "href" in attrs]
    assert "http" not in page(REPORT).replace("http-equiv", "")
    assert "default-src 'none'" in page(REPORT)


def test_every_drawing_has_a_name_and_its_numbers_stand_in_it(tags: Tags) -> None:
    drawings = [attrs for tag, attrs in tags.seen if tag == "svg"]
    assert len(drawings) == 2 + 2 and all(
        attrs["role"] == "img" and attrs["aria-label"] for attrs in drawings
    )
    for number in ("95", "15", "1.5"):
        assert number in tags.text


def test_verdicts_and_what_to_do_stand_in_words(tags: Tags) -> None:
    assert "Usable: 90.0 % of the windows right" in tags.text
    assert "Redo fist." in tags.text and "done again" in tags.text and "as quiet as rest" in tags.text
    assert "2\N{MULTIPLICATION SIGN}" in tags.text
