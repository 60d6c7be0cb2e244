"""The fast graph: the same weights in few operations, for each engine in the form that it runs best.

lean              a network rewritten: one product for query, key and value, norms taken into products
formats           that as a file, for ONNX Runtime and for LiteRT
tflite            a torch module as a .tflite file, operation by operation
tflite_operations what each of torch's operations is there
tflite_file       the file itself
step              one hop of a streaming network
hop               what streaming is worth, measured: python -m myoedge.export.graph.hop
sizes             what it is worth, measured: python -m myoedge.export.graph.sizes
"""
