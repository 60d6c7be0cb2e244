"""A profile's file: read whole or refused, and only with its own bundle and armband."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError, MismatchError, MyoedgeError, NotThereError
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import LevelScale, Profile, load_profile
from myoedge.edge.stream import StreamSpec


def test_a_profile_comes_back_from_its_file(anna: Profile, tmp_path: Path) -> None:
    path = tmp_path / "anna.json"
    path.write_text(json.dumps(anna.to_json()))
    assert load_profile(path).to_json() == anna.to_json()


def test_a_missing_profile_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="myoedge calibrate"):
        load_profile(tmp_path / "nobody.json")


def test_a_profile_torn_at_any_byte_is_refused(anna: Profile, tmp_path: Path) -> None:
    text = json.dumps(anna.to_json()).encode()
    path = tmp_path / "anna.json"
    for end in [*range(0, len(text), 997), len(text) - 1]:
        path.write_bytes(text[:end])
        with pytest.raises(FormatError, match="--restore"):
            load_profile(path)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("AAAA"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_profile_with_any_value_changed_loads_or_is_refused(
    anna: Profile, tmp_path: Path, data: st.DataObject
) -> None:
    row = copy.deepcopy(anna.to_json())
    inside: dict[str, Any] = data.draw(st.sampled_from([row, row["head"], row["thresholds"], row["level"]]))
    name = data.draw(st.sampled_from(sorted(inside)))
    if data.draw(st.booleans()):
        inside[name] = data.draw(anything)
    else:
        del inside[name]
    path = tmp_path / "fuzz.json"
    path.write_text(json.dumps(row))
    try:
        load_profile(path)
    except MyoedgeError as error:
        assert str(path) in str(error)


@given(st.binary(max_size=80) | st.text(max_size=40).map(str.encode))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_is_no_profile(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "garbage.json"
    path.write_bytes(garbage)
    with pytest.raises(FormatError):
        load_profile(path)


def test_nested_without_end_is_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 200_000)
    with pytest.raises(FormatError):
        load_profile(path)


def test_a_profile_of_another_bundle_is_refused(
    anna: Profile, make_bundle: Callable[..., Bundle], myo: dict[str, StreamSpec]
) -> None:
    with pytest.raises(MismatchError, match="was made for bundle classic"):
        Pipeline(make_bundle(), None, anna, myo)


@pytest.mark.parametrize("changes", [{"order": (0, 1, 2)}, {"order": (0,) * 8}, {"dead": tuple(range(8))}])
def test_a_profile_whose_channels_do_not_fit_is_refused(
    classic: Bundle, profile_of: Callable[..., Profile], myo: dict[str, StreamSpec], changes: dict[str, Any]
) -> None:
    with pytest.raises(MismatchError, match="calibrate"):
        Pipeline(classic, None, profile_of(classic, myo, **changes), myo)


def test_a_profile_with_another_number_of_channels_is_refused(anna: Profile, classic: Bundle) -> None:
    with pytest.raises(MismatchError, match="the armband has 16"):
        Pipeline(classic, None, anna, {"emg": StreamSpec(200, 16)})


def test_a_head_for_another_embedding_is_refused(
    anna: Profile, make_bundle: Callable[..., Bundle], myo: dict[str, StreamSpec]
) -> None:
    bundle = make_bundle(features=["tangent"])
    stolen = Profile(
        **{**{f: getattr(anna, f) for f in Profile.__dataclass_fields__}, "bundle": bundle.digest}
    )
    with pytest.raises(MismatchError, match="stands on features"):
        Pipeline(bundle, None, stolen, myo)


def test_the_level_runs_from_rest_to_full_contraction() -> None:
    level = LevelScale(2, 12)
    assert [level(x) for x in (0, 2, 7, 12, 99)] == [0, 0, 0.5, 1, 1]
    assert LevelScale(2, 2)(2) == 0
