"""Networks that read other files: refused wherever a tensor may lie; every whole one is let through."""

import struct
from collections.abc import Callable

import pytest

from myoedge.edge.bundle import SHIPPED, Bundle
from myoedge.edge.errors import FormatError
from myoedge.edge.external import refuse_external


def number(value: int) -> bytes:
    """A varint of protobuf."""
    found = b""
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def part(field: int, content: bytes | int) -> bytes:
    """One field of a message: a number, or bytes."""
    if isinstance(content, int):
        return number(field << 3) + number(content)
    return number(field << 3 | 2) + number(len(content)) + content


OUTSIDE = part(1, b"location") + part(2, b"/etc/passwd")
TENSORS = {
    "whole": part(8, b"w") + part(13, OUTSIDE) + part(14, 1),
    "without its data": part(8, b"location") + part(14, 1),
    "without its place": part(13, OUTSIDE),
    "an odd place": part(13, OUTSIDE) + number(14 << 3) + b"\x81\x80\x80\x80\x10",  # 1 once cut to 32 bits
    "a long tag": bytes([14 << 3 | 0x80, 0x80, 0]) + b"\1" + part(8, b"location"),
}
WHERE: dict[str, Callable[[bytes], bytes]] = {
    "initializer": lambda t: part(7, part(5, t)),
    "sparse initializer": lambda t: part(7, part(15, part(1, t))),
    "sparse indices": lambda t: part(7, part(15, part(2, t))),
    "constant": lambda t: part(7, part(1, part(5, part(5, t)))),
    "list of constants": lambda t: part(7, part(1, part(5, part(10, t)))),
    "sparse constant": lambda t: part(7, part(1, part(5, part(22, part(1, t))))),
    "sparse constants": lambda t: part(7, part(1, part(5, part(23, part(1, t))))),
    "subgraph": lambda t: part(7, part(1, part(5, part(6, part(5, t))))),
    "subgraph inside another": lambda t: part(
        7, part(1, part(5, part(11, part(1, part(5, part(6, part(5, t)))))))
    ),
    "function": lambda t: part(25, part(7, part(5, part(5, t)))),
    "default of a function": lambda t: part(25, part(11, part(5, t))),
    "training": lambda t: part(20, part(1, part(5, t))),
    "step of training": lambda t: part(20, part(2, part(5, t))),
    "second graph": lambda t: part(7, part(2, b"first")) + part(1, 8) + part(7, part(5, t)),
}  # fmt: skip


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("tensor", TENSORS)
def test_an_onnx_tensor_in_another_file_is_refused(where: str, tensor: str) -> None:
    with pytest.raises(FormatError, match=r"here: model\.onnx keeps weights in another file"):
        refuse_external("model.onnx", WHERE[where](TENSORS[tensor]), "here")


@pytest.mark.parametrize("where", WHERE)
def test_a_tensor_that_is_there_is_let_through(where: str) -> None:
    tensor = part(1, 3) + part(2, 1) + part(8, b"location") + part(9, bytes(12)) + part(14, 0)
    refuse_external("model.onnx", WHERE[where](tensor), "here")


def test_a_word_is_no_place() -> None:
    """The same field numbers elsewhere: a graph's value_info is 13, a model's metadata 14."""
    graph = part(2, b"location") + part(13, part(1, b"x")) + part(14, part(1, b"x")) + b"\x5d\0\0\0\0"
    refuse_external("model.onnx", part(7, graph) + part(14, OUTSIDE), "here")


@pytest.mark.parametrize(
    "data",
    [b"location", part(7, b"location"), part(7, part(5, b"location")), b"\x3a\xffgraph location", b"\xff" * 20
     + b"location", part(7, part(2, b"location"))[:-3] + b"\x3b"],
)  # fmt: skip
def test_an_onnx_network_that_cannot_be_walked_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="no ONNX network"):
        refuse_external("model.onnx", data + b"location", "here")


def table(fields: int, filled: tuple[int, ...]) -> bytes:
    """A flatbuffer whose root table has so many fields, some filled."""
    vtable = struct.pack("<HH", 4 + 2 * fields, 8) + b"".join(
        struct.pack("<H", 4 if field in filled else 0) for field in range(fields)
    )
    root = 8 + len(vtable)
    return struct.pack("<I", root) + b"TFL3" + vtable + struct.pack("<iI", len(vtable), 0)


def test_a_litert_model_with_external_buffers_is_refused() -> None:
    for fields, filled in ((8, (0, 7)), (10, (0, 7)), (9, ()), (4, (0, 1, 2, 3))):
        refuse_external("model.tflite", table(fields, filled), "here")
    for outside in ((8,), (9,), (0, 8, 9)):
        with pytest.raises(FormatError, match="another file"):
            refuse_external("model.tflite", table(10, outside), "here")


@pytest.mark.parametrize("data", [b"", b"abc", b"\xff" * 40, struct.pack("<Ii", 4, 2**31 - 1)])
def test_what_no_engine_could_open_is_left_to_it(data: bytes) -> None:
    refuse_external("model.tflite", data, "here")


@pytest.mark.parametrize("name", ["model.onnx", "model.tflite"])
def test_what_ships_is_whole(name: str) -> None:
    data = (SHIPPED / "default" / name).read_bytes()
    refuse_external(name, data, "here")
    if name == "model.onnx":  # and so when the walk is not spared
        refuse_external(name, data + part(6, b"location"), "here")


def test_a_bundle_of_such_a_network_is_refused(make_bundle: Callable[..., Bundle]) -> None:
    make_bundle({"model.onnx": WHERE["initializer"](part(8, b"w"))})
    for name in ("model.onnx", "another.onnx"):
        with pytest.raises(FormatError, match=f"{name} keeps weights"):
            make_bundle({name: WHERE["subgraph"](TENSORS["whole"])})


def test_what_onnx_itself_writes_is_judged_as_it_is() -> None:
    from onnx import TensorProto, external_data_helper, helper

    weights = helper.make_tensor("location", TensorProto.FLOAT, [64], bytes(256), raw=True)
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [64])
    node = helper.make_node("Identity", ["location"], ["y"])
    model = helper.make_model(helper.make_graph([node], "g", [], [out], [weights]))
    refuse_external("model.onnx", model.SerializeToString(), "here")
    external_data_helper.set_external_data(model.graph.initializer[0], "weights.bin")
    with pytest.raises(FormatError, match="another file"):
        refuse_external("model.onnx", model.SerializeToString(), "here")
