"""Continuous labels to repetitions: what one label column may do, and that rest goes with its repetition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from myoedge.export.data.blocks import REST, Block, cut

RATE = 100.0


def columns(*runs: tuple[int, int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(label, repetition, rows) after each other."""
    labels = np.concatenate([np.full(rows, label) for label, _, rows in runs])
    return labels, np.concatenate([np.full(rows, turn) for _, turn, rows in runs])


def test_rest_is_shared_between_the_movements_about_it_and_goes_with_their_repetition() -> None:
    found = cut(*columns((0, 0, 60), (3, 1, 100), (0, 0, 80), (3, 2, 100), (0, 0, 60)), RATE).blocks
    assert found == (
        Block(REST, 0, 0, 60),
        Block(3, 0, 60, 160),
        Block(REST, 0, 160, 200),
        Block(REST, 1, 200, 240),
        Block(3, 1, 240, 340),
        Block(REST, 1, 340, 400),
    )


def test_rest_too_short_to_share_goes_to_the_movement_it_precedes() -> None:
    found = cut(*columns((3, 1, 100), (0, 0, 30), (3, 2, 100)), RATE).blocks
    assert found[1] == Block(REST, 1, 100, 130)


def test_rest_far_from_any_movement_is_left_out() -> None:
    found = cut(*columns((0, 0, 5000), (3, 1, 100), (0, 0, 4000), (4, 1, 100)), RATE).blocks
    assert [b for b in found if b.label == REST] == [
        Block(REST, 0, 4500, 5000),
        Block(REST, 0, 5100, 5600),
        Block(REST, 0, 8600, 9100),
    ]


def test_a_gap_in_the_repetition_column_does_not_split_a_movement() -> None:
    labels, turns = columns((0, 0, 50), (3, 1, 40), (3, 0, 30), (3, 1, 40), (0, 0, 50))
    made = cut(labels, turns, RATE)
    assert [b for b in made.blocks if b.label == 3] == [Block(3, 0, 50, 160)]
    assert made.unnumbered == 0


def test_two_repetitions_without_rest_between_them_are_two() -> None:
    made = cut(*columns((3, 1, 60), (3, 2, 60), (4, 1, 60)), RATE)
    assert made.blocks == (Block(3, 0, 0, 60), Block(3, 1, 60, 120), Block(4, 0, 120, 180))


def test_movements_without_a_number_are_counted_in_order_and_said() -> None:
    made = cut(*columns((3, 0, 60), (0, 0, 60), (3, 0, 60), (0, 0, 60), (4, 0, 60)), RATE)
    assert [(b.label, b.number) for b in made.blocks if b.label] == [(3, 0), (3, 1), (4, 0)]
    assert made.unnumbered == 3


def test_a_slip_of_the_label_column_is_no_repetition() -> None:
    made = cut(*columns((3, 1, 100), (0, 0, 60), (7, 1, 5), (0, 0, 60), (3, 2, 100)), RATE)
    assert made.slips == 1 and 7 not in {b.label for b in made.blocks}
    assert all(b.stop <= 160 or b.start >= 165 for b in made.blocks)


def test_edges_fit_the_slower_streams() -> None:
    made = cut(*columns((0, 0, 57), (3, 1, 101), (0, 0, 93)), RATE, every=20)
    assert made.blocks and all(b.start % 20 == b.stop % 20 == 0 for b in made.blocks)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(1, 90)), min_size=1, max_size=30),
    st.sampled_from([1, 4, 16]),
)
def test_blocks_never_overlap_and_hold_one_label(runs: list[tuple[int, int, int]], every: int) -> None:
    labels, turns = columns(*runs)
    made = cut(labels, turns, RATE, every)
    last = 0
    for block in made.blocks:
        assert last <= block.start < block.stop <= len(labels)
        assert set(labels[block.start : block.stop].tolist()) == {block.label}
        assert block.number >= 0
        last = block.stop
