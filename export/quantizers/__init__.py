"""Quantisers by name, each a way from a float network to an int8 file for one engine; adding one is one file
and one line."""

from importlib import import_module

from myoedge.edge.errors import UsageError
from myoedge.export.quantizers.material import Material, Quantized

# fast-...: of the graph written for speed (export/graph) instead of the converters'.
# name -> module:function; the function takes the material and gives what it made of it
QUANTIZERS = {
    "litert-dynamic": "myoedge.export.quantizers.litert_dynamic:litert_dynamic",
    "litert-static": "myoedge.export.quantizers.litert_static:litert_static",
    "fast-litert-dynamic": "myoedge.export.quantizers.litert_dynamic:fast_litert_dynamic",
    "fast-litert-static": "myoedge.export.quantizers.litert_static:fast_litert_static",
    "ort-dynamic": "myoedge.export.quantizers.ort_dynamic:ort_dynamic",
    "ort-static": "myoedge.export.quantizers.ort_static:ort_static",
    "ort-qoperator": "myoedge.export.quantizers.ort_static:ort_qoperator",
    "fast-ort-dynamic": "myoedge.export.quantizers.ort_dynamic:fast_ort_dynamic",
    "nncf-onnx": "myoedge.export.quantizers.nncf_onnx:nncf_onnx",
    "nncf-torch": "myoedge.export.quantizers.nncf_torch:nncf_torch",
    "nncf-qat": "myoedge.export.quantizers.nncf_qat:nncf_qat",
    "nncf-qat-litert": "myoedge.export.quantizers.nncf_qat:nncf_qat_litert",
}


def quantize(method: str, material: Material) -> Quantized:
    """The network by one line of QUANTIZERS.

    Raises UsageError for another name, NotThereError where a library of `export` is not installed,
    MismatchError for a network that the method cannot take.
    """
    if method not in QUANTIZERS:
        raise UsageError(f"no quantiser {method!r}; wanted some of {', '.join(QUANTIZERS)}")
    module, function = QUANTIZERS[method].split(":")
    made: Quantized = getattr(import_module(module), function)(material)
    return made
