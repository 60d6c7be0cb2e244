"""Channels go one by one, those that say nothing first."""

from myoedge.export.look import HeldOut
from myoedge.export.network import FloatNetwork
from myoedge.export.pool import Pool
from myoedge.export.prior import within_class
from myoedge.export.prune.electrodes import electrodes

FEATURES = ("log_time_domain", "tangent")  # what the network's third input holds


def test_channels_that_tell_gestures_stay(network: FloatNetwork, pool: Pool) -> None:
    said: list[str] = []
    look = HeldOut(pool, FEATURES, within_class(pool, FEATURES))
    rows = electrodes(network.model, look, pool, fewest=6, say=said.append)
    assert [len(row.channels) for row in rows] == [8, 7, 6] and len(said) == 2
    assert all(later.gone not in later.channels for later in rows[1:])
    assert set(rows[2].channels) < set(rows[1].channels) < set(rows[0].channels)
    assert rows[0].reached.both == 1.0 and rows[0].gone is None
    assert rows[2].reached.both >= 0.9  # channels 2 to 5 are loud; two of the silent ones went
