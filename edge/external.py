"""Networks that read other files than their own: refused, without a converter's library on the device.

An ONNX tensor may lie in another file, anywhere on the disk (onnx.proto, TensorProto.external_data and
data_location); a LiteRT model may name external buffers (its schema, Model.external_buffer_groups). Neither
hashes nor signature of a bundle say anything of such a file.
"""

import struct
from collections.abc import Iterator, Mapping

from myoedge.edge.errors import FormatError

# Messages of onnx.proto that a tensor can lie in: kind -> field number -> kind of the message there.
ONNX: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "tensor": {},
}
EXTERNAL_DATA, DATA_LOCATION = 13, 14  # fields of a tensor
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types of protobuf
EXTERNAL_BUFFER_GROUPS, EXTERNAL_BUFFERS = 8, 9  # fields of a LiteRT model


def refuse_external(name: str, data: bytes, where: str) -> None:
    """Look through a network, known by the ending of its name; raises FormatError where it is not whole."""
    outside = False
    if name.endswith(".onnx"):
        outside = _onnx_outside(data, f"{where}: {name}")
    elif name.endswith(".tflite"):
        outside = _tflite_outside(data)
    if outside:
        raise FormatError(
            f"{where}: {name} keeps weights in another file; wanted all in one (onnx.save without "
            "save_as_external_data)"
        )


def _onnx_outside(data: bytes, where: str) -> bool:
    if b"location" not in data:  # the key that external data cannot do without; spares nearly all the walk
        return False
    waiting = [("model", 0, len(data))]
    while waiting:
        kind, start, end = waiting.pop()
        inside = ONNX[kind]
        for number, value, at in _fields(data, start, end, where):
            if number in inside and at >= 0:
                waiting.append((inside[number], at, value))
            elif kind == "tensor" and (number == EXTERNAL_DATA or (number == DATA_LOCATION and value)):
                return True
    return False


def _fields(data: bytes, at: int, end: int, where: str) -> Iterator[tuple[int, int, int]]:
    """(number, value, -1) of each varint, (number, end, start) of each field of bytes in data[at:end]."""
    while at < end:
        tag, at = _varint(data, at, end, where)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = _varint(data, at, end, where)
            yield number, value, -1
        elif wire == BYTES:
            size, at = _varint(data, at, end, where)
            yield number, at + size, at
            at += size
        else:
            at += {FIXED64: 8, FIXED32: 4}.get(wire, end)  # groups have no place in ONNX
        if at > end or not 0 < number < 1 << 29:
            raise FormatError(f"{where} is no ONNX network, or damaged; export it again")


def _varint(data: bytes, at: int, end: int, where: str) -> tuple[int, int]:
    value = 0
    for i, byte in enumerate(data[at : min(end, at + 10)]):
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return value, at + i + 1
    raise FormatError(f"{where} is no ONNX network, or damaged; export it again")


def _tflite_outside(data: bytes) -> bool:
    """Whether the root table of the flatbuffer has either field; what cannot be read, no engine can open."""
    try:
        (root,) = struct.unpack_from("<I", data)
        (back,) = struct.unpack_from("<i", data, root)
        (size,) = struct.unpack_from("<H", data, root - back)
        slots = [4 + 2 * field for field in (EXTERNAL_BUFFER_GROUPS, EXTERNAL_BUFFERS)]
        return any(struct.unpack_from("<H", data, root - back + s)[0] for s in slots if s + 2 <= size)
    except struct.error:
        return False
