"""LiteRT, dynamic: weights of fully connected layers int8, activations scaled on the fly."""

from myoedge.export.bare import bare_tflite
from myoedge.export.quantizers.converted import workplace
from myoedge.export.quantizers.material import Material, Quantized

SAYS = "fully connected layers: int8 weights an output channel, activations scaled on the fly"


def litert_dynamic(material: Material) -> Quantized:
    """All else stays float."""
    return Quantized("litert-dynamic", "litert", quantize_tflite(material.tflite), SAYS)


def fast_litert_dynamic(material: Material) -> Quantized:
    """The same of the graph written for speed."""
    model = quantize_tflite(material.fast_tflite)
    return Quantized("fast-litert-dynamic", "litert", model, f"{SAYS}; fast graph")


def quantize_tflite(model: bytes) -> bytes:
    """A float file's fully connected layers to int8 weights.

    tflite-runtime 2.14 runs such files without an error and with wrong results: the golden vectors find that,
    and `litert-static` is for it.
    """
    from ai_edge_quantizer import quantizer, recipe

    with workplace() as folder:
        plain, done = folder / "plain.tflite", folder / "int8.tflite"
        plain.write_bytes(model)
        job = quantizer.Quantizer(str(plain), recipe.dynamic_wi8_afp32())
        job.quantize(None).export_model(str(done))
        return bare_tflite(done.read_bytes())
