"""Clips and recordings go through the air as they are, at their own pace."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.recording import Arrival, Header, Label, RecordingWriter
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.virtual.playback import Clip, Deck, load_clip

BASE = "d506{:04x}-a904-deb9-4748-2c7f4a124842"


def _rows(value: int, count: int) -> Any:
    return np.full((count, 8), value, np.int16)


def _deck() -> tuple[Deck, list[tuple[str, str, int]]]:
    said: list[tuple[str, str, int]] = []
    return Deck(lambda edge, clip, at: said.append((edge, clip.about["label"], at))), said


def _clip(value: int, count: int, loop: bool = False, imu: Any = None) -> Clip:
    return Clip(_rows(value, count), imu, loop, {"label": str(value)})


def test_clips_follow_one_another_without_a_gap_and_then_the_wearer_goes_on() -> None:
    deck, said = _deck()
    deck.play(_clip(1, 3))
    deck.play(_clip(2, 4))
    out = np.concatenate([deck.overlay_emg(_rows(9, 2)) for _ in range(5)])
    assert out[:, 0].tolist() == [1, 1, 1, 2, 2, 2, 2, 9, 9, 9]
    assert said == [("start", "1", 0), ("end", "1", 1), ("start", "2", 1), ("end", "2", 1)]


def test_a_looping_clip_gives_way_to_the_next() -> None:
    deck, said = _deck()
    deck.play(_clip(1, 2, loop=True))
    assert deck.overlay_emg(_rows(9, 5))[:, 0].tolist() == [1] * 5
    deck.play(_clip(2, 2))
    assert deck.overlay_emg(_rows(9, 3))[:, 0].tolist() == [2, 2, 9]
    assert [edge for edge, _, _ in said] == ["start", "end", "start", "end"]


def test_the_inertial_rows_of_a_clip_replace_the_wearers() -> None:
    deck, _ = _deck()
    deck.play(_clip(1, 8, imu=np.full((2, 10), 5, np.int16)))
    deck.overlay_emg(_rows(9, 1))
    out = np.concatenate([deck.overlay_imu(np.zeros((1, 10), np.int16)) for _ in range(3)])
    assert out[:, 0].tolist() == [5, 5, 0]


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_clip_is_read_from_an_npz_or_a_folder(tmp_path: Path, as_folder: bool) -> None:
    path = tmp_path / "clip"
    arrays: dict[str, Any] = {"emg": np.ones((5, 8), np.int8), "imu": np.ones((2, 10), np.int16)}
    if as_folder:
        path.mkdir()
        for name, array in arrays.items():
            np.save(path / f"{name}.npy", array)
    else:
        path = path.with_suffix(".npz")
        np.savez(path, **arrays)
    clip = load_clip(path, 8, 127, False, {})
    assert clip.emg.shape == (5, 8) and clip.imu is not None and clip.imu.shape == (2, 10)


@pytest.mark.parametrize(
    "emg", [np.ones((5, 7), np.int8), np.ones((5, 8)), np.full((5, 8), 200), np.ones((0, 8), int)]
)
def test_a_clip_that_does_not_fit_the_armband_is_refused(tmp_path: Path, emg: Any) -> None:
    np.savez(tmp_path / "clip.npz", emg=emg)
    with pytest.raises(FormatError, match="wanted integers"):
        load_clip(tmp_path / "clip.npz", 8, 127, False, {})


def test_a_clip_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clip.npz").write_bytes(b"nothing of the kind")
    with pytest.raises(FormatError):
        load_clip(tmp_path / "clip.npz", 8, 127, False, {})
    np.savez(tmp_path / "other.npz", imu=np.ones((2, 10), int))
    with pytest.raises(FormatError, match="'emg'"):
        load_clip(tmp_path / "other.npz", 8, 127, False, {})
    with pytest.raises(NotThereError):
        load_clip(tmp_path / "absent.npz", 8, 127, False, {})


def test_a_recordings_packets_come_out_as_they_went_in(play: Any, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    specs = {"emg": StreamSpec(200, 8), "imu": StreamSpec(50, 10)}
    sent = [
        (f"emg{k % 4}", bytes([k] * 16)) for k in range(20) if k != 7
    ]  # one was lost when it was recorded
    with RecordingWriter(path, Header("myo", "", specs)) as writer:
        writer(Label(5_000_000_000, "fist", 1, "start"))
        for k, (source, data) in enumerate(sent):
            writer(Arrival(5_000_000_000 + k * 10_000_000, source, data))
        writer(Arrival(5_300_000_000, "imu", bytes(20)))

    async def story(air: Any, central: Any) -> None:
        uuids = [BASE.format(n) for n in (0x0105, 0x0205, 0x0305, 0x0405, 0x0402)]
        await central.subscribe(*uuids)
        await central.find(BASE.format(0x0401)).write_value(b"\x01\x03\x03\x01\x00", with_response=True)
        await air.until(lambda: bool(air.told("play")))
        await asyncio.sleep(0.05)
        names = {
            central.find(uuid).handle: name
            for uuid, name in zip(uuids, ("emg0", "emg1", "emg2", "emg3", "imu"), strict=True)
        }
        assert [(names[handle], value) for handle, value, _ in central.heard] == [*sent, ("imu", bytes(20))]
        assert central.heard[-1][2] - central.heard[0][2] > 0.25
        assert air.told("label")[0]["label"] == "fist"

    play(story, recording=path)
