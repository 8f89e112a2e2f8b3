"""The public sources that the shipped model learns from: their origins, licences and weights.

Seventeen lie in the folder of the corpus itself; ten more English ones, which are used for their train rows alone, in its folder
``english``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["ALL_SOURCES", "CLEAN_SOURCES", "ENGLISH_SOURCES", "SOURCES", "PublicSource"]


@dataclass(frozen=True, slots=True)
class PublicSource:
    """Where the comments of a public data set come from.

    Attributes:
        licence: the licence as seen in the copy that was used.
        origin: the repository and revision that it was taken from.
        domain: who wrote the comments, and where.
        weight: weight of each of its rows in training.
    """

    licence: str
    origin: str
    domain: str
    weight: float = 1.0


_UNSEEN = "none in this copy; {} (not re-read)"

SOURCES: Mapping[str, PublicSource] = MappingProxyType(
    {
        "cad": PublicSource(
            _UNSEEN.format("the authors publish it as CC-BY-4.0"),
            "contextual abuse dataset v1.1, via NoamElul/cis-5300-final@3c569a14",
            "Reddit",
        ),
        "civil_toxic_spans": PublicSource("CC0", "ipavlopoulos/toxic_spans@beaf1705", "news comments (Civil Comments)"),
        "convabuse": PublicSource("CC-BY-4.0", "amandacurry/convabuse@c0a9469f", "chatbot turns"),
        "davidson": PublicSource("MIT", "t-davidson/hate-speech-and-offensive-language@cb50f7e9", "Twitter"),
        "dynahate": PublicSource(
            "none stated in this copy",
            "paul-rottger/efficient-low-resource-hate-detection@3228efa0 (dyn21_en); "
            "original bvidgen/Dynamically-Generated-Hate-Speech-Dataset",
            "written by annotators to fool models",
        ),
        "edos": PublicSource("CC0", "rewire-online/edos@b1f1fbcc", "Reddit, Gab (sexism)"),
        "ghc": PublicSource(
            _UNSEEN.format("the authors publish it as CC-BY-4.0"),
            "Gab Hate Corpus via liuchaoqun/hate-speech-datasets@98f3ee81",
            "Gab",
        ),
        "guest_misogyny": PublicSource("MIT", "ellamguest/online-misogyny-eacl2021@b3c04567", "Reddit"),
        "hatemoji_build": PublicSource("CC-BY-4.0", "HannahKirk/Hatemoji@a626f632", "written by annotators, with emoji"),
        "hatexplain": PublicSource(
            "MIT (HateXplain)",
            "hate-alert/HateXplain@01d74227 (splits), labels via Media-Bias-Group/MBIB@b9a887ff",
            "Twitter, Gab",
        ),
        "implicit_hate": PublicSource(
            "CC-BY-4.0",
            "implicit-hate-corpus via liuchaoqun/hate-speech-datasets@98f3ee81",
            "Twitter (extremist groups)",
        ),
        "jigsaw_subset": PublicSource("CC0 (data)", "several public samples of the Jigsaw 2018 training set", "Wikipedia talk pages"),
        "mhs_bin": PublicSource(
            _UNSEEN.format("its dataset card says CC-BY-4.0"),
            "Measuring Hate Speech, binary majority, via paul-rottger/efficient-low-resource-hate-detection@3228efa0 (ken20_en)",
            "Reddit, Twitter, YouTube",
        ),
        "paradetox": PublicSource("CC0", "s-nlp/paradetox@d97b17d0", "Reddit, Twitter, Jigsaw"),
        "stormfront": PublicSource("CC-BY-SA-3.0", "Vicomtech/hate-speech-dataset@b802137e", "Stormfront forum"),
        "toxigen": PublicSource(
            "MIT", "toxigen annotated_train via Sanjana-Srinidhi/Hate-speech-detection@558b470e", "machine-generated, human-rated"
        ),
        "wiki_context_toxicity": PublicSource("Apache-2.0", "ipavlopoulos/context_toxicity@5df49c29", "Wikipedia talk pages"),
    }
)
"""By name. The table of a source is called ``NAME.parquet`` in the folder of the corpus."""

CLEAN_SOURCES = ("cad", "convabuse", "jigsaw_subset", "paradetox", "wiki_context_toxicity")
"""Sources whose fine rows are ordinary conversation; those of the others were found by searching for key words."""

_UNSTATED = "none stated"
_MUCH_NOISE = 0.25  # weight of a row of a source whose labels are noisy or bound to a context that the row lacks

ENGLISH_SOURCES: Mapping[str, PublicSource] = MappingProxyType(
    {
        "cadd": PublicSource(
            _UNSTATED,
            "ddindidu/Implicitly-Abusive-Language-Detection@6683bfeb; labels joined from ddindidu/Korean-Abusive-Language-Dataset",
            "Reddit",
        ),
        "call_me_sexist": PublicSource(
            _UNSEEN.format("GESIS publishes it as CC-BY-4.0"), "Media-Bias-Group/MBIB@b9a887ff (CMSB)", "Twitter, psychological scales"
        ),
        "conda": PublicSource("no licence file seen", "usydnlp/CONDA@3fb90675", "chat in a game (Dota 2)"),
        "crowdflower_dfe": PublicSource(
            _UNSEEN.format("CC0 on data.world"), "j6mes/springer2018-hatespeech-bridging-gaps@521bba2b", "Twitter"
        ),
        "gametox": PublicSource(_UNSTATED, "shucoll/GameTox@fe077472", "chat in a game (World of Tanks)"),
        "github_issues": PublicSource(_UNSTATED, "sophieball/toxicity-detector@f41f1c9d", "GitHub issues"),
        "reddit_bias": PublicSource(
            _UNSEEN.format("the authors publish it as MIT"), "Media-Bias-Group/MBIB@b9a887ff (RedditBias)", "Reddit", weight=_MUCH_NOISE
        ),
        "textdetox_multi": PublicSource(
            "OpenRAIL++ (the card in the repository)", "Rolands-Laucis/KU-LP2-2025@8b1bf3f6 (TextDetox 2025)", "comments collected as toxic"
        ),
        "waseem_expert": PublicSource(_UNSTATED, "shaoncsecu/JAK-OffensEval@3ec8cc38 (NAACL 2016)", "Twitter"),
        "workplace_sexism": PublicSource(
            "none in this copy", "Media-Bias-Group/MBIB@b9a887ff (WorkPlaceSexism)", "sayings at work", weight=_MUCH_NOISE
        ),
    }
)
"""Further English sources by name, whose tables are in the folder ``english`` of the corpus.

Those that forbid commercial use, derivatives or redistribution are not among them, nor is one that was made by a commercial model.
"""

ALL_SOURCES: Mapping[str, PublicSource] = MappingProxyType({**SOURCES, **ENGLISH_SOURCES})
"""Both by name."""
