"""A new bundle takes over only if it is no worse."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from myoedge.calibration.learn import learn
from myoedge.calibration.refit import refit, stretch_from
from myoedge.calibration.seat import Seat, seat_of, seated
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import FormatError
from myoedge.edge.profile import Profile
from myoedge.edge.recording import Label
from myoedge.edge.stream import StreamSpec

Specs = Mapping[str, StreamSpec]


@pytest.fixture(scope="module")
def session(make_stretches: Callable[..., list[Stretch]]) -> Stretch:
    """All repetitions as one recording."""
    chunks: list[Chunk] = []
    labels: list[Label] = []
    t_ns = 0
    for stretch in make_stretches(2):
        (span,) = stretch.spans
        labels.append(Label(t_ns, span.label, span.repetition, "start"))
        for c in stretch.chunks:
            chunks.append(replace(c, t_ns=c.t_ns + t_ns, arrival_ns=c.arrival_ns + t_ns))
        t_ns += span.end_ns
        labels.append(Label(t_ns, span.label, span.repetition, "end"))
    return stretch_from(chunks, labels)


@pytest.fixture(scope="module")
def old(classic: Bundle, specs: Specs, session: Stretch) -> Profile:
    return learn(classic, None, [session], specs, wearer="anna", armband="myo").profile


def test_a_bundle_that_is_no_worse_takes_over(
    classic: Bundle, specs: Specs, session: Stretch, old: Profile
) -> None:
    new = replace(classic, digest="f" * 64, name="newer")
    found = refit(old, new, None, session, specs, old_bundle=classic)
    assert found.taken and found.profile.bundle == "f" * 64 and found.profile.wearer == "anna"
    assert found.after is not None and found.before is not None and found.after >= found.before


def test_a_worse_bundle_leaves_the_old_profile(
    classic: Bundle, specs: Specs, session: Stretch, old: Profile
) -> None:
    spec = classic.modalities["emg"]
    deaf_spec = replace(spec, scale=(1e-9,))
    deaf = replace(classic, digest="0" * 64, name="deaf", modalities={"emg": deaf_spec}, normalise=False)
    found = refit(old, deaf, None, session, specs)
    assert not found.taken and found.profile is old
    assert "deaf" in found.reason


def test_a_recording_too_short_for_the_new_window_leaves_the_old_profile(
    classic: Bundle, specs: Specs, session: Stretch, old: Profile
) -> None:
    spec = classic.modalities["emg"]
    slow = replace(classic, name="slow", modalities={"emg": replace(spec, window_ms=5000.0)})
    found = refit(old, slow, None, session, specs)
    assert not found.taken and found.profile is old and "slow" in found.reason


def test_a_recording_without_labels_is_refused() -> None:
    with pytest.raises(FormatError, match="no labelled repetition"):
        stretch_from([], [])


def test_a_band_that_was_synced_stays_so_with_a_new_bundle(
    classic: Bundle, specs: Specs, session: Stretch, old: Profile
) -> None:
    synced = seated(old, Seat(2.25))
    new = replace(classic, digest="f" * 64, name="newer")
    found = refit(synced, new, None, session, specs, old_bundle=classic)
    assert found.taken and (found.profile.order, found.profile.turn) == (synced.order, 0.25)
    assert seat_of(found.profile)[1].order == old.order
    assert found.after == found.before  # judged as the band sat when it was calibrated
