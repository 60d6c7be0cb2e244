"""The float network in each engine's own format; the converters' traps are named where they are passed."""

import io
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import MismatchError, StorageError

if TYPE_CHECKING:
    from torch import nn

# From opset 21 on QuantizeLinear carries output_dtype, which ONNX Runtime's x64 rewrite forgets to change
# (microsoft/onnxruntime#25526): the session then refuses to load.
OPSET = 20
OUTPUTS = ("scores", "embedding")


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder that is gone afterwards, in silence: converters print progress, also to stdout, which belongs
    to the result, and warn of themselves. Raises StorageError where a disk is full."""
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            warnings.catch_warnings(),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield Path(folder)
    except OSError as error:
        if error.errno is None or isinstance(error, StorageError):
            raise
        raise StorageError(
            f"cannot write while converting ({error.strerror}); make room in {tempfile.gettempdir()}, or set "
            "TMPDIR to a disk that has some"
        ) from error


def to_onnx(model: "nn.Module", example: Mapping[str, NDArray[np.float32]], opset: int = OPSET) -> bytes:
    """The float network with named inputs and outputs and a batch of one.

    Raises MismatchError for an operation that ONNX lacks.
    """
    import torch

    with workplace() as folder:
        path = folder / "model.onnx"
        tensors = tuple(torch.from_numpy(np.asarray(x[:1])) for x in example.values())
        try:
            program: Any = torch.onnx.export(
                model.eval(),
                tensors,
                dynamo=True,
                opset_version=opset,
                input_names=list(example),
                output_names=list(OUTPUTS),
                verbose=False,
            )
        except torch.onnx.errors.OnnxExporterError as error:
            raise lacking("ONNX", error) from error
        program.save(path, external_data=False)
        return path.read_bytes()


def to_tflite(model: "nn.Module", example: Mapping[str, NDArray[np.float32]]) -> bytes:
    """The float network; inputs and outputs keep their order as args_0.. and output_0..

    Raises MismatchError for an operation that LiteRT lacks.
    """
    import litert_torch
    import torch

    with workplace() as folder:
        path = folder / "model.tflite"
        tensors = tuple(torch.from_numpy(np.asarray(x[:1])) for x in example.values())
        try:
            litert_torch.convert(model.eval(), tensors).export(str(path))
        except (RuntimeError, NotImplementedError, ValueError) as error:
            raise lacking("LiteRT", error) from error
        return path.read_bytes()


def lacking(engine: str, error: Exception) -> MismatchError:
    """What to say of a network that a converter does not take: the cause's first line is what helps."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    said = next((line.strip() for line in str(cause).splitlines() if line.strip()), type(cause).__name__)
    return MismatchError(
        f"{engine} has no form of an operation of this network ({said[:200]}); write it with others, or "
        "leave this engine out"
    )


def checked_opset(model: Any) -> Any:
    """The ONNX graph itself; raises MismatchError for an opset whose int8 files do not load."""
    found = max((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), default=0)
    if found > OPSET:
        raise MismatchError(
            f"the ONNX file is of opset {found}; int8 files from {OPSET + 1} on do not load in ONNX Runtime "
            f"on x86 (microsoft/onnxruntime#25526). Export it with opset {OPSET}"
        )
    return model


def forget_constant_shapes(model: Any) -> Any:
    """The exporter notes the shapes of constants; quantisers transpose some of them and then stumble."""
    constants = {constant.name for constant in model.graph.initializer}
    kept = [value for value in model.graph.value_info if value.name not in constants]
    del model.graph.value_info[:]
    model.graph.value_info.extend(kept)
    return model
