"""The public sources that language packs learn from: their origins, licences and weights.

Those whose ``use`` in the corpus is ``figures`` are not among them: their licences allow to measure with them alone.
"""

from collections.abc import Mapping
from types import MappingProxyType

from training.shipped_model.sources import PublicSource

__all__ = ["LANGUAGE_SOURCES"]

_NOISY = 0.25  # weight of a row of a source that nobody checked

LANGUAGE_SOURCES: Mapping[str, PublicSource] = MappingProxyType(
    {
        "alfina_id": PublicSource("none seen", "ialfina/id-hatespeech-detection@6cfba985", "Twitter, Jakarta election"),
        "alla_ru": PublicSource(
            "see DATASTATEMENT (not re-read)", "alla-g/toxicity-detection-thesis@65115935", "VK comments to news pages"
        ),
        "ami2020_it": PublicSource(
            "AMI EVALITA 2020 CC-BY-NC-SA-4.0 (not re-read)", "costeaionut/Misogynistic-Italian-Tweet-Recognition@6ee3508f", "Twitter"
        ),
        "andrusyak_ru_uk": PublicSource(
            "none seen", "bohdan1/AbusiveLanguageDataset@a8442df4", "YouTube comments, Russian and Ukrainian (surzhyk)"
        ),
        "banemohate_bn": PublicSource(
            "none seen", "AnnNaserNabil/Finetune-Bangla-BERT-on-Bangla-HATE-Speech-Data@93358d63", "social-media comments"
        ),
        "beep_ko": PublicSource("CC-BY-SA-4.0 (LICENSE.md)", "kocohub/korean-hate-speech@f8d05dce", "entertainment-news comments"),
        "cold_zh": PublicSource("Apache-2.0", "thu-coai/COLDataset@a0c55a94", "Zhihu, Weibo on race, region, gender"),
        "curse_ko": PublicSource("MIT", "2runo/Curse-detection-data@ff241621", "online communities"),
        "cyberado_fr": PublicSource(
            "none seen (README)", "aollagnier/CyberAgressionAdo-v1@75f90fb0", "role-played teenage chat (bullying)"
        ),
        "detoxis_es": PublicSource(
            "DETOXIS 2021 (CC-BY-SA at source? not re-read)", "jesusMV2001/PLN-detoxis@d23d9327", "news comments on immigration"
        ),
        "dravidian_kn": PublicSource(
            "CC-BY-4.0 at source (DravidianCodeMix; not re-read)",
            "SiddhanthHegde/Dravidian-MTL-Benchmarking@8a725f6d",
            "YouTube comments, code-mixed Latin and native script",
        ),
        "dravidian_ml": PublicSource(
            "CC-BY-4.0 at source (DravidianCodeMix; not re-read)",
            "SiddhanthHegde/Dravidian-MTL-Benchmarking@8a725f6d",
            "YouTube comments, code-mixed Latin and native script",
        ),
        "dravidian_ta": PublicSource(
            "CC-BY-4.0 at source (DravidianCodeMix; not re-read)",
            "SiddhanthHegde/Dravidian-MTL-Benchmarking@8a725f6d",
            "YouTube comments, code-mixed Latin and native script",
        ),
        "fortuna_pt": PublicSource(
            "CC-BY-NC-SA at source? none seen in copy", "paulafortuna/Portuguese-Hate-Speech-Dataset@4208e1e2", "Twitter"
        ),
        "gahd_de": PublicSource("CC-BY-4.0 (LICENSE)", "jagol/gahd@2a4e919d", "written by annotators to fool models"),
        "germeval2018_de": PublicSource("CC-BY-4.0", "uds-lsv/GermEval-2018-Data@9877472d", "Twitter"),
        "germeval2019_de": PublicSource("CC-BY-4.0 at the source (not re-read)", "TharinduDR/Germeval-Task-2@91a20828", "Twitter"),
        "germeval2021_de": PublicSource(
            "none seen in copy", "germeval2021toxic/SharedTask@fa5dca39", "Facebook comments under a TV talk show"
        ),
        "hot_hinglish": PublicSource(
            "none seen (HOT: research)", "rohan-kumar1998/Hinglish-Offensive-Tweet-Detection@563accbe", "Twitter, Hinglish"
        ),
        "hsru20_ur": PublicSource("MIT", "haroonshakeel/roman_urdu_hate_speech@f2f66aa3", "Twitter, Roman Urdu (close to Hinglish)"),
        "inspection_ja": PublicSource("Apache-2.0", "inspection-ai/japanese-toxic-dataset@e26fbd26", "Twitter-like"),
        "iwg_de": PublicSource("none seen", "UCSM-DUE/IWG_hatespeech_public@e14501bc", "Twitter on refugees"),
        "kmhas_ko": PublicSource("CC-BY-SA-4.0 (README)", "adlnlp/K-MHaS@ec7a7e77", "news comments"),
        "kmhas_ko_b": PublicSource("CC-BY-SA-4.0 (README)", "adlnlp/K-MHaS@ec7a7e77", "news comments"),
        "lhsab_ar": PublicSource(
            "none seen (README asks to cite)", "Hala-Mulki/L-HSAB-First-Arabic-Levantine-HateSpeech-Dataset@9abf6b6d", "Twitter (Levantine)"
        ),
        "lingda_tr": PublicSource("repo MIT; HF card CC-BY-2.0", "toygarr/lingda@e9bc8c48", "Twitter"),
        "macd_hi": PublicSource("none in this copy (paper: CC-BY-NC-SA? not re-read)", "ShareChatAI/MACD@41cba9bd", "ShareChat comments"),
        "macd_kn": PublicSource("none in this copy (paper: CC-BY-NC-SA? not re-read)", "ShareChatAI/MACD@41cba9bd", "ShareChat comments"),
        "macd_ml": PublicSource("none in this copy (paper: CC-BY-NC-SA? not re-read)", "ShareChatAI/MACD@41cba9bd", "ShareChat comments"),
        "macd_ta": PublicSource("none in this copy (paper: CC-BY-NC-SA? not re-read)", "ShareChatAI/MACD@41cba9bd", "ShareChat comments"),
        "macd_te": PublicSource("none in this copy (paper: CC-BY-NC-SA? not re-read)", "ShareChatAI/MACD@41cba9bd", "ShareChat comments"),
        "nlp4s_synthetic_multi": PublicSource(
            "none seen; machine-made with Cohere Aya (its terms apply)",
            "riyagupta0701/NLP4S-Toxicity-Detection@6de1b1f6",
            "machine-made implicit hate and neutral mention of the same group, in pairs",
            weight=_NOISY,
        ),
        "offcombr": PublicSource(
            "none seen (README asks to cite)", "rogersdepelle/OffComBR@261c6334", "news comments (Brazil), accents stripped"
        ),
        "offendes_es": PublicSource(
            "none in this copy (HF card: Apache-2.0, not re-read)",
            "fmplaza/OffendES@3a15cde8",
            "YouTube, Instagram, Twitter comments to influencers",
        ),
        "offenseval2020_ar": PublicSource("OffensEval 2020 terms, research (not re-read)", "shaoncsecu/JAK-OffensEval@3ec8cc38", "Twitter"),
        "offenseval2020_da": PublicSource(
            "CC-BY-4.0 (AndersGiovanni/worker_vs_gpt data/hate-speech/README.md)",
            "shaoncsecu/JAK-OffensEval@3ec8cc38",
            "Reddit, Facebook comments",
        ),
        "offenseval2020_el": PublicSource("OffensEval 2020 terms, research (not re-read)", "shaoncsecu/JAK-OffensEval@3ec8cc38", "Twitter"),
        "offenseval2020_tr": PublicSource("CC-BY-2.0 at source (not re-read)", "shaoncsecu/JAK-OffensEval@3ec8cc38", "Twitter"),
        "pars_offensive_fa": PublicSource(
            "none seen (README: research)", "golnaz76gh/pars-offensive-dataset@23352e29", "Instagram comments"
        ),
        "poleval2019_pl": PublicSource(
            "none in this copy (PolEval 2019: research; ptaszynski/cyberbullying-Polish LICENSE is BSD-like)",
            "Mateuszrze/PolEval2019Task6@bb898b8d",
            "Twitter",
        ),
        "ranlp2023_am": PublicSource("none seen (README)", "uhh-lt/AmharicHateSpeech@6b1338c9", "Twitter"),
        "ro_offense": PublicSource("Apache-2.0", "readerbench/ro-offense@c31118ac", "sports-news comments"),
        "ruparadetox": PublicSource(
            "none in this copy (RuParaDetox: OpenRAIL++ at source)", "s-nlp/russe_detox_2022@a2f79da9", "Odnoklassniki, Pikabu, Twitter"
        ),
        "suomi24_fi": PublicSource(
            "CC-BY-SA-4.0 at HF (not re-read); code licence in copy", "TurkuNLP/toxicity-classifier@34d0e992", "Suomi24 forum"
        ),
        "swsr_zh": PublicSource("MIT (LICENSE)", "aggiejiang/SWSR@7b320184", "Weibo comments"),
        "textdetox_multi": PublicSource(
            "OpenRAIL++ (card text in the repository README)", "Rolands-Laucis/KU-LP2-2025@8b1bf3f6", "TextDetox 2025 inputs"
        ),
        "told_br": PublicSource("CC-BY-SA-4.0 (LICENSE_ToLD-Br.txt)", "JAugusto97/ToLD-Br@7804082d", "Twitter (Brazil)"),
        "victsd_vi": PublicSource("research (README)", "tarudesu/ViCTSD@e1ffb854", "news comments"),
        "vihsd": PublicSource(
            "README: ask the authors / HF uitnlp/vihsd; research", "sonlam1102/vihsd@826ef5ef", "Facebook, YouTube comments"
        ),
    }
)
"""By name, which is that of its table in the folder ``languages`` of the corpus."""
