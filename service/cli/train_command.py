"""The command ``tipstaff train``: an artefact from labelled tables."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.artefact.folder import shipped_folder
from model.comment import LABELS
from service.cli.shared_options import expand_option_groups, parse_numbers, parse_pairs
from service.cli.table_options import (
    ColumnOption,
    LabelColumns,
    MapOption,
    SeedOption,
    SourceWeightOption,
    StrictOption,
    TablesArgument,
)

if TYPE_CHECKING:
    from training.fit.train_job import TrainJob

__all__ = ["TrainingColumns", "check_model_name", "train"]

_NO_ENCODER, _SHIPPED_ENCODER = "none", "default"


def check_model_name(name: str | None) -> str | None:
    """Refuse a name that no model can have; None is none.

    Raises:
        typer.BadParameter: it is too long, or has other characters.
    """
    if name is not None and not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        raise typer.BadParameter("use up to 64 small letters, digits, dots, dashes and underscores")
    return name


@dataclass(frozen=True, kw_only=True)
class TrainingColumns:
    """Options that name the columns which training alone reads, and that say what the labels mean."""

    split: ColumnOption = None
    weight: ColumnOption = None
    attribute: Annotated[list[str] | None, typer.Option(metavar="NAME=COLUMN", help="Column of a further question.  [repeatable]")] = None
    label_map: MapOption = None

    def by_field(self, columns: LabelColumns) -> dict[str, str]:
        """Return field → column for the columns that are named, including those that every command reads."""
        attributes = parse_pairs("--attribute", self.attribute, form="NAME=COLUMN")
        attribute_columns = {f"attribute.{question}": column for question, column in attributes.items()}
        return columns.by_field(split=self.split, weight=self.weight, **attribute_columns)


@dataclass(frozen=True, kw_only=True)
class FitOptions:
    """Options of fitting: how much rows count, how many are held back, and how common abuse is where the model will judge."""

    source_weight: SourceWeightOption = None
    class_weight: Annotated[
        list[str] | None, typer.Option(metavar="LABEL=NUMBER", help="How much a row of a label counts.  [default: 1; repeatable]")
    ] = None
    dev_share: Annotated[float | None, typer.Option(min=0.01, max=0.9, help="Share of the rows held back to judge by.  [default: 0.1]")] = (
        None
    )
    prior_abusive: Annotated[
        float, typer.Option(min=0.0001, max=0.9999, help="Share of the comments that are abusive where the model will judge.")
    ] = 0.1
    prior_hateful: Annotated[float, typer.Option(min=0.0001, max=0.9999, help="Share of these that are hateful.")] = 0.2
    seed: SeedOption = 0


@expand_option_groups
def train(
    *,
    tables: TablesArgument,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the artefact to write.")],
    columns: LabelColumns,
    training_columns: TrainingColumns,
    fit: FitOptions,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Folder of a model whose encoder joins the new n-grams; default is the shipped one. A language pack is joined by "
            "the one of tipstaff-languages where that is installed, unless this is none.",
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="Make a language pack instead, for the language that the tables are in, such as de.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", callback=check_model_name, help="What the model is called.")] = "custom",
    strict: StrictOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures, and all that was found wrong, as JSON.")] = False,
) -> None:
    """Train a model from labelled tables.

    A table needs a column with the text, and a label (fine, toxic, hateful) or the answers abusive and hateful; columns named
    attribute.NAME answer further questions. The figures that are printed are of rows that were held back: those that the
    column split calls dev, or a share of all. With --language, they are of rows that each were judged by a fit without them.
    """
    from model.artefact.manifest import Prior
    from training.fit.ngram_weights import FitSettings
    from training.fit.train_job import TrainJob

    job = TrainJob(
        tables=tables,
        out=out,
        name=name,
        columns=training_columns.by_field(columns),
        labels=parse_pairs("--map", training_columns.label_map, form="OLD=NEW"),
        source_weights=parse_numbers("--source-weight", fit.source_weight),
        class_weights=parse_numbers("--class-weight", fit.class_weight, names=LABELS),
        prior=Prior(abusive=fit.prior_abusive, hateful=fit.prior_hateful),
        strict=strict,
        fit=FitSettings(seed=fit.seed),
        encoder=_encoder_folder(encoder) if language is None else None,
    )
    if language is not None:
        if fit.dev_share is not None:
            raise typer.BadParameter(
                "a language pack holds no rows back, but those that the column split calls dev", param_hint="--dev-share"
            )
        _train_pack_and_print(job, language, encoder, as_json=as_json)
        return
    _train_and_print(job if fit.dev_share is None else replace(job, dev_share=fit.dev_share), as_json=as_json)


def _encoder_folder(encoder: str | None) -> Path | None:
    """Return the folder of the artefact whose encoder joins the new n-grams; None if there is none."""
    if encoder is None or encoder == "":
        return None
    return shipped_folder() if encoder == _SHIPPED_ENCODER else Path(encoder)


def _train_and_print(job: "TrainJob", *, as_json: bool) -> None:
    from training.fit.train import train_artefact
    from training.progress_bar import progress_bar
    from training.training_report import print_trained, trained_json

    with progress_bar() as show_progress:
        result = train_artefact(job, show_progress)
    if as_json:
        print(trained_json(result))
    else:
        print_trained(result)


def _train_pack_and_print(job: "TrainJob", language: str, encoder: str | None, *, as_json: bool) -> None:
    from training.languages.own_tables.pack_report import print_trained_pack, trained_pack_json
    from training.languages.own_tables.train_pack import train_pack
    from training.progress_bar import progress_bar

    with progress_bar() as show_progress:
        result = train_pack(replace(job, encoder=_pack_encoder_folder(encoder)), language, show_progress)
    if as_json:
        print(trained_pack_json(result))
    else:
        print_trained_pack(result)


def _pack_encoder_folder(encoder: str | None) -> Path | None:
    """Return the folder of the encoder that joins the n-grams of a language pack, given the option; None for n-grams alone."""
    from training.languages.own_tables.train_pack import find_shared_encoder

    if encoder is None or encoder == _SHIPPED_ENCODER:
        return find_shared_encoder()
    return None if encoder in {"", _NO_ENCODER} else Path(encoder)
