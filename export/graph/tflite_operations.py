"""What torch's operations are in a .tflite graph: one short function each, and the table of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from myoedge.edge.errors import UsageError
from myoedge.export.graph.tflite_file import Ref, TFLiteFile

Node = Any  # torch.fx.Node: `meta["val"]` has the shape that comes out
Operand = Any  # Ref, torch tensor or number


def _ref(out: TFLiteFile, value: Operand) -> Ref:
    if not isinstance(value, Ref):
        return out.constant(np.asarray(value, np.float32))
    return _turned(out, value) if value.flipped else value


def _turned(out: TFLiteFile, x: Ref) -> Ref:
    order = [*range(len(x.shape) - 2), len(x.shape) - 1, len(x.shape) - 2]
    return _in_order(out, Ref(x.number, x.shape), order)


def _in_order(out: TFLiteFile, x: Ref, order: Sequence[int]) -> Ref:
    shape = tuple(x.shape[axis] for axis in order)
    return out.add("TRANSPOSE", [x, _whole(out, order)], shape, "TransposeOptions")


def _whole(out: TFLiteFile, numbers: Sequence[int]) -> Ref:
    return out.constant(np.asarray(numbers, np.int32))


def _shape(node: Node) -> tuple[int, ...]:
    return tuple(int(size) for size in node.meta["val"].shape)


def _linear(out: TFLiteFile, node: Node, x: Ref, weight: Operand, bias: Operand = None) -> Ref:
    inputs = [_ref(out, x), _ref(out, weight)]
    zero = np.zeros(weight.shape[0], np.float32)
    inputs.append(_ref(out, zero if bias is None else bias))
    flat = len(x.shape) == 2
    return out.add("FULLY_CONNECTED", inputs, _shape(node), "FullyConnectedOptions", keepNumDims=not flat)


def _matmul(out: TFLiteFile, node: Node, left: Ref, right: Ref) -> Ref:
    x = Ref(right.number, right.shape)
    return out.add(
        "BATCH_MATMUL", [_ref(out, left), x], _shape(node), "BatchMatMulOptions", adjY=right.flipped
    )


def _binary(name: str, options: str) -> Callable[..., Ref]:
    def write(out: TFLiteFile, node: Node, left: Operand, right: Operand) -> Ref:
        return out.add(name, [_ref(out, left), _ref(out, right)], _shape(node), options)

    return write


def _divide(out: TFLiteFile, node: Node, left: Operand, right: Operand) -> Ref:
    if isinstance(right, Ref):
        return out.add("DIV", [_ref(out, left), right], _shape(node), "DivOptions")
    by = 1 / np.asarray(right, np.float32)
    return out.add("MUL", [_ref(out, left), _ref(out, by)], _shape(node), "MulOptions")


def _unary(name: str, options: str = "") -> Callable[..., Ref]:
    def write(out: TFLiteFile, node: Node, x: Ref) -> Ref:
        return out.add(name, [_ref(out, x)], _shape(node), options)

    return write


def _relu(out: TFLiteFile, node: Node, x: Ref) -> Ref:
    alone = len(node.args[0].users) == 1
    return x if alone and out.relu(x) else out.add("RELU", [x], _shape(node))


def _softmax(out: TFLiteFile, node: Node, x: Ref, axis: int, *_: Any) -> Ref:
    if axis not in (-1, len(x.shape) - 1):
        raise UsageError(f"a softmax over axis {axis} in the fast graph; wanted the last")
    return out.add("SOFTMAX", [x], x.shape, "SoftmaxOptions", beta=1.0)


def _reshape(out: TFLiteFile, node: Node, x: Ref, *_: Any) -> Ref:
    shape, x = _shape(node), _ref(out, x)
    return x if shape == x.shape else out.add("RESHAPE", [x, _whole(out, shape)], shape, "ReshapeOptions")


def _transpose(out: TFLiteFile, node: Node, x: Ref, first: int, second: int) -> Ref:
    axes = len(x.shape)
    order = list(range(axes))
    order[first % axes], order[second % axes] = second % axes, first % axes
    last = {first % axes, second % axes} == {axes - 2, axes - 1}
    if last and all(
        str(user.target) == "aten.matmul.default" and user.args[1] is node for user in node.users
    ):
        return Ref(x.number, _shape(node), flipped=True)  # the product reads it turned
    return _in_order(out, _ref(out, x), order)


def _permute(out: TFLiteFile, node: Node, x: Ref, order: Sequence[int]) -> Ref:
    return _in_order(out, _ref(out, x), [axis % len(x.shape) for axis in order])


def _mean(out: TFLiteFile, node: Node, x: Ref, axes: Sequence[int], keep: bool = False) -> Ref:
    return _average(out, _ref(out, x), axes, _shape(node), keep)


def _average(out: TFLiteFile, x: Ref, axes: Sequence[int], shape: tuple[int, ...], keep: bool) -> Ref:
    over = _whole(out, [axis % len(x.shape) for axis in axes])
    return out.add("MEAN", [x, over], shape, "ReducerOptions", keepDims=keep)


def _slice(out: TFLiteFile, node: Node, x: Ref, axis: int = 0, start: int | None = 0, *_: Any) -> Ref:
    shape = _shape(node)
    if shape == x.shape:
        return x
    begin = [0] * len(shape)
    begin[axis] = (start or 0) % x.shape[axis]
    return out.add("SLICE", [x, _whole(out, begin), _whole(out, shape)], shape, "SliceOptions")


def _select(out: TFLiteFile, node: Node, x: Ref, axis: int, index: int) -> Ref:
    size, begin = list(x.shape), [0] * len(x.shape)
    size[axis], begin[axis] = 1, index % x.shape[axis]
    one = out.add("SLICE", [x, _whole(out, begin), _whole(out, size)], tuple(size), "SliceOptions")
    return _reshape(out, node, one)


def _split(out: TFLiteFile, node: Node, x: Ref, size: Any, axis: int = 0) -> list[Ref]:
    found, at = [], 0
    for one in node.meta["val"]:
        shape, begin = tuple(one.shape), [0] * len(x.shape)
        begin[axis] = at
        at += shape[axis]
        found.append(out.add("SLICE", [x, _whole(out, begin), _whole(out, shape)], shape, "SliceOptions"))
    return found


def _concatenate(out: TFLiteFile, node: Node, parts: Sequence[Operand], axis: int = 0) -> Ref:
    shape = _shape(node)
    refs = [_ref(out, part) for part in parts]
    return out.add("CONCATENATION", refs, shape, "ConcatenationOptions", axis=axis % len(shape))


def _layer_norm(
    out: TFLiteFile,
    node: Node,
    x: Ref,
    _: Sequence[int],
    weight: Operand = None,
    bias: Operand = None,
    epsilon: float = 1e-5,
    *__: Any,
) -> Ref:
    """Over the last axis: mean, difference, its square's mean, and what that divides by."""
    shape, column = x.shape, (*x.shape[:-1], 1)
    mean = _average(out, x, [-1], column, True)
    centred = out.add("SUB", [x, mean], shape, "SubOptions")
    square = out.add("MUL", [centred, centred], shape, "MulOptions")
    variance = _average(out, square, [-1], column, True)
    steady = out.add("ADD", [variance, _ref(out, epsilon)], column, "AddOptions")
    scale = out.add("RSQRT", [steady], column)
    done = out.add("MUL", [centred, scale], shape, "MulOptions")
    if weight is not None:
        done = out.add("MUL", [done, _ref(out, weight)], shape, "MulOptions")
    return done if bias is None else out.add("ADD", [done, _ref(out, bias)], shape, "AddOptions")


def _same(out: TFLiteFile, node: Node, x: Operand, *_: Any, **__: Any) -> Operand:
    return x


# what torch.export calls it (without "aten.") -> what writes it
OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "linear.default": _linear,
    "matmul.default": _matmul,
    "add.Tensor": _binary("ADD", "AddOptions"),
    "sub.Tensor": _binary("SUB", "SubOptions"),
    "mul.Tensor": _binary("MUL", "MulOptions"),
    "div.Tensor": _divide,
    "abs.default": _unary("ABS", "AbsOptions"),
    "log.default": _unary("LOG"),
    "relu.default": _relu,
    "softmax.int": _softmax,
    "layer_norm.default": _layer_norm,
    "mean.dim": _mean,
    "reshape.default": _reshape,
    "view.default": _reshape,
    "flatten.using_ints": _reshape,
    "unsqueeze.default": _reshape,
    "squeeze.dim": _reshape,
    "transpose.int": _transpose,
    "permute.default": _permute,
    "slice.Tensor": _slice,
    "select.int": _select,
    "split.Tensor": _split,
    "split_with_sizes.default": _split,
    "cat.default": _concatenate,
    "alias.default": _same,
    "dropout.default": _same,
    "contiguous.default": _same,
    "clone.default": _same,
}
