"""The multimodal transformer: the same layers for all modalities, over all tokens or within each modality.

Its two fusions follow IsoNet (arXiv 2506.16744); every size here is ours.
"""

from collections.abc import Sequence

from myoedge.export.models.tokeniser import Shapes, TokenPlan
from myoedge.export.models.transformer import Transformer, attends


class Multimodal(Transformer):
    """fusion "attention": all layers over the tokens of all modalities; "linear": attention stays within the
    modality, and the modalities meet in the embedding only."""

    def __init__(
        self,
        *,
        labels: int,
        inputs: Shapes,
        plan: TokenPlan,
        fusion: str = "attention",
        layers: int = 4,
        width: int = 128,
        heads: int | Sequence[int] = 4,
        head: int | None = None,
        hidden: int | Sequence[int] | None = None,
        embedding: int = 128,
        dropout: float = 0.1,
        stem: str = "linear",
        readout: str = "modality",
        silenced: Sequence[str] = (),
        stage: str = "before",
    ) -> None:
        attention = attends(fusion)
        super().__init__(
            labels=labels,
            inputs=inputs,
            plan=plan,
            apart=0 if attention else layers,
            joint=layers if attention else 0,
            shared=True,
            width=width,
            heads=heads,
            head=head,
            hidden=hidden,
            embedding=embedding,
            dropout=dropout,
            stem=stem,
            readout=readout,
            silenced=silenced,
            stage=stage,
        )
