"""The hand-placed onsets: whole, in order, of people nobody trained on."""

from myoedge.export.data.labels import canonical_names
from myoedge.export.data.onsets import hand_placed
from myoedge.export.data.table import DATASETS


def test_onsets_are_of_unseen_people_in_order_of_time_with_canonical_labels() -> None:
    placed = hand_placed("myo-uci", "series2")
    assert set(placed) == set(DATASETS["myo-uci"].unseen)
    for rows in placed.values():
        samples = [sample for sample, _ in rows]
        assert samples == sorted(set(samples))
        assert {label for _, label in rows} <= set(canonical_names()) - {"rest"}
    assert sum(map(len, placed.values())) == 50


def test_where_nobody_looked_there_are_none() -> None:
    assert hand_placed("myo-uci", "series1") == {}
    assert hand_placed("myo-psl", "all") == {}
