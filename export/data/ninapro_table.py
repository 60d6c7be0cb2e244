"""NinaPro's lines of the table of data sets."""

from dataclasses import replace

from myoedge.edge.stream import StreamSpec
from myoedge.export.data.spec import DatasetSpec

_LOADER = "myoedge.export.data.ninapro:load"
_LICENCE = "research, as its page says"
_SPLIT = "repetitions:1,3,4/6/2,5"  # the field's 1,3,4,6 against 2,5; 6 validates, our choice
# Slower sensors lie on the EMG's clock, held or up-sampled (acceleration natively about 148 Hz): means of 20
# rows lose nothing and are a twentieth of the memory. Our choice.
_SLOW_HZ = 100.0
_EMG = StreamSpec(2000.0, 12, "volt")
_BODY = {
    "acc": StreamSpec(_SLOW_HZ, 36, "g"),
    "glove": StreamSpec(_SLOW_HZ, 22, "raw"),
    "inclin": StreamSpec(_SLOW_HZ, 2, "raw"),
    "force": StreamSpec(_SLOW_HZ, 6, "raw"),
}
_ACC_ORDER = "the order of the 36 acceleration columns (sensor by sensor, x y z) is not documented"
_GLOVE = "glove sensor 11 is noisy and sensor 6 may hold NaN"
_SAME_ARMS = (
    "DB7 s21, s22 and DB8 s11, s12 are probably the same two people: keep both on one side of a split"
)


def _spec(number: int, streams: dict[str, StreamSpec], *cautions: str, sessions: bool = False) -> DatasetSpec:
    return DatasetSpec(
        key=f"ninapro-db{number}",
        loader=_LOADER,
        licence=_LICENCE,
        ship_weights=False,
        attribution="",
        source="https://ninapro.hevs.ch",
        standard=_SPLIT,
        streams=streams,
        has_sessions=sessions,
        cautions=cautions,
    )


NINAPRO = (
    replace(
        _spec(
            1,
            {"emg": StreamSpec(100.0, 10, "volt"), "glove": StreamSpec(100.0, 22, "raw")},
            "the EMG is an RMS envelope: amplitude features only, no spectrum",
            _GLOVE,
        ),
        standard="repetitions:1,3,4,6,8,9,10/2,5,7",
    ),
    _spec(2, {"emg": _EMG, **_BODY}, _ACC_ORDER, _GLOVE),
    _spec(3, {"emg": _EMG, **_BODY}, _ACC_ORDER, _GLOVE),
    _spec(
        5,
        {
            "emg": StreamSpec(200.0, 16, "count", limit=128.0),
            "acc": StreamSpec(50.0, 3, "raw"),
            "glove": StreamSpec(50.0, 22, "raw"),
            "inclin": StreamSpec(50.0, 2, "raw"),
        },
        "two armbands: columns 0-7 near the elbow, 8-15 the second, turned by 22.5 degrees; one gives acc",
        _GLOVE,
    ),
    _spec(
        7,
        {
            "emg": _EMG,
            "acc": StreamSpec(_SLOW_HZ, 36, "raw"),
            "gyro": StreamSpec(_SLOW_HZ, 36, "raw"),
            "mag": StreamSpec(_SLOW_HZ, 36, "raw"),
            "glove": StreamSpec(_SLOW_HZ, 18, "raw"),
        },
        _SAME_ARMS,
    ),
    replace(
        _spec(
            8,
            {"emg": StreamSpec(1111.0, 16, "volt"), "glove": StreamSpec(101.0, 18, "raw")},
            "every movement was made with both hands at once; the EMG is of one arm",
            _SAME_ARMS,
            sessions=True,
        ),
        standard="sessions",
        first_sessions=("A1", "A2"),
    ),
)
