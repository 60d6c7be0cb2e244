import pytest

from myoedge.boards.stand_in import profile_file, stand_in
from myoedge.edge.errors import UsageError
from myoedge.edge.profile import load_profile


def test_a_simulated_wearer_needs_no_minute_of_calibration() -> None:
    with profile_file("classic", "virtual:myo?wearer=anna", None) as path:
        profile = load_profile(path)
    assert profile.wearer == "anna" and "fist" in profile.head.labels
    assert not path.exists()


def test_an_armband_of_other_channels_and_rate_gets_its_own() -> None:
    assert len(stand_in("classic", "virtual:generic?channels=4&rate=1000").order) == 4


def test_a_real_armband_needs_a_calibration() -> None:
    with pytest.raises(UsageError, match="calibrate first"):
        stand_in("classic", "myo")
