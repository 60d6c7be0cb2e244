"""The hierarchical transformer: layers within each modality first, then layers across modalities.

The two levels and the fusion by attention follow IsoNet (arXiv 2506.16744); every size here is ours.
"""

from collections.abc import Sequence

from myoedge.export.models.tokeniser import Shapes, TokenPlan
from myoedge.export.models.transformer import Transformer, attends


class Hierarchical(Transformer):
    """Each modality has `branch_layers` of its own; fusion "attention" adds `cross_layers` over all tokens,
    "linear" none: the modalities then meet in the embedding only. `cross_width`: theirs, where it differs."""

    def __init__(
        self,
        *,
        labels: int,
        inputs: Shapes,
        plan: TokenPlan,
        fusion: str = "attention",
        branch_layers: int = 2,
        cross_layers: int = 2,
        width: int = 128,
        cross_width: int | None = None,
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
        super().__init__(
            labels=labels,
            inputs=inputs,
            plan=plan,
            apart=branch_layers,
            joint=cross_layers if attends(fusion) else 0,
            shared=False,
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
            joint_width=cross_width if attends(fusion) else None,
        )
