"""tflite-runtime: the legacy engine for boards that have nothing newer (Python 3.11, numpy 1).

Its 2.14 runs some of today's files without an error and with wrong results; the golden vectors find that out.
"""

from collections.abc import Sequence

from myoedge.edge.engines.litert import Interpreted


class TFLiteEngine(Interpreted):
    """Raises ImportError where tflite-runtime is not installed or meets a numpy it was not built for."""

    called = "tflite"

    def __init__(self, model: bytes, inputs: Sequence[str]) -> None:
        try:
            from tflite_runtime.interpreter import Interpreter

            interpreter = Interpreter(model_content=model, num_threads=1)
        except (AttributeError, SystemError) as error:  # with numpy 2 it imports, then dies on first use
            raise ImportError(f"tflite-runtime needs numpy < 2 ({error})") from error
        super().__init__(self.called, interpreter, inputs)


class TFLiteFloatEngine(TFLiteEngine):
    """The same for a bundle's float file."""

    called = "tflite-fp32"
