"""The table of data sets: origin, licence, streams, sessions and unseen people of each."""

from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.edge.stream import StreamSpec
from myoedge.export.data.ninapro_table import NINAPRO
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.data.spec import DatasetSpec

__all__ = ["DATASETS", "DatasetSpec", "load"]

# The Myo as it is on the air: int8 EMG; IMU of ten int16: quaternion w x y z (16384 = 1), acceleration
# x y z (2048 = 1 g), angular rate x y z (16 = 1 deg/s), in the order of the armband's IMU packet.
MYO_EMG = StreamSpec(rate_hz=200.0, channels=8, unit="count", limit=128.0)
MYO_IMU = StreamSpec(rate_hz=50.0, channels=10, unit="count", limit=32768.0)


_SPECS = (
    DatasetSpec(
        key="myo-psl",
        loader="myoedge.export.data.psl:load",
        licence="MIT",
        ship_weights=True,
        attribution="myo-sign-language by noemiko (MIT)",
        source="https://github.com/noemiko/myo-sign-language",
        standard="repetitions:1,2//*",
        streams={"emg": MYO_EMG, "imu": MYO_IMU},
        has_sessions=False,
        moving=True,
        unseen=("person7", "person9", "person16"),
        cautions=(
            "words were recorded in blocks, so absolute heading leaks the label (40 % from one sample, "
            "chance 6): use rotation relative to the start",
            "folders are not proven to be different people",
        ),
    ),
    DatasetSpec(
        key="myo-uci",
        loader="myoedge.export.data.uci:load",
        licence="CC BY 4.0",
        ship_weights=True,
        attribution="EMG Data for Gestures, UCI id 481 (CC BY 4.0); Lobov et al., Sensors 18(4):1122, 2018",
        source="https://archive.ics.uci.edu/dataset/481",
        # Volts in steps of 1e-5 reaching -128 and 127 steps: one step is one count of the armband.
        standard="sessions",
        streams={"emg": MYO_EMG},
        first_sessions=("series1",),
        unseen=("21", "22", "23", "24", "25", "26"),
        cautions=(
            "about 104 fresh values a second, drawn on a 200 Hz grid: wave length and zero crossings are "
            "lower than the armband gives live",
            "against myo-laval the band is mirrored and turned by about 2 channels",
        ),
    ),
    DatasetSpec(
        key="myo-laval",
        loader="myoedge.export.data.laval:load",
        licence="GPL-3.0",
        ship_weights=False,
        attribution="",
        source="https://github.com/UlysseCoteAllard/MyoArmbandDataset",
        standard="sessions",
        streams={"emg": MYO_EMG},
        first_sessions=("training0",),
        cautions=("eval/Male7 wore the band mirrored",),
    ),
    DatasetSpec(
        key="myo-longterm30",
        loader="myoedge.export.data.longterm30:load",
        licence="Apache-2.0",
        ship_weights=True,
        attribution="Wearable Sensor Long-term sEMG Dataset (Apache-2.0); "
        "Biomedical Signal Processing and Control, 2020, S1746809420301373",
        source="https://www.sciencedirect.com/science/article/pii/S1746809420301373",
        # Filtered floats, so values pass the converter's range a little: no limit.
        standard="sessions",
        streams={"emg": StreamSpec(rate_hz=200.0, channels=8, unit="count")},
        first_sessions=("day1",),
        cautions=("one person; band-passed upstream, about 15 to 95 Hz; 1.5 s a repetition",),
    ),
    DatasetSpec(
        key="myo-ciil",
        loader="myoedge.export.data.ciil:load",
        licence="none stated",
        ship_weights=False,
        attribution="",
        source="https://doi.org/10.1186/s12984-024-01355-4",
        standard="sessions",
        streams={"emg": MYO_EMG},
        first_sessions=("training", "train"),
    ),
    DatasetSpec(
        key="myo-lis",
        loader="myoedge.export.data.lis:load",
        licence="research and education, cite",
        ship_weights=False,
        attribution="",
        source="https://doi.org/10.1016/j.dib.2020.106455",
        standard="repetitions:5",
        streams={"emg": MYO_EMG, "imu": MYO_IMU},
        cautions=(
            "one signer; orientation holds absolute heading, which does not carry over a day: "
            "use rotation relative to the start",
            "upstream states 200 rows a second and 2 s, but the angular rate integrates to the recorded "
            "rotation only at 64 rows a second (15.6 ms): times and spectra are off by 3.1; rates as stated",
        ),
    ),
    DatasetSpec(
        key="myo-disco",
        loader="myoedge.export.data.disco:load",
        licence="none stated",
        ship_weights=False,
        attribution="",
        source="LibEMG's collection, https://github.com/LibEMG",
        standard="sessions",
        streams={"emg": MYO_EMG},
        first_sessions=("day1",),
        cautions=("dynamic gestures: each lies somewhere inside its 2 s, so many windows are rest",),
    ),
    DatasetSpec(
        key="3dc",
        loader="myoedge.export.data.threedc:load",
        licence="none stated",
        ship_weights=False,
        attribution="",
        source="LibEMG's collection, https://github.com/LibEMG",
        # Orientation alone, so it is no `imu` of the Myo's ten columns.
        standard="sessions",
        streams={
            "emg": StreamSpec(rate_hz=1000.0, channels=10, unit="count"),
            "quaternion": StreamSpec(rate_hz=50.0, channels=4, unit="count", limit=16384.0 * 1.01),
        },
        first_sessions=("train",),
        cautions=("60 Hz mains is visible",),
    ),
    DatasetSpec(
        key="flexemg",
        loader="myoedge.export.data.flexemg:load",
        licence="GPL-3.0",
        ship_weights=False,
        attribution="",
        source="https://github.com/a-moin/flexemg",
        standard="sessions",
        streams={"emg": StreamSpec(rate_hz=1000.0, channels=64, unit="count", limit=32768.0)},
        first_sessions=("Session1Train",),
        cautions=("counts stand about 100 mV above zero: remove the mean first",),
    ),
    *NINAPRO,
    DatasetSpec(
        key="hdsemg65",
        loader="myoedge.export.data.hdsemg65:load",
        licence="as its page says",
        ship_weights=False,
        attribution="",
        source="Malesevic et al., Scientific Data 8:63, 2021; figshare collection 5090861",
        standard="repetitions:1,3,5/2,4",
        # Two grids of 8 x 8: column = 64 x grid + 8 x line along the arm + place; flexors, then extensors.
        streams={
            "emg": StreamSpec(rate_hz=2048.0, channels=128, unit="raw"),
            "force": StreamSpec(rate_hz=128.0, channels=9, unit="raw"),  # as many axes as its files have
        },
        has_sessions=False,
        cautions=(
            "force is as in the files: about 2.5 at zero; one public loader takes raw x 40 - 100 for newton",
            "labels from 60 on count one less or one more, by whether the repeated block shares label 58",
        ),
    ),
    DatasetSpec(
        key="folder",
        loader="myoedge.export.data.folder:load",
        licence="your own",
        ship_weights=True,
        attribution="recordings of your own",
        source="",
        streams={},  # from its dataset.toml
    ),
)

