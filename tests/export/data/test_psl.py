"""myo-psl: interleaved rows, half packets, one clock, manifest order, torn files."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.export.data.psl import one_clock, read_rows, whole_packets
from myoedge.export.data.table import load


def test_every_word_becomes_a_repetition_with_its_people_and_numbers(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.psl(tmp_path)
    loaded = load("myo-psl", tmp_path)
    assert loaded.people == ("person1", "person7")
    assert loaded.labels == ("psl:w01", "psl:w02")
    assert [r.number for r in loaded.repetitions if r.person == "person1"] == [0, 1, 2, 0, 1, 2]
    assert {r.session for r in loaded.repetitions} == {"all"}
    assert loaded.skipped == ()


def test_recording_order_is_the_manifests_not_the_names(tmp_path: Path, generate: ModuleType) -> None:
    generate.psl(tmp_path)
    words = [r.native for r in load("myo-psl", tmp_path, ["person7"]).repetitions]
    assert words == ["w02"] * 3 + ["w01"] * 3


def test_samples_come_back_as_the_armband_sent_them(tmp_path: Path, generate: ModuleType) -> None:
    emg, imu = generate.emg_counts(5, 160), generate.imu_counts(5, 40)
    path = tmp_path / "raw_data" / "person1" / "2018_01_w03.csv"
    generate.psl_word(path, emg, imu, imu_late_s=0.004)
    (one,) = load("myo-psl", tmp_path).repetitions
    assert np.array_equal(one.signals["emg"], emg[: len(one.signals["emg"])])
    assert np.array_equal(one.signals["imu"], imu[: len(one.signals["imu"])])
    assert one.rates == {"emg": 200.0, "imu": 50.0}
    assert len(one.signals["emg"]) == 160 and len(one.signals["imu"]) == 40


@pytest.mark.parametrize("imu_late_s", [-0.031, -0.012, 0.0, 0.009, 0.017, 0.043])
def test_emg_and_imu_start_within_half_a_packet_of_each_other(
    tmp_path: Path, generate: ModuleType, imu_late_s: float
) -> None:
    path = tmp_path / "2018_01_w03.csv"
    generate.psl_word(path, generate.emg_counts(5, 200), generate.imu_counts(5, 50), imu_late_s=imu_late_s)
    rows, _ = whole_packets(read_rows(path))
    signals = one_clock(rows)
    emg_first = int(np.flatnonzero((rows.emg == signals["emg"][0]).all(axis=1))[0])
    imu_first = int(np.flatnonzero((rows.imu == signals["imu"][0]).all(axis=1))[0])
    late_s = imu_late_s + imu_first * 0.020 - emg_first * 0.005
    assert abs(late_s) <= 0.0075  # half a packet, and what radio jitter leaves in the median
    assert abs(len(signals["emg"]) / 4 - len(signals["imu"])) < 1


def test_a_half_packet_at_the_start_is_left_out_and_counted(tmp_path: Path, generate: ModuleType) -> None:
    path = tmp_path / "raw_data" / "person1" / "2018_01_w03.csv"
    emg = generate.emg_counts(5, 161)
    generate.psl_word(path, emg, generate.imu_counts(5, 40), half_at_start=True)
    loaded = load("myo-psl", tmp_path)
    (one,) = loaded.repetitions
    assert np.array_equal(one.signals["emg"][0], emg[1])
    assert len(one.signals["emg"]) % 2 == 0
    assert any(note.startswith("half a packet") and note.endswith("1 times") for note in loaded.notes)


def test_a_file_with_one_stamp_a_row_reads_the_same(tmp_path: Path, generate: ModuleType) -> None:
    emg, imu = generate.emg_counts(5, 160), generate.imu_counts(5, 40)
    for stamps in (1, 2):
        generate.psl_word(tmp_path / f"{stamps}_w01.csv", emg, imu, stamps=stamps)
    one, two = (one_clock(whole_packets(read_rows(tmp_path / f"{n}_w01.csv"))[0]) for n in (1, 2))
    assert np.array_equal(one["emg"], two["emg"])
    assert np.array_equal(one["imu"], two["imu"])


def test_a_torn_file_is_refused_by_name_and_the_rest_goes_on(tmp_path: Path, generate: ModuleType) -> None:
    generate.psl(tmp_path)
    torn = sorted((tmp_path / "raw_data" / "person1").glob("*.csv"))[1]
    torn.write_bytes(torn.read_bytes()[:-37])
    loaded = load("myo-psl", tmp_path)
    assert len(loaded.repetitions) == 11
    assert len(loaded.skipped) == 1
    assert torn.name in loaded.skipped[0] and "sha256" in loaded.skipped[0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-20],  # the last row ends inside a cell
        lambda text: text.replace('"emg","', '"emg","x', 1),  # a letter among the counts
        lambda text: text.replace('"quat"', '"quaternion"', 1),  # another row kind
        lambda text: text.replace("2018-07-04T17:31:37", "yesterday"),  # no time
        lambda text: "\n".join(text.splitlines()[:20]),  # broken off after a tenth of a second
        lambda text: "",
    ],
)
def test_without_a_manifest_broken_rows_are_still_refused(
    tmp_path: Path, generate: ModuleType, spoil: "object"
) -> None:
    generate.psl(tmp_path, people=("person1",))
    (tmp_path / "manifest.tsv").unlink()
    broken = sorted((tmp_path / "raw_data" / "person1").glob("*.csv"))[0]
    assert callable(spoil)
    broken.write_text(spoil(broken.read_text()))
    loaded = load("myo-psl", tmp_path)
    assert len(loaded.repetitions) == 5
    assert [line.split(":")[0] for line in loaded.skipped] == [f"raw_data/person1/{broken.name}"]
    assert any("no manifest.tsv" in note for note in loaded.notes)


def test_a_count_beyond_int8_is_refused(tmp_path: Path, generate: ModuleType) -> None:
    emg = generate.emg_counts(5, 160)
    emg[80, 3] = 200
    generate.psl_word(tmp_path / "raw_data" / "person1" / "a_w01.csv", emg, generate.imu_counts(5, 40))
    with pytest.raises(FormatError, match="reaches 200"):
        load("myo-psl", tmp_path)


def test_a_file_that_the_manifest_lists_but_is_missing_is_said(tmp_path: Path, generate: ModuleType) -> None:
    generate.psl(tmp_path)
    gone = sorted((tmp_path / "raw_data" / "person1").glob("*.csv"))[0]
    gone.unlink()
    assert any(gone.name in line and "not there" in line for line in load("myo-psl", tmp_path).skipped)


def test_an_unknown_person_and_a_wrong_root_are_errors(tmp_path: Path, generate: ModuleType) -> None:
    generate.psl(tmp_path)
    with pytest.raises(UsageError, match=r"person99.*person1"):
        load("myo-psl", tmp_path, ["person99"])
    with pytest.raises(NotThereError, match="raw_data"):
        load("myo-psl", tmp_path / "raw_data")


def test_the_real_set_reads_whole(unpack: "object") -> None:
    assert callable(unpack)
    root = unpack("myo-psl", "myo-psl", "raw_data/person0/")
    loaded = load("myo-psl", root)
    assert loaded.people == ("person0",)
    assert len(loaded.repetitions) == 33
    assert loaded.skipped == ()
    for one in loaded.repetitions:
        assert 1.8 < one.seconds < 2.1
        quaternion = one.signals["imu"][:, :4] / 16384
        assert np.allclose(np.linalg.norm(quaternion, axis=1), 1, atol=0.01)
        gravity = np.median(np.linalg.norm(one.signals["imu"][:, 4:7] / 2048, axis=1))
        assert 0.8 < gravity < 1.2
