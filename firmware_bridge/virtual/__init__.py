"""Virtual armbands: bumble peripherals with the real bytes behind a virtual radio, in their own process.

`spawn` starts one and says where its HCI is; `python -m myoedge.firmware_bridge.virtual` is the process.
Nothing here imports a decoder: what an armband sends is written from the documents, not from what reads it.
"""
