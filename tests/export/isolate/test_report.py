"""The page and the tables hold what was measured, and need nothing else."""

import csv
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from myoedge.edge.errors import MismatchError
from myoedge.export.isolate.analysis import Analysis, analyse
from myoedge.export.isolate.figures import JOINT, Figure, figure, figures, summary
from myoedge.export.isolate.probe import Probe
from myoedge.export.isolate.report import write_page
from myoedge.export.isolate.source import Subject
from myoedge.export.isolate.tables import write_tables
from myoedge.export.models.transformer import Transformer

Build = Callable[..., Transformer]
Both = tuple[Analysis, list[Figure]]


def subject(name: str, model: Transformer, probe: Probe) -> Subject:
    return Subject(name, model, model, probe, probe, {})


@pytest.fixture(scope="module")
def both(build: Build, probe: Probe) -> Both:
    model = build("hierarchical", branch_layers=1, cross_layers=1)
    found = analyse([subject("one", model, probe), subject("two", model, probe)], heads=True)
    return found, figures(found)


def test_people_of_all_runs_stand_side_by_side(both: Both) -> None:
    found, _ = both
    assert found.people == ("anna", "ben", "chen") * 2
    assert found.windows == 60
    assert all(len(loss.margin) == 6 for loss in found.losses)


def test_intervals_are_said_to_be_over_what_they_are_over(build: Build, probe: Probe, both: Both) -> None:
    assert both[0].over == "6 networks of 3 people"
    model = build()
    assert analyse([subject("one", model, probe)]).over == "3 people"
    anna = probe.at(np.flatnonzero(probe.person == "anna"))
    assert analyse([subject("one", model, anna)]).over == "one person"
    assert analyse([subject("one", model, anna), subject("two", model, anna)]).over == (
        "2 networks of one person"
    )


def test_runs_of_other_networks_are_refused(build: Build, probe: Probe) -> None:
    with pytest.raises(MismatchError, match="one architecture"):
        analyse([subject("one", build(), probe), subject("two", build(layers=1), probe)])


def test_people_who_lack_a_gesture_are_taken_together_by_its_name(build: Build, probe: Probe) -> None:
    model = build()
    other = Probe(probe.inputs, probe.truth, probe.person, ("fist", "rest", "wave"))
    found = analyse([subject("one", model, probe), subject("two", model, other)])
    assert found.labels == ("fist", "open", "rest", "wave")
    alone = analyse([subject("one", model, probe)])
    for both, one in zip(found.losses, alone.losses, strict=True):
        fist, opened, rest = one.by_label
        np.testing.assert_allclose(both.by_label, [fist, opened, (rest + opened) / 2, rest])


def test_shares_of_layers_within_are_none_across(both: Both) -> None:
    _, rows = both
    for measure in ("M3", "M4"):
        assert figure(rows, measure, "layer 0").value == 0
        assert 0 < figure(rows, measure, JOINT).value < 1


def test_linear_fusion_loses_nothing_without_pathways_across(build: Build, probe: Probe) -> None:
    for kind in ("multimodal", "hierarchical"):
        found = analyse([subject("one", build(kind, "linear"), probe)])
        cross = [loss for loss in found.losses if loss.cut.group == "cross"]
        assert cross
        assert not any(loss.accuracy.any() or loss.margin.any() for loss in cross)
        rows = figures(found)
        assert all(row.share.value == 0.0 or np.isnan(row.share.value) for row in rows)


def test_one_modality_has_no_share_across(build: Build, probe: Probe) -> None:
    alone = Probe(probe.inputs[:1], probe.truth, probe.person, probe.labels)
    rows = figures(analyse([subject("one", build(inputs="emg"), alone)]))
    assert all(row.share.value == 0.0 or np.isnan(row.share.value) for row in rows)
    assert figure(rows, "M4", "layer 0").value == 0.0


def test_tables_hold_a_line_a_person_and_cut(both: Both, tmp_path: Path) -> None:
    found, rows = both
    names = write_tables(found, rows, tmp_path)
    lines = {name: list(csv.DictReader((tmp_path / name).read_text().splitlines())) for name in names}
    assert len(lines["pathways.csv"]) == 6 * len(found.losses)
    assert len(lines["sensors.csv"]) == 6 * len(found.worths)
    assert {line["gesture"] for line in lines["gestures.csv"]} == set(found.labels)
    assert len(lines["shares.csv"]) == len(rows)
    assert {line["head"] for line in lines["pathways.csv"]} == {"", "0", "1"}
    assert "nan" not in (tmp_path / "shares.csv").read_text()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(both: Both, tmp_path: Path) -> None:
    found, rows = both
    page = (tmp_path / write_page(found, rows, tmp_path)).read_text()
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert tags.seen.count("svg") == 2 + 2 + 1 + 2  # layers by stage, blocks by layer, gestures, sensors
    assert not re.search(r"https?:|src=|href=|url\(", page)
    assert not re.search(r"\bnan\b", page, re.IGNORECASE)
    assert summary(found, rows)["advice"].replace(">", "&gt;") in page