DATASETS: Mapping[str, DatasetSpec] = {spec.key: spec for spec in _SPECS}


def load(
    key: str,
    root: Path,
    people: Collection[str] | None = None,
    modalities: Collection[str] | None = None,
) -> LoadedDataset:
    """Read a data set from its unpacked folder; `people`, `modalities`: only these, by name (EMG always).

    NinaPro and hdsemg65 leave their signals in the files (deferred.py), so that all people fit into memory.
    A repetition that lacks an asked modality is left out and counted. Raises UsageError for an unknown set,
    person or modality, NotThereError for a missing folder, FormatError when nothing could be read. A broken
    file is refused by name in `skipped` and the rest goes on.
    """
    if key not in DATASETS:
        raise UsageError(f"no data set {key!r}; wanted one of {', '.join(DATASETS)}")
    if not root.is_dir():
        raise NotThereError(f"no folder {root}; --root is the unpacked folder of {key}")
    from myoedge.export.data.intake import Intake  # it imports this file

    spec = DATASETS[key]
    module, _, function = spec.loader.partition(":")
    reader = import_module(module)
    if declared := getattr(reader, "declared", None):  # what only the files can say
        spec = declared(spec, root)
    if unknown := sorted(set(modalities or ()) - set(spec.streams)):
        raise UsageError(f"{key} has no {', '.join(unknown)}; it has {', '.join(spec.streams)}")
    intake = Intake(spec, root, people, modalities)
    getattr(reader, function)(root, intake)
    return intake.finish()
