import pytest

from myoedge.boards.latency import Plan, bench_latency
from myoedge.boards.stand_in import profile_file
from myoedge.edge.errors import MyoedgeError


def test_the_bench_counts_decisions_and_splits_their_time() -> None:
    address = "virtual:myo?wearer=anna"
    with profile_file("classic", address, None) as profile:
        row = bench_latency(Plan(address, seconds=1.5, bundle="classic", profile=str(profile), hop_ms="50"))
    assert row["expected"] == 30 and row["decisions"] > 10
    assert row["ms"].keys() == {
        "arrival_to_event", "arrival_to_listener", "chunk", "signal", "window", "engine", "decision"
    }  # fmt: skip
    assert row["packets_per_s"] > 50 and row["rss_mb"] > row["bare_rss_mb"] > 10


def test_a_bench_that_cannot_start_says_why() -> None:
    with pytest.raises(MyoedgeError, match=r"the bare process failed: .*no armband kind 'nosuch'"):
        bench_latency(Plan("nosuch", seconds=0.1))
